#!/usr/bin/python3
"""Checks of reference.py by other methods; prints one line each, exits 1 if one is out of tolerance (README.md).

  1. closed-form pressure against a finite-volume solution with max(0, p) in the lymph term
  2. closed-form flux against the integral of Jv - Jl + q
  3. transport without diffusion against characteristics
  4. both drugs at 10 min, 1 h, 6 h, 24 h against spectral elements with the exact exponential in time
  5. reference.json against a fresh run of reference.py
"""
import json
import os
import sys

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm, solve_banded
from scipy.optimize import brentq

import problem as pb
import reference as ref

failures = 0


def report(name, value, tolerance):
    global failures
    failures += value > tolerance
    print(f"{name:84s} {value:9.2e}  (tolerance {tolerance:g}){'' if value <= tolerance else '  FAILED'}", flush=True)


def pressure_finite_volume(q, dr):
    """Pressure at 0, 1, 2, 5, 10 mm by finite volumes, the lymph term switched cell by cell until it settles."""
    g = ref.Grid(dr, pb.OUTER_RADIUS)
    k, ls, pe, ll = (np.where(g.tissue == 0, x[0], x[1]) for x in (pb.K, pb.LS, pb.PE, pb.LL))
    left = k[:-1] / (g.face[1:-1] - g.centre[:-1])
    right = k[1:] / (g.centre[1:] - g.face[1:-1])
    t = 4 * np.pi * g.face[1:-1]**2 * left * right / (left + right)
    t_out = 4 * np.pi * g.face[-1]**2 * k[-1] / (g.face[-1] - g.centre[-1])
    drained = np.zeros(g.volume.size, bool)
    while True:
        band = np.zeros((3, g.volume.size))
        band[1] = g.volume * (ls + np.where(drained, ll, 0.0))
        band[1, :-1] += t
        band[1, 1:] += t
        band[1, -1] += t_out
        band[0, 1:], band[2, :-1] = -t, -t
        p = solve_banded((1, 1), band, g.volume * (ls * pe + np.where(g.in_source, q, 0.0)))
        if np.array_equal(p > 0, drained):
            break
        drained = p > 0
    out = [p[0] - (p[1] - p[0]) * g.centre[0]**2 / (g.centre[1]**2 - g.centre[0]**2)]
    for r in (1e-3, 2e-3, 5e-3, 10e-3):
        i = int(np.argmin(np.abs(g.face - r)))
        out.append((left[i - 1] * p[i - 1] + right[i - 1] * p[i]) / (left[i - 1] + right[i - 1]))
    return np.array(out)


def characteristics(drug, time, radii):
    """c at a time at radii outside the source, and the front's radius; D = 0, inside the tumour (no lymph).

    Outside the source c(r, t) = c_b(t - tau(r)) G(r), tau the time of flight from the source's surface and
    ln G = -int (Jv + loss) / v dr. c_b(T), the value at the surface, follows the particle back for the time T:
    c_b = int_0^T (q / phi) c_inj E dtheta, ln E = -int (q + Jv + loss) / phi.
    """
    flow, phi = pb.Flow(pb.SOURCE_DENSITY), pb.PHI[0]

    def loss(r):
        return flow.filtration(r, 0)[0] + sum(float(np.squeeze(x)) for x in flow.rates(r, 0, drug))

    def back(_, y):
        s = np.exp(y[0])
        return [-flow.flux(s)[0] / (4 * np.pi * s**3 * phi), -(flow.q + loss(s)) / phi,
                flow.q / phi * pb.C_INJ * np.exp(y[1])]

    def out(r, _):
        v = flow.flux(r)[0] / (4 * np.pi * r * r)
        return [phi / v, -loss(r) / v]

    options = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-13, "dense_output": True}
    inner = solve_ivp(back, (0.0, time), [np.log(pb.SOURCE_RADIUS), 0.0, 0.0], **options).sol
    outer = solve_ivp(out, (pb.SOURCE_RADIUS * (1 + 1e-12), 8e-3), [0.0, 0.0], **options).sol
    tau, log_g = outer(radii)
    front = brentq(lambda r: outer(r)[0] - time, 1.001e-3, 8e-3)
    return np.where(tau < time, inner(np.maximum(time - tau, 0.0))[2] * np.exp(log_g), 0.0), front


def legendre_nodes(degree):
    """Gauss-Lobatto nodes on [-1, 1] and the differentiation matrix there."""
    basis = np.polynomial.legendre.Legendre.basis(degree)
    x = np.concatenate([[-1.0], np.sort(basis.deriv().roots().real), [1.0]])
    v = np.polynomial.legendre.legvander(x, degree)
    dv = np.stack([np.polynomial.legendre.Legendre.basis(n).deriv()(x) for n in range(degree + 1)], axis=1)
    return x, v, dv @ np.linalg.inv(v)


class Spectral:
    """Continuous Galerkin in r, high degree, full quadrature, dense; c at 15 mm free, nothing beyond it.

    Weak form per solid angle: int r^2 (phi dc/dt w - (v c - phi D c') w' + k c w - q c_inj w) = -[r^2 v c w] at 15 mm.
    """

    def __init__(self, drug, q, breaks, degree):
        flow, size = pb.Flow(q), (len(breaks) - 1) * degree + 1
        x, v, _ = legendre_nodes(degree)
        g, w = np.polynomial.legendre.leggauss(degree + 6)
        inverse = np.linalg.inv(v)
        n_at = np.polynomial.legendre.legvander(g, degree) @ inverse
        d_at = np.stack([np.polynomial.legendre.Legendre.basis(n).deriv()(g) for n in range(degree + 1)], 1) @ inverse
        self.m, self.a, self.s, self.r = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size), np.zeros(size)
        self.tumour_row, self.host_row, self.uptake = np.zeros(size), np.zeros(size), np.zeros((3, size))
        for e, (lo, hi) in enumerate(zip(breaks[:-1], breaks[1:])):
            i, half = slice(e * degree, e * degree + degree + 1), 0.5 * (hi - lo)
            r, tissue = 0.5 * (lo + hi) + half * g, int(lo > pb.TUMOUR_RADIUS - 1e-9)
            phi, wt = pb.PHI[tissue], w * half * 4 * np.pi * r * r
            loss = np.array(np.broadcast_arrays(*flow.rates(r, tissue, drug)))
            self.r[i] = 0.5 * (lo + hi) + half * x
            self.m[i, i] += (n_at.T * (wt * phi)) @ n_at
            self.a[i, i] += ((d_at / half).T * (w * half * flow.flux(r))) @ n_at
            self.a[i, i] -= ((d_at / half).T * (wt * phi * drug["D"])) @ (d_at / half)
            self.a[i, i] -= (n_at.T * (wt * loss.sum(axis=0))) @ n_at
            if lo < pb.SOURCE_RADIUS - 1e-9:
                self.s[i] += n_at.T @ (wt * q * pb.C_INJ)
            (self.tumour_row if tissue == 0 else self.host_row)[i] += n_at.T @ (wt * phi)
            self.uptake[:, i] += (wt * loss) @ n_at
        self.a[-1, -1] -= flow.flux(breaks[-1])[0]

    def advance(self, c, time):
        """c after `time`, and the integral of c over it."""
        b, g, n = np.linalg.solve(self.m, self.a), np.linalg.solve(self.m, self.s), c.size
        big = np.zeros((n + 1, n + 1))
        big[:n, :n], big[:n, n] = b * time, g * time
        after = (expm(big) @ np.append(c, 1.0))[:n]
        return after, np.linalg.solve(self.a, self.m @ (after - c) - self.s * time)


def spectral(drug, element, degree):
    mm = [np.linspace(0, 1, int(round(1 / element)) + 1)]
    mm += [np.linspace(1, 10, int(round(9 / element)) + 1)[1:], np.linspace(10, 15, int(round(2.5 / element)) + 1)[1:]]
    breaks = np.concatenate(mm) * 1e-3
    states = [Spectral(drug, q, breaks, degree) for q in (pb.SOURCE_DENSITY, 0.0)]
    c, time, auc, uptake, out = np.zeros(states[0].r.size), 0.0, 0.0, np.zeros(3), {}
    for label, until in ref.REPORT_TIMES.items():
        s = states[0 if until <= pb.INFUSION_TIME else 1]
        c, integral = s.advance(c, until - time)
        time = until
        auc += s.tumour_row @ integral / (4 / 3 * np.pi * pb.TUMOUR_RADIUS**3)
        uptake += s.uptake @ integral
        dose = pb.TOTAL_DOSE
        out[label] = {"tumour_share_of_total_dose": s.tumour_row @ c / dose,
                      "host_tissue_share_of_total_dose": s.host_row @ c / dose,
                      "taken_up_by_blood_share_of_total_dose": uptake[0] / dose,
                      "lymph_share_of_total_dose": uptake[1] / dose, "degraded_share_of_total_dose": uptake[2] / dose,
                      "auc_tumour_mean_phi_a_c_mol_s_per_m3": auc}
        # The element polynomials at the profile's radii, and on a fine grid for the maximum and the coverage.
        x, v, _ = legendre_nodes(degree)

        def at(r, c=c):
            e = np.clip(np.searchsorted(breaks, r, side="right") - 1, 0, len(breaks) - 2)
            xi = 2 * (r - breaks[e]) / (breaks[e + 1] - breaks[e]) - 1
            local = c[e[:, None] * degree + np.arange(degree + 1)[None, :]]
            return np.einsum("ij,ij->i", np.polynomial.legendre.legvander(xi, degree) @ np.linalg.inv(v), local)

        fine = np.linspace(0, 10e-3, 400001)
        value, shell = at(fine), np.diff(fine**3) / pb.TUMOUR_RADIUS**3
        out[label]["max_c_mol_per_m3"] = at(np.linspace(0, 15e-3, 60001)).max()
        for percent in (1, 10, 50):
            above = 0.5 * (value[1:] + value[:-1]) > 0.01 * percent * pb.C_INJ
            out[label][f"coverage_above_{percent}_percent_of_c_inj_share_of_tumour_volume"] = shell[above].sum()
        out[label]["profile"] = at(ref.PROFILE_RADII)
    return out


def main():
    closed = np.array([[pb.Flow(q).pressure(r)[0] for r in (0, 1e-3, 2e-3, 5e-3, 10e-3)]
                       for q in (pb.SOURCE_DENSITY, 0.0)])
    for dr in (4e-6, 2e-6, 1e-6):
        fv = np.array([pressure_finite_volume(q, dr) for q in (pb.SOURCE_DENSITY, 0.0)])
        report(f"pressure, finite volumes of {dr * 1e6:g} um", np.abs(fv / closed - 1).max(), 1e-5)
    for q in (pb.SOURCE_DENSITY, 0.0):
        flow, worst = pb.Flow(q), 0.0
        for r in (0.5e-3, 1e-3, 5e-3, 10e-3, 12e-3):
            def source(s):
                tissue = int(s > pb.TUMOUR_RADIUS)
                lymph = pb.LL[tissue] * max(0.0, flow.pressure(s)[0])
                return 4 * np.pi * s * s * (flow.filtration(s, tissue)[0] - lymph + (q if s < pb.SOURCE_RADIUS else 0))
            cuts = [x for x in (0, 1e-3, 10e-3) if x < r] + [r]
            total = sum(quad(source, a, b, epsabs=0, epsrel=1e-10, limit=200)[0] for a, b in zip(cuts, cuts[1:]))
            worst = max(worst, abs(total / flow.flux(r)[0] - 1))
        report(f"flux against the integral of sources, {'infusion' if q else 'no infusion'}", worst, 1e-8)
    for name in ("IgG", "Small"):
        drug = dict(pb.DRUGS[name], D=0.0)
        r = np.linspace(pb.SOURCE_RADIUS * (1 + 1e-9), 8e-3, 7001)
        exact, front = characteristics(drug, 600.0, r)
        total, behind = exact @ r**2, r < 0.9 * front
        for dr in (2e-6, 1e-6, 0.5e-6):
            _, grid, at = ref.solve(drug, dr, last=600.0)
            gap = (np.interp(r, grid.centre, at["at_10_min"]) - exact) * r**2
            # At the front itself the exact c has a kink, at which a central scheme without diffusion rings.
            tag, fine = f"{name}, no diffusion, 10 min, characteristics, {dr * 1e6:g} um", dr < 1e-6
            report(f"{tag}: content", abs(gap.sum()) / total, 1e-5)
            report(f"{tag}: L1 to 0.9 x {front * 1e3:.4f} mm", np.abs(gap[behind]).sum() / total,
                   1e-5 if fine else 1e-3)
            report(f"{tag}: L1", np.abs(gap).sum() / total, 2e-3 if fine else 1e-2)
    finest = {name: ref.solve(pb.DRUGS[name]) for name in ("IgG", "Small")}
    for name, (results, grid, at) in finest.items():
        for element, degree in ((0.25, 6), (0.2, 8)):
            other = spectral(pb.DRUGS[name], element, degree)
            for label, figures in other.items():
                l1 = ref.l1(ref.profile(grid, at[label]), figures.pop("profile"))
                gap = ref.difference({label: figures}, {label: {k: results[label][k] for k in figures}})
                tag = f"{name} {label}, spectral {element:g} mm, degree {degree}"
                report(f"{tag}: {gap[1].split('.')[1][:24]}", gap[0], 2e-4)
                if results[label]["max_c_mol_per_m3"] > 1e-6:
                    report(f"{tag}: L1 of the profile", l1, 2e-4)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json")
    with open(path) as file:
        stored = json.load(file)
    for name, (results, grid, at) in finest.items():
        gap = ref.difference({k: stored["drugs"][name][k] for k in results}, results)
        report(f"{name}, reference.json against this run: {gap[1].split('.')[-1][:30]}", gap[0], 1e-6)
    gap = ref.difference(stored["pressure"], ref.pressures())
    report("reference.json, pressures", gap[0], 1e-6)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
