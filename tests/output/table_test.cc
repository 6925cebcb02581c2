#include "output/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "quantities/error.h"
#include "scratch_folder.h"

using namespace intratumor;

TEST(Table, NumbersReadBackToTheSameDouble) {
  const ScratchFolder scratch;
  const Table table{{"time_s", "plasma_conc_mol_per_m3"},
                    {{0, 1. / 3}, {1e9 / 7, std::nan("")}, {-0.1, 1e-310}}};
  write_csv(scratch / "series.csv", table);
  std::istringstream lines(contents_of(scratch / "series.csv"));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "time_s,plasma_conc_mol_per_m3");
  for (const std::vector<double>& row : table.rows) {
    std::getline(lines, line);
    const std::size_t comma = line.find(',');
    EXPECT_EQ(std::strtod(line.c_str(), nullptr), row[0]);
    const std::string second = line.substr(comma + 1);
    if (std::isnan(row[1])) {
      EXPECT_EQ(second, "");
    } else {
      EXPECT_EQ(std::strtod(second.c_str(), nullptr), row[1]);
    }
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(Table, AFullDiskIsAnErrorThatNamesTheFile) {
  const Table table{{"a"}, std::vector<std::vector<double>>(10000, {1. / 3})};
  try {
    write_csv("/dev/full", table);
    FAIL() << "written to a full device";
  } catch (const ComputationError& error) {
    EXPECT_NE(std::string(error.what()).find("/dev/full"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("No space left"), std::string::npos);
  }
  EXPECT_THROW(write_csv("/no/such/folder/a.csv", table), ComputationError);
}

TEST(Table, ARowOfAnotherLengthIsRefused) {
  const ScratchFolder scratch;
  EXPECT_THROW(write_csv(scratch / "a.csv", {{"a", "b"}, {{1}}}), std::logic_error);
  EXPECT_EQ(column_index({{"a", "b"}, {}}, "b"), 1);
  EXPECT_EQ(column_index({{"a", "b"}, {}}, "c"), -1);
}
