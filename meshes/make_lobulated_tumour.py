#!/usr/bin/env python3
"""Writes lobulated_tumour.nii.gz, the project's own synthetic segmentation: make_lobulated_tumour.py [FILE]

A lobulated tumour of about 6 mL with a necrotic core, growing out of the lower lateral side of a kidney that lies in
fat within muscle; CT-like voxels, thick slices a little oblique.
"""
import sys
from pathlib import Path

import numpy

from synthetic_image import Grid, ellipsoid, largest, merged_balls, print_volumes

MUSCLE, KIDNEY, TUMOUR, NECROSIS, FAT = range(5)
GRID = Grid((112, 112, 44), (0.8, 0.8, 2.5), (62.0, -48.0, 115.0), (4.0, -3.0, 6.0))


def main(path):
    rng = numpy.random.default_rng(20240607)
    points = GRID.positions()

    kidney = ellipsoid(points, [-4, 0, 5], [21, 17, 42]) + 0.5 * GRID.smooth_noise(rng, 8)
    sinus = ellipsoid(points, [-23, 3, 7], [15, 8, 17])  # the hilum, filled with fat
    # Fat all round the kidney, muscle beyond it (psoas, back wall, flank: one label here).
    fat = ellipsoid(points, [-2, 2, 3], [37, 29, 60]) + 1.0 * GRID.smooth_noise(rng, 10)

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
    tumour = merged_balls(points, middle, lobes, 2.5) + 0.35 * GRID.smooth_noise(rng, 2.5)
    necrosis = numpy.minimum(
        ellipsoid(points, middle + [0.5, -0.5, -0.5], [5.4, 4.4, 6.4]),
        ellipsoid(points, middle + [4.0, -3.0, -3.0], [3.6, 3.2, 3.6]),
    ) + 0.7 * GRID.smooth_noise(rng, 2.0)

    labels = numpy.full(GRID.size, MUSCLE, dtype=numpy.uint8)
    labels[fat < 0] = FAT
    labels[(kidney < 0) & (sinus > 0)] = KIDNEY
    labels[largest(tumour < 0)] = TUMOUR
    # A living rim of 2.5 mm at least.
    labels[largest((necrosis < 0) & (tumour < -2.5))] = NECROSIS
    GRID.write(path, labels, "intratumor: synthetic lobulated tumour")
    print_volumes(GRID, labels, ["muscle (background)", "kidney", "tumour", "necrosis", "fat"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("lobulated_tumour.nii.gz"))
