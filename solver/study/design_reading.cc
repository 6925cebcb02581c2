#include <algorithm>

#include "study/study_reading.h"

namespace intratumor {

namespace {

using Kind = DesignBlock::Kind;

constexpr int most_draws = 1000000;

struct DesignName {
  const char* key;
  Kind kind;
};
constexpr DesignName sampled[] = {{"latin_hypercube", Kind::latin_hypercube},
                                  {"sobol", Kind::sobol},
                                  {"saltelli", Kind::saltelli},
                                  {"one_at_a_time", Kind::one_at_a_time}};

class DesignReader {
 public:
  explicit DesignReader(const std::vector<Factor>& factors) : factors_(factors), taken_(factors.size()) {}

  /// Names first, `rest` when everything else is known.
  std::vector<DesignBlock> read(const YamlNode& node) {
    check_study_keys(node, {"grid", "list", "latin_hypercube", "sobol", "saltelli", "one_at_a_time"});
    if (node.keys().empty()) node.fail("is empty; expected for instance {grid: rest}");
    std::vector<DesignBlock> blocks;
    std::vector<std::optional<YamlNode>> rests;
    const auto add = [&](const YamlNode& block_node, DesignBlock block, const YamlNode& over, bool zipped) {
      const bool rest = over.is_scalar();
      if (rest) over.one_of({"rest"});
      if (!rest) block.groups = read_groups(over, block.kind == Kind::grid, zipped);
      blocks.push_back(block);
      rests.push_back(rest ? std::optional<YamlNode>(block_node) : std::nullopt);
      zipped_.push_back(zipped);
    };
    if (const auto grid = node.optional("grid")) add(*grid, {}, *grid, false);
    if (const auto list = node.optional("list")) add(*list, {}, *list, true);
    std::string first;
    for (const DesignName& name : sampled) {
      const auto block = node.optional(name.key);
      if (!block) continue;
      if (!first.empty()) block->fail("cannot stand beside " + first + "; a design draws in one way");
      first = name.key;
      read_sampled(*block, name.kind, add);
    }
    fill_rest(node, blocks, rests);
    for (const DesignBlock& block : blocks) check_block(node, block);
    return blocks;
  }

 private:
  template <class Add>
  void read_sampled(const YamlNode& node, Kind kind, const Add& add) {
    DesignBlock block;
    block.kind = kind;
    if (kind == Kind::one_at_a_time) {
      if (!node.is_map()) {
        add(node, block, node, false);
        return;
      }
      check_study_keys(node, {"over", "quantiles"});
      if (const auto quantiles = node.optional("quantiles")) {
        const std::vector<YamlNode> items = quantiles->items();
        if (items.size() != 2) quantiles->fail("must be two numbers, as [0.05, 0.95]");
        block.quantiles = {items[0].number({0, 0.5, true, true}), items[1].number({0.5, 1, true, true})};
      }
      add(node, block, node.required("over"), false);
      return;
    }
    if (!node.is_map()) node.fail("must be a map, as {over: rest, size: 64, seed: 1}");
    check_study_keys(node, {"over", "size", "seed"});
    block.size = static_cast<std::size_t>(node.required("size").integer(2, most_draws));
    if (const auto seed = node.optional("seed"))
      block.seed = static_cast<std::uint32_t>(seed->integer(0, 2147483647));
    add(node, block, node.required("over"), false);
  }

  std::size_t take(const YamlNode& name) {
    std::vector<std::string> paths;
    for (const Factor& factor : factors_) paths.push_back(factor.path);
    const std::string path = name.one_of(paths);
    const auto index = static_cast<std::size_t>(std::find(paths.begin(), paths.end(), path) - paths.begin());
    if (taken_[index]) name.fail("'" + path + "' stands in the design twice");
    taken_[index] = true;
    return index;
  }

  std::vector<std::vector<std::size_t>> read_groups(const YamlNode& over, bool grid, bool zipped) {
    const std::vector<YamlNode> items = over.items();
    if (items.empty()) over.fail("is empty; name what it is over, or say rest");
    std::vector<std::vector<std::size_t>> groups;
    for (const YamlNode& item : items) {
      if (!zipped || groups.empty()) groups.emplace_back();
      if (!item.is_sequence()) {
        groups.back().push_back(take(item));
        continue;
      }
      if (!grid || zipped) item.fail("groups of factors that go together stand in a grid only");
      for (const YamlNode& member : item.items()) groups.back().push_back(take(member));
      if (groups.back().empty()) item.fail("is an empty group");
    }
    return groups;
  }

  void fill_rest(const YamlNode& node, std::vector<DesignBlock>& blocks,
                 const std::vector<std::optional<YamlNode>>& rests) {
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < factors_.size(); ++i)
      if (!taken_[i]) left.push_back(i);
    std::optional<YamlNode> first;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (!rests[b]) continue;
      if (first) rests[b]->fail("rest stands twice in the design");
      first = rests[b];
      if (left.empty()) first->fail("nothing is left for it: every factor is named elsewhere");
      for (const std::size_t i : left) {
        if (!zipped_[b] || blocks[b].groups.empty()) blocks[b].groups.emplace_back();
        blocks[b].groups.back().push_back(i);
      }
    }
    if (!first && !left.empty())
      node.fail("vary." + factors_[left[0]].path + " has no effect: no part of the design is over it");
  }

  void check_block(const YamlNode& node, const DesignBlock& block) const {
    if (block.kind != Kind::grid) return;
    for (const auto& group : block.groups)
      for (const std::size_t i : group) {
        const Factor& factor = factors_[i];
        if (factor.kind != Factor::Kind::values)
          node.fail("vary." + factor.path +
                    " is a distribution, and a grid needs a list or a range; put it under sobol, "
                    "latin_hypercube, saltelli or one_at_a_time");
        if (factor.values.size() != factors_[group[0]].values.size())
          node.fail("vary." + factor.path + " has " + std::to_string(factor.values.size()) +
                    " values and vary." + factors_[group[0]].path + " has " +
                    std::to_string(factors_[group[0]].values.size()) +
                    "; what goes together must be equally long");
      }
  }

  const std::vector<Factor>& factors_;
  std::vector<bool> taken_;
  std::vector<bool> zipped_;
};

}  // namespace

std::vector<DesignBlock> read_design(const std::optional<YamlNode>& node, const YamlNode& root,
                                     const std::vector<Factor>& factors) {
  if (node) {
    if (!node->is_map()) node->fail("must be a map, as {grid: [scheme], sobol: {over: rest, size: 64}}");
    return DesignReader(factors).read(*node);
  }
  DesignBlock grid;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (factors[i].kind != Factor::Kind::values)
      root.fail("the key 'design' is missing: vary." + factors[i].path +
                " is a distribution, so how often to draw must be said, as design: {sobol: {over: rest, "
                "size: 64, seed: 1}}");
    grid.groups.push_back({i});
  }
  return {grid};
}

}  // namespace intratumor
