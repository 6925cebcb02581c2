#include "output/table.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "quantities/error.h"

namespace intratumor {

int column_index(const Table& table, const std::string& name) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  return found == table.columns.end() ? -1 : static_cast<int>(found - table.columns.begin());
}

void write_text(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();  // a full disk may show only here
  if (!file) {
    const std::string reason = errno != 0 ? std::strerror(errno) : "write failed";
    throw ComputationError(path + ": cannot be written: " + reason);
  }
}

void write_csv(const std::string& path, const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) text += (i > 0 ? "," : "") + table.columns[i];
  text += '\n';
  char number[40];
  for (const std::vector<double>& row : table.rows) {
    if (row.size() != table.columns.size())
      throw std::logic_error(path + ": a row of " + std::to_string(row.size()) + " numbers for " +
                             std::to_string(table.columns.size()) + " columns");
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (std::isnan(row[i])) continue;
      std::snprintf(number, sizeof number, "%.17g", row[i]);
      text += number;
    }
    text += '\n';
  }
  write_text(path, text);
}

}  // namespace intratumor
