// What the program says and leaves behind when it is given what it cannot use, and where it cannot write.
#include <gtest/gtest.h>

#include <filesystem>

#include "../images/text_image.h"
#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
namespace fs = std::filesystem;
namespace files = intratumor::testing;

namespace {

struct Fault {
  const char* what;
  std::vector<std::string> changes;  ///< of the small case, by --set
  const char* said;                  ///< part of the message
};

const std::vector<Fault> faults = {
    {"zero direction", {"scheme.0.direction=[0, 0, 0]"}, "not all 0"},
    {"needle outside the image",
     {"scheme.0.tip=[500 mm, 20 mm, 20 mm]"},
     "lies outside the region of interest"},
    {"needle outside the region of interest",
     {"scheme.0.tip=[20 mm, 20 mm, 34 mm]"},
     "raise geometry.margin"},
    {"deposit beyond the region of interest",
     {"scheme.0.volume=20 mL"},
     "does not fit into the region of interest"},
    {"three amounts", {"scheme.0.dose=1 mg"}, "found volume, concentration, dose"},
    {"doses out of order", {"scheme.0.at=[2 h, 1 h]"}, "times ascend"},
    {"doses that overlap", {"scheme.0.at=[0 s, 30 s]"}, "has ended"},
    {"dose after the end", {"scheme.0.at=[2 d]"}, "after run.until"},
    {"parameter without effect", {"deposit.aspect=3"}, "has no effect"},
    {"deposit without one", {"scheme.0.mode=infusion", "deposit.shape=sphere"}, "has no effect"},
    {"misspelt key", {"run.untl=3 h"}, "did you mean until?"},
    {"misspelt drug", {"drug=ipilimumap"}, "did you mean ipilimumab?"},
    {"no unit", {"scheme.0.volume=1"}, "has no unit"},
    {"wrong unit", {"run.until=3 mm"}, "is a length"},
    {"negative volume", {"scheme.0.volume=-1 mL"}, "more than 0"},
    {"image that is not there", {"geometry.segmentation=none.nii"}, "no such file"},
    {"image that is none", {"geometry.segmentation=text.nii"}, "text.nii"},
    {"image cut short", {"geometry.segmentation=short.nii"}, "short.nii"},
    {"NRRD cut short", {"geometry.segmentation=short.seg.nrrd"}, "truncated"},
    {"NRRD that is none", {"geometry.segmentation=text.nrrd"}, "not an NRRD file"},
    {"NRRD with a singular frame",
     {"geometry.segmentation=singular.nrrd"},
     "zero, infinite or undefined axis"},
    {"NRRD that is sheared", {"geometry.segmentation=sheared.nrrd"}, "right angles"},
    {"NRRD that is a series", {"geometry.segmentation=series.nrrd"}, "more than 3 dimensions"},
    {"MetaImage that promises 2e9 voxels", {"geometry.segmentation=promise.mha"}, "truncated"},
    {"MetaImage of halves", {"geometry.segmentation=halves.mha"}, "value 0.5"},
    {"segment's name in a NIfTI image",
     {"geometry.labels={0: muscle, Tumor: tumour}"},
     "only .seg.nrrd files name their segments"},
    {"line that is not there",
     {"scheme.0={needle: 22G_end_hole, needle_line: none.mrk.json, volume: 1 mL, dose: 1 mg, over: 1 min}"},
     "no such file"},
    {"line beside a tip", {"scheme.0.needle_line=none.mrk.json"}, "no effect beside needle_line"},
    {"label that the image lacks", {"geometry.labels.7=muscle"}, "label 7"},
    {"label that the case lacks", {"geometry.labels={0: muscle, 3: tumour}"}, "label"},
    {"cells too fine", {"numerics.h_min=1 um"}, "numerics.h_min"},
    {"list too short", {"scheme.1.volume=1 mL"}, "a list of 1 entry"},
    {"empty change", {"run.until="}, "no value"},
    {"later version", {"scheme.0.mode=cavity"}, "later version"},
    {"litre", {"scheme.0.volume=1 L"}, "at most 500 mL"},
    {"river", {"scheme.0.over=0 s", "scheme.0.rate=1e9 mL/min"}, "at most 6000 mL/min"},
    {"pipe", {"tissues.tumour.hydraulic_conductivity=1e10 m^2/(Pa s)"}, "at most 1e-06 m^2/(Pa s)"},
    {"porosity above 1", {"tissues.tumour.fluid_fraction=1.1"}, "at most 1"},
    {"aliases without end", {"title=&a [*a]"}, "repeated too often"},
    {"more voxels than are read", {"geometry.segmentation=large.nrrd"}, "crop the segmentation"},
    {"needle drawn by nesting",
     {"scheme.0={needle: 22G_end_hole, needle_line: nested.mrk.json, volume: 1 mL, dose: 1 mg, over: 1 min}"},
     "no list 'markups'"},
    {"mask that is not there", {"deposit={shape: mask, mask: none.nii}"}, "no such file"},
};

/// A raw NRRD of so many gigavoxels that takes no place on the disk: all 0.
void write_sparse(const std::string& path, int sheets) {
  files::NrrdFile image;
  image.set("sizes", "1000 1000 " + std::to_string(sheets)).data.clear();
  image.write(path);
  fs::resize_file(path, fs::file_size(path) + std::uintmax_t(sheets) * 1000000);
}

void write_inputs(const ScratchFolder& scratch) {
  write_small_case(scratch.path());
  write_text(scratch / "text.nii", "no image\n");
  write_text(scratch / "short.nii", contents_of(scratch / "small.nii").substr(0, 5000));
  files::NrrdFile nrrd;
  nrrd.data.resize(20);
  nrrd.write(scratch / "short.seg.nrrd");
  write_text(scratch / "text.nrrd", "no image\n");
  files::NrrdFile().set("space directions", "(1,0,0) (0,0,0) (0,0,1)").write(scratch / "singular.nrrd");
  files::NrrdFile().set("space directions", "(1,0.2,0) (0,1,0) (0,0,1)").write(scratch / "sheared.nrrd");
  files::NrrdFile series;
  series.set("dimension", "4").set("sizes", "2 2 2 3").set("kinds", "domain domain domain time");
  series.set("space directions", "(1,0,0) (0,1,0) (0,0,1) none").write(scratch / "series.nrrd");
  files::MetaFile().set("DimSize", "2000 1000 1000").write(scratch / "promise.mha");
  files::MetaFile halves;
  halves.data = files::bytes_of<float>(std::vector<double>(24, 0.5));
  halves.set("ElementType", "MET_FLOAT").write(scratch / "halves.mha");
  write_sparse(scratch / "large.nrrd", 2000);
  write_text(scratch / "nested.mrk.json", std::string(100000, '[') + std::string(100000, ']'));
}

std::vector<std::string> arguments_of(const Fault& fault) {
  std::vector<std::string> arguments{"run", "small.yaml", "--quiet"};
  for (const std::string& change : fault.changes) arguments.insert(arguments.end(), {"--set", change});
  return arguments;
}

void expect_one_message(const Ended& ended, const std::string& said, const std::string& what) {
  EXPECT_EQ(lines_of(ended.err).size(), 1u) << what << ":\n" << ended.err;
  EXPECT_EQ(ended.err.rfind("error: ", 0), 0u) << what << ":\n" << ended.err;
  EXPECT_NE(ended.err.find(said), std::string::npos) << what << ":\n" << ended.err;
  EXPECT_EQ(ended.out, "") << what;
}

/// A command that runs the program with a file system of its own mounted on ./disk, and lists what is on it
/// at the end; empty where this user may not mount.
std::vector<std::string> on_a_disk(const std::string& options, const std::string& folder) {
  for (const std::vector<std::string>& space :
       {std::vector<std::string>{"unshare", "--mount"},
        std::vector<std::string>{"unshare", "--user", "--map-root-user", "--mount"}}) {
    std::vector<std::string> command = space;
    const std::string mount = "mount -t tmpfs -o " + options + " tmpfs disk || exit 99; ";
    command.insert(command.end(), {"sh", "-c", mount + "\"$@\"; status=$?; ls -A disk; exit $status", "sh"});
    std::vector<std::string> probe = command;
    probe.emplace_back("true");
    if (Program(probe, folder).wait().status == 0) return command;
  }
  return {};
}

Ended run_on(std::vector<std::string> disk, const std::string& folder,
             const std::vector<std::string>& changes) {
  disk.insert(disk.end(), {INTRATUMOR_PROGRAM, "run", "small.yaml", "--quiet", "-o", "disk/result"});
  for (const std::string& change : changes) disk.insert(disk.end(), {"--set", change});
  return Program(disk, folder).wait();
}

}  // namespace

TEST(BadInput, GivesOneMessageAndLeavesNothing) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  const std::size_t before = scratch.entries().size();
  EXPECT_GE(faults.size(), 25u);
  for (const Fault& fault : faults) {
    const Ended ended = intratumor_in(scratch.path(), arguments_of(fault));
    EXPECT_EQ(ended.status, 2) << fault.what << ":\n" << ended.err;
    expect_one_message(ended, fault.said, fault.what);
    EXPECT_EQ(scratch.entries().size(), before) << fault.what;
  }
}

TEST(BadInput, ImageLargerThanMemory) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  write_sparse(scratch / "large.nrrd", 990);
  // 1.98 GB of labels where the program may have 1.95 GB of addresses in all.
  const std::string limited = "ulimit -v 1950000 && exec \"$@\"";
  const auto run = [&](const std::string& image) {
    return Program({"sh", "-c", limited, "sh", INTRATUMOR_PROGRAM, "check", "small.yaml", "--set",
                    "geometry.segmentation=" + image},
                   scratch.path())
        .wait();
  };
  ASSERT_EQ(run("small.nii").status, 0);
  const Ended ended = run("large.nrrd");
  EXPECT_EQ(ended.status, 2);
  expect_one_message(ended, "990000000 voxels take 1980 MB of memory", "little memory");
}

TEST(BadInput, OnSeveralRanksIsSaidOnce) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  const std::size_t before = scratch.entries().size();
  // One that the case shows, one that the image shows.
  for (const std::size_t which : {0, 1}) {
    const Ended ended = intratumor_on_ranks(2, scratch.path(), arguments_of(faults[which]));
    EXPECT_EQ(ended.status, 2) << ended.err;
    const std::string first = "error: ";
    std::size_t messages = 0;
    for (const std::string& line : lines_of(ended.err)) messages += line.rfind(first, 0) == 0;
    EXPECT_EQ(messages, 1u) << ended.err;
    EXPECT_NE(ended.err.find(faults[which].said), std::string::npos) << ended.err;
    EXPECT_EQ(scratch.entries().size(), before);
  }
}

TEST(BadInput, PlacesThatCannotTakeAResult) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  fs::create_directory(scratch / "full");
  write_text(scratch / "full/mine.txt", "keep\n");
  write_text(scratch / "file", "keep\n");
  const std::size_t before = scratch.entries().size();
  const struct {
    const char* folder;
    const char* said;
  } places[] = {
      {"full", "--overwrite"}, {"file", "file"}, {"no/such/place", "no/such"}, {"/proc/result", "/proc"}};
  for (const auto& [folder, said] : places) {
    const Ended ended = intratumor_in(scratch.path(), {"run", "small.yaml", "--quiet", "-o", folder});
    EXPECT_EQ(ended.status, 2) << folder;
    expect_one_message(ended, said, folder);
    EXPECT_EQ(scratch.entries().size(), before) << folder;
  }
  // What is no result of this program is not replaced even on demand.
  const Ended ended = intratumor_in(scratch.path(), {"run", "small.yaml", "-q", "-o", "full", "--overwrite"});
  EXPECT_EQ(ended.status, 2);
  expect_one_message(ended, "full", "a folder of somebody's");
  EXPECT_EQ(contents_of(scratch / "full/mine.txt"), "keep\n");
  EXPECT_EQ(contents_of(scratch / "file"), "keep\n");
}

TEST(BadInput, FolderThatIsReadOnly) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  fs::create_directory(scratch / "disk");
  const std::vector<std::string> disk = on_a_disk("ro,size=1m", scratch.path());
  if (disk.empty()) GTEST_SKIP() << "this user may not mount a file system";
  const Ended ended = run_on(disk, scratch.path(), {});
  EXPECT_EQ(ended.status, 2);
  expect_one_message(ended, "disk", "read-only");
}

TEST(BadInput, DiskThatIsFull) {
  const ScratchFolder scratch;
  write_inputs(scratch);
  fs::create_directory(scratch / "disk");
  if (on_a_disk("size=1m", scratch.path()).empty()) GTEST_SKIP() << "this user may not mount a file system";
  // It runs full in the fields, in the summary and in the last text.
  const struct {
    const char* size;
    const char* fields;
    const char* file;
  } disks[] = {
      {"64k", "[1 h, 2 h]", "fields.h5"}, {"8k", "[]", "summary.json"}, {"52k", "[]", "case.resolved.yaml"}};
  for (const auto& [size, fields, file] : disks) {
    const std::vector<std::string> disk = on_a_disk(std::string("size=") + size, scratch.path());
    const Ended ended = run_on(disk, scratch.path(),
                               {"run.until=2 h", std::string("output.fields=") + fields, "output.maps=[]"});
    EXPECT_EQ(ended.status, 1) << size << ended.err;
    expect_one_message(ended, file, size);  // nothing on stdout: nothing is left on the disk
  }
}
