"""Priors and balanced numbers for `shrinkage.json`, by scipy's general optimizers and distributions.

Run with scipy and numpy: python3 tests/data/shrinkage.py > tests/data/shrinkage.json
"""

import json

import numpy as np
import scipy
from scipy import optimize, special, stats

rng = np.random.default_rng(11)


def best(loss, start):
    found = optimize.minimize(loss, start, method="Nelder-Mead",
                              options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 40000, "maxfev": 40000})
    return optimize.minimize(loss, found.x, method="Nelder-Mead",
                             options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 40000, "maxfev": 40000}).x


def rate():
    of = rng.integers(1, 40, 30)
    hits = rng.binomial(of, rng.beta(2, 5, 30))
    a, b = np.exp(best(lambda p: -stats.betabinom.logpmf(hits, of, *np.exp(p)).sum(), [0.0, 0.0]))
    post = [stats.beta(a + h, b + n - h) for h, n in zip(hits, of)]
    return {"numbers": np.column_stack([hits, of]).tolist(), "prior": [a, b],
            "balanced": [[p.mean(), *p.ppf([0.025, 0.975])] for p in post]}


def count():
    exposure = np.round(rng.uniform(5, 400, 40), 1)
    events = rng.poisson(exposure * rng.gamma(1.5, 1 / 30, 40))

    def loss(p):
        a, b = np.exp(p)
        return -stats.nbinom.logpmf(events, a, b / (b + exposure)).sum()

    a, b = np.exp(best(loss, [0.0, 3.0]))
    post = [stats.gamma(a + y, scale=1 / (b + t)) for y, t in zip(events, exposure)]
    return {"numbers": np.column_stack([events, exposure]).tolist(), "prior": [a, b],
            "balanced": [[p.mean(), *p.ppf([0.025, 0.975])] for p in post]}


def mean():
    n = rng.integers(1, 30, 25)
    true = rng.normal(50, 8, 25)
    own = [rng.normal(m, 20, k).round(2) for m, k in zip(true, n)]
    y = np.array([o.mean() for o in own])
    s = [float(o.std(ddof=1)) if len(o) > 1 else None for o in own]
    within = sum((k - 1) * v * v for k, v in zip(n, s) if v is not None) / sum(k - 1 for k in n)

    def q(tau):
        w = 1 / (tau + within / n)
        m = (w * y).sum() / w.sum()
        return (w * (y - m) ** 2).sum() - (len(y) - 1)

    tau = optimize.brentq(q, 0, 1e6, xtol=1e-12, rtol=1e-14)
    w = 1 / (tau + within / n)
    m = (w * y).sum() / w.sum()
    balanced = []
    for yi, k in zip(y, n):
        precision = 1 / tau + k / within
        p = stats.norm((m / tau + k * yi / within) / precision, precision ** -0.5)
        balanced.append([p.mean(), *p.ppf([0.025, 0.975])])
    return {"numbers": [[a, int(b), c] for a, b, c in zip(y.tolist(), n, s)],
            "prior": [m, tau, within], "balanced": balanced}


def affinity():
    counts = np.array([rng.multinomial(k, rng.dirichlet([2, 1, 0.5]))
                       for k in rng.integers(1, 30, 35)])
    n = counts.sum(1)

    def loss(p):
        a = np.exp(p)
        return -(special.gammaln(a.sum()) - special.gammaln(n + a.sum())
                 + (special.gammaln(counts + a) - special.gammaln(a)).sum(1)).sum()

    a = np.exp(best(loss, [0.0, 0.0, 0.0]))
    post = counts + a
    return {"numbers": counts.tolist(), "prior": a.tolist(),
            "balanced": (post / post.sum(1, keepdims=True)).tolist()}


print(json.dumps({"source": f"scipy {scipy.__version__}, numpy {np.__version__}",
                  "rate": rate(), "count": count(), "mean": mean(), "affinity": affinity()},
                 separators=(",", ":")))
