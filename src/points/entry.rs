//! What stands in a ledger: entries, and the cause that each of them has.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Fault, MAX_POSTING, Points};
use crate::calendar::{Span, Zone};
use crate::id::{
    CustomerId, EarningId, EventId, GameId, LineId, OfferId, OperatorId, PurseId, RewardId,
};

/// What gave the points, or what they were spent on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// An earning rule.
    Earning(EarningId),
    /// An offer.
    Offer(OfferId),
    /// A goal of a game that was reached.
    Game(Goal),
    /// A reward that points are spent on.
    Reward(RewardId),
    /// Somebody who puts a balance right.
    Operator(OperatorId),
    /// Another account, to which or from which points are transferred.
    Account(CustomerId),
    /// Another account that is merged into this one, or into which this one is merged.
    Merge(CustomerId),
    /// Another account with which a merger is undone.
    Unmerge(CustomerId),
}

impl Source {
    /// The id of who or what it is.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Earning(id) => id.as_str(),
            Self::Offer(id) => id.as_str(),
            Self::Game(goal) => goal.game.as_str(),
            Self::Reward(id) => id.as_str(),
            Self::Operator(id) => id.as_str(),
            Self::Account(id) | Self::Merge(id) | Self::Unmerge(id) => id.as_str(),
        }
    }

    /// Whether what it gives was earned by the customer: what counts for caps and tiers.
    #[must_use]
    pub const fn is_earned(&self) -> bool {
        matches!(self, Self::Earning(_) | Self::Offer(_) | Self::Game(_))
    }
}

/// A goal of a game: what its points are given for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The game.
    pub game: GameId,
    /// The step of a challenge, counted from 1, or the length of a streak.
    pub step: u32,
    /// The first day of the period, where a challenge begins anew with every period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<NaiveDate>,
}

/// From when until when earned points can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first instant at which they can be spent; not there in JSON if they wait for a
    /// confirmation that may never come ([`Term::WAITING`]).
    #[serde(default = "never", skip_serializing_if = "is_never")]
    pub active_at: DateTime<Utc>,
    /// The first instant at which they can no longer be spent; `None` if they never expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// How their expiry is put off by activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding: Option<Sliding>,
    /// What was said of them until `active_at`, if that is when their confirmation came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unconfirmed: Option<Unconfirmed>,
}

/// The term of points while their confirmation has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unconfirmed {
    /// The first instant at which they can be spent in any case; not there in JSON if there is
    /// none.
    #[serde(default = "never", skip_serializing_if = "is_never")]
    pub active_at: DateTime<Utc>,
    /// The first instant at which they then can no longer be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Every time that points are earned or spent, those that have not expired last at least this long
/// from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sliding {
    /// How long.
    pub span: Span,
    /// On whose clock.
    pub zone: Zone,
}

impl Sliding {
    /// The first instant at which points have expired if the last activity was at `at`.
    #[must_use]
    pub fn after(self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.span.after(at, &self.zone)
    }
}

/// By unit, count and name of the zone: an order for causes, not of lengths.
impl Ord for Sliding {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |one: &Self| (one.span.unit().suffix(), one.span.count(), one.zone.name());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Sliding {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

const fn never() -> DateTime<Utc> {
    DateTime::<Utc>::MAX_UTC
}

fn is_never(at: &DateTime<Utc>) -> bool {
    *at == never()
}

impl Term {
    /// Pending until more is known: its activation is at no instant at which anything happens.
    pub const WAITING: Self = Self::from(never());

    /// Spendable from `at` on, for good.
    #[must_use]
    pub const fn from(at: DateTime<Utc>) -> Self {
        Self { active_at: at, expires_at: None, sliding: None, unconfirmed: None }
    }

    /// The term as far as it is known at `as_of`: points do not know of a confirmation to come.
    #[must_use]
    pub fn as_known(self, as_of: DateTime<Utc>) -> Self {
        match self.unconfirmed {
            Some(Unconfirmed { active_at, expires_at }) if as_of < self.active_at => {
                Self { active_at, expires_at, unconfirmed: None, ..self }
            }
            _ => self,
        }
    }

    /// Puts the expiry off because of something at `at`, if it slides and they have not expired.
    pub(super) fn slide(&mut self, at: DateTime<Utc>) {
        let Some(sliding) = self.sliding.filter(|_| !self.is_over(at)) else { return };
        let unconfirmed = self.unconfirmed.as_mut().map(|unconfirmed| &mut unconfirmed.expires_at);
        for expires_at in [&mut self.expires_at].into_iter().chain(unconfirmed) {
            *expires_at = expires_at.map(|expires_at| expires_at.max(sliding.after(at)));
        }
    }

    /// Whether points that are earned at `at` can have it.
    fn check(&self, at: DateTime<Utc>) -> Result<(), Fault> {
        let is_over =
            |expires_at: Option<_>, active_at| expires_at.is_some_and(|end| end <= active_at);
        let unconfirmed = self.unconfirmed;
        if self.active_at < at {
            Err(Fault::ActiveTooEarly)
        } else if unconfirmed.is_some_and(|one| one.active_at <= self.active_at) {
            Err(Fault::ConfirmedTooLate)
        } else if is_over(self.expires_at, self.active_at)
            || unconfirmed.is_some_and(|one| is_over(one.expires_at, one.active_at))
        {
            Err(Fault::ExpiresTooEarly)
        } else {
            Ok(())
        }
    }

    /// Whether they wait for a confirmation that has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        is_never(&self.active_at)
    }

    /// Whether points of this term have expired at `as_of`.
    #[must_use]
    pub fn is_over(&self, as_of: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= as_of)
    }
}

/// What happens to the points; within one event in the order of this list: what is spent, held or
/// given away goes first, and what is earned comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Movement {
    /// They are spent.
    Spend,
    /// Points that are held are spent; beyond what is held, others are.
    Capture {
        /// The event that holds them.
        of: EventId,
    },
    /// They are held for what may come, and cannot be spent on anything else.
    Hold {
        /// The first instant at which they are held no longer.
        until: DateTime<Utc>,
    },
    /// They are given to another account.
    Send,
    /// They are taken away for good, by an operator say.
    Forfeit,
    /// What an earlier event earned is taken back.
    ClawBack {
        /// The event that earned it.
        of: EventId,
    },
    /// What an earlier event spent or took away is given back, to the lots that it came from.
    Restore {
        /// The event that spent it or took it away.
        of: EventId,
    },
    /// Points that are held can be spent again.
    Release {
        /// The event that holds them.
        of: EventId,
    },
    /// Points that have expired can be spent again, those first that expired last.
    Reinstate {
        /// Only those count that expired then or later.
        expired_since: DateTime<Utc>,
        /// The first instant at which they expire once more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<DateTime<Utc>>,
    },
    /// They are earned, and open a lot.
    Earn(Term),
}

impl Movement {
    /// What `points` moved this way do to what can be spent.
    pub(super) const fn effect(&self, points: Points) -> Points {
        match self {
            Self::Earn(_)
            | Self::Restore { .. }
            | Self::Release { .. }
            | Self::Reinstate { .. } => points,
            // Amounts are far from the least integer, which alone has no opposite.
            Self::Spend
            | Self::Capture { .. }
            | Self::Hold { .. }
            | Self::Send
            | Self::Forfeit
            | Self::ClawBack { .. } => Points(points.0.saturating_neg()),
        }
    }

    /// Whether it gives back what was taken.
    pub(super) const fn gives_back(&self) -> bool {
        matches!(self, Self::Restore { .. })
    }

    /// Whether it takes points away, so that they can be given back.
    #[must_use]
    pub const fn takes(&self) -> bool {
        matches!(
            self,
            Self::Spend | Self::Capture { .. } | Self::Send | Self::Forfeit | Self::ClawBack { .. }
        )
    }
}

/// Why points move: entries with the same cause correct each other.
///
/// Causes are ordered chronologically: by instant, then by event id, and within an event by what
/// happens, source, line and purse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// When they move.
    pub at: DateTime<Utc>,
    /// The event that moves them.
    pub event: EventId,
    /// What happens to them.
    pub movement: Movement,
    /// What gave them, or what they were spent on.
    pub source: Source,
    /// The line of the order whose share this is, if it is a line's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// The purse whose points they are; that of the main points if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
}

/// What an event did with points of a source for a line, in one purse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share<'a> {
    event: &'a EventId,
    source: &'a Source,
    line: Option<&'a LineId>,
    purse: Option<&'a PurseId>,
}

impl Cause {
    /// Whether the customer earned or spent something, so that what slides lasts longer.
    pub(super) const fn is_activity(&self) -> bool {
        match &self.movement {
            Movement::Spend | Movement::Capture { .. } => true,
            Movement::Earn(_) => self.source.is_earned(),
            _ => false,
        }
    }

    /// What was done.
    pub(super) const fn share(&self) -> Share<'_> {
        self.share_of(&self.event)
    }

    /// What `event` did with points of the same source and purse for the same line: what this
    /// undoes.
    pub(super) const fn share_of<'a>(&'a self, event: &'a EventId) -> Share<'a> {
        let (line, purse) = (self.line.as_ref(), self.purse.as_ref());
        Share { event, source: &self.source, line, purse }
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        match &self.movement {
            Movement::Earn(term) => term.check(self.at),
            Movement::Reinstate { expires_at: Some(expires_at), .. } if *expires_at <= self.at => {
                Err(Fault::ExpiresTooEarly)
            }
            Movement::Hold { until } if *until <= self.at => Err(Fault::HeldForNoTime),
            Movement::ClawBack { of }
            | Movement::Restore { of }
            | Movement::Capture { of }
            | Movement::Release { of }
                if *of == self.event =>
            {
                Err(Fault::OwnClawBack)
            }
            _ => Ok(()),
        }
    }
}

/// Points that are to stand in the ledger for a cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Posting {
    cause: Cause,
    points: Points,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cause: Cause,
    points: Points,
}

impl Posting {
    /// So many points, which are earned, spent or taken back for `cause`.
    ///
    /// # Errors
    /// [`Fault::Amount`] unless there are 1 to [`MAX_POSTING`] points, and the faults of a term
    /// that ends before it starts or of an event that takes back its own points.
    pub fn new(cause: Cause, points: Points) -> Result<Self, Fault> {
        cause.check()?;
        if points > Points::ZERO && points <= MAX_POSTING {
            Ok(Self { cause, points })
        } else {
            Err(Fault::Amount { points })
        }
    }

    /// Why they move.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.cause
    }

    /// How many they are: at least one.
    #[must_use]
    pub const fn points(&self) -> Points {
        self.points
    }

    /// The entry by which it comes to stand where nothing stood for its cause.
    pub(super) fn entry(self, id: u64, recorded_by: &EventId) -> Entry {
        let points = self.cause.movement.effect(self.points);
        Entry { id, cause: self.cause, points, recorded_by: recorded_by.clone() }
    }
}

impl TryFrom<Written> for Posting {
    type Error = Fault;

    fn try_from(written: Written) -> Result<Self, Fault> {
        Self::new(written.cause, written.points)
    }
}

/// A line of the ledger, which is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number in the ledger, counted from 1.
    pub id: u64,
    /// Why points move.
    pub cause: Cause,
    /// What it does to what can be spent: positive for points earned, given back or released,
    /// negative for points spent, held or taken away, and the other way round where it corrects
    /// earlier entries of the same cause. Points that are captured were held before, so that they
    /// are told twice.
    pub points: Points,
    /// The event whose arrival led to it; another than the cause's where it corrects.
    pub recorded_by: EventId,
}
