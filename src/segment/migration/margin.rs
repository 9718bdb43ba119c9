//! What moved a customer between clusters.

use super::shapley::shapley;
use super::{Cause, Turn};
use crate::rule::{Text, Value};

/// Where a customer is: a point, and the cluster that it is in.
pub(in crate::segment) struct Placed {
    pub(in crate::segment) point: Vec<f64>,
    pub(in crate::segment) cluster: usize,
}

/// The part of each feature in how much nearer the new cluster became than the old one; for a
/// customer who was or is in none, which values became known or are not known any more.
///
/// A point has a coordinate for each feature, and `distances` are those of a point from all
/// clusters.
pub(in crate::segment) fn by_margin(
    inputs: &[Text],
    (then, now): (&[Option<Value>], &[Option<Value>]),
    place: impl Fn(&[Option<Value>]) -> Option<Placed>,
    distances: impl Fn(&[f64]) -> Option<Vec<f64>>,
) -> Vec<Cause> {
    let parts = place(then).zip(place(now)).and_then(|(from, to)| {
        shapley(&from.point, &to.point, |point| {
            let distances = distances(point)?;
            let margin = distances.get(from.cluster)? - distances.get(to.cluster)?;
            // A cluster can be out of reach, of which there are no parts.
            Some(margin).filter(|margin| margin.is_finite())
        })
    });
    let Some(parts) = parts else { return known(inputs, then, now) };
    let values = inputs.iter().zip(then.iter().zip(now)).zip(parts);
    let changed = values.filter(|(_, part)| *part != 0.0);
    let cause = |((feature, (then, now)), weight): ((&Text, _), f64)| {
        let (then, now): (&Option<Value>, &Option<Value>) = (then, now);
        let (feature, then, now) = (feature.clone(), then.clone(), now.clone());
        Cause { feature, then, now, turn: Turn::Margin, weight }
    };
    changed.map(cause).collect()
}

/// Which values became known, or are not known any more.
fn known(inputs: &[Text], then: &[Option<Value>], now: &[Option<Value>]) -> Vec<Cause> {
    let cause = |(feature, (then, now)): (&Text, (&Option<Value>, &Option<Value>))| {
        let turn = match (then, now) {
            (None, Some(_)) => Turn::Known,
            (Some(_), None) => Turn::Unknown,
            _ => return None,
        };
        let (feature, then, now) = (feature.clone(), then.clone(), now.clone());
        Some(Cause { feature, then, now, turn, weight: 1.0 })
    };
    inputs.iter().zip(then.iter().zip(now)).filter_map(cause).collect()
}
