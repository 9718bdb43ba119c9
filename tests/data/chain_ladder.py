"""Figures of `chain_ladder.json`: two published triangles by the package chainladder.

    pip install chainladder==0.10.1 && python chain_ladder.py > chain_ladder.json
"""

import json

import chainladder as cl
import numpy as np


def figures(sample):
    triangle = cl.load_sample(sample)
    fitted = cl.Development(sigma_interpolation="mack").fit_transform(triangle)
    mack = cl.MackChainladder().fit(fitted)
    rows = [[float(x) for x in row if not np.isnan(x)] for row in triangle.values[0, 0]]
    clean = lambda values: [float(x) for x in np.nan_to_num(np.ravel(values))]
    summary = mack.summary_
    return {
        "rows": rows,
        "factors": clean(fitted.ldf_.values),
        "sigmas": clean(fitted.sigma_.values),
        "ultimates": clean(mack.ultimate_.values),
        "standard_errors": clean(mack.mack_std_err_.values[0, 0][:, -1]),
        "reserve": float(np.nansum(mack.ibnr_.values)),
        "total_standard_error": float(np.ravel(mack.total_mack_std_err_)[0]),
    }


print(json.dumps({name: figures(name) for name in ["genins", "raa"]}, indent=1))
