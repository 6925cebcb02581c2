"""A study folder, as `intratumor sweep` writes it."""
from __future__ import annotations

import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import FolderError, NotFinished, NotKept, UnknownName
from .folder import PathLike, kind_of, read_json
from .result import Result, read_csv

if TYPE_CHECKING:
    import h5py
    import pandas


class Study:
    """A study and what has been computed of it. Tables are read when they are asked for, and once; SI units throughout.

    study.results             a row a case: status, reason, inputs that vary, every metric (results.csv)
    study.inputs              what varies, by the names of the study file     } results.h5
    study.metrics             metrics by the dotted keys of summary.json      }
    study.exposure_volume     AUC by case and volume fraction                 }
    study.analysis            bands, Sobol indices, tornados, pairs (analysis.json)
    study.case(7)             the Result of case 7
    study.states, .failures   where every case stands, and why some failed
    """

    def __init__(self, path: PathLike) -> None:
        if kind_of(path) != "study":
            raise FolderError(f"{path}: is the result folder of one case; open it with Result")
        self.path = Path(path)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """plan.json: what each case sets, and what the study was begun with."""
        path = self.path / "plan.json"
        found = read_json(path)
        if not isinstance(found, dict) or not isinstance(found.get("cases"), list):
            raise FolderError(f"{path}: is not as intratumor sweep writes it: there are no cases in it")
        return found

    def __len__(self) -> int:
        """Cases of the plan, computed or not."""
        return len(self.plan["cases"])

    # --- cases ------------------------------------------------------------------------------------------------------

    @property
    def states(self) -> pandas.Series:
        """'done', 'failed' or 'open' by case number, as the folder is now."""
        import pandas

        numbers = range(len(self))
        return pandas.Series([self._state(k) for k in numbers], index=pandas.RangeIndex(len(self), name="case"), name="status",
                             dtype=object)

    @property
    def failures(self) -> pandas.DataFrame:
        """Cases that failed: index case number, columns reason and wall_s (seconds until then). Empty when none did."""
        import pandas

        records = {k: read_json(self._failure_path(k)) for k in range(len(self)) if self._state(k) == "failed"}
        table = pandas.DataFrame([(record.get("reason"), record.get("wall_s")) for record in records.values()],
                                 index=pandas.Index(list(records), name="case", dtype="int64"), columns=["reason", "wall_s"])
        return table.astype({"wall_s": float})

    def case(self, number: int) -> Result:
        """The result folder of a case. With keep: summary in the study file it has neither fields nor maps."""
        if not 0 <= number < len(self):
            raise UnknownName(f"{self.path}: there is no case {number}; cases are numbered from 0 to {len(self) - 1}")
        state = self._state(number)
        if state == "failed":
            raise NotKept(f"{self.path}: case {number} failed: {read_json(self._failure_path(number)).get('reason')}")
        if state == "open":
            raise NotFinished(f"{self.path}: case {number} has no result in {self._case_path(number)}; sweep --resume goes on, and "
                              "where only the tables were copied, study.results has the case's metrics")
        return Result(self._case_path(number))

    def _case_path(self, number: int) -> Path:
        return self.path / "cases" / f"{number:05d}"

    def _failure_path(self, number: int) -> Path:
        return self.path / "failures" / f"{number:05d}.json"

    def _state(self, number: int) -> str:
        if (self._case_path(number) / "summary.json").is_file():
            return "done"
        return "failed" if self._failure_path(number).is_file() else "open"

    # --- tables -----------------------------------------------------------------------------------------------------

    def _gathered(self, name: str) -> Path:
        path = self.path / name
        if not path.is_file():
            done = int((self.states == "done").sum())
            raise NotFinished(f"{path}: there is no such file: {done} of {len(self)} cases are done and not gathered. The sweep "
                              "writes it at its end; --gather writes it for what is done so far")
        return path

    @cached_property
    def results(self) -> pandas.DataFrame:
        """results.csv: index case number; status, reason, inputs that vary and every metric, units in the names.

        Metrics of cases that are not done are NaN. Warns when more cases are done by now.
        """
        table = read_csv(self._gathered("results.csv"), index_col="case", dtype={"status": str, "reason": object})
        done = int((table["status"] == "done").sum())
        now = int((self.states == "done").sum())
        if now > done:
            warnings.warn(f"{self.path}: results.csv has {done} cases that are done and the folder {now}; sweep --gather writes "
                          "it anew", stacklevel=3)  # above cached_property
        return table

    def _from_hdf5(self, group: str) -> pandas.DataFrame:
        """A column a dataset; attrs['units'] has their units, '' for words."""
        import pandas

        with self._results_h5() as file:
            index = pandas.Index(file["case"][...].astype("int64"), name="case")
            columns: dict[str, Any] = {}
            units: dict[str, str] = {}
            for name, values in file[group].items():
                words = "unit" not in values.attrs
                columns[name] = values.asstr()[...] if words else values[...]
                units[name] = "" if words else str(values.attrs["unit"])
        table = pandas.DataFrame(columns, index=index)
        table.attrs["units"] = units
        return table

    def _results_h5(self) -> h5py.File:
        import h5py

        path = self._gathered("results.h5")
        try:
            return h5py.File(path, "r")
        except OSError as error:
            raise FolderError(f"{path}: cannot be read as HDF5: {error}") from error

    @cached_property
    def inputs(self) -> pandas.DataFrame:
        """What varies, from results.h5: index case number, a column an input as the plan names it, attrs['units']; words as words."""
        return self._from_hdf5("inputs")

    @cached_property
    def metrics(self) -> pandas.DataFrame:
        """Every metric, from results.h5: index case number, columns the dotted keys of summary.json, attrs['units']; NaN where
        there is none."""
        return self._from_hdf5("metrics")

    @cached_property
    def exposure_volume(self) -> pandas.DataFrame:
        """The AUC (mol s/m^3, interstitial) that a fraction of the tumour's volume reaches at least, shape (cases, fractions).

        Index case number, columns the volume fractions 0.01 to 0.99; NaN where a case has no result.
        """
        import pandas

        with self._results_h5() as file:
            index = pandas.Index(file["case"][...].astype("int64"), name="case")
            columns = pandas.Index(file["exposure_volume/volume_fraction"][...], name="volume_fraction")
            table = pandas.DataFrame(file["exposure_volume/auc"][...], index=index, columns=columns)
        table.attrs["unit"] = "mol s m-3"
        return table

    @cached_property
    def analysis(self) -> dict[str, Any]:
        """analysis.json: of every metric and combination the band, indices or tornado, and pairs of combinations."""
        found = read_json(self._gathered("analysis.json"))
        if not isinstance(found, dict):
            raise FolderError(f"{self.path / 'analysis.json'}: is not as intratumor sweep writes it")
        return found

    def __repr__(self) -> str:
        counts = self.states.value_counts()
        words = ", ".join(f"{counts[state]} {state}" for state in ("done", "failed", "open") if state in counts)
        return f"<Study {str(self.path)!r}: {len(self)} cases, {words}>"
