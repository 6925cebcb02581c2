#!/usr/bin/python3
"""intratumor.Result against the files by other means, and against itself: integrals of the fields are the summary's numbers."""
import csv
import json
import math
import shutil
import tempfile
import unittest
from pathlib import Path

import nibabel
import numpy as np

from computed import CASE, compute, program
import intratumor

FOLDER = None
VTK = [0, 1, 3, 2, 4, 5, 7, 6]  # the corners of a cell, x fastest


def setUpModule():
    global FOLDER
    unittest.addModuleCleanup((temporary := tempfile.TemporaryDirectory()).cleanup)
    FOLDER = compute(temporary.name)


class OfFiles(unittest.TestCase):
    def setUp(self):
        self.result = intratumor.open(FOLDER / "case.out")
        self.summary = json.loads((FOLDER / "case.out/summary.json").read_text())

    def assert_table(self, table, name):
        with open(FOLDER / "case.out" / name) as file:
            rows = list(csv.reader(file))
        self.assertEqual(list(table.columns), rows[0])
        self.assertEqual(len(table), len(rows) - 1)
        self.assertGreater(len(table), 10)
        expected = [[float(cell) if cell else math.nan for cell in row] for row in rows[1:]]
        np.testing.assert_array_equal(table.to_numpy(float), expected)

    def test_series(self):
        self.assert_table(self.result.series, "series.csv")

    def test_exposure_volume(self):
        self.assert_table(self.result.exposure_volume, "exposure_volume.csv")

    def test_profiles(self):
        self.assert_table(self.result.profile(), "profile_from_target.csv")
        self.assert_table(self.result.profile("source"), "profile_from_source.csv")

    def test_summary_by_dotted_keys(self):
        self.assertIsInstance(self.result, intratumor.Result)
        self.assertEqual(self.result.summary, self.summary)
        self.assertEqual(self.result["tumour.auc_free"], self.summary["tumour"]["auc_free"])
        self.assertEqual(self.result["tumour.coverage.1.text"], "1 ug/mL")
        self.assertEqual(self.result["versions.deal.II"], self.summary["versions"]["deal.II"])
        self.assertIsNone(self.result["plasma.auc_0_7d"])
        self.assertEqual(self.result.unit("tumour.auc_free"), "mol s m-3")
        self.assertEqual(self.result.unit("tumour.coverage.0.at_least_s"), "s")
        self.assertEqual(self.result.unit("title"), "")
        self.assertEqual(self.result.units, self.summary["units"])

    def test_metrics_are_those_that_compare_writes(self):
        with open(FOLDER / "record.csv", "w") as file:
            file.write(program(FOLDER, "compare", "case.out", "--format", "csv"))
        with open(FOLDER / "record.csv") as file:
            record = next(csv.DictReader(file))
        ending = {"mol s m-3": "_mol_s_per_m3", "mol m-3": "_mol_per_m3"}
        metrics, found = self.result.metrics, 0
        for key, value in metrics.items():
            column = key.replace(".", "_") + ending.get(metrics.attrs["units"][key], "")
            if column in record and not key.startswith("tumour.coverage"):
                expected = float(record[column]) if record[column] else math.nan
                np.testing.assert_equal(value, expected, key)
                found += 1
        self.assertGreater(found, 60)
        self.assertTrue(math.isnan(metrics["plasma.auc_0_7d"]))

    def test_case(self):
        self.assertEqual(float(self.result.case["run"]["until"].split()[0]), 7200)
        self.assertEqual(self.result.case["geometry"]["target"], "tumour")

    def test_clinical_is_what_compare_shows(self):
        """The table of compare in Markdown, row by row: | label (unit) | value | value by vein |."""
        sections = {"where the dose is at the end, 2 h": "dose at the end"}
        table, section, seen = self.result.clinical(), "", 0
        for line in program(FOLDER, "compare", "case.out", "--format", "markdown").splitlines()[2:]:
            cells = [cell.strip().replace("\\", "") for cell in line.split("|")]
            if len(cells) < 4:
                break
            if cells[1].startswith("**"):
                section = cells[1].strip("*")
                section = sections.get(section, section)
                continue
            if section == "computed":
                break
            label, _, unit = cells[1].partition(" (")
            row = table.loc[(section, label.split(", 2 h")[0])]
            self.assertEqual(row["unit"], unit.rstrip(")") or "1", cells[1])
            if cells[2] == "<0.1":
                self.assertLess(row["value"], 0.1)
            else:
                half_digit = 0.05 if unit.startswith("%") else 0.005 * abs(float(cells[2]))
                self.assertLessEqual(abs(row["value"] - float(cells[2])), half_digit * 1.001, cells[1])
            seen += 1
        self.assertGreater(seen, 18)

    def test_amounts_without_molar_mass(self):
        units = intratumor.ClinicalUnits()
        self.assertEqual(units.amount, (1e6, "umol"))
        self.assertEqual(units.exposure, (1e3 / 3600, "umol h/L"))


class OfFields(unittest.TestCase):
    def setUp(self):
        self.result = intratumor.open(FOLDER / "case.out")

    def parameter(self, value):
        return float(str(value["value"] if isinstance(value, dict) else value).split()[0])

    def in_tumour(self, fields):
        """Volume of the tumour in the eight equal parts of each cell, m^3, (cell, part), from the segmentation itself."""
        image = nibabel.load(FOLDER / "ball.nii")
        tumour = np.argwhere(np.asarray(image.dataobj) == 2)
        points = np.stack([fields[axis].values for axis in "xyz"], axis=-1).astype(float)
        # Voxel i lies from i - 0.5 to i + 0.5, and cells are boxes there too.
        index = (points - image.affine[:3, 3]) @ np.linalg.inv(image.affine[:3, :3]).T
        corners = index[fields["cells"].values][:, VTK]
        middle = corners.mean(axis=1, keepdims=True)
        low, high = np.minimum(corners, middle), np.maximum(corners, middle)
        overlap = np.zeros(low.shape[:2])
        for cell in np.flatnonzero(fields["target_fraction"].values > 0):
            common = (np.minimum(high[cell][:, None], tumour + 0.5) - np.maximum(low[cell][:, None], tumour - 0.5))
            overlap[cell] = np.clip(common, 0, None).prod(axis=2).sum(axis=1)
        return overlap * abs(np.linalg.det(image.affine[:3, :3])) * 1e-9

    def at_parts(self, fields, name):
        """A nodal field at the Gauss point of each part, (..., cell, part)."""
        near, far = (1 + 1 / math.sqrt(3)) / 2, (1 - 1 / math.sqrt(3)) / 2
        weights = np.array([[np.prod([near if (part ^ corner) >> axis & 1 == 0 else far for axis in range(3)])
                             for corner in range(8)] for part in range(8)])
        return fields[name].values.astype(float)[..., fields["cells"].values[:, VTK]] @ weights.T

    def test_integrals_are_the_summarys(self):
        """What is stored in single precision, integrated over the tumour, is what the program found in double."""
        tissue = self.result.case["tissues"]["tumour"]
        accessible = (self.parameter(tissue["fluid_fraction"]) *
                      self.parameter(self.result.case["drug"]["accessible_ratio"][tissue["matrix"]]))
        np.testing.assert_array_equal(self.result.field_times, [1800, 7200])
        fields = self.result.fields()
        self.assertEqual(fields["concentration_mol_per_m3"].dims, ("time", "node"))
        inside = intratumor.cell_volumes(fields) * fields["target_fraction"].astype(float)
        np.testing.assert_allclose(inside.sum(), self.result["tumour.volume_m3"], rtol=1e-6)
        parts = self.in_tumour(fields)
        np.testing.assert_allclose(parts.sum(), self.result["tumour.volume_m3"], rtol=1e-6)
        amounts = accessible * (parts * self.at_parts(fields, "concentration_mol_per_m3")).sum(axis=(1, 2))
        series = self.result.series.set_index("time_s")["tumour_free_mol"]
        np.testing.assert_allclose(amounts, series.loc[[1800, 7200]], rtol=1e-6)
        last = self.result.fields("2 h")
        auc = (parts * self.at_parts(last, "auc_mol_s_per_m3")).sum() / parts.sum()
        np.testing.assert_allclose(auc, self.result["tumour.auc_interstitial"], rtol=1e-6)
        # The mean over cells, as docs/analysis.md forms it.
        means = (inside * intratumor.cell_means(last, "auc_mol_s_per_m3")).sum() / inside.sum()
        np.testing.assert_allclose(means, auc, rtol=0.02)

    def test_one_time_and_some_fields(self):
        every, one = self.result.fields(), self.result.fields(1800, names=["pressure_pa", "region"])
        self.assertEqual(set(one.data_vars), {"cells", "pressure_pa", "region"})
        np.testing.assert_array_equal(one["pressure_pa"], every["pressure_pa"].isel(time=0))
        self.assertEqual(one["time_s"].item(), 1800)
        several = self.result.fields(["30 min"])
        np.testing.assert_array_equal(several["pressure_pa"].values, every["pressure_pa"].values[:1])

    def test_attributes(self):
        fields = self.result.fields("2 h")
        self.assertEqual(fields.attrs, {"frame": "RAS", "regions": ["muscle", "tumour"]})
        units = {name: fields[name].attrs["units"] for name in fields.variables if name != "cells"}
        self.assertEqual(units, {"x": "mm", "y": "mm", "z": "mm", "time_s": "s", "region": "1", "target_fraction": "1",
                                 "concentration_mol_per_m3": "mol m-3", "cmax_mol_per_m3": "mol m-3", "pressure_pa": "Pa",
                                 "auc_mol_s_per_m3": "mol s m-3", "occupancy_fraction": "1", "time_above_threshold_0_s": "s",
                                 "time_above_threshold_1_s": "s"})
        self.assertIn("0.1 c_inj", fields["time_above_threshold_0_s"].attrs["long_name"])

    def test_map_is_the_field(self):
        """The field is interpolated within the cell that holds each voxel's centre, in the world of both files."""
        for name, field in ("auc", "auc_mol_s_per_m3"), ("cmax", "cmax_mol_per_m3"):
            image, fields = self.result.map(name), self.result.fields("2 h")
            values = np.asarray(image.dataobj)
            voxels = np.argwhere(values > 0.05 * values.max())
            self.assertGreater(len(voxels), 200)
            world = voxels @ image.affine[:3, :3].T + image.affine[:3, 3]
            points = np.stack([fields[axis] for axis in "xyz"], axis=-1)
            corners = points[fields["cells"].values]
            edges = (corners[:, [1, 3, 4]] - corners[:, [0]]).transpose(0, 2, 1)
            inverse = np.linalg.inv(edges)
            nodal = fields[field].values[fields["cells"].values]
            for voxel, point in zip(voxels, world):
                local = np.einsum("cij,cj->ci", inverse, point - corners[:, 0])
                cell = int(np.argmin(np.abs(local - 0.5).max(axis=1)))
                a, b, c = local[cell]
                self.assertTrue(np.all(np.abs(local[cell] - 0.5) < 0.5 + 1e-4))
                weights = [(1 - a) * (1 - b) * (1 - c), a * (1 - b) * (1 - c), a * b * (1 - c), (1 - a) * b * (1 - c),
                           (1 - a) * (1 - b) * c, a * (1 - b) * c, a * b * c, (1 - a) * b * c]
                # The map's frame is written in floats, which moves a place by a millionth of a cell.
                np.testing.assert_allclose(values[tuple(voxel)], np.dot(weights, nodal[cell]), rtol=1e-6,
                                           atol=1e-6 * np.ptp(nodal[cell]))


class OfNoUse(unittest.TestCase):
    def assert_says(self, kind, words, call, *arguments, **options):
        with self.assertRaises(kind) as caught:
            call(*arguments, **options)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_folders(self):
        say = lambda kind, words, path: self.assert_says(kind, words, intratumor.open, FOLDER / path)
        say(intratumor.FolderError, ["no such folder", "did you mean case.out?"], "cas.out")
        say(intratumor.FolderError, ["is a file"], "case.yaml")
        say(intratumor.FolderError, ["is a file", "name the folder", str(FOLDER / "case.out")], "case.out/summary.json")
        say(intratumor.FolderError, ["the cases of a study", str(FOLDER / "study.out")], "study.out/cases")
        say(intratumor.FolderError, ["case.out, study.out"], ".")
        say(intratumor.FolderError, ["it holds auc.nii.gz"], "case.out/maps")
        (FOLDER / "empty").mkdir()
        say(intratumor.FolderError, ["it is empty", "intratumor run writes"], "empty")
        program(FOLDER, "mesh", "case.yaml", "-o", "mesh.out", "-q")
        say(intratumor.FolderError, ["intratumor mesh wrote it"], "mesh.out")

    def test_unfinished(self):
        (FOLDER / ".later.out.unfinished-123").mkdir()
        self.assert_says(intratumor.NotFinished, ["is not finished"], intratumor.open, FOLDER / "later.out")
        self.assert_says(intratumor.NotFinished, ["takes its name, later.out"], intratumor.open,
                         FOLDER / ".later.out.unfinished-123")
        copy = shutil.copytree(FOLDER / "case.out", FOLDER / "aborted.out")
        text = (copy / "summary.json").read_text()
        (copy / "summary.json").write_text(text.replace('"status": "done"', '"status": "interrupted"'))
        self.assert_says(intratumor.NotFinished, ["'interrupted'"], intratumor.open, copy)
        (copy / "summary.json").write_text(text[:100])
        self.assert_says(intratumor.FolderError, ["summary.json", "JSON"], intratumor.open, copy)
        shutil.rmtree(copy)

    def test_names(self):
        result = intratumor.Result(FOLDER / "case.out")
        say = lambda words, call, *arguments, **options: self.assert_says(
            intratumor.UnknownName, words, call, *arguments, **options)
        say(["did you mean tumour.d95?"], result.__getitem__, "d95")
        say(["did you mean tumour.auc_free?"], result.unit, "tumour.auc_fre")
        say(["fields at 1800, 7200 s"], result.fields, "1 h")
        say(["did you mean pressure_pa?"], result.fields, names=["presure_pa"])
        self.assert_says(ValueError, ["is no time"], result.fields, "2 weeks")
        self.assert_says(intratumor.NotKept, ["auc, cmax, regions, roi"], result.map, "tmax")
        self.assert_says(intratumor.FolderError, ["one case", "Result"], intratumor.Study, FOLDER / "case.out")
        self.assertRaises(KeyError, result.__getitem__, "d95")

    def test_what_was_not_asked_for(self):
        (FOLDER / "bare.yaml").write_text(CASE.replace("{fields: [30 min, 2 h]}", "{fields: [], maps: []}"))
        program(FOLDER, "run", "bare.yaml", "-q", "--set", "numerics.h_min=3 mm")
        bare = intratumor.Result(Path(FOLDER / "bare.out"))
        self.assert_says(intratumor.NotKept, ["output: {fields:"], bare.fields)
        self.assert_says(intratumor.NotKept, ["output: {maps:"], bare.map, "auc")


if __name__ == "__main__":
    unittest.main()
