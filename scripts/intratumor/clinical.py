"""Results in the units of the clinic, as `intratumor compare` shows them."""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .summary import value_at

if TYPE_CHECKING:
    import pandas

HOUR = 3600.0  # s
MMHG = 133.322387415  # Pa


class ClinicalUnit(NamedTuple):
    """A value in SI times `per_si` is in the unit `name`."""

    per_si: float
    name: str


@dataclass(frozen=True)
class ClinicalUnits:
    """Mass where the drug's molar mass (kg/mol) is known, else amount."""

    molar_mass: Optional[float] = None

    @property
    def amount(self) -> ClinicalUnit:
        """Of mol: mg or umol."""
        return ClinicalUnit(self.molar_mass * 1e6, "mg") if self.molar_mass else ClinicalUnit(1e6, "umol")

    @property
    def concentration(self) -> ClinicalUnit:
        """Of mol/m^3: ug/mL or umol/L."""
        return ClinicalUnit(self.molar_mass * 1e3, "ug/mL") if self.molar_mass else ClinicalUnit(1e3, "umol/L")

    @property
    def exposure(self) -> ClinicalUnit:
        """Of mol s/m^3: mg h/L or umol h/L."""
        if self.molar_mass:
            return ClinicalUnit(self.molar_mass * 1e3 / HOUR, "mg h/L")
        return ClinicalUnit(1e3 / HOUR, "umol h/L")


PERCENT = ClinicalUnit(100, "%")
HOURS = ClinicalUnit(1 / HOUR, "h")
TIMES = ClinicalUnit(1, "1")
PRESSURE = ClinicalUnit(1 / MMHG, "mmHg")

# section, quantity, keys of summary.json (their sum), unit: a property of ClinicalUnits, or a fixed one
ROWS: tuple[tuple[str, str, tuple[str, ...], Any], ...] = (
    ("dose", "given", ("dose_mol",), "amount"),
    ("dose", "by needle", ("dose_intratumoral_mol",), "amount"),
    ("dose", "needle passes", ("needle_passes",), TIMES),
    ("dose", "starts inside the tumour", ("deposit.fraction_in_target",), PERCENT),
    ("tumour", "AUC, per volume of tissue", ("tumour.auc_free",), "exposure"),
    ("tumour", "the same with bound drug", ("tumour.auc_total",), "exposure"),
    ("tumour", "AUC, interstitial fluid", ("tumour.auc_interstitial",), "exposure"),
    ("tumour", "D95, AUC that 95% reaches", ("tumour.d95",), "exposure"),
    ("tumour", "D50, AUC that half reaches", ("tumour.d50",), "exposure"),
    ("tumour", "AUC, tissue round the tumour", ("off_target.auc_free",), "exposure"),
    ("tumour", "Cmax of the mean", ("tumour.cmax_mean",), "concentration"),
    ("tumour", "half gone after", ("tumour.retention_half_life_s",), HOURS),
    ("tumour", "receptors occupied, mean in time", ("tumour.receptor_occupancy.time_mean_fraction",), PERCENT),
    ("blood plasma", "Cmax", ("plasma.cmax",), "concentration"),
    ("blood plasma", "Tmax", ("plasma.tmax_s",), HOURS),
    ("blood plasma", "AUC 0-24 h", ("plasma.auc_0_24h",), "exposure"),
    ("blood plasma", "AUC 0-7 d", ("plasma.auc_0_7d",), "exposure"),
    ("blood plasma", "AUC to the end", ("plasma.auc",), "exposure"),
    ("blood plasma", "AUC to infinity", ("plasma.auc_inf",), "exposure"),
    ("tumour against plasma", "tumour AUC / plasma AUC", ("therapeutic_index",), TIMES),
    ("tumour against plasma", "times that of the dose by vein", ("targeting_advantage",), TIMES),
    ("dose at the end", "in the tumour", ("ledger.free_tumour",), PERCENT),
    ("dose at the end", "in the tissue around it", ("ledger.free_elsewhere",), PERCENT),
    ("dose at the end", "bound, taken up, in depots",
     ("ledger.bound", "ledger.anchored", "ledger.internalised", "ledger.depots"), PERCENT),
    ("dose at the end", "on its way in lymph", ("ledger.lymph_chain",), PERCENT),
    ("dose at the end", "in blood plasma", ("ledger.plasma",), PERCENT),
    ("dose at the end", "in the rest of the body", ("ledger.peripherals",), PERCENT),
    ("dose at the end", "eliminated", ("ledger.eliminated",), PERCENT),
    ("dose at the end", "degraded in tissue", ("ledger.degraded",), PERCENT),
    ("dose at the end", "flowed out of the region", ("ledger.outflow",), PERCENT),
    ("dose at the end", "leaked", ("ledger.leak",), PERCENT),
    ("pressure", "largest", ("pressure.max_pa",), PRESSURE),
    ("pressure", "at the needle", ("pressure.at_needle_pa",), PRESSURE),
)


def time_text(seconds: float) -> str:
    """'10 min', '1.5 h': in the largest unit that is not longer."""
    size, unit = next((pair for pair in ((86400, "d"), (3600, "h"), (60, "min")) if seconds >= pair[0]), (1, "s"))
    return f"{seconds / size:g} {unit}"


def number_at(summary: dict[str, Any], key: str) -> float:
    """NaN where there is no number."""
    try:
        value = value_at(summary, key)
    except KeyError:
        return math.nan
    return float(value) if isinstance(value, (int, float)) else math.nan


def total(summary: dict[str, Any], keys: tuple[str, ...]) -> float:
    """The sum of what is defined; NaN when nothing is."""
    found = [value for value in (number_at(summary, key) for key in keys) if not math.isnan(value)]
    return math.fsum(found) if found else math.nan


def units_of_result(summary: dict[str, Any]) -> ClinicalUnits:
    molar_mass = number_at(summary, "drug.molar_mass_kg_per_mol")
    return ClinicalUnits(molar_mass if molar_mass > 0 else None)


def clinical_table(summary: dict[str, Any]) -> pandas.DataFrame:
    """Index (section, quantity); columns value, unit, key: the key of summary.json, or keys joined by ' + '."""
    import pandas

    units = units_of_result(summary)
    records = []
    for section, quantity, keys, unit in ROWS:
        unit = getattr(units, unit) if isinstance(unit, str) else unit
        records.append((section, quantity, total(summary, keys) * unit.per_si, unit.name, " + ".join(keys)))
    coverage = summary.get("tumour", {}).get("coverage") or []
    after = 1 + max(i for i, record in enumerate(records) if record[0] == "tumour")
    for i, entry in enumerate(coverage):
        at_least = number_at(entry, "at_least_s")
        quantity = f"above {entry.get('text')}" + (f" for {time_text(at_least)}" if at_least > 0 else "")
        records.insert(after + i, ("tumour", quantity, 100 * number_at(entry, "fraction"), "% of volume",
                                   f"tumour.coverage.{i}.fraction"))
    table = pandas.DataFrame(records, columns=["section", "quantity", "value", "unit", "key"])
    return table.set_index(["section", "quantity"])
