//! Placing customers on a ladder: what is read from the timeline.

use chrono::{DateTime, TimeDelta, Utc};

use super::frame::Frame;
use super::grant::Grant;
use super::hold::Basis;
use super::measure::{Returned, Sums};
use super::timeline::{Change, Timeline};
use super::{
    AfterReturn, CarryOver, CheckedLadder, Crossing, Downgrade, Forecast, Keep, Measure, Progress,
    Qualification, Reason, Standing, Tally, Tier, TierPolicy, TierStep, Validity,
};
use crate::calendar::{Interval, Window};
use crate::event::{Event, EventKind, EventType};
use crate::feature::{Moment, Snapshot};
use crate::id::TierId;
use crate::points::Ledger;

/// The smallest difference between two instants.
const NANOSECOND: TimeDelta = TimeDelta::nanoseconds(1);

/// What is known of a customer's tiers at a moment.
struct Reading<'a, 's> {
    ladder: &'a CheckedLadder,
    snapshot: &'a Snapshot<'s>,
    frame: Frame<'a>,
    grants: Vec<Grant>,
    timeline: Timeline,
}

impl TierPolicy for CheckedLadder {
    fn tiers(&self) -> &[Tier] {
        &self.written.tiers
    }

    fn standing(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Standing {
        let as_of = snapshot.moment().as_of;
        let reading = self.reading(snapshot, ledger);
        let since = self.since(&reading, snapshot, ledger);
        let found = reading.standing(as_of, since);
        let mut turns = reading.timeline.turns(as_of);
        if let Some(keep) = &found.keep {
            turns.extend(keep.from.into_iter().chain(keep.by.checked_add_signed(NANOSECOND)));
            turns.sort_unstable();
        }
        let mut turns = turns.into_iter();
        let next_change = turns.find(|at| reading.standing(*at, since) != found);
        Standing { next_change, ..found }
    }

    fn rank(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> usize {
        self.quick_rank(snapshot, ledger).unwrap_or_else(|| {
            self.reading(snapshot, ledger).timeline.rank(snapshot.moment().as_of)
        })
    }

    fn history(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Vec<TierStep> {
        let Moment { as_of, .. } = *snapshot.moment();
        let turns = self.retractions(snapshot);
        let ends = turns.iter().map(|event| just_before(event.position().0)).chain([as_of]);
        let starts = std::iter::once(None).chain(turns.iter().copied().map(Some));
        let (mut steps, mut rank) = (Vec::new(), 0);
        for (turn, known) in starts.zip(ends) {
            let then = snapshot.at(known);
            let reading = self.reading(&then, ledger);
            let start = turn.map_or(DateTime::<Utc>::MIN_UTC, |event| event.position().0);
            if let Some(event) = turn {
                steps.extend(reading.turn(event, rank));
            }
            let changes = reading.timeline.changes.iter();
            let changes = changes.filter(|change| start < change.at && change.at <= known);
            steps.extend(changes.map(|change| reading.step(*change)));
            rank = reading.timeline.rank(known);
        }
        steps
    }

    fn forecast(
        &self,
        snapshot: &Snapshot<'_>,
        ledger: &Ledger,
        at: DateTime<Utc>,
    ) -> Option<Forecast> {
        let as_of = snapshot.moment().as_of;
        let reading = self.reading(snapshot, ledger);
        let at = at.max(as_of);
        let changes = reading.timeline.changes.iter();
        let changes = changes.filter(|change| as_of < change.at && change.at <= at);
        let rank = reading.timeline.rank(at);
        let steps = changes.map(|change| reading.step(*change)).collect();
        Some(Forecast { at, tier: self.tier(rank), rank, steps })
    }

    fn looks_at_points(&self) -> bool {
        self.measures.contains(&Measure::PointsEarned)
            || self.for_life.iter().flatten().any(|bar| bar.counts(Measure::PointsEarned))
    }

    fn has_terms(&self) -> bool {
        self.written.validity != Validity::WhileQualified
    }

    fn crossing(&self) -> Crossing {
        self.written.crossing
    }
}

impl CheckedLadder {
    fn reading<'a, 's>(&'a self, snapshot: &'a Snapshot<'s>, ledger: &Ledger) -> Reading<'a, 's> {
        let frame = Frame::of(self, snapshot);
        let grants = Grant::all(self, snapshot);
        let mut measures = Grant::measures(&grants);
        measures.extend(&self.measures);
        let for_life = self.for_life.iter().flatten();
        measures.extend(for_life.flat_map(|bar| bar.parts.iter().map(|(measure, _)| *measure)));
        let returned = match self.written.after_return {
            AfterReturn::Lowers => Returned::FromTheStart,
            AfterReturn::KeepsUntilReview => Returned::WhenItCame,
        };
        let purse = ledger.purse(self.written.purse.as_ref());
        let credits = measures.iter().flat_map(|measure| measure.of(snapshot, purse, returned));
        let credits: Vec<_> = credits.collect();
        let timeline = Timeline::of(&frame, &credits, &grants);
        Reading { ladder: self, snapshot, frame, grants, timeline }
    }

    /// The tier at a position.
    fn tier(&self, rank: usize) -> TierId {
        self.written.tiers.get(rank).map_or(&self.lowest, |tier| &tier.id).clone()
    }

    /// The rank, where sums of credits tell it alone: where nothing but credits holds a tier, and
    /// those in the window suffice for all that ever was.
    fn quick_rank(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Option<usize> {
        let Moment { as_of, .. } = *snapshot.moment();
        let history = &snapshot.profile().history;
        let ladder = &self.written;
        let is_plain = ladder.carry_over == CarryOver::Nothing
            && ladder.window != Qualification::TierYear
            && self.for_life.iter().all(Option::is_none)
            && history.last_at(EventType::TierGranted, as_of).is_none()
            && (ladder.after_return == AfterReturn::Lowers
                || history.last_at(EventType::Return, as_of).is_none());
        if !is_plain {
            return None;
        }
        let interval = Frame::of(self, snapshot).interval(as_of);
        let purse = ledger.purse(ladder.purse.as_ref());
        let within = |interval: &Interval| {
            let mut sums = Sums::default();
            for &measure in &self.measures {
                sums.add(measure, measure.within(interval, snapshot, purse));
            }
            self.rank_for(&sums)
        };
        let now = interval.as_ref().map_or(0, within);
        let lasts = ladder.validity != Validity::WhileQualified
            || ladder.downgrade != Downgrade::ByCredits
            || ladder.grace.is_some();
        // No rank was ever held for more credits than there have been in all.
        let ever = || within(&Interval { first: DateTime::<Utc>::MIN_UTC, last: as_of });
        (!lasts || now == ever()).then_some(now)
    }

    /// The events up to the moment that change what was known before them, one of each instant.
    fn retractions<'a>(&self, snapshot: &Snapshot<'a>) -> Vec<&'a Event> {
        let lowers = self.written.after_return == AfterReturn::Lowers;
        let has_anchor = match &self.written.window {
            Qualification::Window(window) => *window == Window::Anniversary,
            Qualification::TierYear | Qualification::YearFrom(_) => true,
        };
        let as_of = snapshot.moment().as_of;
        let events = snapshot.profile().history.retractions(as_of);
        let mut events: Vec<&Event> = events
            .filter(|event| match event.kind {
                EventKind::Return(_) => lowers,
                EventKind::Void(_) => true,
                _ => has_anchor,
            })
            .collect();
        events.dedup_by_key(|event| event.position().0);
        events
    }

    /// Since when the customer has been in the tier; `None` if they were in no other.
    fn since(
        &self,
        reading: &Reading<'_, '_>,
        snapshot: &Snapshot<'_>,
        ledger: &Ledger,
    ) -> Option<DateTime<Utc>> {
        let last = reading.timeline.around(snapshot.moment().as_of).0.map(|change| change.at);
        let retracted = self.retractions(snapshot);
        let is_settled = retracted.last().is_none_or(|event| Some(event.position().0) < last);
        if is_settled {
            return last;
        }
        self.history(snapshot, ledger).last().map(|step| step.at)
    }
}

impl Reading<'_, '_> {
    /// The standing at an instant from the moment on, without its next change; `since` is since
    /// when the customer has been in the tier at the moment.
    fn standing(&self, at: DateTime<Utc>, since: Option<DateTime<Utc>>) -> Standing {
        let currency = self.snapshot.moment().currency;
        let (last, next) = self.timeline.around(at);
        let rank = last.map_or(0, |change| change.rank);
        let sums = self.timeline.sums(at);
        let above = self.ladder.written.tiers.get(rank + 1).zip(self.ladder.bars.get(rank + 1));
        let progress = above.map(|(tier, bar)| Progress {
            next: tier.id.clone(),
            gap: bar.gap(&sums, currency),
            needed: bar.needed,
            counts_until: self.timeline.counts_until(at),
        });
        let as_of = self.snapshot.moment().as_of;
        let changed = last.map(|change| change.at).filter(|changed| *changed > as_of);
        Standing {
            tier: self.ladder.tier(rank),
            rank,
            credits: self.tally(&sums),
            since: changed.or(since),
            until: next.map(|change| change.at),
            keep: next
                .filter(|next| next.rank < rank)
                .and_then(|next| self.keep(rank, at, next.at)),
            progress,
            next_change: None,
        }
    }

    /// What is missing at an instant to keep a tier that is lost at a later one.
    fn keep(&self, rank: usize, at: DateTime<Utc>, lost_at: DateTime<Utc>) -> Option<Keep> {
        let bar = self.ladder.bars.get(rank)?;
        let last = just_before(lost_at);
        let is_over =
            matches!(self.ladder.written.window, Qualification::Window(Window::Previous(_)));
        let renews = self.renews_from(lost_at).filter(|_| !is_over);
        let (asked, from, by) = match renews {
            Some(renews) => {
                let asked = renews.max(at);
                let ends = [self.timeline.counts_until(asked), self.frame.window_end(asked)];
                let by = ends.into_iter().flatten().map(just_before).chain([last]).min()?;
                (asked, renews, by)
            }
            // Nothing renews it before: there must be enough in the very instant.
            None => {
                let within = match &self.timeline.years {
                    Some(years) => Some((years.first(lost_at, &self.frame)?, lost_at)),
                    None => self.frame.interval(lost_at).map(|it| (it.first, it.last)),
                };
                let (first, end) = within?;
                let first = if self.is_rolling() { just_before(first) } else { first };
                (lost_at, first, if first > last { end } else { end.min(last) })
            }
        };
        let gap = bar.gap(&self.timeline.sums(asked), self.snapshot.moment().currency);
        let from = Some(from).filter(|from| *from > at);
        (by >= at).then_some(Keep { until: lost_at, gap, needed: bar.needed, from, by })
    }

    fn is_rolling(&self) -> bool {
        matches!(self.ladder.written.window, Qualification::Window(Window::Rolling(_)))
    }

    /// From when on credits that come in begin a term that goes on when a tier is lost; right after
    /// that if terms are spans.
    fn renews_from(&self, lost_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_span = matches!(self.ladder.written.validity, Validity::For(_));
        let renews = |at| {
            let end = self.frame.term_end(at).map(|end| self.frame.with_grace(end));
            let lasts = end.is_none_or(|end| end > lost_at || (is_span && end == lost_at));
            self.frame.has_terms() && lasts
        };
        let (mut low, mut high) = (self.snapshot.moment().as_of, just_before(lost_at));
        if high < low || !renews(high) {
            return None;
        }
        if renews(low) {
            return Some(low);
        }
        // A later term never ends earlier.
        while high - low > NANOSECOND {
            let middle = low + (high - low) / 2;
            if renews(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }

    fn tally(&self, sums: &Sums) -> Tally {
        Tally::told(&self.ladder.measures, sums, self.snapshot.moment().currency)
    }

    /// What an event that changes what was known makes of a rank.
    fn turn(&self, event: &Event, before: usize) -> Option<TierStep> {
        let at = event.position().0;
        let rank = self.timeline.rank(at);
        let own = self.timeline.around(at).0;
        let own = own.filter(|own| own.at == at && (own.from, own.rank) == (before, rank));
        let step = |reason| TierStep {
            at,
            from: self.ladder.tier(before),
            to: self.ladder.tier(rank),
            reason,
        };
        let event = event.id.clone();
        let reason = || match self.snapshot.profile().history.known(&event).map(|it| &it.kind) {
            Some(EventKind::Return(_)) => Reason::Returned { event: event.clone() },
            Some(EventKind::Void(_)) => Reason::Voided { event: event.clone() },
            _ => Reason::DatesChanged { event: event.clone() },
        };
        (rank != before).then(|| own.map_or_else(|| step(reason()), |own| self.step(own)))
    }

    fn step(&self, change: Change) -> TierStep {
        TierStep {
            at: change.at,
            from: self.ladder.tier(change.from),
            to: self.ladder.tier(change.rank),
            reason: self.reason(change),
        }
    }

    fn reason(&self, change: Change) -> Reason {
        let credits = self.tally(&self.timeline.sums(change.at));
        let grant = |index: usize| self.grants.get(index);
        let event = |index| grant(index).map(|grant| grant.event.clone());
        let told = if change.rank > change.from {
            match change.basis {
                Basis::Granted(index) | Basis::Trial(index) => grant(index).map(|grant| {
                    Reason::Granted { event: grant.event.clone(), reason: grant.reason }
                }),
                Basis::Met(index) => event(index).map(|event| Reason::ChallengeMet { event }),
                Basis::ForLife => Some(Reason::ForLife),
                Basis::Term | Basis::Credits | Basis::Step => None,
            }
        } else {
            match change.basis {
                Basis::Granted(index) | Basis::Met(index) => {
                    event(index).map(|event| Reason::GrantEnded { event })
                }
                Basis::Trial(index) => event(index).map(|event| Reason::ChallengeMissed { event }),
                Basis::Term | Basis::Step => Some(Reason::TermEnded { credits: credits.clone() }),
                Basis::Credits | Basis::ForLife => Some(self.returned_at(change.at).map_or_else(
                    || Reason::CreditsGone { credits: credits.clone() },
                    |event| Reason::Returned { event: event.id.clone() },
                )),
            }
        };
        told.unwrap_or(Reason::Earned { credits })
    }

    /// The return at an instant.
    fn returned_at(&self, at: DateTime<Utc>) -> Option<&Event> {
        let history = &self.snapshot.profile().history;
        let mut events = history.retractions(at).filter(|event| event.position().0 == at);
        events.find(|event| matches!(event.kind, EventKind::Return(_)))
    }
}

fn just_before(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_sub_signed(NANOSECOND).unwrap_or(at)
}
