#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "output/summary.h"
#include "study/analysis.h"
#include "study/combination_ranking.h"
#include "study/numerical_error.h"
#include "study/pareto.h"
#include "study/plan_warnings.h"
#include "study/ranking.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t most_compared = 20;   // combinations, each with each
constexpr std::size_t most_explained = 21;  // pairs of combinations whose difference gets Sobol indices

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number_or_null(value));
  return list;
}

Json band_json(const Band& band) {
  Json json = {{"count", band.count}, {"mean", number_or_null(band.mean)}};
  for (std::size_t i = 0; i < band.quantiles.size(); ++i)
    json["p" + std::to_string(static_cast<int>(std::lround(100 * band_levels[i])))] =
        number_or_null(band.quantiles[i]);
  return json;
}

class Analysis {
 public:
  Analysis(const Study& study, const Plan& plan, const StudyResults& results)
      : study_(study), plan_(plan), results_(results), block_(drawn_block(study)) {
    numbers_.assign(plan.combinations, std::vector<std::size_t>(plan.draws));
    for (std::size_t k = 0; k < plan.cases.size(); ++k)
      numbers_[plan.cases[k].combination][plan.cases[k].draw] = k;
    for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
      if (block_ == nullptr) break;
      const std::vector<std::size_t> factors = block_->factors();
      if (std::find(factors.begin(), factors.end(), plan.inputs[i].factor) != factors.end())
        drawn_inputs_.push_back(i);
    }
    order_drawn_inputs();
  }

  Json json(const StudyFolder& folder) {
    Json all;
    all["combinations"] = plan_.combination_labels;
    all["combination_values"] = plan_.combination_values;
    all["combination_molar_mass_kg_per_mol"] = molar_masses();
    all["draws"] = plan_.draws;
    if (plan_.combinations > 1) all["ranking"] = ranking_json();
    all["metrics"] = Json::object();
    for (const StudyMetric& metric : study_.metrics) all["metrics"][metric.name] = of_metric(metric);
    if (plan_.combinations > 1 && study_.metrics.size() > 1) all["pareto"] = pareto_json();
    if (block_ != nullptr && block_->is_random()) {
      all["bands"] = bands_of_all_metrics();
      all["exposure_volume"] = exposure_bands(folder);
    }
    all["warnings"] = warnings();
    return all;
  }

 private:
  /// Columns of the draws stand in the order in which the block names its factors.
  void order_drawn_inputs() {
    if (block_ == nullptr) return;
    const std::vector<std::size_t> factors = block_->factors();
    const auto place = [&](std::size_t input) {
      return std::find(factors.begin(), factors.end(), plan_.inputs[input].factor) - factors.begin();
    };
    std::stable_sort(drawn_inputs_.begin(), drawn_inputs_.end(),
                     [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  }

  std::vector<double> by_draw(const std::vector<double>& by_case, std::size_t combination) const {
    std::vector<double> values;
    for (const std::size_t k : numbers_[combination]) values.push_back(by_case[k]);
    return values;
  }

  Json of_metric(const StudyMetric& metric) {
    const std::vector<double> by_case = results_.metric(metric.name);
    Json json = {{"unit", unit_of_metric(metric.name)},
                 {"better", metric.more_is_better ? "more" : "less"},
                 {"combinations", Json::array()}};
    std::vector<std::vector<double>> values;
    for (std::size_t c = 0; c < plan_.combinations; ++c) {
      values.push_back(by_draw(by_case, c));
      json["combinations"].push_back(of_combination(c, values[c]));
    }
    const bool paired = plan_.draws > 1 && plan_.combinations > 1 && plan_.combinations <= most_compared;
    if (paired && block_->is_random()) {
      json["pairs"] = Json::array();
      for (std::size_t a = 0; a < values.size(); ++a)
        for (std::size_t b = a + 1; b < values.size(); ++b) {
          const PairedComparison pair = compare_pairs(
              independent(values[a]), independent(values[b]), metric.more_is_better,
              std::max(error_of(metric.name, a, values[a]), error_of(metric.name, b, values[b])));
          json["pairs"].push_back({{"a", a},
                                   {"b", b},
                                   {"draws", pair.pairs},
                                   {"a_better", number_or_null(pair.better)},
                                   {"told_apart", number_or_null(pair.told_apart)},
                                   {"median_difference", number_or_null(pair.difference)}});
          if (block_->kind == DesignBlock::Kind::saltelli && json["pairs"].size() <= most_explained)
            json["pairs"].back()["sobol_indices_of_difference"] =
                indices_json(differences(values[a], values[b]));
        }
    }
    return json;
  }

  /// Numerical error of the median of a combination's draws.
  double error_of(const std::string& metric, std::size_t combination,
                  const std::vector<double>& by_draw) const {
    return numerical_error(metric, sample_quantile(independent(by_draw), 0.5),
                           results_.accuracy(numbers_[combination].front()));
  }

  /// Of the drug of each combination; null where it is not known or not one.
  Json molar_masses() const {
    Json list = Json::array();
    for (std::size_t c = 0; c < plan_.combinations; ++c) {
      std::set<double> found;
      for (const std::size_t k : numbers_[c])
        if (!results_.summaries[k].is_null())
          found.insert(number_at(results_.summaries[k], "drug.molar_mass_kg_per_mol"));
      list.push_back(found.size() == 1 ? number_or_null(*found.begin()) : Json());
    }
    return list;
  }

  /// Combinations of each geometry, best first by the study's first metric.
  Json ranking_json() const {
    const StudyMetric& metric = study_.metrics.front();
    const std::vector<double> by_case = results_.metric(metric.name);
    std::vector<CombinationValues> values;
    for (std::size_t c = 0; c < plan_.combinations; ++c) {
      values.push_back({independent(by_draw(by_case, c)), 0., geometry_of(c)});
      const double median = sample_quantile(values.back().by_draw, 0.5);
      values.back().error = numerical_error(metric.name, median, results_.accuracy(numbers_[c].front()));
    }
    Json json = {{"metric", metric.name},
                 {"better", metric.more_is_better ? "more" : "less"},
                 {"combinations", Json::array()}};
    std::map<std::string, std::size_t> groups;
    for (const CombinationPlace& place : rank_combinations(values, metric.more_is_better)) {
      const std::string& geometry = values[place.combination].group;
      json["combinations"].push_back({{"combination", place.combination},
                                      {"group", groups.emplace(geometry, groups.size()).first->second},
                                      {"place", place.place},
                                      {"median", number_or_null(place.median)},
                                      {"best_share", number_or_null(place.best_share)}});
    }
    return json;
  }

  std::size_t independent_draws() const {
    return block_ == nullptr ? plan_.draws : block_->independent(plan_.draws);
  }

  std::vector<double> independent(std::vector<double> values) const {
    values.resize(independent_draws());
    return values;
  }

  static std::vector<double> differences(std::vector<double> a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
    return a;
  }

  /// Percentiles of every metric that has values, also of those that the study does not name.
  Json bands_of_all_metrics() const {
    std::vector<std::string> names = metric_names();
    for (const StudyMetric& metric : study_.metrics)
      if (is_coverage(metric.name)) names.push_back(metric.name);
    Json all = Json::object();
    for (const std::string& name : names) {
      const std::vector<double> by_case = results_.metric(name);
      Json json = {{"unit", unit_of_metric(name)}, {"combinations", Json::array()}};
      bool any = false;
      for (std::size_t c = 0; c < plan_.combinations; ++c) {
        const Band band = band_of(independent(by_draw(by_case, c)));
        any = any || band.count > 0;
        json["combinations"].push_back({{"combination", c}, {"band", band_json(band)}});
      }
      if (any) all[name] = json;
    }
    return all;
  }

  /// Which combinations no other of the same geometry dominates, by the study's metrics (of draws, the
  /// median).
  Json pareto_json() const {
    Json json = {{"metrics", Json::array()}};
    std::vector<ObjectiveValues> objectives;
    for (const StudyMetric& metric : study_.metrics) {
      json["metrics"].push_back(metric.name);
      const std::vector<double> by_case = results_.metric(metric.name);
      ObjectiveValues of{metric.more_is_better, {}, {}};
      for (std::size_t c = 0; c < plan_.combinations; ++c) {
        of.value.push_back(sample_quantile(independent(by_draw(by_case, c)), 0.5));
        of.error.push_back(numerical_error(metric.name, of.value[c], results_.accuracy(numbers_[c].front())));
      }
      objectives.push_back(std::move(of));
    }
    std::vector<std::string> geometry;
    for (std::size_t c = 0; c < plan_.combinations; ++c) geometry.push_back(geometry_of(c));
    json["on_front"] =
        pareto_front(objectives, [&](std::size_t a, std::size_t b) { return geometry[a] == geometry[b]; });
    return json;
  }

  /// Inputs of a combination that are its patient's, not its scheme's.
  std::string geometry_of(std::size_t combination) const {
    std::string text;
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i)
      if (study_.factors[plan_.inputs[i].factor].path.rfind("geometry", 0) == 0)
        text += plan_.cases[numbers_[combination].front()].inputs[i].dump() + "\n";
    return text;
  }

  Json of_combination(std::size_t combination, const std::vector<double>& values) {
    Json json = {{"combination", combination}};
    if (block_ == nullptr) {
      json["value"] = number_or_null(values[0]);
    } else if (block_->kind == DesignBlock::Kind::one_at_a_time) {
      json["reference"] = number_or_null(values[0]);
      json["tornado"] = tornado_json(combination, values);
    } else if (block_->kind == DesignBlock::Kind::saltelli) {
      json["band"] = band_json(band_of(independent(values)));
      json["sobol_indices"] = indices_json(values);
    } else {
      json["band"] = band_json(band_of(values));
    }
    return json;
  }

  Json tornado_json(std::size_t combination, const std::vector<double>& values) const {
    std::vector<const PlannedCase*> cases;
    for (const std::size_t k : numbers_[combination]) cases.push_back(&plan_.cases[k]);
    Json bars = Json::array();
    for (const TornadoBar& bar : tornado(plan_, cases, values))
      bars.push_back({{"input", plan_.inputs[bar.input].name},
                      {"path", plan_.inputs[bar.input].path},
                      {"tried", bar.tried},
                      {"tried_text", bar.tried_text},
                      {"results", numbers(bar.results)},
                      {"span", bar.span}});
    return bars;
  }

  Json indices_json(const std::vector<double>& values) const {
    std::size_t used = 0;
    const SobolIndices indices = indices_of_draws(drawn_inputs_.size(), values, used);
    Json json = {{"base_draws", used}, {"inputs", Json::array()}};
    // The limits are those of large samples: of fewer base draws they are too narrow.
    const auto limits = [&](double low, double high) {
      return used < enough_draws ? Json::array({nullptr, nullptr}) : numbers({low, high});
    };
    for (std::size_t i = 0; i < indices.first.size(); ++i)
      json["inputs"].push_back({{"input", plan_.inputs[drawn_inputs_[i]].name},
                                {"path", plan_.inputs[drawn_inputs_[i]].path},
                                {"first", number_or_null(indices.first[i])},
                                {"first_95", limits(indices.first_low[i], indices.first_high[i])},
                                {"total", number_or_null(indices.total[i])},
                                {"total_95", limits(indices.total_low[i], indices.total_high[i])}});
    return json;
  }

  /// The AUC that a share of the volume reaches, as bands over the draws.
  Json exposure_bands(const StudyFolder& folder) const {
    const std::vector<double> fractions = shared_fractions();
    const auto volumes = exposure_volumes(folder, results_, fractions);
    const std::size_t draws = independent_draws();
    Json json = {{"unit", "mol s m-3"}, {"volume_fraction", fractions}, {"combinations", Json::array()}};
    for (std::size_t c = 0; c < plan_.combinations; ++c) {
      Json bands = {{"combination", c}};
      for (const double level : {0.05, 0.5, 0.95}) {
        Json line = Json::array();
        for (std::size_t i = 0; i < fractions.size(); ++i) {
          std::vector<double> values;
          for (std::size_t d = 0; d < draws; ++d) values.push_back(volumes[numbers_[c][d]][i]);
          line.push_back(number_or_null(sample_quantile(values, level)));
        }
        bands["p" + std::to_string(static_cast<int>(std::lround(100 * level)))] = line;
      }
      json["combinations"].push_back(bands);
    }
    return json;
  }

  Json warnings() const {
    Json list = Json::array();
    if (const auto few = few_draws_warning(study_)) list.push_back(*few);
    const std::size_t done = results_.count(StudyFolder::State::done);
    if (done < plan_.cases.size())
      list.push_back(std::to_string(plan_.cases.size() - done) + " of " + std::to_string(plan_.cases.size()) +
                     " cases have no result and are left out");
    if (plan_.draws > 1 && plan_.combinations > most_compared)
      list.push_back("more than " + std::to_string(most_compared) +
                     " combinations: they are not compared each with each");
    return list;
  }

  const Study& study_;
  const Plan& plan_;
  const StudyResults& results_;
  const DesignBlock* block_;
  std::vector<std::vector<std::size_t>> numbers_;  ///< of the case, by combination and draw
  std::vector<std::size_t> drawn_inputs_;
};

}  // namespace

Json analyse(const Study& study, const Plan& plan, const StudyResults& results, const StudyFolder& folder) {
  return Analysis(study, plan, results).json(folder);
}

}  // namespace intratumor
