#pragma once

#include <string>
#include <vector>

#include "study/plan.h"
#include "study/study_folder.h"

namespace intratumor {

/// Which cases of a study share a mesh. Those of one geometry differ in what their needles reach; a mesh for
/// several of them resolves the union, and is made once.
class SweepMeshes {
 public:
  /// Of cases that are grouped already, by the file in the study's folder, and of all others; writes the file
  /// when there are such. Reads the images. A case that does not fit its image is left alone.
  static SweepMeshes of(const Study& study, const Plan& plan, const StudyFolder& folder);

  /// What a case sets besides what the study says: numerics.mesh_for; empty where it has its mesh alone.
  std::vector<std::string> settings(std::size_t number) const;
  /// Equal for cases that share what is costly to make; of every case.
  int group(std::size_t number) const { return group_[number]; }

 private:
  struct Group {
    std::vector<std::string>
        schemes;  ///< as entries of numerics.mesh_for; none: the mesh is that of one scheme
    std::vector<std::size_t> cases;
  };
  void read(const std::string& path, std::size_t cases);
  void write(const std::string& path) const;

  std::vector<Group> groups_;
  std::vector<int> group_;  // of each case; -1: not yet known
};

}  // namespace intratumor
