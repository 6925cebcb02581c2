"""Reads what `intratumor run` and `intratumor sweep` write.

    import intratumor
    result = intratumor.open("my_case.out")
    result["tumour.auc_free"], result.series, result.fields("24 h"), result.map("auc")
    study = intratumor.open("study.out")
    study.results, study.exposure_volume, study.case(7)

Needs numpy; tables pandas, fields h5py and xarray, maps nibabel, the case PyYAML. Each is imported where it is needed.
docs/analysis.md shows it by example.
"""
from __future__ import annotations

from typing import Union

from .clinical import ClinicalUnit, ClinicalUnits
from .errors import FolderError, NotFinished, NotKept, UnknownName
from .fields import cell_means, cell_volumes
from .folder import PathLike, kind_of
from .result import Result
from .study import Study

__version__ = "0.1.0"  # the program's, in CMakeLists.txt

__all__ = ["ClinicalUnit", "ClinicalUnits", "FolderError", "NotFinished", "NotKept", "Result", "Study", "UnknownName",
           "cell_means", "cell_volumes", "open"]


def open(path: PathLike) -> Union[Result, Study]:  # noqa: A001, by its full name intratumor.open
    """The Result or the Study of a folder, whichever it holds; FolderError says why when it is of no use.

    Result(path) and Study(path) take one kind only, and are what type checkers like better.
    """
    return Study(path) if kind_of(path) == "study" else Result(path)
