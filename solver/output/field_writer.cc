#include "output/field_writer.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "output/hdf5_file.h"
#include "output/table.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

std::string data_item(const std::string& dimensions, const std::string& type, int precision,
                      const std::string& path) {
  return "<DataItem Format=\"HDF\" NumberType=\"" + type + "\" Precision=\"" + std::to_string(precision) +
         "\" Dimensions=\"" + dimensions + "\">fields.h5:" + path + "</DataItem>";
}

std::string attribute_item(const std::string& name, const std::string& center, std::uint64_t count,
                           const std::string& path) {
  return "        <Attribute Name=\"" + name + "\" AttributeType=\"Scalar\" Center=\"" + center + "\">" +
         data_item(std::to_string(count), "Float", 4, path) + "</Attribute>\n";
}

}  // namespace

struct FieldWriter::State {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0;
  std::string folder;
  std::string frame;
  std::unique_ptr<Hdf5File> file;
  Hdf5File::Rows nodes;
  Hdf5File::Rows cells;
  bool has_mesh = false;
  std::vector<std::string> cell_names;
  std::vector<std::string> node_names;
  std::vector<double> times;

  /// Throws on all ranks when `good` is false on any: the caller broke the contract.
  void require(bool good, const std::string& what) const {
    int failed = good ? 0 : 1;
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm);
    if (failed != 0) throw std::logic_error("fields.h5: " + what);
  }

  static std::string time_group(std::size_t index) {
    char name[32];
    std::snprintf(name, sizeof name, "/nodal/%04zu", index);
    return name;
  }

  std::string grid(std::size_t time_index) const {
    const std::string cell_count = std::to_string(cells.total);
    std::string text = "      <Grid Name=\"mesh\" GridType=\"Uniform\">\n";
    if (!times.empty()) {
      char value[40];
      std::snprintf(value, sizeof value, "%.17g", times[time_index]);
      text += std::string("        <Time Value=\"") + value + "\"/>\n";
    }
    text += "        <Topology TopologyType=\"Hexahedron\" NumberOfElements=\"" + cell_count + "\">" +
            data_item(cell_count + " 8", "Int", 8, "/mesh/cells") + "</Topology>\n";
    text += "        <Geometry GeometryType=\"XYZ\">" +
            data_item(std::to_string(nodes.total) + " 3", "Float", 8, "/mesh/coordinates_mm") +
            "</Geometry>\n";
    for (const std::string& name : cell_names)
      text += attribute_item(name, "Cell", cells.total, "/cell/" + name);
    if (!times.empty())
      for (const std::string& name : node_names)
        text += attribute_item(name, "Node", nodes.total, time_group(time_index) + "/" + name);
    return text + "      </Grid>\n";
  }

  std::string xdmf() const {
    std::string text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Xdmf Version=\"3.0\">\n  <Domain>\n"
        "    <Grid Name=\"intratumor\" GridType=\"Collection\" CollectionType=\"Temporal\">\n"
        "      <Information Name=\"frame\" Value=\"" +
        frame +
        "\"/>\n"
        "      <Information Name=\"length_unit\" Value=\"mm\"/>\n"
        "      <Information Name=\"time_unit\" Value=\"s\"/>\n";
    for (std::size_t i = 0; i < std::max<std::size_t>(1, times.size()); ++i) text += grid(i);
    return text + "    </Grid>\n  </Domain>\n</Xdmf>\n";
  }
};

FieldWriter::FieldWriter(MPI_Comm comm, std::string folder) : state_(std::make_unique<State>()) {
  state_->comm = comm;
  state_->folder = std::move(folder);
  MPI_Comm_rank(comm, &state_->rank);
  state_->file = std::make_unique<Hdf5File>(comm, state_->folder + "/fields.h5");
  state_->file->attribute("/", "length_unit", "mm");
}

FieldWriter::~FieldWriter() = default;

void FieldWriter::mesh(const FieldMesh& mesh,
                       const std::vector<std::pair<std::string, std::vector<float>>>& cell_fields) {
  State& state = *state_;
  const std::uint64_t own_cells = mesh.cells.size() / 8;
  bool good = state.file && !state.has_mesh && mesh.coordinates_mm.size() % 3 == 0 &&
              mesh.cells.size() % 8 == 0 &&
              mesh.first_node + mesh.coordinates_mm.size() / 3 <= mesh.global_nodes;
  for (const std::uint64_t node : mesh.cells) good = good && node < mesh.global_nodes;
  for (const auto& field : cell_fields) good = good && field.second.size() == own_cells;
  state.require(good, "sizes of the mesh and its cell fields do not agree");

  std::uint64_t end = 0;
  std::uint64_t total = 0;
  MPI_Scan(&own_cells, &end, 1, MPI_UINT64_T, MPI_SUM, state.comm);
  MPI_Allreduce(&own_cells, &total, 1, MPI_UINT64_T, MPI_SUM, state.comm);
  state.cells = {end - own_cells, own_cells, total};
  state.nodes = {mesh.first_node, mesh.coordinates_mm.size() / 3, mesh.global_nodes};
  state.frame = mesh.frame;
  state.file->attribute("/", "frame", mesh.frame);
  state.file->group("/mesh");
  state.file->dataset("/mesh/coordinates_mm", state.nodes, 3, mesh.coordinates_mm);
  state.file->dataset("/mesh/cells", state.cells, 8, mesh.cells);
  state.file->group("/cell");
  for (const auto& [name, values] : cell_fields) {
    state.file->dataset("/cell/" + name, state.cells, 1, values);
    state.cell_names.push_back(name);
  }
  state.file->group("/nodal");
  state.has_mesh = true;
}

void FieldWriter::write(double time_s,
                        const std::vector<std::pair<std::string, std::vector<double>>>& nodal_fields) {
  State& state = *state_;
  std::vector<std::string> names;
  bool good = state.file && state.has_mesh && (state.times.empty() || time_s > state.times.back());
  for (const auto& field : nodal_fields) {
    names.push_back(field.first);
    good = good && field.second.size() == state.nodes.count;
  }
  good = good && (state.times.empty() || names == state.node_names);
  state.require(good, "a nodal field does not fit the mesh, or times and names do not go on from the last");

  const std::string group = State::time_group(state.times.size());
  state.file->group(group);
  state.file->attribute(group, "time_s", time_s);
  for (const auto& [name, values] : nodal_fields)
    state.file->dataset(group + "/" + name, state.nodes, 1, std::vector<float>(values.begin(), values.end()));
  state.node_names = names;
  state.times.push_back(time_s);
}

const std::vector<double>& FieldWriter::times() const {
  return state_->times;
}

const std::vector<std::string>& FieldWriter::names() const {
  return state_->node_names;
}

std::vector<float> FieldWriter::read(std::size_t time_index, const std::string& name) const {
  std::vector<float> values;
  state_->file->read(State::time_group(time_index) + "/" + name, state_->nodes, 1, values);
  return values;
}

void FieldWriter::close() {
  State& state = *state_;
  if (!state.file) return;
  state.require(state.has_mesh, "closed without a mesh");
  state.file->close();
  state.file.reset();
  int failed = 0;
  std::string message;
  if (state.rank == 0) {
    try {
      write_text(state.folder + "/fields.xdmf", state.xdmf());
    } catch (const ComputationError& error) {
      failed = 1;
      message = error.what();
    }
  }
  MPI_Bcast(&failed, 1, MPI_INT, 0, state.comm);
  if (failed != 0)
    throw ComputationError(message.empty() ? state.folder + "/fields.xdmf: cannot be written" : message);
}

}  // namespace intratumor
