"""Streams of river, point by point."""

import river
from river import cluster
from sklearn.metrics import adjusted_rand_score

from timing import least

CLUSTERS = 8
RADII = {3: 0.25, 8: 0.8}


def versions():
    return [f"river {river.__version__}"]


def peers(columns):
    radius = RADII[columns]
    # 2 ** -fading halves after 2,000 points, as in the benchmark.
    fading = 1 / 2000
    return {
        "DBSTREAM": cluster.DBSTREAM(
            clustering_threshold=2 * radius, fading_factor=fading, cleanup_interval=500
        ),
        "DenStream": cluster.DenStream(decaying_factor=fading, beta=0.75, mu=2, epsilon=radius),
        "CluStream": cluster.CluStream(n_macro_clusters=CLUSTERS, max_micro_clusters=100, seed=1),
    }


def run(data, tell):
    for columns in (3, 8):
        points, truth = data(f"stream_d{columns}")
        rows = [dict(enumerate(row)) for row in points.tolist()]
        for name, model in peers(columns).items():
            def learn():
                for row in rows:
                    model.learn_one(row)

            seconds, _ = least(1, learn)
            print(name, end=": ")
            tell(f"stream/learn/d{columns}", seconds * 1e9 / len(rows))
            try:
                labels = [model.predict_one(row) for row in rows[:2000]]
            except Exception as error:
                print(f"{name}: {type(error).__name__} in predict_one")
                continue
            print(name, end=": ")
            tell(f"stream/ari/d{columns}", adjusted_rand_score(truth[:2000], labels))
