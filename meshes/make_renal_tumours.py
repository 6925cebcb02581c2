#!/usr/bin/env python3
"""Writes renal_compact, renal_elongated and renal_large.nii.gz: make_renal_tumours.py [FOLDER]

Three more tumours of a kidney, with the labels and the surroundings of lobulated_tumour.nii.gz, which differ in size and shape:
nearly a ball of 2 mL, a long one of 4 mL along the kidney's side, and a large one of 14 mL with much necrosis.
"""
import sys
from pathlib import Path

import numpy

from make_lobulated_tumour import FAT, KIDNEY, MUSCLE, NECROSIS, TUMOUR
from synthetic_image import Grid, ellipsoid, largest, merged_balls, print_volumes

# Name: voxels, mm, degrees; middle of the tumour; lobes (centre, radius) and cores of necrosis (centre, radii) from there, mm.
TUMOURS = {
    "renal_compact": (
        Grid((104, 104, 60), (0.75, 0.75, 1.5), (58.0, -52.0, 108.0), (2.0, 3.0, -5.0)),
        [15.0, -3.0, 10.0],
        [([0, 0, 0], 7.1), ([2.5, 1.5, 2.0], 5.4), ([-1.5, -2.5, -2.5], 5.2)],
        [([0.3, 0.0, 0.0], [3.4, 3.0, 3.6])],
    ),
    "renal_elongated": (
        Grid((112, 112, 50), (0.8, 0.8, 2.0), (61.0, -45.0, 112.0), (-5.0, 4.0, 8.0)),
        [16.0, 1.0, -4.0],
        [([0, 0, 0], 6.4), ([2.0, 1.0, 8.0], 6.0), ([1.0, -1.5, -8.5], 6.2), ([2.5, 2.5, 15.0], 5.0), ([-0.5, -1.0, -16.0], 4.6)],
        [([0.5, 0.0, 0.5], [2.8, 2.8, 6.5])],
    ),
    "renal_large": (
        Grid((120, 120, 48), (0.8, 0.8, 2.5), (64.0, -50.0, 118.0), (3.0, 5.0, -6.0)),
        [15.0, 0.0, -10.0],
        [([0, 0, 0], 12.0), ([8.0, 4.0, 6.0], 7.6), ([5.5, -9.0, -4.0], 7.2), ([-5.0, 5.0, -10.0], 7.5), ([7.0, 2.5, -11.0], 6.6),
         ([-2.0, -7.0, 10.5], 6.8)],
        [([0.5, -0.5, -0.5], [8.2, 6.8, 8.6]), ([5.0, -4.0, -4.0], [5.4, 4.6, 5.2]), ([-2.0, 3.0, -6.0], [4.6, 4.0, 5.2])],
    ),
}


def labels_of(rng, grid, middle, lobes, cores):
    points = grid.positions()
    kidney = ellipsoid(points, [-4, 0, 5], [21, 17, 42]) + 0.5 * grid.smooth_noise(rng, 8)
    sinus = ellipsoid(points, [-23, 3, 7], [15, 8, 17])
    fat = ellipsoid(points, [-2, 2, 3], [37, 29, 60]) + 1.0 * grid.smooth_noise(rng, 10)
    tumour = merged_balls(points, numpy.array(middle), lobes, 2.5) + 0.35 * grid.smooth_noise(rng, 2.5)
    necrosis = numpy.min([ellipsoid(points, numpy.array(middle) + at, radii) for at, radii in cores], axis=0)
    necrosis = necrosis + 0.6 * grid.smooth_noise(rng, 2.0)

    labels = numpy.full(grid.size, MUSCLE, dtype=numpy.uint8)
    labels[fat < 0] = FAT
    labels[(kidney < 0) & (sinus > 0)] = KIDNEY
    labels[largest(tumour < 0)] = TUMOUR
    labels[largest((necrosis < 0) & (tumour < -2.5))] = NECROSIS
    return labels


def main(folder):
    for seed, (name, (grid, *shape)) in enumerate(TUMOURS.items()):
        labels = labels_of(numpy.random.default_rng(20241128 + seed), grid, *shape)
        grid.write(folder / (name + ".nii.gz"), labels, "intratumor: synthetic " + name.replace("_", " tumour, "))
        print(name)
        print_volumes(grid, labels, ["muscle (background)", "kidney", "tumour", "necrosis", "fat"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
