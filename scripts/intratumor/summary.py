"""Walks through summary.json: dotted keys, flat metrics."""
from __future__ import annotations

import math
from typing import Any, Iterator

from .errors import UnknownName
from .folder import did_you_mean


def value_at(node: Any, key: str) -> Any:
    """The value at a dotted key ('tumour.coverage.0.fraction'); KeyError(part) where the way ends.

    A key may have dots of its own ('versions.deal.II'): the longest that is there is taken.
    """
    if key == "":
        return node
    parts = key.split(".")
    if isinstance(node, list):
        if parts[0].isdigit() and int(parts[0]) < len(node):
            return value_at(node[int(parts[0])], ".".join(parts[1:]))
        raise KeyError(parts[0])
    if isinstance(node, dict):
        for count in range(len(parts), 0, -1):
            head = ".".join(parts[:count])
            if head in node:
                return value_at(node[head], ".".join(parts[count:]))
    raise KeyError(parts[0])


def lookup(summary: dict[str, Any], key: str, where: str) -> Any:
    """value_at with a message for people."""
    try:
        return value_at(summary, key)
    except KeyError:
        known = [path for path, _ in leaves(summary)]
        endings = [path for path in known if path.endswith("." + key)]  # d95 for tumour.d95
        hint = f", did you mean {endings[0]}?" if endings else did_you_mean(key, known)
        raise UnknownName(f"{where}: summary.json has no key {key!r}{hint}") from None


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is neither map nor list, with its dotted key."""
    if isinstance(node, (dict, list)):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, node


def flat_metrics(summary: dict[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """Every number that has a unit, by dotted key, and those units. What is undefined (null) is NaN."""
    values: dict[str, float] = {}
    units: dict[str, str] = {}
    for key, unit in leaves(summary.get("units", {})):
        try:
            value = value_at(summary, key)
        except KeyError:
            continue
        if unit is None or not (value is None or isinstance(value, (int, float))):
            continue
        values[key] = math.nan if value is None else float(value)
        units[key] = unit
    return values, units
