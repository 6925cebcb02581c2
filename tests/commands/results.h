#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// summary.json without what may depend on where, when and in how many parts a case runs.
nlohmann::ordered_json comparable_results(const std::string& folder);

/// Every number of `a` within a relative tolerance of b's, terms of the ledger within that of the dose;
/// counts of the solver and round-off aside. Quantiles and the half-life may differ ten times as much.
void expect_near(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b, double tolerance,
                 const std::string& path = "");

/// The same for two result folders: summaries, series, and fields a hundred times as far apart, at least
/// 1e-6: they are floats, and a time above a threshold jumps.
void expect_same_results(const std::string& folder, const std::string& other, double tolerance);
