"""Scores of scikit-learn."""

import sklearn
from sklearn import metrics
from sklearn.cluster import KMeans

from timing import least

CLUSTERS = 8


def versions():
    return [f"scikit-learn {sklearn.__version__}"]


def run(data, tell):
    for columns in (3, 8):
        points, labels = data(f"scores_d{columns}")

        def timed(what, runs, call):
            seconds, found = least(runs, call)
            tell(f"scores/{what}/d{columns}", seconds * 1e3)
            return found

        mean = timed("silhouette", 2, lambda: metrics.silhouette_score(points, labels))
        tell(f"scores/silhouette_mean/d{columns}", mean)
        timed("calinski_harabasz", 5, lambda: metrics.calinski_harabasz_score(points, labels))
        timed("davies_bouldin", 5, lambda: metrics.davies_bouldin_score(points, labels))
        other = KMeans(CLUSTERS, n_init=1, random_state=1).fit_predict(points)
        timed("adjusted_rand", 5, lambda: metrics.adjusted_rand_score(labels, other))
        name = "adjusted_mutual_information"
        timed(name, 5, lambda: metrics.adjusted_mutual_info_score(labels, other))
