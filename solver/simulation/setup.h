#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flow/flow.h"
#include "images/label_image.h"
#include "injection/case.h"
#include "mesh/octree.h"
#include "output/reporter.h"
#include "parameters/coefficients.h"
#include "simulation/kept.h"
#include "simulation/target_places.h"

namespace intratumor {

/// One region of tissue that receives drug from a needle, in mesh coordinates.
struct Deposit {
  std::size_t entry = 0;  ///< of the case's needles
  Shape shape;
  double amount = 0;          ///< mol per time
  double concentration = 0;   ///< of what is injected, mol/m^3
  double duration = 0;        ///< s; 0: an initial field
  std::vector<double> times;  ///< s
  double edge_in_target = 0;  ///< m^2 of its surface that lie in the target
};

/// One needle whose fluid flows into the pores.
struct Infusion {
  std::size_t entry = 0;     ///< of the case's needles
  std::vector<Ball> holes;   ///< in mesh coordinates
  double rate = 0;           ///< m^3/s through all holes
  double concentration = 0;  ///< mol/m^3
  double amount = 0;         ///< mol per time
  double duration = 0;       ///< s
  double drug_radius = 0;  ///< m from a hole, how far the drug gets before it leaves: the least of the holes
  std::vector<double> times;  ///< s
};

/// Where what a scheme's needles inject enters the tissue.
struct PlacedNeedles {
  std::vector<Deposit> deposits;
  std::vector<Infusion> infusions;
};

/// How the fluid of one entry enters, and why.
struct ModeChoice {
  InjectionMode mode = InjectionMode::deposit;  ///< never automatic
  bool by_case = true;                          ///< said by the case, or chosen by physics
  double expected_pressure = 0;                 ///< Pa of excess at a hole, if the fluid flows into the pores
  double opening_pressure = 0;  ///< Pa of excess at which the tissue there tears; 0: not known
  std::string tissue;           ///< at the hole that stands worst
  bool above_opening_pressure() const { return opening_pressure > 0 && expected_pressure > opening_pressure; }
  std::string why() const;  ///< in a sentence
};

/// What the segmentation's file holds, before the image is cropped.
struct SegmentationFacts {
  std::string format;         ///< "NRRD, 2 layers of uint8, compressed"
  std::string orientation;    ///< "LPS, 12.3 degrees oblique": where the file's axes lead
  std::array<int, 3> size{};  ///< along the axes nearest to right, anterior, superior
  Vector3 spacing{};          ///< m
  struct Label {
    std::string name;        ///< "'Tumor'", or "2" where the file gives no names
    int region = 0;          ///< position among the regions
    std::size_t voxels = 0;  ///< in the file
    std::size_t lost = 0;    ///< of these, where segments overlap, to labels that come later
    double in_mesh = 0;      ///< m^3 of the cells of a mesh; 0: the file is an image
  };
  std::vector<Label> labels;               ///< in the case's order
  std::vector<std::size_t> pieces;         ///< voxels of each of the target's pieces, largest first
  std::vector<std::size_t> region_voxels;  ///< of each region, overlaps and pieces decided
  double voxel_volume() const { return spacing[0] * spacing[1] * spacing[2]; }
  std::size_t voxels() const { return std::size_t(size[0]) * std::size_t(size[1]) * std::size_t(size[2]); }
};

/// The segmentation as a case's labels read it.
struct SegmentedImage {
  LabelImage image;                ///< cropped to what the mesh may need
  SegmentationFacts segmentation;  ///< of the whole file
  std::vector<std::string>
      regions;  ///< names: the case's, then the target's other pieces where they do not count
  std::vector<std::vector<std::uint16_t>> values;  ///< voxel values of each region
  int target = 0;
  int background = 0;
  std::shared_ptr<FoundPlaces> places = std::make_shared<FoundPlaces>();  ///< of the target
  std::vector<Reporter::Said> said;                                       ///< about it
};

/// A case that has met its image: regions, coefficients and places are known, nothing is meshed yet.
struct Setup : SegmentedImage, PlacedNeedles {
  std::vector<TissueCoefficients> tissues;
  Collapse collapse;
  DrugBinding binding;
  BodyCoefficients body;
  std::vector<ModeChoice> modes;        ///< one per needle of the case
  std::vector<PlacedNeedles> mesh_for;  ///< other schemes that the mesh resolves
  std::vector<IntravenousDose> intravenous;
  double given_intratumoral = 0;  ///< mol over the whole schedule until `until`
  double given_intravenous = 0;
  double injected_concentration = 0;   ///< the scheme's largest [c_inj], mol/m^3
  double reference_concentration = 0;  ///< [c_ref] max of c_inj and dose/V1, mol/m^3

  /// Of each region, as the mesh asks for it.
  std::vector<char> has_tissue() const;
  /// Of a voxel of the image or, beyond it, of the background.
  int region_of_voxel(int i, int j, int k) const;
  bool is_tissue(int i, int j, int k) const;
  double given() const { return given_intratumoral + given_intravenous; }
  /// Whether any tissue has sites that hold this drug.
  bool binds_target() const;
  bool binds_matrix() const;
};

/// Reads the image, checks it against the case and places the injections. Throws InputError. `image`: where
/// the one that the last case read is kept; null: nowhere.
Setup prepare(const Case& c, Reporter& reporter, Kept<SegmentedImage>* image = nullptr);

/// The same amounts into plasma, no needle: what is injected while a dose by vein would run, over the drug's
/// usual duration (60 min if it has none), is one session's dose, given from the session's first injection
/// on.
Setup intravenous_comparator(const Case& c, const Setup& setup);

/// Position of a region's name among the setup's.
int region_index(const SegmentedImage& image, const std::string& name);

/// What an entry gives before the run ends, of an amount given over `duration` from t on.
double given_before(double until, double amount, double t, double duration);

}  // namespace intratumor
