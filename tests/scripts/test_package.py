#!/usr/bin/python3
"""The Python package as a package: installed by pip, in the program's version, with types, needing no more than is used; and the
examples of docs/analysis.md."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from computed import PROJECT, compute, program

SCRIPTS = PROJECT / "scripts"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def has(*modules):
    return all(importlib.util.find_spec(module) for module in modules)


def python(*arguments, cwd, **environment):
    ended = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True,
                           env={**os.environ, **environment}, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_version_is_the_programs(self):
        version = re.search(r"project\(intratumor VERSION (\S+)", (PROJECT / "CMakeLists.txt").read_text()).group(1)
        self.assertIn(f"intratumor {version}\n", program(self.folder, "--version"))
        found = python("-c", "import intratumor; print(intratumor.__version__)", cwd=self.folder, PYTHONPATH=str(SCRIPTS))
        self.assertEqual(found.strip(), version)

    @unittest.skipUnless(has("pip", "setuptools", "wheel"), "python3-pip, python3-setuptools and python3-wheel are not installed")
    def test_pip_installs_it(self):
        source = shutil.copytree(SCRIPTS, self.folder / "scripts", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
        python("-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--target", "there", str(source),
               cwd=self.folder)
        there = self.folder / "there"
        self.assertEqual({entry.name.split("-")[0] for entry in there.iterdir()}, {"intratumor"})
        self.assertTrue((there / "intratumor/py.typed").is_file())
        code = "import importlib.metadata as m, intratumor as i; print(i.__file__); assert m.version('intratumor') == i.__version__"
        self.assertIn(str(there), python("-c", code, cwd=self.folder, PYTHONPATH=str(there)))

    def test_imports_no_more_than_needed(self):
        code = ("import sys, intratumor; heavy = {'pandas', 'xarray', 'nibabel', 'h5py', 'yaml'} & set(sys.modules); "
                "assert not heavy, heavy")
        python("-c", code, cwd=self.folder, PYTHONPATH=str(SCRIPTS))

    @unittest.skipUnless(has("mypy"), "mypy is not installed")
    def test_types(self):
        python("-m", "mypy", "--config-file", str(SCRIPTS / "pyproject.toml"), "--cache-dir", str(self.folder / "cache"),
               str(SCRIPTS / "intratumor"), cwd=self.folder)


class Examples(unittest.TestCase):
    def test_python_of_the_documentation(self):
        """Block after block, as a reader would type them; plots only where matplotlib is installed."""
        blocks = BLOCK.findall((PROJECT / "docs/analysis.md").read_text())
        self.assertGreater(len(blocks), 4)
        if not has("matplotlib"):
            blocks = [block for block in blocks if "plot" not in block]
        with tempfile.TemporaryDirectory() as folder:
            compute(folder)
            (Path(folder) / "examples.py").write_text("\n".join(blocks))
            python("examples.py", cwd=folder, PYTHONPATH=str(SCRIPTS), MPLBACKEND="Agg")


if __name__ == "__main__":
    unittest.main()
