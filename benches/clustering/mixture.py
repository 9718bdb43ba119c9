"""Gaussian mixtures of scikit-learn."""

import warnings

import numpy
import sklearn
from sklearn.mixture import GaussianMixture

from timing import least

COMPONENTS, STEPS = 8, 20


def versions():
    return [f"scikit-learn {sklearn.__version__}"]


def run(data, tell):
    warnings.simplefilter("ignore")
    for columns in (3, 8):
        points, _ = data(f"mixture_d{columns}")
        matrix = numpy.eye(columns)
        precisions = {
            "full": numpy.array([matrix] * COMPONENTS),
            "tied": matrix,
            "diag": numpy.ones((COMPONENTS, columns)),
            "spherical": numpy.ones(COMPONENTS),
        }
        for kind, start in precisions.items():
            model = GaussianMixture(
                COMPONENTS,
                covariance_type=kind,
                tol=0,
                max_iter=STEPS,
                weights_init=numpy.full(COMPONENTS, 1 / COMPONENTS),
                means_init=points[:COMPONENTS],
                precisions_init=start,
                # Without clustering first, which the given start replaces.
                init_params="random",
            )
            seconds, found = least(2, lambda: model.fit(points))
            tell(f"mixture/step/{kind}/d{columns}", seconds * 1e9 / (len(points) * found.n_iter_))
            tell(f"mixture/log_likelihood/{kind}/d{columns}", found.score(points))
