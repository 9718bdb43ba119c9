//! How much an earning rule gives at most in a period.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cause, EarningRule, Fault, Ledger, Points, Source};
use crate::calendar::{Period, Window, Zone};
use crate::event::Event;
use crate::id::EventId;
use crate::path::{Path, Problems};

/// At most so many times, or so many points, in every period.
///
/// Of events at one instant those with the smaller ids come first: a cap must hold for them too. A
/// cap in points cuts the last event short, so that just so many are given. What was all taken back
/// by then was not given. JSON: `{"times": 2, "per": "month"}`, `{"points": 500, "per": "day"}`,
/// `{"times": 1, "per": "lifetime"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// For how many events points are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How many points are given in all, after any multiplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// In which period, in the program's time zone.
    pub per: CapPeriod,
}

/// The period in which a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// From midnight to midnight.
    Day,
    /// From Monday, as in ISO 8601.
    Week,
    /// From the first of the month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
    /// From the first of January.
    Year,
    /// All the time.
    Lifetime,
}

/// What earlier events have earned: what caps count.
///
/// The occasion's event, and events after it, may stand in the ledger already: they do not count.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    ledger: &'a Ledger,
}

impl Cap {
    /// At most so many times in every period.
    #[must_use]
    pub const fn times(times: u32, per: CapPeriod) -> Self {
        Self { times: Some(times), points: None, per }
    }

    /// At most so many points in every period.
    #[must_use]
    pub const fn points(points: Points, per: CapPeriod) -> Self {
        Self { times: None, points: Some(points), per }
    }

    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if self.times == Some(0) {
            problems.add(path.field("times"), Fault::NeverEarns);
        }
        if self.points.is_some_and(|points| points <= Points::ZERO) {
            problems.add(path.field("points"), Fault::NeverEarns);
        }
        if self.times.is_none() && self.points.is_none() {
            problems.add(path.clone(), Fault::CapsNothing);
        }
    }
}

impl CapPeriod {
    const fn window(self) -> Window {
        match self {
            Self::Day => Window::Calendar(Period::Day),
            Self::Week => Window::Calendar(Period::Week),
            Self::Month => Window::Calendar(Period::Month),
            Self::Quarter => Window::Calendar(Period::Quarter),
            Self::Year => Window::Calendar(Period::Year),
            Self::Lifetime => Window::Lifetime,
        }
    }
}

impl<'a> Earlier<'a> {
    /// What stands in `ledger` for events before the occasion's.
    #[must_use]
    pub const fn of(ledger: &'a Ledger) -> Self {
        Self { ledger }
    }

    /// How many points `rule` can still give for `event`, of the `wanted`, under its caps.
    pub(super) fn left(
        &self,
        rule: &EarningRule,
        event: &Event,
        zone: &Zone,
        wanted: Points,
    ) -> Points {
        if rule.caps.is_empty() {
            return wanted;
        }
        let given = self.given(rule, event);
        rule.caps.iter().fold(wanted, |left, cap| {
            let Some(period) = cap.per.window().interval(event.at, zone, None) else { return left };
            let within = || given.iter().filter(|(cause, _)| period.contains(cause.at));
            let events = || within().map(|(cause, _)| &cause.event).collect::<BTreeSet<&EventId>>();
            if cap.times.is_some_and(|times| events().len() >= usize::try_from(times).unwrap_or(0))
            {
                return Points::ZERO;
            }
            let points = || within().fold(0_i64, |sum, (_, kept)| sum.saturating_add(kept.0));
            let room = cap.points.map(|most| Points(most.0.saturating_sub(points()).max(0)));
            room.map_or(left, |room| left.min(room))
        })
    }

    /// Whether `rule` has given points before `event` since `from`, which were not all taken back.
    pub(super) fn has_given(&self, rule: &EarningRule, event: &Event, from: DateTime<Utc>) -> bool {
        self.given(rule, event).iter().any(|(cause, _)| cause.at >= from)
    }

    /// What `rule` has given before `event` into its purse, as far as it was not taken back by
    /// then.
    fn given<'r>(&'r self, rule: &'r EarningRule, event: &Event) -> Vec<(&'r Cause, Points)> {
        let before = |cause: &Cause| (cause.at, &cause.event) < event.position();
        let mut kept = self.ledger.purse(rule.purse.as_ref()).kept_while(before);
        kept.retain(|(cause, kept)| {
            matches!(&cause.source, Source::Earning(id) if *id == rule.id) && *kept > Points::ZERO
        });
        kept
    }
}
