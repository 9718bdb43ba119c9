//! Clusters that are known by their centers: which is nearest, and whether stored ones can be.

use crate::path::{Path, Problems};

use super::points::{HEAVIEST, is_coordinate, squared_distance};
use super::{Assignment, Cluster, Fault, Nearest};

/// Where a point belongs; none if it has another number of coordinates, or one out of range.
pub(super) fn assign(clusters: &[Cluster], point: &[f64]) -> Option<Assignment> {
    nearest(squares(clusters, point)?.enumerate())
}

/// The Euclidean distances of a point from all centers; none as for [`assign`].
pub(super) fn distances(clusters: &[Cluster], point: &[f64]) -> Option<Vec<f64>> {
    Some(squares(clusters, point)?.map(f64::sqrt).collect())
}

fn squares<'a>(
    clusters: &'a [Cluster],
    point: &'a [f64],
) -> Option<impl Iterator<Item = f64> + 'a> {
    let columns = clusters.first()?.center.len();
    let takes = point.len() == columns && point.iter().all(|&x| is_coordinate(x));
    takes.then(|| clusters.iter().map(|cluster| squared_distance(&cluster.center, point)))
}

/// The two nearest of clusters at these squared distances, of which one can be met again and again;
/// of equally near ones the first.
pub(super) fn nearest(squares: impl Iterator<Item = (usize, f64)>) -> Option<Assignment> {
    let mut two: [Option<(usize, f64)>; 2] = [None; 2];
    for (cluster, square) in squares {
        let [first, second] = &mut two;
        match first {
            Some((own, least)) if *own == cluster => *least = least.min(square),
            Some((_, least)) if square >= *least => {
                if second.is_none_or(|(_, least)| square < least) {
                    *second = Some((cluster, square));
                }
            }
            _ => {
                *second = first.take();
                *first = Some((cluster, square));
            }
        }
    }
    let near = |(cluster, square): (usize, f64)| Nearest { cluster, distance: square.sqrt() };
    let [first, second] = two.map(|found| found.map(near));
    first.map(|nearest| Assignment { nearest, next: second })
}

/// Adds everything that is wrong with stored clusters.
pub(super) fn check(clusters: &[Cluster], path: &Path, problems: &mut Problems<Fault>) {
    let columns = clusters.first().map_or(0, |cluster| cluster.center.len());
    match clusters.first() {
        None => problems.add(path.clone(), Fault::Zero),
        Some(_) if columns == 0 => problems.add(path.item(0), Fault::NoCoordinates),
        Some(_) => {}
    }
    for (index, cluster) in clusters.iter().enumerate() {
        let place = path.item(index);
        check_center(&cluster.center, columns, &place.field("center"), problems);
        check_weight(cluster.weight, &place.field("weight"), problems);
    }
}

/// Adds everything that is wrong with a center.
pub(super) fn check_center(
    center: &[f64],
    columns: usize,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    let (expected, found) = (columns, center.len());
    if expected != found {
        problems.add(path.clone(), Fault::Count { what: "coordinates", expected, found });
    }
    for (column, &value) in center.iter().enumerate().filter(|(_, value)| !is_coordinate(**value)) {
        problems.add(path.item(column), Fault::Coordinate { value });
    }
}

/// Adds the fault of a sum of weights that is out of range.
pub(super) fn check_weight(value: f64, path: &Path, problems: &mut Problems<Fault>) {
    if !(value > 0.0 && value <= HEAVIEST * 1e20) {
        problems.add(path.clone(), Fault::OutOfRange { value });
    }
}
