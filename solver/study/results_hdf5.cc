#include <hdf5.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "output/summary.h"
#include "quantities/error.h"
#include "study/ranking.h"
#include "study/results.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

/// A small HDF5 file of one process, without MPI. Every call throws ComputationError when it fails.
class SmallFile {
 public:
  explicit SmallFile(const std::string& path) : path_(path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    require(file_);
  }
  ~SmallFile() {
    if (file_ >= 0) H5Fclose(file_);
  }
  SmallFile(const SmallFile&) = delete;
  SmallFile& operator=(const SmallFile&) = delete;

  void group(const std::string& name) {
    const hid_t group = H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    require(group);
    require(H5Gclose(group));
  }

  void numbers(const std::string& name, const std::vector<hsize_t>& shape, const std::vector<double>& values,
               const std::string& unit) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    require(space);
    const hid_t set =
        H5Dcreate2(file_, name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    require(set);
    if (!values.empty())
      require(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    attribute(set, "unit", unit);
    require(H5Dclose(set));
    require(H5Sclose(space));
  }

  void texts(const std::string& name, const std::vector<std::string>& values) {
    const hid_t type = text_type();
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    require(space);
    const hid_t set = H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    require(set);
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    if (count > 0) require(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()));
    require(H5Dclose(set));
    require(H5Sclose(space));
    require(H5Tclose(type));
  }

  void close() {
    const hid_t file = file_;
    file_ = -1;
    require(H5Fclose(file));
  }

 private:
  hid_t text_type() {
    const hid_t type = H5Tcopy(H5T_C_S1);
    require(type);
    require(H5Tset_size(type, H5T_VARIABLE));
    require(H5Tset_cset(type, H5T_CSET_UTF8));
    return type;
  }

  void attribute(hid_t object, const char* name, const std::string& value) {
    const hid_t type = text_type();
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t item = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const char* const text = value.c_str();
    require(item);
    require(H5Awrite(item, type, &text));
    require(H5Aclose(item));
    require(H5Sclose(space));
    require(H5Tclose(type));
  }

  void require(hid_t result) const {
    if (result < 0) throw ComputationError(path_ + ": cannot be written as HDF5");
  }

  std::string path_;
  hid_t file_ = -1;
};

std::vector<double> flat(const std::vector<std::vector<double>>& rows) {
  std::vector<double> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

void write_all(const std::string& path, const StudyFolder& folder, const Plan& plan,
               const StudyResults& results) {
  SmallFile file(path);
  const hsize_t count = plan.cases.size();
  std::vector<double> numbers;
  std::vector<std::string> states;
  for (std::size_t k = 0; k < count; ++k) {
    numbers.push_back(static_cast<double>(k));
    const bool done = results.states[k] == StudyFolder::State::done;
    states.push_back(done ? "done" : results.states[k] == StudyFolder::State::failed ? "failed" : "open");
  }
  file.numbers("case", {count}, numbers, "1");
  file.texts("status", states);
  file.group("inputs");
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    const std::string name = "inputs/" + plan.inputs[i].name;
    if (plan.inputs[i].unit.empty()) {
      std::vector<std::string> texts;
      for (const PlannedCase& planned : plan.cases) texts.push_back(planned.inputs[i].get<std::string>());
      file.texts(name, texts);
    } else {
      std::vector<double> values;
      for (const PlannedCase& planned : plan.cases) values.push_back(planned.inputs[i].get<double>());
      file.numbers(name, {count}, values, plan.inputs[i].unit);
    }
  }
  file.group("metrics");
  for (const std::string& name : metric_names())
    file.numbers("metrics/" + name, {count}, results.metric(name), unit_of(name));
  const std::vector<double> fractions = shared_fractions();
  const auto volumes = exposure_volumes(folder, results, fractions);
  file.group("exposure_volume");
  file.numbers("exposure_volume/volume_fraction", {fractions.size()}, fractions, "1");
  file.numbers("exposure_volume/auc", {count, fractions.size()}, flat(volumes), "mol s m-3");
  file.close();
}

}  // namespace

void write_results_hdf5(const StudyFolder& folder, const Plan& plan, const StudyResults& results) {
  const fs::path place = fs::path(folder.path()) / "results.h5";
  const std::string beside =
      (fs::path(folder.path()) / (".results.h5.unfinished-" + std::to_string(getpid()))).string();
  try {
    write_all(beside, folder, plan, results);
  } catch (...) {
    unlink(beside.c_str());
    throw;
  }
  if (std::rename(beside.c_str(), place.c_str()) != 0)
    throw ComputationError(place.string() + ": cannot be written");
}

}  // namespace intratumor
