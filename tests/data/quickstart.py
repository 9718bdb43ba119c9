"""Lines of the quickstart's report, computed anew from the purchases without the crate.

pandas 2 and scikit-learn 1 (python tests/data/quickstart.py > tests/data/quickstart_lines.txt).
"""

import pathlib

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent
ROWS = pd.read_csv(HERE / "../../examples/data/cdnow_sample.csv", dtype={"amount_usd": str})
ROWS["cents"] = ROWS.amount_usd.map(lambda text: round(float(text) * 100))
ROWS["date"] = pd.to_datetime(ROWS.date)
TODAY = pd.Timestamp("1998-07-01")


def usd(cents):
    return f"{cents / 100:,.2f} USD"


def percent(part, whole):
    return f"{part / whole * 100:.1f} %"


def line(*cells):
    """A row of a table, without the blanks that align it."""
    print(" ".join(str(cell) for cell in cells))


BY = ROWS.groupby("customer_id")
ALL = pd.DataFrame({
    "recency": (TODAY - BY.date.max()).dt.days,
    "orders": BY.size(),
    "spend": BY.cents.sum(),
    "cds": BY.n_cds.sum(),
})

line(f"{len(ROWS):,} purchases of {len(ALL):,} customers from 1997-01-01 to 1998-06-30:",
     f"{ROWS.n_cds.sum():,} CDs for {usd(ROWS.cents.sum())}.")
line((ROWS.cents == 0).sum(), "purchases cost nothing and count as orders.")


# RFM: the cut after the k-th of five scores is the ceil(n k / 5)-th smallest value, and equal
# values share the lower score; recency is turned round.
def quintiles(values):
    ordered = np.sort(values.to_numpy())
    cuts = [ordered[-(-len(ordered) * k // 5) - 1] for k in range(1, 5)]
    return 1 + np.sum([values.to_numpy() > cut for cut in cuts], axis=0)


ALL["r"], ALL["f"], ALL["m"] = (
    6 - quintiles(ALL.recency), quintiles(ALL.orders), quintiles(ALL.spend))
CELLS = {
    "Champions": "555 554 545 544 455 454 445",
    "Loyal Customers": "543 444 435 355 354 345 344 335",
    "Potential Loyalists":
        "553 552 551 542 541 533 532 531 453 452 451 442 441 433 432 431 423 353 352 351 342 341 "
        "333 323",
    "New Customers": "512 511 422 421 412 411 311",
    "Promising": "525 524 523 522 521 515 514 513 425 424 415 414 413 315 314 313",
    "Need Attention": "535 534 443 434 343 334 325 324",
    "About To Sleep": "331 321 312 221 213",
    "At Risk":
        "255 254 253 252 245 244 243 242 235 234 225 224 153 152 145 143 142 135 134 133 125 124",
    "Can't Lose Them": "215 214 155 154 144 115 114 113",
    "Hibernating": "332 322 251 241 233 232 231 223 222 212 211 132 123 122",
}
NAMES = {cell: name for name, cells in CELLS.items() for cell in cells.split()}
CODES = ALL.r.astype(str) + ALL.f.astype(str) + ALL.m.astype(str)
ALL["segment"] = CODES.map(NAMES).fillna("Lost")


def group(name, part, recency, orders, cents):
    line(name, f"{len(part):,}", percent(len(part), len(ALL)),
         percent(part.spend.sum(), ALL.spend.sum()), f"{recency:.0f}", f"{orders:.1f}", usd(cents))


for name in [*CELLS, "Lost"]:
    part = ALL[ALL.segment == name]
    group(name, part, part.recency.mean(), part.orders.mean(), part.spend.mean())
group("Everybody", ALL, ALL.recency.mean(), ALL.orders.mean(), ALL.spend.mean())

# Segments by rule.
YEAR = ROWS[ROWS.date >= "1997-07-01"].groupby("customer_id")
ALL["year_orders"] = YEAR.size().reindex(ALL.index, fill_value=0)
ALL["credits"] = YEAR.cents.sum().reindex(ALL.index, fill_value=0)
WINTER = ROWS[ROWS.date.dt.quarter == 4].groupby("customer_id").size()
ALL["winter"] = WINTER.reindex(ALL.index, fill_value=0) / ALL.orders
ALL["once"] = ALL.orders == 1
ALL["lapsed"] = (ALL.orders >= 2) & (ALL.recency > 180)
for name, members in [
    ("One-timers", ALL.once), ("Regulars", ALL.year_orders >= 4), ("Lapsed", ALL.lapsed),
    ("Collectors", ALL.cds >= 30), ("Gift givers", (ALL.orders >= 2) & (ALL.winter >= 0.5)),
]:
    line(name, f"{members.sum():,}")

# k-means on standardized logarithms. Many ends lie within 0.05 % of the best one, so that it depends
# on the start which is found; from the report's centers, it must end where it began.
CENTERS = [(502, 1.02, 16.40), (406, 1.61, 55.85), (190, 4.38, 143.41), (26.0, 4.29, 113.93),
           (34.6, 13.6, 513.48)]
LOGS = np.log1p(np.array([ALL.recency, ALL.orders, ALL.spend / 100]).T)
SCALER = StandardScaler()
POINTS = SCALER.fit_transform(LOGS)
MODEL = KMeans(5, n_init=1, tol=0, init=SCALER.transform(np.log1p(CENTERS))).fit(POINTS)
BEST = KMeans(5, n_init=50, random_state=0).fit(POINTS)
assert MODEL.inertia_ < BEST.inertia_ * 1.0005
CENTERS = np.expm1(SCALER.inverse_transform(MODEL.cluster_centers_))
ALL["cluster"] = MODEL.labels_
for number, (recency, orders, spend) in enumerate(CENTERS):
    group(f"Cluster {number + 1}", ALL[ALL.cluster == number], recency, orders, spend * 100)
line("How clearly the clusters are apart:", f"{silhouette_score(POINTS, ALL.cluster):.2f}")
line("How far they are the RFM segments again:",
     f"{adjusted_rand_score(ALL.segment, ALL.cluster):.2f}")
CROSSING = pd.crosstab(ALL.segment, ALL.cluster)
for name in [*CELLS, "Lost"]:
    line(name, *(f"{both:,}" if both else "·" for both in CROSSING.loc[name]))

# Tiers and points: a point per dollar times the multiplier of the tier before the purchase, and
# 20 for five CDs or more; they are good until the end of the month a year on.
TIERS = [("Member", 0, 100), ("Silver", 5_000, 125), ("Gold", 15_000, 150), ("Platinum", 40_000, 200)]


def rank(credits):
    return sum(credits >= least for _, least, _ in TIERS) - 1


ALL["rank"] = ALL.credits.map(rank)
LOTS = []
for customer, orders in ROWS.groupby("customer_id", sort=False):
    past = []
    for row in orders.itertuples():
        credits = sum(cents for date, cents in past if date > row.date - pd.DateOffset(years=1))
        earned = row.cents * TIERS[rank(credits)][2] // 10_000 + (20 if row.n_cds >= 5 else 0)
        expiry = (row.date + pd.DateOffset(years=1)).replace(day=1) + pd.DateOffset(months=1)
        LOTS.append((customer, earned, expiry))
        past.append((row.date, row.cents))
LOTS = pd.DataFrame(LOTS, columns=["customer", "points", "expiry"])
LOTS = LOTS[LOTS.expiry > TODAY]
NEXT = LOTS[LOTS.expiry == LOTS.expiry.min()]
ALL["points"] = LOTS.groupby("customer").points.sum().reindex(ALL.index, fill_value=0)
ALL["expiring"] = NEXT.groupby("customer").points.sum().reindex(ALL.index, fill_value=0)
for number, (name, least, _) in enumerate(TIERS):
    part = ALL[ALL["rank"] == number]
    line(name, usd(least), f"{len(part):,}", percent(len(part), len(ALL)),
         usd(part.credits.sum()), percent(part.credits.sum(), ALL.credits.sum()),
         f"{part.points.sum():,}", f"{part.expiring.sum():,}")
line(f"{ALL.points.sum():,} points are outstanding;",
     f"{ALL.expiring.sum():,} of them expire on {NEXT.expiry.iloc[0].date()}.")

# Offers, for the median number of CDs at the median price.
CDS, PRICE = int(ROWS.n_cds.median()), int((ROWS.cents // ROWS.n_cds).median())
line("Every offer is quoted to every member for the typical basket:",
     f"{CDS} CDs for {usd(CDS * PRICE)}, shipping 2.99 USD.")


def half_up(cents, percent):
    return (cents * percent + 50) // 100


BACK = ALL.lapsed & (ALL.spend >= 10_000)
SECOND = ALL.once & (ALL.spend >= 3_000) & (ALL.recency <= 500)
GOLD = (ALL["rank"] >= 2) & ~BACK & ~SECOND
PLATINUM = ALL["rank"] == 3
WIN_BACK = ALL.segment.isin(["At Risk", "Can't Lose Them", "Need Attention"])
for name, granted, discount in [
    ("10 % off for Gold and Platinum", GOLD, half_up(CDS * PRICE, 10)),
    ("20 % off to come back", BACK, min(half_up(CDS * PRICE, 20), 1_500)),
    ("5 USD off the second order", SECOND & ~BACK, 500),
    ("A CD for 150 points", ALL.spend < 0, 0),
    ("Free shipping from 40 USD", PLATINUM, 299),
    ("Double points to win customers back", WIN_BACK, 0),
    ("New releases a week early", PLATINUM | (ALL.segment == "Champions"), 0),
]:
    times = granted.sum()
    line(name, f"{times:,} granted {len(ALL) - times:,} declined",
         *([f"{usd(times * discount)} off"] if times * discount else []))
line(f"{(ALL.points < 150).sum():,} fewer than 150 points")
line(f"{((ALL['rank'] >= 2) & BACK).sum():,} \"20 % off to come back\" takes more off")

# The customer: the closest below the next tier of those above the lowest with 6 orders or more.
LEAST = [least for _, least, _ in TIERS]
SOME = ALL[(ALL["rank"] > 0) & (ALL["rank"] < 3) & (ALL.orders >= 6)]
GAP = SOME["rank"].map(lambda rank: LEAST[rank + 1]) - SOME.credits
CHOSEN = GAP.idxmin()
line("6. One customer's whole story: number", CHOSEN)
for row in ROWS[ROWS.customer_id == CHOSEN].itertuples():
    line(row.date.date(), f"{row.n_cds} CD{'' if row.n_cds == 1 else 's'}", usd(row.cents))
line(f"Tier {TIERS[ALL['rank'][CHOSEN]][0]}, with {usd(ALL.credits[CHOSEN])} spent within 12 months")
line(usd(GAP[CHOSEN]), "more reaches", TIERS[ALL["rank"][CHOSEN] + 1][0])
line(f"Points {ALL.points[CHOSEN]} to spend")
for lot in LOTS[LOTS.customer == CHOSEN].groupby("expiry").points.sum().items():
    line(lot[1], "expire on", lot[0].date())
