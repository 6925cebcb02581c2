#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace intratumor::testing {

/// A mesh in memory, written in each of the forms that Gmsh has: by the manual, not by what reads it.
struct MeshText {
  std::vector<std::array<double, 3>> nodes;  ///< number of node k: first_node + k
  struct Cell {
    int type;               ///< Gmsh's
    int volume;             ///< number of its entity
    std::vector<int> node;  ///< positions in `nodes`
  };
  std::vector<Cell> cells;
  std::vector<std::pair<int, std::vector<int>>> volumes;  ///< entity, its physical groups
  std::vector<std::pair<int, std::string>> names;         ///< of physical groups
  int first_node = 1;

  std::string names_section() const {
    if (names.empty()) return "";
    std::string text = "$PhysicalNames\n" + std::to_string(names.size() + 1) + "\n2 1 \"skin of it\"\n";
    for (const auto& [number, name] : names) text += "3 " + std::to_string(number) + " \"" + name + "\"\n";
    return text + "$EndPhysicalNames\n";
  }

  int group_of(int volume) const {
    for (const auto& [entity, groups] : volumes)
      if (entity == volume && !groups.empty()) return groups.front();
    return 0;
  }

  std::string version_2(bool binary = false) const {
    std::string text = "$MeshFormat\n2.2 " + std::string(binary ? "1" : "0") + " 8\n";
    if (binary) text += raw<std::int32_t>(1) + "\n";
    text += "$EndMeshFormat\n" + names_section() + "$Nodes\n" + std::to_string(nodes.size()) + "\n";
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const int number = first_node + static_cast<int>(k);
      text += binary ? raw<std::int32_t>(number) : std::to_string(number);
      for (const double x : nodes[k]) text += binary ? raw(x) : " " + decimal(x);
      if (!binary) text += "\n";
    }
    text +=
        std::string(binary ? "\n" : "") + "$EndNodes\n$Elements\n" + std::to_string(cells.size() + 1) + "\n";
    const auto element = [&](int number, const Cell& cell, int group) {
      if (binary) {
        for (const int value : {cell.type, 1, 2, number, group, cell.volume})
          text += raw<std::int32_t>(value);
        for (const int node : cell.node) text += raw<std::int32_t>(first_node + node);
        return;
      }
      text += std::to_string(number) + " " + std::to_string(cell.type) + " 2 " + std::to_string(group) + " " +
              std::to_string(cell.volume);
      for (const int node : cell.node) text += " " + std::to_string(first_node + node);
      text += "\n";
    };
    element(1, {2, 9, {0, 1, 2}}, 1);  // a triangle of the surface
    for (std::size_t k = 0; k < cells.size(); ++k)
      element(static_cast<int>(k) + 2, cells[k], group_of(cells[k].volume));
    return text + (binary ? "\n" : "") + "$EndElements\n";
  }

  std::string version_4(bool binary = false) const {
    const auto whole = [&](int value) {
      return binary ? raw<std::int32_t>(value) : std::to_string(value) + " ";
    };
    const auto size = [&](std::size_t value) {
      return binary ? raw<std::uint64_t>(value) : std::to_string(value) + " ";
    };
    const auto real = [&](double value) { return binary ? raw(value) : decimal(value) + " "; };
    const std::string end = binary ? "" : "\n";
    std::string text = "$MeshFormat\n4.1 " + std::string(binary ? "1" : "0") + " 8\n";
    if (binary) text += raw<std::int32_t>(1) + "\n";
    text += "$EndMeshFormat\n" + names_section() + "$Entities\n";
    text += size(1) + size(0) + size(1) + size(volumes.size()) + end;
    text += whole(5) + real(0) + real(0) + real(0) + size(0) + end;
    text += whole(9);
    for (int i = 0; i < 6; ++i) text += real(i);
    text += size(1) + whole(1) + size(1) + whole(5) + end;
    for (const auto& [entity, groups] : volumes) {
      text += whole(entity);
      for (int i = 0; i < 6; ++i) text += real(i);
      text += size(groups.size());
      for (const int group : groups) text += whole(group);
      text += size(1) + whole(9) + end;
    }
    text += end + (binary ? "\n" : "") + "$EndEntities\n$Nodes\n";
    const auto tag = [&](std::size_t k) { return static_cast<std::size_t>(first_node) + k; };
    text += size(1) + size(nodes.size()) + size(tag(0)) + size(tag(nodes.size() - 1)) + end;
    text += whole(3) + whole(1) + whole(0) + size(nodes.size()) + end;
    for (std::size_t k = 0; k < nodes.size(); ++k) text += size(tag(k)) + end;
    for (const auto& node : nodes) text += real(node[0]) + real(node[1]) + real(node[2]) + end;
    text += std::string(binary ? "\n" : "") + "$EndNodes\n$Elements\n";
    text += size(cells.size() + 1) + size(cells.size() + 1) + size(1) + size(cells.size() + 1) + end;
    text += whole(2) + whole(9) + whole(2) + size(1) + end + size(1) + size(tag(0)) + size(tag(1)) +
            size(tag(2)) + end;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      text += whole(3) + whole(cells[k].volume) + whole(cells[k].type) + size(1) + end + size(k + 2);
      for (const int node : cells[k].node) text += size(tag(static_cast<std::size_t>(node)));
      text += end;
    }
    return text + (binary ? "\n" : "") + "$EndElements\n$NodeData\n1\n\"a view\"\n$EndNodeData\n";
  }

 private:
  template <class T>
  static std::string raw(T value) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
  }
  static std::string decimal(double x) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", x);
    return text;
  }
};

/// A cube of edge 10 from `lower`, of one cell of each kind that a cube can be cut into: `kind` 5 a
/// hexahedron, 6 two prisms, 7 three pyramids, 4 six tetrahedra. All in volume 1 and in group 3, "tumour".
inline MeshText cube_of(int kind, const std::array<double, 3>& lower = {0, 0, 0}) {
  MeshText mesh;
  // Corners in the order of Gmsh's hexahedron.
  static constexpr int at[8][3] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0},
                                   {0, 0, 1}, {1, 0, 1}, {1, 1, 1}, {0, 1, 1}};
  for (const auto& corner : at)
    mesh.nodes.push_back({lower[0] + 10 * corner[0], lower[1] + 10 * corner[1], lower[2] + 10 * corner[2]});
  std::vector<std::vector<int>> cells;
  if (kind == 5) cells = {{0, 1, 2, 3, 4, 5, 6, 7}};
  if (kind == 6) cells = {{0, 1, 2, 4, 5, 6}, {0, 2, 3, 4, 6, 7}};
  if (kind == 7) cells = {{1, 2, 6, 5, 0}, {4, 5, 6, 7, 0}, {2, 3, 7, 6, 0}};
  if (kind == 4) cells = {{0, 1, 2, 6}, {0, 1, 5, 6}, {0, 4, 5, 6}, {0, 4, 7, 6}, {0, 3, 7, 6}, {0, 3, 2, 6}};
  for (const auto& cell : cells) mesh.cells.push_back({kind, 1, cell});
  mesh.volumes = {{1, {3}}};
  mesh.names = {{3, "tumour"}};
  return mesh;
}

}  // namespace intratumor::testing
