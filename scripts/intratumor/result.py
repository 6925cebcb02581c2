"""A result folder, as `intratumor run` writes it."""
from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Optional, Union

from .clinical import ClinicalUnits, clinical_table, units_of_result
from .errors import FolderError, NotFinished, NotKept
from .fields import Time, read_fields, times_of
from .folder import PathLike, kind_of, read_json
from .summary import flat_metrics, lookup

if TYPE_CHECKING:
    import nibabel
    import numpy
    import pandas
    import xarray


class Result:
    """One computed case. Files are read when they are asked for, and once; SI units throughout.

    result["tumour.auc_free"]         a value of summary.json by its dotted key; None where it is undefined
    result.unit("tumour.auc_free")    its unit
    result.metrics                    every number of summary.json, flat
    result.clinical()                 the main ones in mg, ug/mL, h and %
    result.series                     the course in time
    result.profile("target")          exposure by distance from the target's surface, or from the "source"
    result.fields("24 h")             fields in space, when the case asks for them
    result.map("auc")                 image on the segmentation's grid
    """

    def __init__(self, path: PathLike) -> None:
        if kind_of(path) != "result":
            raise FolderError(f"{path}: is the folder of a study; open it with Study, and its case k with Study(...).case(k)")
        self.path = Path(path)
        status = self.summary.get("status")
        if status != "done":
            raise NotFinished(f"{self.path}: status in summary.json is {status!r}, not 'done'")

    @property
    def name(self) -> str:
        """The folder's name without .out."""
        name = self.path.absolute().name
        return name[:-4] if name.endswith(".out") else name

    # --- summary.json -----------------------------------------------------------------------------------------------

    @cached_property
    def summary(self) -> dict[str, Any]:
        """summary.json as it is: nested, SI units, None where a value is undefined."""
        path = self.path / "summary.json"
        found = read_json(path)
        if not isinstance(found, dict):
            raise FolderError(f"{path}: is not as intratumor run writes it: a map of keys is needed")
        return found

    @property
    def units(self) -> dict[str, Any]:
        """The unit of every number of the summary, nested as it is."""
        units = self.summary.get("units", {})
        return units if isinstance(units, dict) else {}

    def __getitem__(self, key: str) -> Any:
        """summary.json at a dotted key, positions of lists included: 'tumour.coverage.0.fraction'."""
        return lookup(self.summary, key, str(self.path))

    def unit(self, key: str) -> str:
        """The unit of the number at a dotted key, as 'mol s m-3'; '' for what is no number."""
        lookup(self.summary, key, str(self.path))
        return flat_metrics(self.summary)[1].get(key, "")

    @cached_property
    def metrics(self) -> pandas.Series:
        """Every number of the summary by its dotted key, float64, NaN where undefined; attrs['units'] has each one's unit."""
        import pandas

        values, units = flat_metrics(self.summary)
        series = pandas.Series(values, dtype=float, name=self.name)
        series.attrs["units"] = units
        return series

    @property
    def clinical_units(self) -> ClinicalUnits:
        """Factors from SI units: of mass if the drug's molar mass is known."""
        return units_of_result(self.summary)

    def clinical(self) -> pandas.DataFrame:
        """The main results as `intratumor compare` shows them: index (section, quantity); columns value, unit, key."""
        return clinical_table(self.summary)

    # --- tables -----------------------------------------------------------------------------------------------------

    @cached_property
    def series(self) -> pandas.DataFrame:
        """series.csv: a row a time (time_s), units in the columns' names; ledger_* are fractions of the whole dose."""
        return read_csv(self.path / "series.csv")

    @cached_property
    def exposure_volume(self) -> pandas.DataFrame:
        """exposure_volume.csv: volume_fraction of the tumour has an AUC (interstitial) of at least auc_mol_s_per_m3."""
        return read_csv(self.path / "exposure_volume.csv")

    def profile(self, start: str = "target") -> pandas.DataFrame:
        """profile_from_<start>.csv: exposure of all tissue by its distance from the surface of the "target" (negative
        inside it), or from the "source" of drug: the nearest hole, or centre (or line) of a deposit.
        FileNotFoundError where there is no such place: a dose by vein, a drawn mask."""
        return read_csv(self.path / f"profile_from_{start}.csv")

    # --- fields and maps --------------------------------------------------------------------------------------------

    @property
    def field_times(self) -> numpy.ndarray[Any, Any]:
        """Times at which fields were written, s, shape (times,)."""
        return times_of(self.path / "fields.h5")

    def fields(self, time: Union[Time, Iterable[Time], None] = None, names: Optional[Iterable[str]] = None) -> xarray.Dataset:
        """fields.h5, read into memory as numpy arrays: result.fields("24 h")["pressure_pa"].values.

        time: seconds, or a text such as '24 h'; one that was written (field_times). A list of them, or None for all.
        names: the fields to read; all without.

        The dataset has x, y, z (node; mm in the space that attrs['frame'] names), time_s, cells (cell, corner; positions of
        eight nodes in VTK's order), cell fields (cell) and nodal fields (node), or (time, node) unless one time is asked for.
        attrs['units'] of each says its unit. attrs['regions'] are the names that the cell field `region` counts.
        """
        fields = read_fields(self.path / "fields.h5", time, names, self._long_names())
        fields.attrs["regions"] = [region.get("name", "") for region in self.summary.get("regions") or []]
        return fields

    def _long_names(self) -> dict[str, str]:
        names = {
            "concentration_mol_per_m3": "concentration in the interstitial fluid",
            "pressure_pa": "pressure of the interstitial fluid",
            "auc_mol_s_per_m3": "AUC of the interstitial concentration, until this time",
            "cmax_mol_per_m3": "largest interstitial concentration, until this time",
            "region": "position of the region with the largest share",
            "target_fraction": "share of the cell's volume that is target",
        }
        for k, entry in enumerate(self.summary.get("tumour", {}).get("coverage") or []):
            names[f"time_above_threshold_{k}_s"] = f"time at or above {entry.get('text')}, until this time"
        return names

    def map(self, name: str) -> nibabel.Nifti1Image:
        """maps/NAME.nii.gz on the segmentation's grid; its voxels are read when they are asked for (get_fdata()).

        auc: AUC of the interstitial concentration over the run, mol s/m^3; cmax: its largest value, mol/m^3; roi: 1 where the
        model has tissue; regions: position in `summary["regions"]`, from 1. 0 outside.
        """
        path = self.path / "maps" / f"{name}.nii.gz"
        if not path.is_file():
            there = sorted(other.name[:-7] for other in path.parent.glob("*.nii.gz"))
            raise NotKept(f"{path}: there is no such map" + (f"; there are {', '.join(there)}" if there else
                          "; none was written or kept: the case has to ask, output: {maps: [auc, cmax]}, a study to keep, "
                          "keep: fields"))
        import nibabel

        return nibabel.load(path)

    # --- case -------------------------------------------------------------------------------------------------------

    @cached_property
    def case(self) -> dict[str, Any]:
        """case.resolved.yaml: the case with every default, values as texts with their SI units, and who set them."""
        import yaml

        path = self.path / "case.resolved.yaml"
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise FolderError(f"{path}: cannot be read: {error}") from error
        if not isinstance(found, dict):
            raise FolderError(f"{path}: is not as intratumor run writes it: there is no case in it")
        return found

    def __repr__(self) -> str:
        drug = self.summary.get("drug") or {}
        return f"<Result {str(self.path)!r}: {self.summary.get('title', 'untitled')}; {drug.get('name', 'a drug of its own')}>"


def read_csv(path: Path, **options: Any) -> pandas.DataFrame:
    """A table of the program's; numbers as exact as they stand, only empty fields are missing ('NA' may be a name)."""
    import pandas

    try:
        return pandas.read_csv(path, float_precision="round_trip", keep_default_na=False, na_values=[""], **options)
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise FolderError(f"{path}: cannot be read: {error}") from error
