#!/usr/bin/python3
"""same_fields.py A.h5 B.h5 TOLERANCE: fails unless both files hold the same arrays, nodal fields within a share of their largest value.

Nodes may be numbered otherwise in B, as other numbers of ranks number them.
"""
import sys

import h5py
import numpy as np


def order_of(points):
    return np.lexsort(np.rint(points * 1e4).T)


def main():
    first, second, tolerance = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with h5py.File(first, "r") as a, h5py.File(second, "r") as b:
        orders = [order_of(file["mesh/coordinates_mm"][...]) for file in (a, b)]
        assert sorted(a["nodal"]) == sorted(b["nodal"]), "times"
        for time in a["nodal"]:
            assert a["nodal"][time].attrs["time_s"] == b["nodal"][time].attrs["time_s"]
            assert sorted(a["nodal"][time]) == sorted(b["nodal"][time]), "names"
            for name in a["nodal"][time]:
                x, y = (file["nodal"][time][name][...][order] for file, order in zip((a, b), orders))
                worst = np.abs(x - y).max()
                assert worst <= tolerance * np.abs(x).max(), f"{time} {name}: {worst}"


main()
