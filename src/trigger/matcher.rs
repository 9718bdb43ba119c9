//! Which parts an event plays in a trigger.

use std::ops::BitOr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Fault;
use super::facts::{self, Source};
use super::near::distance_meters;
use super::written::Match;
use crate::event::{Coordinates, Event, EventKind, EventType};
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Facts, Number, Rule, Schema, Slot, Text, Value};

/// The parts that one event plays in one trigger.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub(super) struct Parts(u8);

impl Parts {
    pub(super) const NONE: Self = Self(0);
    /// It is what the trigger looks out for first.
    pub(super) const FIRST: Self = Self(1);
    /// It is what comes after that: what follows, or breaks the silence.
    pub(super) const THEN: Self = Self(2);
    /// What the trigger looked out for is no longer so.
    pub(super) const NO_LONGER: Self = Self(4);

    /// In how many bits all parts can be told.
    pub(super) const BITS: u32 = 4;

    pub(super) const fn bits(self) -> u8 {
        self.0
    }

    pub(super) const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }
}

impl BitOr for Parts {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Tells the part that events of one type play.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matcher {
    pub(super) event: EventType,
    test: Test,
    /// The part of events that pass the test, and of those that do not.
    passed: Parts,
    failed: Parts,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    All,
    Named(Option<Text>, Option<Box<Asked>>),
    Within { center: Coordinates, radius_meters: Number },
}

/// A rule, and where the values of the fields come from that it names.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    rule: CheckedRule,
    sources: Vec<(Slot, Source)>,
}

impl Matcher {
    /// The matcher of events that are to play `part`, and `otherwise` of the rest of their type.
    pub(super) fn check(
        written: &Match,
        part: Parts,
        otherwise: Parts,
        currency: Currency,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        if written.event == EventType::Void {
            problems.add(Path::from("event"), Fault::Void);
        }
        let custom = written.event == EventType::Custom;
        if custom && written.name.is_none() {
            problems.add(Path::from("event"), Fault::Nameless);
        }
        if !custom && (written.name.is_some() || !written.values.is_empty()) {
            problems.add(Path::from("event"), Fault::NotCustom { event: written.event });
        }
        let rule = written.when.as_ref().map(|rule| checked(written, rule, currency));
        let rule = match rule {
            Some(rule) => problems.take(&Path::from("when"), rule),
            None => None,
        };
        let name = written.name.clone();
        let test = match (&name, &rule) {
            (None, None) => Test::All,
            _ => Test::Named(name, rule.map(Box::new)),
        };
        problems.into_result(Self { event: written.event, test, passed: part, failed: otherwise })
    }

    /// The matcher of signs of being within a radius of a place.
    pub(super) const fn near(center: Coordinates, radius_meters: Number) -> Self {
        Self {
            event: EventType::Visit,
            test: Test::Within { center, radius_meters },
            passed: Parts::FIRST,
            failed: Parts::NO_LONGER,
        }
    }

    /// The part that an event of its type plays.
    pub(super) fn parts(&self, event: &Event, currency: Currency, values: &mut Values) -> Parts {
        let passes = match &self.test {
            Test::All => true,
            Test::Named(name, asked) => {
                let called = match &event.kind {
                    EventKind::Custom(custom) => Some(&custom.name),
                    _ => None,
                };
                if name.is_some() && name.as_ref() != called {
                    return Parts::NONE;
                }
                let Some(Asked { rule, sources }) = asked.as_deref() else { return self.passed };
                values.0.clear();
                for (slot, source) in sources {
                    values.0.push((*slot, source.value(event, currency)));
                }
                rule.truth(values).holds()
            }
            Test::Within { center, radius_meters } => {
                let EventKind::Visit(visit) = &event.kind else { return Parts::NONE };
                let Some(place) = visit.coordinates else { return Parts::NONE };
                distance_meters(*center, place) <= radius_meters.as_f64()
            }
        };
        if passes { self.passed } else { self.failed }
    }
}

fn checked(
    written: &Match,
    rule: &Rule,
    currency: Currency,
) -> Result<Asked, Problems<crate::rule::Fault>> {
    let known = facts::fields(written.event, &written.values, currency);
    let schema = Schema::new(known.iter().map(|(field, _)| field.clone()))?;
    let rule = rule.check(&schema)?;
    let source = |slot: &Slot| Some((*slot, known.get(slot.index())?.1.clone()));
    let sources = rule.slots().iter().filter_map(source).collect();
    Ok(Asked { rule, sources })
}

/// What is known of an event, as far as a rule asks for it. No field of an event is a date that is
/// counted from the day at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(Vec<(Slot, Option<Value>)>);

impl Facts for Values {
    fn value(&self, slot: Slot) -> Option<&Value> {
        let found = self.0.iter().find(|(known, _)| *known == slot);
        found.and_then(|(_, value)| value.as_ref())
    }

    fn today(&self) -> NaiveDate {
        NaiveDate::default()
    }
}
