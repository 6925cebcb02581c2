"""The schema of cases, params/case.schema.json, as the other scripts and the tests walk it.

What may stand at a place is held by `properties`, `items`, `additionalProperties` and `anyOf` alone; rules stand under allOf, oneOf,
not, if and dependencies. Needs python3-yaml.
"""
import json
import pathlib
import re

import yaml

PARAMS = pathlib.Path(__file__).resolve().parent.parent / "params"
SCHEMA = PARAMS / "case.schema.json"
DEFINITION = "#/definitions/"


class Schema:
    def __init__(self, path=SCHEMA):
        self.root = json.loads(path.read_text())
        self.definitions = self.root["definitions"]

    def alternatives(self, node):
        """What may stand where `node` does: schemas without $ref and anyOf."""
        if "$ref" in node:
            return self.alternatives(self.definition(node))
        if "anyOf" in node:
            return [leaf for one in node["anyOf"] for leaf in self.alternatives(one)]
        return [node]

    def definition(self, node):
        """The definition that `node` refers to."""
        return self.definitions[node["$ref"][len(DEFINITION):]]

    def keys(self, section):
        """{key: its schema} of a map; None of one whose keys are the user's."""
        if "properties" in section:
            return section["properties"]
        if "additionalProperties" not in section:
            return None
        words = [word for one in self.alternatives(section.get("propertyNames", {})) for word in one.get("enum", [])]
        return {word: section["additionalProperties"] for word in words} if words else None

    def child(self, section, key):
        """The schema of a key's value, or None."""
        return (self.keys(section) or {}).get(key, section.get("additionalProperties") or None)

    def all_nodes(self):
        """Every schema in the file."""
        todo = [self.root]
        while todo:
            node = todo.pop()
            if isinstance(node, dict):
                yield node
                todo.extend(node.values())
            elif isinstance(node, list):
                todo.extend(node)


class CaseLoader(yaml.SafeLoader):
    """YAML 1.2, as editors and the program read it: 1e-3 is a number, yes and 12:30 are texts; keys are texts and stand once."""
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        result = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in result:
                raise yaml.constructor.ConstructorError(None, None, f"key {key} given twice, or no text", key_node.start_mark)
            result[key] = self.construct_object(value_node, deep=True)
        return result


CaseLoader.add_constructor("tag:yaml.org,2002:map", CaseLoader.construct_mapping)
for tag, pattern, first in (("bool", r"true|false", "tf"), ("null", r"~|null|", ["~", "n", ""]), ("int", r"[-+]?[0-9]+", "-+0123456789"),
                            ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789")):
    CaseLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))
CaseLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
CaseLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def load_case(text):
    """A case file as JSON has it. yaml.YAMLError when it is not YAML."""
    return yaml.load(text, CaseLoader)
