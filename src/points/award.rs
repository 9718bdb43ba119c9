//! What earns points, and how many, as it is written.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Fault, MAX_AWARD, Points};
use crate::event::EventType;
use crate::id::{AttributeName, CategoryId, ProductId};
use crate::money::{Currency, Money, Rounding};
use crate::path::{Path, Problems};

/// What earns points, and how many.
///
/// Whatever a purchase earns is split over the lines that led to it, so that a line that is
/// returned takes its share back: by what is paid for the lines, or by their units if nothing is
/// paid for any, with the largest remainder as amounts are (see [`shares`](super::shares)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Award {
    /// What is paid for an order.
    PerAmount(PerAmount),
    /// The units that are paid for.
    PerUnit(PerUnit),
    /// That something happens.
    PerEvent(PerEvent),
    /// The first order, the n-th, or every n-th.
    NthOrder(NthOrder),
    /// The customer's birthday.
    Birthday(Birthday),
    /// That the customer has told all of some attributes.
    ProfileCompleted(ProfileCompleted),
}

/// So many points for every so much that is paid.
///
/// The points of an order follow from all that is paid for its eligible lines, and are split over
/// these in proportion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PerAmount {
    /// How many points.
    pub points: Points,
    /// For how much, after discounts.
    pub per: Money,
    /// Whether a part of that amount earns, too.
    #[serde(default)]
    pub steps: Steps,
    /// What must be paid for the eligible lines together at least; less earns nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// What becomes of a fraction of a point of the whole order, after any multiplier.
    #[serde(default = "down")]
    pub rounding: Rounding,
    /// The categories whose lines earn.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
    /// The products whose lines earn; every line does if neither categories nor products are named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
}

const fn down() -> Rounding {
    Rounding::Down
}

/// What earns of an amount that is no multiple of the one for which points are given.
///
/// At 10 points for every 10.00 EUR, 19.99 EUR earn 19 points in proportion, and 10 for full steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// All of it, in proportion.
    #[default]
    Proportional,
    /// Only every full step.
    Full,
}

/// So many points for every unit that is paid for: the punches of a card.
///
/// A line earns for as many units as are paid for at its unit price, and a part of a unit counts as
/// a whole one. So a unit at half price earns, a free one does not, and of two units at half price
/// one is free. A multiplied number is rounded down, once for the whole order. JSON:
/// `{"points": 1, "categories": ["coffee"]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PerUnit {
    /// How many points.
    pub points: Points,
    /// The categories whose lines earn.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
    /// The products whose lines earn; every line does if neither categories nor products are named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
}

/// So many points whenever something happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PerEvent {
    /// What must happen.
    pub event: EventType,
    /// How many points; a multiplied number is rounded down.
    pub points: Points,
    /// The categories that it must be about: those of a line of a purchase, or of the product that
    /// was viewed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
    /// The products that it must be about: those of a line of a purchase, or what was viewed,
    /// reviewed or shared. It can be about anything if neither categories nor products are named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
}

/// So many points for some of a customer's orders, counted from the first.
///
/// An order counts if it was not declared void nor came back whole before the purchase in question.
/// A multiplied number is rounded down. JSON: `{"nth": 1, "points": 500}` for the first purchase,
/// `{"every": 10, "points": 100}` for the tenth, the twentieth and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NthOrder {
    /// Which order, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// For every how many orders, if it is some of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
    /// How many points.
    pub points: Points,
}

/// So many points once a year, for the first that happens on the customer's birthday or in the
/// month of it.
///
/// The attribute `birthday` must be known by then. Who was born on 29 February has their birthday
/// on 28 February in common years. A multiplied number is rounded down. JSON: `{"points": 200,
/// "within": "month", "event": "purchase"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Birthday {
    /// How many points.
    pub points: Points,
    /// How close to the birthday.
    #[serde(default)]
    pub within: Celebration,
    /// What must happen; anything will do if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventType>,
}

/// For how long a birthday is celebrated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Celebration {
    /// On the day.
    #[default]
    Day,
    /// In the whole calendar month in which the customer was born.
    Month,
}

/// So many points, once, for the change of attributes after which all of these are known for the
/// first time.
///
/// There are none if all were known from the start. A multiplied number is rounded down. JSON:
/// `{"points": 100, "attributes": ["email", "birthday"]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileCompleted {
    /// How many points.
    pub points: Points,
    /// What must be known.
    pub attributes: BTreeSet<AttributeName>,
}

impl Award {
    /// How many points there are at a time.
    #[must_use]
    pub const fn points(&self) -> Points {
        match self {
            Self::PerAmount(award) => award.points,
            Self::PerUnit(award) => award.points,
            Self::PerEvent(award) => award.points,
            Self::NthOrder(award) => award.points,
            Self::Birthday(award) => award.points,
            Self::ProfileCompleted(award) => award.points,
        }
    }

    /// Whether only purchases can earn them.
    pub(super) fn is_for_purchases(&self) -> bool {
        match self {
            Self::PerAmount(_) | Self::PerUnit(_) | Self::NthOrder(_) => true,
            Self::PerEvent(award) => award.event == EventType::Purchase,
            Self::Birthday(award) => award.event == Some(EventType::Purchase),
            Self::ProfileCompleted(_) => false,
        }
    }

    pub(super) fn check(&self, currency: Currency, path: &Path, problems: &mut Problems<Fault>) {
        let path = path.field(self.name());
        let points = self.points();
        if points <= Points::ZERO || points > MAX_AWARD {
            problems.add(path.field("points"), Fault::Award { points });
        }
        match self {
            Self::PerAmount(award) => award.check(currency, &path, problems),
            Self::PerUnit(_) => {}
            Self::PerEvent(award) => check_event(award.event, &path, problems),
            Self::NthOrder(award) => award.check(&path, problems),
            Self::Birthday(award) => {
                award.event.iter().for_each(|event| check_event(*event, &path, problems));
            }
            Self::ProfileCompleted(award) => {
                if award.attributes.is_empty() {
                    problems.add(path.field("attributes"), Fault::NothingToTell);
                }
            }
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::PerAmount(_) => "per_amount",
            Self::PerUnit(_) => "per_unit",
            Self::PerEvent(_) => "per_event",
            Self::NthOrder(_) => "nth_order",
            Self::Birthday(_) => "birthday",
            Self::ProfileCompleted(_) => "profile_completed",
        }
    }
}

impl PerAmount {
    fn check(&self, currency: Currency, path: &Path, problems: &mut Problems<Fault>) {
        let amounts = [("per", Some(self.per)), ("at_least", self.at_least)];
        for (name, amount) in amounts {
            let Some(amount) = amount else { continue };
            if amount.currency() != currency {
                let fault = Fault::ForeignCurrency { amount, currency };
                problems.add(path.field(name), fault);
            }
            if amount.minor() <= 0 {
                problems.add(path.field(name), Fault::PerNothing { amount });
            }
        }
    }
}

impl NthOrder {
    fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if self.nth.is_some() == self.every.is_some() {
            problems.add(path.clone(), Fault::WhichOrder);
        }
        for (name, number) in [("nth", self.nth), ("every", self.every)] {
            if number == Some(0) {
                problems.add(path.field(name), Fault::OrderZero);
            }
        }
    }

    /// Whether the order of this number, counted from 1, is meant.
    pub(super) fn is_due(&self, number: usize) -> bool {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.nth == Some(number)
            || self.every.is_some_and(|every| number.checked_rem(every) == Some(0))
    }
}

/// What takes points back earns none.
fn check_event(event: EventType, path: &Path, problems: &mut Problems<Fault>) {
    if matches!(event, EventType::Return | EventType::Void | EventType::Points) {
        problems.add(path.field("event"), Fault::EarnsNothing { event });
    }
}
