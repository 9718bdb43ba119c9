//! A whole program as one document.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Builder, Error, Program};
use crate::calendar::Zone;
use crate::feature::ValueModel;
use crate::game::Games;
use crate::id::AttributeName;
use crate::message::{ContactPolicy, Message};
use crate::money::Currency;
use crate::offer::{Floors, Lane, Offer};
use crate::path::{each_once, from_json};
use crate::points::{ClawBack, Earning, Expiry, Multipliers, Purse, SpendOrder};
use crate::profile::Retention;
use crate::rule::{Field, Kind, Text};
use crate::segment::rfm::RfmSpec;
use crate::segment::rules::RuleSegment;
use crate::template::Template;
use crate::tier::Ladder;
use crate::trigger::Triggers;

/// The version of the document's form that this crate reads.
pub const SPEC_VERSION: u32 = 1;

/// A program as people write it: JSON, TOML, or any other format of serde.
///
/// Only `loyalty` (the version of the form), `name` and `currency` must be there.
/// [`Spec::build`] checks everything and reports every problem with its path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where the JSON Schema of the document is, for editors; it means nothing to the program.
    #[serde(default, rename = "$schema", skip_serializing)]
    pub schema: Option<Text>,
    /// The version of this document's form: [`SPEC_VERSION`].
    pub loyalty: u32,
    /// What the program is called.
    pub name: Text,
    /// The only currency of its money.
    pub currency: Currency,
    /// Where its days begin and end; UTC if not said.
    #[serde(default)]
    pub zone: Zone,
    /// Since when these terms hold. What was posted for earlier events stays as it is, even if a
    /// late event would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<DateTime<Utc>>,
    /// How long a member's whole events are kept.
    #[serde(default, skip_serializing_if = "is_forever")]
    pub retention: Retention,
    /// The attributes of customers that rules may name, beside the
    /// [well-known](crate::profile::WELL_KNOWN) ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub attributes: BTreeMap<AttributeName, AttributeType>,
    /// The models by which rules can name what customers are worth: `clv(1y)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueModel>,
    /// Segments by rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<RuleSegment>,
    /// Segments by scores of recency, frequency and monetary value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmSpec>,
    /// The ladders of tiers, of which the first is the one that multiplies points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladders: Vec<Ladder>,
    /// The currencies of points beside the main points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purses: Vec<Purse>,
    /// What earns points.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub earning: Earning,
    /// What multiplies points, and how multipliers go together.
    #[serde(default, skip_serializing_if = "Multipliers::is_empty")]
    pub multipliers: Multipliers,
    /// When points expire for which neither an earning rule nor a tier says it.
    #[serde(default, skip_serializing_if = "is_never")]
    pub points_expiry: Expiry,
    /// How far points that a return or a void takes back are taken.
    #[serde(default, skip_serializing_if = "is_into_deficit")]
    pub claw_back: ClawBack,
    /// In which order the points of members are spent who enroll under these terms.
    #[serde(default, skip_serializing_if = "is_earliest_expiry")]
    pub spend_order: SpendOrder,
    /// Punch cards, streaks, challenges, badges and leaderboards.
    #[serde(default, skip_serializing_if = "Games::is_empty")]
    pub games: Games,
    /// The lanes in which offers compete or stack, in the order in which they apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<Lane>,
    /// The least prices of products, below which no offer takes them.
    #[serde(default, skip_serializing_if = "Floors::is_empty")]
    pub floors: Floors,
    /// The offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// What to look out for in what customers do, and do not.
    #[serde(default, skip_serializing_if = "Triggers::is_empty")]
    pub triggers: Triggers,
    /// What all messages to customers respect.
    #[serde(default, skip_serializing_if = "ContactPolicy::is_empty")]
    pub contact: ContactPolicy,
    /// The templates of messages; if there are none, the host renders them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Template>,
    /// What is written to customers when triggers fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

/// The type of a declared attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AttributeType {
    /// The type of its values.
    pub kind: Kind,
    /// For texts and sets: the only texts that occur.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<BTreeSet<Text>>,
}

fn is_forever(retention: &Retention) -> bool {
    *retention == Retention::Forever
}

fn is_never(expiry: &Expiry) -> bool {
    *expiry == Expiry::Never
}

fn is_earliest_expiry(order: &SpendOrder) -> bool {
    *order == SpendOrder::EarliestExpiry
}

fn is_into_deficit(policy: &ClawBack) -> bool {
    *policy == ClawBack::IntoDeficit
}

const fn is_empty(earning: &Earning) -> bool {
    earning.0.is_empty()
}

impl Spec {
    /// A program in which nothing is said yet.
    pub fn new(name: impl Into<Text>, currency: Currency) -> Self {
        Self {
            schema: None,
            loyalty: SPEC_VERSION,
            name: name.into(),
            currency,
            zone: Zone::UTC,
            effective_from: None,
            retention: Retention::Forever,
            attributes: BTreeMap::new(),
            value: None,
            segments: Vec::new(),
            rfm: None,
            ladders: Vec::new(),
            purses: Vec::new(),
            earning: Earning::default(),
            multipliers: Multipliers::default(),
            points_expiry: Expiry::Never,
            claw_back: ClawBack::IntoDeficit,
            spend_order: SpendOrder::EarliestExpiry,
            games: Games::default(),
            lanes: Vec::new(),
            floors: Floors::default(),
            offers: Vec::new(),
            triggers: Triggers::default(),
            contact: ContactPolicy::default(),
            templates: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Reads a program from JSON.
    ///
    /// # Errors
    /// One problem: the place and the reason why the text is no such document. Further problems are
    /// found by [`Spec::build`].
    pub fn from_json(json: &str) -> Result<Self, Error> {
        from_json(json).map_err(Error::of)
    }

    /// The program that this document describes, to which the host's own parts can be added.
    pub fn builder(self) -> Builder {
        Builder::new(self)
    }

    /// The program that this document describes.
    ///
    /// # Errors
    /// All problems, each with its path, such as `offers[3].when.all[0].field`.
    pub fn build(self) -> Result<Program, Error> {
        self.builder().build()
    }
}

impl AttributeType {
    /// Any value of this type.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self { kind, one_of: None }
    }

    /// The field that rules see.
    pub(super) fn field(&self, name: &str, currency: Currency) -> Field {
        let domain = self.one_of.clone();
        match self.kind {
            Kind::Money => Field::money(name, currency),
            kind => Field { domain, ..Field::new(name, kind) },
        }
    }
}
