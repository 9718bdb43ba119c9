"""Parts of lines of what the example `segments` tells of every tenth shopper of CDNOW, computed
independently; `segments.rs` finds them in it. Run with pandas 3.1.1, numpy 2.5.5 and
scikit-learn 1.9.1:

    python segments.py > segments_lines.txt
"""

import pathlib

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

CSV = pathlib.Path(__file__).parent / "../../examples/data/cdnow_sample.csv"
FIRST, SECOND = pd.Timestamp("1998-04-01"), pd.Timestamp("1998-07-01")
FEATURES = ["recency", "orders", "spend"]

orders = pd.read_csv(CSV, parse_dates=["date"])
orders = orders[orders.customer_id % 10 == 0]
orders["cents"] = (orders.amount_usd * 100).round().astype(int)


def table(day):
    """Days since the last order, orders and spend in cents of who bought before a day."""
    before = orders[orders.date < day].groupby("customer_id")
    found = before.agg(last=("date", "max"), orders=("date", "size"), spend=("cents", "sum"))
    found["recency"] = (day - found["last"]).dt.days
    return found


def scaled(found, like):
    """Coordinates on the standard scale of logarithms of another table."""
    logs = [np.log1p(of[FEATURES] / [1, 1, 100]) for of in (found, like)]
    return ((logs[0] - logs[1].mean()) / logs[1].std(ddof=0)).to_numpy()


def wilson(hits, of):
    z = 1.959963984540054
    share = hits / of
    center = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return center - half, center + half


def money(cents):
    return f"{cents / 100:,.2f} USD"


then, now = table(FIRST), table(SECOND)
points = scaled(then, then)
models = {k: KMeans(k, n_init=50, random_state=1).fit(points) for k in range(3, 9)}
# Of the other numbers of segments, one of the two finds clusters that the other does not.
for k, model in [(k, models[k]) for k in (3, 5)]:
    score, harabasz, davies = (
        of(points, model.labels_)
        for of in (silhouette_score, calinski_harabasz_score, davies_bouldin_score)
    )
    print(f"{k} {score:.2f} {harabasz:.0f} {davies:.2f}")

best = models[3]
sizes = np.bincount(best.labels_)
order = np.argsort(-sizes)
number = np.empty(3, int)
number[order] = range(3)
then["segment"] = number[best.labels_]
now["segment"] = number[best.predict(scaled(now, then))]
for _, own in then.groupby("segment"):
    share, spend = len(own) / len(then), own.spend.sum() / then.spend.sum()
    middle = own[FEATURES].median()
    days, many = np.round(middle.recency), np.round(middle.orders)
    told = f"{len(own)} {100 * share:.1f} % {days:.0f} days ago {many:.0f} {money(middle.spend)}"
    print(f"{told} {100 * spend:.1f} %")

after = orders[(orders.date >= FIRST) & (orders.date < SECOND)].groupby("customer_id").cents.sum()
then["spent"] = after.reindex(then.index).fillna(0)
bought = orders[(orders.date >= FIRST) & (orders.date < SECOND) & (orders.cents > 0)]
then["bought"] = then.index.isin(bought.customer_id)
for segment, own in then.groupby("segment"):
    hits, of = own.bought.sum(), len(own)
    low, high = wilson(hits, of)
    others = then[then.segment != segment].bought.mean()
    ratio = hits / of / others
    print(
        f"{100 * hits / of:.1f} % {100 * low:.1f} to {100 * high:.1f} % {ratio:.2f}x "
        f"{own.spent.mean() / 100:.2f}"
    )
moved = pd.crosstab(then.segment, now.segment.reindex(then.index))
for _, row in moved.iterrows():
    print(" ".join(f"{count:,}" for count in row))
