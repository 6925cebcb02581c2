// intratumor-openturns: draws designs of experiments and estimates Sobol indices with OpenTURNS, one request
// on stdin, one answer on stdout, both JSON. A program of its own because OpenTURNS brings a second HDF5 and
// a sequential MUMPS, which must not meet those of PETSc in one process. Exit status 1 with a line on stderr
// when a request cannot be met.
//
//   {"task": "sample", "design": "sobol", "size": 64, "seed": 1, "inputs": [INPUT, ...]}   -> {"points":
//   rows}
//   {"task": "quantiles", "levels": [0.05, 0.95], "inputs": [INPUT, ...]}   -> {"points": a row an input}
//   {"task": "indices", "inputs": d, "outputs": [numbers in the order of a saltelli sample]}
//       -> {"first": [...], "total": [...], each with "_low" and "_high"}
//   INPUT: {"distribution": "normal", "parameters": [mean, sd], "low": number | null, "high": number | null}
#include <cmath>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <openturns/ComposedDistribution.hxx>
#include <openturns/LHSExperiment.hxx>
#include <openturns/Log.hxx>
#include <openturns/LogNormal.hxx>
#include <openturns/LowDiscrepancyExperiment.hxx>
#include <openturns/MartinezSensitivityAlgorithm.hxx>
#include <openturns/Normal.hxx>
#include <openturns/RandomGenerator.hxx>
#include <openturns/SobolIndicesExperiment.hxx>
#include <openturns/SobolSequence.hxx>
#include <openturns/Triangular.hxx>
#include <openturns/TruncatedDistribution.hxx>
#include <openturns/Uniform.hxx>
#include <stdexcept>

namespace {

using Json = nlohmann::json;
using OT::UnsignedInteger;

OT::Distribution distribution_without_bounds(const std::string& kind, const std::vector<double>& p) {
  if (kind == "normal") return OT::Normal(p.at(0), p.at(1));
  if (kind == "lognormal") return OT::LogNormal(std::log(p.at(0)), std::log(p.at(1)));
  if (kind == "uniform") return OT::Uniform(p.at(0), p.at(1));
  if (kind == "triangular") return OT::Triangular(p.at(0), p.at(1), p.at(2));
  throw std::invalid_argument("unknown distribution " + kind);
}

OT::Distribution distribution_of(const Json& input) {
  const OT::Distribution whole = distribution_without_bounds(
      input.at("distribution").get<std::string>(), input.at("parameters").get<std::vector<double>>());
  const bool low = input.at("low").is_number(), high = input.at("high").is_number();
  if (low && high)
    return OT::TruncatedDistribution(whole, input["low"].get<double>(), input["high"].get<double>());
  if (low)
    return OT::TruncatedDistribution(whole, input["low"].get<double>(), OT::TruncatedDistribution::LOWER);
  if (high)
    return OT::TruncatedDistribution(whole, input["high"].get<double>(), OT::TruncatedDistribution::UPPER);
  return whole;
}

/// Shifted at random, so that a seed means something and the first point is not the median of everything.
OT::Sample shifted_sobol(const OT::ComposedDistribution& joint, UnsignedInteger size) {
  OT::LowDiscrepancyExperiment experiment(OT::SobolSequence(joint.getDimension()), joint, size, true);
  experiment.setRandomize(true);
  return experiment.generate();
}

OT::Sample sample_of(const Json& request) {
  OT::ComposedDistribution::DistributionCollection marginals;
  for (const Json& input : request.at("inputs")) marginals.add(distribution_of(input));
  const OT::ComposedDistribution joint(marginals);
  const auto size = request.at("size").get<UnsignedInteger>();
  const std::string design = request.at("design").get<std::string>();
  OT::RandomGenerator::SetSeed(request.at("seed").get<UnsignedInteger>());
  if (design == "sobol") return shifted_sobol(joint, size);
  if (design == "latin_hypercube") return OT::LHSExperiment(joint, size).generate();
  if (design != "saltelli") throw std::invalid_argument("unknown design " + design);
  OT::ComposedDistribution::DistributionCollection twice(marginals);
  for (UnsignedInteger i = 0; i < marginals.getSize(); ++i) twice.add(marginals[i]);
  const OT::Sample both = shifted_sobol(OT::ComposedDistribution(twice), size);
  // Blocks: A, B, then for each input A with that input's column of B.
  const UnsignedInteger d = marginals.getSize();
  OT::Sample points((d + 2) * size, d);
  for (UnsignedInteger block = 0; block < d + 2; ++block)
    for (UnsignedInteger i = 0; i < size; ++i)
      for (UnsignedInteger j = 0; j < d; ++j)
        points(block * size + i, j) = both(i, block == 1 || block == j + 2 ? d + j : j);
  return points;
}

Json points_of(const OT::Sample& sample) {
  Json points = Json::array();
  for (UnsignedInteger i = 0; i < sample.getSize(); ++i) {
    Json row = Json::array();
    for (UnsignedInteger j = 0; j < sample.getDimension(); ++j) row.push_back(sample(i, j));
    points.push_back(row);
  }
  return points;
}

Json quantiles_of(const Json& request) {
  Json points = Json::array();
  for (const Json& input : request.at("inputs")) {
    const OT::Distribution distribution = distribution_of(input);
    Json row = Json::array();
    for (const Json& level : request.at("levels"))
      row.push_back(distribution.computeQuantile(level.get<double>())[0]);
    points.push_back(row);
  }
  return points;
}

void add_interval(Json& answer, const std::string& name, const OT::Point& value,
                  const OT::Interval& interval) {
  for (UnsignedInteger j = 0; j < value.getDimension(); ++j) {
    answer[name].push_back(value[j]);
    answer[name + "_low"].push_back(interval.getLowerBound()[j]);
    answer[name + "_high"].push_back(interval.getUpperBound()[j]);
  }
}

Json indices_of(const Json& request) {
  const auto d = request.at("inputs").get<UnsignedInteger>();
  const auto values = request.at("outputs").get<std::vector<double>>();
  const UnsignedInteger size = values.size() / (d + 2);
  if (size < 2 || size * (d + 2) != values.size()) throw std::invalid_argument("wrong number of outputs");
  OT::Sample outputs(values.size(), 1);
  for (UnsignedInteger i = 0; i < values.size(); ++i) outputs(i, 0) = values[i];
  // Of the inputs only their number matters to the estimators.
  OT::MartinezSensitivityAlgorithm algorithm(OT::Sample(values.size(), d), outputs, size);
  algorithm.setUseAsymptoticDistribution(true);
  algorithm.setConfidenceLevel(0.95);
  Json answer = {{"first", Json::array()}, {"total", Json::array()}};
  add_interval(answer, "first", algorithm.getFirstOrderIndices(), algorithm.getFirstOrderIndicesInterval());
  add_interval(answer, "total", algorithm.getTotalOrderIndices(), algorithm.getTotalOrderIndicesInterval());
  return answer;
}

Json answer_to(const Json& request) {
  const std::string task = request.at("task").get<std::string>();
  if (task == "sample") return {{"points", points_of(sample_of(request))}};
  if (task == "quantiles") return {{"points", quantiles_of(request)}};
  if (task == "indices") return indices_of(request);
  throw std::invalid_argument("unknown task " + task);
}

}  // namespace

int main() {
  try {
    OT::Log::Show(OT::Log::NONE);
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    std::cout << answer_to(Json::parse(text)).dump() << std::endl;
    return std::cout ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
