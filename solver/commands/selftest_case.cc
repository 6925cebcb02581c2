#include <deal.II/base/mpi.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>

#include "commands/selftest_checks.h"
#include "images/label_image.h"
#include "output/summary.h"
#include "output/table.h"
#include "parameters/drug.h"
#include "parameters/library.h"
#include "simulation/simulate.h"

namespace intratumor {

namespace {

constexpr int size = 28;
constexpr double spacing_mm[3] = {1, 0.9, 1.25};
constexpr double first_voxel_mm[3] = {-12, 30, 7};
constexpr double angle = 0.4;  // of the grid about the patient's long axis

/// Tumour in the ball of this radius round the grid's middle, mm.
constexpr double ball_mm = 5;

const char* const tiny_case = R"(title: Self-test
geometry:
  segmentation: tiny.nii
  labels: {0: muscle, 1: tumour}
  target: tumour
  margin: 5 mm
tissues: {muscle: muscle, tumour: viable_tumour}
drug: ipilimumab
scheme:
  - {needle: 22G_end_hole, tip: centroid, volume: 0.06 mL, concentration: 5 mg/mL, over: 1 min, mode: deposit}
comparator: none
run: {until: 6 h, accuracy: coarse}
output: {fields: [], maps: []}
)";

template <class T>
void put(std::string& header, std::size_t at, const T& value) {
  std::memcpy(header.data() + at, &value, sizeof(T));
}

/// World position of a voxel's centre, mm.
Vector3 position(int i, int j, int k) {
  const double x = i * spacing_mm[0], y = j * spacing_mm[1];
  return {first_voxel_mm[0] + std::cos(angle) * x - std::sin(angle) * y,
          first_voxel_mm[1] + std::sin(angle) * x + std::cos(angle) * y,
          first_voxel_mm[2] + k * spacing_mm[2]};
}

bool in_tumour(int i, int j, int k) {
  const double middle = (size - 1) / 2.;
  return std::hypot((i - middle) * spacing_mm[0], (j - middle) * spacing_mm[1],
                    (k - middle) * spacing_mm[2]) < ball_mm;
}

/// A NIfTI-1 file of bytes with an oblique sform.
std::string tiny_image() {
  std::string bytes(352, '\0');
  put<std::int32_t>(bytes, 0, 348);
  const std::int16_t extent[8] = {3, size, size, size, 1, 1, 1, 1};
  put(bytes, 40, extent);
  put<std::int16_t>(bytes, 70, 2);  // unsigned bytes
  put<std::int16_t>(bytes, 72, 8);
  const float spacing[8] = {1, spacing_mm[0], spacing_mm[1], spacing_mm[2], 0, 0, 0, 0};
  put(bytes, 76, spacing);
  put<float>(bytes, 108, 352);
  put<char>(bytes, 123, 2);          // mm
  put<std::int16_t>(bytes, 254, 1);  // sform: scanner
  const Vector3 origin = position(0, 0, 0);
  const Vector3 steps[3] = {position(1, 0, 0), position(0, 1, 0), position(0, 0, 1)};
  for (std::size_t a = 0; a < 3; ++a) {
    float row[4];
    for (std::size_t b = 0; b < 3; ++b) row[b] = static_cast<float>(steps[b][a] - origin[a]);
    row[3] = static_cast<float>(origin[a]);
    put(bytes, 280 + 16 * a, row);
  }
  std::memcpy(bytes.data() + 344, "n+1", 4);
  for (int k = 0; k < size; ++k)
    for (int j = 0; j < size; ++j)
      for (int i = 0; i < size; ++i) bytes += in_tumour(i, j, k) ? '\1' : '\0';
  return bytes;
}

/// Largest distance in mm between where voxels are and where the image that was read says they are, through
/// the centroid and the inverse too.
double image_error(const std::string& path) {
  const LabelImage image = read_label_image(path);
  const double middle = (size - 1) / 2.;
  const Vector3 corner = position(size - 1, size - 1, size - 1), first = position(0, 0, 0);
  const Vector3 centre = centroid(image, {1});
  double worst = 0;
  for (std::size_t a = 0; a < 3; ++a)
    worst = std::max(worst, std::abs(1e3 * centre[a] - (corner[a] + first[a]) / 2));
  const Vector3 index = image.index(centre);
  for (std::size_t a = 0; a < 3; ++a) worst = std::max(worst, std::abs(index[a] - middle));
  return worst;
}

/// The share of shipped tissues and drugs that cannot be read; throws for the first. 0.
double parameters_error() {
  const ParameterLibrary library = ParameterLibrary::find();
  for (const std::string& name : library.names("tissues")) read_tissue(name, library);
  for (const std::string& name : library.names("drugs")) read_drug(name, library);
  return library.names("tissues").empty() || library.names("drugs").empty() ? 1 : 0;
}

double tumour_volume() {
  int voxels = 0;
  for (int k = 0; k < size; ++k)
    for (int j = 0; j < size; ++j)
      for (int i = 0; i < size; ++i) voxels += in_tumour(i, j, k) ? 1 : 0;
  return 1e-9 * voxels * spacing_mm[0] * spacing_mm[1] * spacing_mm[2];
}

}  // namespace

std::vector<SelfCheck> case_checks(MPI_Comm comm, const std::string& folder) {
  // The case is computed once, by the check that comes first, and asked by those that follow.
  const auto summary = std::make_shared<nlohmann::ordered_json>();
  const auto number = [summary](const char* key) { return number_at(*summary, key); };
  return {
      {"files of params/: tissues and drugs", 0, parameters_error},
      // Spacings and positions are single precision in the file.
      {"oblique NIfTI image and back, mm", 1e-4,
       [folder] {
         write_text(folder + "/tiny.nii", tiny_image());
         return image_error(folder + "/tiny.nii");
       }},
      {"a tiny case from image to end: volume of its tumour", 1e-6,
       [folder, comm, summary, number] {
         write_text(folder + "/tiny.yaml", tiny_case);
         Reporter silent;
         *summary = simulate(read_case(folder + "/tiny.yaml"), comm, silent, "").summary;
         return std::abs(number("tumour.volume_m3") / tumour_volume() - 1);
       }},
      {"its dose", 1e-9, [number] { return std::abs(number("dose_mol") / (0.06e-9 * 5 / 148 * 1e3) - 1); }},
      {"its ledger of drug", 1e-8, [number] { return std::abs(number("ledger.closure_error")); }},
      {"its lowest concentration, below zero", 1e-12,
       [number] {
         const double lowest = number("min_concentration") / number("c_ref");
         return std::isnan(lowest) ? lowest : std::max(0., -lowest);
       }},
  };
}

}  // namespace intratumor
