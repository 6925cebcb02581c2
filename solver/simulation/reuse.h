#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "simulation/kept.h"
#include "simulation/setup.h"
#include "simulation/solution.h"

namespace intratumor {

/// What cases that one process computes one after the other need not make again: the image, the mesh with its
/// samples, the flow without needles with its operator, the comparator. Each is used again only where every
/// value that it follows from is the same, bit for bit, so that results do not depend on what came before.
struct Reuse {
  Kept<SegmentedImage> image;
  Kept<Ground> ground;
  Kept<FlowGround> flow;
  Kept<nlohmann::ordered_json> comparator;
};

/// Keys for the above; empty where something has no key (a deposit's mask). image_key looks at the file.
std::string image_key(const Case& c);
/// Of all that a mesh follows from but what it resolves, with the image of this key.
std::string surroundings_key(const std::string& image, const OctreeRequest& request);
std::string mesh_key(const std::string& image, const OctreeRequest& request);
/// Of the flow without needles and its operator, on the mesh with this key.
std::string flow_key(const Case& c, const std::string& mesh);
/// Of the same dose by vein, `by_vein`, in the flow with this key.
std::string comparator_key(const Case& c, const Setup& by_vein, const std::string& flow);

}  // namespace intratumor
