//! The lots once more, point by point and instant by instant, as simply as it can be said.

use chrono::{DateTime, Utc};
use loyalty::id::EventId;
use loyalty::points::{Balance, Cause, Movement, Points, Posting};

/// A single point.
struct Token<'a> {
    earned: &'a Cause,
    active_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    taken: bool,
}

/// All points, who took them in which order, and what is owed for what.
#[derive(Default)]
struct Till<'a> {
    tokens: Vec<Token<'a>>,
    takes: Vec<(usize, &'a Cause)>,
    debts: Vec<&'a Cause>,
}

/// What is held at `as_of` when what happens until `seen` is known. Points are moved one at a time.
pub fn balance(postings: &[Posting], seen: DateTime<Utc>, as_of: DateTime<Utc>) -> Balance {
    let mut known: Vec<&Posting> =
        postings.iter().filter(|posting| posting.cause().at <= seen).collect();
    known.sort_by_key(|posting| posting.cause());
    let till = replay(&known, as_of);
    let tokens = |test: &dyn Fn(&Token<'_>) -> bool| {
        points(till.tokens.iter().filter(|token| test(token)).count())
    };
    let moved = |test: fn(&Movement) -> bool| {
        let takes = till.takes.iter().map(|(_, by)| by);
        points(takes.chain(&till.debts).filter(|by| test(&by.movement)).count())
    };
    Balance {
        earned: points(till.tokens.len()),
        active: tokens(&|one| !one.taken && one.active_at <= as_of && as_of < one.expires_at),
        pending: tokens(&|one| !one.taken && as_of < one.active_at),
        expired: tokens(&|one| !one.taken && one.expires_at <= as_of),
        spent: moved(|movement| matches!(movement, Movement::Spend)),
        clawed_back: moved(|movement| matches!(movement, Movement::ClawBack { .. })),
        deficit: points(till.debts.len()),
        ..Balance::default()
    }
}

fn points(count: usize) -> Points {
    Points(i64::try_from(count).unwrap())
}

fn replay<'a>(postings: &[&'a Posting], as_of: DateTime<Utc>) -> Till<'a> {
    let mut instants: Vec<DateTime<Utc>> = Vec::new();
    for posting in postings {
        instants.push(posting.cause().at);
        if let Movement::Earn(term) = posting.cause().movement {
            instants.push(term.active_at);
        }
    }
    instants.sort();
    instants.dedup();
    let mut till = Till::default();
    for now in instants.into_iter().filter(|now| *now <= as_of) {
        for index in 0..till.tokens.len() {
            if till.tokens[index].active_at == now {
                till.pay_with(index);
            }
        }
        for posting in postings.iter().filter(|posting| posting.cause().at == now) {
            till.happen(posting);
        }
    }
    till
}

impl<'a> Till<'a> {
    fn happen(&mut self, posting: &'a Posting) {
        let cause = posting.cause();
        for _ in 0..posting.points().0 {
            match &cause.movement {
                Movement::Earn(term) => {
                    let expires_at = term.expires_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
                    let active_at = term.active_at;
                    self.tokens.push(Token { earned: cause, active_at, expires_at, taken: false });
                    if active_at == cause.at {
                        self.pay_with(self.tokens.len() - 1);
                    }
                }
                Movement::Restore { of } => self.give_back(cause, of),
                _ => self.take_one(cause),
            }
        }
        if matches!(cause.movement, Movement::Restore { .. }) {
            while let (Some(index), false) = (self.spendable(cause.at), self.debts.is_empty()) {
                self.pay_with(index);
            }
        }
    }

    /// Pays what has been owed longest with a point that was not taken.
    fn pay_with(&mut self, index: usize) {
        if !self.tokens[index].taken && !self.debts.is_empty() {
            self.take(index, self.debts[0]);
            self.debts.remove(0);
        }
    }

    fn take(&mut self, index: usize, by: &'a Cause) {
        self.tokens[index].taken = true;
        self.takes.push((index, by));
    }

    /// Takes the point whose turn it is, or owes one.
    fn take_one(&mut self, by: &'a Cause) {
        let own = self.tokens.iter().position(|token| {
            let Movement::ClawBack { of } = &by.movement else { return false };
            !token.taken && is_about(token.earned, of, by)
        });
        match own.or_else(|| self.spendable(by.at)) {
            Some(index) => self.take(index, by),
            None => self.debts.push(by),
        }
    }

    /// The point that is spent next.
    fn spendable(&self, now: DateTime<Utc>) -> Option<usize> {
        let spendable = (0..self.tokens.len()).filter(|&index| {
            let token = &self.tokens[index];
            !token.taken && token.active_at <= now && now < token.expires_at
        });
        spendable.min_by_key(|&index| (self.tokens[index].expires_at, index))
    }

    /// Forgets one point that `of` owes, or else the last one that it took.
    fn give_back(&mut self, by: &Cause, of: &EventId) {
        if let Some(index) = self.debts.iter().position(|debt| is_about(debt, of, by)) {
            self.debts.remove(index);
        } else if let Some(last) = self.takes.iter().rposition(|(_, take)| is_about(take, of, by)) {
            let (token, _) = self.takes.remove(last);
            self.tokens[token].taken = false;
        }
    }
}

/// Whether `earlier` is what `event` did with points of the same source for the same line as `by`.
fn is_about(earlier: &Cause, event: &EventId, by: &Cause) -> bool {
    (&earlier.event, &earlier.source, &earlier.line) == (event, &by.source, &by.line)
}
