#pragma once

#include <string>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "study/plan.h"

/// The study with `text` below `base: case.yaml` in a scratch folder, whose case.yaml is that of
/// tests/study_base.
inline intratumor::Study study_of(const ScratchFolder& scratch, const std::string& text) {
  std::string base = contents_of(INTRATUMOR_PROJECT_DIR "/tests/study_base/case.yaml");
  const std::string relative = "../../meshes";
  base.replace(base.find(relative), relative.size(), INTRATUMOR_PROJECT_DIR "/meshes");
  intratumor::write_text(scratch / "case.yaml", base);
  intratumor::write_text(scratch / "study.yaml", "base: case.yaml\n" + text);
  return intratumor::read_study(scratch / "study.yaml");
}
