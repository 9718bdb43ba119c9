"""Computes again, from its triangle, what `examples/liability.txt` says of redemptions and revenue.

    pip install chainladder==0.10.1 scipy==1.17.1 && python liability.py

It prints `expected`, `breakage`, `interval` and `recognized` of each cohort and of their total.
"""

import math
import pathlib
from decimal import ROUND_HALF_UP, Decimal

import chainladder as cl
import numpy as np
import pandas as pd
from scipy.stats import norm

text = (pathlib.Path(__file__).parent / "examples/liability.txt").read_text()
_, triangle, report, _ = text.split("\n\n")
rows = [line.split() for line in triangle.splitlines()[1:]]
report = {line.split()[0]: line.split() for line in report.splitlines()[1:]}
quarter = lambda label: pd.Period(label.replace("-", ""), freq="Q").start_time
data = [
    {"origin": quarter(row[0]), "valuation": quarter(row[0]) + pd.DateOffset(months=3 * age), "value": float(value)}
    for row in rows
    for age, value in enumerate(row[2:])
]
triangle = cl.Triangle(pd.DataFrame(data), origin="origin", development="valuation", columns="value", cumulative=True)
fitted = cl.Development(sigma_interpolation="mack").fit_transform(triangle)
mack = cl.MackChainladder().fit(fitted)
ultimates = np.ravel(mack.ultimate_.values)
errors = np.nan_to_num(mack.mack_std_err_.values[0, 0][:, -1])
z = norm.ppf(0.95)


def interval(still, error):
    if still <= 0:
        return 0.0, 0.0
    variance = math.log1p((error / still) ** 2)
    middle = math.log(still) - variance / 2
    return math.exp(middle - z * variance**0.5), math.exp(middle + z * variance**0.5)


def line(label, issued, redeemed, outstanding, still, error):
    low, high = interval(still, error)
    rate = lambda still: 100 * (1 - (redeemed + min(still, outstanding)) / issued)
    told = f"{rate(still):.1f}% {rate(high):.1f}% to {rate(low):.1f}%"
    expected = round(min(still, outstanding))
    deferred = Decimal(report[label][-6])
    share = deferred * redeemed / (redeemed + expected) if outstanding else deferred
    share = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    print(label, expected, told, share if label != "total" else revenue)
    return min(still, outstanding), share


issued_all, redeemed_all, outstanding_all, still_all, revenue = 0, 0, 0, 0.0, Decimal(0)
for (label, *_), ultimate, error in zip(rows, ultimates, errors):
    issued, redeemed, _, outstanding = map(int, report[label][1:5])
    still = max(ultimate - redeemed, 0.0) if outstanding else 0.0
    still, share = line(label, issued, redeemed, outstanding, still, error)
    issued_all, redeemed_all = issued_all + issued, redeemed_all + redeemed
    outstanding_all, still_all, revenue = outstanding_all + outstanding, still_all + still, revenue + share
error = float(np.ravel(mack.total_mack_std_err_)[0])
line("total", issued_all, redeemed_all, outstanding_all, still_all, error)
