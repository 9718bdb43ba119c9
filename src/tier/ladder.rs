//! A ladder of tiers as it is written, and its check.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::climb::Climb;
use super::{Credits, Fault, Progress, Standing, Tier, TierPolicy};
use crate::calendar::{Interval, Span, Window};
use crate::feature::{Moment, Snapshot};
use crate::id::TierId;
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::points::Ledger;

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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Crossing {
    /// With that of the tier before the purchase.
    #[default]
    Before,
    /// With that of the tier that the purchase leads to.
    After,
    /// What is paid up to where the next tier begins earns with that of the tier before, the rest
    /// with that of the next, and so on; for spend only. What is not earned for an amount is
    /// multiplied as the whole order is.
    Split,
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
        if self.crossing == Crossing::Split && self.measure != Measure::Spend {
            problems.add(Path::from("crossing"), Fault::NothingToSplit { measure: self.measure });
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

    /// The position of the highest tier for which so many credits suffice.
    pub(super) fn rank(&self, credits: i128) -> usize {
        let enough = |tier: &Tier| i128::from(tier.at_least.amount()) <= credits;
        self.tiers.partition_point(enough).saturating_sub(1)
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
            Some(below) if found <= below => Some(Fault::NotRising { found, below }),
            _ => None,
        }
    }
}

impl TierPolicy for CheckedLadder {
    fn tiers(&self) -> &[Tier] {
        &self.written.tiers
    }

    fn standing(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Standing {
        let Ladder { tiers, measure, .. } = &self.written;
        let Moment { as_of, zone, currency } = *snapshot.moment();
        let anchor = snapshot.member_since();
        let climb = Climb::of(&self.written, &measure.of(snapshot, ledger), &zone, anchor);
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

    fn rank(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> usize {
        let Ladder { measure, window, validity, .. } = &self.written;
        let Moment { as_of, zone, .. } = *snapshot.moment();
        let interval = window.interval(as_of, &zone, snapshot.member_since());
        let credits = interval.map_or(0, |interval| measure.within(&interval, snapshot, ledger));
        let now = self.written.rank(credits);
        if *validity == Validity::WhileQualified {
            return now;
        }
        // No rank was ever held for more credits than there have been in all.
        let ever = Interval { first: DateTime::<Utc>::MIN_UTC, last: as_of };
        let most = self.written.rank(measure.within(&ever, snapshot, ledger));
        if now == most { now } else { self.standing(snapshot, ledger).rank }
    }

    fn looks_at_points(&self) -> bool {
        self.written.measure == Measure::PointsEarned
    }

    fn crossing(&self) -> Crossing {
        self.written.crossing
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(ladder: serde_json::Value, expected: &[&str]) {
        let written: Ladder = serde_json::from_value(ladder).unwrap();
        let found = written.check(Currency::EUR).err().unwrap_or_default();
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn every_problem_of_a_ladder_is_told_with_its_place() {
        check(
            json!({"measure": "spend", "window": "12mo", "tiers": [
                {"id": "a", "name": "A", "at_least": "1.00 EUR"},
                {"id": "b", "name": "B", "at_least": "1.00 EUR"},
                {"id": "a", "name": "C", "at_least": "5.00 USD"},
                {"id": "d", "name": "D", "at_least": 12},
                {"id": "e", "name": "E", "at_least": "9.00 EUR"},
                {"id": "f", "name": "F", "at_least": "8.00 EUR"},
            ]}),
            &[
                "`tiers[0].at_least`: the first tier begins at 1.00 EUR: it must be 0, so that \
                 everybody has a tier",
                "`tiers[1].at_least`: the tier begins at 1.00 EUR, the one below it at 1.00 EUR: \
                 it must take more",
                "`tiers[2].id`: tier `a` is there twice: also at tiers[0]",
                "`tiers[2].at_least`: 5.00 USD is not in EUR, the currency of the program",
                "`tiers[3].at_least`: the ladder counts spend: write an amount such as \
                 `500.00 EUR`, not `12`",
                "`tiers[5].at_least`: the tier begins at 8.00 EUR, the one below it at 9.00 EUR: \
                 it must take more",
            ],
        );
        check(
            json!({"measure": "points_earned", "window": "lifetime", "crossing": "after",
                   "tiers": []}),
            &[
                "`crossing`: the ladder counts points earned: these cannot depend on the tier that \
                 they lead to",
                "`tiers`: there are no tiers: at least one is needed, which everybody is in",
            ],
        );
        check(
            json!({"measure": "visits", "window": "lifetime", "tiers": [
                {"id": "a", "name": "A", "at_least": "0.00 EUR"}]}),
            &["`tiers[0].at_least`: the ladder counts visits: write a whole number such as `12`, \
               not `0.00 EUR`"],
        );
        let many: Vec<_> = (0..=MAX_TIERS)
            .map(|tier| json!({"id": tier.to_string(), "name": "T", "at_least": tier}))
            .collect();
        check(
            json!({"measure": "orders", "window": "lifetime", "tiers": many}),
            &["`tiers`: 101 tiers are too many: at most 100"],
        );
    }

    #[test]
    fn a_tier_that_cannot_be_read_says_what_is_wanted() {
        let refused =
            |tier: serde_json::Value| serde_json::from_value::<Tier>(tier).unwrap_err().to_string();
        let tier = |at_least, multiplier| {
            let [id, name] = ["a", "A"];
            json!({"id": id, "name": name, "at_least": at_least, "multiplier": multiplier})
        };
        assert_eq!(
            refused(tier(json!(0.5), json!("1x"))),
            "credits are money such as \"500.00 EUR\", or a whole number such as 12",
        );
        assert!(refused(tier(json!(0), json!("-1x"))).contains("`-1x` is no multiplier"));
    }
}
