#include "tiny_study.h"

#include <filesystem>

#include "output/table.h"
#include "small_case.h"

namespace fs = std::filesystem;

void write_tiny_case(const ScratchFolder& scratch) {
  std::string text = contents_of(write_small_case(scratch.path()));
  const auto replace = [&](const std::string& old, const std::string& by) {
    text.replace(text.find(old), old.size(), by);
  };
  replace("until: 24 h, accuracy: coarse", "until: 1 h, accuracy: coarse");
  replace("at_least: 1 h", "at_least: 10 min");
  replace("output: {fields: [1 h, 24 h]}\n",
          "numerics: {h_min: 3 mm, coverage_tolerance: 1}\ncomparator: none\n");
  intratumor::write_text(scratch / "tiny.yaml", text);
}

std::string study_of_volumes(int count) {
  return "base: tiny.yaml\nvary:\n  scheme.0.volume: {range: {from: 0.1 mL, to: 0.2 mL, count: " +
         std::to_string(count) + "}}\n";
}

std::string list_of_volumes(int count, const std::string& last) {
  std::string text = "[";
  for (int i = 0; i < count; ++i) text += std::to_string(100 + i) + " uL, ";
  return text + last + "]";
}

std::size_t done_in(const std::string& folder) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder + "/cases", error))
    if (entry.path().filename().string()[0] != '.' && fs::exists(entry.path() / "summary.json")) ++count;
  return count;
}
