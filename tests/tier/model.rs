//! An independent model of ladders, which lives through every day.
//!
//! Everything happens at midnight UTC, so that a day is the smallest piece of time. What a ladder's
//! documentation says is followed day by day, without a notion of what holds a tier or for how
//! long: only until which day each tier is certain.

use std::sync::OnceLock;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

/// Days, from [`first_day`] on.
pub type Day = i64;

/// A number of days that is never over.
pub const ALWAYS: Day = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Days(i64),
    ThisMonth,
    ThisYear,
    LastMonth,
    MembershipYear,
    BirthdayYear,
    TierYear,
    Lifetime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    WhileQualified,
    UntilEnd,
    UntilEndOfNext,
    Days(i64),
    Months(u32),
    EndOfYear,
    EndOfNextMonth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lands {
    ByCredits,
    OneStep,
    ToBase,
    Never,
}

/// What a tier takes of spend (in cents) and of orders; `every`: both of them.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    pub spend: Option<i64>,
    pub orders: Option<i64>,
    pub every: bool,
}

#[derive(Clone, Debug)]
pub struct Rules {
    pub since: Since,
    pub lasts: Lasts,
    pub lands: Lands,
    pub grace: i64,
    pub carries: bool,
    pub keeps: bool,
    /// Of the tiers above the lowest.
    pub takes: Vec<Takes>,
    /// The lifetime spend that keeps the highest.
    pub for_life: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub struct Bought {
    pub day: Day,
    /// Two units of so many cents.
    pub unit: i64,
    /// When one unit came back, and the other.
    pub back: [Option<Day>; 2],
}

#[derive(Clone, Copy, Debug)]
pub struct Given {
    pub day: Day,
    pub rank: usize,
    pub until: Option<Day>,
    /// So many orders within so many days.
    pub challenge: Option<(i64, i64)>,
}

#[derive(Clone, Debug)]
pub struct Life {
    pub bought: Vec<Bought>,
    pub given: Vec<Given>,
}

/// Spend and orders.
type Sums = [i64; 2];

pub fn date(day: Day) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 20).unwrap();
    first.checked_add_days(Days::new(day.unsigned_abs())).unwrap()
}

pub fn instant(day: Day) -> DateTime<Utc> {
    date(day).and_time(NaiveTime::MIN).and_utc()
}

/// The days on which each kind of period begins, the months of the calendar first.
fn beginnings(kind: usize) -> &'static [Day] {
    static TABLES: OnceLock<[Vec<Day>; 4]> = OnceLock::new();
    let table = |is: fn(NaiveDate) -> bool| (-400..4_000).filter(|day| is(date(*day))).collect();
    &TABLES.get_or_init(|| {
        [
            table(|date| date.day() == 1),
            table(|date| date.ordinal() == 1),
            // The customer enrolled on 20 January, and was born on 17 May.
            table(|date| (date.month(), date.day()) == (1, 20)),
            table(|date| (date.month(), date.day()) == (5, 17)),
        ]
    })[kind]
}

const MONTH: usize = 0;
const YEAR: usize = 1;

/// The last beginning that is not after `day`.
fn begun(kind: usize, day: Day) -> Day {
    let starts = beginnings(kind);
    starts[starts.partition_point(|start| *start <= day) - 1]
}

/// The first beginning after `day`.
fn next(kind: usize, day: Day) -> Day {
    let starts = beginnings(kind);
    starts[starts.partition_point(|start| *start <= day)]
}

fn months_later(day: Day, months: u32) -> Day {
    let later = date(day).checked_add_months(Months::new(months)).unwrap();
    (later - date(0)).num_days()
}

impl Since {
    fn kind(self) -> usize {
        match self {
            Self::ThisMonth | Self::LastMonth => MONTH,
            Self::ThisYear => YEAR,
            Self::MembershipYear | Self::TierYear => 2,
            Self::BirthdayYear => 3,
            Self::Days(_) | Self::Lifetime => panic!("no period"),
        }
    }
}

impl Takes {
    fn suffice(&self, [spend, orders]: Sums) -> bool {
        let spend = self.spend.map(|least| spend >= least);
        let orders = self.orders.map(|least| orders >= least);
        let mut met = [spend, orders].into_iter().flatten();
        if self.every { met.all(|met| met) } else { met.any(|met| met) }
    }
}

impl Rules {
    fn rank(&self, sums: Sums) -> usize {
        self.takes.iter().rposition(|takes| takes.suffice(sums)).map_or(0, |at| at + 1)
    }

    /// On which day a term is over that begins on `day`.
    fn term(&self, day: Day) -> Day {
        let period_end = |day: Day| match self.since {
            Since::TierYear => months_later(day, 12),
            since => next(since.kind(), day),
        };
        match self.lasts {
            Lasts::WhileQualified => day,
            Lasts::UntilEnd => period_end(day),
            Lasts::UntilEndOfNext => period_end(period_end(day)),
            Lasts::Days(days) => day + days,
            Lasts::Months(months) => months_later(day, months),
            Lasts::EndOfYear => next(YEAR, day),
            Lasts::EndOfNextMonth => next(MONTH, next(MONTH, day)),
        }
    }

    /// What is left of credits in the next window, found by trying all numbers.
    fn left(&self, total: i64, of: fn(&Takes) -> Option<i64>) -> i64 {
        let reached =
            |credits: i64| self.takes.iter().filter_map(of).filter(|least| *least <= credits).max();
        (0..=total).filter_map(|credits| Some(credits - reached(credits)?)).max().unwrap_or(0)
    }
}

impl Life {
    /// What was credited from one day to another, as it is known on the day `known`.
    fn between(&self, from: Day, to: Day, known: Day) -> Sums {
        let mut sums = [0, 0];
        for bought in &self.bought {
            if from <= bought.day && bought.day <= to.min(known) {
                let back = bought.back.iter().flatten().filter(|back| **back <= known);
                let left = 2 - i64::try_from(back.count()).unwrap();
                sums[0] += left * bought.unit;
                sums[1] += i64::from(left > 0);
            }
        }
        sums
    }
}

/// One customer from the first day on.
pub struct Model<'a> {
    rules: &'a Rules,
    life: &'a Life,
    /// What is known from the start: all up to this day.
    known: Day,
    /// The first day on which each tier is no longer certain by credits, the lowest left out.
    certain: Vec<Day>,
    /// Which of them the credits in the window hold since the last fall to the base.
    armed: Vec<bool>,
    /// When years of tiers began.
    starts: Vec<Day>,
    carried: Sums,
    earned: usize,
    rank: usize,
}

impl<'a> Model<'a> {
    /// The rank on the day `known`, and on a day `later` if nothing happens after that one.
    pub fn ranks(rules: &'a Rules, life: &'a Life, known: Day, later: Day) -> [usize; 2] {
        let above = rules.takes.len();
        let mut model = Self {
            rules,
            life,
            known,
            certain: vec![0; above],
            armed: vec![false; above],
            starts: Vec::new(),
            carried: [0, 0],
            earned: 0,
            rank: 0,
        };
        (0..=known).for_each(|today| model.live(today));
        let now = model.rank;
        (known + 1..=later).for_each(|today| model.live(today));
        [now, model.rank]
    }

    fn live(&mut self, today: Day) {
        let (sums, came_in) = self.window(today);
        let suffices = self.rules.rank(sums);
        let renewed = self.begin_years(today, suffices, came_in);
        let fresh = [if came_in { suffices } else { 0 }, renewed];
        self.step_down(today);
        if self.rules.lands == Lands::ToBase {
            for (at, armed) in self.armed.iter_mut().enumerate() {
                *armed &= at < suffices;
                if *armed {
                    let until = today + 1 + self.rules.grace;
                    self.certain[at] = self.certain[at].max(until);
                }
            }
        } else {
            (1..=suffices).for_each(|rank| self.hold(rank, today + 1));
        }
        self.refresh(today, fresh);
        let promised = self.promised(today);
        let was_earned = self.earned == self.rank;
        if self.rules.lands == Lands::ToBase
            && was_earned
            && self.highest(today).max(promised) < self.rank
        {
            self.certain.fill(0);
            self.armed.fill(false);
            self.refresh(today, fresh);
        }
        self.earned = self.highest(today);
        self.rank = self.earned.max(promised);
    }

    fn highest(&self, today: Day) -> usize {
        self.certain.iter().rposition(|until| *until > today).map_or(0, |at| at + 1)
    }

    /// A tier is certain until `day` and through the grace after it.
    fn hold(&mut self, rank: usize, day: Day) {
        let never = self.rules.lands == Lands::Never;
        let until = if never { ALWAYS } else { day + self.rules.grace };
        if let Some(certain) = rank.checked_sub(1).and_then(|at| self.certain.get_mut(at)) {
            *certain = until.max(*certain);
        }
    }

    /// What credits that come in today, or a year that is renewed, make certain.
    fn refresh(&mut self, today: Day, fresh: [usize; 2]) {
        let term = self.rules.term(today);
        for rank in fresh.into_iter().filter(|rank| *rank > 0) {
            if self.rules.lasts != Lasts::WhileQualified {
                self.hold(rank, term);
            }
        }
        if self.rules.lands == Lands::ToBase && fresh[0] > 0 {
            self.armed[fresh[0] - 1] = true;
            self.hold(fresh[0], today + 1);
        }
    }

    fn step_down(&mut self, today: Day) {
        for rank in (2..=self.certain.len()).rev() {
            if self.rules.lands == Lands::OneStep && self.certain[rank - 1] == today && today > 0 {
                let term = self.rules.term(today);
                self.hold(rank - 1, term);
            }
        }
    }

    /// What is known today: everything, or only what had come back by then.
    fn known_on(&self, today: Day) -> Day {
        if self.rules.keeps { self.known.min(today) } else { self.known }
    }

    /// The credits that count today, and whether any of them came in today.
    fn window(&mut self, today: Day) -> (Sums, bool) {
        let known = self.known_on(today);
        let between = |from, to| self.life.between(from, to, known);
        let is_some = |sums: Sums| sums.iter().any(|sum| *sum > 0);
        let new = is_some(between(today, today));
        match self.rules.since {
            Since::Days(days) => (between(today - days + 1, today), new),
            Since::Lifetime => (between(0, today), new),
            Since::LastMonth => {
                let end = begun(MONTH, today);
                let sums = between(begun(MONTH, end - 1), end - 1);
                (sums, today == end && is_some(sums))
            }
            Since::TierYear => (between(self.year_start(today), today), new),
            since => {
                let start = begun(since.kind(), today);
                let own = between(start, today);
                if start == today {
                    self.carry(begun(since.kind(), today - 1), today);
                }
                let carried = self.carried;
                let came = new || (start == today && is_some(carried));
                ([own[0] + carried[0], own[1] + carried[1]], came)
            }
        }
    }

    /// Takes what is left of the window from `start` until yesterday into the next one.
    fn carry(&mut self, start: Day, today: Day) {
        if self.rules.carries {
            let own = self.life.between(start, today - 1, self.known_on(today - 1));
            let total = |at: usize| own[at] + self.carried[at];
            self.carried = [
                self.rules.left(total(0), |takes| takes.spend),
                self.rules.left(total(1), |takes| takes.orders),
            ];
        }
    }

    /// The earliest start of a year that is not over.
    fn year_start(&self, today: Day) -> Day {
        let open = self.starts.iter().copied().filter(|start| today < months_later(*start, 12));
        open.chain([begun(2, today)]).min().unwrap()
    }

    /// Years of tiers begin; which tier a year that is over renews.
    fn begin_years(&mut self, today: Day, suffices: usize, came_in: bool) -> usize {
        if self.rules.since != Since::TierYear {
            return 0;
        }
        let known = self.known_on(today - 1);
        let over = self.starts.iter().filter(|start| months_later(**start, 12) == today);
        let ranks =
            over.map(|start| self.rules.rank(self.life.between(*start + 1, today - 1, known)));
        let renewed = ranks.max().unwrap_or(0);
        if renewed > 0 || (came_in && suffices > 0) {
            self.starts.push(today);
        }
        renewed
    }

    /// The highest tier that was granted, or is kept for life.
    fn promised(&self, today: Day) -> usize {
        let known = self.known_on(today);
        let for_life =
            self.rules.for_life.filter(|least| self.life.between(0, today, known)[0] >= *least);
        let for_life = for_life.map(|_| self.rules.takes.len());
        let given = self.life.given.iter().filter(|given| given.day <= today.min(self.known));
        given
            .filter(|given| self.is_held(given, today))
            .map(|given| given.rank)
            .chain(for_life)
            .max()
            .unwrap_or(0)
    }

    fn is_held(&self, given: &Given, today: Day) -> bool {
        let until = |from: Day| given.until.unwrap_or_else(|| self.rules.term(from));
        let Some((orders, days)) = given.challenge else { return today < until(given.day) };
        let end = given.day + days;
        let met = (given.day..end)
            .find(|day| self.life.between(given.day, *day, self.known_on(*day))[1] >= orders);
        let kept = met.is_some_and(|met| met <= today && today < until(met));
        today < end || kept
    }
}
