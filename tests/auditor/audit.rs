//! What every event should have moved, derived from the events alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Event, EventKind, Operation, Parcel, Passage, Return};
use loyalty::id::{CustomerId, EventId, LineId, PurseId};
use loyalty::points::{Amount, Cause, Movement, Points, Posting, Source, Term};

/// From how many points on a member is gold.
pub const GOLD: i64 = 14;

/// What the events of a member come to.
pub struct Audit {
    pub postings: Vec<Posting>,
    /// What was earned of main points and not taken back.
    pub kept: i64,
}

/// What an event earned for a line, or as a whole.
struct Earned<'a> {
    event: &'a Event,
    source: Source,
    line: Option<LineId>,
    purse: Option<PurseId>,
    points: i64,
    /// Who took how much of it back.
    taken: Vec<(&'a Event, i64)>,
}

/// The events so far, and what they came to.
struct Desk<'a> {
    known: Vec<&'a Event>,
    earned: Vec<Earned<'a>>,
    postings: Vec<Posting>,
}

impl Audit {
    /// Goes through the events of a member in the order in which they happened.
    pub fn of(events: &[&Event]) -> Self {
        let mut events = events.to_vec();
        events.sort_by_key(|event| (event.at, &event.id));
        let mut desk = Desk { known: Vec::new(), earned: Vec::new(), postings: Vec::new() };
        for event in events {
            desk.known.push(event);
            if !desk.is_void(event) {
                desk.happen(event);
            }
        }
        Self { kept: desk.kept(), postings: desk.postings }
    }
}

impl<'a> Desk<'a> {
    fn event(&self, id: &EventId) -> Option<&'a Event> {
        self.known.iter().copied().find(|event| event.id == *id)
    }

    /// Whether a void names it that is not void itself; a void is not named by an earlier one.
    fn is_void(&self, event: &Event) -> bool {
        self.known.iter().any(|other| {
            let EventKind::Void(void) = &other.kind else { return false };
            let is_later = (event.at, &event.id) < (other.at, &other.id);
            let may = is_later || !matches!(event.kind, EventKind::Void(_));
            void.event == event.id && may && !self.is_void(other)
        })
    }

    fn kept(&self) -> i64 {
        let kept = |one: &Earned<'_>| one.points - one.taken_back();
        self.earned.iter().filter(|one| one.purse.is_none()).map(kept).sum()
    }

    fn happen(&mut self, event: &'a Event) {
        match &event.kind {
            EventKind::Purchase(purchase) => {
                let multiplier = if self.kept() >= GOLD { 2 } else { 1 };
                let active_at = event.at + TimeDelta::hours(24);
                let expires_at = Some(active_at + TimeDelta::days(20));
                let term = Term { expires_at, ..Term::from(active_at) };
                for line in &purchase.basket.lines {
                    let units = multiplier * line.quantity;
                    let points = Points(2 * units).into();
                    self.earn(event, "units", term, (Some(line.id.clone()), points));
                    let stars = Amount::of(Points(units), "stars".parse().unwrap());
                    let share = (Some(line.id.clone()), stars);
                    self.earn(event, "stars", Term::from(event.at), share);
                }
            }
            EventKind::Review(_) => {
                let share = (None, Points(3).into());
                self.earn(event, "review", Term::from(event.at), share);
            }
            EventKind::Return(_) => self.take_and_give_back(event),
            EventKind::Void(void) => {
                self.take_and_give_back(event);
                self.give_back_spent(event, &void.event);
            }
            EventKind::Points(operation) => self.operate(event, operation),
            _ => {}
        }
    }

    fn post(
        &mut self,
        event: &Event,
        moved: (Movement, &Source, Option<LineId>),
        purse: Option<&PurseId>,
        points: i64,
    ) {
        let (movement, source, line) = moved;
        let (source, purse) = (source.clone(), purse.cloned());
        if points > 0 {
            let cause =
                Cause { at: event.at, event: event.id.clone(), movement, source, line, purse };
            self.postings.push(Posting::new(cause, Points(points)).unwrap());
        }
    }

    fn earn(&mut self, event: &'a Event, rule: &str, term: Term, share: (Option<LineId>, Amount)) {
        let source = Source::Earning(rule.parse().unwrap());
        let (line, Amount { points: Points(points), purse }) = share;
        self.post(event, (Movement::Earn(term), &source, line.clone()), purse.as_ref(), points);
        self.earned.push(Earned { event, source, line, purse, points, taken: Vec::new() });
    }

    /// What should be taken of what was earned, now that this is known.
    fn due(&self, earned: &Earned<'_>) -> i64 {
        if self.is_void(earned.event) {
            return earned.points;
        }
        let Some(purchase) = earned.event.purchase() else { return 0 };
        let line = earned.line.as_ref().unwrap();
        let came_back = |event: &&&Event| match &event.kind {
            EventKind::Return(Return { order, .. }) if *order == purchase.order => {
                (earned.event.at, &earned.event.id) < (event.at, &event.id) && !self.is_void(event)
            }
            _ => false,
        };
        let mut units = 0;
        for event in self.known.iter().filter(came_back) {
            let EventKind::Return(returned) = &event.kind else { continue };
            let lines = returned.lines.iter().filter(|returned| returned.line == *line);
            units += lines.map(|returned| returned.quantity).sum::<i64>();
        }
        let bought = purchase.basket.line(line).unwrap().quantity;
        earned.points * units.min(bought) / bought
    }

    /// Takes what is due and was not taken, or gives back what was taken and is not due: first what
    /// the event took that is void now, then what was taken last.
    fn take_and_give_back(&mut self, event: &'a Event) {
        let mut moves = Vec::new();
        let dues: Vec<i64> = self.earned.iter().map(|earned| self.due(earned)).collect();
        for (earned, due) in self.earned.iter_mut().zip(dues) {
            let missing = due - earned.taken_back();
            let (source, line) = (earned.source.clone(), earned.line.clone());
            let purse = &earned.purse;
            if missing > 0 {
                let movement = Movement::ClawBack { of: earned.event.id.clone() };
                moves.push((movement, source.clone(), line.clone(), purse.clone(), missing));
                earned.taken.push((event, missing));
            }
            let mut surplus = -missing;
            let is_other = |taker: &Event| match &event.kind {
                EventKind::Void(void) => void.event != taker.id,
                _ => true,
            };
            earned.taken.sort_by_key(|(by, _)| (is_other(by), Reverse((by.at, by.id.clone()))));
            for (by, points) in &mut earned.taken {
                let back = surplus.min(*points).max(0);
                (*points, surplus) = (*points - back, surplus - back);
                let movement = Movement::Restore { of: by.id.clone() };
                moves.push((movement, source.clone(), line.clone(), purse.clone(), back));
            }
        }
        for (movement, source, line, purse, points) in moves {
            self.post(event, (movement, &source, line), purse.as_ref(), points);
        }
    }

    fn give_back_spent(&mut self, event: &Event, spend: &EventId) {
        let spend = self.event(spend).map(|event| &event.kind);
        if let Some(EventKind::Points(Operation::Spend { points, reward, purse })) = spend {
            let EventKind::Void(void) = &event.kind else { return };
            let source = Source::Reward(reward.clone());
            let movement = Movement::Restore { of: void.event.clone() };
            self.post(event, (movement, &source, None), purse.as_ref(), points.0);
        }
    }

    fn operate(&mut self, event: &Event, operation: &Operation) {
        let (at, purse) = (event.at, operation.purse());
        match operation {
            Operation::Spend { points, reward, .. } => {
                let source = Source::Reward(reward.clone());
                self.post(event, (Movement::Spend, &source, None), purse, points.0);
            }
            Operation::Hold { points, reward, until, .. } => {
                let (movement, source) =
                    (Movement::Hold { until: *until }, Source::Reward(reward.clone()));
                self.post(event, (movement, &source, None), purse, points.0);
            }
            Operation::Capture { hold, points, .. } => {
                let (source, held) = self.held(hold);
                let captured = points.map_or(held, |points| points.0);
                let of = || hold.clone();
                self.post(event, (Movement::Capture { of: of() }, &source, None), purse, captured);
                self.post(
                    event,
                    (Movement::Release { of: of() }, &source, None),
                    purse,
                    held - captured,
                );
            }
            Operation::Release { hold, .. } => {
                let (source, held) = self.held(hold);
                self.post(
                    event,
                    (Movement::Release { of: hold.clone() }, &source, None),
                    purse,
                    held,
                );
            }
            Operation::Adjust { points, operator, .. } => {
                let source = Source::Operator(operator.clone());
                let movement = match points.0 {
                    ..0 => Movement::Forfeit,
                    0.. => Movement::Earn(Term::from(at)),
                };
                self.post(event, (movement, &source, None), purse, points.0.abs());
            }
            Operation::Send { points, to, why, .. } => {
                self.post(event, (Movement::Send, &peer(*why, to), None), purse, points.0);
            }
            Operation::Receive { parcels, from, why, .. } => {
                for (term, points) in received(parcels, at) {
                    self.post(
                        event,
                        (Movement::Earn(term), &peer(*why, from), None),
                        purse,
                        points,
                    );
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn held(&self, hold: &EventId) -> (Source, i64) {
        match self.event(hold).map(|event| &event.kind) {
            Some(EventKind::Points(Operation::Hold { points, reward, .. })) => {
                (Source::Reward(reward.clone()), points.0)
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Earned<'_> {
    fn taken_back(&self) -> i64 {
        self.taken.iter().map(|(_, points)| points).sum()
    }
}

fn peer(why: Passage, peer: &CustomerId) -> Source {
    match why {
        Passage::Transfer => Source::Account(peer.clone()),
        Passage::Merge => Source::Merge(peer.clone()),
        Passage::Unmerge => Source::Unmerge(peer.clone()),
        other => panic!("{other:?}"),
    }
}

/// What of one term comes in together.
fn received(parcels: &[Parcel], at: DateTime<Utc>) -> BTreeMap<Term, i64> {
    let mut received: BTreeMap<Term, i64> = BTreeMap::new();
    for Parcel { points, active_at, expires_at } in parcels {
        let active_at = active_at.unwrap_or(at);
        let term = Term { expires_at: *expires_at, ..Term::from(active_at) };
        *received.entry(term).or_default() += points.0;
    }
    received
}
