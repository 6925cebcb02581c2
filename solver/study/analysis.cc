#include "study/analysis.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace intratumor {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double sample_quantile(std::vector<double> values, double level) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
               values.end());
  if (values.empty()) return undefined;
  std::sort(values.begin(), values.end());
  const double place = level * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

Band band_of(const std::vector<double>& values) {
  Band band;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++band.count;
    band.mean += value;
  }
  band.mean = band.count > 0 ? band.mean / static_cast<double>(band.count) : undefined;
  for (const double level : band_levels) band.quantiles.push_back(sample_quantile(values, level));
  return band;
}

PairedComparison compare_pairs(const std::vector<double>& a, const std::vector<double>& b,
                               bool more_is_better, double error) {
  PairedComparison comparison;
  std::vector<double> differences;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    differences.push_back(a[i] - b[i]);
    const bool better = more_is_better ? a[i] > b[i] : a[i] < b[i];
    comparison.better += better ? 1 : a[i] == b[i] ? 0.5 : 0;
    comparison.told_apart += std::abs(a[i] - b[i]) > error ? 1 : 0;
  }
  comparison.pairs = differences.size();
  for (double* const share : {&comparison.better, &comparison.told_apart})
    *share = comparison.pairs > 0 ? *share / static_cast<double>(comparison.pairs) : undefined;
  comparison.difference = sample_quantile(differences, 0.5);
  return comparison;
}

std::vector<TornadoBar> tornado(const Plan& plan, const std::vector<const PlannedCase*>& cases,
                                const std::vector<double>& results) {
  std::vector<TornadoBar> bars;
  if (cases.empty() || std::isnan(results[0])) return bars;
  for (std::size_t input = 0; input < plan.inputs.size(); ++input) {
    TornadoBar bar;
    bar.input = input;
    double low = results[0], high = results[0];
    for (std::size_t k = 1; k < cases.size(); ++k) {
      // Only one input differs from the reference.
      if (cases[k]->inputs[input] == cases[0]->inputs[input]) continue;
      bar.tried.push_back(cases[k]->inputs[input]);
      bar.tried_text.push_back(cases[k]->shown[input]);
      bar.results.push_back(results[k]);
      if (std::isnan(results[k])) continue;
      low = std::min(low, results[k]);
      high = std::max(high, results[k]);
    }
    bar.span = high - low;
    if (!bar.tried.empty()) bars.push_back(bar);
  }
  std::stable_sort(bars.begin(), bars.end(),
                   [](const TornadoBar& a, const TornadoBar& b) { return a.span > b.span; });
  return bars;
}

SobolIndices indices_of_draws(std::size_t inputs, const std::vector<double>& results, std::size_t& used) {
  const std::size_t blocks = inputs + 2;
  const std::size_t size = results.size() / blocks;
  std::vector<std::size_t> whole;
  for (std::size_t i = 0; i < size; ++i) {
    bool all = true;
    for (std::size_t block = 0; block < blocks; ++block) all = all && !std::isnan(results[block * size + i]);
    if (all) whole.push_back(i);
  }
  used = whole.size();
  std::vector<double> outputs;
  for (std::size_t block = 0; block < blocks; ++block)
    for (const std::size_t i : whole) outputs.push_back(results[block * size + i]);
  // Without any spread there is nothing to explain.
  const bool spread = std::any_of(outputs.begin(), outputs.end(), [&](double v) { return v != outputs[0]; });
  if (used < 2 || !spread) return {};
  return sobol_indices(inputs, outputs);
}

}  // namespace intratumor
