#pragma once

#include <map>
#include <string>
#include <vector>

#include "images/image_header.h"

namespace intratumor {

/// Reads the header of an NRRD file (.nrrd, .seg.nrrd, .nhdr): three axes in a named space of the patient
/// (RAS, LAS, LPS), and for segmentations of 3D Slicer an axis of layers, first or last. Encodings raw and
/// gzip, one data file. Throws InputError, naming `path`. Source: teem.sourceforge.net/nrrd/format.html;
/// names of segments: slicer.readthedocs.io, developer guide, segmentations.
ImageHeader read_nrrd_header(const std::string& path);

/// Segments that a .seg.nrrd file describes by its keys Segment<N>_Name, _ID, _LabelValue and _Layer. Files
/// from before Slicer had layers give neither of the last two: segment N is value 1 of layer N.
std::vector<NamedLabel> segments_of(const std::map<std::string, std::string>& keys, int layers,
                                    const std::string& path);

}  // namespace intratumor
