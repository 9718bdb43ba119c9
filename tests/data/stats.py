"""Figures of other packages for `tests/stats`: python stats.py > stats.json

They were made with SciPy 1.18.1, statsmodels 0.15.0 and mpmath 1.4.1 (where it
is called), river 0.26.1, Python 3.12.
"""
import json

import mpmath
import numpy as np
import scipy.special as sp
import scipy.stats as st
from river import drift
from statsmodels.stats import oneway
from statsmodels.stats import proportion as sm

mpmath.mp.dps = 40


def chi2():
    cases = [(k, k * f) for k in [1, 2, 3, 7, 19, 100, 1000, 20000] for f in [0.01, 0.3, 0.9, 1, 1.1, 2, 5]]
    return [[k, x, st.chi2.cdf(x, k), st.chi2.sf(x, k)] for k, x in cases]


def chi2_log():
    f = lambda k, x: float(mpmath.log(mpmath.gammainc(mpmath.mpf(k) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True)))
    return [[k, x, f(k, x)] for k, x in [(1, 0.5), (1, 5000), (4, 2000), (9, 3000), (99, 10000)]]


def chi2_quantile():
    return [[k, p, st.chi2.ppf(p, k)] for k in [1, 2, 9, 50, 1000] for p in [0.001, 0.05, 0.5, 0.95, 0.999]]


def normal():
    f = lambda x: float(mpmath.log1p(-mpmath.ncdf(x)) if x < 0 else mpmath.log(mpmath.erfc(mpmath.mpf(x) / mpmath.sqrt(2)) / 2))
    return [[x, float(mpmath.ncdf(x)), f(x)] for x in [-38, -20, -8, -5, -2, -1, -0.1, 0, 0.1, 1, 3, 6, 9.9, 10.1, 50]]


def normal_quantile():
    ps = [1e-300, 1e-20, 1e-9, 0.001, 0.025, 0.07, 0.2, 0.5, 0.7, 0.925, 0.975, 0.999999]
    return [[p, sp.ndtri(p)] for p in ps]


def student():
    cases = [(k, t) for k in [0.5, 1, 2.7, 5, 30, 1000, 1e6] for t in [-4, -1, -0.01, 0, 0.5, 2, 10]]
    return [[k, t, st.t.sf(t, k)] for k, t in cases]


def student_quantile():
    return [[k, p, st.t.ppf(p, k)] for k in [1, 2, 3.5, 10, 100, 1e5] for p in [0.005, 0.3, 0.9, 0.975, 0.9995]]


def fisher():
    cases = [(a, b, f) for a, b in [(1, 5), (3, 12.5), (9, 400), (50, 50)] for f in [0.1, 0.9, 1.5, 4, 20]]
    return [[a, b, f, st.f.sf(f, a, b)] for a, b, f in cases]


def beta():
    cases = [(a, b, x) for a, b in [(0.5, 0.5), (1, 3), (20, 4), (300, 900)] for x in [0.01, 0.2, 0.25, 0.7, 0.99]]
    return [[a, b, x, sp.betainc(a, b, x), sp.betaincc(a, b, x)] for a, b, x in cases]


COUNTS = [(0, 10), (3, 10), (10, 10), (56, 70), (1, 1000), (4800, 10000)]


def wilson():
    return [[h, n, c, *sm.proportion_confint(h, n, 1 - c, "wilson")] for h, n in COUNTS for c in [0.9, 0.95, 0.99]]


def pairs():
    return [(a, b) for i, a in enumerate(COUNTS) for b in COUNTS[i + 1 :]]


def newcombe():
    f = lambda a, b: sm.confint_proportions_2indep(*a, *b, method="newcomb", compare="diff")
    return [[*a, *b, *f(a, b)] for a, b in pairs()]


def ratio():
    f = lambda a, b: sm.confint_proportions_2indep(*a, *b, method="log-adjusted", compare="ratio", correction=False)
    return [[*a, *b, *f(a, b)] for a, b in pairs()]


A = [12.5, 30.0, 7.25, 19.0, 44.0, 3.5, 27.0]
B = [9.0, 15.5, 11.0, 13.25, 12.0]
C = [101.0, 80.5, 95.0, 12.0, 60.25, 30.0, 30.0, 7.25]


def welch():
    f = lambda a, b, c: st.ttest_ind(a, b, equal_var=False).confidence_interval(c)
    return [[a, b, c, *f(a, b, c)] for a, b in [(A, B), (B, C), (A, C)] for c in [0.9, 0.95]]


def mean():
    return [[a, *st.t.interval(0.95, len(a) - 1, np.mean(a), st.sem(a))] for a in [A, B, C]]


def chi_table():
    tables = [[[90, 10], [80, 20]], [[5, 0, 3], [2, 0, 8]], [[1, 2, 3, 4], [9, 8, 7, 6], [5, 5, 5, 5]]]
    filled = lambda t: np.array(t)[:, np.array(t).sum(0) > 0]
    found = [(t, st.chi2_contingency(filled(t), correction=False)) for t in tables]
    return [[t, r.statistic, r.dof, r.pvalue, r.expected_freq.min()] for t, r in found]


def kruskal():
    return [[g, *st.kruskal(*g)] for g in [[A, B], [A, B, C], [B, [9.0, 9.0, 12.0, 30.0]], [[1.0], [2.0], [2.0, 2.0]]]]


def welch_anova():
    f = lambda g: oneway.anova_oneway(g, use_var="unequal", welch_correction=True)
    return [[g, r.statistic, *r.df, r.pvalue] for g in [[A, B], [A, B, C]] for r in [f(g)]]


def uniform(seed, count):
    """A stream that the tests make again: the generator of ANSI C, as parts of 1."""
    x, out = seed, []
    for _ in range(count):
        x = (1103515245 * x + 12345) % 2**31
        out.append(x / 2**31)
    return out


def samples():
    u = uniform
    longer = [10 * x for x in u(3, 40)], [10 * x + 2 for x in u(4, 60)]
    pairs = [(A, B), (B, C), (A, C), (B, [x + 1e9 for x in B]), ([1.0] * 3 + [2.0], [1.0, 2.0, 2.0]), longer]
    f = lambda a, b: [*st.ks_2samp(a, b, method="exact"), st.wasserstein_distance(a, b)]
    return [[a, b, *f(a, b)] for a, b in pairs]


def kolmogorov():
    """Samples of n and 0.6 n that are `shift` apart, and the limit of the chance."""
    out = []
    for n, shift in [(4000, 0.0), (4000, 0.01), (4000, 0.04), (8000, 0.05)]:
        m = n * 6 // 10
        d = st.ks_2samp(uniform(1, n), [x + shift for x in uniform(2, m)], method="asymp").statistic
        out.append([n, m, shift, d, sp.kolmogorov(d * np.sqrt(n * m / (n + m)))])
    return out


def adwin():
    """Seed, share before and after 1,500 numbers, and when river first tells a change."""
    out = []
    for seed in range(1, 13):
        before, after = (0.2, [0.2, 0.3, 0.5, 0.8][seed % 4])
        window = drift.ADWIN()
        first = -1
        for at, x in enumerate(uniform(seed, 4000)):
            window.update(float(x < (before if at < 1500 else after)))
            if window.drift_detected:
                first = at
                break
        out.append([seed, before, after, first, window.width, window.estimation])
    return out


if __name__ == "__main__":
    names = "chi2 chi2_log chi2_quantile normal normal_quantile student student_quantile fisher beta wilson newcombe ratio welch mean chi_table kruskal welch_anova samples kolmogorov adwin"
    lines = [f'"{n}": {json.dumps([[float(x) if np.isscalar(x) else x for x in row] for row in globals()[n]()])}' for n in names.split()]
    print("{\n" + ",\n".join(lines) + "\n}")
