#!/usr/bin/env python3
"""Writes lobulated_tumour.nii.gz, the project's own synthetic segmentation: make_lobulated_tumour.py [FILE]

A lobulated tumour of about 6 mL with a necrotic core, growing out of the lower lateral side of a kidney that lies in
fat within muscle; CT-like voxels, thick slices a little oblique. Every run writes the same bytes. Needs numpy and scipy;
the NIfTI header is written here, by the standard's fields, so that nothing of the file depends on a library's version.
"""
import gzip
import struct
import sys
from pathlib import Path

import numpy
from scipy import ndimage

MUSCLE, KIDNEY, TUMOUR, NECROSIS, FAT = range(5)
SIZE = (112, 112, 44)
SPACING = numpy.array([0.8, 0.8, 2.5])  # mm
CENTRE = numpy.array([62.0, -48.0, 115.0])  # world position of the image's centre, mm, RAS
TILT = numpy.radians([4.0, -3.0, 6.0])  # about x, y, z


def axes():
    """Columns: directions of the file's axes, which run left, posterior, superior, slightly tilted."""
    cx, cy, cz = numpy.cos(TILT)
    sx, sy, sz = numpy.sin(TILT)
    about_x = numpy.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = numpy.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = numpy.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x @ numpy.diag([-1, -1, 1])


def positions():
    """Position of every voxel centre relative to the image's centre, mm, along right, anterior, superior."""
    index = numpy.stack(numpy.meshgrid(*[numpy.arange(n) for n in SIZE], indexing="ij"), axis=-1)
    index = index - (numpy.array(SIZE) - 1) / 2
    return (index * SPACING) @ axes().T


def smooth_noise(rng, length):
    """A random field of zero mean and unit deviation that varies over `length` mm."""
    field = ndimage.gaussian_filter(rng.normal(size=SIZE), length / SPACING, mode="reflect")
    return (field - field.mean()) / field.std()


def ellipsoid(points, centre, radii):
    """About the distance to an ellipsoid's surface, mm, negative inside."""
    q = (points - centre) / radii
    return (numpy.linalg.norm(q, axis=-1) - 1) * numpy.min(radii)


def smooth_union(first, second, width):
    """Distance to two bodies merged, their seam rounded over `width` mm."""
    h = numpy.clip(0.5 + 0.5 * (second - first) / width, 0, 1)
    return second + (first - second) * h - width * h * (1 - h)


def main(path):
    rng = numpy.random.default_rng(20240607)
    points = positions()

    kidney = ellipsoid(points, [-4, 0, 5], [21, 17, 42]) + 0.5 * smooth_noise(rng, 8)
    sinus = ellipsoid(points, [-23, 3, 7], [15, 8, 17])  # the hilum, filled with fat
    # Fat all round the kidney, muscle beyond it (psoas, back wall, flank: one label here).
    fat = ellipsoid(points, [-2, 2, 3], [37, 29, 60]) + 1.0 * smooth_noise(rng, 10)

    lobes = [  # centre relative to the tumour's middle (mm), radius (mm)
        ([0.0, 0.0, 0.0], 8.9),
        ([7.0, 3.5, 4.5], 6.0),
        ([4.0, -7.5, -3.5], 5.9),
        ([-5.5, 4.0, -7.0], 5.7),
        ([6.5, 2.0, -9.0], 5.2),
        ([-1.0, -5.0, 9.0], 5.4),
        ([-4.5, 8.0, 4.0], 4.7),
    ]
    middle = numpy.array([14.0, 1.0, -14.0])
    tumour = None
    for offset, radius in lobes:
        lobe = numpy.linalg.norm(points - (middle + offset), axis=-1) - radius
        tumour = lobe if tumour is None else smooth_union(tumour, lobe, 2.5)
    tumour = tumour + 0.35 * smooth_noise(rng, 2.5)
    necrosis = numpy.minimum(
        ellipsoid(points, middle + [0.5, -0.5, -0.5], [5.4, 4.4, 6.4]),
        ellipsoid(points, middle + [4.0, -3.0, -3.0], [3.6, 3.2, 3.6]),
    ) + 0.7 * smooth_noise(rng, 2.0)

    labels = numpy.full(SIZE, MUSCLE, dtype=numpy.uint8)
    labels[fat < 0] = FAT
    labels[(kidney < 0) & (sinus > 0)] = KIDNEY
    labels[largest(tumour < 0)] = TUMOUR
    # A living rim of 2.5 mm at least.
    labels[largest((necrosis < 0) & (tumour < -2.5))] = NECROSIS
    write(path, labels)
    for value, name in enumerate(["muscle (background)", "kidney", "tumour", "necrosis", "fat"]):
        print("%d %-20s %8.2f mL" % (value, name, (labels == value).sum() * SPACING.prod() * 1e-3))


def largest(mask):
    """The largest connected part."""
    parts, count = ndimage.label(mask)
    sizes = numpy.bincount(parts.ravel())
    sizes[0] = 0
    return parts == sizes.argmax()


def write(path, labels):
    matrix = axes() @ numpy.diag(SPACING)
    offset = CENTRE - matrix @ ((numpy.array(SIZE) - 1) / 2)
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *SIZE, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 2, 8)  # uint8
    struct.pack_into("<8f", header, 76, 1, *SPACING, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 1, 0)  # first voxel's byte, slope, intercept
    header[123] = 2  # mm
    text = b"intratumor: synthetic lobulated tumour"
    header[148 : 148 + len(text)] = text
    # The quaternion of the same rotation, for programs that prefer the qform.
    r = axes()
    quaternion = numpy.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    a = 0.5 * numpy.sqrt(max(0.0, 1 + numpy.trace(r)))
    struct.pack_into("<2h", header, 252, 1, 1)  # both in scanner coordinates
    struct.pack_into("<3f", header, 256, *(quaternion / (4 * a)))
    struct.pack_into("<3f", header, 268, *offset)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *matrix[row], offset[row])
    header[344:348] = b"n+1\0"
    with open(path, "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as out:
            out.write(bytes(header) + labels.tobytes(order="F"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("lobulated_tumour.nii.gz"))
