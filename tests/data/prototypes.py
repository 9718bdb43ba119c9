"""Prints what kmodes finds among the points of `kmeans_NAME.json` with their quartiles as categories.

    python prototypes.py kmeans_iris_std.json > prototypes_iris_std.json
"""

import json
import sys

import kmodes
import numpy as np
from kmodes.kmodes import KModes
from kmodes.kprototypes import KPrototypes
from kmodes.util.init_methods import init_cao
from kmodes.util.dissim import matching_dissim

given = json.load(open(sys.argv[1]))
points, clusters = np.array(given["points"]), len(given["init"])
quartiles = [np.quantile(column, [0.25, 0.5, 0.75]) for column in points.T]
categories = np.stack([np.digitize(c, q) for c, q in zip(points.T, quartiles)], axis=1)

modes = KModes(clusters, init="Cao", n_init=1).fit(categories)
weighted = KModes(clusters, init=categories[given["init"]].copy(), n_init=1)
weighted.fit(categories, sample_weight=given["weights"])
columns = points.shape[1]
two = categories[:, :2]
mixed = np.hstack([points, two])
places = [columns, columns + 1]


def prototypes(gamma, init):
    # It works in the very arrays that it is given.
    init = init if init == "Cao" else [array.copy() for array in init]
    recipe = KPrototypes(clusters, init=init, gamma=gamma, n_init=1, random_state=0)
    return recipe.fit(mixed, categorical=places)


# What random_state=0 draws for the numbers of the one start.
seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max, size=1)[0]
draws = np.random.RandomState(seed).randn(clusters, columns)
numbers = points.mean(axis=0) + draws * points.std(axis=0)
start = init_cao(two, clusters, matching_dissim).astype(int)
drawn, told = prototypes(0.5, "Cao"), prototypes(0.5, [numbers, start])
assert drawn.cost_ == told.cost_ and (drawn.labels_ == told.labels_).all()
automatic = prototypes(None, [numbers, start])


def found(model):
    return {"cost": model.cost_, "labels": model.labels_.tolist(), "n_iter": model.n_iter_}


print(json.dumps({
    "source": f"prototypes.py, run with kmodes {kmodes.__version__} and numpy {np.__version__}",
    "categories": categories.tolist(),
    "modes": found(modes) | {"centroids": modes.cluster_centroids_.tolist()},
    "weighted": found(weighted),
    "start": {"numbers": numbers.tolist(), "categories": start.tolist()},
    "prototypes": found(told),
    "automatic": found(automatic) | {"gamma": automatic.gamma},
}))
