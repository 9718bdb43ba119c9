//! A ladder of tiers as it is written.

use serde::{Deserialize, Serialize};

use super::{Measure, Qualification, Tier};
use crate::calendar::{Period, Span};
use crate::id::{LadderId, PurseId};

/// The most tiers of a ladder.
pub const MAX_TIERS: usize = 100;

/// Tiers that customers climb by what they did within a window of time.
///
/// Each choice is independent of the others: `window` says what counts, `validity` how long a tier
/// lasts, `downgrade` what comes after it, `grace` how much later, `carry_over` what becomes of
/// credits beyond what a tier takes, and `after_return` what of a tier whose purchases come back.
///
/// ```
/// use loyalty::tier::Ladder;
///
/// let ladder: Ladder = serde_json::from_str(r#"{
///   "measure": "spend", "window": "12mo", "validity": {"for": "12mo"}, "grace": "1mo",
///   "tiers": [
///     {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
///     {"id": "gold", "name": "Gold", "multiplier": "1.5x", "benefits": ["free shipping"],
///      "at_least": {"any": {"spend": "500.00 EUR", "orders": 10}}}
///   ]
/// }"#)?;
/// ladder.check(loyalty::money::Currency::EUR)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Its id, `main` if not said; rules name the tiers of a program's first ladder as `tier`, and
    /// those of the others as `tier(<id>)`.
    #[serde(default)]
    pub id: LadderId,
    /// The tiers, from the lowest, which everybody is in, to the highest.
    pub tiers: Vec<Tier>,
    /// What counts where a tier only says how much.
    pub measure: Measure,
    /// The purse whose points count where points that were earned do; that of the main points if
    /// not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// Since when it counts.
    pub window: Qualification,
    /// How long a tier lasts.
    #[serde(default)]
    pub validity: Validity,
    /// Where a customer lands whose tier ends.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// For how long a tier that would end is still kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Span>,
    /// What becomes of surplus credits when a window ends.
    #[serde(default)]
    pub carry_over: CarryOver,
    /// What becomes of a tier when purchases that led to it come back.
    #[serde(default)]
    pub after_return: AfterReturn,
    /// How a purchase earns that leads to another tier.
    #[serde(default)]
    pub crossing: Crossing,
}

/// How long a tier lasts.
///
/// A tier that was reached lasts as long as the credits in the window suffice, and at least for its
/// term. A term begins with every credit that comes in while they suffice: reaching the threshold
/// again is what renews a tier. So another credit never shortens a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Validity {
    /// As long as the credits in the window suffice; there is no term.
    #[default]
    WhileQualified,
    /// Until the end of the window's period: of the calendar's, of the year of membership, of the
    /// year from an own date, or for a year if it is a tier year.
    UntilEnd,
    /// Until the end of the period after that one.
    UntilEndOfNext,
    /// For this span.
    For(Span),
    /// Until the end of the calendar's period.
    EndOf(Period),
    /// Until the end of the calendar's period after that one.
    EndOfNext(Period),
}

/// Where a customer lands whose tier ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Downgrade {
    /// In the highest tier that credits still hold.
    #[default]
    ByCredits,
    /// One tier lower, for another term; or higher if credits hold it.
    OneStep,
    /// In the lowest, whatever credits still hold; the next credit that comes in leads up again.
    ///
    /// This is the one choice with which more credits can mean a lower tier later on: who was never
    /// high does not fall.
    ToBase,
    /// Nowhere: a tier that was reached is kept for good.
    Never,
}

/// What becomes of surplus credits when a window ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CarryOver {
    /// They are gone.
    #[default]
    Nothing,
    /// What there was beyond the threshold that was reached counts in the next window from its
    /// first instant on; never less than fewer credits would have left, so that reaching a higher
    /// tier takes nothing away. In each measure by itself.
    Surplus,
}

/// What becomes of a tier when purchases that led to it come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AfterReturn {
    /// What came back was never bought: from the return on the customer is in the tier that the
    /// rest leads to.
    #[default]
    Lowers,
    /// What came back no longer counts, but the term of a tier that was reached goes on.
    KeepsUntilReview,
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
