//! One customer from their first purchase to the next tier.

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::event::{Basket, Event, LineItem, Purchase};
use loyalty::id::TierId;
use loyalty::offer::{Answer, Offer};
use loyalty::program::{Decision, View};
use loyalty::segment::rfm::RfmExplanation;
use loyalty::tier::{Credits, Measure, Progress, Tally, Tier};
use loyalty::{Member, Money, Program};

use super::base::FEATURES;
use super::offers;
use super::segments::Named;

/// How many orders make a history worth telling.
const ORDERS: usize = 6;

/// All that there is to tell of a customer.
pub struct Story {
    pub view: View,
    pub orders: Vec<(NaiveDate, i64, Money)>,
    pub segments: Vec<String>,
    pub cluster: String,
    pub rfm: RfmExplanation,
    pub tier: Tier,
    pub climb: Option<Climb>,
    pub offers: Vec<(String, Result<String, String>)>,
    /// The spend that counts, from every instant at which it is another.
    pub curve: Vec<(DateTime<Utc>, i64)>,
}

/// The way to the next tier.
pub struct Climb {
    pub progress: Progress,
    pub next: Tier,
    /// What would follow from a purchase of just what is missing.
    pub decision: Decision,
}

/// The member who is closest below the next tier, of those with a history; ties go by id.
pub fn choose<'a>(members: &'a [Member], views: &[View]) -> Option<&'a Member> {
    let gap = |view: &View| match spend(&view.standing.as_ref()?.progress.as_ref()?.gap)? {
        Credits::Money(money) => Some(money.minor()),
        Credits::Count(count) => Some(count),
    };
    let known = members
        .iter()
        .zip(views)
        .filter(|(_, view)| view.standing.as_ref().is_some_and(|standing| standing.rank > 0));
    let known = known.filter(|(member, _)| member.profile().history.len() >= ORDERS);
    let closest = known.filter_map(|(member, view)| Some((gap(view)?, member)));
    closest.min_by_key(|(gap, member)| (*gap, member.id())).map(|(_, member)| member)
}

/// The story of a member as of an instant.
pub fn story(
    program: &Program,
    terms: &[Offer],
    named: &Named,
    cluster: String,
    member: &Member,
    basket: &Basket,
    as_of: DateTime<Utc>,
) -> Result<Story, Box<dyn Error>> {
    let view = program.view(member, as_of);
    let value = |name: &str| {
        let mut features = view.features.iter();
        features.find(|(feature, _)| feature.as_str() == name).and_then(|(_, value)| value.clone())
    };
    let standing = view.standing.as_ref().ok_or("the program has no tiers")?;
    let tier = tier(program, &standing.tier)?;
    let climb = match &standing.progress {
        Some(progress) => Some(Climb {
            next: self::tier(program, &progress.next)?,
            decision: program.decide(member, &purchase_of(member, &progress.gap, as_of)?),
            progress: progress.clone(),
        }),
        None => None,
    };
    let names = program.segments().filter(|segment| view.segments.contains(&segment.id));
    Ok(Story {
        orders: orders(program, member),
        segments: names.map(|segment| segment.name.clone()).collect(),
        cluster,
        rfm: named.model.explain(&FEATURES.map(value)),
        tier,
        climb,
        offers: answers(program, terms, member, basket, as_of),
        curve: curve(program, member),
        view,
    })
}

fn spend(tally: &Tally) -> Option<Credits> {
    tally.of(Measure::Spend)
}

fn tier(program: &Program, id: &TierId) -> Result<Tier, String> {
    let found = program.tiers().iter().find(|tier| tier.id == *id);
    found.cloned().ok_or_else(|| format!("there is no tier `{id}`"))
}

fn orders(program: &Program, member: &Member) -> Vec<(NaiveDate, i64, Money)> {
    let events = member.profile().history.events(DateTime::<Utc>::MAX_UTC);
    let order = |event: &Event| {
        let basket = &event.purchase()?.basket;
        let paid = basket.net_price(program.currency()).ok()?;
        Some((program.zone().date(event.at), basket.units(), paid))
    };
    events.filter_map(order).collect()
}

/// A purchase that has not happened: a single CD for what is missing.
fn purchase_of(member: &Member, gap: &Tally, at: DateTime<Utc>) -> Result<Event, Box<dyn Error>> {
    let Some(Credits::Money(price)) = spend(gap) else {
        return Err("the ladder counts no money".into());
    };
    let line = LineItem::new("001".parse()?, "cd".parse()?, 1, price).of("music".parse()?);
    let purchase = Purchase::new("what-if".parse()?, Basket::of([line]));
    Ok(Event::new("what-if".parse()?, member.id().clone(), at, purchase.into()))
}

/// What every offer answers: granted, or declined with what was found and the gap.
fn answers(
    program: &Program,
    terms: &[Offer],
    member: &Member,
    basket: &Basket,
    as_of: DateTime<Utc>,
) -> Vec<(String, Result<String, String>)> {
    let quote = program.quote_explained(member, basket, as_of);
    let Some(found) = quote.evaluation else { return Vec::new() };
    let answer = |offer: &Offer| {
        let words = match &found.outcome(&offer.id)?.answer {
            Answer::Granted(grant) => Ok(grant.to_string()),
            Answer::Declined(decline) => {
                let verdict = decline.verdict.as_ref().map(ToString::to_string);
                Err(verdict.unwrap_or_else(|| decline.to_string()))
            }
        };
        Some((offers::name(terms, &offer.id), words))
    };
    terms.iter().filter_map(answer).collect()
}

/// What counts for the tier over time: at every purchase, and whenever something no longer counts
/// if nothing more is bought.
fn curve(program: &Program, member: &Member) -> Vec<(DateTime<Utc>, i64)> {
    let history = &member.profile().history;
    let mut curve = Vec::new();
    let mut next = history.first_at(DateTime::<Utc>::MAX_UTC);
    while let Some(at) = next {
        let Some(standing) = program.view(member, at).standing else { break };
        if let Some(Credits::Money(spend)) = spend(&standing.credits) {
            curve.push((at, spend.minor()));
        }
        next = standing.next_change.into_iter().chain(history.next_at(at)).min();
    }
    curve
}
