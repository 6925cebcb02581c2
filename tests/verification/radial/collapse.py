"""Steady spherically symmetric interstitial flow with collapsing vessels: reference values.
  -div(K grad p) = chi(p) LS (pe - p) + q(r),  0 < r < R,   p'(0) = 0,  p(R) = pe,
q = Q/(4/3 pi a^3) for r < a, else 0.  A: chi falls linearly from 1 (p = pv) to floor (p = pv + w).
B: chi = 1.  With u = p - pe, v = r u, k^2 = LS/K:  v'' = chi k^2 v - q r/K, regular at r = 0.
q exceeds any possible uptake in the ball and uptake has the sign of u, so every solution falls
monotonically, is fixed by p(0), and has 0 < u(0) < umax = Q/(4 pi K) (3/(2a) - 1/R).
1: shooting on p(0), stopped at a and kinks; uptake by quadrature.  2: B closed form; A Chebyshev on
the ramp [r1, r2] with closed forms either side; uptake by flux balance.  Uniqueness: scan of p(0)."""
import numpy as np
from numpy import sinh, cosh, tanh, pi
from scipy import integrate, interpolate, optimize
K, LS, pe, R, a, Q = 3.1e-14, 2e-8, 1500., 20e-3, 0.3588e-3, 0.1e-9/60        # SI units
pv, w, floor = 2000., 1333.22387415, 0.05
k, q = np.sqrt(LS/K), Q/(4/3*pi*a**3)
u2, u1 = pv - pe, pv + w - pe                        # u at which closing begins / is complete
radii = np.array([.625, 1.25, 1.875, 2.5, 3.75, 5.])*1e-3
umax = Q/(4*pi*K)*(1.5/a - 1/R)                      # u(0) if there were no uptake at all
ramp, open_ = lambda u: 1 - (1 - floor)*(u - u2)/w, lambda u: 1.
LAWS = {'A': [lambda u: floor, ramp, open_], 'B': [open_]*3}  # chi for u > u1, u2 < u < u1, u < u2

def shoot(u0, law, rtol):
    """From the centre until p < pv and r >= a. Returns the mismatch with the outer sinh, and the pieces."""
    r, y, zone, pieces, kink = 0., [0., u0, 0.], int(u0 <= u1) + int(u0 <= u2), [], {}
    turn = lambda r, y: r*y[1] - y[0]                # r^2 u'; u rising: p(R) = pe is out of reach
    while zone < 2 or r < a:
        def f(r, y, chi=LAWS[law][zone], src=q if r < a else 0.):
            c = chi(y[0]/r if r > 0 else y[1])
            return [y[1], c*k*k*y[0] - src*r/K, c*LS*4*pi*r*y[0]]       # y = v, v', uptake within r
        hit = lambda r, y, ut=[u1, u2, -1e9][zone]: y[0] - ut*r
        hit.terminal, hit.direction, turn.terminal, turn.direction = True, -1, True, 1
        s = integrate.solve_ivp(f, (r, a if r < a else R), y, 'DOP853', max_step=2e-4, dense_output=True,
                                rtol=rtol, atol=[rtol*1e-4, rtol, rtol*1e-13], events=[hit, turn])
        r, y, pieces = s.t[-1], s.y[:, -1], pieces + [s]
        if len(s.t_events[0]): kink[zone], zone = (r, y[2]), zone + 1
        elif r >= R or len(s.t_events[1]): return 1e6, None     # u never falls to u2: p too high
    return y[1] + k/tanh(k*(R - r))*y[0], (r, y, pieces, kink)

def method1(law, lo, hi, rtol):
    u0 = optimize.brentq(lambda x: shoot(x, law, rtol)[0], lo, hi, xtol=1e-10, rtol=1e-14)
    r, y, pieces, kink = shoot(u0, law, rtol)[1]
    C = y[0]/sinh(k*(R - r))                         # outside: v = C sinh(k (R - r))
    u = np.array([next((s.sol(x)[0] for s in pieces if x <= s.t[-1]), C*sinh(k*(R - x)))/x for x in radii])
    total = y[2] + LS*4*pi*C*((r*cosh(k*(R - r)) - R)/k + sinh(k*(R - r))/k**2)
    return [pe + u0, *(pe + u), kink[0][0]*1e3, kink[1][0]*1e3, total, kink[0][1]]

def method2_B():
    S, d = q/LS, k*R                                 # v = S r - A sinh kr in the ball, C sinh k(R-r) outside
    A, C = (S*(k*a*cosh(k*(R - a)) + sinh(k*(R - a)))/(k*sinh(d)), S*(k*a*cosh(k*a) - sinh(k*a))/(k*sinh(d)))
    r1, r2 = (optimize.brentq(lambda x: C*sinh(k*(R - x)) - t*x, a, R, xtol=1e-17) for t in (u1, u2))
    inner = Q - 4*pi*K*C*(r1*k*cosh(k*(R - r1)) + sinh(k*(R - r1)))       # Q less the flow out at r1
    return [pe + S - A*k, *(pe + C*sinh(k*(R - radii))/radii), r1*1e3, r2*1e3, Q - 4*pi*K*R*k*C, inner]

def method2_A(r1, r2, n=32):
    """r1, r2: first guesses in mm. Returns the table, or None if Newton does not settle."""
    x, c = -np.cos(pi*np.arange(n + 1)/n), np.r_[2, np.ones(n - 1), 2]*(-1.)**np.arange(n + 1)
    D = np.outer(c, 1/c)/(x[:, None] - x + np.eye(n + 1)); D -= np.diag(D.sum(1))
    h, S = k*np.sqrt(floor), q/(floor*LS)            # v = part + amp sinh hr where chi = floor
    part = lambda r: np.where(r < a, S*r, S*a*cosh(h*(r - a)) + S*sinh(h*(r - a))/h)
    amp = lambda r1: (u1*r1 - part(r1))/sinh(h*r1)   # so that u(r1) = u1
    slope = lambda r: S*a*h*sinh(h*(r - a)) + S*cosh(h*(r - a)) + amp(r)*h*cosh(h*r)     # v'(r1), r1 > a
    def res(z):
        u, r1, r2 = z[:-2]*1e3, z[-2]*1e-3, z[-1]*1e-3
        r, J = (r1 + r2)/2 + (r2 - r1)/2*x, D*2/(r2 - r1)
        e = (J@(J@(r*u)) - ramp(u)*k*k*r*u)/k**2
        return np.r_[e[1:-1], (u[0] - u1)/1e3, (u[-1] - u2)/1e3, ((J@(r*u))[[0, -1]]
                     - [slope(r1), -k*u2*r2/tanh(k*(R - r2))])/1e3]
    s = optimize.root(res, np.r_[np.linspace(u1, u2, n + 1)/1e3, r1, r2], tol=1e-13)
    u, r1, r2 = s.x[:-2]*1e3, s.x[-2]*1e-3, s.x[-1]*1e-3
    if not (np.abs(s.fun).max() < 1e-8 and a < r1 < r2 < R): return None
    C, mid = u2*r2/sinh(k*(R - r2)), interpolate.BarycentricInterpolator((r1 + r2)/2 + (r2 - r1)/2*x, u)
    up = np.where(radii < r1, (part(radii) + amp(r1)*sinh(h*radii))/radii,
                  np.where(radii < r2, mid(radii), C*sinh(k*(R - radii))/radii))
    return [pe + S + amp(r1)*h, *(pe + up), r1*1e3, r2*1e3, Q - 4*pi*K*R*k*C, Q + 4*pi*K*(r1*slope(r1) - u1*r1)]

if __name__ == '__main__':
    names = ['p(0) Pa', *('p(%g mm) Pa' % (x*1e3) for x in radii),
             'r(p=pv+w) mm', 'r(p=pv) mm', 'uptake m3/s', '  in p>=pv+w']
    grid = np.linspace(umax/4000, umax, 4000)
    for law in 'AB':
        F = np.array([shoot(x, law, 1e-7)[0] for x in grid])
        i = np.flatnonzero(np.sign(F[1:]) != np.sign(F[:-1]))
        rise = np.all(np.diff(F[F < 1e6]) > 0) and np.all(np.diff((F == 1e6)*1) >= 0)
        print(f'\n{law}: p(0) over ({pe:g}, {pe + umax:.1f}]: sign changes {len(i)}, increasing: {rise}')
        one = [method1(law, grid[i[0]], grid[i[0] + 1], t) for t in (1e-9, 1e-12)]
        print('%-16s%20s%20s%20s' % ('', 'shoot rtol 1e-9', 'shoot rtol 1e-12', 'method 2'))
        for row in zip(names, *one, method2_B() if law == 'B' else method2_A(3., 4.)): print('%-16s%20.12g%20.12g%20.12g' % row)
    tried = [method2_A(x, x + d, 20) for x in np.arange(.5, 8, .75) for d in (.2, .6, 1.2, 2.5)]
    print('\nA: %d first guesses, %d settled;' % (len(tried), len(got := [t[0] for t in tried if t])),
          'p(0) spread %.1e Pa' % np.ptp(got))
