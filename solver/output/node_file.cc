#include "output/node_file.h"

#include <algorithm>

#include "quantities/error.h"

namespace intratumor {

namespace {

/// Rows that are read at a time where each rank picks its own out of all.
constexpr std::uint64_t block = 1 << 20;

const char* const keys_name = "/node_keys";

Hdf5File::Rows rows_of_rank(MPI_Comm comm, std::uint64_t count) {
  std::uint64_t end = 0, total = 0;
  MPI_Scan(&count, &end, 1, MPI_UINT64_T, MPI_SUM, comm);
  MPI_Allreduce(&count, &total, 1, MPI_UINT64_T, MPI_SUM, comm);
  return {end - count, count, total};
}

bool everywhere(MPI_Comm comm, bool here) {
  int all = here ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, comm);
  return all != 0;
}

}  // namespace

NodeFileWriter::NodeFileWriter(MPI_Comm comm, const std::string& path, const std::vector<std::uint64_t>& keys)
    : comm_(comm), file_(comm, path), rows_(rows_of_rank(comm, keys.size())) {
  file_.dataset(keys_name, rows_, 1, keys);
}

void NodeFileWriter::nodes(const std::string& name, const std::vector<double>& values) {
  file_.dataset(name, rows_, 1, values);
}

void NodeFileWriter::nodes(const std::string& name, const std::vector<float>& values) {
  file_.dataset(name, rows_, 1, values);
}

void NodeFileWriter::rows(const std::string& name, const Table& table) {
  int rank = 0;
  MPI_Comm_rank(comm_, &rank);
  std::uint64_t shape[2] = {table.rows.size(), table.columns.size()};
  MPI_Bcast(shape, 2, MPI_UINT64_T, 0, comm_);
  std::vector<double> values;
  if (rank == 0)
    for (const std::vector<double>& row : table.rows) values.insert(values.end(), row.begin(), row.end());
  file_.dataset(name, {0, rank == 0 ? shape[0] : 0, shape[0]}, static_cast<int>(shape[1]), values);
}

NodeFileReader::NodeFileReader(MPI_Comm comm, const std::string& path, const std::vector<std::uint64_t>& keys)
    : comm_(comm),
      path_(path),
      file_(comm, path, Hdf5File::Mode::read),
      rows_(rows_of_rank(comm, keys.size())) {
  const std::string other_mesh = path + ": is of another mesh than the one of this case";
  if (file_.rows_of(keys_name) != rows_.total) throw ComputationError(other_mesh);
  std::vector<std::uint64_t> stored;
  file_.read(keys_name, rows_, 1, stored);
  in_order_ = everywhere(comm, stored == keys);
  if (in_order_) return;

  std::vector<std::pair<std::uint64_t, std::size_t>> own;
  for (std::size_t i = 0; i < keys.size(); ++i) own.emplace_back(keys[i], i);
  std::sort(own.begin(), own.end());
  for (std::uint64_t begin = 0; begin < rows_.total; begin += block) {
    const std::uint64_t count = std::min(block, rows_.total - begin);
    file_.read(keys_name, {begin, count, rows_.total}, 1, stored);
    for (std::uint64_t row = 0; row < count; ++row) {
      const auto at = std::lower_bound(own.begin(), own.end(), std::make_pair(stored[row], std::size_t(0)));
      if (at != own.end() && at->first == stored[row]) places_.emplace_back(begin + row, at->second);
    }
  }
  if (!everywhere(comm, places_.size() == keys.size())) throw ComputationError(other_mesh);
}

template <class T>
void NodeFileReader::read(const std::string& name, std::vector<T>& values) {
  if (in_order_) {
    file_.read(name, rows_, 1, values);
    return;
  }
  values.resize(rows_.count);
  std::vector<T> part;
  auto place = places_.begin();
  for (std::uint64_t begin = 0; begin < rows_.total; begin += block) {
    const std::uint64_t count = std::min(block, rows_.total - begin);
    file_.read(name, {begin, count, rows_.total}, 1, part);
    for (; place != places_.end() && place->first < begin + count; ++place)
      values[place->second] = part[place->first - begin];
  }
}

void NodeFileReader::nodes(const std::string& name, std::vector<double>& values) {
  read(name, values);
}

void NodeFileReader::nodes(const std::string& name, std::vector<float>& values) {
  read(name, values);
}

Table NodeFileReader::rows(const std::string& name, const std::vector<std::string>& columns) {
  Table table;
  table.columns = columns;
  const std::uint64_t total = file_.rows_of(name);
  std::vector<double> values;
  file_.read(name, {0, total, total}, static_cast<int>(columns.size()), values);
  for (std::uint64_t row = 0; row < total; ++row)
    table.rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(row * columns.size()),
                            values.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns.size()));
  return table;
}

}  // namespace intratumor
