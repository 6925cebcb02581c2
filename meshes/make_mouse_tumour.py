#!/usr/bin/env python3
"""Writes mouse_tumour.nii.gz, a synthetic segmentation: make_mouse_tumour.py [FILE]

A subcutaneous tumour of 0.2 mL on the flank of a mouse: skin of 0.6 mm over it, a thin layer of fat at its edges, muscle under it;
cubic voxels as of a small animal's scanner. The air over the skin has label 0.
"""
import sys
from pathlib import Path

import numpy

from synthetic_image import Grid, ellipsoid, largest, print_volumes

AIR, MUSCLE, FAT, SKIN, TUMOUR = range(5)
GRID = Grid((72, 72, 60), (0.25, 0.25, 0.25), (8.0, 3.0, 10.0), (0.0, 0.0, 10.0))


def main(path):
    rng = numpy.random.default_rng(20251110)
    points = GRID.positions()
    height = points[..., 2]

    # The tumour lifts the skin: a flat body wall at -2.5 mm, fat of 0.5 mm on it, skin of 0.6 mm over all.
    tumour = ellipsoid(points, [0, 0, 0], [4.05, 3.8, 3.0]) + 0.12 * GRID.smooth_noise(rng, 1.0)
    over = numpy.minimum(tumour, height + 2.0)  # under the skin: tumour, fat and wall
    labels = numpy.full(GRID.size, AIR, dtype=numpy.uint8)
    labels[over < 0.6] = SKIN
    labels[height < -2.0] = FAT
    labels[height < -2.5] = MUSCLE
    labels[largest(tumour < 0)] = TUMOUR
    GRID.write(path, labels, "intratumor: synthetic mouse tumour")
    print_volumes(GRID, labels, ["air", "muscle", "fat", "skin", "tumour"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("mouse_tumour.nii.gz"))
