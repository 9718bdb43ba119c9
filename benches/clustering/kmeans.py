"""K-means of scikit-learn."""

import warnings

import sklearn
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import adjusted_rand_score

from timing import least

CLUSTERS, STEPS, MIXTURES = 8, 30, 12


def versions():
    return [f"scikit-learn {sklearn.__version__}"]


def run(data, tell):
    warnings.simplefilter("ignore")
    for columns in (3, 8, 16):
        points, truth = data(f"customers_d{columns}")
        step = KMeans(CLUSTERS, init=points[:CLUSTERS], n_init=1, tol=0, max_iter=STEPS)
        seconds, found = least(5, lambda: step.fit(points))
        tell(f"kmeans/step/d{columns}", seconds * 1e9 / (len(points) * found.n_iter_))
        tell(f"kmeans/step_inertia/d{columns}", found.inertia_)
        seconds, found = least(1, lambda: KMeans(CLUSTERS, n_init=10, random_state=1).fit(points))
        tell(f"kmeans/fit/d{columns}", seconds * 1e3)
        for kind, starts in (("ari", "auto"), ("ari_best_of_ten", 10)):
            found = KMeans(CLUSTERS, n_init=starts, random_state=1).fit(points)
            tell(f"kmeans/{kind}/d{columns}", adjusted_rand_score(truth, found.labels_))
    for columns in (3, 8):
        for kind, starts in (("ari_of_mixtures", "auto"), ("ari_of_mixtures_best_of_ten", 10)):
            mean = 0.0
            for seed in range(MIXTURES):
                points, truth = data(f"mixture_d{columns}_{seed}")
                found = KMeans(CLUSTERS, n_init=starts, random_state=seed).fit(points)
                mean += adjusted_rand_score(truth, found.labels_) / MIXTURES
            tell(f"kmeans/{kind}/d{columns}", mean)
    for columns in (3, 8):
        points, _ = data(f"customers_1m_d{columns}")
        model = KMeans(CLUSTERS, n_init=1, max_iter=3, random_state=1).fit(points)
        seconds, _ = least(3, lambda: model.predict(points))
        tell(f"kmeans/labels_1m/d{columns}", seconds * 1e3)
        for name, method in (("fit", KMeans), ("batches", MiniBatchKMeans)):
            recipe = method(CLUSTERS, n_init=10, random_state=1)
            seconds, found = least(1, lambda: recipe.fit(points))
            tell(f"kmeans/{name}_1m/d{columns}", seconds * 1e3)
            tell(f"kmeans/{name}_1m/d{columns}/inertia", found.inertia_)
