"""Writes hierarchy.json: what SciPy and scikit-learn find. Run with scipy 1.18.1, sklearn 1.9.1."""

import json

import numpy as np
from scipy.cluster.hierarchy import cophenet, fcluster, leaves_list, linkage
from sklearn.cluster import Birch

LINKAGES = ["ward", "average", "complete", "single", "centroid", "median"]


def found(points, method, k):
    z = linkage(points, method)
    return {
        "heights": z[:, 2].tolist(),
        "cut": fcluster(z, k, "maxclust").tolist(),
    }


def birch(points, threshold, branching):
    tree = Birch(threshold=threshold, branching_factor=branching, n_clusters=None).fit(points)
    return {
        "threshold": threshold,
        "branching": branching,
        "centers": tree.subcluster_centers_.tolist(),
        "labels": tree.labels_.tolist(),
    }


def big(name, k, threshold):
    data = json.load(open(f"kmeans_{name}.json"))
    points, weights = np.array(data["points"]), np.array(data["weights"], dtype=int)
    repeated = np.repeat(points, weights, axis=0)
    return {
        "clusters": k,
        "linkages": {method: found(points, method, k) for method in LINKAGES},
        # A point of weight w is w points: the merges at height 0 are left out.
        "weighted": {
            method: sorted(h for h in linkage(repeated, method)[:, 2].tolist() if h > 1e-12)
            for method in ["ward", "average"]
        },
        "birch": [birch(points, threshold, 50), birch(points, threshold / 4, 3)],
    }


def small():
    points = np.random.default_rng(7).normal(size=(12, 2)).round(3)
    result = {"points": points.tolist(), "linkages": {}}
    for method in LINKAGES:
        z = linkage(points, method)
        result["linkages"][method] = {
            "merges": [[int(a), int(b), h, int(s)] for a, b, h, s in z],
            "cophenetic": cophenet(z).tolist(),
            "leaves": leaves_list(z).tolist(),
            "by_height": {str(h): fcluster(z, h, "distance").tolist() for h in [0.5, 1.0, 1.7]},
        }
    return result


def ties():
    points = np.random.default_rng(3).integers(0, 7, size=(80, 2)).astype(float)
    heights = {method: linkage(points, method)[:, 2].tolist() for method in LINKAGES[:4]}
    return {"points": points.tolist(), "heights": heights}


def rounded(value):
    """Thirteen digits are enough for a tolerance of 1e-12."""
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.13g}") if isinstance(value, float) else value


json.dump(
    rounded({
        "iris_std": big("iris_std", 3, 0.5),
        "moons300": big("moons300", 2, 0.35994901292955755),
        "small": small(),
        "ties": ties(),
    }),
    open("hierarchy.json", "w"),
    separators=(",", ":"),
)
