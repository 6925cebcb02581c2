#include "images/mesh_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <unordered_map>

#include "images/mesh_scanner.h"
#include "images/text_header.h"
#include "quantities/error.h"

// The format: Gmsh reference manual, "MSH file format" (4.1) and "MSH file format version 2 (Legacy)".

namespace intratumor {

namespace {

using Corners = std::vector<int>;

/// A cell of three dimensions: its name and its faces by corners, each in turn round the face.
struct Solid {
  const char* name;
  int corners;
  std::vector<Corners> faces;
};

const Solid tetrahedron = {"tetrahedra", 4, {}};
const Solid hexahedron = {
    "hexahedra", 8, {{0, 1, 2, 3}, {4, 5, 6, 7}, {0, 1, 5, 4}, {1, 2, 6, 5}, {2, 3, 7, 6}, {3, 0, 4, 7}}};
const Solid prism = {"prisms", 6, {{0, 1, 2}, {3, 4, 5}, {0, 1, 4, 3}, {1, 2, 5, 4}, {2, 0, 3, 5}}};
const Solid pyramid = {"pyramids", 5, {{0, 1, 2, 3}, {0, 1, 4}, {1, 2, 4}, {2, 3, 4}, {3, 0, 4}}};

struct ElementType {
  int nodes;
  const Solid* solid;  // null: a surface, line or point
};

/// By Gmsh's number.
const std::map<int, ElementType>& element_types() {
  static const std::map<int, ElementType> types = {
      {1, {2, nullptr}},        {2, {3, nullptr}},        {3, {4, nullptr}},        {4, {4, &tetrahedron}},
      {5, {8, &hexahedron}},    {6, {6, &prism}},         {7, {5, &pyramid}},       {8, {3, nullptr}},
      {9, {6, nullptr}},        {10, {9, nullptr}},       {11, {10, &tetrahedron}}, {12, {27, &hexahedron}},
      {13, {18, &prism}},       {14, {14, &pyramid}},     {15, {1, nullptr}},       {16, {8, nullptr}},
      {17, {20, &hexahedron}},  {18, {15, &prism}},       {19, {13, &pyramid}},     {20, {9, nullptr}},
      {21, {10, nullptr}},      {22, {12, nullptr}},      {23, {15, nullptr}},      {24, {15, nullptr}},
      {25, {21, nullptr}},      {26, {4, nullptr}},       {27, {5, nullptr}},       {28, {6, nullptr}},
      {29, {20, &tetrahedron}}, {30, {35, &tetrahedron}}, {31, {56, &tetrahedron}}, {36, {16, nullptr}},
      {37, {25, nullptr}},      {90, {40, &prism}},       {91, {75, &prism}},       {92, {64, &hexahedron}},
      {93, {125, &hexahedron}}};
  return types;
}

constexpr const char* no_gmsh_mesh =
    ": this is no Gmsh mesh, which begins with $MeshFormat. ANSYS has .msh files too; meshio writes "
    "Gmsh's with file_format='gmsh22'";

class Reader {
 public:
  explicit Reader(const std::string& path) : scan_(path) { mesh_.path = path; }

  MeshFile read() {
    std::string section;
    while (scan_.next_section(section)) {
      if (section == "MeshFormat")
        read_format();
      else if (version_ == 0)
        throw InputError(mesh_.path + no_gmsh_mesh);
      else if (section == "PhysicalNames")
        read_names();
      else if (section == "PartitionedEntities")
        scan_.fail("the mesh is partitioned; save it in one piece");
      else if (section == "Entities" || section == "Nodes" || section == "Elements")
        read_list(section);
      else
        scan_.skip_section(section);
    }
    if (version_ == 0) throw InputError(mesh_.path + no_gmsh_mesh);
    if (counts_.empty())
      throw InputError(
          mesh_.path +
          ": the mesh has no cells of three dimensions (tetrahedra, hexahedra, prisms or pyramids); "
          "mesh the volumes, in Gmsh with -3, and save those");
    settle_groups();
    mesh_.format = "Gmsh MSH " + version_text_ + (scan_.is_binary() ? ", binary" : "");
    for (const auto& [name, count] : counts_) mesh_.format += ", " + std::to_string(count) + " " + name;
    if (curved_) mesh_.format += ", curved ones by their corners";
    return std::move(mesh_);
  }

 private:
  void read_list(const std::string& section) {
    if (section == "Entities")
      read_entities();
    else if (section == "Nodes")
      version_ == 4 ? read_nodes() : read_nodes_2();
    else
      version_ == 4 ? read_elements() : read_elements_2();
    scan_.end_section();
  }

  void read_format() {
    const std::string version = scan_.word();
    const int kind = scan_.integer();
    const int data_size = scan_.integer();
    version_text_ = version;
    if (version == "4.1")
      version_ = 4;
    else if (version == "2.2" || version == "2" || version == "2.1")
      version_ = 2;
    else
      scan_.fail("the mesh is of format " + version + "; save it as 4.1 or 2.2, in Gmsh with -format msh41");
    if (kind == 1 && data_size != 8) scan_.fail("binary numbers of " + std::to_string(data_size) + " bytes");
    scan_.skip_line();
    if (kind != 1) return;
    scan_.set_binary();
    if (scan_.integer() != 1) scan_.fail("the file's byte order is not this machine's; save it as text");
  }

  void read_names() {
    const std::size_t count = scan_.text_count();
    for (std::size_t k = 0; k < count; ++k) {
      const int dimension = scan_.text_integer();
      const int number = scan_.text_integer();
      const std::string name = scan_.quoted();
      if (dimension == 3) mesh_.groups.push_back({name, {0, group_number(number)}});
    }
    scan_.skip_line();
  }

  std::uint16_t group_number(int number) const {
    if (number < 1 || number > 65535)
      scan_.fail("the physical group " + std::to_string(number) + "; groups have numbers from 1 to 65535");
    return static_cast<std::uint16_t>(number);
  }

  void read_entities() {
    has_entities_ = true;
    std::array<std::size_t, 4> counts{};
    for (std::size_t& count : counts) count = scan_.count();
    for (int dimension = 0; dimension < 4; ++dimension)
      for (std::size_t k = 0; k < counts[static_cast<std::size_t>(dimension)]; ++k) {
        const int tag = scan_.integer();
        for (int i = 0; i < (dimension == 0 ? 3 : 6); ++i) scan_.real();
        std::vector<int> groups;
        for (std::size_t left = scan_.count(); left > 0; --left) groups.push_back(scan_.integer());
        if (dimension > 0)
          for (std::size_t left = scan_.count(); left > 0; --left) scan_.integer();
        if (dimension < 3 || groups.empty()) continue;
        if (groups.size() > 1)
          scan_.fail("volume " + std::to_string(tag) + " belongs to the physical groups " +
                     std::to_string(groups[0]) + " and " + std::to_string(groups[1]) +
                     "; one group for each volume");
        group_of_volume_[tag] = group_number(groups[0]);
      }
  }

  void add_node(std::uint64_t tag) {
    Vector3 place{};
    for (double& x : place) {
      x = scan_.real();
      if (!std::isfinite(x)) scan_.fail("node " + std::to_string(tag) + " is not at a finite place");
    }
    if (!position_.emplace(tag, static_cast<std::uint32_t>(mesh_.nodes.size())).second)
      scan_.fail("node " + std::to_string(tag) + " is given twice");
    mesh_.nodes.push_back(place);
  }

  void read_nodes() {
    const std::size_t blocks = scan_.count();
    for (int skipped = 0; skipped < 3; ++skipped)
      scan_.identifier();  // nodes, their least and largest number
    for (std::size_t b = 0; b < blocks; ++b) {
      const int dimension = scan_.integer();
      scan_.integer();
      const int parameters = scan_.integer() != 0 ? dimension : 0;
      std::vector<std::uint64_t> tags(scan_.count());
      for (std::uint64_t& tag : tags) tag = scan_.identifier();
      for (const std::uint64_t tag : tags) {
        add_node(tag);
        for (int i = 0; i < parameters; ++i) scan_.real();
      }
    }
  }

  void read_nodes_2() {
    const std::size_t count = scan_.text_count();
    scan_.skip_line();
    for (std::size_t k = 0; k < count; ++k) add_node(static_cast<std::uint64_t>(scan_.integer()));
  }

  const ElementType& element_type(int number) const {
    const auto found = element_types().find(number);
    if (found == element_types().end())
      scan_.fail("cells of Gmsh's type " + std::to_string(number) +
                 " are not read; save the mesh with -order 1");
    return found->second;
  }

  void read_elements() {
    const std::size_t blocks = scan_.count();
    for (int skipped = 0; skipped < 3; ++skipped) scan_.identifier();
    for (std::size_t b = 0; b < blocks; ++b) {
      const int dimension = scan_.integer();
      const int entity = scan_.integer();
      const ElementType& type = element_type(scan_.integer());
      const std::size_t count = scan_.count();
      for (std::size_t k = 0; k < count; ++k) {
        scan_.identifier();  // its number
        std::vector<std::uint64_t> tags(static_cast<std::size_t>(type.nodes));
        for (std::uint64_t& tag : tags) tag = scan_.identifier();
        if (dimension != 3 || type.solid == nullptr) continue;
        const auto group = group_of_volume_.find(entity);
        add_cell(type, tags, group == group_of_volume_.end() ? 0 : group->second, entity);
      }
    }
  }

  void read_elements_2() {
    const std::size_t count = scan_.text_count();
    scan_.skip_line();
    for (std::size_t k = 0; k < count;) {
      // In text every cell has a head of its own, in binary as many as are alike share one.
      const int number = scan_.is_binary() ? 0 : scan_.integer();
      const ElementType& type = element_type(scan_.integer());
      const int alike = scan_.is_binary() ? scan_.integer() : 1;
      const int n_tags = scan_.integer();
      if (alike < 1 || n_tags < 0 || number < 0) scan_.fail("a corrupt list of cells");
      for (int one = 0; one < alike; ++one, ++k) {
        if (scan_.is_binary()) scan_.integer();
        int group = 0, entity = 0;
        for (int t = 0; t < n_tags; ++t) {
          const int tag = scan_.integer();
          if (t == 0) group = tag;
          if (t == 1) entity = tag;
        }
        std::vector<std::uint64_t> tags(static_cast<std::size_t>(type.nodes));
        for (std::uint64_t& tag : tags) tag = static_cast<std::uint64_t>(scan_.integer());
        if (type.solid != nullptr) add_cell(type, tags, group == 0 ? 0 : group_number(group), entity);
      }
    }
  }

  /// `group` 0: none, then `entity` may stand for it.
  void add_cell(const ElementType& type, const std::vector<std::uint64_t>& tags, std::uint16_t group,
                int entity) {
    ++counts_[type.solid->name];
    const int corners = type.solid->corners;
    curved_ = curved_ || type.nodes > corners;
    std::array<std::uint32_t, 8> node{};
    for (int c = 0; c < corners; ++c) {
      const auto found = position_.find(tags[static_cast<std::size_t>(c)]);
      if (found == position_.end())
        scan_.fail("a cell has the node " + std::to_string(tags[static_cast<std::size_t>(c)]) +
                   ", which the file does not give");
      node[static_cast<std::size_t>(c)] = found->second;
    }
    const auto add = [&](const std::array<std::uint32_t, 4>& of) {
      mesh_.cells.push_back({of, group});
      entity_.push_back(entity);
    };
    if (type.solid == &tetrahedron) {
      add({node[0], node[1], node[2], node[3]});
      return;
    }
    // A fan from the corner that comes first in the mesh to the faces that it is not on, each of them a fan
    // from its own first corner: neighbours cut the face between them along the same diagonal.
    const auto first = [&node](const auto& of) {
      return *std::min_element(of.begin(), of.end(), [&node](int a, int b) {
        return node[static_cast<std::size_t>(a)] < node[static_cast<std::size_t>(b)];
      });
    };
    Corners all;
    for (int c = 0; c < corners; ++c) all.push_back(c);
    const int apex = first(all);
    for (const Corners& face : type.solid->faces) {
      if (std::find(face.begin(), face.end(), apex) != face.end()) continue;
      const auto at = [&](std::size_t k) { return node[static_cast<std::size_t>(face[k % face.size()])]; };
      const std::size_t start =
          static_cast<std::size_t>(std::find(face.begin(), face.end(), first(face)) - face.begin());
      for (std::size_t k = 1; k + 1 < face.size(); ++k)
        add({node[static_cast<std::size_t>(apex)], at(start), at(start + k), at(start + k + 1)});
    }
  }

  /// Where the file knows of no physical groups the volumes' own numbers count.
  void settle_groups() {
    const std::map<std::uint16_t, double> volumes = mesh_.volume_by_group();
    const auto without = volumes.find(0);
    if (without == volumes.end()) return;
    if (version_ == 4 && !has_entities_)
      throw InputError(
          mesh_.path +
          ": the file does not say which group a cell belongs to: it has no $Entities; meshio does "
          "with file_format='gmsh22'");
    if (volumes.size() > 1) {
      double all = 0;
      for (const auto& group : volumes) all += group.second;
      char text[200];
      std::snprintf(
          text, sizeof text,
          ": some volumes, %.3g of the mesh, belong to no physical group; give them one, or save without "
          "them (in Gmsh Mesh.SaveAll = 0). Groups count from 1",
          without->second / all);
      throw InputError(mesh_.path + text);
    }
    if (!mesh_.groups.empty())
      throw InputError(
          mesh_.path + ": the mesh names the physical group '" + mesh_.groups.front().name +
          "', but none of its cells belongs to a group; save it again with them (in Gmsh Mesh.SaveAll = "
          "0, in meshio file_format='gmsh22')");
    for (std::size_t k = 0; k < mesh_.cells.size(); ++k) {
      if (entity_[k] < 1 || entity_[k] > 65535)
        throw InputError(
            mesh_.path +
            ": cells have neither a physical group nor a volume's number from 1 to 65535 (in meshio "
            "cell data 'gmsh:physical')");
      mesh_.cells[k].group = static_cast<std::uint16_t>(entity_[k]);
    }
  }

  MeshScanner scan_;
  MeshFile mesh_;
  int version_ = 0;
  std::string version_text_;
  std::unordered_map<std::uint64_t, std::uint32_t> position_;  // of each node by its number
  std::map<int, std::uint16_t> group_of_volume_;
  std::map<std::string, std::size_t> counts_;  // of cells as the file has them
  std::vector<int> entity_;                    // of each tetrahedron
  bool curved_ = false;                        // some cells are
  bool has_entities_ = false;
};

}  // namespace

double MeshFile::volume(const Tetrahedron& cell) const {
  Vector3 edge[3];
  for (int e = 0; e < 3; ++e)
    for (int a = 0; a < 3; ++a) edge[e][a] = nodes[cell.node[e + 1]][a] - nodes[cell.node[0]][a];
  return std::abs(edge[0][0] * (edge[1][1] * edge[2][2] - edge[1][2] * edge[2][1]) +
                  edge[0][1] * (edge[1][2] * edge[2][0] - edge[1][0] * edge[2][2]) +
                  edge[0][2] * (edge[1][0] * edge[2][1] - edge[1][1] * edge[2][0])) /
         6;
}

std::map<std::uint16_t, double> MeshFile::volume_by_group() const {
  std::map<std::uint16_t, double> volumes;
  for (const Tetrahedron& cell : cells) volumes[cell.group] += volume(cell);
  return volumes;
}

bool is_mesh_name(const std::string& name) {
  return ends_with(lower_case(name), ".msh");
}

MeshFile read_mesh_file(const std::string& path) {
  return Reader(path).read();
}

}  // namespace intratumor
