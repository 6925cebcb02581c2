#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// Columns of numbers with a header; units stand in the column names. Every row has one number per column;
/// NaN stands for undefined and is written as an empty field.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
};

/// Position of a column, or -1.
int column_index(const Table& table, const std::string& name);

/// Writes comma-separated values with 17 significant digits, so that a number reads back to the same double.
/// ComputationError naming the file when it cannot be written whole (a full disk).
void write_csv(const std::string& path, const Table& table);

/// Writes a text file whole, or throws ComputationError naming it.
void write_text(const std::string& path, const std::string& text);

}  // namespace intratumor
