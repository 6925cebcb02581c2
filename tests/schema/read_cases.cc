// Reads the case files that standard input names, a line each, and prints a line of JSON for each: the error,
// or the resolved case and what the readers asked of the file.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "injection/case.h"

using namespace intratumor;
using nlohmann::json;

namespace {

/// Infinite and very large ends are none.
json bound(double value) {
  return std::abs(value) > 1e300 ? json() : json(value);
}

json to_json(const ReadAs& value) {
  json range = {{"low", bound(value.range.low)},
                {"high", bound(value.range.high)},
                {"low_open", value.range.low_open},
                {"high_open", value.range.high_open}};
  switch (value.kind) {
    case ReadAs::Kind::quantity: {
      json dimensions = json::array();
      for (const Dimension dimension : value.dimensions) dimensions.push_back(describe(dimension));
      return {{"kind", "quantity"}, {"dimensions", dimensions}, {"range", range}};
    }
    case ReadAs::Kind::number:
      return {{"kind", "number"}, {"range", range}};
    case ReadAs::Kind::integer:
      return {{"kind", "integer"}, {"range", range}};
    case ReadAs::Kind::boolean:
      return {{"kind", "boolean"}};
    case ReadAs::Kind::word:
      break;
  }
  return {{"kind", "word"}, {"words", value.words}};
}

json to_json(const ReadingRecord& record) {
  json nodes = json::object();
  for (const auto& [path, node] : record) {
    json values = json::array();
    for (const ReadAs& value : node.values) values.push_back(to_json(value));
    nodes[path] = {{"known", node.known}, {"later", node.later}, {"values", values}};
  }
  return nodes;
}

json read(const std::string& path) {
  try {
    ReadingRecord record;
    const Case c = read_case(path, {}, &record);
    return {{"error", nullptr}, {"resolved", resolved_yaml(c)}, {"asked", to_json(record)}};
  } catch (const InputError& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

int main() {
  for (std::string path; std::getline(std::cin, path);)
    std::printf("%s\n", read(path).dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  return 0;
}
