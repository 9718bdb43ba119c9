//! What moved a customer between clusters.

use crate::rule::{Text, Value};
use crate::segment::migration::{Cause, Turn, shapley};

use super::Clustered;

impl Clustered {
    /// The part of each feature in how much nearer the new segment became than the old one; for a
    /// customer who was or is in none, which values became known or are not known any more.
    pub(super) fn moved(&self, then: &[Option<Value>], now: &[Option<Value>]) -> Vec<Cause> {
        let cluster = |row| self.place(row).map(|found| found.nearest.cluster);
        let parts = match (cluster(then), cluster(now)) {
            (Some(from), Some(to)) => self.parts((then, from), (now, to)),
            _ => None,
        };
        let Some(parts) = parts else { return known(&self.inputs, then, now) };
        let values = self.inputs.iter().zip(then.iter().zip(now)).zip(parts);
        let changed = values.filter(|(_, part)| *part != 0.0);
        let cause = |((feature, (then, now)), weight): ((&Text, _), f64)| {
            let (then, now): (&Option<Value>, &Option<Value>) = (then, now);
            let (feature, then, now) = (feature.clone(), then.clone(), now.clone());
            Cause { feature, then, now, turn: Turn::Margin, weight }
        };
        changed.map(cause).collect()
    }

    fn parts(
        &self,
        (then, from): (&[Option<Value>], usize),
        (now, to): (&[Option<Value>], usize),
    ) -> Option<Vec<f64>> {
        let (then, now) = (self.prepared.row(then)?, self.prepared.row(now)?);
        shapley(&then, &now, |point| {
            let distances = self.model.distances(point)?;
            // A cluster can be out of reach, of which there are no parts.
            Some(distances.get(from)? - distances.get(to)?).filter(|margin| margin.is_finite())
        })
    }
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
