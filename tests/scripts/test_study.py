#!/usr/bin/python3
"""intratumor.Study against the result folders of its cases."""
import csv
import json
import math
import shutil
import tempfile
import unittest
import warnings

import numpy as np

from computed import compute, program
import intratumor

FOLDER = None
FAILED = 2


def setUpModule():
    global FOLDER
    unittest.addModuleCleanup((temporary := tempfile.TemporaryDirectory()).cleanup)
    FOLDER = compute(temporary.name)


def summary_of(number):
    return json.loads((FOLDER / f"study.out/cases/{number:05d}/summary.json").read_text())


class OfCases(unittest.TestCase):
    def setUp(self):
        self.study = intratumor.open(FOLDER / "study.out")

    def test_states(self):
        self.assertIsInstance(self.study, intratumor.Study)
        self.assertEqual(len(self.study), 4)
        self.assertEqual(list(self.study.states), ["done", "done", "failed", "done"])
        self.assertEqual(repr(self.study), f"<Study '{FOLDER}/study.out': 4 cases, 3 done, 1 failed>")

    def test_failures(self):
        failures = self.study.failures
        self.assertEqual(list(failures.index), [FAILED])
        reason = json.loads((FOLDER / "study.out/failures/00002.json").read_text())["reason"]
        self.assertEqual(failures.loc[FAILED, "reason"], reason)
        self.assertGreaterEqual(failures.loc[FAILED, "wall_s"], 0)

    def test_results_are_the_summaries(self):
        results = self.study.results
        self.assertEqual(list(results.index), [0, 1, 2, 3])
        self.assertEqual(list(results["status"]), ["done", "done", "failed", "done"])
        self.assertEqual(results.loc[FAILED, "reason"], self.study.failures.loc[FAILED, "reason"])
        np.testing.assert_allclose(results["scheme_0_volume_m3"], [1e-7, 1.5e-7, 2e-5, 2e-7], rtol=1e-12)
        for k in (0, 1, 3):
            summary = summary_of(k)
            self.assertEqual(results.loc[k, "tumour_d95_mol_s_per_m3"], summary["tumour"]["d95"])
            self.assertEqual(results.loc[k, "plasma_tmax_s"], summary["plasma"]["tmax_s"])
            self.assertEqual(results.loc[k, "coverage_1_fraction"], summary["tumour"]["coverage"][1]["fraction"])
        self.assertTrue(math.isnan(results.loc[FAILED, "tumour_d95_mol_s_per_m3"]))

    def test_hdf5_has_the_same(self):
        self.assertEqual(list(self.study.inputs["drug"]), ["ipilimumab", "cisplatin", "il2", "generic_igg"])
        np.testing.assert_allclose(self.study.inputs["scheme_0_volume_m3"], [1e-7, 1.5e-7, 2e-5, 2e-7], rtol=1e-12)
        metrics = self.study.metrics
        self.assertEqual(metrics.attrs["units"]["tumour.d95"], "mol s m-3")
        with open(FOLDER / "study.out/results.csv") as file:
            rows = list(csv.DictReader(file))
        ending = {"mol s m-3": "_mol_s_per_m3", "mol m-3": "_mol_per_m3"}
        self.assertGreater(len(metrics.columns), 50)
        for key in metrics:
            column = key.replace(".", "_") + ending.get(metrics.attrs["units"][key], "")
            expected = [float(row[column]) if row[column] else math.nan for row in rows]
            np.testing.assert_array_equal(metrics[key], expected, key)

    def test_exposure_volume(self):
        """On shared levels, what each case's own histogram says there; 95% is D95."""
        volumes = self.study.exposure_volume
        self.assertEqual(volumes.shape, (4, 99))
        np.testing.assert_allclose(volumes.columns, np.arange(1, 100) / 100)
        self.assertTrue(volumes.loc[FAILED].isna().all())
        for k in (0, 1, 3):
            with open(FOLDER / f"study.out/cases/{k:05d}/exposure_volume.csv") as file:
                rows = [(float(row["auc_mol_s_per_m3"]), float(row["volume_fraction"])) for row in csv.DictReader(file)]
            for fraction, auc in volumes.loc[k].items():
                # The share that reaches a little less is at least the fraction, a little more at most.
                reached = lambda level: np.interp(level, [row[0] for row in rows], [row[1] for row in rows])
                self.assertGreaterEqual(reached(auc * (1 - 1e-6)), fraction - 1e-9)
                self.assertLessEqual(reached(auc * (1 + 1e-6)), fraction + 1e-9)
            d95, between = summary_of(k)["tumour"]["d95"], [row[0] for row in rows]
            at = np.searchsorted(between, d95)
            self.assertLessEqual(abs(volumes.loc[k, 0.95] - d95), 2 * (between[min(at + 1, len(rows) - 1)] - between[at - 1]))

    def test_analysis_and_plan(self):
        metrics = self.study.analysis["metrics"]
        self.assertEqual(set(metrics), {"tumour.d95", "tumour.coverage.1", "plasma.cmax"})
        self.assertEqual(len(self.study.plan["cases"]), 4)

    def test_case(self):
        case = self.study.case(3)
        self.assertIsInstance(case, intratumor.Result)
        self.assertEqual(case["tumour.d95"], summary_of(3)["tumour"]["d95"])
        self.assertEqual(case["drug.name"], "generic_igg")
        for number, kind, words in ((FAILED, intratumor.NotKept, self.study.failures.loc[FAILED, "reason"]),
                                    (4, intratumor.UnknownName, "numbered from 0 to 3"), (-1, intratumor.UnknownName, "no case -1")):
            with self.assertRaises(kind) as caught:
                self.study.case(number)
            self.assertIn(words, str(caught.exception))
        with self.assertRaises(intratumor.NotKept) as caught:
            case.fields()
        self.assertIn("keep: fields", str(caught.exception))


class OfUnfinished(unittest.TestCase):
    def setUp(self):
        self.folder = shutil.copytree(FOLDER / "study.out", FOLDER / "part.out")
        self.addCleanup(shutil.rmtree, self.folder)

    def test_not_gathered(self):
        for name in ("results.csv", "results.h5", "analysis.json"):
            (self.folder / name).unlink()
        shutil.rmtree(self.folder / "cases/00001")
        study = intratumor.open(self.folder)
        self.assertEqual(list(study.states), ["done", "open", "failed", "done"])
        for part in ("results", "metrics", "inputs", "exposure_volume", "analysis"):
            with self.assertRaises(intratumor.NotFinished) as caught:
                getattr(study, part)
            self.assertIn("2 of 4 cases are done", str(caught.exception))
            self.assertIn("--gather", str(caught.exception))
        with self.assertRaises(intratumor.NotFinished):
            study.case(1)

    def test_gathered_in_between(self):
        shutil.rmtree(self.folder / "cases/00001")
        program(FOLDER, "sweep", "study.yaml", "-o", "part.out", "--gather", "-q")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            results = intratumor.Study(self.folder).results
        self.assertEqual(results.loc[1, "status"], "open")
        self.assertTrue(math.isnan(results.loc[1, "dose_mol"]))
        shutil.copytree(FOLDER / "study.out/cases/00001", self.folder / "cases/00001")
        with self.assertWarnsRegex(UserWarning, "2 cases that are done and the folder 3"):
            intratumor.Study(self.folder).results

    def test_only_tables_were_copied(self):
        shutil.rmtree(self.folder / "cases")
        study = intratumor.open(self.folder)
        self.assertEqual(study.metrics.loc[3, "tumour.d95"], summary_of(3)["tumour"]["d95"])
        with self.assertRaises(intratumor.NotFinished):
            study.case(3)

    def test_broken(self):
        (self.folder / "results.h5").write_text("no HDF5")
        (self.folder / "plan.json").write_text("{}")
        study = intratumor.Study(self.folder)
        with self.assertRaisesRegex(intratumor.FolderError, "results.h5: cannot be read as HDF5"):
            study._results_h5()
        with self.assertRaisesRegex(intratumor.FolderError, "plan.json: is not as intratumor sweep writes it"):
            len(study)


if __name__ == "__main__":
    unittest.main()
