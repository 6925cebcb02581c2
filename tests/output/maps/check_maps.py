#!/usr/bin/python3
"""Reads maps back with nibabel: check_maps.py WRITE_MAPS MPIRUN synthetic|real PROJECT

Every map must have the segmentation's grid and frame, and at every voxel the value that the field has at the place in the
world where nibabel says the voxel lies; maps on NRRD and MetaImage segmentations must lie where those say. Real images: the shipped one, and the
KiTS19 segmentations of the folder INTRATUMOR_KITS19 where they are at hand.
"""
import glob
import gzip
import itertools
import os
import subprocess
import sys
import tempfile
import types
import zlib

import nibabel
import numpy as np

FRAME = ["dim", "pixdim", "sform_code", "qform_code", "srow_x", "srow_y", "srow_z", "quatern_b", "quatern_c",
         "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z", "xyzt_units"]
MAPS = {"auc": ("<f4", b"AUC mol s/m^3", b"mol s/m^3"), "cmax": ("<f4", b"Cmax mol/m^3", b"mol/m^3"),
        "roi": ("|u1", b"meshed region", b"meshed region")}
RNG = np.random.default_rng(3)


def rotation():
    q, r = np.linalg.qr(RNG.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q * [-1, 1, 1]


def affine(directions, zooms=(0.8, 1.1, 2.5)):
    result = np.eye(4)
    result[:3, :3] = directions @ np.diag(zooms)
    result[:3, 3] = RNG.uniform(-200, 200, 3)
    return result


def image(sform=None, qform=None, header=nibabel.Nifti1Header, dtype=np.uint8, units="mm"):
    """A lump of label 2 in label 1, near enough to an edge that the meshed box leaves the image there."""
    labels = np.ones((30, 28, 14), dtype)
    i, j, k = np.ogrid[:30, :28, :14]
    labels[((i - 9) * 0.8) ** 2 + ((j - 13) * 1.1) ** 2 + ((k - 6) * 2.0) ** 2 < 36] = 2
    result = nibabel.Nifti1Image(labels, None, header())
    result.set_sform(*sform) if sform else result.header.__setitem__("sform_code", 0)
    result.set_qform(*qform) if qform else result.header.__setitem__("qform_code", 0)
    result.header.set_xyzt_units(units, "sec")
    return result


def synthetic_images():
    for n, axes in enumerate(itertools.permutations(range(3))):
        turned = affine(np.eye(3)[:, axes] * RNG.choice([-1, 1], 3))
        yield f"axes{n}", image((turned, 1), (turned, 1) if n % 2 else None)
    yield "oblique_sform", image((affine(rotation()), 2))
    yield "mirrored_sform", image((affine(rotation() @ np.diag([1, 1, -1])), 3))
    yield "qform_only", image(None, (affine(rotation()), 1))
    yield "mirrored_qform", image(None, (affine(rotation() @ np.diag([1, 1, -1])), 4), dtype=np.int16)
    yield "both_differ", image((affine(rotation()), 2), (affine(rotation()), 1))
    swapped = lambda: nibabel.Nifti1Header(endianness=">")
    yield "other_byte_order", image((affine(rotation()), 1), (affine(rotation()), 1), swapped, np.int16)
    yield "no_unit", image((affine(rotation()), 1), units="unknown")
    four = image((affine(rotation()), 1))
    four.header["dim"][0] = 4
    four.header["pixdim"][4] = 2.5
    yield "four_dimensions", four


def text_image(affine, kind, path):
    """Writes the lump as NRRD or MetaImage by the formats' own words; affine: file index to RAS. Returns what check needs."""
    labels = np.asarray(image((affine, 1)).dataobj)
    to_lps = np.diag([-1, -1, 1])
    axes, origin = to_lps @ affine[:3, :3], to_lps @ affine[:3, 3]
    words = lambda numbers, between=" ": between.join(repr(float(x)) for x in numbers)
    sizes = " ".join(map(str, labels.shape))
    if kind == "mha":
        spacing = np.linalg.norm(axes, axis=0)
        data = zlib.compress(labels.astype(">i2").tobytes(order="F"))
        header = (f"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\nCompressedData = True\n"
                  f"CompressedDataSize = {len(data)}\nTransformMatrix = {words((axes / spacing).T.ravel())}\n"
                  f"Offset = {words(origin)}\nCenterOfRotation = 0 0 0\nElementSpacing = {words(spacing)}\nDimSize = {sizes}\n"
                  "ElementType = MET_SHORT\nElementDataFile = LOCAL\n")
    else:
        vectors = " ".join(f"({words(axis, ',')})" for axis in axes.T)
        header = f"NRRD0004\ntype: unsigned char\nspace: left-posterior-superior\nspace origin: ({words(origin, ',')})\n"
        data = labels
        if kind == "layers":  # all in the second layer; without an order, labels are numbered as they are met: 1, then the lump is 2
            data = np.stack([labels * 0, labels])
            header += (f"dimension: 4\nsizes: 2 {sizes}\nspace directions: none {vectors}\nkinds: list domain domain domain\n"
                       "encoding: gzip\nSegment0_Name:=Nothing\nSegment0_Layer:=0\nSegment0_LabelValue:=1\n"
                       "Segment1_Name:=Tumor\nSegment1_Layer:=1\nSegment1_LabelValue:=2\n\n")
        else:
            header += f"dimension: 3\nsizes: {sizes}\nspace directions: {vectors}\nencoding: gzip\n\n"
        data = gzip.compress(data.tobytes(order="F"))
    with open(path, "wb") as file:
        file.write(header.encode() + data)
    return types.SimpleNamespace(affine=affine, shape=labels.shape, dataobj=labels, header=None)


def text_images(folder):
    for n, axes in enumerate(itertools.permutations(range(3))):
        kind, ending = [("nrrd", "nrrd"), ("mha", "mha")][n % 2]
        path = f"{folder}/{kind}_axes{n}.{ending}"
        yield path, text_image(affine(np.eye(3)[:, axes] * RNG.choice([-1, 1], 3)), kind, path)
    for kind, ending in ("nrrd", "nrrd"), ("mha", "mha"), ("layers", "seg.nrrd"):
        for name, mirror in ("oblique", [1, 1, 1]), ("mirrored", [1, -1, 1]):
            path = f"{folder}/{kind}_{name}.{ending}"
            yield path, text_image(affine(rotation() @ np.diag(mirror)), kind, path)


def qform_of(header):
    """nibabel's qform, but for half turns: what float32 leaves of the quaternion's first component is round-off, which
    nifti1_io and ITK drop and nibabel keeps as a tilt of up to 6e-4 rad."""
    bcd = np.array([header["quatern_" + part] for part in "bcd"], float)
    if 1 - bcd @ bcd >= 1e-7:
        return header.get_qform()
    result = np.eye(4)
    result[:3, :3] = nibabel.quaternions.quat2mat([0, *bcd]) @ np.diag(header["pixdim"][1:4] * [1, 1, header["pixdim"][0]])
    result[:3, 3] = [header["qoffset_" + axis] for axis in "xyz"]
    return result


def affine_of(segmentation):
    header = segmentation.header
    if header is None or header["sform_code"] > 0:
        return segmentation.affine
    return qform_of(header)


def run(program, mpirun, ranks, path, folder):
    os.makedirs(folder, exist_ok=True)
    command = [mpirun, "--oversubscribe", "-np", str(ranks), program, path, "2", folder]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return [float(word) for word in result.stdout.split()]


def check_headers(segmentation, folder):
    assert sorted(os.listdir(folder)) == sorted(name + ".nii.gz" for name in MAPS)
    for name, (dtype, intent, unit) in MAPS.items():
        written = nibabel.load(f"{folder}/{name}.nii.gz")
        if segmentation.header is None:  # float32 of positions of up to 200 mm, and of a quaternion
            corners = np.array(list(itertools.product(*[(0, n - 1) for n in segmentation.shape])))
            expected = nibabel.affines.apply_affine(segmentation.affine, corners)
            for frame, tolerance in (written.get_sform(), 1e-4), (qform_of(written.header), 3e-4):
                assert np.allclose(nibabel.affines.apply_affine(frame, corners), expected, rtol=0, atol=tolerance), name
            assert written.header["sform_code"] == 1 and written.header["qform_code"] == 1
            assert written.header.get_xyzt_units()[0] == "mm"
        else:
            for field in FRAME:
                assert np.array_equal(written.header[field], segmentation.header[field]), (name, field)
            assert np.array_equal(written.affine, segmentation.affine)
        assert written.shape == segmentation.shape
        assert written.header.get_data_dtype() == np.dtype(dtype)
        assert written.dataobj.slope == 1 and written.dataobj.inter == 0
        assert written.header["intent_name"].item() == intent, name
        assert unit in written.header["descrip"].item(), name


def check_values(segmentation, folder, printed):
    """Returns the largest differences: of auc, relative; of cmax above and below, over the bounds of interpolation."""
    volume, coarsest, *middle = printed
    maps = {name: np.asarray(nibabel.load(f"{folder}/{name}.nii.gz").dataobj).reshape(segmentation.shape[:3])
            for name in MAPS}
    inside = maps["roi"] == 1
    assert np.all(maps["roi"][~inside] == 0)
    for name in ("auc", "cmax"):
        assert np.all(maps[name][~inside] == 0)
    labels = np.asarray(segmentation.dataobj).reshape(inside.shape)
    assert np.all(inside[labels == 2])
    zooms = np.linalg.norm(segmentation.affine[:3, :3], axis=0)
    index = np.argwhere(inside)
    assert len(index) == np.prod(index.max(0) - index.min(0) + 1)  # a block, all of whose voxels have a value
    x = 1e-3 * nibabel.affines.apply_affine(affine_of(segmentation), index)
    exact = 1000 + x @ [1000, 2000, -3000]
    auc = np.max(np.abs(maps["auc"][inside] - exact)) / 1000
    # A tenth of a micrometre in the world is 4e-7; the rest is float32.
    assert auc < 1e-6, auc
    squared = np.sum((x - middle) ** 2, axis=1) + 1e-6
    error = maps["cmax"][inside] - squared
    # Linear interpolation of a square lies above it by at most h^2/4 an axis.
    assert error.min() > -1e-8 and error.max() < 0.75 * coarsest**2 + 1e-8, (error.min(), error.max())
    # The box where it is not cut by the edge of the image: its voxels make up its volume to one layer of them.
    size = index.max(0) - index.min(0) + 1
    if np.all(index.min(0) > 0) and np.all(index.max(0) < np.array(inside.shape) - 1):
        assert np.prod((size - 1) * zooms) < 1e9 * volume < np.prod((size + 1) * zooms)
    return len(index), auc, error.max() / (0.75 * coarsest**2)


def same_bytes(one, other):
    for name in MAPS:
        with open(f"{one}/maps/{name}.nii.gz", "rb") as a, open(f"{other}/maps/{name}.nii.gz", "rb") as b:
            assert a.read() == b.read(), (name, other)


def check(program, mpirun, name, path, ranks, segmentation=None):
    with tempfile.TemporaryDirectory() as folder:
        segmentation = segmentation or nibabel.load(path)
        printed = run(program, mpirun, ranks[0], path, folder + "/first")
        check_headers(segmentation, folder + "/first/maps")
        voxels, auc, cmax = check_values(segmentation, folder + "/first/maps", printed)
        for n in ranks[1:]:
            run(program, mpirun, n, path, f"{folder}/{n}")
            same_bytes(folder + "/first", f"{folder}/{n}")
        print(f"{name}: {voxels} voxels, linear field within {auc:.1e}, squared distance within {cmax:.2f} of its bound, "
              f"the same on {ranks} ranks", flush=True)


def main():
    program, mpirun, which, project = sys.argv[1:]
    if which == "real":
        folder = os.environ.get("INTRATUMOR_KITS19", os.path.join(project, "..", "shared", "data", "kits19"))
        paths = sorted(glob.glob(folder + "/case_*_segmentation.nii.gz"), key=os.path.getsize)
        shipped = project + "/meshes/lobulated_tumour.nii.gz"
        check(program, mpirun, os.path.basename(shipped), shipped, [1, 2, 4])
        for path in paths:
            check(program, mpirun, os.path.basename(path), path, [1, 4] if path == paths[0] else [2])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, written) in enumerate(synthetic_images()):
            path = f"{folder}/{name}.nii.gz"
            nibabel.save(written, path)
            check(program, mpirun, name, path, [1, 2, 4] if number % 4 == 0 else [1 + number % 2])
        for number, (path, segmentation) in enumerate(text_images(folder)):
            check(program, mpirun, os.path.basename(path), path, [1 + number % 2], segmentation)
        path = f"{folder}/axes0.nii.gz"
        missing = subprocess.run([mpirun, "--oversubscribe", "-np", "2", program, path, "2", path],
                                 capture_output=True, text=True)
        assert missing.returncode == 1 and "auc.nii.gz: cannot be written: " in missing.stderr, missing.stderr
    return 0


sys.exit(main())
