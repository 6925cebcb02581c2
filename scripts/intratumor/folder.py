"""What kind of folder a path is, and if it is of no use, why."""
from __future__ import annotations

import difflib
import json
import os
from pathlib import Path
from typing import Any, Iterable, Union

from .errors import FolderError, NotFinished

PathLike = Union[str, "os.PathLike[str]"]

RIGHT = "intratumor run writes result folders (with a summary.json), intratumor sweep study folders (with a plan.json)"


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """', did you mean NAME?' when one of the names is near, else ''."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f", did you mean {near[0]}?" if near else ""


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FolderError(f"{path}: there is no such file") from error
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: cannot be read as JSON: {error}") from error


def kind_of(path: PathLike) -> str:
    """'result' or 'study'; raises FolderError or NotFinished for anything else."""
    folder = Path(path)
    if not folder.exists():
        raise _missing(folder)
    if not folder.is_dir():
        within = folder.absolute().parent
        inside = f"; name the folder it is in: {within}" if _is_kind(within) else ""
        raise FolderError(f"{path}: is a file, and a folder is needed{inside}. {RIGHT}")
    if ".unfinished-" in folder.name:
        raise NotFinished(f"{path}: is a result in the making or one that was cut short; the folder takes its name, "
                          f"{folder.name[1:].split('.unfinished-')[0]}, when everything is whole")
    if _is_kind(folder):
        return "study" if (folder / "plan.json").is_file() else "result"
    raise FolderError(f"{path}: is neither a result folder nor a study folder: {_found(folder)}. {RIGHT}")


def _is_kind(folder: Path) -> bool:
    return (folder / "plan.json").is_file() or (folder / "summary.json").is_file()


def _missing(folder: Path) -> FolderError:
    parent, name = folder.absolute().parent, folder.name
    if any(parent.glob(f".{name}.unfinished-*")):
        return NotFinished(f"{folder}: is not finished: beside it is what a run that goes on, or was killed, has written. "
                           "A result folder appears when it is whole")
    if not parent.is_dir():
        return FolderError(f"{folder}: there is no folder {parent}")
    others = [other.name for other in parent.iterdir() if other.is_dir() and _is_kind(other)]
    return FolderError(f"{folder}: there is no such folder{did_you_mean(name, others)}")


def _found(folder: Path) -> str:
    """What stands in a folder that is of no use as it is."""
    names = sorted(entry.name for entry in folder.iterdir())
    if "mesh.json" in names:
        return "intratumor mesh wrote it, and nothing was computed on that mesh"
    if {"cases", "failures"} <= set(names):
        return "a sweep was stopped before its plan.json was whole"
    if folder.name == "cases" and _is_kind(folder.absolute().parent):
        return f"it holds the cases of a study; open the study, {folder.absolute().parent}"
    usable = [entry for entry in names if _is_kind(folder / entry)]
    if usable:
        return f"open one of those in it, {_listed(usable)}"
    return f"it holds {_listed(names)}" if names else "it is empty"


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
