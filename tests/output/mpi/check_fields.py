#!/usr/bin/python3
"""Runs write_fields on some ranks and reads fields.h5 and fields.xdmf back: check_fields.py PROGRAM MPIRUN RANKS."""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import h5py
import numpy as np

NODES = (31, 41, 53)
TIMES = (0.0, 600.0, 86400.5)
XDMF_TYPES = {("Float", "4"): "<f4", ("Float", "8"): "<f8", ("Int", "8"): "<i8"}


def check_data(folder):
    with h5py.File(os.path.join(folder, "fields.h5"), "r") as h5:
        assert h5.attrs["frame"] in ("RAS", b"RAS") and h5.attrs["length_unit"] in ("mm", b"mm")
        points = h5["mesh/coordinates_mm"][...]
        cells = h5["mesh/cells"][...]
        assert points.dtype == np.float64 and points.shape == (np.prod(NODES), 3)
        assert cells.shape == (np.prod([n - 1 for n in NODES]), 8)
        # VTK order: right-handed cells of the size written, together the whole box
        corner = points[cells]
        edges = [corner[:, i] - corner[:, 0] for i in (1, 3, 4)]
        volume = np.einsum("ij,ij->i", np.cross(edges[0], edges[1]), edges[2])
        assert np.allclose(volume, 0.1 * 0.2 * 0.3)
        assert np.allclose(corner[:, 6] - corner[:, 0], [0.1, 0.2, 0.3])
        assert len(np.unique(np.sort(cells, axis=1), axis=0)) == len(cells)

        fraction = h5["cell/tumour_fraction"]
        assert fraction.dtype == np.float32 and fraction.compression == "gzip" and fraction.chunks
        x_index = np.rint((corner[:, 0, 0] + 1) / 0.1).astype(int)
        assert np.array_equal(fraction[...], x_index % 2)

        assert sorted(h5["nodal"]) == ["0000", "0001", "0002"]
        for name, time in zip(sorted(h5["nodal"]), TIMES):
            group = h5["nodal"][name]
            assert group.attrs["time_s"] == time
            expected = time + points[:, 0] + 10 * points[:, 2]
            assert group["concentration_mol_per_m3"].dtype == np.float32
            assert np.array_equal(group["concentration_mol_per_m3"][...], expected.astype(np.float32))
            assert np.array_equal(group["pressure_pa"][...], points[:, 1].astype(np.float32))


def check_xdmf(folder):
    root = ElementTree.parse(os.path.join(folder, "fields.xdmf")).getroot()
    collection = root.find("Domain/Grid")
    assert collection.get("CollectionType") == "Temporal"
    information = {i.get("Name"): i.get("Value") for i in collection.findall("Information")}
    assert information["frame"] == "RAS" and information["length_unit"] == "mm"
    grids = collection.findall("Grid")
    assert [float(g.find("Time").get("Value")) for g in grids] == list(TIMES)
    with h5py.File(os.path.join(folder, "fields.h5"), "r") as h5:
        for grid in grids:
            assert grid.find("Topology").get("TopologyType") == "Hexahedron"
            names = [(a.get("Name"), a.get("Center")) for a in grid.findall("Attribute")]
            assert names == [("tumour_fraction", "Cell"), ("concentration_mol_per_m3", "Node"), ("pressure_pa", "Node")]
            items = list(grid.iter("DataItem"))
            assert len(items) == 5
            for item in items:
                file, path = item.text.split(":")
                assert file == "fields.h5"
                assert tuple(map(int, item.get("Dimensions").split())) == h5[path].shape
                assert h5[path].dtype == np.dtype(XDMF_TYPES[item.get("NumberType"), item.get("Precision")])


def main():
    program, mpirun, ranks = sys.argv[1:]
    command = [mpirun, "--oversubscribe", "-np", ranks, program]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(command + [folder], check=True)
        assert sorted(os.listdir(folder)) == ["fields.h5", "fields.xdmf"]
        check_data(folder)
        check_xdmf(folder)
        missing = subprocess.run(command + [folder + "/none"], capture_output=True, text=True)
        assert missing.returncode != 0 and "none/fields.h5: cannot be written" in missing.stderr, missing.stderr
    print(f"fields of {ranks} ranks read back")


main()
