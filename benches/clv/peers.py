"""Runs lifetimes on the data that `cargo bench --bench clv -- FOLDER/` left in a folder.

    cargo bench --bench clv -- /tmp/clv/
    python benches/clv/peers.py /tmp/clv/ [million]

One thread, CPU time, least of several runs; with `million` also the fit of a million customers.
"""

import json
import os
import pathlib
import sys
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy
import pandas
import scipy

import lifetimes

warnings.simplefilter("ignore")
numpy.seterr(all="ignore")
FOLDER = pathlib.Path(sys.argv[1])
OURS = [json.loads(line) for line in (FOLDER / "ours.jsonl").read_text().splitlines()]
OURS = {figure["key"]: figure for figure in OURS}


def tell(key, value):
    mine = OURS.get(key)
    ratio = f"{value / mine['value']:8.2f}" if mine else "       -"
    own = f"{mine['value']:14.4f} {mine['unit']}" if mine else "             -"
    print(f"{key:<32} peer {value:14.4f}  ratio {ratio}  ours {own}", flush=True)


def least(runs, call):
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def data(name):
    rows = numpy.fromfile(FOLDER / f"{name}.f64", "<f8").reshape(-1, 3)
    return pandas.DataFrame(rows, columns=["x", "t_x", "T"])


def fit(key, fitter, rows, runs):
    seconds, model = least(runs, lambda: fitter().fit(rows.x, rows.t_x, rows["T"]))
    tell(key, seconds * 1e3)
    return model


print("lifetimes", lifetimes.__version__, "numpy", numpy.__version__, "scipy", scipy.__version__)
sample = data("sample")
fit("fit/bg_nbd/sample", lifetimes.BetaGeoFitter, sample, 3)
fit("fit/mbg_nbd/sample", lifetimes.ModifiedBetaGeoFitter, sample, 3)
fit("fit/pareto_nbd/sample", lifetimes.ParetoNBDFitter, sample, 1)
model = fit("fit/bg_nbd/days", lifetimes.BetaGeoFitter, data("days"), 1)
million = data("million")
if "million" in sys.argv:
    model = fit("fit/bg_nbd/million", lifetimes.BetaGeoFitter, million, 1)
seconds, _ = least(
    3, lambda: model.conditional_probability_alive(million.x, million.t_x, million["T"])
)
tell("p_alive/million", seconds * 1e9 / len(million))
few = million[:100_000]
seconds, _ = least(
    1,
    lambda: model.conditional_expected_number_of_purchases_up_to_time(52, few.x, few.t_x, few["T"]),
)
tell("expected/100k", seconds * 1e9 / len(few))
