//! How points of a whole order are split over its lines.

use super::Points;
use crate::event::LineItem;
use crate::id::LineId;
use crate::money::apportion;

/// What each of these lines has of points that they earned together, so that it can be taken back
/// line by line; all of it belongs to the whole order if there are no lines.
///
/// They are split by what is paid for the lines, or by their units if nothing is paid for any. The
/// points that are left over go to the largest remainders: of equal ones to the line for which more
/// is paid, and then to that with the smaller id.
///
/// ```
/// use loyalty::event::LineItem;
/// use loyalty::points::{Points, shares};
///
/// let line = |id: &str, price: &str| -> Result<LineItem, Box<dyn std::error::Error>> {
///     Ok(LineItem::new(id.parse()?, "tea".parse()?, 1, price.parse()?))
/// };
/// let lines = [line("1", "30.00 EUR")?, line("2", "10.00 EUR")?, line("3", "0.00 EUR")?];
/// let shares = shares(Points(10), &lines);
/// let points: Vec<Points> = shares.iter().map(|(_, points)| *points).collect();
/// // Of 7.5 and 2.5 the larger line gets more.
/// assert_eq!(points, [Points(8), Points(2), Points(0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn shares<'a>(
    points: Points,
    lines: impl IntoIterator<Item = &'a LineItem>,
) -> Vec<(Option<LineId>, Points)> {
    split(points, &weights(lines))
}

/// What is paid for each line, or its units if nothing is paid for any.
pub(super) fn weights<'a>(
    lines: impl IntoIterator<Item = &'a LineItem>,
) -> Vec<(&'a LineId, i128)> {
    let lines: Vec<&LineItem> = lines.into_iter().collect();
    let weigh = |weight: fn(&LineItem) -> i64| -> Vec<(&'a LineId, i128)> {
        lines.iter().map(|line| (&line.id, i128::from(weight(line).max(0)))).collect()
    };
    let paid = weigh(|line| line.net_price().map_or(0, |paid| paid.minor()));
    if paid.iter().any(|(_, paid)| *paid > 0) { paid } else { weigh(|line| line.quantity) }
}

/// The points split by weights, with the largest remainder.
pub(super) fn split(points: Points, weights: &[(&LineId, i128)]) -> Vec<(Option<LineId>, Points)> {
    if weights.iter().all(|(_, weight)| *weight == 0) {
        return vec![(None, points)];
    }
    let parts = apportion(i128::from(points.0), weights);
    let part = |part| Points(i64::try_from(part).unwrap_or(0));
    let lines = weights.iter().map(|&(line, _)| Some(line.clone()));
    lines.zip(parts.into_iter().map(part)).collect()
}
