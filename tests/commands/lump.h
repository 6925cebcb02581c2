#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../images/text_image.h"
#include "../output/scratch_folder.h"
#include "program.h"

// A small patient whose image can be stored in many ways, and cases on it.

namespace files = intratumor::testing;

using Json = nlohmann::ordered_json;
using Labels = std::function<int(int, int, int)>;

/// A grid of voxels somewhere in the world: `matrix` (columns are the axes, mm a voxel) and `origin` in LPS.
struct Grid {
  std::array<int, 3> size{24, 22, 16};
  intratumor::Matrix3 matrix{{{1, 0, 0}, {0, 1.2, 0}, {0, 0, 1.5}}};
  intratumor::Vector3 origin{-12, -30, 7};

  intratumor::Vector3 at(double i, double j, double k) const {
    intratumor::Vector3 p = origin;
    for (int r = 0; r < 3; ++r) p[r] += matrix[r][0] * i + matrix[r][1] * j + matrix[r][2] * k;
    return p;
  }
};

/// Voxel values of the lump as a case names them.
constexpr const char* plain_labels = "{0: muscle, 1: kidney, 2: tumour}";

/// A lump of no symmetry: 2; tissue like kidney on one side of the image: 1.
int lump(int i, int j, int k);

/// The same patient on a grid whose axis f is axis[f] of `grid`, reversed where bit f of `flips` is set.
files::NrrdFile stored(const Grid& grid, const std::array<int, 3>& axis, int flips, const Labels& labels);

std::string point_text(const intratumor::Vector3& lps);

/// A case in LPS whose needle comes in along a line of the grid, with holes in its side.
std::string case_text(const Grid& grid, const std::string& image, const std::string& labels);

/// Writes lump.nrrd and lump.yaml into a folder.
void write_lump(const ScratchFolder& scratch, const Labels& labels = lump);

/// `command` of lump.yaml with changes by --set.
Ended check_of(const ScratchFolder& scratch, const std::vector<std::string>& changes,
               const std::string& command = "check");

/// What must not depend on how and where the image lies in its file.
Json results_of(const std::string& folder);

/// The largest relative difference of two numbers in the same place; expected to be below 1e-6.
double difference(const Json& a, const Json& b, const std::string& path = "");

/// The text of a value of a summary, by JSON pointer.
std::string value_in(const std::string& folder, const std::string& path);

void expect_said(const std::string& text, const std::vector<std::string>& words);
