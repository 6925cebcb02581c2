#!/usr/bin/env python3
"""Compares world positions with nibabel's: nibabel_check.py path/to/test_images

Writes images whose voxels all have labels of their own (sform only, qform only, both but different, oblique, every
permutation and flip), has nibabel say where each label lies, and lets the C++ test of that name read the same files.
Needs numpy and nibabel; the test suite does not need this script.
"""
import itertools
import os
import subprocess
import sys
import tempfile

import nibabel
import numpy

RNG = numpy.random.default_rng(1)


def rotation():
    q, r = numpy.linalg.qr(RNG.normal(size=(3, 3)))
    q = q * numpy.sign(numpy.diag(r))
    if numpy.linalg.det(q) < 0:
        q[:, 0] *= -1
    return q


def affine(directions):
    result = numpy.eye(4)
    result[:3, :3] = directions @ numpy.diag([0.8, 1.1, 2.5])
    result[:3, 3] = RNG.uniform(-300, 300, 3)
    return result


def image(sform, qform):
    shape = (6, 7, 5)
    labels = RNG.permutation(numpy.arange(1, 211)).reshape(shape).astype(numpy.int16)
    result = nibabel.Nifti1Image(labels, None)
    result.set_sform(sform[0], sform[1]) if sform else result.header.__setitem__("sform_code", 0)
    result.set_qform(qform[0], qform[1]) if qform else result.header.__setitem__("qform_code", 0)
    return result


def cases():
    for sign in itertools.product([1, -1], repeat=3):
        for axes in itertools.permutations(range(3)):
            flip = numpy.eye(3)[:, list(axes)] * sign
            name = "".join("%+d" % (s * (a + 1)) for s, a in zip(sign, axes))
            yield "sform" + name, image((affine(flip), 1), None)
            yield "qform" + name, image(None, (affine(flip), 1))
    for i in range(20):
        mirror = numpy.diag([1, 1, -1 if i % 2 else 1])
        yield "oblique_sform%d" % i, image((affine(rotation() @ mirror), 2), None)
        yield "oblique_qform%d" % i, image(None, (affine(rotation() @ mirror), 1))
        yield "both%d" % i, image((affine(rotation()), 1 + i % 4), (affine(rotation()), 1 + i % 3))


def tolerance(header):
    """Largest difference allowed, mm: float32 in the header, at some 300 mm.

    Half turns stored as a quaternion differ more: what float32 leaves of the first component is round-off, which
    nifti1_io, ITK and this project drop and nibabel keeps as a tilt of up to 6e-4 rad.
    """
    left = 1 - sum(float(header["quatern_" + part]) ** 2 for part in "bcd")
    return 2e-2 if header["sform_code"] == 0 and abs(left) < 1e-7 else 1e-4


def main():
    with tempfile.TemporaryDirectory() as folder:
        positions = os.path.join(folder, "positions.txt")
        with open(positions, "w") as out:
            for name, written in cases():
                path = os.path.join(folder, name + ".nii.gz")
                nibabel.save(written, path)
                stored = nibabel.load(path)
                labels = numpy.asarray(stored.dataobj)
                indices = numpy.argwhere(labels > 0)
                world = nibabel.affines.apply_affine(stored.affine, indices)
                out.write("%s %d %g\n" % (path, len(indices), tolerance(stored.header)))
                for index, point in zip(indices, world):
                    out.write("%d %.17g %.17g %.17g\n" % (labels[tuple(index)], *point))
        return subprocess.call(
            [sys.argv[1], "--gtest_filter=RealImages.PositionsOfAnotherProgram"],
            env=dict(os.environ, INTRATUMOR_CHECK_POSITIONS=positions))


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 2 else __doc__)
