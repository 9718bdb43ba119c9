"""RFM scores of the CDNOW sample by pandas and numpy: writes rfm_cdnow.json beside itself.

Quantiles are numpy's `inverted_cdf` (Hyndman and Fan's type 1), scores are the intervals
(previous cut, cut] as in pandas.qcut, and spread ties are ranks of (value, customer id as text).
"""

import json
import pathlib

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
SOURCE = HERE / "../../examples/data/cdnow_sample.csv"
AS_OF = pd.Timestamp("1998-07-01")
FEATURES = {"r": "recency_days", "f": "orders(lifetime)", "m": "spend(lifetime)"}
WORDS = {"r": "recency", "f": "frequency", "m": "monetary"}


def customers():
    log = pd.read_csv(SOURCE, dtype={"customer_id": str}, parse_dates=["date"])
    log["cents"] = (log.amount_usd * 100).round().astype("int64")
    by = log.groupby("customer_id")
    table = pd.DataFrame(
        {"r": (AS_OF - by.date.max()).dt.days, "f": by.size(), "m": by.cents.sum()}
    )
    return table.sort_index()  # ids as text


def quantile_cuts(values, bins):
    # The middle of each step of the distribution function, away from its rounding.
    n = len(values)
    ranks = [-(-n * k // bins) for k in range(1, bins)]
    shares = [(rank - 0.5) / n for rank in ranks]
    return np.quantile(values, shares, method="inverted_cdf").astype("int64")


def quantile_scores(values, bins, ties):
    """The score of each value from the least up, and the cuts."""
    cuts = quantile_cuts(values.to_numpy(), bins)
    if ties == "spread":
        ranks = values.rank(method="first").astype("int64")
        return np.searchsorted(quantile_cuts(ranks.to_numpy(), bins), ranks, side="left") + 1, cuts
    return np.searchsorted(cuts, values, side="left") + 1, cuts


def scored(table, methods, ties, nesting):
    scores = pd.DataFrame(index=table.index)
    cuts, groups = {}, []
    for name in "rfm":
        method, bins = methods[name]
        if method == "thresholds":
            edges = np.array(bins)
            if name == "r":
                scores[name] = len(edges) + 1 - np.searchsorted(edges, table[name], side="left")
            else:
                scores[name] = np.searchsorted(edges, table[name], side="right") + 1
            continue
        turn = (lambda s: bins + 1 - s) if name == "r" else (lambda s: s)
        column = pd.Series(0, index=table.index)
        cuts[name] = {}
        parts = [("", table)] if nesting == "independent" or not groups else [
            ("".join(map(str, np.atleast_1d(key))), part)
            for key, part in table.join(scores.add_suffix("_score")).groupby(
                [f"{g}_score" for g in groups]
            )
        ]
        for key, part in parts:
            found, edges = quantile_scores(part[name], bins, ties)
            column[part.index] = turn(found)
            cuts[name][key] = edges.tolist()
        scores[name] = column
        groups.append(name)
    return scores, cuts


def case(table, name, methods, ties="share", nesting="independent"):
    scores, cuts = scored(table, methods, ties, nesting)
    bins = {k: b if m == "quantiles" else len(b) + 1 for k, (m, b) in methods.items()}

    def method(key):
        how, bins = methods[key]
        if how == "thresholds" and key == "m":
            bins = [f"{cents // 100}.{cents % 100:02} USD" for cents in bins]
        return {"feature": FEATURES[key], "method": {how: bins}}

    cells = scores.groupby(["r", "f", "m"]).size()
    return {
        "name": name,
        "recipe": {WORDS[k]: method(k) for k in "rfm"} | {"ties": ties, "nesting": nesting},
        "cuts": cuts,
        "scores": {
            k: [int((scores[k] == score).sum()) for score in range(1, bins[k] + 1)] for k in "rfm"
        },
        "cells": {"".join(map(str, cell)): int(count) for cell, count in cells.items()},
    }


def main():
    table = customers()
    assert len(table) == 2357 and table.m.sum() == 24409194
    quintiles = {key: ("quantiles", 5) for key in "rfm"}
    fixed = {"r": [90, 180, 270, 365], "f": [2, 3, 5, 10], "m": [2000, 5000, 10000, 25000]}
    cases = [
        case(table, "quintiles", quintiles),
        case(table, "quintiles, ties spread", quintiles, ties="spread"),
        case(table, "nested quintiles", quintiles, nesting="nested"),
        case(table, "nested quintiles, ties spread", quintiles, ties="spread", nesting="nested"),
        case(table, "4 × 3 × 9", {k: ("quantiles", b) for k, b in zip("rfm", (4, 3, 9))}),
        case(table, "thresholds", {k: ("thresholds", cuts) for k, cuts in fixed.items()}),
    ]
    made_by = f"pandas {pd.__version__}, numpy {np.__version__}"
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    text = f'{{"as_of": "{AS_OF.date()}", "made_by": "{made_by}", "cases": [\n{lines}\n]}}\n'
    (HERE / "rfm_cdnow.json").write_text(text)


main()
