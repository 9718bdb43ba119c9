//! Points of several purses side by side.

use std::collections::BTreeMap;

use super::{Amount, Points};
use crate::id::PurseId;

/// So many points of each purse: what there is to spend, or what something costs in all.
///
/// Nothing in it ever goes from one purse to another.
///
/// ```
/// use loyalty::points::{Amount, Points, Wallet};
///
/// let stars = |points| Ok::<_, loyalty::id::IdError>(Amount::of(points, "stars".parse()?));
/// let mut wallet: Wallet = [Points(500).into(), stars(Points(3))?].into_iter().collect();
/// let mug = Wallet::from(stars(Points(2))?);
/// assert!(wallet.covers(&mug));
/// wallet.pay(&mug);
/// assert!(!wallet.covers(&mug), "however many main points there are");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wallet(BTreeMap<Option<PurseId>, Points>);

impl Wallet {
    /// How many there are of a purse, or of main points for `None`.
    #[must_use]
    pub fn points(&self, purse: Option<&PurseId>) -> Points {
        self.0.get(&purse.cloned()).copied().unwrap_or_default()
    }

    /// The points of each purse of which there are any or were.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&PurseId>, Points)> {
        self.0.iter().map(|(purse, points)| (purse.as_ref(), *points))
    }

    /// Whether it is of no purse at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts points in; no more than fit.
    pub fn put(&mut self, Amount { points, purse }: Amount) {
        let sum = self.0.entry(purse).or_default();
        sum.0 = sum.0.saturating_add(points.0);
    }

    /// Whether there are as many of each purse as `cost` has.
    #[must_use]
    pub fn covers(&self, cost: &Self) -> bool {
        cost.iter().all(|(purse, points)| points <= self.points(purse))
    }

    /// Takes out what something costs; of a purse that does not cover it, all that there is.
    pub fn pay(&mut self, cost: &Self) {
        for (purse, points) in &cost.0 {
            if let Some(left) = self.0.get_mut(purse) {
                left.0 = left.0.saturating_sub(points.0).max(0);
            }
        }
    }

    /// Puts in what is in another one.
    pub fn add(&mut self, cost: &Self) {
        for (purse, points) in &cost.0 {
            self.put(Amount { points: *points, purse: purse.clone() });
        }
    }
}

impl FromIterator<Amount> for Wallet {
    fn from_iter<I: IntoIterator<Item = Amount>>(amounts: I) -> Self {
        let mut wallet = Self::default();
        amounts.into_iter().for_each(|amount| wallet.put(amount));
        wallet
    }
}

impl<A: Into<Amount>> From<A> for Wallet {
    fn from(amount: A) -> Self {
        std::iter::once(amount.into()).collect()
    }
}
