#include "simulation/reuse.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "injection/segmentation_file.h"

namespace intratumor {

namespace {

std::string bytes_of(double value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  return std::string(bytes, sizeof bytes);
}

/// Changes whenever the file is written again; empty when it cannot be asked.
std::string stamp_of(const std::string& path) {
  struct stat s {};
  if (stat(path.c_str(), &s) != 0) return "";
  return path + " " + std::to_string(s.st_dev) + " " + std::to_string(s.st_ino) + " " +
         std::to_string(s.st_size) + " " + std::to_string(s.st_mtim.tv_sec) + "." +
         std::to_string(s.st_mtim.tv_nsec) + "\n";
}

/// A case of the same tissues, drug, patient and surroundings, in which nothing happens.
Case surroundings_of(const Case& c) {
  Case ground = c;
  ground.title.clear();
  ground.needles.clear();
  ground.intravenous.clear();
  ground.deposit.reset();
  ground.thresholds.clear();
  ground.threshold_duration = ground.until = ground.shell = 0;
  ground.comparator = false;
  ground.accuracy.clear();
  ground.numerics.time_tolerance = ground.numerics.coverage_tolerance = 0;
  ground.numerics.mesh_for.clear();
  ground.field_times.clear();
  ground.maps.clear();
  return ground;
}

}  // namespace

std::string image_key(const Case& c) {
  std::string stamps;
  for (const std::string& file : segmentation_files(c.geometry)) {
    const std::string stamp = stamp_of(file);
    if (stamp.empty()) return "";
    stamps += stamp;
  }
  Case image;
  image.geometry = c.geometry;
  image.numerics.h_min = c.numerics.h_min;
  return stamps + resolved_yaml(image);
}

std::string surroundings_key(const std::string& image, const OctreeRequest& request) {
  return image.empty() ? "" : image + std::string(request.has_tissue.begin(), request.has_tissue.end());
}

std::string mesh_key(const std::string& image, const OctreeRequest& request) {
  std::string key = surroundings_key(image, request);
  if (key.empty()) return "";
  // The mesh is that of their union, whatever their order.
  std::vector<std::string> reach;
  for (const OctreeRequest::Reach& r : request.fine) {
    const std::string shape = r.shape.key();
    if (shape.empty()) return "";
    reach.push_back(shape + bytes_of(r.grow) + static_cast<char>(r.below) + static_cast<char>(r.part));
  }
  std::sort(reach.begin(), reach.end());
  reach.erase(std::unique(reach.begin(), reach.end()), reach.end());
  for (const std::string& r : reach) key += r;
  return key;
}

std::string flow_key(const Case& c, const std::string& mesh) {
  return mesh.empty() ? "" : mesh + resolved_yaml(surroundings_of(c));
}

std::string comparator_key(const Case& c, const Setup& by_vein, const std::string& flow) {
  if (flow.empty()) return "";
  Case vein = surroundings_of(c);
  vein.intravenous = by_vein.intravenous;
  vein.threshold_duration = c.threshold_duration;
  vein.until = c.until;
  vein.numerics = c.numerics;
  vein.numerics.mesh_for.clear();
  std::string key = flow + resolved_yaml(vein);
  for (const Threshold& threshold : c.thresholds) key += threshold.text + bytes_of(threshold.value);
  return key;
}

}  // namespace intratumor
