//! Earning rules as they are written, and their check.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fault, Points, Term};
use crate::calendar::{Period, Span, Zone};
use crate::event::EventType;
use crate::id::{CategoryId, EarningId, ProductId};
use crate::money::{Currency, Money, Rounding};
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Rule, Schema};

/// The most points that a rule can give per amount, per unit or per event.
pub const MAX_AWARD: Points = Points(1_000_000_000);

/// All earning rules of a program; each gives its points beside the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Earning(pub Vec<EarningRule>);

/// What earns points, how many, and how long they last.
///
/// ```
/// use loyalty::points::EarningRule;
///
/// let rule: EarningRule = serde_json::from_str(r#"{
///   "id": "base",
///   "award": {"per_amount": {"points": 1, "per": "1.00 EUR", "categories": ["coffee"]}},
///   "activation": {"after": "14d"},
///   "expiry": {"end_of": {"period": "month", "after": "12mo"}}
/// }"#)?;
/// let rule: EarningRule = serde_json::from_str(r#"{
///   "id": "reviews",
///   "award": {"per_event": {"event": "review", "points": 50,
///                           "cap": {"count": 2, "per": "month"}}},
///   "tier_multiplier": "ignored"
/// }"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarningRule {
    /// Names the rule; the points that it gave refer to it.
    pub id: EarningId,
    /// What earns points, and how many.
    pub award: Award,
    /// What must hold when it happens, besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
    /// Whether customers of a higher tier get more.
    #[serde(default)]
    pub tier_multiplier: TierMultiplier,
    /// When the points can be spent.
    #[serde(default)]
    pub activation: Activation,
    /// When they can no longer be spent.
    #[serde(default)]
    pub expiry: Expiry,
}

/// What earns points, and how many.
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
}

/// So many points for every so much that is paid.
///
/// The points of an order follow from all that is paid for its eligible lines, and are split over
/// these in proportion, so that a line that is returned takes its share back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PerAmount {
    /// How many points.
    pub points: Points,
    /// For how much, after discounts.
    pub per: Money,
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
    /// How often they are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
}

/// At most so many times in every period of the calendar.
///
/// Of events at one instant those with the smaller ids come first: a cap must hold for them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// How many times.
    pub count: u32,
    /// In which period, in the program's time zone.
    pub per: Period,
}

/// Whether the multiplier of the customer's tier applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TierMultiplier {
    /// The points are multiplied.
    #[default]
    Applies,
    /// Every tier gets the same.
    Ignored,
}

/// When points can be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Activation {
    /// From the instant at which they are earned.
    #[default]
    Immediate,
    /// So long after they are earned: until goods can no longer be returned, say.
    After(Span),
}

/// When points can no longer be spent, counted from their activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Expiry {
    /// They last for good.
    #[default]
    Never,
    /// So long after they are active.
    After(Span),
    /// At the end of a period.
    EndOf(EndOf),
}

/// The end of the period in which a span ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndOf {
    /// Which period of the calendar, in the program's time zone.
    pub period: Period,
    /// The span; without one it is the period in which the points become active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
}

/// Earning rules that fit a program, ready to give points.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedEarning {
    pub(super) rules: Vec<CheckedEarningRule>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct CheckedEarningRule {
    pub(super) written: EarningRule,
    pub(super) when: Option<CheckedRule>,
}

impl Earning {
    /// The rules, checked against the fields of a program and its currency.
    ///
    /// # Errors
    /// All problems, each with its path, such as `[2].award.per_amount.per`.
    pub fn check(
        &self,
        schema: &Schema,
        currency: Currency,
    ) -> Result<CheckedEarning, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut seen = BTreeMap::new();
        let mut rules = Vec::with_capacity(self.0.len());
        for (index, rule) in self.0.iter().enumerate() {
            let path = Path::root().item(index);
            if let Some(first) = seen.insert(&rule.id, index) {
                let fault = Fault::DuplicateRule { id: rule.id.clone(), first };
                problems.add(path.field("id"), fault);
            }
            rule.award.check(currency, &path.field("award"), &mut problems);
            let when = rule
                .when
                .as_ref()
                .and_then(|when| problems.take(&path.field("when"), when.check(schema)));
            rules.push(CheckedEarningRule { written: rule.clone(), when });
        }
        problems.into_result(CheckedEarning { rules })
    }
}

impl CheckedEarning {
    /// The rules as they were written.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &EarningRule> {
        self.rules.iter().map(|rule| &rule.written)
    }
}

impl Award {
    fn check(&self, currency: Currency, path: &Path, problems: &mut Problems<Fault>) {
        let (path, points) = match self {
            Self::PerAmount(award) => (path.field("per_amount"), award.points),
            Self::PerUnit(award) => (path.field("per_unit"), award.points),
            Self::PerEvent(award) => (path.field("per_event"), award.points),
        };
        if points <= Points::ZERO || points > MAX_AWARD {
            problems.add(path.field("points"), Fault::Award { points });
        }
        match self {
            Self::PerAmount(PerAmount { per, .. }) => {
                if per.currency() != currency {
                    let fault = Fault::ForeignCurrency { amount: *per, currency };
                    problems.add(path.field("per"), fault);
                }
                if per.minor() <= 0 {
                    problems.add(path.field("per"), Fault::PerNothing { amount: *per });
                }
            }
            Self::PerUnit(_) => {}
            Self::PerEvent(PerEvent { event, cap, .. }) => {
                if matches!(event, EventType::Return | EventType::Void | EventType::Points) {
                    problems.add(path.field("event"), Fault::EarnsNothing { event: *event });
                }
                if cap.is_some_and(|cap| cap.count == 0) {
                    problems.add(path.field("cap").field("count"), Fault::NeverEarns);
                }
            }
        }
    }
}

impl EarningRule {
    /// From when until when points that are earned at `at` can be spent.
    pub(super) fn term(&self, at: DateTime<Utc>, zone: &Zone) -> Term {
        let active_at = match self.activation {
            Activation::Immediate => at,
            Activation::After(span) => span.after(at, zone),
        };
        let expires_at = match self.expiry {
            Expiry::Never => None,
            Expiry::After(span) => Some(span.after(active_at, zone)),
            Expiry::EndOf(EndOf { period, after }) => {
                let reached = after.map_or(active_at, |span| span.after(active_at, zone));
                Some(zone.start_of_day(period.next_start(zone.date(reached))))
            }
        };
        Term { active_at, expires_at, sliding: None }
    }
}
