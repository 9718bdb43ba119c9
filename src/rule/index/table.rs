//! The slots that rules look at, each with what its values say.

use std::collections::BTreeMap;

use super::bounds::is_relative;
use super::conjunct::{Conjunct, Entry, Group, conditions};
use super::keys::Line;
use super::members::Members;
use super::rows::Row;
use super::scalar::{Asked, Scalar};
use super::scratch::SetScratch;
use crate::rule::{CheckedRule, Facts, Kind, Schema, Slot};

/// One view of a slot, and what it says of the rules.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) slot: Slot,
    pub(super) cut: Cut,
}

/// How the values of a slot are told apart.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    Scalar(Scalar),
    Members(Members),
}

impl Table {
    /// The tables of all slots, in the order of the slots.
    pub(super) fn all(schema: &Schema, rules: &[CheckedRule], entries: &[Entry]) -> Vec<Self> {
        let mut by_slot: BTreeMap<Slot, Vec<Asked<'_>>> = BTreeMap::new();
        for (position, entry) in entries.iter().enumerate() {
            let Some(rule) = rules.get(entry.rule) else { continue };
            for Group { slot, of } in &entry.groups {
                let asked = Asked { position, rule, of: of.clone() };
                by_slot.entry(*slot).or_default().push(asked);
            }
        }
        let cuts = |slot, asked| {
            let kind = schema.field(slot).map_or(Kind::Bool, |field| field.kind);
            cuts(kind, asked, entries.len()).into_iter().map(move |cut| Self { slot, cut })
        };
        by_slot.into_iter().flat_map(|(slot, asked)| cuts(slot, asked)).collect()
    }

    /// What these facts say.
    pub(super) fn row<'a>(&'a self, facts: &dyn Facts, scratch: &'a mut SetScratch) -> Row<'a> {
        let value = facts.value(self.slot);
        match &self.cut {
            Cut::Scalar(scalar) => scalar.row(value, || facts.today()),
            Cut::Members(members) => members.row(value, facts.undecided(self.slot), scratch),
        }
    }
}

fn cuts(kind: Kind, asked: Vec<Asked<'_>>, rules: usize) -> Vec<Cut> {
    match kind {
        Kind::Set => vec![Cut::Members(Members::new(&asked, rules))],
        Kind::Date => dates(asked, rules),
        _ => vec![Cut::Scalar(Scalar::new(kind, &asked, rules))],
    }
}

/// Days of the calendar, and days that are counted from today.
fn dates(asked: Vec<Asked<'_>>, rules: usize) -> Vec<Cut> {
    let (mut counted, mut fixed) = (Vec::new(), Vec::new());
    for Asked { position, rule, of } in asked {
        let relative = |conjunct: &Conjunct| {
            let mut tests = conditions(rule, conjunct.place).peekable();
            tests.peek().is_some() && tests.all(|condition| is_relative(&condition.test))
        };
        let (ahead, other): (Vec<_>, Vec<_>) = of.into_iter().partition(relative);
        let part = |of: Vec<Conjunct>| (!of.is_empty()).then_some(Asked { position, rule, of });
        counted.extend(part(ahead));
        fixed.extend(part(other));
    }
    let lines = [(Line::Date, fixed), (Line::DaysAhead, counted)];
    let used = lines.into_iter().filter(|(_, asked)| !asked.is_empty());
    used.map(|(line, asked)| Cut::Scalar(Scalar::keys(line, &asked, rules))).collect()
}
