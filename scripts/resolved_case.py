"""What a result folder says about its case, for scripts that compute something of it by other means than the program.

`ResolvedCase(folder)` reads case.resolved.yaml, where every value is in SI units, the segmentation that it names (NIfTI; of
other formats the run's maps/regions.nii.gz) and summary.json. Terms are formed here from the parameters, independently of the
program. Needs numpy, scipy, PyYAML and nibabel.
"""
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
import yaml


class Unusable(Exception):
    """The folder cannot be used; the message says why."""


def quantity(value):
    """The number of '3 m', {value: 3 m, ...} or 3; SI."""
    if isinstance(value, dict):
        value = value["value"]
    return float(str(value).split()[0])


@dataclass
class Terms:
    """A tissue as a drug meets it."""
    conductivity: float  # K, m^2/(Pa s)
    filtration: float  # LS, 1/(Pa s)
    effective_pressure: float  # pe, Pa
    vascular_pressure: float  # pv, Pa: where vessels begin to collapse
    lymph_filtration: float  # LL, 1/(Pa s)
    lymph_pressure: float  # pl, Pa
    fluid: float  # phi_f
    accessible: float  # phi_a
    exchange: float  # PS, 1/s
    reflection: float  # sf, of the solute
    degradation: float  # 1/s
    uptake: float       # 1/s, into cells

    @property
    def steady_pressure(self):
        """Where filtration and lymph balance, Pa."""
        if self.filtration <= 0:
            return 0.0
        if self.lymph_filtration <= 0 or self.effective_pressure < self.lymph_pressure:
            return self.effective_pressure
        total = self.filtration + self.lymph_filtration
        return (self.filtration * self.effective_pressure + self.lymph_filtration * self.lymph_pressure) / total

    def drainage(self, pressure):
        """Jl, 1/s."""
        return self.lymph_filtration * max(0.0, pressure - self.lymph_pressure)


@dataclass
class Dose:
    amount: float  # mol each time
    volume: float  # m^3 each time; 0 by vein
    duration: float  # s
    times: list  # s
    mode: str  # deposit | infusion | intravenous


def affine_of(image):
    """Voxel to world (mm, RAS) of a NIfTI image. nibabel's own but for files with a quaternion alone: what the standard's program
    (nifti1_io) and intratumor take for a half turn, nibabel keeps as one but for round-off, 0.1 mm at the far side of a scan."""
    import nibabel
    header = image.header
    if header["sform_code"] > 0 or header["qform_code"] <= 0:
        return image.affine
    vector = numpy.array([header[f"quatern_{k}"] for k in "bcd"], dtype=float)
    rest = 1 - vector @ vector
    half_turn = rest < 1e-7
    quaternion = numpy.append(0 if half_turn else numpy.sqrt(rest), vector / numpy.linalg.norm(vector) if half_turn else vector)
    spacing = numpy.array(header["pixdim"][1:4], dtype=float)
    spacing[2] *= -1 if header["pixdim"][0] < 0 else 1
    affine = numpy.eye(4)
    affine[:3, :3] = nibabel.quaternions.quat2mat(quaternion) * spacing
    affine[:3, 3] = [header[f"qoffset_{k}"] for k in "xyz"]
    return affine


class ResolvedCase:
    def __init__(self, folder):
        self.folder = Path(folder)
        try:
            self.case = yaml.safe_load((self.folder / "case.resolved.yaml").read_text())
            self.summary = json.loads((self.folder / "summary.json").read_text())
        except OSError as error:
            raise Unusable(f"{folder}: no result folder of a run: {error}") from error
        self.until = quantity(self.case["run"]["until"])
        self.target = self.case["geometry"]["target"]

    # --- parameters ---------------------------------------------------------------------------------------------------

    def binding(self):
        binding = self.case["drug"].get("binding", "none")
        return {} if binding == "none" else binding

    def terms(self, region):
        """The tissue of a region as the case's drug meets it."""
        tissue, drug = self.case["tissues"][region], self.case["drug"]
        pairs = [p for p in (drug.get("in", {}).get(name) for name in (region, tissue["name"])) if p]

        def own(key):
            return next((quantity(p[key]) for p in pairs if key in p), None)

        lymph, vessel, matrix = tissue.get("lymph", {}), tissue["vessel"], tissue["matrix"]
        fluid = quantity(tissue["fluid_fraction"])
        accessible = own("accessible_fraction")
        if accessible is None:
            accessible = quantity(drug["accessible_ratio"][matrix]) * fluid
        result = Terms(
            conductivity=quantity(tissue["hydraulic_conductivity"]), filtration=0, effective_pressure=0, vascular_pressure=0,
            lymph_filtration=quantity(lymph.get("filtration", 0)), lymph_pressure=quantity(lymph.get("pressure", 0)),
            fluid=fluid, accessible=accessible, exchange=0, reflection=1,
            degradation=quantity(drug.get("degradation", 0)),
            uptake=quantity(self.binding().get("uptake", 0)))
        if vessel["class"] == "none":
            return result
        surface = quantity(vessel["surface_per_volume"])
        result.filtration = quantity(vessel["hydraulic_conductivity"]) * surface
        if "effective_pressure" in vessel:
            result.vascular_pressure = result.effective_pressure = quantity(vessel["effective_pressure"])
        else:
            result.vascular_pressure = quantity(vessel["vascular_pressure"])
            oncotic = quantity(vessel["plasma_oncotic_pressure"]) - quantity(vessel["interstitial_oncotic_pressure"])
            result.effective_pressure = result.vascular_pressure - quantity(vessel["reflection"]) * oncotic
        result.exchange = self._exchange(pairs, drug, vessel["class"], surface)
        if drug.get("flow_limited", False):
            flow = quantity(tissue["perfusion"])
            result.exchange = -flow * numpy.expm1(-result.exchange / flow) if flow > 0 else 0.0
        reflection = own("solvent_drag_reflection")
        result.reflection = (quantity(drug["solvent_drag_reflection"][vessel["class"]])
                             if reflection is None else reflection)
        return result

    @staticmethod
    def _exchange(pairs, drug, vessels, surface):
        for pair in pairs:
            if "permeability_surface" in pair:
                return quantity(pair["permeability_surface"])
            if "permeability" in pair:
                return quantity(pair["permeability"]) * surface
        return quantity(drug["permeability"][vessels]) * surface

    def open_share(self, terms, pressure):
        """chi: the share of the vessels that stays open."""
        collapse = self.case["flow"]["collapse"]
        if collapse == "none" or pressure <= terms.vascular_pressure:
            return 1.0
        floor = quantity(collapse["floor"])
        return max(floor, 1 - (1 - floor) * (pressure - terms.vascular_pressure) / quantity(collapse["width"]))

    def body(self):
        """clearance, plasma_volume, peripherals [(volume, flow)], lymph_stages, lymph_rate (1/s, of a stage)."""
        kinetics, patient = self.case["drug"]["pharmacokinetics"], self.case["patient"]
        k = kinetics.get(patient["species"]) or next(iter(kinetics.values()))
        relative = quantity(patient["body_weight"]) / quantity(k["reference_weight"])
        usual = {"clearance": 0.75, "plasma_volume": 1, "peripheral_volume": 1, "exchange_flow": 0.75, "lymph_delay": 0}
        power = {key: relative ** quantity(k.get("weight_exponents", {}).get(key, value)) for key, value in usual.items()}
        stages = int(k["lymph"]["stages"])
        return {"clearance": quantity(k["clearance"]) * power["clearance"],
                "plasma_volume": quantity(k["plasma_volume"]) * power["plasma_volume"],
                "peripherals": [(quantity(p["volume"]) * power["peripheral_volume"],
                                 quantity(p["exchange_flow"]) * power["exchange_flow"]) for p in k["peripherals"]],
                "lymph_stages": stages, "lymph_rate": stages / (quantity(k["lymph"]["delay"]) * power["lymph_delay"])}

    def doses(self):
        result, needle = [], 0
        for entry in self.case["scheme"]:
            if "intravenous" in entry:
                dose = entry["intravenous"]
                result.append(Dose(quantity(dose["dose"]), 0.0, quantity(dose["over"]),
                                   [quantity(t) for t in dose["at"]], "intravenous"))
                continue
            mode = entry["mode"]
            if mode == "auto":  # what it chose stands in the summary
                mode = self.summary["model"]["entries"][needle]["mode"]
            needle += 1
            volume = quantity(entry["volume"])
            result.append(Dose(volume * quantity(entry["concentration"]), volume, quantity(entry["over"]),
                               [quantity(t) for t in entry["at"]], mode))
        return result

    # --- geometry -----------------------------------------------------------------------------------------------------

    def segmentation(self):
        """Voxels as region names' positions in `names`, and the NIfTI affine (mm, RAS)."""
        import nibabel
        geometry = self.case["geometry"]
        path = geometry.get("segmentation", "")  # or it is a mesh
        if not path.endswith((".nii", ".nii.gz")):
            return self.regions_of_run()
        image = nibabel.load(path)
        values = numpy.asarray(image.dataobj)
        names = [geometry["background"]] + [r for r in geometry["labels"].values() if r != geometry["background"]]
        names = list(dict.fromkeys(names))
        regions = numpy.zeros(values.shape, dtype=numpy.int16)
        for label, region in geometry["labels"].items():
            regions[values == int(label)] = names.index(region)
        if geometry.get("component") == "largest":
            from scipy import ndimage
            pieces, _ = ndimage.label(regions == names.index(self.target))  # by faces
            sizes = numpy.bincount(pieces.ravel())
            sizes[0] = 0
            regions[(pieces > 0) & (pieces != sizes.argmax())] = len(names)
            names.append(self.target + " (other pieces)")
        return regions, names, affine_of(image)

    def regions_of_run(self):
        """The same from the run's own map, for formats that nibabel does not read."""
        import nibabel
        path = self.folder / "maps" / "regions.nii.gz"
        if not path.exists():
            raise Unusable(f"{self.folder}: a mesh, or a segmentation that is not NIfTI, is read from {path}, which is not "
                           "there; run the case with output: {maps: [auc]}")
        image = nibabel.load(path)
        names = [region["name"] for region in self.summary["regions"]]
        numbers = numpy.asarray(image.dataobj).astype(numpy.int16) - 1
        numbers[numbers < 0] = names.index(self.case["geometry"]["background"])
        return numbers, names, affine_of(image)

    def target_and_contacts(self):
        """Volume of the target, m^3, and {region: share of the target's surface that it touches}, by voxel faces."""
        regions, names, affine = self.segmentation()
        target = regions == names.index(self.target)
        spacing = numpy.linalg.norm(affine[:3, :3], axis=0) * 1e-3
        area = dict.fromkeys(names, 0.0)
        beyond = numpy.pad(regions, 1)  # background where no image is
        inside = numpy.pad(target, 1)
        for axis in range(3):
            face = spacing.prod() / spacing[axis]
            for step in (-1, 1):
                other = numpy.roll(beyond, step, axis)[inside & ~numpy.roll(inside, step, axis)]
                for number, count in zip(*numpy.unique(other, return_counts=True)):
                    area[names[number]] += face * count
        whole = sum(area.values())
        return target.sum() * spacing.prod(), {name: a / whole for name, a in area.items() if a > 0}


def run_script(main):
    """Status of a script: an unusable folder is one message and status 2."""
    try:
        return main()
    except Unusable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
