#pragma once

#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "output/checkpoint_folder.h"
#include "output/field_writer.h"
#include "output/interruption.h"
#include "output/reporter.h"
#include "simulation/course_state.h"
#include "simulation/result.h"

namespace intratumor {

class FlowStates;
class NodeFileReader;
class TimeLoop;
struct Octree;

/// Where a run is, as far as it does not follow from its case.
struct RunPosition {
  bool by_vein = false;     ///< at the comparator; the scheme's own results are there
  int repeat = 0;           ///< how often it began again with a larger reach
  double reach_factor = 1;  ///< of the mesh
};

/// Keeps what a run needs to go on later: every so many minutes, and when the program is asked to end, which
/// it then does at the end of a step. A checkpoint that cannot be written is warned of and no more. Calls are
/// collective where not said otherwise.
class Checkpoints {
 public:
  struct Options {
    MPI_Comm comm = MPI_COMM_WORLD;
    double interval = 0;                 ///< s of wall time
    CheckpointFolder* folder = nullptr;  ///< on the first rank
    std::string staging;                 ///< where results are prepared
    Interruption* interruption = nullptr;
    Reporter* reporter = nullptr;
    /// On the first rank: what the index is to tell besides where the run is.
    std::function<nlohmann::ordered_json()> about;
    /// On the first rank, before the first one is written.
    std::function<void()> before_first;
    std::string from;  ///< the checkpoint to go on from; empty: none
  };
  /// Reads what `from` holds, and brings back the files and warnings that belong to it.
  explicit Checkpoints(Options options);

  /// Where the run begins.
  const RunPosition& position() const { return position_; }
  /// Results of the scheme itself, with a position at the comparator.
  const Result& main_result() const { return main_; }
  /// Wall seconds of the earlier parts of the run, and how many there were. Not collective.
  double seconds_before() const { return seconds_before_; }
  int parts_before() const { return parts_before_; }

  /// The scheme is about to be meshed and computed. Throws Interrupted.
  void enter(const RunPosition& position);
  /// The comparator is.
  void enter_comparator(const Result& main);

  /// A course in time is about to begin. Returns where it goes on, with the flow and the fields brought
  /// there, when this is the course that was interrupted.
  std::optional<CourseState> attach(const Octree& octree, FlowStates& flow, FieldWriter* fields);
  /// Writes a checkpoint when one is due. Throws Interrupted when the program was asked to end.
  void after_step(const TimeLoop& loop);

 private:
  using Clock = std::chrono::steady_clock;

  bool asked_to_end() const;
  bool save(const TimeLoop& loop);
  std::string prepare(const CourseState& course, std::size_t nodes);
  void write_arrays(const std::string& folder, const CourseState& course);
  void finish(const std::string& folder, const TimeLoop& loop, const CourseState& course);
  nlohmann::ordered_json state_json(const CourseState& course) const;
  void give_up(const std::string& reason);
  void bring_back_files();
  void replay(NodeFileReader& reader, FieldWriter& fields) const;

  Options options_;
  int rank_ = 0;
  RunPosition position_;
  Result main_;
  nlohmann::ordered_json from_;  // state.json of the checkpoint to go on from; null when that is done
  double seconds_before_ = 0;
  int parts_before_ = 0;

  std::vector<std::uint64_t> keys_;  // of the mesh's owned nodes
  FlowStates* flow_ = nullptr;
  FieldWriter* fields_ = nullptr;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  double last_took_ = 0;  // s
  std::string last_trouble_;
  bool broken_ = false;  // HDF5 has failed in the middle of a file
};

}  // namespace intratumor
