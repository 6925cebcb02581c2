#!/usr/bin/python3
"""scripts/apptainer.def as far as it can be tested without Apptainer: the files that it names, the shell of its sections, and the
search for the packages that the program needs at run time, on the program of this build."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "scripts/apptainer.def").read_text()
STAGES = [re.findall(r"^%(\w+)(.*)\n((?:(?!^%).*\n?)*)", stage, re.M) for stage in TEXT.split("Bootstrap:")[1:]]


def section(stage, name):
    """Its first line's rest, and its text."""
    return next((words.strip(), text) for found, words, text in STAGES[stage] if found == name)


class Container(unittest.TestCase):
    def test_files_are_there(self):
        lines = section(0, "files")[1].split("\n")
        names = [line.split()[0] for line in lines if line.strip()]
        self.assertIn("solver", names)
        for name in names:
            self.assertTrue((PROJECT / name).exists(), name)
        self.assertEqual(section(1, "files")[0], "from build")

    def test_shell(self):
        for stage in STAGES:
            for name, words, text in stage:
                if name not in ("post", "environment", "runscript", "test"):
                    continue
                shell = "bash" if "/bin/bash" in words else "sh"
                subprocess.run([shell, "-n"], input=text, text=True, check=True)
                if shutil.which("shellcheck"):  # packages and build_jobs are those of setup.sh
                    ended = subprocess.run(["shellcheck", "-s", shell, "-e", "SC1091,SC2154", "-"], input=text, text=True,
                                           capture_output=True)
                    self.assertEqual(ended.returncode, 0, f"%{name}\n{ended.stdout}")

    @unittest.skipUnless(shutil.which("dpkg-query"), "no Debian")
    def test_packages_of_the_program(self):
        """The loop at the end of the first stage, with this build's programs in the place of the installed ones."""
        loop = re.search(r"^ *for program in .*", section(0, "post")[1], re.M | re.S).group()
        program = Path(os.environ["INTRATUMOR"])
        with tempfile.TemporaryDirectory() as folder:
            for old, new in (("/opt/intratumor/bin/intratumor", program),
                             ("/opt/intratumor/libexec/intratumor/intratumor-openturns", program.parent / "intratumor-openturns"),
                             ("/opt/intratumor/runtime-packages", Path(folder) / "packages")):
                self.assertIn(old, loop)
                loop = loop.replace(old, str(new))
            subprocess.run(["bash", "-euo", "pipefail", "-c", loop], check=True)
            found = (Path(folder) / "packages").read_text().split()
        for start in ("libdeal.ii-", "libpetsc-", "libopenmpi", "libopenturns", "libhdf5-openmpi", "libyaml-cpp", "libudunits2"):
            self.assertEqual(len([name for name in found if name.startswith(start)]), 1, f"{start} in {found}")
        self.assertFalse([name for name in found if name.endswith("-dev")])


if __name__ == "__main__":
    unittest.main()
