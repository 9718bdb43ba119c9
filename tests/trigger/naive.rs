//! What triggers mean, said once more and simply: which firings there are in a whole set of events.
//!
//! It looks at all events at once, by definitions, and knows neither watermarks nor state.

use std::collections::BTreeSet;

/// An event as one trigger sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    pub at: i64,
    pub id: String,
    pub first: bool,
    pub then: bool,
    pub no_longer: bool,
}

/// The statement that an event never happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    pub at: i64,
    pub id: String,
    pub target: String,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Each,
    Nth(usize),
    Follows(i64),
    Silence(i64),
    Times(usize, i64),
    SessionStart(i64),
    SessionEnd(i64),
}

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub kind: Kind,
    pub cool_down: i64,
    /// How far apart an event and its void may be.
    pub reach: i64,
}

/// When it fires, and the two ends of the stretch that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fire {
    pub at: i64,
    pub from: i64,
    pub until: i64,
}

impl Rules {
    /// All firings until `watermark`: those that the events in effect at their instant lead to.
    pub fn fires(&self, facts: &[Fact], denials: &[Denial], watermark: i64) -> Vec<Fire> {
        let mut cuts: BTreeSet<i64> = denials.iter().map(|denial| denial.at).collect();
        cuts.insert(i64::MIN);
        let mut fires = Vec::new();
        for cut in &cuts {
            let known: Vec<&Denial> = denials.iter().filter(|denial| denial.at <= *cut).collect();
            let next = cuts.range(cut + 1..).next().copied().unwrap_or(i64::MAX);
            let told = self.told(&self.in_effect(facts, &known));
            fires.extend(told.into_iter().filter(|fire| (*cut..next).contains(&fire.at)));
        }
        fires.retain(|fire| fire.at <= watermark);
        fires
    }

    fn in_effect(&self, facts: &[Fact], denials: &[&Denial]) -> Vec<Fact> {
        let mut facts = facts.to_vec();
        for fact in &mut facts {
            let denied = denials.iter().any(|denial| {
                let apart = (denial.at - fact.at).abs();
                denial.target == fact.id && apart <= self.reach && self.stands(denial, denials)
            });
            if denied {
                let ends = matches!(self.kind, Kind::Silence(_)) && !fact.then;
                fact.no_longer = ends && (fact.first || fact.no_longer);
                (fact.first, fact.then) = (false, false);
            }
        }
        facts.sort();
        facts
    }

    /// A denial is denied by one that stands after it, within reach, and is not denied itself.
    fn stands(&self, denial: &Denial, all: &[&Denial]) -> bool {
        let place = |denial: &Denial| (denial.at, denial.id.clone());
        let mut later = all.iter().filter(|other| place(other) > place(denial));
        !later.any(|other| {
            let is_meant = other.target == denial.id && other.at - denial.at <= self.reach;
            is_meant && self.stands(other, all)
        })
    }

    fn told(&self, facts: &[Fact]) -> Vec<Fire> {
        let mut fires = match self.kind {
            Kind::Each => firsts(facts).map(at_once).collect(),
            Kind::Nth(nth) => firsts(facts).skip(nth - 1).take(1).map(at_once).collect(),
            Kind::Follows(within) => follows(facts, within),
            Kind::Silence(lasting) => silences(facts, lasting),
            Kind::Times(count, within) => times(facts, count, within),
            Kind::SessionStart(gap) => {
                let at_start = |(from, _)| Fire { at: from, from, until: from };
                sessions(facts, gap).into_iter().map(at_start).collect()
            }
            Kind::SessionEnd(gap) => {
                let at_end = |(from, until)| Fire { at: until + gap, from, until };
                sessions(facts, gap).into_iter().map(at_end).collect::<Vec<_>>()
            }
        };
        fires.sort_by_key(|fire| fire.at);
        let mut rests_until = i64::MIN;
        fires.retain(|fire| {
            let fires = fire.at >= rests_until;
            if fires {
                rests_until = fire.at + self.cool_down;
            }
            fires
        });
        fires
    }
}

fn firsts(facts: &[Fact]) -> impl Iterator<Item = &Fact> {
    facts.iter().filter(|fact| fact.first)
}

fn at_once(fact: &Fact) -> Fire {
    Fire { at: fact.at, from: fact.at, until: fact.at }
}

/// The first that follows the latest before it, with nothing that follows in between.
fn follows(facts: &[Fact], within: i64) -> Vec<Fire> {
    let mut fires = Vec::new();
    for (place, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.then) {
        let Some(before) = facts[..place].iter().rposition(|fact| fact.first) else { continue };
        let between = facts[before + 1..place].iter().any(|fact| fact.then);
        if !between && fact.at <= facts[before].at + within {
            fires.push(Fire { at: fact.at, from: facts[before].at, until: fact.at });
        }
    }
    fires
}

/// After each event that nothing breaks: no other of its type that stands after it, and none that
/// must not come at its instant or later, up to and with the end.
fn silences(facts: &[Fact], lasting: i64) -> Vec<Fire> {
    let mut fires = Vec::new();
    for (place, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.first) {
        let end = fact.at + lasting;
        let broken = facts.iter().enumerate().any(|(other, breaks)| {
            let after = other > place && breaks.at <= end;
            let at_once = breaks.at == fact.at && other < place && !fact.then;
            (after && (breaks.first || breaks.then || breaks.no_longer))
                || (at_once && breaks.then && !breaks.first)
        });
        if !broken {
            fires.push(Fire { at: end, from: fact.at, until: end });
        }
    }
    fires
}

fn times(facts: &[Fact], count: usize, within: i64) -> Vec<Fire> {
    let firsts: Vec<i64> = firsts(facts).map(|fact| fact.at).collect();
    let (mut fires, mut used) = (Vec::new(), 0);
    for end in 0..firsts.len() {
        let from = (end + 1).saturating_sub(count);
        if end + 1 >= used + count && firsts[end] - firsts[from] <= within {
            fires.push(Fire { at: firsts[end], from: firsts[from], until: firsts[end] });
            used = end + 1;
        }
    }
    fires
}

fn sessions(facts: &[Fact], gap: i64) -> Vec<(i64, i64)> {
    let instants: Vec<i64> = firsts(facts).map(|fact| fact.at).collect();
    let apart = instants.chunk_by(|one, next| next - one <= gap);
    apart.map(|session| (session[0], session[session.len() - 1])).collect()
}
