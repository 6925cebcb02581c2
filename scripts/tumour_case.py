"""A case in a segmented tumour of the kidney, and one run of it: what scripts/accuracy and scripts/benchmark share."""
import json
import os
import pathlib
import subprocess
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent
DRUGS = {"ipilimumab": "5 mg/mL", "cisplatin": "1 mg/mL"}

CASE = """title: {title}
geometry:
  segmentation: "{image}"
  labels: {{{labels}}}
  background: muscle
  target: tumour
  component: largest
tissues: {{tumour: {tissue}, kidney: kidney, muscle: muscle{others}}}
drug: {{like: {drug}, binding: none}}
scheme:
  - {scheme}
run: {{until: 7 d}}
{more}"""


def case_text(title, image, tissue, drug, scheme, more):
    """Labels are 0 background, 1 kidney, 2 tumour; those of meshes/ also 3 necrosis, 4 fat. A %s in the scheme is the
    drug's concentration; `more` are further lines."""
    shipped = pathlib.Path(image).resolve().parent == PROJECT / "meshes"
    return CASE.format(title=title, image=os.path.abspath(image), drug=drug, scheme=scheme % DRUGS[drug], more=more, tissue=tissue,
                       labels="0: muscle, 1: kidney, 2: tumour" + (", 3: necrosis, 4: fat" if shipped else ""),
                       others=", necrosis: necrotic, fat: fat" if shipped else "")


def run_case(program, ranks, case, settings):
    """Seconds and summary of `intratumor run` on so many ranks, with every `--set`."""
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        command = ["mpirun", "-np", str(ranks), "--oversubscribe", program, "run", case, "-o", out, "--quiet"]
        for setting in settings:
            command += ["--set", setting]
        start = time.time()
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        wall = time.time() - start
        with open(os.path.join(out, "summary.json")) as file:
            return wall, json.load(file)
