//! Triggers as they are written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use crate::calendar::Span;
use crate::event::{Coordinates, EventType};
use crate::id::{AttributeName, LadderId, PurseId, TriggerName};
use crate::path::each_once;
use crate::rule::{Kind, Number, Rule, Text};
use crate::timing::NextPurchaseModel;

/// All triggers of a program, and for how long late events are waited for.
///
/// ```
/// use loyalty::trigger::Triggers;
///
/// let triggers: Triggers = serde_json::from_str(r#"{
///   "lateness": "5min",
///   "correction": "1d",
///   "list": [{
///     "id": "cart_abandoned",
///     "pattern": {"silence": {
///       "after": {"event": "cart_updated",
///                 "when": {"field": "basket_total", "above": "100.00 EUR"}},
///       "without": [{"event": "purchase"}],
///       "lasting": "60min"
///     }},
///     "cool_down": "7d"
///   }]
/// }"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// How much later than its successors an event may arrive: so far the watermark stays behind
    /// the latest event of a partition. No time if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lateness: Option<Span>,
    /// For how long after a firing it is taken back if events arrive that it would not have come
    /// from. A day has 24 hours here, a month 31 days. No time if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Span>,
    /// The triggers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<Trigger>,
}

/// What to look out for, and for whom it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Names the trigger.
    pub id: TriggerName,
    /// What must happen, or must not.
    pub pattern: Pattern,
    /// What must hold of the customer's profile when it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
    /// For how long it does not fire again for the same customer after it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cool_down: Option<Span>,
    /// For how long a firing can be taken back, if not as long as is said for all triggers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Span>,
}

/// What must happen to one customer, or must not.
///
/// Windows are closed: what happens exactly at the end of a span is within it. Time is counted in
/// whole microseconds. Of events at one instant, the one with the smaller id comes first; ids of
/// more than 16 bytes come before all others, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Pattern {
    /// Such an event happens.
    Happens {
        /// The event.
        of: Match,
        /// Only the so-manyth in all that the machine has seen, counted from 1; each if not said. A
        /// new version of the trigger counts anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nth: Option<u32>,
    },
    /// One event follows another. It fires at the first that follows; after that it takes another
    /// one before it.
    Follows {
        /// The event that comes before; of several the latest counts.
        first: Match,
        /// The event that follows.
        then: Match,
        /// How long after the first at most.
        within: Span,
    },
    /// An event happens, and then for some time none of others.
    ///
    /// Every such event begins the time anew. One of the same type that does not match ends it:
    /// the cart is no longer worth it. At the end of the time it fires. What happens at the same
    /// instant as the event, or exactly at the end, still breaks the silence.
    Silence {
        /// The event after which silence is looked for.
        after: Match,
        /// The events that break the silence, at least one.
        without: Vec<Match>,
        /// How long the silence lasts.
        lasting: Span,
    },
    /// An event happens several times. It fires at the last of them; then counting begins anew.
    Times {
        /// The event.
        of: Match,
        /// How often, at least 2.
        count: u32,
        /// How long the last is after the first at most.
        within: Span,
    },
    /// Events that are not further apart than a gap are one session.
    Session {
        /// The events.
        of: Match,
        /// The longest time between two events of one session.
        gap: Span,
        /// When it fires: with the first event, or a gap after the last.
        #[serde(default)]
        at: Edge,
    },
    /// The customer stays near a place. It fires once a stay: at the first sign of being there, or
    /// at the first that comes so long after it that the stay is long enough.
    Near {
        /// The place.
        center: Coordinates,
        /// How far away from it is near, along the surface of the earth (a ball of 6,371,008.8 m).
        radius_meters: Number,
        /// How long a stay is at least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dwell: Option<Span>,
        /// The longest time between two signs of one stay; half an hour if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<Span>,
    },
    /// A rule on the profile begins to hold with an event of the customer: `points` reach a level,
    /// `spend(1y)` or `tier_rank` does.
    Crosses {
        /// The rule.
        rule: Rule,
    },
    /// A date comes that follows from the profile.
    Date {
        /// Which date.
        of: DateOf,
        /// How long before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Span>,
        /// At what time on the wall of the customer, or of the program if theirs is not known.
        at: NaiveTime,
    },
    /// The customer has not bought for so long that they are late against their own rhythm.
    Overdue {
        /// When customers buy, and who is late.
        #[cfg_attr(feature = "schemars", schemars(with = "serde_json::Value"))]
        model: NextPurchaseModel,
        /// At what time on the wall of the customer, on the first day on which they are late.
        at: NaiveTime,
    },
    /// There is news of a product in which the customer showed interest.
    News {
        /// The news.
        of: BTreeSet<News>,
        /// What shows interest.
        interest: Interest,
    },
}

/// Which events.
///
/// A rule can name what is known of the event itself: `channel` of all; of purchases and carts
/// `basket_total`, `basket_units`, `basket_products`, `basket_categories`, `coupons` and `store`;
/// of visits `store`; of views, reviews and shares `product`; of views `category`; of reviews
/// `rating`; of surveys `survey` and `score`; of mails `campaign` and `link`; of shares `network`;
/// of contacts `topic`; of changed attributes `changed`; of deliveries `message`, `purpose` and
/// `outcome`, of consents `purpose`; of the host's own events `value(…)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Their type.
    pub event: EventType,
    /// Of the host's own events: what they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Of the host's own events: the types of the values that the rule names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub values: BTreeMap<AttributeName, Kind>,
    /// What must hold of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
}

/// The beginning or the end of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// The first event.
    Start,
    /// A gap after the last event.
    #[default]
    End,
}

/// A date that follows from the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DateOf {
    /// A date among the attributes, once.
    Attribute(AttributeName),
    /// A date among the attributes, every year: `birthday`. 29 February is the 28th in other years.
    Anniversary(AttributeName),
    /// The day on which the customer joined, every year after it.
    Joined,
    /// Points expire, of a purse or the main ones.
    PointsExpire(Option<PurseId>),
    /// The tier ends if nothing more happens; of the first ladder if none is named.
    TierReview(Option<LadderId>),
    /// A season begins where the customer lives, every year.
    Season {
        /// The attribute that says where; `region` if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attribute: Option<AttributeName>,
        /// When it begins, by the value of the attribute.
        #[serde(deserialize_with = "each_once")]
        starts: BTreeMap<Text, DayOfYear>,
    },
}

/// A day of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DayOfYear {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31; the last of the month if it has fewer.
    pub day: u32,
}

/// What can be new of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// It can be bought again.
    BackInStock,
    /// It was never sold before.
    New,
    /// It costs less than before.
    PriceDrop,
}

/// What a customer did with a product, or with its category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// What shows interest; any of these.
    pub by: BTreeSet<Sign>,
    /// In what.
    #[serde(default)]
    pub of: Likeness,
    /// How long ago at most.
    pub within: Span,
}

/// A sign of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Its page was looked at.
    Viewed,
    /// It was in a cart.
    InCart,
    /// It was bought.
    Bought,
}

/// How much alike a product must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same product.
    #[default]
    Product,
    /// One of the same category.
    Category,
}

impl Triggers {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Trigger {
    /// A trigger for everybody, without a cool-down.
    #[must_use]
    pub const fn new(id: TriggerName, pattern: Pattern) -> Self {
        Self { id, pattern, when: None, cool_down: None, correction: None }
    }

    /// The same trigger, only for customers of whom the rule holds when it fires.
    #[must_use]
    pub fn when(self, rule: Rule) -> Self {
        Self { when: Some(rule), ..self }
    }

    /// The same trigger, which rests for so long after it fired.
    #[must_use]
    pub fn resting(self, cool_down: Span) -> Self {
        Self { cool_down: Some(cool_down), ..self }
    }
}

impl Match {
    /// All events of a type.
    #[must_use]
    pub const fn all(event: EventType) -> Self {
        Self { event, name: None, values: BTreeMap::new(), when: None }
    }

    /// The host's own events of a name.
    pub fn custom(name: impl Into<Text>) -> Self {
        Self { name: Some(name.into()), ..Self::all(EventType::Custom) }
    }

    /// Of these, those of which the rule holds.
    #[must_use]
    pub fn when(self, rule: Rule) -> Self {
        Self { when: Some(rule), ..self }
    }
}

impl Pattern {
    /// The rule on the profile that it looks at, if it does.
    #[must_use]
    pub const fn crossed(&self) -> Option<&Rule> {
        match self {
            Self::Crosses { rule } => Some(rule),
            _ => None,
        }
    }

    /// Whether it is followed from events alone; what else it takes, the program derives.
    #[must_use]
    pub const fn follows_events(&self) -> bool {
        match self {
            Self::Happens { .. }
            | Self::Follows { .. }
            | Self::Silence { .. }
            | Self::Times { .. }
            | Self::Session { .. }
            | Self::Near { .. } => true,
            Self::Crosses { .. } | Self::Date { .. } | Self::Overdue { .. } | Self::News { .. } => {
                false
            }
        }
    }

    /// The events that it listens to.
    pub(super) fn matches(&self) -> Vec<&Match> {
        match self {
            Self::Happens { of, .. } | Self::Times { of, .. } | Self::Session { of, .. } => {
                vec![of]
            }
            Self::Follows { first, then, .. } => vec![first, then],
            Self::Silence { after, without, .. } => std::iter::once(after).chain(without).collect(),
            _ => Vec::new(),
        }
    }
}
