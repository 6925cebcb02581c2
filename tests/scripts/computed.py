"""A case and a study that the program computes in seconds, for the tests of what reads results."""
import os
import pathlib
import subprocess
import sys

import nibabel
import numpy as np

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["INTRATUMOR"]
sys.path.insert(0, str(PROJECT / "scripts"))

# Turned about two axes, so that x, y and z of the world are not those of the mesh.
TURN = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, 0.28, -0.96], [0, 0.96, 0.28]])

CASE = """title: Ball of tumour in muscle
geometry:
  segmentation: ball.nii
  labels: {0: muscle, 2: tumour}
  target: tumour
  margin: 6 mm
tissues: {muscle: muscle, tumour: viable_tumour}
drug: ipilimumab
patient: {species: human, body_weight: 70 kg}
scheme:
  - {needle: 22G_end_hole, tip: centroid, volume: 0.1 mL, concentration: 5 mg/mL, over: 1 min, mode: deposit}
exposure: {thresholds: [0.1 c_inj, 1 ug/mL], at_least: 10 min}
run: {until: 2 h, accuracy: coarse}
output: {fields: [30 min, 2 h]}
"""

# Volumes and drugs side by side; 20 mL cannot be placed in the image.
STUDY = """base: tiny.yaml
vary:
  scheme.0.volume: [0.1 mL, 0.15 mL, 20 mL, 0.2 mL]
  drug: [ipilimumab, cisplatin, il2, generic_igg]
design: {list: [scheme.0.volume, drug]}
metrics: {maximise: [tumour.d95, tumour.coverage.1], minimise: [plasma.cmax]}
"""


def program(folder, *arguments, status=0):
    """Runs the program in a folder; its output."""
    ended = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    assert ended.returncode == status, f"{arguments}: exit status {ended.returncode}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def write_inputs(folder):
    i, j, k = np.ogrid[:40, :40, :40]
    labels = np.where((i - 20) ** 2 + (j - 19) ** 2 + (k - 21) ** 2 <= 36, 2, 0).astype(np.uint8)
    affine = np.eye(4)
    affine[:3, :3] = TURN
    affine[:3, 3] = [30, -20, 100]
    nibabel.save(nibabel.Nifti1Image(labels, affine), folder / "ball.nii")
    (folder / "case.yaml").write_text(CASE)
    (folder / "tiny.yaml").write_text(CASE + "numerics: {h_min: 3 mm, coverage_tolerance: 1}\ncomparator: none\n")
    (folder / "study.yaml").write_text(STUDY)


def compute(folder):
    """case.out and study.out in a folder; of the study's four cases the third fails."""
    folder = pathlib.Path(folder)
    write_inputs(folder)
    program(folder, "run", "case.yaml", "-q")
    program(folder, "sweep", "study.yaml", "-q", status=1)
    return folder
