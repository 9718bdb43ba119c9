//! What triggers need a program for: instants that follow from a member's profile, and whether a
//! member meets the rule of a trigger that fired.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::fields::{Fields, is_of_basket};
use super::{Fault, Member, Names, Program, Spec};
use crate::calendar::{Span, Zone};
use crate::id::{LadderId, PurseId};
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Sheet, Text, Truth, Value, Verdict};
use crate::trigger::{
    CheckedTriggers, DateOf, DayOfYear, Firing, Outlook, Pattern, Planned, ProductNews,
    Surroundings,
};

/// Whether a member is one for whom a trigger that fired counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Relevance {
    /// The rule of the trigger holds, or it has none.
    Meant,
    /// The rule of the trigger does not hold, or is unknown: why.
    NotMeant(Verdict),
    /// The trigger was armed under other terms: ask the program that had them.
    OtherTerms,
    /// The firing is another customer's.
    Foreign,
}

impl Relevance {
    /// Why the trigger is not meant for the member; `None` if it is.
    #[must_use]
    pub fn objection(&self) -> Option<String> {
        match self {
            Self::Meant => None,
            Self::NotMeant(verdict) => Some(verdict.to_string()),
            Self::OtherTerms => Some("it fired under other terms".to_owned()),
            Self::Foreign => Some("it fired for another customer".to_owned()),
        }
    }

    /// What the rule of the trigger comes to on these facts.
    pub(super) fn by(rule: &CheckedRule, facts: &Sheet) -> Self {
        match rule.truth(facts) {
            Truth::Hold => Self::Meant,
            _ => Self::NotMeant(rule.explain(facts)),
        }
    }
}

/// The triggers of the document, if nothing is wrong with them.
pub(super) fn checked(
    spec: &Spec,
    names: Names<'_>,
    fields: &Fields,
    problems: &mut Problems<Fault>,
) -> Option<CheckedTriggers> {
    let checked = spec.triggers.check(&Surroundings {
        schema: fields.schema(),
        of_basket: &is_of_basket,
        is_date: &|name| names.has_date(name),
        purses: spec.purses.iter().map(|purse| purse.id.clone()).collect(),
        ladders: spec.ladders.iter().map(|ladder| ladder.id.clone()).collect(),
        zone: spec.zone,
        currency: spec.currency,
    });
    problems.take(&Path::from("triggers"), checked)
}

impl Program {
    /// The triggers, for the [`Machine`](crate::trigger::Machine) that follows them.
    #[must_use]
    pub fn triggers(&self) -> &CheckedTriggers {
        &self.triggers
    }

    /// Whether the member is one for whom a trigger that fired counts: whether its rule holds at
    /// the instant of the firing, by what is known of the member now. A program without triggers
    /// leaves that to the host, whose own they are.
    pub fn relevance(&self, member: &Member, firing: &Firing) -> Relevance {
        self.relevance_to(member, firing, |rule| {
            Relevance::by(rule, &self.judge_at(member, firing.at).sheet)
        })
    }

    /// The same, if this is what the rule of the trigger comes to at the instant of the firing.
    pub(super) fn relevance_to(
        &self,
        member: &Member,
        firing: &Firing,
        by: impl FnOnce(&CheckedRule) -> Relevance,
    ) -> Relevance {
        if firing.customer != *member.id() {
            return Relevance::Foreign;
        }
        if self.triggers.written().is_empty() {
            return Relevance::Meant;
        }
        let trigger = self.triggers.get(&firing.trigger);
        let Some(trigger) = trigger.filter(|known| known.version() == firing.version) else {
            return Relevance::OtherTerms;
        };
        trigger.when().map_or(Relevance::Meant, by)
    }

    /// What the triggers that follow from a profile have in store for a member, from an instant
    /// until right before another, by what is known of the member now.
    ///
    /// A host gives it to the machine when something happened to the member, from the instant of
    /// that event on, and again before the end. Levels are crossed at events of the member that are
    /// recorded already; dates are those that come if nothing more happens.
    #[must_use]
    pub fn outlook(&self, member: &Member, from: DateTime<Utc>, until: DateTime<Utc>) -> Outlook {
        let mut planned = BTreeSet::new();
        for trigger in self.triggers.iter() {
            let ahead = Ahead { program: self, member, from, until };
            let found = match &trigger.written().pattern {
                Pattern::Crosses { .. } => {
                    trigger.crossed().map_or_else(Vec::new, |rule| ahead.crossings(rule))
                }
                Pattern::Date { of, before, at } => ahead.dates(of, *before, *at),
                Pattern::Overdue { model, at } => {
                    let one = TimeDelta::nanoseconds(1);
                    let log = member.profile().purchases(self.currency, from);
                    let after = from.checked_add_signed(one).unwrap_or(from);
                    let late = (!log.is_empty()).then(|| model.late_on(log.orders(0), after));
                    let late = late.flatten();
                    late.map(|day| (ahead.wall(day, None, *at), date(day))).into_iter().collect()
                }
                _ => Vec::new(),
            };
            planned.extend(
                found
                    .into_iter()
                    .filter(|(at, _)| from <= *at && *at < until)
                    .map(|(at, mark)| Planned { at, trigger: trigger.written().id.clone(), mark }),
            );
        }
        let planned = planned.into_iter().collect();
        Outlook { customer: member.id().clone(), from, until, planned }
    }

    /// For which triggers the member has shown interest in a product that there is news of.
    #[must_use]
    pub fn hear(&self, member: &Member, news: &ProductNews) -> Outlook {
        let mut planned = Vec::new();
        for trigger in self.triggers.iter() {
            let Pattern::News { of, interest } = &trigger.written().pattern else { continue };
            let history = &member.profile().history;
            if of.contains(&news.news) && interest.is_shown(history, news, &self.zone) {
                let (trigger, mark) = (trigger.written().id.clone(), Text::from(&news.id));
                planned.push(Planned { at: news.at, trigger, mark });
            }
        }
        planned.sort();
        let until = news.at.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(news.at);
        Outlook { customer: member.id().clone(), from: news.at, until, planned }
    }
}

/// A member, and the stretch of time that is asked about.
#[derive(Clone, Copy)]
struct Ahead<'a> {
    program: &'a Program,
    member: &'a Member,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Ahead<'_> {
    /// The instants of events at which a rule begins to hold.
    fn crossings(&self, rule: &CheckedRule) -> Vec<(DateTime<Utc>, Text)> {
        let holds = |at| {
            let judged = self.program.judge_at(self.member, at);
            rule.truth(&judged.sheet).holds()
        };
        let history = &self.member.profile().history;
        let mut instants: Vec<DateTime<Utc>> =
            history.recorded().map(|event| event.position().0).collect();
        instants.retain(|at| self.from <= *at && *at < self.until);
        instants.sort_unstable();
        instants.dedup();
        let crossed = instants.into_iter().filter(|at| {
            let before = at.checked_sub_signed(TimeDelta::nanoseconds(1));
            holds(*at) && !before.is_some_and(holds)
        });
        crossed.map(|at| (at, Text::from(at.to_rfc3339()))).collect()
    }

    fn dates(
        &self,
        of: &DateOf,
        before: Option<Span>,
        at: NaiveTime,
    ) -> Vec<(DateTime<Utc>, Text)> {
        let profile = self.member.profile();
        let attributes = profile.attributes(self.from);
        let known = |name: &str| attributes.get(name);
        let a_date = |value: Option<&Value>| match value {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        };
        let days = match of {
            DateOf::Attribute(name) => a_date(known(name.as_str())).into_iter().collect(),
            DateOf::Anniversary(name) => {
                let born = a_date(known(name.as_str()));
                born.map_or_else(Vec::new, |born| self.years_after(born, before))
            }
            DateOf::Joined => {
                let joined = profile.anchor(self.from, &self.program.zone);
                joined.map_or_else(Vec::new, |joined| self.years_after(joined, before))
            }
            DateOf::PointsExpire(purse) => self.expiries(purse.as_ref()),
            DateOf::TierReview(ladder) => self.review(ladder.as_ref()).into_iter().collect(),
            DateOf::Season { attribute, starts } => {
                let name = attribute.as_ref().map_or("region", |name| name.as_str());
                let start = match known(name) {
                    Some(Value::Text(region)) => starts.get(region),
                    _ => None,
                };
                start.map_or_else(Vec::new, |start| self.every_year(*start, before))
            }
        };
        days.into_iter().map(|day| (self.wall(day, before, at), date(day))).collect()
    }

    /// When the clock on the customer's wall shows a time, so long before a day.
    fn wall(&self, day: NaiveDate, before: Option<Span>, at: NaiveTime) -> DateTime<Utc> {
        let zone = self.zone();
        let instant = zone.instant(day.and_time(at));
        before.map_or(instant, |before| before.before(instant, &zone))
    }

    /// Where the customer lives, or the program if that is not known.
    fn zone(&self) -> Zone {
        let attributes = self.member.profile().attributes(self.from);
        let own = attributes.time_zone().and_then(|name| Zone::from_name(name.as_str()).ok());
        own.unwrap_or(self.program.zone)
    }

    /// The years of which a day can lie in the stretch, with so much before it.
    fn years(&self, before: Option<Span>) -> impl Iterator<Item = i32> {
        let zone = self.program.zone;
        let last = before.map_or(self.until, |before| before.after(self.until, &zone));
        let (first, last) = (zone.date(self.from).year() - 1, zone.date(last).year() + 1);
        first..=last.min(first.saturating_add(MAX_YEARS))
    }

    fn every_year(&self, start: DayOfYear, before: Option<Span>) -> Vec<NaiveDate> {
        self.years(before).filter_map(|year| day_of(year, start)).collect()
    }

    /// The anniversaries of a day, without the day itself.
    fn years_after(&self, day: NaiveDate, before: Option<Span>) -> Vec<NaiveDate> {
        let yearly = DayOfYear { month: day.month(), day: day.day() };
        let days = self.every_year(yearly, before).into_iter();
        days.filter(|anniversary| anniversary.year() > day.year()).collect()
    }

    /// The last days on which points that expire can be spent.
    fn expiries(&self, purse: Option<&PurseId>) -> Vec<NaiveDate> {
        let contents = self.member.ledger().purse(purse);
        let expiring = contents.expiring(self.from, DateTime::<Utc>::MAX_UTC);
        expiring.iter().map(|expiring| self.last_day(expiring.at)).collect()
    }

    /// The last day of the tier if nothing more happens.
    fn review(&self, ladder: Option<&LadderId>) -> Option<NaiveDate> {
        let look = self.program.look(self.member, self.program.moment(self.from));
        let others = self.program.ladders.others.iter().map(|ladder| ladder.id());
        let standing = match ladder {
            Some(wanted) => {
                let mut others = others.zip(&look.other_standings);
                let other = others.find(|(id, _)| *id == wanted).map(|(_, standing)| standing);
                other.or(look.standing.as_ref())
            }
            None => look.standing.as_ref(),
        };
        standing?.until.map(|until| self.last_day(until))
    }

    /// The day on the customer's wall on which the last moment before an instant is.
    fn last_day(&self, end: DateTime<Utc>) -> NaiveDate {
        let last = end.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(end);
        self.zone().date(last)
    }
}

/// The most years that an outlook goes through.
const MAX_YEARS: i32 = 400;

/// A day of a year, or the last of its month if that has fewer.
fn day_of(year: i32, of: DayOfYear) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, of.month, 1)?
        .checked_add_months(chrono::Months::new(1))?
        .checked_sub_days(Days::new(1))?;
    NaiveDate::from_ymd_opt(year, of.month, of.day.min(last.day()))
}

fn date(day: NaiveDate) -> Text {
    Text::from(day.to_string())
}
