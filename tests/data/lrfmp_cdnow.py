"""Length, recency, frequency, monetary value and periodicity of the CDNOW sample in quintiles.

    python tests/data/lrfmp_cdnow.py

pandas 2.3.3, numpy 2.5.5. A score is 1 and the cuts that are below the value, from the better end;
the cuts are of type 1 of Hyndman and Fan (`inverted_cdf`). Prints how many customers have each
score, and each weighted sum where all five are known.
"""

import pathlib

import numpy
import pandas

FILE = pathlib.Path(__file__).parents[2] / "examples" / "data" / "cdnow_sample.csv"
AS_OF = pandas.Timestamp("1998-07-01")


def main():
    log = pandas.read_csv(FILE, parse_dates=["date"])
    log["cents"] = (log["amount_usd"] * 100).round().astype("int64")
    log = log.sort_values(["customer_id", "date"], kind="stable")
    by = log.groupby("customer_id")
    days = (log["date"] - by["date"].shift()).dt.days
    customers = pandas.DataFrame({
        "length": (by["date"].max() - by["date"].min()).dt.days,
        "recency": (AS_OF - by["date"].max()).dt.days,
        "frequency": by.size(),
        "monetary": by["cents"].sum(),
        "periodicity": days.groupby(log["customer_id"]).std(ddof=1),
    })
    scores = {}
    for name, column in customers.items():
        known = column.dropna().to_numpy()
        # The middle of each step of the distribution function, away from its rounding.
        ranks = numpy.array([-(-len(known) * part // 5) for part in range(1, 5)])
        cuts = numpy.quantile(known, (ranks - 0.5) / len(known), method="inverted_cdf")
        above = (column.to_numpy()[:, None] > cuts).sum(axis=1)
        better_less = name in ("recency", "periodicity")
        score = pandas.Series(5 - above if better_less else 1 + above, column.index)
        scores[name] = score.where(column.notna())
        print(name, [int((scores[name] == number).sum()) for number in range(1, 6)])
    sums = pandas.DataFrame(scores).sum(axis=1, skipna=False).dropna().astype(int)
    print("sums", sums.value_counts().sort_index().to_dict())


if __name__ == "__main__":
    main()
