"""fields.h5 as an xarray.Dataset, and what one forms of it."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Optional, Union

import numpy

from .errors import FolderError, NotKept, UnknownName
from .folder import did_you_mean

if TYPE_CHECKING:
    import h5py
    import xarray

Time = Union[float, str]

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

# Endings of names and their units; the longest stands before those it ends in.
ENDINGS = (
    ("_mol_s_per_m3", "mol s m-3"),
    ("_mol_per_m3", "mol m-3"),
    ("_pa", "Pa"),
    ("_mm", "mm"),
    ("_s", "s"),
)


def unit_of(name: str) -> str:
    """SI unit (mm for coordinates) from a field's name; '1' for pure numbers."""
    return next((unit for ending, unit in ENDINGS if name.endswith(ending)), "1")


def seconds(time: Time) -> float:
    """3600.0 of 3600 or '1 h'."""
    if not isinstance(time, str):
        return float(time)
    number, _, unit = time.strip().partition(" ")
    try:
        return float(number) * SECONDS[unit.strip() or "s"]
    except (KeyError, ValueError):
        raise ValueError(f"{time!r} is no time; write a number of seconds, or for instance '24 h' (s, min, h, d)") from None


def opened(path: Path) -> h5py.File:
    import h5py

    if not path.is_file():
        raise NotKept(f"{path}: there is no such file: the case has to ask for fields, output: {{fields: [1 h, 24 h]}}, "
                      "and a study to keep them, keep: fields")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise FolderError(f"{path}: cannot be read as HDF5: {error}") from error


def times_of(path: Path) -> numpy.ndarray[Any, Any]:
    """The times at which fields were written, s, shape (times,)."""
    with opened(path) as file:
        return numpy.array([file["nodal"][group].attrs["time_s"] for group in sorted(file["nodal"])])


def _groups(file: h5py.File, times: Optional[Iterable[Time]], path: Path) -> list[str]:
    """Groups of the times that are asked for; all without."""
    groups = sorted(file["nodal"])
    if times is None:
        return groups
    there = numpy.array([file["nodal"][group].attrs["time_s"] for group in groups])
    chosen = []
    for time in times:
        wanted = seconds(time)
        near = numpy.isclose(there, wanted, rtol=1e-6, atol=1e-6)
        if not near.any():
            listed = ", ".join(f"{t:g}" for t in there)
            raise UnknownName(f"{path}: no fields at {time!r} ({wanted:g} s); there are fields at {listed} s")
        chosen.append(groups[int(numpy.argmax(near))])
    return chosen


def read_fields(path: Path, time: Union[Time, Iterable[Time], None] = None, names: Optional[Iterable[str]] = None,
                long_names: Optional[dict[str, str]] = None) -> xarray.Dataset:
    """See Result.fields."""
    import xarray

    single = isinstance(time, (str, int, float, numpy.number))
    times: Any = [time] if single else time
    with opened(path) as file:
        groups = _groups(file, times, path)
        cell_names = list(file["cell"])
        nodal_names = list(file["nodal"][groups[0]]) if groups else []
        wanted = list(names) if names is not None else cell_names + nodal_names
        for name in wanted:
            if name not in cell_names + nodal_names:
                raise UnknownName(f"{path}: there is no field {name!r}{did_you_mean(name, cell_names + nodal_names)}; "
                                  f"there are {', '.join(cell_names + nodal_names)}")
        points = file["mesh/coordinates_mm"][...]
        coordinates: dict[str, Any] = {
            axis: ("node", points[:, a], {"units": "mm", "long_name": f"{axis} in the case's space"})
            for a, axis in enumerate("xyz")}
        found = numpy.array([file["nodal"][group].attrs["time_s"] for group in groups])
        about_time = {"units": "s", "long_name": "time since the start"}
        coordinates["time_s"] = ((), found[0], about_time) if single else ("time", found, about_time)
        data: dict[str, Any] = {"cells": (("cell", "corner"), file["mesh/cells"][...].astype(numpy.int64),
                                          {"long_name": "nodes of each cell, in VTK's order"})}
        for name in wanted:
            attributes = {"units": unit_of(name), "long_name": (long_names or {}).get(name, name)}
            if name in cell_names:
                data[name] = ("cell", file["cell"][name][...], attributes)
            elif single:
                data[name] = ("node", file["nodal"][groups[0]][name][...], attributes)
            else:
                values = numpy.stack([file["nodal"][group][name][...] for group in groups])
                data[name] = (("time", "node"), values, attributes)
        frame = file.attrs["frame"]
    return xarray.Dataset(data, coordinates, {"frame": frame.decode() if isinstance(frame, bytes) else str(frame)})


def cell_volumes(fields: xarray.Dataset) -> xarray.DataArray:
    """Volume of each cell, m^3, shape (cell,). Cells are boxes, in axes that may be turned."""
    points = numpy.stack([fields[axis].values for axis in "xyz"], axis=-1)
    corners = points[fields["cells"].values]
    edges = corners[:, [1, 3, 4]] - corners[:, [0]]
    volumes = numpy.abs(numpy.linalg.det(edges)) * 1e-9
    return fields["cells"].isel(corner=0, drop=True).copy(data=volumes).assign_attrs(units="m3", long_name="volume of the cell")


def cell_means(fields: xarray.Dataset, name: str) -> xarray.DataArray:
    """Mean of a nodal field over each cell, shape (cell,) or (time, cell): exact for the trilinear field that is stored."""
    at_nodes = fields[name]
    means = at_nodes.isel(node=fields["cells"]).mean("corner", dtype=float)
    return means.drop_vars([axis for axis in "xyz" if axis in means.coords]).assign_attrs(at_nodes.attrs)
