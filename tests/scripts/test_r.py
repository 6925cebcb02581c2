#!/usr/bin/python3
"""scripts/read_result.R against the Python package. Exit status 77, skipped, without R or jsonlite."""
import csv
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from computed import PROJECT, compute
import intratumor

SCRIPT = PROJECT / "scripts/read_result.R"
FOLDER = None


def setUpModule():
    global FOLDER
    unittest.addModuleCleanup((temporary := tempfile.TemporaryDirectory()).cleanup)
    FOLDER = compute(temporary.name)


def rscript(*arguments):
    return subprocess.run(["Rscript", "--vanilla", *map(str, arguments)], cwd=FOLDER, capture_output=True, text=True, timeout=120)


def exact(expression, file):
    """A data frame of R's, through a file that keeps 15 digits, as a list of dicts."""
    ended = rscript("-e", f'source("{SCRIPT}"); options(digits = 15); write.csv({expression}, "{file}", row.names = FALSE)')
    assert ended.returncode == 0, ended.stderr
    with open(FOLDER / file) as text:
        return list(csv.DictReader(text))


class ReadResult(unittest.TestCase):
    def test_table(self):
        python = intratumor.Result(FOLDER / "case.out").clinical().reset_index()
        by_key = python.drop_duplicates("key").set_index("key")
        by_quantity = python.set_index("quantity")
        rows = exact('clinical_table(read_result("case.out"))', "table.csv")
        self.assertGreater(len(rows), 12)
        for row in rows:
            if row["key"] == "tumour.coverage":
                expected = by_quantity.loc[row["quantity"].replace("tumour: ", "")]
            else:
                expected = by_key.loc[row["key"].replace("leak_fraction", "ledger.leak")]
            self.assertAlmostEqual(float(row["value"]), expected["value"], delta=1e-12 * abs(expected["value"]))
            self.assertEqual(row["unit"], expected["unit"])

    def test_series(self):
        rows = exact('read_result("case.out")$series', "series.csv")
        series = intratumor.Result(FOLDER / "case.out").series
        self.assertEqual(len(rows), len(series))
        self.assertEqual(list(rows[0]), list(series.columns))
        for k in (1, len(rows) - 1):
            self.assertAlmostEqual(float(rows[k]["plasma_conc_mol_per_m3"]) / series["plasma_conc_mol_per_m3"][k], 1, 12)

    def test_study(self):
        rows = exact('study_table(read_study("study.out"))', "study.csv")
        self.assertEqual([row["metric"] for row in rows], ["tumour.d95", "tumour.coverage.1", "plasma.cmax"])
        study = intratumor.Study(FOLDER / "study.out")
        for row in rows:
            column = study.results["coverage_1_fraction"] if "coverage" in row["metric"] else study.metrics[row["metric"]]
            self.assertEqual(int(row["cases"]), 3)
            for name, value in ("lowest", column.min()), ("median", column.median()), ("highest", column.max()):
                self.assertAlmostEqual(float(row[name]), value, delta=1e-12 * abs(value))

    def test_command(self):
        for folder, plot, start in ("case.out", "course.png", b"\x89PNG"), ("study.out", "study.pdf", b"%PDF"):
            ended = rscript(SCRIPT, folder, plot)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertIn(f"drawn: {plot}", ended.stdout)
            self.assertEqual((FOLDER / plot).read_bytes()[:4], start)
        self.assertIn("study.out: 3 done, 1 failed", ended.stdout)
        self.assertIn("tumour.coverage.1", ended.stdout)

    def test_mistakes(self):
        for arguments, words in (("nowhere",), "there is no such folder"), (("case.out/maps",), "no summary.json"), (
                (), "usage:"), (("case.out", "plot.gif"), "must end in .pdf or .png"):
            ended = rscript(SCRIPT, *arguments)
            self.assertEqual(ended.returncode, 2)
            self.assertIn("error: ", ended.stderr)
            self.assertIn(words, ended.stderr)
            self.assertFalse(Path(FOLDER / "plot.gif").exists())


if __name__ == "__main__":
    if not shutil.which("Rscript") or subprocess.run(["Rscript", "-e", "library(jsonlite)"], capture_output=True).returncode:
        print("skipped: r-base-core and r-cran-jsonlite are not installed")
        sys.exit(77)
    unittest.main()
