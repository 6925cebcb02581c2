"""The radial problem: parameters, and its steady pressure in closed form.

A tumour ball of radius R in host tissue, fluid with drug entering a ball at the centre at a uniform rate. SI units
throughout; nothing here is shared with the program it checks.
"""
import numpy as np

TUMOUR_RADIUS = 10e-3  # [m]
SOURCE_RADIUS = 1e-3  # [m]
OUTER_RADIUS = 40e-3  # [m], p = 0 there
INFUSION_RATE = 10e-9 / 60.0  # [m3/s], 10 uL/min
INFUSION_TIME = 3600.0  # [s]
C_INJ = 1.0  # [mol/m3]
TOTAL_DOSE = INFUSION_RATE * INFUSION_TIME * C_INJ  # [mol]
SOURCE_DENSITY = INFUSION_RATE / (4.0 / 3.0 * np.pi * SOURCE_RADIUS**3)  # q [1/s]

# (tumour, host tissue)
K = (1e-13, 3e-14)  # [m2/(Pa s)]
LS = (2e-8, 1.9e-8)  # [1/(Pa s)]
PE = (1533.2, 866.6)  # [Pa]
LL = (0.0, 1e-7)  # [1/(Pa s)], lymph, above p = 0
PHI = (0.30, 0.15)  # accessible = fluid fraction

DRUGS = {
    "IgG": {"D": 2e-11, "PS": (2.45e-5, 2.45e-6), "sf": 0.9, "kdeg": 1e-6},
    "Small": {"D": 5e-10, "PS": (1e-3, 8e-4), "sf": 0.1, "kdeg": 0.0},
    # The other reading of the specification: kdeg given once for both drugs.
    "Small_with_kdeg_1e-6": {"D": 5e-10, "PS": (1e-3, 8e-4), "sf": 0.1, "kdeg": 1e-6},
}


def bernoulli(x):
    """x / (exp(x) - 1), 1 at x = 0."""
    x = np.asarray(x, dtype=float)
    small = np.abs(x) < 1e-8
    return np.where(small, 1.0 - 0.5 * x, x / np.expm1(np.where(small, 1.0, x)))


class Flow:
    """Steady pressure and filtration in closed form.

    With p > 0 in the host tissue (asserted) the lymph term is linear, and in each region
    p = p_inf + (u f(r) + w g(r)) / r, f and g hyperbolic functions of r over the region's decay length:
    source ball sinh(a r); rest of the tumour sinh(a r), cosh(a r); host exp(-b (r - R)), exp(-b (L - r)).
    Five constants from p and K p' continuous at the two inner radii and p(L) = 0.
    """

    def __init__(self, q, outer_radius=OUTER_RADIUS):
        self.q, self.outer = q, outer_radius
        self.a = np.sqrt(LS[0] / K[0])
        self.b = np.sqrt((LS[1] + LL[1]) / K[1])
        self.p_inf = (PE[0] + q / LS[0], PE[0], LS[1] * PE[1] / (LS[1] + LL[1]))
        rs, rt = SOURCE_RADIUS, TUMOUR_RADIUS
        m, rhs = np.zeros((5, 5)), np.zeros(5)
        # Unknowns: source sinh; tumour sinh, cosh; host decaying, growing. Rows: value, then flux, at rs and rt.
        for row, k in ((0, 0), (1, 1)):
            m[row, 0] = self._basis(0, rs)[k][0]
            m[row, 1:3] = [-e for e in self._basis(1, rs)[k]]
        rhs[0] = self.p_inf[1] - self.p_inf[0]
        for row, k, kt, kh in ((2, 0, 1.0, 1.0), (3, 1, 1.0, K[1] / K[0])):
            m[row, 1:3] = [kt * e for e in self._basis(1, rt)[k]]
            m[row, 3:5] = [-kh * e for e in self._basis(2, rt)[k]]
        rhs[2] = self.p_inf[2] - self.p_inf[1]
        m[4, 3:5] = self._basis(2, outer_radius)[0]
        rhs[4] = -self.p_inf[2]
        scale = np.abs(m).max(axis=1)
        x = np.linalg.solve(m / scale[:, None], rhs / scale)
        self.coef = ((x[0], 0.0), (x[1], x[2]), (x[3], x[4]))
        probe = np.linspace(rt, outer_radius * (1 - 1e-9), 2001)
        assert self.pressure(probe).min() > 0.0, "lymph term is linear only for p > 0"

    def _basis(self, region, r):
        """(values, r^2 * derivatives) of the two basis functions, each divided by r."""
        if region < 2:
            s, c, ar = np.sinh(self.a * r), np.cosh(self.a * r), self.a * r
            # ar cosh(ar) - sinh(ar) cancels at small ar: its series there.
            odd = np.where(ar < 0.02, ar**3 / 3.0 * (1.0 + ar**2 / 10.0 + ar**4 / 280.0), ar * c - s)
            return (s / r, c / r), (odd, ar * s - c)
        e, g = np.exp(-self.b * (r - TUMOUR_RADIUS)), np.exp(-self.b * (self.outer - r))
        return (e / r, g / r), (-(self.b * r + 1.0) * e, (self.b * r - 1.0) * g)

    def _evaluate(self, r, which):
        r = np.maximum(np.atleast_1d(np.asarray(r, dtype=float)), 1e-30)
        out = np.empty_like(r)
        masks = (r <= SOURCE_RADIUS, (r > SOURCE_RADIUS) & (r <= TUMOUR_RADIUS), r > TUMOUR_RADIUS)
        for region, mask in enumerate(masks):
            f, g = self._basis(region, r[mask])[which]
            u, w = self.coef[region]
            out[mask] = u * f + w * g + (self.p_inf[region] if which == 0 else 0.0)
        return out

    def pressure(self, r):
        """p [Pa]."""
        return self._evaluate(r, 0)

    def flux(self, r):
        """4 pi r^2 v, the volume of fluid crossing the sphere of radius r [m3/s]."""
        r = np.atleast_1d(np.asarray(r, dtype=float))
        k = np.where(r <= TUMOUR_RADIUS, K[0], K[1])
        return np.where(r > 0.0, -4.0 * np.pi * k * self._evaluate(r, 1), 0.0)

    def filtration(self, r, tissue):
        """Jv [1/s] with the properties of tissue 0 (tumour) or 1 (host)."""
        return np.where(tissue == 0, LS[0], LS[1]) * (np.where(tissue == 0, PE[0], PE[1]) - self.pressure(r))

    def rates(self, r, tissue, drug):
        """First-order losses per tissue volume (to blood, to lymph, by degradation) [1/s] at radius r."""
        pick = lambda pair: np.where(tissue == 0, pair[0], pair[1])
        ps = pick(drug["PS"])
        blood = ps * bernoulli(self.filtration(r, tissue) * (1.0 - drug["sf"]) / ps)
        lymph = pick(LL) * np.maximum(0.0, self.pressure(r))
        return blood, lymph, drug["kdeg"] * pick(PHI)
