//! The nearest point of a segment, by centers.

use super::{Guide, Start};

/// How often all borders are looked at, at most.
const ROUNDS: usize = 20_000;

/// A side of the space: where the product with `normal` is at most `limit`.
struct Border {
    normal: Vec<f64>,
    limit: f64,
}

/// The point of a segment's cell that is nearest to the start, of those that differ in free columns
/// only and lie in their ranges; none without such a point, or if the method is not one of centers.
///
/// C. Hildreth, "A quadratic programming procedure", Naval Research Logistics Quarterly 4 (1957),
/// 79–85: each border in turn pushes the point back to its side, and takes back what it pushed too
/// far.
pub(super) fn nearest(guide: &Guide<'_>, start: &Start<'_>, segment: usize) -> Option<Vec<f64>> {
    let borders = borders(guide, start, segment)?;
    let mut point = start.point.clone();
    let mut pushes = vec![0.0; borders.len()];
    let size = start.point.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
    for _ in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for (border, push) in borders.iter().zip(&mut pushes) {
            let square: f64 = border.normal.iter().map(|x| x * x).sum();
            let beyond = product(&border.normal, &point) - border.limit;
            let change = (beyond / square).max(-*push);
            *push += change;
            point.iter_mut().zip(&border.normal).for_each(|(x, normal)| *x -= change * normal);
            moved = moved.max(change.abs() * square.sqrt());
        }
        if moved <= 1e-13 * size {
            break;
        }
    }
    let inside = |border: &Border| {
        let square = product(&border.normal, &border.normal);
        product(&border.normal, &point) - border.limit <= 1e-7 * size * square.sqrt()
    };
    borders.iter().all(inside).then_some(point)
}

/// The borders of the segment's cell and of the ranges; none if nothing can be inside.
fn borders(guide: &Guide<'_>, start: &Start<'_>, segment: usize) -> Option<Vec<Border>> {
    if !guide.model.is_by_centers() {
        return None;
    }
    let clusters = guide.model.model().clusters();
    let own = &clusters.get(segment)?.center;
    let free: Vec<f64> =
        (0..start.point.len()).map(|column| f64::from(u8::from(guide.is_free(column)))).collect();
    let mut borders = Vec::new();
    for (number, cluster) in clusters.iter().enumerate().filter(|(other, _)| *other != segment) {
        let ahead = cluster.center.iter().zip(own).map(|(other, own)| 2.0 * (other - own));
        let ahead: Vec<f64> = ahead.collect();
        let limit = product(&cluster.center, &cluster.center) - product(own, own);
        // What fixed columns contribute does not change.
        let normal: Vec<f64> = ahead.iter().zip(&free).map(|(x, free)| x * free).collect();
        let given = product(&ahead, &start.point) - product(&normal, &start.point);
        let limit = limit - given;
        if normal.iter().any(|x| *x != 0.0) {
            borders.push(Border { normal, limit });
        } else if limit < 0.0 || (limit == 0.0 && number < segment) {
            return None;
        }
    }
    for column in (0..start.point.len()).filter(|column| guide.is_free(*column)) {
        let (least, most) = guide.range(column);
        for (end, direction) in [(least, -1.0), (most, 1.0)] {
            let scaled = scaled(guide, start, column, end).filter(|scaled| scaled.is_finite());
            let Some(scaled) = scaled else { continue };
            let mut normal = vec![0.0; start.point.len()];
            if let Some(place) = normal.get_mut(column) {
                *place = direction;
            }
            borders.push(Border { normal, limit: direction * scaled });
        }
    }
    Some(borders)
}

/// Where a number of a column is on its scale.
fn scaled(guide: &Guide<'_>, start: &Start<'_>, column: usize, number: f64) -> Option<f64> {
    let mut values = start.values.to_vec();
    let place = values.get_mut(column)?;
    *place = guide.measure(column).value(number);
    place.as_ref()?;
    guide.model.prepared().row(&values)?.get(column).copied()
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
