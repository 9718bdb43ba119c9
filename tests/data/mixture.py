"""Writes mixture.json and scores.json, for the points of kmeans_*.json.

    python tests/data/mixture.py

Run with scikit-learn 1.9.1 and numpy 2.5.5.
"""

import json
import pathlib
import warnings

import numpy
import sklearn
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

HERE = pathlib.Path(__file__).parent
SCIKIT = f"scikit-learn {sklearn.__version__}"


def mixtures(points, start):
    components, variances = len(start), points.var(axis=0)
    precisions = {
        "full": numpy.array([numpy.diag(1 / variances)] * components),
        "tied": numpy.diag(1 / variances),
        "diag": numpy.array([1 / variances] * components),
        "spherical": numpy.full(components, 1 / variances.mean()),
    }
    cases = {}
    for kind, inverse in precisions.items():
        model = GaussianMixture(
            components, covariance_type=kind, tol=1e-6, max_iter=500, reg_covar=1e-6,
            weights_init=numpy.full(components, 1 / components),
            means_init=points[start], precisions_init=inverse,
        ).fit(points)
        cases[kind] = {
            "weights": model.weights_.tolist(),
            "means": model.means_.tolist(),
            "covariances": model.covariances_.tolist(),
            "lower_bound": model.lower_bound_,
            "n_iter": model.n_iter_,
            "labels": model.predict(points).tolist(),
            "resp_first10": model.predict_proba(points)[:10].tolist(),
            "bic": model.bic(points),
            "aic": model.aic(points),
            "mean_loglik": model.score(points),
        }
    return cases


def scores(points, truth, start):
    model = KMeans(len(start), init=points[start], n_init=1, tol=0, max_iter=300).fit(points)
    labels = model.labels_
    nearest = numpy.sort(model.transform(points), axis=1)
    return {
        "labels": labels.tolist(),
        "silhouette": metrics.silhouette_score(points, labels),
        "calinski_harabasz": metrics.calinski_harabasz_score(points, labels),
        "davies_bouldin": metrics.davies_bouldin_score(points, labels),
        "ari_vs_true": metrics.adjusted_rand_score(truth, labels),
        "nmi_vs_true": metrics.normalized_mutual_info_score(truth, labels),
        "ami_vs_true": metrics.adjusted_mutual_info_score(truth, labels),
        "fowlkes_mallows": metrics.fowlkes_mallows_score(truth, labels),
        "v_measure": metrics.v_measure_score(truth, labels),
        "simplified_silhouette": float((1 - nearest[:, 0] / nearest[:, 1]).mean()),
    }


def table(points):
    rows = {"inertia": [], "silhouette": [], "calinski": [], "davies": [], "gmm_full_bic": []}
    for k in range(2, 9):
        found = KMeans(k, n_init=20, random_state=0).fit(points)
        rows["inertia"].append(found.inertia_)
        rows["silhouette"].append(metrics.silhouette_score(points, found.labels_))
        rows["calinski"].append(metrics.calinski_harabasz_score(points, found.labels_))
        rows["davies"].append(metrics.davies_bouldin_score(points, found.labels_))
        mixture = GaussianMixture(k, n_init=5, random_state=0).fit(points)
        rows["gmm_full_bic"].append(mixture.bic(points))
    return rows


def main():
    warnings.simplefilter("ignore")
    found = {
        "mixture": {"source": f"{SCIKIT}: GaussianMixture, by mixture.py"},
        "scores": {"source": f"{SCIKIT}: sklearn.metrics, by mixture.py"},
    }
    for name in ("iris_std", "moons300"):
        data = json.loads((HERE / f"kmeans_{name}.json").read_text())
        points, start = numpy.array(data["points"]), data["init"]
        found["mixture"][name] = mixtures(points, start)
        found["scores"][name] = {
            "scores": scores(points, data["truth"], start),
            "choose": table(points),
        }
    for file, content in found.items():
        (HERE / f"{file}.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
