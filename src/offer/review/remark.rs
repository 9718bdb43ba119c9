//! What a review finds: a stable code, the numbers, and facts or dates that show it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Window;
use crate::id::{LaneId, OfferId};
use crate::money::Money;
use crate::rule::Text;
use crate::rule::analysis::{Region, Witness};

/// What a review says of some offers. `to_string` is the sentence for a marketer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// The offers concerned: first the one that it is about.
    pub offers: Vec<OfferId>,
    /// What was found.
    pub concern: Concern,
}

/// What was found of offers. In JSON its name is its [code](Concern::code).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Concern {
    /// The conditions hold for no facts: it is never granted.
    NeverHolds {
        /// Two conditions of which never both hold, if it is as simple as that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clash: Option<Clash>,
        /// The only day for which that is said, if the conditions count from the day at hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<NaiveDate>,
    },
    /// It is over: it is not granted any more.
    Over {
        /// Since when.
        until: DateTime<Utc>,
    },
    /// What it lets in to closes before the offer begins: it is never granted.
    ClosedBefore {
        /// When it closes.
        closes: DateTime<Utc>,
        /// When the offer begins.
        from: DateTime<Utc>,
    },
    /// Its minimum wants more units than its conditions allow in the basket: it is never granted.
    TooManyUnits {
        /// How many it wants.
        units: u32,
    },
    /// Another of its joint set, the second offer, is never granted, so neither is this one.
    JointNever {
        /// The set.
        set: Text,
    },
    /// Wherever it could be granted, one of the other offers is granted in its place.
    Shadowed(Shade),
    /// Wherever it competes, one of the other offers takes at least as much off, and wins.
    Dominated(Shade),
    /// Wherever it competes, one of the other offers takes at least as much off, but ranks behind
    /// it: it wins ties and nothing else.
    WinsTiesOnly(Shade),
    /// Two offers that are not granted together can be due at once; the one that ranks first is the
    /// first.
    Overlap {
        /// Why they are not granted together.
        rivalry: Rivalry,
        /// Facts for which both can be had.
        witness: Witness,
        /// From when on both can be had.
        from: DateTime<Utc>,
    },
    /// Offers that are bands of one field leave a gap between them.
    BandGap {
        /// The group or lane.
        series: Series,
        /// The values that none of them is for.
        region: Region,
    },
    /// Two offers that are bands of one field are both for some values.
    BandOverlap {
        /// The group or lane.
        series: Series,
        /// The values.
        region: Region,
    },
    /// The first offer is over before the second, which follows it, begins.
    DateGap {
        /// What makes them a series.
        series: Series,
        /// When the first is over.
        until: DateTime<Utc>,
        /// When the next begins.
        from: DateTime<Utc>,
    },
    /// The second offer, which follows the first, begins before the first is over.
    DateOverlap {
        /// What makes them a series.
        series: Series,
        /// When the second begins.
        from: DateTime<Utc>,
        /// When the first is over.
        until: DateTime<Utc>,
    },
    /// A limit of uses looks back over all of the time that the offer lasts: it never resets.
    LimitNeverResets {
        /// How often it can be used.
        at_most: u32,
        /// In which window.
        within: Window,
    },
    /// A budget's amount cannot be used up: its uses are used up first.
    AmountOutOfReach {
        /// The amount.
        amount: Money,
        /// The most that all uses together take off.
        most: Money,
    },
    /// A budget's uses cannot be used up: its amount is used up first.
    UsesOutOfReach {
        /// The uses.
        uses: u64,
        /// The most uses that the amount is enough for.
        most: u64,
    },
    /// A question took more than a limit, and has no answer.
    Inconclusive {
        /// What was asked.
        question: Question,
        /// The limit, in words.
        limit: String,
    },
}

/// Two conditions of which never both hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clash {
    /// The one, as it is written.
    pub first: String,
    /// The other.
    pub second: String,
}

/// How far other offers stand in an offer's light.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shade {
    /// It can still win where every price that both look at is below this, because then a
    /// percentage of the others can come to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless_below: Option<Money>,
    /// The fields of which it must be known who and what is in them; where that is undecided, it
    /// can still win.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub if_known: Vec<Text>,
    /// The only day for which it is said, if conditions count from the day at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
}

/// Why two offers are not granted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Rivalry {
    /// They are of this exclusive group.
    Group(Text),
    /// One of them is not granted with this tag, which the other has.
    Tag(Text),
    /// They have the same priority in a lane with one winner; the default lane if not said.
    Lane(Option<LaneId>),
}

/// What makes offers a series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Series {
    /// They are of one exclusive group.
    Group(Text),
    /// They are in one lane.
    Lane(LaneId),
    /// They have one name.
    Name(Text),
}

/// What a review asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// Whether the conditions ever hold.
    EverHolds,
    /// Whether other offers always stand before it.
    Shadowed,
    /// Which rivals can be due at once.
    Overlaps,
    /// Where bands leave gaps and overlap.
    Bands,
}

impl Remark {
    /// The stable name of what was found.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.concern.code()
    }

    /// Whether it says that its first offer is never granted.
    #[must_use]
    pub const fn is_never(&self) -> bool {
        matches!(
            self.concern,
            Concern::NeverHolds { .. }
                | Concern::Over { .. }
                | Concern::ClosedBefore { .. }
                | Concern::TooManyUnits { .. }
                | Concern::JointNever { .. }
                | Concern::Shadowed(_)
                | Concern::Dominated(_)
        )
    }

    pub(super) fn about(offer: &OfferId, concern: Concern) -> Self {
        Self { offers: vec![offer.clone()], concern }
    }
}

impl Concern {
    /// Its stable name, which is also its name in JSON.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NeverHolds { .. } => "never_holds",
            Self::Over { .. } => "over",
            Self::ClosedBefore { .. } => "closed_before",
            Self::TooManyUnits { .. } => "too_many_units",
            Self::JointNever { .. } => "joint_never",
            Self::Shadowed(_) => "shadowed",
            Self::Dominated(_) => "dominated",
            Self::WinsTiesOnly(_) => "wins_ties_only",
            Self::Overlap { .. } => "overlap",
            Self::BandGap { .. } => "band_gap",
            Self::BandOverlap { .. } => "band_overlap",
            Self::DateGap { .. } => "date_gap",
            Self::DateOverlap { .. } => "date_overlap",
            Self::LimitNeverResets { .. } => "limit_never_resets",
            Self::AmountOutOfReach { .. } => "amount_out_of_reach",
            Self::UsesOutOfReach { .. } => "uses_out_of_reach",
            Self::Inconclusive { .. } => "inconclusive",
        }
    }
}
