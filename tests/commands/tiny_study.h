#pragma once

#include <string>

#include "../output/scratch_folder.h"

/// Writes tiny.yaml, a case whose mesh is so small that starting and stopping is what takes time.
void write_tiny_case(const ScratchFolder& scratch);

/// A study of it, with so many volumes.
std::string study_of_volumes(int count);

/// So many volumes as a list, and one more that is given.
std::string list_of_volumes(int count, const std::string& last);

/// Cases of a study folder that are whole.
std::size_t done_in(const std::string& folder);
