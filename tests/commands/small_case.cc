#include "small_case.h"

#include <cstring>

#include "output/table.h"

namespace {

template <class T>
void put(std::string& header, std::size_t at, const T& value) {
  std::memcpy(header.data() + at, &value, sizeof(T));
}

const char* const small_yaml = R"(title: Ball of tumour in muscle
geometry:
  segmentation: small.nii
  labels: {0: muscle, 2: tumour}
  target: tumour
  margin: 6 mm
tissues: {muscle: muscle, tumour: viable_tumour}
drug: ipilimumab
patient: {species: human, body_weight: 70 kg}
scheme:
  - needle: 22G_end_hole
    tip: centroid
    volume: 0.1 mL
    concentration: 5 mg/mL
    over: 1 min
    mode: deposit
exposure: {thresholds: [0.1 c_inj, 1 ug/mL], at_least: 1 h}
run: {until: 24 h, accuracy: coarse}
output: {fields: [1 h, 24 h]}
)";

}  // namespace

std::string nifti_bytes(int size, float spacing_mm, const std::vector<std::uint8_t>& voxels) {
  std::string bytes(352, '\0');
  put<std::int32_t>(bytes, 0, 348);
  const std::int16_t extent = static_cast<std::int16_t>(size);
  const std::int16_t dimensions[8] = {3, extent, extent, extent, 1, 1, 1, 1};
  put(bytes, 40, dimensions);
  put<std::int16_t>(bytes, 70, 2);  // unsigned bytes
  put<std::int16_t>(bytes, 72, 8);
  const float spacing[8] = {1, spacing_mm, spacing_mm, spacing_mm, 0, 0, 0, 0};
  put(bytes, 76, spacing);
  put<float>(bytes, 108, 352);
  put<char>(bytes, 123, 2);          // mm
  put<std::int16_t>(bytes, 254, 1);  // sform: scanner
  for (int i = 0; i < 3; ++i) put<float>(bytes, 280 + static_cast<std::size_t>(20 * i), spacing_mm);
  std::memcpy(bytes.data() + 344, "n+1", 4);
  bytes.append(reinterpret_cast<const char*>(voxels.data()), voxels.size());
  return bytes;
}

std::string write_small_case(const std::string& folder) {
  constexpr int size = 40;
  std::vector<std::uint8_t> voxels;
  for (int z = 0; z < size; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const double r2 = (x - 20) * (x - 20) + (y - 20) * (y - 20) + (z - 20) * (z - 20);
        voxels.push_back(r2 <= 36 ? 2 : 0);
      }
  intratumor::write_text(folder + "/small.nii", nifti_bytes(size, 1, voxels));
  intratumor::write_text(folder + "/small.yaml", small_yaml);
  return folder + "/small.yaml";
}
