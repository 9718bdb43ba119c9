"""Decision trees and their SHAP values, for `tree.json`.

Run with scikit-learn and shap: python3 tests/data/tree.py > tests/data/tree.json
Splits that are equally good are drawn by chance in scikit-learn: a case is kept only if all of
twenty seeds give one tree.
"""

import json

import numpy as np
import shap
import sklearn
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

iris = load_iris()
rng = np.random.default_rng(5)
made = np.round(rng.normal(size=(60, 4)), 2).astype(np.float32)
answers = ((made[:, 0] > 0.2).astype(int) + (made[:, 1] * made[:, 2] > 0.3)).astype(int)
weights = np.round(rng.uniform(0.5, 2.0, size=60), 2)
data = {
    "iris": (iris.data.astype(np.float32), iris.target, None),
    "made": (made, answers, None),
    "weighted": (made, answers, weights),
}
params = [
    {"criterion": "gini", "max_depth": 2, "min_samples_leaf": 1},
    {"criterion": "gini", "max_depth": 3, "min_samples_leaf": 5},
    {"criterion": "entropy", "max_depth": 2, "min_samples_leaf": 3},
    {"criterion": "entropy", "max_depth": 4, "min_samples_leaf": 4},
]


def nodes(tree):
    t = tree.tree_
    return [
        {
            "column": int(t.feature[i]),
            "threshold": float(t.threshold[i]),
            "low": int(t.children_left[i]),
            "high": int(t.children_right[i]),
            "size": int(t.n_node_samples[i]),
            "shares": [round(float(x), 12) for x in t.value[i, 0]],
        }
        for i in range(t.node_count)
    ]


def case(name, param):
    x, y, w = data[name]
    trees = [
        DecisionTreeClassifier(random_state=seed, **param).fit(x, y, sample_weight=w)
        for seed in range(20)
    ]
    grown = [nodes(tree) for tree in trees]
    if any(other != grown[0] for other in grown):
        return None
    explainer = shap.TreeExplainer(trees[0], feature_perturbation="tree_path_dependent")
    rows = list(range(0, len(x), 17))
    values = explainer.shap_values(x[rows])
    return {
        "data": name,
        **param,
        "nodes": grown[0],
        "rows": rows,
        "base": [float(b) for b in explainer.expected_value],
        "shap": [[[float(v) for v in values[i, :, c]] for c in range(values.shape[2])]
                 for i in range(len(rows))],
    }


cases = [case(name, param) for name in data for param in params]
print(json.dumps({
    "source": f"scikit-learn {sklearn.__version__}, shap {shap.__version__}",
    "data": {
        name: {
            "points": [[round(float(v), 4) for v in row] for row in x],
            "classes": [int(c) for c in y],
            "weights": None if w is None else [float(v) for v in w],
        }
        for name, (x, y, w) in data.items()
        if any(c and c["data"] == name for c in cases)
    },
    "cases": [c for c in cases if c],
}, separators=(",", ":")))
