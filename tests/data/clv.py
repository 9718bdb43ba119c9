"""What models of repeat purchases say of customers, by the papers' own formulas with 40 digits and by
integrals over the customers' unknown rates: writes clv.json beside itself.

The hypergeometric forms are those of Fader, Hardie and Lee (2005, BG/NBD), Batislam, Denizel and
Filiztekin (2007, MBG/NBD; as in lifetimes 0.11.3) and Fader and Hardie (2005, notes on Pareto/NBD).
Regular buyers are asked by Gauss' quadrature over rate and chance to leave, with the chain of waits as
a matrix exponential.
"""

import json
import pathlib

import numpy as np
import scipy.linalg
import scipy.special
from mpmath import beta, exp, gamma, hyp2f1, hyperu, log, mp, mpf, quad, rf, inf

mp.dps = 40
HERE = pathlib.Path(__file__).parent

CUSTOMERS = [
    (0, 0, 38.857142857), (2, 30.43, 38.86), (1, 1.71, 38.86), (26, 30.86, 31), (29, 37.5, 38.0),
    (4, 4, 38), (10, 2, 38), (0, 0, 0), (3, 20, 20), (150, 30, 35),
]
TIMES = [1, 39, 520]
DELTA = mpf("0.0027")
BG = dict(r=0.242595, alpha=4.413602, a=0.792922, b=2.425907)
MBG = dict(r=0.524843, alpha=6.183085, a=0.891359, b=1.614002)
PARETO = dict(r=0.553277, alpha=10.577683, s=0.606240, beta=11.668735)


def bg_alive(x, tx, T, r, alpha, a, b, modified):
    if x == 0 and not modified:
        return mpf(1)
    bb = b + x if modified else b + x - 1
    return 1 / (1 + a / bb * ((alpha + T) / (alpha + tx)) ** (r + x))


def bg_expected(x, tx, T, t, r, alpha, a, b, modified):
    """The papers' conditional expectation; modified: b one more, as in Batislam et al."""
    b1 = b + x + (1 if modified else 0)
    z = t / (alpha + T + t)
    h = hyp2f1(r + x, b1, a + b1 - 1, z)
    some = (a + b1 - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * h)
    return some * bg_alive(x, tx, T, r, alpha, a, b, modified)


def bg_new(t, r, alpha, a, b, modified):
    z = t / (alpha + t)
    if modified:
        return b / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b + 1, a + b, z))
    return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, z))


def bg_discounted(x, tx, T, horizon, r, alpha, a, b, modified):
    """∫ e^(-δt) dE(t), with dE/dt = (r+x)/(α+T) 2F1(r+x+1, a; a+b; -t/(α+T)) of who is there."""
    b1 = b + x + (1 if modified else 0)

    def rate(t):
        return (r + x) / (alpha + T) * hyp2f1(r + x + 1, a, a + b1, -t / (alpha + T)) * exp(-DELTA * t)

    ends = [0, 1, 10, 100, 1000, 10000, 40000] if horizon is None else [0, horizon / 4, horizon]
    return quad(rate, ends) * bg_alive(x, tx, T, r, alpha, a, b, modified)


def pareto_likelihood(x, tx, T, r, alpha, s, beta):
    most = max(alpha, beta)
    power = r + s + x
    second = s + 1 if alpha >= beta else r + x
    def part(t):
        return hyp2f1(power, second, power + 1, abs(alpha - beta) / (most + t)) / (most + t) ** power
    a0 = part(tx) - part(T)
    front = gamma(r + x) * alpha**r * beta**s / gamma(r)
    there = 1 / ((alpha + T) ** (r + x) * (beta + T) ** s)
    return front * (there + s / power * a0), front * there


def pareto(x, tx, T, r, alpha, s, beta):
    whole, there = pareto_likelihood(x, tx, T, r, alpha, s, beta)
    alive = there / whole
    def expected(t):
        return (r + x) * (beta + T) / ((alpha + T) * (s - 1)) * (
            1 - ((beta + T) / (beta + T + t)) ** (s - 1)) * alive
    dert = alpha**r * beta**s * DELTA ** (s - 1) * gamma(r + x + 1) * hyperu(s, s, DELTA * (beta + T)) / (
        gamma(r) * (alpha + T) ** (r + x + 1) * whole)
    return alive, expected, dert


def regular(x, tx, T, t, k, r, alpha, a, b, modified):
    """P(alive) as published, and E by quadrature over λ and p."""
    shape = r + k * x
    share = (T - tx) / (alpha + T)
    waits = [float(rf(shape, j) / gamma(j + 1) * share**j) for j in range(k)]
    b1 = b + x + (1 if modified else 0)
    left = 0 if (x == 0 and not modified) else float(
        a / (b1 - 1) * ((alpha + T) / (alpha + tx)) ** shape)
    alive = sum(waits) / (sum(waits) + left)
    nodes, weights = scipy.special.roots_jacobi(40, b1 - 1, a - 1)
    chances, weights = (nodes + 1) / 2, weights / weights.sum()
    total = 0.0
    for j, wait in enumerate(waits):
        rates, own = scipy.special.roots_genlaguerre(60, shape + j - 1)
        own = own / own.sum()
        for rate, w in zip(rates / (alpha + T), own):
            if w < 1e-18:
                continue
            for p, v in zip(chances, weights):
                # Phases 0..k-1, and a count of purchases as the last row.
                chain = np.zeros((k + 1, k + 1))
                for phase in range(k):
                    chain[phase, phase] -= rate
                    if phase + 1 < k:
                        chain[phase, phase + 1] += rate
                    else:
                        chain[phase, 0] += rate * (1 - p)
                        chain[phase, k] += rate
                total += wait / sum(waits) * w * v * scipy.linalg.expm(chain * t)[j, k]
    return alive, alive * total


def line(numbers):
    return [float(n) for n in numbers]


def main():
    out = {"source": "tests/data/clv.py: mpmath 1.4.1, scipy 1.17.1", "delta": float(DELTA)}
    for name, par, modified in (("bg_nbd", BG, False), ("mbg_nbd", MBG, True)):
        par = {key: mpf(str(value)) for key, value in par.items()}
        rows = []
        for c in CUSTOMERS:
            x, tx, T = (mpf(str(v)) for v in c)
            expected = [bg_expected(x, tx, T, mpf(t), **par, modified=modified) for t in TIMES]
            disc = [bg_discounted(x, tx, T, h, **par, modified=modified) for h in (mpf(52), None)]
            rows.append(line([*c, bg_alive(x, tx, T, **par, modified=modified), *expected, *disc]))
        out[name] = {"rows": rows, "new": line(bg_new(mpf(t), **par, modified=modified) for t in TIMES)}
    par = {key: mpf(str(value)) for key, value in PARETO.items()}
    rows = []
    for c in CUSTOMERS:
        x, tx, T = (mpf(str(v)) for v in c)
        alive, expected, dert = pareto(x, tx, T, **par)
        cut = quad(lambda t: exp(-DELTA * t) * ((par["beta"] + T) / (par["beta"] + T + t)) ** par["s"], [0, 52])
        cut = cut * alive * (par["r"] + x) / (par["alpha"] + T)
        rows.append(line([*c, alive, *(expected(mpf(t)) for t in TIMES), cut, dert]))
    r, al, s, be = par["r"], par["alpha"], par["s"], par["beta"]
    new = [r * be / (al * (s - 1)) * (1 - (be / (be + t)) ** (s - 1)) for t in map(mpf, TIMES)]
    out["pareto_nbd"] = {"rows": rows, "new": line(new)}
    out["regular"] = [
        line([k, int(modified), *c, t, *regular(*c, t, k, 0.8, 6.0, 1.3, 2.4, modified)])
        for k in (2, 3) for modified in (False, True)
        for c in ((0, 0, 30), (2, 20, 30), (9, 28, 30)) for t in (10.0, 60.0)
    ]
    (HERE / "clv.json").write_text(json.dumps(out, indent=1) + "\n")


main()
