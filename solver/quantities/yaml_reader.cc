#include "quantities/yaml_reader.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "quantities/yaml_file.h"
#include "quantities/yaml_overrides.h"

namespace intratumor {

namespace {

/// `inner` is `outer` or lies below it.
bool is_below(const std::string& inner, const std::string& outer) {
  return inner.compare(0, outer.size(), outer) == 0 &&
         (inner.size() == outer.size() || outer.empty() || inner[outer.size()] == '.');
}

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

bool inside(double value, const Range& range) {
  const bool above = range.low_open ? value > range.low : value >= range.low;
  const bool below = range.high_open ? value < range.high : value <= range.high;
  return above && below;
}

std::string describe(const Range& range, Dimension dimension) {
  std::string low, high;
  if (std::isfinite(range.low))
    low = (range.low_open ? "more than " : "at least ") + readable_text(range.low, dimension);
  if (std::isfinite(range.high))
    high = (range.high_open ? "less than " : "at most ") + readable_text(range.high, dimension);
  return low + (low.empty() || high.empty() ? "" : " and ") + high;
}

struct YamlNode::State {
  /// What all nodes of one file share.
  struct Document {
    std::string origin;
    std::vector<Override> overrides;
  };

  std::shared_ptr<const Document> document;
  const YAML::Node node;
  YAML::Mark mark;
  std::string path;
  std::set<std::string> known;  ///< keys that were asked for
  std::set<std::string> later;  ///< keys that refuse() speaks about
  std::vector<ReadAs> values;   ///< what it was read as
  std::map<std::string, std::shared_ptr<State>> children;
};

YamlNode::YamlNode(std::shared_ptr<State> state) : state_(std::move(state)) {}

YamlNode YamlNode::load(const std::string& path, const std::vector<std::string>& overrides) {
  return parse(read_text_file(path), path, overrides);
}

YamlNode YamlNode::parse(const std::string& text, const std::string& origin,
                         const std::vector<std::string>& overrides) {
  bool has_aliases = false;
  YAML::Node root = parse_document(text, origin, has_aliases);
  auto document = std::make_shared<State::Document>();
  document->origin = origin;
  if (has_aliases && !overrides.empty())
    throw InputError("--set " + overrides[0] + ": " + origin +
                     " uses aliases (*name), whose parts are shared; write it without them");
  const YAML::Mark mark = root.Mark();
  document->overrides = apply_overrides(root, overrides);
  return YamlNode(std::shared_ptr<State>(new State{document, root, mark, "", {}, {}, {}, {}}));
}

bool YamlNode::is_map() const {
  return state_->node.IsMap();
}
bool YamlNode::is_sequence() const {
  return state_->node.IsSequence();
}
bool YamlNode::is_scalar() const {
  return state_->node.IsScalar();
}

bool YamlNode::created() const {
  return state_->mark.is_null();
}

std::shared_ptr<YamlNode::State> YamlNode::child(const std::string& key, const YAML::Node& value) const {
  std::shared_ptr<State>& entry = state_->children[key];
  if (entry == nullptr) {
    const std::string path = state_->path.empty() ? key : state_->path + "." + key;
    entry = std::shared_ptr<State>(new State{state_->document, value, value.Mark(), path, {}, {}, {}, {}});
  }
  return entry;
}

void YamlNode::require_map() const {
  if (!is_map()) fail("must be a map, key: value; found " + found());
}

std::optional<YamlNode> YamlNode::find(const std::string& key) const {
  require_map();
  for (const auto& entry : state_->node)
    if (entry.first.Scalar() == key) return YamlNode(child(key, entry.second));
  return std::nullopt;
}

bool YamlNode::has(const std::string& key) const {
  state_->known.insert(key);
  return find(key).has_value();
}

YamlNode YamlNode::required(const std::string& key) const {
  if (std::optional<YamlNode> value = optional(key)) return *value;
  // A misspelt key is the likelier story than a forgotten one.
  for (const std::string& name : keys())
    if (state_->known.count(name) == 0 && !nearest_name(name, {key}).empty())
      fail_at_key(name, "unknown key '" + name + "'; did you mean " + key + "?");
  fail("the key '" + key + "' is missing");
}

std::optional<YamlNode> YamlNode::optional(const std::string& key) const {
  state_->known.insert(key);
  std::optional<YamlNode> value = find(key);
  if (value && value->state_->node.IsNull()) value->fail("is empty; give it a value or remove the key");
  return value;
}

std::vector<YamlNode> YamlNode::items() const {
  if (!is_sequence()) fail("must be a list, [one, two, ...]; found " + found());
  std::vector<YamlNode> result;
  for (const auto& item : state_->node) {
    result.push_back(YamlNode(child(std::to_string(result.size()), item)));
    if (item.IsNull()) result.back().fail("is empty; give it a value or remove the entry");
  }
  return result;
}

std::vector<std::string> YamlNode::keys() const {
  require_map();
  std::vector<std::string> result;
  for (const auto& entry : state_->node) result.push_back(entry.first.Scalar());
  return result;
}

std::string YamlNode::found() const {
  if (is_map()) return "a map";
  if (is_sequence()) return "a list";
  if (!is_scalar()) return "nothing";
  return "'" + excerpt(state_->node.Scalar()) + "'";
}

std::string YamlNode::text() const {
  if (!is_scalar()) fail("must be text; found " + found());
  return state_->node.Scalar();
}

double YamlNode::quantity(Dimension dimension, const Range& range) const {
  return quantity(std::vector<Dimension>{dimension}, range).value;
}

Quantity YamlNode::quantity(const std::vector<Dimension>& dimensions, const Range& range) const {
  state_->values.push_back({ReadAs::Kind::quantity, dimensions, range, {}});
  if (!is_scalar()) fail("must be " + intratumor::describe(dimensions.front()) + "; found " + found());
  Quantity result;
  try {
    result = parse_quantity(state_->node.Scalar(), dimensions);
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
  if (!inside(result.value, range)) fail(found() + " must be " + describe(range, result.dimension));
  return result;
}

double YamlNode::number(const Range& range) const {
  state_->values.push_back({ReadAs::Kind::number, {}, range, {}});
  if (!is_scalar()) fail("must be a plain number; found " + found());
  const std::string& text = state_->node.Scalar();
  const std::size_t sign = !text.empty() && text[0] == '+' ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + sign, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    fail("must be a plain number, without a unit; found " + found());
  if (!inside(value, range)) fail(found() + " must be " + describe(range, Dimension::dimensionless));
  return value;
}

int YamlNode::integer(int low, int high) const {
  state_->values.push_back({ReadAs::Kind::integer, {}, {double(low), double(high)}, {}});
  const std::string expected = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  if (!is_scalar()) fail("must be " + expected + "; found " + found());
  const std::string& text = state_->node.Scalar();
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    fail("must be " + expected + "; found " + found());
  return value;
}

bool YamlNode::boolean() const {
  state_->values.push_back({ReadAs::Kind::boolean, {}, {}, {}});
  if (is_scalar() && state_->node.Scalar() == "true") return true;
  if (is_scalar() && state_->node.Scalar() == "false") return false;
  fail("must be true or false; found " + found());
}

std::string YamlNode::one_of(const std::vector<std::string>& words) const {
  state_->values.push_back({ReadAs::Kind::word, {}, {}, words});
  if (!is_scalar()) fail("must be one of " + list(words) + "; found " + found());
  const std::string& text = state_->node.Scalar();
  for (const std::string& word : words)
    if (text == word) return text;
  const std::string nearest = nearest_name(text, words);
  fail("unknown " + found() + (nearest.empty() ? "" : "; did you mean " + nearest + "?") + " (one of " +
       list(words) + ")");
}

void YamlNode::done() const {
  std::vector<std::string> known;
  for (const std::string& key : state_->known)
    if (state_->later.count(key) == 0) known.push_back(key);
  for (const std::string& key : keys()) {
    if (state_->known.count(key) > 0) continue;
    const std::string nearest = nearest_name(key, known);
    fail_at_key(key,
                "unknown key '" + key + "'" +
                    (nearest.empty() ? " (known: " + list(known) + ")" : "; did you mean " + nearest + "?"));
  }
}

void YamlNode::fail_at_key(const std::string& key, const std::string& message) const {
  const std::shared_ptr<State> value = find(key)->state_;
  YAML::Mark mark;
  for (const auto& entry : state_->node)
    if (entry.first.Scalar() == key) mark = entry.first.Mark();
  YamlNode(std::shared_ptr<State>(new State{value->document, value->node, mark, value->path, {}, {}, {}, {}}))
      .fail(message);
}

void YamlNode::refuse(const std::string& key, const std::string& why) const {
  state_->later.insert(key);
  state_->known.insert(key);
  if (find(key)) fail_at_key(key, why);
}

void YamlNode::fail(const std::string& message) const {
  throw InputError(where() + ": " + excerpt(message, std::string::npos));
}

std::string YamlNode::where() const {
  const std::string& path = state_->path;
  const std::string tail = path.empty() ? "" : ": " + path;
  const std::vector<Override>& overrides = state_->document->overrides;
  for (auto o = overrides.rbegin(); o != overrides.rend(); ++o)
    if (is_below(path, o->path)) return "--set " + o->text + tail;
  if (!state_->mark.is_null())
    return state_->document->origin + ":" + std::to_string(state_->mark.line + 1) + ":" +
           std::to_string(state_->mark.column + 1) + tail;
  for (auto o = overrides.rbegin(); o != overrides.rend(); ++o)
    if (is_below(o->path, path)) return "--set " + o->text + tail;
  return state_->document->origin + tail;
}

const std::string& YamlNode::path() const {
  return state_->path;
}
const YAML::Node& YamlNode::raw() const {
  return state_->node;
}

ReadingRecord YamlNode::record() const {
  ReadingRecord record;
  add_to(record);
  return record;
}

void YamlNode::add_to(ReadingRecord& record) const {
  record[path()] = {state_->known, state_->later, state_->values};
  for (const auto& [key, child] : state_->children) YamlNode(child).add_to(record);
}

}  // namespace intratumor
