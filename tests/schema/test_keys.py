"""The schema and the program's readers know the same keys, words, dimensions, bounds and defaults.

The readers say what they asked of each node of a case (solver/quantities/reading_record.h). The cases must reach everything that the
schema has, so a key that only one of the two knows is found, whichever it is.
"""
import collections
import json
import unittest

import support
from case_schema import load_case
from support import SCHEMA, walk

GIVEN = support.shipped_cases()
ALL = GIVEN + support.resolved_cases(GIVEN)
VISITS = [(case, visit) for case in ALL for visit in walk(case.value)]
SECTIONS = [SCHEMA.root] + [one for one in SCHEMA.definitions.values() if one.get("type") == "object"]


def every_key():
    """(title of the section, key) of all that the schema has."""
    return {(section["title"], key) for section in SECTIONS for key in SCHEMA.keys(section) or []}


def examples_of_keys():
    """{(title, key): (case, path)}: a case that has the key, and the path of its map."""
    found = {}
    for case, visit in VISITS:
        if isinstance(visit.value, dict):
            for key in visit.value if SCHEMA.keys(visit.section()) else []:
                found.setdefault((visit.section()["title"], key), (case, visit.path))
    return found


def misspelt(key):
    """As a slip of the hand makes it; no key of the schema."""
    known = {other for _, other in every_key()}
    return next(word for word in (key + key[-1], key + "q") if word not in known)


class Keys(unittest.TestCase):
    def test_of_the_schema_are_known_to_the_reader(self):
        for case, visit in VISITS:
            if isinstance(visit.value, dict):
                asked = case.asked[visit.dotted]
                known = set(asked["known"]) - set(asked["later"])
                for key in SCHEMA.keys(visit.section()) or []:
                    self.assertIn(key, known, f"{case.name}: {visit.dotted}: the schema has a key that the reader does not know")

    def test_of_the_reader_are_in_the_schema(self):
        for case, visit in VISITS:
            if not isinstance(visit.value, dict):
                continue
            sections = [leaf for leaf in visit.leaves if leaf.get("type") == "object"]
            if SCHEMA.keys(visit.section()) is None:
                continue
            # A reader also knows keys of the other kinds of entry, to say that they exclude each other.
            in_schema = {key for section in sections for key in SCHEMA.keys(section) or []}
            asked = case.asked[visit.dotted]
            for key in set(asked["known"]) - set(asked["later"]):
                self.assertIn(key, in_schema, f"{case.name}: {visit.dotted}: the reader knows a key that the schema lacks")

    def test_are_all_set_by_some_case(self):
        missing = every_key() - set(examples_of_keys())
        self.assertFalse(missing, "no case of tests/schema/cases sets them; add one")

    def test_misspelt_are_refused_by_both(self):
        trials = []
        for (title, key), (case, path) in sorted(examples_of_keys().items()):
            wrong = misspelt(key)
            value = support.changed(case.value, path, lambda node: node.update({wrong: node.pop(key)}))
            trials.append((f"{title}: {key}", wrong, value))
        self.assertGreaterEqual(len(trials), len(every_key()))
        for (what, wrong, value), result in zip(trials, support.read([json.dumps(value) for _, _, value in trials])):
            with self.subTest(what):
                self.assertIn(f"'{wrong}'", result["error"] or "accepted by the reader")
                self.assertIn(f"'{wrong}'", " ".join(support.messages(value)) or "accepted by the schema")


class Value:
    """What the values of one slot may be, by the schema or by what the readers asked."""

    def __init__(self):
        self.quantities = set()
        self.kinds = set()
        self.words = set()
        self.low, self.high = [], []

    def add_leaf(self, leaf):
        if leaf.get("allOf") == [{"$ref": "#/definitions/with_unit"}] or leaf is SCHEMA.definitions["plain_number"]:
            self.quantities.add(f"{leaf['title']}, e.g. {leaf['examples'][0]}")
        elif leaf.get("type") in ("number", "integer", "boolean"):
            self.kinds.add(leaf["type"])
            self.low += [leaf["minimum"]] if "minimum" in leaf else []
            self.high += [leaf["maximum"]] if "maximum" in leaf else []
        self.words.update(leaf.get("enum", [leaf["const"]] if "const" in leaf else []))

    def add_asked(self, asked):
        if asked["kind"] == "quantity":
            self.quantities.update(asked["dimensions"])
        elif asked["kind"] == "word":
            self.words.update(asked["words"])
        else:
            self.kinds.add(asked["kind"])
            if "range" in asked:
                self.low.append(asked["range"]["low"])
                self.high.append(asked["range"]["high"])


class Values(unittest.TestCase):
    def test_are_what_the_reader_asks_for(self):
        in_schema, asked, used = (collections.defaultdict(make) for make in (Value, Value, set))
        names = set()  # slots with texts of the user's
        for case, visit in VISITS:
            for leaf in visit.leaves:
                in_schema[visit.slot].add_leaf(leaf)
                names.update([visit.slot] * (leaf.get("type") == "string"))
            for one in case.asked.get(visit.dotted, {"values": []})["values"]:
                asked[visit.slot].add_asked(one)
            used[visit.slot].update([visit.value] * isinstance(visit.value, str))
        any_quantity = SCHEMA.definitions["quantity"]
        compared = 0
        for slot, schema in in_schema.items():
            with self.subTest(slot):
                reader = asked[slot]
                if f"{any_quantity['title']}, e.g. {any_quantity['examples'][0]}" not in schema.quantities:
                    self.assertEqual(schema.quantities, reader.quantities, "dimensions")
                self.assertEqual(schema.kinds, reader.kinds)
                for stated, real in ((schema.low, min(reader.low, default=None)), (schema.high, max(reader.high, default=None))):
                    self.assertIn(real, stated or [real], "bounds")
                if slot not in names and reader.words:
                    self.assertEqual(schema.words, reader.words, "words")
                elif slot not in names:
                    self.assertLessEqual(schema.words, used[slot], "words that no case of tests/schema/cases uses")
                compared += len(schema.quantities) + len(schema.kinds) + len(schema.words)
        self.assertGreater(compared, 150)

    def test_names_are_those_of_params(self):
        folders = {"drug_name": "drugs", "drug_class": "drug_classes", "tissue_name": "tissues", "needle_name": "needles",
                   "scheme_name": "schemes", "vessel_class": "vessels", "matrix_class": "matrices"}
        for name, folder in folders.items():
            words = [word for leaf in SCHEMA.alternatives(SCHEMA.definitions[name]) for word in leaf.get("enum", [])]
            files = sorted(path.stem for path in (support.PROJECT / "params" / folder).glob("*.yaml"))
            self.assertEqual(words, files, f"definitions/{name} beside params/{folder}")


def plain(value):
    """A resolved case without what is known of its numbers."""
    if isinstance(value, dict):
        return plain(value["value"]) if "value" in value else {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


class Defaults(unittest.TestCase):
    def test_change_nothing(self):
        trials = []
        for case in GIVEN:
            for visit in walk(case.value):
                if not isinstance(visit.value, dict) or any("like" in one for one in [*visit.above, visit.value]):
                    continue
                for key, node in (SCHEMA.keys(visit.section()) or {}).items():
                    if "default" in node and key not in visit.value:
                        value = support.changed(case.value, visit.path, lambda map_: map_.update({key: node["default"]}))
                        trials.append(((visit.section()["title"], key), case, value))
        confirmed = set()
        for (key, case, value), result in zip(trials, support.read([json.dumps(value) for _, _, value in trials])):
            if result["error"] is None:
                self.assertEqual(plain(load_case(result["resolved"])), plain(load_case(case.resolved)), f"{case.name}: {key}")
                confirmed.add(key)
            else:  # where it has no effect it is an error
                self.assertIn("has no effect", result["error"] + " c_inj has no effect" * ("no needle injects" in result["error"]), key)
        wanted = {(section["title"], key) for section in SECTIONS for key, node in (SCHEMA.keys(section) or {}).items() if "default" in node}
        self.assertEqual(wanted - confirmed, set(), "no case of tests/schema/cases leaves them out")


class Form(unittest.TestCase):
    def test_says_only_notes_beside_a_reference(self):
        # Draft 7 passes over what stands beside $ref.
        for node in SCHEMA.all_nodes():
            if isinstance(node.get("$ref"), str):
                self.assertLessEqual(set(node) - {"$ref"}, {"title", "description", "default", "x-otherwise", "examples"}, node)

    def test_is_a_schema_with_titles_that_differ(self):
        support.jsonschema.Draft7Validator.check_schema(SCHEMA.root)
        titles = [section["title"] for section in SECTIONS]
        self.assertEqual(len(titles), len(set(titles)))

    def test_lets_no_other_key_in(self):
        for section in SECTIONS:
            self.assertTrue("properties" not in section or section.get("additionalProperties") is False, section["title"])


if __name__ == "__main__":
    unittest.main()
