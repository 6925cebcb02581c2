#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/study_file.h"

namespace intratumor {

/// What OpenTURNS does for a study, through a program that stands beside this one. ComputationError when it
/// is not there or fails.

using Points = std::vector<std::vector<double>>;

/// Draws from independent distributions: a row a draw, a column a distribution. `kind` is latin_hypercube,
/// sobol (a sequence that is shifted at random; a longer one begins with the shorter) or saltelli: size
/// (d + 2) rows, in blocks A, B, then A with one column of B after the other.
Points draw(DesignBlock::Kind kind, std::size_t size, std::uint32_t seed,
            const std::vector<Distribution>& distributions);

/// Quantiles of each distribution (a row) at these levels.
Points quantiles(const std::vector<Distribution>& distributions, const std::vector<double>& levels);

/// Sobol indices of one output, by input: first order (what its variance alone explains) and total (what
/// would be left unexplained without it), with limits of 95% confidence.
struct SobolIndices {
  std::vector<double> first, first_low, first_high;
  std::vector<double> total, total_low, total_high;
};

/// Martinez' estimators from the outputs of a saltelli sample of `inputs` columns, in its order.
SobolIndices sobol_indices(std::size_t inputs, const std::vector<double>& outputs);

}  // namespace intratumor
