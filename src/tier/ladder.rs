//! A ladder of tiers as it is written, and its check.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::climb::Climb;
use super::{Credits, Fault, Progress, Standing, Tier, TierPolicy};
use crate::calendar::{Span, Window};
use crate::feature::Moment;
use crate::id::TierId;
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::points::Ledger;
use crate::profile::Profile;

/// The most tiers of a ladder.
pub const MAX_TIERS: usize = 100;

/// Tiers that customers climb by what they did within a window of time.
///
/// ```
/// use loyalty::tier::Ladder;
///
/// let ladder: Ladder = serde_json::from_str(r#"{
///   "measure": "spend", "window": "12mo", "validity": {"for": "12mo"},
///   "tiers": [
///     {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
///     {"id": "gold", "name": "Gold", "at_least": "500.00 EUR", "multiplier": "1.5x",
///      "benefits": ["free shipping"]}
///   ]
/// }"#)?;
/// ladder.check(loyalty::money::Currency::EUR)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The tiers, from the lowest, which everybody is in, to the highest.
    pub tiers: Vec<Tier>,
    /// What counts.
    pub measure: Measure,
    /// Since when it counts.
    pub window: Window,
    /// How long a tier lasts.
    #[serde(default)]
    pub validity: Validity,
    /// How a purchase earns that leads to another tier.
    #[serde(default)]
    pub crossing: Crossing,
}

/// What a ladder counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// What was paid for orders and has not come back.
    Spend,
    /// Orders of which something was kept.
    Orders,
    /// Visits to stores.
    Visits,
    /// Points that were earned and not taken back, spent or not.
    PointsEarned,
}

/// How long a tier lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Validity {
    /// As long as the credits in the window suffice.
    #[default]
    WhileQualified,
    /// As long as that, and at least for this span after each credit with which they sufficed.
    For(Span),
}

/// With which tier's multiplier a purchase earns that leads to another tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Crossing {
    /// With that of the tier before the purchase.
    #[default]
    Before,
    /// With that of the tier that the purchase leads to.
    After,
}

/// A ladder that fits a program, ready to place customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLadder {
    written: Ladder,
    lowest: TierId,
}

impl Measure {
    /// How credits of this measure are written.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Spend => "an amount such as `500.00 EUR`",
            Self::Orders | Self::Visits | Self::PointsEarned => "a whole number such as `12`",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spend => "spend",
            Self::Orders => "orders",
            Self::Visits => "visits",
            Self::PointsEarned => "points earned",
        })
    }
}

impl Ladder {
    /// The ladder, checked against the currency of a program.
    ///
    /// # Errors
    /// All problems, each with its path, such as `tiers[1].at_least`.
    pub fn check(&self, currency: Currency) -> Result<CheckedLadder, Problems<Fault>> {
        let mut problems = Problems::none();
        let path = Path::from("tiers");
        if self.tiers.len() > MAX_TIERS {
            problems.add(path.clone(), Fault::TooManyTiers { count: self.tiers.len() });
        }
        if self.crossing == Crossing::After && self.measure == Measure::PointsEarned {
            problems.add(Path::from("crossing"), Fault::Circular);
        }
        let mut seen = BTreeMap::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            if let Some(first) = seen.insert(&tier.id, index) {
                let fault = Fault::DuplicateTier { id: tier.id.clone(), first };
                problems.add(path.item(index).field("id"), fault);
            }
            let below = index.checked_sub(1).and_then(|below| self.tiers.get(below));
            if let Some(fault) = self.fault(tier, below, currency) {
                problems.add(path.item(index).field("at_least"), fault);
            }
        }
        let Some(lowest) = self.tiers.first() else {
            problems.add(path, Fault::NoTiers);
            return Err(problems);
        };
        let (written, lowest) = (self.clone(), lowest.id.clone());
        problems.into_result(CheckedLadder { written, lowest })
    }

    /// What is wrong with where a tier begins.
    fn fault(&self, tier: &Tier, below: Option<&Tier>, currency: Currency) -> Option<Fault> {
        let found = tier.at_least;
        match (self.measure == Measure::Spend, found) {
            (true, Credits::Money(amount)) if amount.currency() != currency => {
                return Some(Fault::ForeignCurrency { amount, currency });
            }
            (true, Credits::Money(_)) | (false, Credits::Count(_)) => {}
            _ => return Some(Fault::WrongCredits { measure: self.measure, found }),
        }
        match below.map(|below| below.at_least) {
            None if found.amount() != 0 => Some(Fault::FirstNotZero { found }),
            Some(below) if found.amount() <= below.amount() => {
                Some(Fault::NotRising { found, below })
            }
            _ => None,
        }
    }
}

impl TierPolicy for CheckedLadder {
    fn tiers(&self) -> &[Tier] {
        &self.written.tiers
    }

    fn standing(&self, profile: &Profile, ledger: &Ledger, moment: &Moment) -> Standing {
        let Ladder { tiers, measure, .. } = &self.written;
        let Moment { as_of, zone, currency } = *moment;
        let anchor = profile.anchor(as_of, &zone);
        let climb = Climb::of(&self.written, &measure.of(profile, ledger, moment), &zone, anchor);
        let (last, next) = climb.around(as_of);
        let rank = last.map_or(0, |change| change.rank);
        let amount = climb.credits(as_of);
        let progress = tiers.get(rank + 1).map(|tier| Progress {
            next: tier.id.clone(),
            gap: measure.credits(tier.at_least.amount().saturating_sub(amount), currency),
            counts_until: climb.counts_until(as_of),
        });
        let until = next.map(|change| change.at);
        Standing {
            tier: tiers.get(rank).map_or(&self.lowest, |tier| &tier.id).clone(),
            rank,
            credits: measure.credits(amount, currency),
            since: last.map(|change| change.at),
            until,
            progress,
            next_change: climb.next_step(as_of).into_iter().chain(until).min(),
        }
    }

    fn crossing(&self) -> Crossing {
        self.written.crossing
    }
}
