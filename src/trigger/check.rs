//! The check of triggers: all that is wrong, each with its place.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Fault;
use super::flow::{Flow, Way};
use super::matcher::{Matcher, Parts};
use super::micros::{Length, longest};
use super::written::{DateOf, Match, Pattern, Trigger, Triggers};
use crate::calendar::{Span, Unit, Zone};
use crate::digest::Digest;
use crate::event::EventType;
use crate::id::{AttributeName, LadderId, PurseId, TriggerName};
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Number, Rule, Schema, Text};

/// The most triggers that a program can have.
pub const MAX_TRIGGERS: usize = 10_000;
/// The most events that can be looked for within a span.
pub const MAX_TIMES: u32 = 1_000;
/// The last event of all that can be looked for by its number.
pub const MAX_NTH: u32 = 1_000_000;

/// Triggers that are known to make sense.
///
/// A trigger listens to events and never to triggers, so that no cycle of triggers can be written.
/// One that goes around by way of messages and what customers do with them is slowed down: where a
/// trigger listens to what messages lead to (deliveries, opened or clicked mails), it must have a
/// cool-down of an hour at least.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedTriggers {
    pub(super) written: Triggers,
    pub(super) zone: Zone,
    pub(super) currency: Currency,
    /// In the order in which they are written.
    pub(super) list: Vec<Arc<CheckedTrigger>>,
}

/// A trigger that is known to make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedTrigger {
    written: Trigger,
    when: Option<CheckedRule>,
    /// The rule that is crossed.
    crossed: Option<CheckedRule>,
    pub(super) flow: Arc<Flow>,
    pub(super) matchers: Vec<Matcher>,
}

/// What triggers stand among.
pub struct Surroundings<'a> {
    /// The fields of profiles that rules can name.
    pub schema: &'a Schema,
    /// Whether a field is known of a basket in hand only.
    pub of_basket: &'a dyn Fn(&str) -> bool,
    /// Whether there is an attribute of this name that is a date.
    pub is_date: &'a dyn Fn(&AttributeName) -> bool,
    /// The purses beside the main points.
    pub purses: BTreeSet<PurseId>,
    /// The ladders, of which the first is also meant where none is named.
    pub ladders: BTreeSet<LadderId>,
    /// Where days begin and end.
    pub zone: Zone,
    /// The program's currency.
    pub currency: Currency,
}

impl Triggers {
    /// The triggers, checked against what they stand among.
    ///
    /// # Errors
    /// All problems, each with its path, such as `list[0].pattern.silence.lasting`.
    pub fn check(&self, around: &Surroundings<'_>) -> Result<CheckedTriggers, Problems<Fault>> {
        let mut problems = Problems::none();
        if self.list.len() > MAX_TRIGGERS {
            let fault = Fault::TooMany { count: self.list.len() };
            return Err(Problems::one(Path::from("list"), fault));
        }
        let mut seen: HashMap<&TriggerName, usize> = HashMap::new();
        let mut list = Vec::new();
        for (index, trigger) in self.list.iter().enumerate() {
            let path = Path::from("list").item(index);
            if let Some(first) = seen.insert(&trigger.id, index) {
                let fault = Fault::Duplicate { id: trigger.id.clone(), first };
                problems.add(path.field("id"), fault);
            }
            let checked = self.checked(trigger, around);
            list.extend(problems.take(&path, checked).map(Arc::new));
        }
        let (zone, currency) = (around.zone, around.currency);
        problems.into_result(CheckedTriggers { written: self.clone(), zone, currency, list })
    }

    /// The triggers that follow events alone, checked without a program: for a machine of its own.
    /// Their rules on the profile are not looked at.
    ///
    /// # Errors
    /// All problems, each with its path.
    pub fn check_alone(
        &self,
        zone: Zone,
        currency: Currency,
    ) -> Result<CheckedTriggers, Problems<Fault>> {
        let bare = |trigger: &Trigger| Trigger { when: None, ..trigger.clone() };
        let bare = Self { list: self.list.iter().map(bare).collect(), ..self.clone() };
        let schema = Schema::default();
        let checked = bare.check(&Surroundings {
            schema: &schema,
            of_basket: &|_| false,
            is_date: &|_| true,
            purses: BTreeSet::new(),
            ladders: BTreeSet::new(),
            zone,
            currency,
        })?;
        Ok(checked)
    }

    fn checked(
        &self,
        trigger: &Trigger,
        around: &Surroundings<'_>,
    ) -> Result<CheckedTrigger, Problems<Fault>> {
        let mut problems = Problems::none();
        let pattern = Path::from("pattern").field(name(&trigger.pattern));
        around.pattern(&trigger.pattern, &pattern, &mut problems);
        let endless = trigger.pattern.matches().into_iter().map(|one| one.event);
        let endless = endless.filter(|event| comes_of_messages(*event));
        for event in endless.filter(|_| !is_slow(trigger.cool_down)) {
            problems.add(pattern.clone(), Fault::Endless { event });
        }
        let crossed = match &trigger.pattern {
            Pattern::Crosses { rule } => around.rule(rule, &pattern.field("rule"), &mut problems),
            _ => None,
        };
        let when = trigger.when.as_ref();
        let when = when.and_then(|rule| around.rule(rule, &Path::from("when"), &mut problems));
        let correction = trigger.correction.or(self.correction);
        let compiled = compile(trigger, correction, around.zone, around.currency);
        let Some((flow, matchers)) = problems.take(&Path::root(), compiled) else {
            return Err(problems);
        };
        let flow = Arc::new(flow);
        let written = trigger.clone();
        problems.into_result(CheckedTrigger { written, when, crossed, flow, matchers })
    }
}

impl CheckedTriggers {
    /// The triggers as they were written.
    #[must_use]
    pub const fn written(&self) -> &Triggers {
        &self.written
    }

    /// The triggers in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = &CheckedTrigger> {
        self.list.iter().map(|trigger| &**trigger)
    }

    /// The trigger of a name.
    #[must_use]
    pub fn get(&self, name: &TriggerName) -> Option<&CheckedTrigger> {
        self.iter().find(|trigger| trigger.written.id == *name)
    }
}

impl CheckedTrigger {
    /// The trigger as it was written.
    #[must_use]
    pub const fn written(&self) -> &Trigger {
        &self.written
    }

    /// The digest of all that makes its firings what they are: what is written, the correction, the
    /// zone and the currency.
    #[must_use]
    pub fn version(&self) -> Digest {
        self.flow.version
    }

    /// What must hold of the customer's profile when it fires.
    #[must_use]
    pub const fn when(&self) -> Option<&CheckedRule> {
        self.when.as_ref()
    }

    /// The rule that begins to hold, if it looks out for that.
    #[must_use]
    pub const fn crossed(&self) -> Option<&CheckedRule> {
        self.crossed.as_ref()
    }
}

/// The automaton of a trigger, and what tells it which events matter.
pub(super) fn compile(
    trigger: &Trigger,
    correction: Option<Span>,
    zone: Zone,
    currency: Currency,
) -> Result<(Flow, Vec<Matcher>), Problems<Fault>> {
    let mut problems = Problems::none();
    let length = |span: &Span| Length::of(*span, zone);
    let way = match &trigger.pattern {
        Pattern::Happens { nth, .. } => Way::Happens { nth: *nth },
        Pattern::Follows { within, .. } => Way::Follows { within: length(within) },
        Pattern::Silence { lasting, .. } => Way::Silence { lasting: length(lasting) },
        Pattern::Times { count, within, .. } => {
            Way::Times { count: *count, within: length(within) }
        }
        Pattern::Session { gap, at, .. } => Way::Session { gap: length(gap), edge: *at },
        Pattern::Near { dwell, gap, .. } => {
            let gap = gap.as_ref().map_or(Length::Exact(HALF_HOUR), length);
            Way::Near { dwell: dwell.as_ref().map(length), gap }
        }
        _ => Way::Happens { nth: None },
    };
    let path = Path::from("pattern").field(name(&trigger.pattern));
    let matchers = matchers(&trigger.pattern, &path, currency, &mut problems);
    let micros = correction.map_or(0, longest);
    let reach = match way {
        Way::Happens { nth: None } => 0,
        Way::Happens { nth: Some(_) } => micros,
        Way::Follows { within } | Way::Times { within, .. } => within.longest(),
        Way::Silence { lasting } => lasting.longest(),
        Way::Session { gap, .. } => gap.longest(),
        Way::Near { dwell, gap } => dwell.map_or(0, Length::longest).max(gap.longest()),
    };
    problems.into_result((
        Flow {
            name: trigger.id.clone(),
            version: Digest::of(&(trigger, correction, zone, currency)),
            way,
            cool_down: trigger.cool_down.as_ref().map(length),
            reach,
            correction: micros,
        },
        matchers,
    ))
}

const HALF_HOUR: u64 = 1_800_000_000;

fn matchers(
    pattern: &Pattern,
    path: &Path,
    currency: Currency,
    problems: &mut Problems<Fault>,
) -> Vec<Matcher> {
    let mut matchers = Vec::new();
    let mut add = |written: &Match, place: Path, part, otherwise| {
        let matcher = Matcher::check(written, part, otherwise, currency);
        matchers.extend(problems.take(&place, matcher));
    };
    match pattern {
        Pattern::Happens { of, .. } | Pattern::Times { of, .. } | Pattern::Session { of, .. } => {
            add(of, path.field("of"), Parts::FIRST, Parts::NONE);
        }
        Pattern::Follows { first, then, .. } => {
            add(first, path.field("first"), Parts::FIRST, Parts::NONE);
            add(then, path.field("then"), Parts::THEN, Parts::NONE);
        }
        Pattern::Silence { after, without, .. } => {
            add(after, path.field("after"), Parts::FIRST, Parts::NO_LONGER);
            for (index, one) in without.iter().enumerate() {
                add(one, path.field("without").item(index), Parts::THEN, Parts::NONE);
            }
        }
        Pattern::Near { center, radius_meters, .. } => {
            matchers.push(Matcher::near(*center, *radius_meters));
        }
        _ => {}
    }
    matchers
}

/// How a pattern is called in JSON.
pub(super) const fn name(pattern: &Pattern) -> &'static str {
    match pattern {
        Pattern::Happens { .. } => "happens",
        Pattern::Follows { .. } => "follows",
        Pattern::Silence { .. } => "silence",
        Pattern::Times { .. } => "times",
        Pattern::Session { .. } => "session",
        Pattern::Near { .. } => "near",
        Pattern::Crosses { .. } => "crosses",
        Pattern::Date { .. } => "date",
        Pattern::Overdue { .. } => "overdue",
        Pattern::News { .. } => "news",
    }
}

impl Surroundings<'_> {
    fn rule(
        &self,
        rule: &Rule,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) -> Option<CheckedRule> {
        for field in rule.fields().into_iter().filter(|field| (self.of_basket)(field)) {
            problems.add(path.clone(), Fault::NotOfProfile { name: Text::from(field) });
        }
        problems.take(path, rule.check(self.schema))
    }

    fn pattern(&self, pattern: &Pattern, path: &Path, problems: &mut Problems<Fault>) {
        match pattern {
            Pattern::Happens { nth: Some(found), .. } if !(1..=MAX_NTH).contains(found) => {
                problems.add(path.field("nth"), Fault::Nth { found: *found });
            }
            Pattern::Silence { without, .. } if without.is_empty() => {
                problems.add(path.field("without"), Fault::Unbroken);
            }
            Pattern::Times { count: found, .. } if !(2..=MAX_TIMES).contains(found) => {
                problems.add(path.field("count"), Fault::Times { found: *found });
            }
            Pattern::Near { center, radius_meters, .. } => {
                for (part, found, limit) in
                    [("latitude", center.latitude, 90_u16), ("longitude", center.longitude, 180)]
                {
                    if found.as_f64().abs() > f64::from(limit) {
                        let fault = Fault::Degrees { found, limit };
                        problems.add(path.field("center").field(part), fault);
                    }
                }
                radius(*radius_meters, path, problems);
            }
            Pattern::Date { of, .. } => self.date(of, &path.field("of"), problems),
            Pattern::News { of, interest } => {
                if of.is_empty() {
                    problems.add(path.field("of"), Fault::Nothing);
                }
                if interest.by.is_empty() {
                    problems.add(path.field("interest").field("by"), Fault::Nothing);
                }
            }
            _ => {}
        }
    }

    fn date(&self, of: &DateOf, path: &Path, problems: &mut Problems<Fault>) {
        match of {
            DateOf::Attribute(name) | DateOf::Anniversary(name) if !(self.is_date)(name) => {
                problems.add(path.clone(), Fault::NoDate { name: name.clone() });
            }
            DateOf::PointsExpire(Some(purse)) if !self.purses.contains(purse) => {
                problems.add(path.clone(), Fault::UnknownPurse { purse: purse.clone() });
            }
            DateOf::TierReview(ladder) => {
                let known = match ladder {
                    Some(ladder) => self.ladders.contains(ladder),
                    None => !self.ladders.is_empty(),
                };
                if !known {
                    problems.add(path.clone(), Fault::UnknownLadder { ladder: ladder.clone() });
                }
            }
            DateOf::Season { starts, .. } => {
                let path = path.field("season").field("starts");
                if starts.is_empty() {
                    problems.add(path.clone(), Fault::Nothing);
                }
                for (region, start) in starts {
                    let (month, day) = (start.month, start.day);
                    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
                        let fault = Fault::NoDay { month, day };
                        problems.add(path.field(region.as_str()), fault);
                    }
                }
            }
            _ => {}
        }
    }
}

fn radius(found: Number, path: &Path, problems: &mut Problems<Fault>) {
    if !(found.as_f64() > 0.0 && found.as_f64() <= 1_000_000.0) {
        problems.add(path.field("radius_meters"), Fault::Radius { found });
    }
}

/// Whether messages lead to such events, so that a trigger on them must rest.
const fn comes_of_messages(event: EventType) -> bool {
    matches!(event, EventType::EmailOpened | EventType::EmailClicked | EventType::Delivery)
}

/// Whether a cool-down is long enough that a cycle by way of messages is slow.
fn is_slow(cool_down: Option<Span>) -> bool {
    cool_down.is_some_and(|span| span.unit() != Unit::Minute || span.count() >= 60)
}
