"""DBSCAN of scikit-learn and of the package dbscan (a grid; Y. Wang, Y. Gu and J. Shun, 2020), HDBSCAN
of the package hdbscan (and of scikit-learn for few points)."""

import importlib.metadata
import os
import warnings

os.environ["PARLAY_NUM_THREADS"] = "1"

import dbscan
import hdbscan
import numpy
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN

from timing import least

FLAT = [(2, 0.02), (3, 0.05), (3, 0.1), (3, 0.2), (8, 0.7)]
HIERARCHICAL = [("10k_d3", 3), ("10k_d8", 3), ("100k_d3", 1)]


def versions():
    packages = ["dbscan", "hdbscan"]
    named = [f"{package} {importlib.metadata.version(package)}" for package in packages]
    return [f"scikit-learn {sklearn.__version__}", *named]


def told(tell, key, seconds, labels):
    tell(key, seconds * 1e3)
    tell(f"{key}/noise", int((labels == -1).sum()))
    tell(f"{key}/clusters", int(labels.max() + 1))


def run(data, tell):
    warnings.simplefilter("ignore")
    for columns, radius in FLAT:
        points, _ = data(f"density_100k_d{columns}")
        model = DBSCAN(eps=radius, min_samples=10)
        seconds, found = least(1, lambda: model.fit(points))
        told(tell, f"density/dbscan_100k/d{columns}/r{radius}", seconds, found.labels_)
        seconds, (labels, _) = least(3, lambda: dbscan.DBSCAN(points, radius, 10))
        told(tell, f"density/dbscan_100k/d{columns}/r{radius} (grid)", seconds, labels)
    for name, runs in HIERARCHICAL:
        points, _ = data(f"density_hierarchy_{name}")
        key = f"density/hdbscan_{name}"
        # It does not count a point in its own neighborhood: 9 there are 10 here. Left to itself it
        # takes a tree that is not quite the least, and then finds other clusters.
        model = hdbscan.HDBSCAN(min_cluster_size=50, min_samples=9, core_dist_n_jobs=1,
                                approx_min_span_tree=False)
        seconds, found = least(runs, lambda: model.fit(points))
        told(tell, key, seconds, found.labels_)
        if len(points) <= 10_000:
            other = HDBSCAN(min_cluster_size=50, min_samples=10, copy=True)
            seconds, found = least(1, lambda: other.fit(points))
            told(tell, f"{key} (scikit-learn)", seconds, found.labels_)
        model.generate_prediction_data()
        new = numpy.ascontiguousarray(points[:10_000])
        seconds, _ = least(1, lambda: hdbscan.approximate_predict(model, new))
        tell(f"{key}/labels", seconds * 1e9 / len(new))
