#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "injection/needle.h"
#include "parameters/drug.h"
#include "parameters/patient.h"
#include "parameters/tissue.h"
#include "quantities/reading_record.h"

namespace intratumor {

/// A case as its file says it, every default filled in and every quantity in SI units; nothing here has
/// looked into the image yet. Points are metres in RAS.

/// Times of a schedule that round-off alone keeps apart, s.
inline bool same_time(double a, double b) {
  return std::abs(a - b) <= 1e-9 + 1e-12 * std::max(std::abs(a), std::abs(b));
}

/// Factors that turn a point of the named space, RAS or LPS, into RAS and back.
std::array<double, 3> signs_to_ras(const std::string& space);

/// A label of the segmentation: a voxel value or, in files that name them, a segment; a physical group of a
/// mesh, by its number or its name.
struct TissueOfLabel {
  std::uint16_t value = 0;  ///< in the segmentation; without meaning where `segment` is given
  std::string region;       ///< name the case gives it
  std::string segment;      ///< name of the segment, empty for a value
  /// As the case says it.
  std::string text() const { return segment.empty() ? std::to_string(value) : "'" + segment + "'"; }
};

/// What a mesh file does not say of itself. Its cells are turned into voxels when it is read.
struct MeshFileInput {
  double length_unit = 0;  ///< m
  double voxel = 0;        ///< m, edge of the voxels; 0: by the target's volume
};
inline bool operator==(const MeshFileInput& a, const MeshFileInput& b) {
  return a.length_unit == b.length_unit && a.voxel == b.voxel;
}

struct GeometryInput {
  std::string segmentation;           ///< absolute path, of an image or of a mesh
  std::optional<MeshFileInput> mesh;  ///< absent: it is an image
  std::vector<TissueOfLabel> labels;  ///< where segments overlap the later one wins; groups of a mesh's cells
  std::string background;
  std::string target;
  bool largest_piece = false;  ///< the target is the largest of its pieces only
  double margin = 15e-3;       ///< m, of surrounding tissue kept around the target
  std::string space = "RAS";   ///< RAS | LPS: of points in the case file, of a mesh's nodes and of points in
                               ///< output; points in here are RAS
  /// Where the case names the labels.
  std::string labels_key() const { return mesh ? "geometry.regions" : "geometry.labels"; }
};

/// Where a needle's tip is.
struct TipPosition {
  enum class Anchor {
    point,
    centroid,
    deepest,
    part,  ///< one of several points that are spread evenly through the target
    track  ///< on the straight line through the target's deepest point that the needle follows
  };
  Anchor anchor = Anchor::point;
  std::array<double, 3> offset{};  ///< the point itself, or the offset from the anchor; m, RAS
  int part = 0;                    ///< of `parts`, from 1
  int parts = 0;
  double track = 0;  ///< 0 where the line enters the target, 1 where it leaves
};

/// How the fluid of an injection enters the tissue.
enum class InjectionMode {
  automatic,  ///< chosen by physics when the case meets its image
  infusion,   ///< flows into the pores, below the pressure at which tissue tears
  deposit     ///< a region receives the drug, the fluid is not followed
};

struct NeedleInjection {
  std::string needle;        ///< its name
  Parameter outer_diameter;  ///< m
  double outer_radius = 0;   ///< m
  /// Hole positions from the tip back along the shaft, m; an end hole is 0.
  std::vector<double> hole_distances;
  /// Radius of the ball from which hole h feeds the tissue, m: half the needle's width at its open end, the
  /// hole's own at the side.
  double hole_radius(std::size_t h) const {
    return hole_distances[h] == 0 ? outer_radius : hole_diameter.value / 2;
  }
  Parameter hole_diameter;  ///< m, of holes in the side; unset when there are none
  TipPosition tip;
  std::optional<std::array<double, 3>> direction;  ///< unit vector from entry to tip, RAS
  std::optional<std::array<double, 3>> entry;      ///< m, RAS; then direction is tip - entry
  std::string needle_line;  ///< absolute path of the file that gave tip and entry; empty: the case did
  /// Without direction and entry, a tip on a track has that of the target's longest axis.
  bool has_direction() const { return direction || entry || tip.anchor == TipPosition::Anchor::track; }
  double volume = 0;         ///< m^3 per time in `at`
  double concentration = 0;  ///< mol/m^3
  double amount = 0;         ///< mol = volume * concentration
  double duration = 0;       ///< s, per time in `at`; 0 means an initial field
  InjectionMode mode = InjectionMode::automatic;
  std::vector<double> times;  ///< s, ascending
};

/// Shape and size of what a deposit fills.
struct DepositInput {
  enum class Shape {
    sphere,     ///< round every hole
    ellipsoid,  ///< round every hole, long axis along the needle
    line,       ///< a rod with round ends along the shaft, from the tip back
    mask        ///< the voxels of an image that are not 0
  };
  Shape shape = Shape::sphere;
  double volume_ratio = 0;  ///< deposit's volume over the volume injected; 1/phi_f of the target unless given
  double aspect = 2;        ///< ellipsoid: length over width
  double length = 0;        ///< line: m
  std::string mask;         ///< mask: absolute path
};

/// Vessels collapse under pressure (flow.h).
struct CollapseInput {
  bool on = true;
  double floor = 0.05;
  double width = 1333.22387415;  ///< Pa; 10 mmHg
};

struct IntravenousDose {
  double amount = 0;    ///< mol per time in `at`
  double duration = 0;  ///< s; 0 is a bolus
  std::vector<double> times;
};

struct Threshold {
  std::string text;  ///< as the user wrote it
  double value = 0;  ///< mol/m^3
};

/// What holds on a face of the meshed box.
struct FarFieldInput {
  enum class Kind { equilibrium, value, sealed };
  Kind kind = Kind::equilibrium;
  double pressure = 0;  ///< Pa, with `value`
};
inline bool operator==(const FarFieldInput& a, const FarFieldInput& b) {
  return a.kind == b.kind && a.pressure == b.pressure;
}

/// The patient's directions in which the box's faces look, 2 axis + (0 below, 1 above): the image's own axes
/// lead to the patient's right, front and head, or as near to them as an oblique image allows.
constexpr std::array<const char*, 6> box_faces = {"left",     "right",    "posterior",
                                                  "anterior", "inferior", "superior"};

struct Numerics {
  double h_min = 0;               ///< m, finest cell but at holes and edges of deposits
  double time_tolerance = 0;      ///< relative to the dose, per step
  double coverage_tolerance = 0;  ///< of the target's volume, for cells at the edges of deposits
  /// Needles of other schemes whose places the mesh resolves as well, so that all of them can share it.
  std::vector<std::vector<NeedleInjection>> mesh_for;
};

struct Case {
  std::string title;
  std::string name;  ///< the file's stem; names the default result folder
  std::string path;  ///< of the case file
  GeometryInput geometry;
  std::vector<std::string>
      regions;  ///< distinct region names: order of labels, background last when not among them
  std::vector<Tissue> tissues;  ///< one per region, same order
  Drug drug;
  Patient patient;
  std::vector<NeedleInjection> needles;
  std::vector<IntravenousDose> intravenous;
  FarFieldInput far_field;                     ///< of every face that is not in `faces`
  std::map<std::string, FarFieldInput> faces;  ///< by name, of box_faces
  CollapseInput collapse;
  /// Absent when no needle can make one (no needle, or all infuse).
  std::optional<DepositInput> deposit;
  std::vector<Threshold> thresholds;
  double threshold_duration = 0;  ///< s, `exposure.at_least`; 0: reached at all
  double shell = 5e-3;            ///< m round the target, `exposure.shell`: tissue of off_target
  double until = 0;               ///< s
  bool comparator = true;  ///< whether the same dose by vein is computed beside it; false without needles
  std::string accuracy = "standard";
  double checkpoint_interval = 600;  ///< s of wall time; 0: none are written
  Numerics numerics;
  std::vector<double> field_times;  ///< s, ascending, `output.fields`; the end unless given
  std::vector<std::string> maps;    ///< `output.maps`: of auc, cmax; both unless given

  /// Largest concentration injected by a needle; 0 without needles. mol/m^3
  double largest_injected_concentration() const;
};

/// Equal in everything that decides the result: all but name, path and checkpoints.
bool operator==(const Case& a, const Case& b);

/// Reads a case file. `overrides` are the texts of --set (path=value). Throws InputError; else `record`, when
/// there is one, holds what was asked of the file.
Case read_case(const std::string& path, const std::vector<std::string>& overrides = {},
               ReadingRecord* record = nullptr);

/// The case with every default filled in, as YAML that read_case accepts and reads back to an equal case
/// (every number bit for bit).
std::string resolved_yaml(const Case& c);

/// The needles of the case as one entry of `numerics.mesh_for`, in one line of YAML.
std::string mesh_entry_yaml(const Case& c);

}  // namespace intratumor
