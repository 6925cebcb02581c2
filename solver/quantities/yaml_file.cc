#include "quantities/yaml_file.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr std::uintmax_t largest_file = 1000000;  // bytes
constexpr std::size_t most_nodes = 100000;        // after aliases are followed
constexpr int deepest = 50;

std::string position(const std::string& origin, const YAML::Mark& mark) {
  if (mark.is_null()) return origin;
  return origin + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

/// Counts what the tree of nodes no longer shows.
class Counter : public YAML::EventHandler {
 public:
  int documents = 0;
  int aliases = 0;

  void OnDocumentStart(const YAML::Mark&) override { ++documents; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { ++aliases; }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

/// Walks the tree as its readers would, aliases followed.
class Check {
 public:
  explicit Check(const std::string& origin) : origin_(origin) {}

  void walk(const YAML::Node& node, int depth) {
    if (++nodes_ > most_nodes || depth > deepest)
      fail(node.Mark(), "nested or repeated too often; write it without aliases (*name)");
    if (node.IsSequence())
      for (const auto& item : node) walk(item, depth + 1);
    if (!node.IsMap()) return;
    std::set<std::string> keys;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail(entry.first.Mark(), "a key must be plain text");
      const std::string& key = entry.first.Scalar();
      if (!keys.insert(key).second) fail(entry.first.Mark(), "the key '" + key + "' is given twice");
      walk(entry.second, depth + 1);
    }
  }

 private:
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw InputError(position(origin_, mark) + ": " + message);
  }

  std::string origin_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::string read_text_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) throw InputError(path + ": no such file");
  if (fs::is_directory(status)) throw InputError(path + ": is a folder; expected a YAML file");
  if (error) throw InputError(path + ": cannot be read: " + error.message());
  if (!fs::is_regular_file(status)) throw InputError(path + ": is not a regular file; expected a YAML file");
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > largest_file)
    throw InputError(path + ": has " + std::to_string(size) +
                     " bytes; a YAML file of at most 1 MB is expected");

  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file) throw InputError(path + ": cannot be read: " + std::strerror(errno));
  const std::string text = content.str();
  // An image or an archive; a control character would also reach the terminal by way of a message.
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  if (!plain) throw InputError(path + ": is not text; expected a YAML file");
  return text;
}

void check_tree(const YAML::Node& root, const std::string& origin) {
  Check(origin).walk(root, 0);
}

YAML::Node parse_document(const std::string& text, const std::string& origin, bool& has_aliases) {
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Counter counter;
    while (counter.documents < 2 && parser.HandleNextDocument(counter)) {
    }
    if (counter.documents > 1)
      throw InputError(origin + ": holds several YAML documents (---); expected one");
    has_aliases = counter.aliases > 0;
    const YAML::Node root = YAML::Load(text);
    if (counter.documents == 0 || root.IsNull())
      throw InputError(origin + ": is empty; expected YAML, key: value");
    check_tree(root, origin);
    return root;
  } catch (const YAML::Exception& error) {
    throw InputError(position(origin, error.mark) + ": not YAML: " + error.msg);
  }
}

}  // namespace intratumor
