"""Writes density_iris_std.json and density_moons300.json: what scikit-learn's DBSCAN and HDBSCAN and
the package hdbscan give for the points and weights of kmeans_iris_std.json and kmeans_moons300.json.

Needs scikit-learn 1.9.1 and hdbscan 0.8.44:
    python tests/data/density.py
"""

import json
import pathlib

import hdbscan
import hdbscan._hdbscan_linkage as linkage
import hdbscan._hdbscan_tree as trees
import numpy
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS

FOLDER = pathlib.Path(__file__).parent
RADII = {"iris_std": 0.6, "moons300": 0.2}
RECIPES = [
    {"min_cluster_size": 10, "min_samples": 5},
    {"min_cluster_size": 5, "min_samples": 3},
    {"min_cluster_size": 15, "min_samples": 1},
    {"min_cluster_size": 5, "min_samples": 5, "cluster_selection_method": "leaf"},
    {"min_cluster_size": 5, "min_samples": 2, "cluster_selection_epsilon": 0.3},
    {"min_cluster_size": 60, "min_samples": 5, "allow_single_cluster": True},
    {"min_cluster_size": 90, "min_samples": 5, "allow_single_cluster": True,
     "cluster_selection_epsilon": 0.5},
]


def flat(name, points, weights):
    """DBSCAN without and with weights."""
    found = []
    for weight in (None, weights):
        model = DBSCAN(eps=RADII[name], min_samples=5).fit(points, sample_weight=weight)
        labels, core = model.labels_.tolist(), model.core_sample_indices_.tolist()
        found.append({"weighted": weight is not None, "radius": RADII[name], "min_weight": 5,
                      "labels": labels, "core": core})
    return found


def reachable(name, points, far):
    """OPTICS, by row; distances that are infinite are none."""
    radius = RADII[name]
    model = OPTICS(min_samples=5, max_eps=far, cluster_method="dbscan", eps=radius).fit(points)

    def finite(values):
        return [float(value) if numpy.isfinite(value) else None for value in values]

    return {"max_radius": far if numpy.isfinite(far) else None, "radius": radius,
            "labels": model.labels_.tolist(), "rows": model.ordering_.tolist(),
            "reachability": finite(model.reachability_),
            "core_distances": finite(model.core_distances_)}


def hierarchical(points, recipe):
    """What scikit-learn gives as it is. It sorts equal distances as the machine happens to."""
    model = HDBSCAN(copy=True, **recipe).fit(points)
    return {"recipe": recipe, "labels": model.labels_.tolist(),
            "probabilities": model.probabilities_.tolist()}


def ordered_edges(points, count):
    """The minimum spanning tree by mutual reachability, then the lower core distance, then the
    distance, then the places: by Kruskal over all pairs."""
    distances = numpy.sqrt(sum((x[:, None] - x[None, :]) ** 2 for x in points.T))
    cores = numpy.sort(distances, axis=1)[:, count - 1]
    low, high = numpy.triu_indices(len(points), 1)
    rank = numpy.empty(len(points), int)
    rank[numpy.lexsort(points.T[::-1])] = numpy.arange(len(points))
    near = distances[low, high]
    reach = numpy.maximum(near, numpy.maximum(cores[low], cores[high]))
    denser = numpy.minimum(cores[low], cores[high])
    first, last = numpy.minimum(rank[low], rank[high]), numpy.maximum(rank[low], rank[high])
    parents = list(range(len(points)))

    def root(node):
        while parents[node] != node:
            node = parents[node]
        return node

    edges = []
    for edge in numpy.lexsort((last, first, near, denser, reach)):
        ends = root(low[edge]), root(high[edge])
        if ends[0] != ends[1]:
            parents[ends[0]] = ends[1]
            edges.append((low[edge], high[edge], reach[edge]))
    return numpy.array(edges, dtype=float)


def chosen(tree, labels):
    """The selected clusters: the last that all points of each label are in."""
    parents = {int(row["child"]): int(row["parent"]) for row in tree}

    def above(point):
        path = [parents[point]]
        while path[-1] in parents:
            path.append(parents[path[-1]])
        return path

    tops = []
    for label in range(labels.max() + 1):
        paths = [above(point) for point in numpy.flatnonzero(labels == label)]
        tops.append(next(c for c in paths[0] if all(c in path for path in paths)))
    return tops


def ordered(points, recipe):
    """What hdbscan makes of the tree of those edges."""
    recipe = dict(recipe)
    size, count = recipe.pop("min_cluster_size"), recipe.pop("min_samples")
    tree = trees.condense_tree(linkage.label(ordered_edges(points, count)), size)
    stability = trees.compute_stability(tree)
    selected = trees.get_clusters(tree, dict(stability), **recipe)
    labels, probabilities = selected[:2]
    tops = chosen(tree, labels)
    return {"recipe": recipe | {"min_cluster_size": size, "min_samples": count},
            "labels": labels.tolist(), "probabilities": probabilities.tolist(),
            "outlier_scores": trees.outlier_scores(tree).tolist(),
            "stability": sum(float(stability[top]) for top in tops)}


def predicted(points):
    recipe = {"min_cluster_size": 10, "min_samples": 4}
    model = hdbscan.HDBSCAN(prediction_data=True, algorithm="generic", **recipe).fit(points)
    new = points[::3] + 0.05 * numpy.arange(1, points.shape[1] + 1)
    # It takes core distances of fitted points for prediction one point too early.
    tree = model.prediction_data_.tree
    model.prediction_data_.core_distances = tree.query(points, k=5)[0][:, -1]
    labels, probabilities = hdbscan.approximate_predict(model, new)
    return {"labels": model.labels_.tolist(), "probabilities": model.probabilities_.tolist(),
            "new": new.tolist(), "new_labels": labels.tolist(),
            "new_probabilities": probabilities.tolist()}


def write(name):
    given = json.loads((FOLDER / f"kmeans_{name}.json").read_text())
    points, weights = numpy.array(given["points"]), numpy.array(given["weights"])
    reference = {
        "source": f"scikit-learn {sklearn.__version__}, hdbscan 0.8.44: tests/data/density.py",
        "flat": flat(name, points, weights),
        "hierarchical": [hierarchical(points, recipe) for recipe in RECIPES[:3]],
        "ordered": [ordered(points, recipe) for recipe in RECIPES],
        "predicted": predicted(points),
        "reachable": [reachable(name, points, far) for far in (numpy.inf, 1.1 * RADII[name])],
    }
    (FOLDER / f"density_{name}.json").write_text(json.dumps(reference) + "\n")


for name in RADII:
    write(name)
