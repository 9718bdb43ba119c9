//! The lots once more, point by point and instant by instant, as simply as it can be said.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use loyalty::id::{EventId, PurseId};
use loyalty::points::{
    Balance, Cause, Movement, Points, Posting, Sliding, Source, SpendOrder, Term,
};

/// A single point.
struct Token<'a> {
    lot: &'a Cause,
    active_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    sliding: Option<Sliding>,
    /// From when until when it can be spent once it is confirmed, which then it is.
    confirmed: Option<[DateTime<Utc>; 2]>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Free,
    Held,
    Taken,
}

struct Hold<'a> {
    by: &'a Cause,
    until: DateTime<Utc>,
    tokens: Vec<usize>,
}

/// All points of a purse, who took them in which order, and what is owed for what.
pub struct Till<'a> {
    purse: Option<&'a PurseId>,
    order: SpendOrder,
    seen: DateTime<Utc>,
    as_of: DateTime<Utc>,
    tokens: Vec<Token<'a>>,
    holds: Vec<Hold<'a>>,
    takes: Vec<(usize, &'a Cause)>,
    debts: Vec<&'a Cause>,
}

/// What is left of a lot, what is held of it, and who took how much.
#[derive(Debug, Default, PartialEq)]
pub struct Lot {
    pub left: i64,
    pub reserved: i64,
    pub uses: BTreeMap<Cause, i64>,
}

impl<'a> Till<'a> {
    /// How things are at `as_of` when what happens until `seen` is known. Points are moved one at a
    /// time.
    pub fn new(
        postings: &'a [Posting],
        purse: Option<&'a PurseId>,
        order: SpendOrder,
        [seen, as_of]: [DateTime<Utc>; 2],
    ) -> Self {
        let is_known = |posting: &&Posting| {
            posting.cause().purse.as_ref() == purse && posting.cause().at <= seen
        };
        let mut known: Vec<&Posting> = postings.iter().filter(is_known).collect();
        known.sort_by_key(|posting| posting.cause());
        let (tokens, holds, takes, debts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut till = Self { purse, order, seen, as_of, tokens, holds, takes, debts };
        for now in instants(&known).into_iter().filter(|now| *now <= as_of) {
            till.wake(now);
            for posting in known.iter().filter(|posting| posting.cause().at == now) {
                till.happen(posting);
            }
        }
        till
    }

    pub fn balance(&self) -> Balance {
        let as_of = self.as_of;
        let tokens = |place: Place, test: &dyn Fn(&Token<'_>) -> bool| {
            points(self.tokens.iter().filter(|one| one.place == place && test(one)).count())
        };
        let moved = |test: fn(&Movement) -> bool| {
            let takes = self.takes.iter().map(|(_, by)| by);
            points(takes.chain(&self.debts).filter(|by| test(&by.movement)).count())
        };
        let earned = self.tokens.iter().filter(|one| matches!(one.lot.movement, Movement::Earn(_)));
        Balance {
            purse: self.purse.cloned(),
            earned: points(earned.count()),
            active: tokens(Place::Free, &|one| one.active_at <= as_of && as_of < one.expires_at),
            pending: tokens(Place::Free, &|one| as_of < one.active_at),
            reserved: tokens(Place::Held, &|_| true),
            expired: tokens(Place::Free, &|one| one.expires_at <= as_of),
            spent: moved(|one| matches!(one, Movement::Spend | Movement::Capture { .. })),
            sent: moved(|one| matches!(one, Movement::Send)),
            forfeited: moved(|one| matches!(one, Movement::Forfeit)),
            clawed_back: moved(|one| matches!(one, Movement::ClawBack { .. })),
            deficit: points(self.debts.len()),
        }
    }

    pub fn lots(&self) -> BTreeMap<Cause, Lot> {
        let mut lots: BTreeMap<Cause, Lot> = BTreeMap::new();
        for token in &self.tokens {
            let lot = lots.entry(token.lot.clone()).or_default();
            lot.left += i64::from(token.place == Place::Free);
            lot.reserved += i64::from(token.place == Place::Held);
        }
        for (token, by) in &self.takes {
            let lot = lots.get_mut(self.tokens[*token].lot).unwrap();
            *lot.uses.entry((*by).clone()).or_default() += 1;
        }
        lots
    }

    /// Holds end, orders are confirmed and points become active; then what is owed is paid.
    fn wake(&mut self, now: DateTime<Utc>) {
        for token in &mut self.tokens {
            let is_known = |[at, _]: &[DateTime<Utc>; 2]| *at <= now.min(self.seen);
            if let Some([active_at, expires_at]) = token.confirmed.take_if(|one| is_known(one)) {
                (token.active_at, token.expires_at) = (active_at, expires_at);
            }
        }
        for hold in self.holds.extract_if(.., |hold| hold.until <= now) {
            hold.tokens.into_iter().for_each(|token| self.tokens[token].place = Place::Free);
        }
        self.pay(now);
    }

    fn happen(&mut self, posting: &'a Posting) {
        let cause = posting.cause();
        if let Movement::Hold { until } = cause.movement {
            self.holds.push(Hold { by: cause, until, tokens: Vec::new() });
        }
        for _ in 0..posting.points().0 {
            match &cause.movement {
                Movement::Earn(term) => self.earn(cause, *term),
                Movement::Restore { of } => self.give_back(cause, of),
                Movement::Hold { .. } => self.hold_one(cause.at),
                Movement::Capture { of } => self.capture_one(cause, of),
                Movement::Release { of } => self.release_one(of),
                Movement::Reinstate { expired_since, expires_at } => {
                    self.reinstate_one(cause, *expired_since, *expires_at);
                }
                _ => self.take_one(cause),
            }
        }
        if matches!(cause.movement, Movement::Restore { .. } | Movement::Release { .. }) {
            self.pay(cause.at);
        }
        let is_activity = match &cause.movement {
            Movement::Spend | Movement::Capture { .. } => true,
            Movement::Earn(_) => matches!(cause.source, Source::Earning(_) | Source::Offer(_)),
            _ => false,
        };
        for token in self.tokens.iter_mut().filter(|_| is_activity) {
            if let Some(sliding) = token.sliding.filter(|_| cause.at < token.expires_at) {
                let put_off = sliding.after(cause.at);
                token.expires_at = token.expires_at.max(put_off);
                token.confirmed = token.confirmed.map(|[from, until]| [from, until.max(put_off)]);
            }
        }
    }

    fn earn(&mut self, lot: &'a Cause, term: Term) {
        let Term { active_at, expires_at, sliding, unconfirmed } = term;
        let end = |expires_at: Option<_>| expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let told = [active_at, end(expires_at)];
        let confirmed = unconfirmed.map(|_| told);
        let [active_at, expires_at] =
            unconfirmed.map_or(told, |one| [one.active_at, end(one.expires_at)]);
        let place = Place::Free;
        self.tokens.push(Token { lot, active_at, expires_at, sliding, confirmed, place });
        if active_at == lot.at {
            self.pay_with(self.tokens.len() - 1);
        }
    }

    /// Pays what is owed with what can be spent.
    fn pay(&mut self, now: DateTime<Utc>) {
        while let (Some(index), false) = (self.spendable(now), self.debts.is_empty()) {
            self.pay_with(index);
        }
    }

    /// Pays what has been owed longest with a point that is free.
    fn pay_with(&mut self, index: usize) {
        if !self.debts.is_empty() {
            self.take(index, self.debts[0]);
            self.debts.remove(0);
        }
    }

    fn take(&mut self, index: usize, by: &'a Cause) {
        self.tokens[index].place = Place::Taken;
        self.takes.push((index, by));
    }

    /// Takes the point whose turn it is, or owes one.
    fn take_one(&mut self, by: &'a Cause) {
        let own = self.tokens.iter().position(|token| {
            let Movement::ClawBack { of } = &by.movement else { return false };
            token.place == Place::Free && is_about(token.lot, of, by)
        });
        let now = match by.movement {
            // What is pending is given away after what is active.
            Movement::Send if self.spendable(by.at).is_none() => None,
            _ => Some(by.at),
        };
        let next = now.map_or_else(|| self.unexpired(by.at), |now| self.spendable(now));
        match own.or(next) {
            Some(index) => self.take(index, by),
            None => self.debts.push(by),
        }
    }

    /// The point that is spent next.
    fn spendable(&self, now: DateTime<Utc>) -> Option<usize> {
        self.first(|token| token.active_at <= now && now < token.expires_at)
    }

    fn unexpired(&self, now: DateTime<Utc>) -> Option<usize> {
        let waits = |token: &Token<'_>| token.active_at == DateTime::<Utc>::MAX_UTC;
        self.first(|token| now < token.expires_at && !waits(token))
    }

    /// The first of the free points in the order of spending.
    fn first(&self, test: impl Fn(&Token<'_>) -> bool) -> Option<usize> {
        let free = (0..self.tokens.len()).filter(|&index| {
            let token = &self.tokens[index];
            token.place == Place::Free && test(token)
        });
        match self.order {
            SpendOrder::EarliestExpiry => {
                free.min_by_key(|&index| (self.tokens[index].expires_at, index))
            }
            SpendOrder::OldestFirst => free.min(),
            SpendOrder::NewestFirst => {
                free.min_by_key(|&index| (Reverse(self.tokens[index].lot_number(self)), index))
            }
            other => panic!("{other:?}"),
        }
    }

    fn hold_one(&mut self, now: DateTime<Utc>) {
        if let Some(index) = self.spendable(now) {
            self.tokens[index].place = Place::Held;
            self.holds.last_mut().unwrap().tokens.push(index);
        }
    }

    fn held(&mut self, of: &EventId) -> Option<&mut Vec<usize>> {
        let hold = self.holds.iter_mut().find(|hold| hold.by.event == *of)?;
        (!hold.tokens.is_empty()).then_some(&mut hold.tokens)
    }

    fn capture_one(&mut self, by: &'a Cause, of: &EventId) {
        match self.held(of).map(|tokens| tokens.remove(0)) {
            Some(first) => self.take(first, by),
            None => self.take_one(by),
        }
    }

    fn release_one(&mut self, of: &EventId) {
        if let Some(last) = self.held(of).and_then(Vec::pop) {
            self.tokens[last].place = Place::Free;
        }
    }

    fn reinstate_one(
        &mut self,
        by: &'a Cause,
        since: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
    ) {
        let expired = (0..self.tokens.len()).filter(|&index| {
            let Token { place, expires_at, .. } = self.tokens[index];
            place == Place::Free && since <= expires_at && expires_at <= by.at
        });
        if let Some(last) = expired.max_by_key(|&index| (self.tokens[index].expires_at, index)) {
            self.take(last, by);
            self.earn(by, Term { expires_at, ..Term::from(by.at) });
        }
    }

    /// Forgets one point that `of` owes, or else the last one that it took.
    fn give_back(&mut self, by: &Cause, of: &EventId) {
        let undone = |one: &Cause| one.movement.takes() && is_about(one, of, by);
        if let Some(index) = self.debts.iter().position(|debt| undone(debt)) {
            self.debts.remove(index);
        } else if let Some(last) = self.takes.iter().rposition(|(_, take)| undone(take)) {
            let (token, _) = self.takes.remove(last);
            self.tokens[token].place = Place::Free;
        }
    }
}

impl Token<'_> {
    /// The place of the first point of its lot.
    fn lot_number(&self, till: &Till<'_>) -> usize {
        till.tokens.iter().position(|other| std::ptr::eq(other.lot, self.lot)).unwrap()
    }
}

/// Whenever something may happen.
fn instants(postings: &[&Posting]) -> Vec<DateTime<Utc>> {
    let mut instants: Vec<DateTime<Utc>> = Vec::new();
    for posting in postings {
        instants.push(posting.cause().at);
        match posting.cause().movement {
            Movement::Earn(term) => {
                instants.push(term.active_at);
                instants.extend(term.unconfirmed.map(|one| one.active_at));
            }
            Movement::Hold { until } => instants.push(until),
            _ => {}
        }
    }
    instants.sort();
    instants.dedup();
    instants
}

fn points(count: usize) -> Points {
    Points(i64::try_from(count).unwrap())
}

/// Whether `earlier` is what `event` did with points of the same source for the same line as `by`.
fn is_about(earlier: &Cause, event: &EventId, by: &Cause) -> bool {
    (&earlier.event, &earlier.source, &earlier.line) == (event, &by.source, &by.line)
}
