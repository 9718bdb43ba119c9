//! What models of purchases at any time know of a customer, and of all of them.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::length::rate;
use super::{Fault, LONGEST, MOST_WEIGHT};

/// A customer's repeat purchases in short: usually called (x, t_x, T).
///
/// Time is counted from the first purchase, which itself is none of the repeat purchases.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::Repeat;
///
/// // Two more purchases, the last 30.43 weeks after the first, looked at after 38.86 weeks.
/// let customer = Repeat::new(2, 30.43, 38.86, Unit::Week);
/// assert_eq!(customer.recency, 30.43);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// How many purchases followed the first, usually called x.
    pub frequency: u32,
    /// What the times are counted in.
    pub unit: Unit,
    /// When the last of them was, usually called t_x; 0 if there was none.
    pub recency: f64,
    /// When the customer is looked at, usually called T.
    pub age: f64,
}

impl Repeat {
    /// So many repeat purchases, the last of them after `recency`, looked at after `age`.
    #[must_use]
    pub const fn new(frequency: u32, recency: f64, age: f64, unit: Unit) -> Self {
        Self { frequency, unit, recency, age }
    }

    /// The customer in another unit; `None` if that cannot be, or the numbers make no sense.
    #[inline]
    pub(super) fn seen_in(&self, unit: Unit) -> Option<History> {
        let factor = if self.unit == unit { 1.0 } else { rate(self.unit, unit)? };
        let (recency, age) = (self.recency * factor, self.age * factor);
        let sound = 0.0 <= recency && recency <= age && age <= LONGEST;
        let sound = sound && (self.frequency > 0 || recency == 0.0);
        sound.then_some(History { frequency: f64::from(self.frequency), recency, age })
    }

    /// Adds everything that is wrong with the customer at `path`.
    pub(super) fn check(&self, unit: Unit, path: &Path, problems: &mut Problems<Fault>) {
        if rate(self.unit, unit).is_none() {
            problems.add(path.field("unit"), Fault::Unit);
        }
        let times = [("recency", self.recency), ("age", self.age)];
        let wrong = times.into_iter().filter(|(_, value)| !(0.0..=LONGEST).contains(value));
        let before = problems.len();
        for (name, value) in wrong {
            problems.add(path.field(name), Fault::Time { value });
        }
        if problems.len() > before {
            return;
        }
        let (recency, age) = (self.recency, self.age);
        if recency > age {
            problems.add(path.field("recency"), Fault::AfterAge { recency, age });
        }
        if self.frequency == 0 && recency > 0.0 {
            problems.add(path.field("recency"), Fault::NoPurchase { recency });
        }
    }
}

/// A checked customer in the unit of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct History {
    pub(super) frequency: f64,
    pub(super) recency: f64,
    pub(super) age: f64,
}

/// The repeat purchases of many customers: those with the same history once, with their weight, so
/// that a million customers are fitted as fast as their different histories.
///
/// Histories are kept in their own order, so that the order of the customers makes no difference.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{Repeat, Repeats};
///
/// let customers = [
///     Repeat::new(0, 0.0, 39.0, Unit::Week),
///     Repeat::new(2, 14.0, 38.0, Unit::Week),
///     Repeat::new(0, 0.0, 273.0, Unit::Day),
/// ];
/// let all = Repeats::new(Unit::Week, &customers, None)?;
/// assert_eq!((all.customers(), all.histories(), all.purchases()), (3.0, 2, 2.0));
/// assert_eq!(all.unit(), Unit::Week);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Repeats {
    unit: Unit,
    histories: Vec<(History, f64)>,
    log_gaps: Option<f64>,
}

impl Repeats {
    /// Customers, each of which counts once without `weights`; times are turned into `unit`.
    ///
    /// # Errors
    /// Everything that makes no sense, with its place.
    ///
    /// # Complexity
    /// O(n log n).
    pub fn new(
        unit: Unit,
        customers: &[Repeat],
        weights: Option<&[f64]>,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        check_weights(customers.len(), weights, &mut problems);
        let mut histories = Vec::with_capacity(customers.len());
        let mut weight = weights.unwrap_or_default().iter().copied();
        for (at, customer) in customers.iter().enumerate() {
            let weight = weight.next().unwrap_or(1.0);
            match customer.seen_in(unit) {
                Some(history) => histories.push((history, weight)),
                None => {
                    let path = Path::from("customers").item(at);
                    customer.check(unit, &path, &mut problems);
                }
            }
        }
        problems.into_result(())?;
        Ok(Self { unit, histories: compressed(histories), log_gaps: None })
    }

    /// With the sum of the natural logarithms of all gaps between a customer's purchases that
    /// follow each other, the first one included, in the unit of this: by it models of regular
    /// buyers are compared.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{Repeat, Repeats};
    ///
    /// // Purchases after 4 and 12 weeks: gaps of 4 and 8 weeks.
    /// let one = [Repeat::new(2, 12.0, 20.0, Unit::Week)];
    /// let one = Repeats::new(Unit::Week, &one, None)?.with_log_gaps(f64::ln(4.0) + f64::ln(8.0));
    /// assert_eq!(one.log_gaps(), Some(f64::ln(4.0) + f64::ln(8.0)));
    /// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
    /// ```
    #[must_use]
    pub fn with_log_gaps(mut self, sum: f64) -> Self {
        self.log_gaps = sum.is_finite().then_some(sum);
        self
    }

    /// What times are counted in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// The sum of the logarithms of all gaps, if it is known.
    #[must_use]
    pub const fn log_gaps(&self) -> Option<f64> {
        self.log_gaps
    }

    /// How many customers there are, by their weights.
    #[must_use]
    pub fn customers(&self) -> f64 {
        self.histories.iter().map(|(_, weight)| weight).sum()
    }

    /// How many different histories they have.
    #[must_use]
    pub fn histories(&self) -> usize {
        self.histories.len()
    }

    /// How many repeat purchases they made, by their weights.
    #[must_use]
    pub fn purchases(&self) -> f64 {
        self.histories.iter().map(|(history, weight)| weight * history.frequency).sum()
    }

    pub(super) fn rows(&self) -> &[(History, f64)] {
        &self.histories
    }

    /// The same histories with other weights.
    pub(super) fn reweighted(&self, weights: impl Iterator<Item = f64>) -> Self {
        let rows = self.histories.iter().zip(weights);
        let histories = rows.map(|((history, _), weight)| (*history, weight));
        let histories = histories.filter(|(_, weight)| *weight > 0.0).collect();
        Self { unit: self.unit, histories, log_gaps: self.log_gaps }
    }

    /// Histories that make sense already.
    pub(super) fn of(unit: Unit, histories: Vec<(History, f64)>) -> Self {
        Self { unit, histories: compressed(histories), log_gaps: None }
    }

    /// Each n-th history in their order, so that about `most` are left.
    pub(super) fn sample(&self, most: usize) -> Self {
        let step = self.histories.len().div_ceil(most.max(1)).max(1);
        let histories = self.histories.iter().copied().step_by(step).collect();
        Self { unit: self.unit, histories, log_gaps: None }
    }

    /// How many customers made so many purchases, from the fewest purchases on.
    pub(super) fn frequencies(&self) -> Vec<(f64, f64)> {
        let mut counts: Vec<(f64, f64)> = Vec::new();
        for (history, weight) in &self.histories {
            match counts.last_mut() {
                Some((frequency, count)) if *frequency == history.frequency => *count += weight,
                _ => counts.push((history.frequency, *weight)),
            }
        }
        counts
    }
}

/// Adds everything that is wrong with the weights of so many rows.
pub(super) fn check_weights(rows: usize, weights: Option<&[f64]>, problems: &mut Problems<Fault>) {
    let Some(weights) = weights else { return };
    let path = Path::from("weights");
    if weights.len() != rows {
        let fault = Fault::Count { what: "weights", expected: rows, found: weights.len() };
        problems.add(path.clone(), fault);
    }
    for (at, &value) in weights.iter().enumerate() {
        if !(0.0..=MOST_WEIGHT).contains(&value) {
            problems.add(path.item(at), Fault::Weight { value });
        }
    }
}

/// Each history once, in their order, without those that weigh nothing.
fn compressed(mut histories: Vec<(History, f64)>) -> Vec<(History, f64)> {
    // Numbers of at least 0 are in the order of their bits.
    let key = |(history, weight): &(History, f64)| {
        let bits = |number: f64| (number + 0.0).to_bits();
        (bits(history.frequency), bits(history.recency), bits(history.age), bits(*weight))
    };
    histories.retain(|(_, weight)| *weight > 0.0);
    histories.sort_unstable_by_key(key);
    histories.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    histories
}
