#!/usr/bin/env python3
"""Writes brain_tumour.nii.gz, a synthetic segmentation: make_brain_tumour.py [FILE]

A glioma of about 5 mL in the white matter under a folded cortex, near the deep grey nuclei, without its rim of swelling; MR-like
cubic voxels, a little oblique. The image lies within the brain.
"""
import sys
from pathlib import Path

import numpy

from synthetic_image import Grid, ellipsoid, largest, merged_balls, print_volumes

WHITE, GREY, TUMOUR = range(3)
GRID = Grid((64, 64, 64), (1.0, 1.0, 1.0), (30.0, 12.0, 40.0), (3.0, 2.0, -5.0))


def main(path):
    rng = numpy.random.default_rng(20251109)
    points = GRID.positions()

    # Depth under the pia, mm: a convex surface on the right with folds that dip 12 mm.
    surface = -ellipsoid(points, [-40, 0, 0], [66, 62, 62])
    folds = GRID.smooth_noise(rng, 5.0)
    sulci = (numpy.abs(folds) < 0.45) & (surface < 12)
    cortex = (surface < 3) | sulci
    nuclei = ellipsoid(points, [-20, 4, -4], [9, 13, 9]) + 0.6 * GRID.smooth_noise(rng, 4)

    lobes = [  # centre relative to the tumour's middle (mm), radius (mm)
        ([0.0, 0.0, 0.0], 9.3),
        ([5.0, 4.0, 3.0], 6.0),
        ([-4.0, -5.0, 4.5], 5.5),
        ([2.0, -3.0, -6.5], 5.6),
    ]
    tumour = merged_balls(points, [0.0, 0.0, 2.0], lobes, 3.0) + 0.4 * GRID.smooth_noise(rng, 2.5)

    labels = numpy.full(GRID.size, WHITE, dtype=numpy.uint8)
    labels[cortex | (nuclei < 0)] = GREY
    labels[largest(tumour < 0)] = TUMOUR
    GRID.write(path, labels, "intratumor: synthetic brain tumour")
    print_volumes(GRID, labels, ["white matter", "grey matter", "tumour"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("brain_tumour.nii.gz"))
