#include "simulation/checkpoints.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "mesh/octree.h"
#include "output/node_file.h"
#include "quantities/error.h"
#include "simulation/time_loop.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr int format = 2;
/// At most this share of the time goes into checkpoints.
constexpr double largest_share = 0.1;
const char* const files_of_main[] = {"fields.h5", "fields.xdmf", "maps"};

/// A key of every owned node that no other node has: its place in the lattice of the finest cells.
std::vector<std::uint64_t> lattice_keys(const Octree& octree) {
  const MeshBox& box = octree.box;
  std::vector<std::uint64_t> keys;
  keys.reserve(octree.mesh->node_positions().size());
  for (const Point& p : octree.mesh->node_positions()) {
    std::uint64_t key = 0;
    for (int a = 0; a < 3; ++a) {
      const double cell = (box.upper[a] - box.lower[a]) / (box.cells[a] * std::exp2(box.levels));
      key |= static_cast<std::uint64_t>(std::llround((p[a] - box.lower[a]) / cell)) << (21 * a);
    }
    keys.push_back(key);
  }
  return keys;
}

std::string field_group(std::size_t time_index) {
  return "/fields_" + std::to_string(time_index);
}

std::string broadcast(MPI_Comm comm, const std::string& text) {
  return dealii::Utilities::MPI::broadcast(comm, text, 0);
}

Json read_json(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

void copy_tree(const fs::path& from, const fs::path& to) {
  if (fs::is_directory(from)) {
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from))
      copy_tree(entry.path(), to / entry.path().filename());
  } else if (fs::exists(from)) {
    link_or_copy(from.string(), to.string());
  }
}

}  // namespace

Checkpoints::Checkpoints(Options options) : options_(std::move(options)) {
  MPI_Comm_rank(options_.comm, &rank_);
  if (options_.from.empty()) return;
  from_ = Json::parse(
      broadcast(options_.comm, rank_ == 0 ? read_json(options_.from + "/state.json").dump() : std::string()));
  if (from_.at("format") != format)
    throw InputError(options_.from +
                     ": was written by another version of intratumor; begin anew with --overwrite");
  position_.by_vein = from_.at("by_vein").get<bool>();
  position_.repeat = from_.at("repeat").get<int>();
  position_.reach_factor = from_.at("reach_factor").get<double>();
  seconds_before_ = from_.at("seconds").get<double>();
  parts_before_ = from_.at("parts").get<int>();
  options_.reporter->remember(from_.at("warnings").get<std::vector<std::string>>());
  if (!position_.by_vein) return;
  main_.summary = from_.at("main").at("summary");
  NodeFileReader reader(options_.comm, options_.from + "/main.h5", {});
  for (const auto& [name, columns] : from_["main"]["tables"].items())
    main_.tables[name] = reader.rows("/" + name, columns.get<std::vector<std::string>>());
  reader.close();
  bring_back_files();
}

/// What the scheme itself has left in its result folder to be.
void Checkpoints::bring_back_files() {
  if (rank_ == 0)
    for (const char* name : files_of_main)
      copy_tree(fs::path(options_.from) / "main" / name, fs::path(options_.staging) / name);
  MPI_Barrier(options_.comm);
}

bool Checkpoints::asked_to_end() const {
  return options_.interruption != nullptr && options_.interruption->requested();
}

void Checkpoints::enter(const RunPosition& position) {
  position_ = position;
  // Meshing and flow can take longer than anyone waits: a signal then ends the program at once, and one that
  // has come already does so here.
  if (options_.interruption != nullptr) options_.interruption->remember(false);
  if (!dealii::Utilities::MPI::logical_or(asked_to_end(), options_.comm)) return;
  const bool any = rank_ == 0 && options_.folder->locked() && options_.folder->any();
  throw Interrupted("interrupted", dealii::Utilities::MPI::logical_or(any, options_.comm));
}

void Checkpoints::enter_comparator(const Result& main) {
  position_.by_vein = true;
  main_ = main;
}

std::optional<CourseState> Checkpoints::attach(const Octree& octree, FlowStates& flow, FieldWriter* fields) {
  flow_ = &flow;
  fields_ = fields;
  keys_ = lattice_keys(octree);
  std::optional<CourseState> state;
  if (!from_.is_null()) {
    flow.recall(from_.at("flow"));
    state.emplace();
    state->numbers = from_.at("course");
    NodeFileReader reader(options_.comm, options_.from + "/state.h5", keys_);
    for (const auto& name : from_.at("nodes")) {
      state->nodes.emplace_back(name.get<std::string>(), std::vector<double>());
      reader.nodes("/" + state->nodes.back().first, state->nodes.back().second);
    }
    state->series = reader.rows("/series", from_.at("series").get<std::vector<std::string>>());
    if (fields != nullptr) replay(reader, *fields);
    reader.close();
    from_ = nullptr;
  }
  if (options_.interruption != nullptr) options_.interruption->remember(true);
  return state;
}

/// Writes again what had been written of the fields.
void Checkpoints::replay(NodeFileReader& reader, FieldWriter& fields) const {
  const auto times = from_.at("field_times").get<std::vector<double>>();
  const auto names = from_.at("field_names").get<std::vector<std::string>>();
  std::vector<float> values;
  for (std::size_t i = 0; i < times.size(); ++i) {
    std::vector<std::pair<std::string, std::vector<double>>> nodal;
    for (const std::string& name : names) {
      reader.nodes(field_group(i) + "/" + name, values);
      nodal.emplace_back(name, std::vector<double>(values.begin(), values.end()));
    }
    fields.write(times[i], nodal);
  }
}

void Checkpoints::after_step(const TimeLoop& loop) {
  enum { nothing, write, end };
  int wish = nothing;
  const double since = std::chrono::duration<double>(Clock::now() - last_).count();
  if (rank_ == 0 && !broken_ && since >= std::max(options_.interval, last_took_ / largest_share))
    wish = write;
  if (asked_to_end()) wish = end;
  // Ranks must agree, and a signal may have reached one of them only.
  MPI_Allreduce(MPI_IN_PLACE, &wish, 1, MPI_INT, MPI_MAX, options_.comm);
  if (wish == nothing) return;
  if (wish == end) options_.reporter->info("asked to end at " + readable_time(loop.time()));
  const bool saved = save(loop);
  if (wish != end) return;
  const bool any = rank_ == 0 && options_.folder->locked() && options_.folder->any();
  throw Interrupted(saved
                        ? "interrupted at " + readable_time(loop.time())
                        : "interrupted, and no checkpoint could be written at " + readable_time(loop.time()),
                    dealii::Utilities::MPI::logical_or(any, options_.comm));
}

/// Returns whether it is written.
bool Checkpoints::save(const TimeLoop& loop) {
  const Clock::time_point begin = Clock::now();
  const CourseState course = loop.state();
  const std::string place = broadcast(options_.comm, broken_ ? "" : prepare(course, keys_.size()));
  bool good = !place.empty();
  if (good) {
    try {
      write_arrays(place, course);
    } catch (const ComputationError& error) {
      // HDF5 is in no state to try again (hdf5_file.h). The same on all ranks.
      broken_ = true;
      good = false;
      give_up(error.what());
    }
  }
  if (good && rank_ == 0) {
    try {
      finish(place, loop, course);
    } catch (const std::exception& error) {
      good = false;
      give_up(error.what());
    }
  }
  good = !dealii::Utilities::MPI::logical_or(!good, options_.comm);
  last_ = Clock::now();
  last_took_ = std::chrono::duration<double>(last_ - begin).count();
  return good;
}

/// On the first rank: the folder to write into; empty when there can be none.
std::string Checkpoints::prepare(const CourseState& course, std::size_t nodes) {
  const auto all = dealii::Utilities::MPI::sum(static_cast<std::uint64_t>(nodes), options_.comm);
  if (rank_ != 0) return "";
  std::uint64_t bytes = 8 * (course.nodes.size() + 1) * all;
  if (fields_ != nullptr) bytes += 4 * fields_->names().size() * fields_->times().size() * all;
  const auto size_of = [](const Table& table) { return 8 * table.rows.size() * table.columns.size(); };
  bytes += size_of(course.series);
  for (const auto& table : main_.tables) bytes += size_of(table.second);
  try {
    if (!options_.folder->locked()) {
      options_.before_first();
      options_.folder->lock(options_.staging);
    }
    return options_.folder->begin(bytes + bytes / 50 + 100000);
  } catch (const std::exception& error) {
    give_up(error.what());
    return "";
  }
}

void Checkpoints::give_up(const std::string& reason) {
  if (rank_ != 0) return;
  // Without the lock it is another run's.
  if (options_.folder->locked()) options_.folder->drop();
  if (options_.folder->locked() && !options_.folder->any()) options_.folder->clear();
  if (reason != last_trouble_) options_.reporter->warn("no checkpoint, the run goes on without: " + reason);
  last_trouble_ = reason;
}

void Checkpoints::write_arrays(const std::string& folder, const CourseState& course) {
  NodeFileWriter file(options_.comm, folder + "/state.h5", keys_);
  for (const auto& [name, values] : course.nodes) file.nodes("/" + name, values);
  file.rows("/series", course.series);
  if (fields_ != nullptr)
    for (std::size_t i = 0; i < fields_->times().size(); ++i) {
      file.group(field_group(i));
      for (const std::string& name : fields_->names())
        file.nodes(field_group(i) + "/" + name, fields_->read(i, name));
    }
  file.close();
  if (!position_.by_vein) return;
  NodeFileWriter main(options_.comm, folder + "/main.h5", {});
  for (const auto& [name, table] : main_.tables) main.rows("/" + name, table);
  main.close();
}

Json Checkpoints::state_json(const CourseState& course) const {
  Json state;
  state["format"] = format;
  state["by_vein"] = position_.by_vein;
  state["repeat"] = position_.repeat;
  state["reach_factor"] = position_.reach_factor;
  state["seconds"] = seconds_before_ + std::chrono::duration<double>(Clock::now() - start_).count();
  state["parts"] = parts_before_ + 1;
  state["warnings"] = options_.reporter->warnings();
  state["flow"] = flow_->memory();
  state["course"] = course.numbers;
  state["nodes"] = Json::array();
  for (const auto& field : course.nodes) state["nodes"].push_back(field.first);
  state["series"] = course.series.columns;
  state["field_times"] = fields_ == nullptr ? std::vector<double>() : fields_->times();
  state["field_names"] = fields_ == nullptr ? std::vector<std::string>() : fields_->names();
  if (!position_.by_vein) return state;
  state["main"] = {{"summary", main_.summary}, {"tables", Json::object()}};
  for (const auto& [name, table] : main_.tables) state["main"]["tables"][name] = table.columns;
  return state;
}

/// On the first rank: everything but the arrays.
void Checkpoints::finish(const std::string& folder, const TimeLoop& loop, const CourseState& course) {
  write_text(folder + "/state.json",
             state_json(course).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  if (position_.by_vein) {
    fs::create_directory(folder + "/main");
    for (const char* name : files_of_main)
      copy_tree(fs::path(options_.staging) / name, fs::path(folder) / "main" / name);
  }
  options_.reporter->info("checkpoint at " + readable_time(loop.time()) + ", step " +
                          std::to_string(loop.counts().steps));
  options_.reporter->flush();
  fs::copy_file(fs::path(options_.staging) / "log.txt", fs::path(folder) / "log.txt");
  Json index = options_.about();
  index["by_vein"] = position_.by_vein;
  index["time_s"] = loop.time();
  options_.folder->commit(index);
}

}  // namespace intratumor
