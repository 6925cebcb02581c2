#!/usr/bin/python3
"""Reference solution of the radial problem (README.md): finite volumes in r, Radau IIA in time.

  reference.py            solve on the finest grid and write reference.json (about a minute)
  reference.py --table    also solve on coarser grids and steps, and print the convergence table
"""
import json
import os
import re
import sys

import numpy as np
from scipy.linalg import lapack, solve_banded

import problem as pb

REPORT_TIMES = {"at_10_min": 600.0, "at_1_h": 3600.0, "at_6_h": 21600.0, "at_24_h": 86400.0}
# (until [s], step [s]): short while the front leaves the source, long once convection has stopped.
SCHEDULE = [(20.0, 0.1), (120.0, 0.25), (600.0, 1.0), (3600.0, 2.5),
            (3660.0, 1.0), (4200.0, 5.0), (21600.0, 30.0), (86400.0, 120.0)]
PROFILE_RADII = np.linspace(0.0, 15e-3, 601)
FINEST = 1e-6  # [m], width of a cell up to 15 mm


class Grid:
    """Spherical shells: width dr up to 15 mm (faces on the source's and the tumour's surface), stretched beyond."""

    def __init__(self, dr, outer_radius):
        inner = np.linspace(0.0, 15e-3, int(round(15e-3 / dr)) + 1)
        stretch, length = 6.0, outer_radius - 15e-3
        n = int(np.ceil(length * stretch / np.expm1(stretch) / dr))
        outer = 15e-3 + length * np.expm1(stretch * np.arange(1, n + 1) / n) / np.expm1(stretch)
        self.face = np.concatenate([inner, outer])
        a, b = self.face[:-1], self.face[1:]
        self.volume = 4.0 / 3.0 * np.pi * (b - a) * (a * a + a * b + b * b)
        self.centre = 0.75 * (a + b) * (a * a + b * b) / (a * a + a * b + b * b)  # centroid of the shell
        self.tissue = np.where(0.5 * (a + b) < pb.TUMOUR_RADIUS, 0, 1)
        self.in_source = 0.5 * (a + b) < pb.SOURCE_RADIUS
        self.phi = np.where(self.tissue == 0, pb.PHI[0], pb.PHI[1])

    def average(self, function):
        """Volume averages of function(r) by 3-point Gauss; function may return a tuple."""
        a, b = self.face[:-1], self.face[1:]
        total, weight = 0.0, 0.0
        for x, w in zip(*np.polynomial.legendre.leggauss(3)):
            r = 0.5 * (a + b) + 0.5 * (b - a) * x
            total = total + w * r * r * np.array(function(r))
            weight = weight + w * r * r
        return total / weight


class Transport:
    """phi V dc/dt = A c + s for one drug in one flow state, A tridiagonal.

    Face value of c: the one that makes the diffusive flux the same on both sides (linear interpolation where phi is
    the same). Convection and diffusion are central; the grid resolves the front.
    """

    def __init__(self, grid, flow, drug):
        self.grid, self.mass = grid, grid.phi * grid.volume
        flux, area = flow.flux(grid.face), 4.0 * np.pi * grid.face[1:-1]**2
        diffusion = grid.phi * drug["D"]
        left = diffusion[:-1] / (grid.face[1:-1] - grid.centre[:-1])
        right = diffusion[1:] / (grid.centre[1:] - grid.face[1:-1])
        total = left + right
        if drug["D"] > 0.0:
            weight, conductance = left / total, area * left * right / total
        else:
            weight = (grid.centre[1:] - grid.face[1:-1]) / (grid.centre[1:] - grid.centre[:-1])
            conductance = 0.0 * area
        # Flux through an inner face: from_left c_i + from_right c_(i+1).
        from_left = flux[1:-1] * weight + conductance
        from_right = flux[1:-1] * (1.0 - weight) - conductance
        self.loss = grid.average(lambda r: flow.rates(r, grid.tissue, drug)) * grid.volume  # blood, lymph, degraded
        self.outflow = max(flux[-1], 0.0)
        self.lower, self.upper = from_left.copy(), -from_right
        self.diagonal = -self.loss.sum(axis=0)
        self.diagonal[:-1] -= from_left
        self.diagonal[1:] += from_right
        self.diagonal[-1] -= self.outflow
        self.source = np.where(grid.in_source, flow.q * pb.C_INJ * grid.volume, 0.0)

    def rate(self, c):
        out = self.diagonal * c + self.source
        out[1:] += self.lower * c[:-1]
        out[:-1] += self.upper * c[1:]
        return out

    def integral(self, before, after, time):
        """Integral of c over the time between two states: A integral = phi V (after - before) - s time.

        Exact for the Runge-Kutta solution, whose stages satisfy the same relation.
        """
        banded = np.zeros((3, before.size))
        banded[0, 1:], banded[1], banded[2, :-1] = self.upper, self.diagonal, self.lower
        return solve_banded((1, 1), banded, self.mass * (after - before) - self.source * time)


class Radau:
    """Radau IIA, 3 stages, order 5, for a linear system: c += h sum_i rho_i (h A - lambda_i M)^-1 (A c + s).

    (R(z) - 1) / z = (1 - z/10 + z^2/60) / (1 - 3z/5 + 3z^2/20 - z^3/60) in partial fractions; one real pole and a pair.
    """

    def __init__(self, transport, step):
        numerator, denominator = np.poly1d([1 / 60, -1 / 10, 1]), np.poly1d([-1 / 60, 3 / 20, -3 / 5, 1])
        self.transport, self.step, self.parts = transport, step, []
        for pole in denominator.roots:
            if pole.imag < -1e-9:
                continue
            real = abs(pole.imag) < 1e-9
            pole = pole.real if real else pole
            residue = numerator(pole) / denominator.deriv()(pole)
            factor, solve = (lapack.dgttrf, lapack.dgttrs) if real else (lapack.zgttrf, lapack.zgttrs)
            lu = factor(step * transport.lower, step * transport.diagonal - pole * transport.mass,
                        step * transport.upper)
            assert lu[-1] == 0
            self.parts.append((residue if real else 2.0 * residue, lu[:-1], solve))

    def advance(self, c):
        slope, increment = self.transport.rate(c), 0.0
        for residue, lu, solve in self.parts:
            x, info = solve(*lu, slope)
            assert info == 0
            increment = increment + (residue * x).real
        return c + self.step * increment


def share_above(grid, c, threshold):
    """Share of the tumour's volume with c above the threshold, c linear between centroids."""
    last = np.count_nonzero(grid.tissue == 0)
    r = np.concatenate([[0.0], grid.centre[:last], [pb.TUMOUR_RADIUS]])
    at_surface = (grid.phi[last - 1] * c[last - 1] + grid.phi[last] * c[last]) / (grid.phi[last - 1] + grid.phi[last])
    value = np.concatenate([[c[0]], c[:last], [at_surface]]) - threshold
    lo, hi, a, b = r[:-1], r[1:], value[:-1], value[1:]
    crossing = lo + (hi - lo) * np.where(a * b < 0, a / np.where(a == b, 1.0, a - b), 0.0)
    shells = np.where((a > 0) & (b > 0), hi**3 - lo**3, 0.0)
    shells += np.where((a > 0) & (b <= 0), crossing**3 - lo**3, 0.0)
    shells += np.where((a <= 0) & (b > 0), hi**3 - crossing**3, 0.0)
    return shells.sum() / pb.TUMOUR_RADIUS**3


def profile(grid, c):
    """c at PROFILE_RADII, linear between centroids, even in r at the centre."""
    x, inside = grid.centre, PROFILE_RADII
    c0 = c[0] - (c[1] - c[0]) * x[0]**2 / (x[1]**2 - x[0]**2)
    return np.interp(inside, np.concatenate([[0.0], x]), np.concatenate([[c0], c]))


def solve(drug, dr=FINEST, refine=1, outer_radius=pb.OUTER_RADIUS, last=86400.0):
    """All figures of one drug; dr [m], refine divides every step, last [s] ends it. Also returns (grid, {label: c})."""
    grid = Grid(dr, outer_radius)
    states = [Transport(grid, pb.Flow(q, outer_radius), drug) for q in (pb.SOURCE_DENSITY, 0.0)]
    tumour, volume = grid.tissue == 0, 4.0 / 3.0 * np.pi * pb.TUMOUR_RADIUS**3
    c, time, results, at = np.zeros(grid.volume.size), 0.0, {}, {}
    start, since = c, 0.0
    auc, uptake = 0.0, np.zeros(4)  # blood, lymph, degraded, outflow
    peak = (0.0, 0.0, 0.0)
    labels = {t: label for label, t in REPORT_TIMES.items()}
    for until, step in SCHEDULE:
        if until > last:
            break
        state = states[0 if until <= pb.INFUSION_TIME else 1]
        count = int(round((until - time) / step * refine))
        radau, begin = Radau(state, (until - time) / count), time
        for n in range(count):
            c = radau.advance(c)
            top = int(np.argmax(c))
            peak = max(peak, (c[top], begin + (n + 1) * radau.step, grid.centre[top]))
        time = until
        if time not in labels:
            continue
        integral = state.integral(start, c, time - since)
        start, since = c, time
        auc += (grid.volume * integral)[tumour].sum() / volume
        uptake += np.append(state.loss @ integral, state.outflow * integral[-1])
        given = pb.TOTAL_DOSE * min(time / pb.INFUSION_TIME, 1.0)
        content = (grid.phi * grid.volume * c)[tumour].sum()
        host = (grid.phi * grid.volume * c)[~tumour].sum()
        parts = {"tumour": content, "host_tissue": host, "taken_up_by_blood": uptake[0], "lymph": uptake[1],
                 "degraded": uptake[2], "outflow": uptake[3]}
        at_time = {"time_s": time, "dose_given_mol": given}
        at_time.update({f"{k}_share_of_dose_given": v / given for k, v in parts.items()})
        at_time.update({f"{k}_share_of_total_dose": v / pb.TOTAL_DOSE for k, v in parts.items()})
        at_time.update({
            "balance_error_share_of_dose_given": sum(parts.values()) / given - 1.0,
            "tumour_mean_phi_a_c_mol_per_m3": content / volume,
            "tumour_mean_c_mol_per_m3": content / volume / pb.PHI[0],
            "auc_tumour_mean_phi_a_c_mol_s_per_m3": auc * pb.PHI[0],
            "auc_tumour_mean_c_mol_s_per_m3": auc,
            "max_c_mol_per_m3": c.max(), "radius_of_max_c_mm": grid.centre[np.argmax(c)] * 1e3,
        })
        for percent in (1, 10, 50):
            share = share_above(grid, c, 0.01 * percent * pb.C_INJ)
            at_time[f"coverage_above_{percent}_percent_of_c_inj_share_of_tumour_volume"] = share
        results[labels[time]], at[labels[time]] = at_time, c
    results["max_c_over_all_times_mol_per_m3"] = peak[0]
    results["time_of_max_c_s"], results["radius_of_max_c_over_all_times_mm"] = peak[1], peak[2] * 1e3
    return results, grid, at


def pressures():
    radii = {"r_0_mm": 0.0, "r_1_mm": 1e-3, "r_2_mm": 2e-3, "r_5_mm": 5e-3, "r_10_mm": 10e-3}
    out = {}
    for name, q in (("during_infusion", pb.SOURCE_DENSITY), ("after_infusion", 0.0)):
        flow = pb.Flow(q)
        out[name] = {f"pressure_at_{k}_pa": flow.pressure(r)[0] for k, r in radii.items()}
        out[name]["flow_out_of_tumour_m3_per_s"] = flow.flux(pb.TUMOUR_RADIUS)[0]
    return out


def flatten(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flatten(value, prefix + key + ".")
        else:
            yield prefix + key, value


def difference(a, b):
    """Largest difference between two results: relative for figures above 1e-6, absolute (shares of dose) below."""
    skip = ("radius_of", "time_of", "balance_error")
    a, b = dict(flatten(a)), dict(flatten(b))
    keys = [k for k in b if not any(s in k for s in skip)]
    return max((abs(a[k] - b[k]) / (abs(b[k]) if abs(b[k]) > 1e-6 else 1.0), k) for k in keys)


def l1(a, b):
    """Volume-weighted L1 distance of two profiles over 0..15 mm, relative to b."""
    return (np.abs(a - b) * PROFILE_RADII**2).sum() / (np.abs(b) * PROFILE_RADII**2).sum()


def table(name, drug, finest):
    """Coarser grids, other time steps and a smaller domain, against the finest."""
    ref, grid, at = finest
    base = profile(grid, at["at_1_h"])
    print(f"{name}: every figure against dr = {FINEST * 1e6:g} um")
    print("| dr um | steps | outer mm | tumour share 1 h | coverage 10% | max c 1 h | tumour share 24 h | worst figure"
          " | L1 profile 1 h |")
    for dr, refine, outer in ((8e-6, 1, 40e-3), (4e-6, 1, 40e-3), (2e-6, 1, 40e-3), (1e-6, 0.5, 40e-3),
                              (1e-6, 2, 40e-3), (2e-6, 1, 30e-3), (1e-6, 1, 40e-3)):
        if (dr, refine, outer) == (1e-6, 1, 40e-3):
            res, g, c = finest
        else:
            res, g, c = solve(drug, dr, refine, outer)
        hour, gap = res["at_1_h"], difference(res, ref)
        print(f"| {dr * 1e6:g} | x{1 / refine:g} | {outer * 1e3:g} | {hour['tumour_share_of_total_dose']:.7f} | "
              f"{hour['coverage_above_10_percent_of_c_inj_share_of_tumour_volume']:.7f} | "
              f"{hour['max_c_mol_per_m3']:.6f} | {res['at_24_h']['tumour_share_of_total_dose']:.4e} | "
              f"{gap[0]:.1e} ({gap[1]}) | {l1(profile(g, c['at_1_h']), base):.1e} |", flush=True)


def rounded(tree):
    if isinstance(tree, dict):
        return {k: rounded(v) for k, v in tree.items()}
    if isinstance(tree, (list, np.ndarray)):
        return [rounded(v) for v in tree]
    if isinstance(tree, (float, np.floating)):
        return float(f"{tree:.8g}") if abs(tree) > 1e-15 else 0.0
    return tree


def main():
    out = {"problem": {"tumour_radius_mm": 10, "source_radius_mm": 1, "outer_radius_mm": 40,
                       "c_inj_mol_per_m3": pb.C_INJ, "infusion_rate_m3_per_s": pb.INFUSION_RATE,
                       "infusion_time_s": pb.INFUSION_TIME, "total_dose_mol": pb.TOTAL_DOSE},
           "pressure": pressures(), "drugs": {}, "profile_radius_mm": PROFILE_RADII * 1e3}
    for name, drug in pb.DRUGS.items():
        finest = solve(drug)
        results, grid, at = finest
        results["degradation_rate_per_s"] = drug["kdeg"]
        if name in ("IgG", "Small"):
            results["profile_c_mol_per_m3"] = {label: [float(f"{v:.7g}") for v in profile(grid, c)]
                                               for label, c in at.items()}
        out["drugs"][name] = results
        if "--table" in sys.argv and name in ("IgG", "Small"):
            table(name, drug, ({k: v for k, v in results.items() if k.startswith(("at_", "max_"))}, grid, at))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json")
    text = json.dumps(rounded(out), indent=1)
    text = re.sub(r"\[[^\]]*\]", lambda m: " ".join(m.group(0).split()), text)  # a profile on one line
    with open(path, "w") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    main()
