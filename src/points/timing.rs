//! When points can be spent, and when they no longer can, as it is written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Sliding, Term, Unconfirmed};
use crate::calendar::{Period, Span, Zone};

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
    /// Once the order is confirmed, by an event `order_confirmed`.
    OnConfirmation(OnConfirmation),
}

/// Points wait for the confirmation of their order.
///
/// It does not matter when the confirmation arrives; one from before the purchase makes the points
/// active with the purchase. If it is declared void they wait again, as if it had never been. JSON:
/// `{"on_confirmation": {"at_latest": "30d"}}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OnConfirmation {
    /// So long after the purchase they can be spent in any case; never, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_latest: Option<Span>,
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
    /// So long after the last time at which points were earned or spent, or after they are active
    /// if that is later.
    Sliding(Span),
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

impl Activation {
    /// The first instant at which points that are earned at `at` can be spent, if the order was
    /// confirmed when it is said; `None` while they wait for that.
    fn active_at(
        self,
        at: DateTime<Utc>,
        confirmed_at: Option<DateTime<Utc>>,
        zone: &Zone,
    ) -> Option<DateTime<Utc>> {
        match self {
            Self::Immediate => Some(at),
            Self::After(span) => Some(span.after(at, zone)),
            Self::OnConfirmation(OnConfirmation { at_latest }) => {
                let confirmed = confirmed_at.map(|confirmed_at| confirmed_at.max(at));
                let latest = at_latest.map(|span| span.after(at, zone));
                confirmed.into_iter().chain(latest).min()
            }
        }
    }

    /// From when until when points can be spent that are earned at `at`, if the order was confirmed
    /// when it is said.
    pub(super) fn term(
        self,
        expiry: Expiry,
        at: DateTime<Utc>,
        confirmed_at: Option<DateTime<Utc>>,
        zone: &Zone,
    ) -> Term {
        let term = |confirmed_at| expiry.term(self.active_at(at, confirmed_at, zone), zone);
        let (known, Term { active_at, expires_at, .. }) = (term(confirmed_at), term(None));
        let waited = at < known.active_at && known.active_at < active_at;
        Term { unconfirmed: waited.then_some(Unconfirmed { active_at, expires_at }), ..known }
    }

    /// Whether points wait for a confirmation.
    pub(super) const fn waits(self) -> bool {
        matches!(self, Self::OnConfirmation(_))
    }
}

impl Expiry {
    /// The term of points that become active at an instant, or of points that wait for that.
    #[must_use]
    pub fn term(self, active_at: Option<DateTime<Utc>>, zone: &Zone) -> Term {
        let Some(active_at) = active_at else { return Term::WAITING };
        let expires_at = self.end(active_at, zone);
        let sliding = match self {
            Self::Sliding(span) => Some(Sliding { span, zone: *zone }),
            _ => None,
        };
        Term { expires_at, sliding, ..Term::from(active_at) }
    }
    /// From when on something that is active from `active_at` on no longer is, if nothing more
    /// happens; `None` for never.
    pub(crate) fn end(self, active_at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        match self {
            Self::Never => None,
            Self::After(span) | Self::Sliding(span) => Some(span.after(active_at, zone)),
            Self::EndOf(EndOf { period, after }) => {
                let reached = after.map_or(active_at, |span| span.after(active_at, zone));
                Some(zone.start_of_day(period.next_start(zone.date(reached))))
            }
        }
    }
}
