//! The roof: a whole program, its members, and the three questions that hosts ask.
//!
//! A [`Spec`] (or a [`Builder`]) is checked once and gives a [`Program`], which is immutable and
//! can be shared by threads. It answers [`Program::view`], [`Program::quote`] and
//! [`Program::decide`] about a [`Member`]; none of them fails or changes anything.
//! [`Member::apply`] lets a decision take effect.

mod accounts;
mod answer;
mod batch;
mod benefit_use;
mod boosts;
mod build;
mod decide;
mod decision;
mod fault;
mod fields;
mod games;
#[cfg(feature = "schemars")]
mod json_schema;
mod judge;
mod ladders;
mod member;
mod messages;
mod part;
mod purses;
mod respond;
mod reversal;
mod review;
mod settle;
mod simulate;
mod spec;
mod targeting;
mod templates;
mod tiers;
mod triggers;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use accounts::Handover;
pub use answer::{MAX_LOOKS, Quote, View};
pub use benefit_use::BenefitUse;
pub use build::Builder;
pub use decision::{Claim, Complaint, Decision, Settlement, Status, TierChange};
pub use fault::{Error, Fault};
pub use member::{Applied, Member};
pub use respond::Response;
pub use review::{MAX_PLAYS, MAX_ROUNDS, PointsReview, Pump, Redemption, Review};
pub use simulate::{LadderSimulation, PointCost, TierMove};
pub use spec::{AttributeType, SPEC_VERSION, Spec};
pub use targeting::{Audience, Prospect, Unlocked};
pub use triggers::Relevance;

use crate::calendar::Zone;
use crate::digest::Digest;
use crate::feature::{Extractor, Moment, Snapshot, ValueModel};
use crate::game::CheckedGames;
use crate::id::{AttributeName, TemplateId};
use crate::message::Messages;
use crate::money::Currency;
use crate::offer::OfferEvaluator;
use crate::points::{CheckedMultipliers, ClawBack, EarningPolicy, Expiry, Purses, SpendOrder};
use crate::profile::{Customer, Profile, Retention};
use crate::rule::Text;
use crate::segment::Segment;
use crate::template::CheckedTemplate;
use crate::tier::{Tier, TierPolicy};
use crate::trigger::CheckedTriggers;

use fields::{Fields, Names};
use ladders::Ladders;
use part::{Consulted, Installed};

/// A checked loyalty program: immutable, safe to share between threads, and cheap to clone.
#[derive(Clone)]
pub struct Program {
    name: Text,
    version: Digest,
    currency: Currency,
    zone: Zone,
    retention: Retention,
    effective_from: Option<DateTime<Utc>>,
    attributes: BTreeMap<AttributeName, AttributeType>,
    value: Option<Arc<ValueModel>>,
    extractors: Arc<Vec<Box<dyn Extractor>>>,
    fields: Fields,
    segmenters: Arc<Vec<Installed>>,
    /// The first ladder, or the host's own tiers in place of it.
    tiers: Option<Arc<dyn TierPolicy>>,
    ladders: Ladders,
    earning: Arc<Consulted<Box<dyn EarningPolicy>>>,
    multipliers: Arc<CheckedMultipliers>,
    purses: Arc<Purses>,
    points_expiry: Expiry,
    claw_back: ClawBack,
    spend_order: SpendOrder,
    /// `None` if there are none, so that nobody pays for them.
    games: Option<Arc<CheckedGames>>,
    offers: Arc<Consulted<Box<dyn OfferEvaluator>>>,
    messages: Arc<Messages>,
    templates: Arc<BTreeMap<TemplateId, CheckedTemplate>>,
    triggers: Arc<CheckedTriggers>,
}

impl Program {
    /// A builder of a program, for parts of the host's own beside what a [`Spec`] says.
    pub fn builder(spec: Spec) -> Builder {
        Builder::new(spec)
    }

    /// What the program is called.
    #[must_use]
    pub const fn name(&self) -> &Text {
        &self.name
    }

    /// What names these terms: the digest of the specification, and of the labels under which the
    /// host's own parts were installed.
    #[must_use]
    pub const fn version(&self) -> Digest {
        self.version
    }

    /// The only currency of its money.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Where its days begin and end.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// All segments of all segmenters.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segmenters.iter().flat_map(|installed| installed.part.segments())
    }

    /// The tiers of the first ladder, from the lowest to the highest.
    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        self.tiers.as_ref().map_or(&[], |tiers| tiers.tiers())
    }

    /// The currencies of points beside the main points.
    #[must_use]
    pub fn purses(&self) -> &Purses {
        &self.purses
    }

    /// The profile at a moment, with what tells its features.
    fn snapshot<'a>(&'a self, profile: &'a Profile, moment: Moment) -> Snapshot<'a> {
        Snapshot::of(profile, moment).valued_by(self.value.as_deref())
    }

    /// A new member of this program.
    #[must_use]
    pub fn enroll(&self, customer: Customer) -> Member {
        Member::new(customer, self.retention).spending(self.empty_ledger())
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
