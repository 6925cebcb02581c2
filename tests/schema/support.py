"""What the tests of the schema share: cases, the program's readers, and a walk through case and schema together."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import yaml

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "scripts"))
from case_schema import Schema, load_case  # noqa: E402

SEGMENTATION = PROJECT / "meshes" / "lobulated_tumour.nii.gz"
SCHEMA = Schema()
WHOLE = jsonschema.Draft7Validator(SCHEMA.root)
validators = {}


def validator_of(node):
    """A validator of a part of the schema."""
    if id(node) not in validators:
        validators[id(node)] = jsonschema.Draft7Validator({"allOf": [node], "definitions": SCHEMA.definitions})
    return validators[id(node)]


def messages(value):
    """What the schema has against a case, alternatives included; empty when it is right."""
    found = []
    todo = list(WHOLE.iter_errors(value))
    while todo:
        error = todo.pop()
        found.append(f"{'.'.join(map(str, error.absolute_path))}: {error.message}")
        todo.extend(error.context)
    return found


def read(texts):
    """What the program's readers make of the texts of cases: {error} or {error: None, resolved, asked} for each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, text in enumerate(texts):
            paths.append(pathlib.Path(folder) / f"{i}.yaml")
            paths[-1].write_text(text)
        return read_files(paths)


def read_files(paths):
    output = subprocess.run([os.environ["READ_CASES"]], input="".join(f"{path}\n" for path in paths), capture_output=True,
                            text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def with_absolute_paths(value, folder):
    """The case with the files it names found from anywhere."""
    if isinstance(value, dict):
        files = ("segmentation", "mesh", "mask", "needle_line")
        return {key: str((folder / item).resolve()) if key in files else with_absolute_paths(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [with_absolute_paths(item, folder) for item in value]
    return value


class Case:
    """A case that the readers take, with what they asked of it."""

    def __init__(self, name, value):
        self.name = name
        self.value = value

    def take(self, result):
        assert result["error"] is None, f"{self.name}: {result['error']}"
        assert not messages(self.value), f"{self.name} is right; params/case.schema.json says {messages(self.value)}"
        self.asked = result["asked"]
        self.resolved = result["resolved"]
        return self


def shipped_cases():
    """The examples, the templates and the cases of this folder."""
    cases = []
    for path in sorted([*PROJECT.glob("examples/*/case.yaml"), *PROJECT.glob("params/templates/*.yaml"),
                        *PROJECT.glob("tests/schema/cases/*.yaml")]):
        text = path.read_text().replace("@SEGMENTATION@", str(SEGMENTATION))
        cases.append(Case(str(path.relative_to(PROJECT)), with_absolute_paths(load_case(text), path.parent)))
    results = read([json.dumps(case.value) for case in cases])
    return [case.take(result) for case, result in zip(cases, results)]


def resolved_cases(cases):
    """The same with every default filled in, as a run writes them."""
    again = [Case(f"{case.name}, resolved", load_case(case.resolved)) for case in cases]
    return [case.take(result) for case, result in zip(again, read([case.resolved for case in cases]))]


class Visit:
    """A node of a case and the parts of the schema that hold for it.

    slot: where it stands, the same for every case: title of the map around it, key (* where keys are the user's), [] per list.
    path: where it stands in this case, a list of keys; leaves: all that may stand there; fitting: those that a map or list fits.
    """

    def __init__(self, slot, path, value, leaves, above):
        self.slot = slot
        self.path = path
        self.value = value
        self.leaves = leaves
        kind = {dict: "object", list: "array"}.get(type(value))
        self.fitting = [leaf for leaf in leaves if kind and leaf.get("type") == kind and validator_of(leaf).is_valid(value)]
        self.above = above  # the maps around it, from outside in

    @property
    def dotted(self):
        return ".".join(map(str, self.path))

    def section(self):
        """The one map of the schema that the node fits."""
        assert len(self.fitting) == 1, f"{self.dotted} fits {[section['title'] for section in self.fitting]}"
        return self.fitting[0]


def walk(value, node=None, slot="", path=(), above=()):
    """Every node of a right case, with its Visit."""
    visit = Visit(slot, list(path), value, SCHEMA.alternatives(node or SCHEMA.root), list(above))
    yield visit
    if isinstance(value, dict):
        section = visit.section()
        for key, item in value.items():
            name = key if SCHEMA.keys(section) else "*"
            yield from walk(item, SCHEMA.child(section, key), f"{section['title']}: {name}", [*path, key], [*above, value])
    elif isinstance(value, list):
        items = visit.fitting[0]["items"]
        for i, item in enumerate(value):
            yield from walk(item, items, slot + "[]", [*path, i], above)


def changed(value, path, change):
    """A copy of the case with `change` applied to the node at path."""
    copy = json.loads(json.dumps(value))
    node = copy
    for key in path:
        node = node[key]
    change(node)
    return copy


def try_load(path):
    """The case of a file, or None when it is not YAML."""
    try:
        return load_case(path.read_bytes().decode())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
