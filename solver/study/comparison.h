#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "study/pareto.h"
#include "study/result_reader.h"

namespace intratumor {

/// One quantity of every scheme, in the units of the clinic.
struct ComparedRow {
  std::string label;  ///< with its unit
  std::vector<std::string> cells;
  std::string
      brief;  ///< heads a column where schemes are many and stand below each other; empty: left out there
};

struct ComparedSection {
  std::string title;
  std::vector<ComparedRow> rows;
};

/// Schemes side by side for people: a column each.
struct Comparison {
  std::vector<std::string> names;
  std::vector<ComparedSection> sections;
  std::vector<std::string> notes;     ///< how to read it
  std::vector<std::string> warnings;  ///< why some of it may not be compared
};

/// Puts results beside each other: dose; exposure of the tumour; exposure of the body, first what tells
/// schemes apart (Cmax, partial AUCs: the AUC to infinity is dose/CL for every scheme where clearance is
/// linear and nothing is lost locally); where the dose is at the end; how it was computed. Rows in which no
/// scheme has a value are left out; "-" stands where one has none. Mass units when every molar mass is known.
/// What `standing` tells comes first.
Comparison compare_results(const std::vector<StoredResult>& results, const Standing& standing = {});

/// What the inputs have in common and should: one sentence for each that differs between results.
std::vector<std::string> differing_inputs(const std::vector<StoredResult>& results);

/// Thresholds of coverage that results share: those of one time and of one text, or one level.
struct SharedThreshold {
  std::string text;
  double at_least = 0;                        ///< s
  std::vector<nlohmann::ordered_json> entry;  ///< of each result's summary.json, null where it has none

  double level(std::size_t result) const;  ///< mol/m^3, NaN where it has none
  std::vector<double> values(
      const std::string& key) const;  ///< a number of each entry, NaN where it has none
};
std::vector<SharedThreshold> shared_thresholds(const std::vector<StoredResult>& results);

/// A plain table, at most `width` characters wide: in blocks of as many columns as fit.
std::string comparison_text(const Comparison& comparison, std::size_t width = 110);

/// The same as a table in Markdown.
std::string comparison_markdown(const Comparison& comparison);

/// More schemes than this are read more easily one a line.
constexpr std::size_t most_side_by_side = 6;

/// The rows that have a brief name as columns: headings, their units, and a line a scheme.
std::vector<std::vector<std::string>> scheme_lines(const Comparison& comparison);

/// How to read a comparison: a paragraph a note, below the table.
std::string comparison_notes(const Comparison& comparison);

/// A table of such lines in Markdown, with notes.
std::string scheme_lines_markdown(const Comparison& comparison);

}  // namespace intratumor
