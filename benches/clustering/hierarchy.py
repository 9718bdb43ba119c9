"""Trees of fastcluster and SciPy."""

import resource

import fastcluster
import scipy
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from timing import least

CLUSTERS = 8


def versions():
    return [f"fastcluster {fastcluster.__version__}", f"SciPy {scipy.__version__}"]


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(data, tell):
    for columns in (3, 8, 16):
        points, truth = data(f"tree_d{columns}")
        before = peak_mb()
        seconds, tree = least(3, lambda: fastcluster.linkage_vector(points, "ward"))
        tell(f"hierarchy/ward/d{columns}", seconds * 1e3)
        tell(f"hierarchy/ward_memory/d{columns}", peak_mb() - before)
        tell(f"hierarchy/ward_top/d{columns}", tree[-1, 2])
        labels = fcluster(tree, CLUSTERS, "maxclust")
        tell(f"hierarchy/ward_ari/d{columns}", adjusted_rand_score(truth, labels))
    points, _ = data("tree_d3")
    for method in ("single", "centroid"):
        seconds, _ = least(3, lambda: fastcluster.linkage_vector(points, method))
        tell(f"hierarchy/{method}/d3", seconds * 1e3)
    points, _ = data("few_d3")
    for method in ("average", "complete"):
        for peer in (fastcluster.linkage, linkage):
            seconds, _ = least(3, lambda: peer(points, method))
            tell(f"hierarchy/{method}_5k/d3", seconds * 1e3)
