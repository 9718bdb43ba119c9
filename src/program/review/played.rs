//! Ways to pump points out of a program, each of which is played before it is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::points::Redemption;
use super::stage::Stage;
use crate::event::{Basket, Event, EventType, LineItem};
use crate::id::{CouponCode, LineId, OfferId, ProductId};
use crate::money::{Money, Rounding};
use crate::offer::{Benefit, Offer};
use crate::points::{Award, Campaign, Cap, EarningRule, Movement, Points, Source};
use crate::program::Program;

/// How many ways are tried.
pub const MAX_PLAYS: usize = 600;

/// How many rounds a way is played at most, until its points are enough for a reward.
pub const MAX_ROUNDS: u32 = 600;

/// How many rounds a way must gain at least; and more than any cap or limit counts.
const LEAST_ROUNDS: u32 = 6;

/// How many purchases one round has at most.
const MAX_IN_A_ROW: u32 = 20;

/// What those have bought before who are to choose what costs points, in whole units.
const START: i64 = 10_000;

/// How many of the rounds of a play are shown.
const SHOWN: usize = 6;

/// How many ways are played to the end for one set of sources.
const MAX_FINALS: usize = 4;

/// A way to gain again and again, that was played.
///
/// What is kept of what is bought counts for nothing; what a reward takes off counts for its
/// amount, but what its purchase earns for nothing; points that are left count for what the best
/// reward makes of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pump {
    /// What gives the points.
    pub sources: Vec<Source>,
    /// The event that is repeated, if it is one without a purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventType>,
    /// What was paid in the last round, but not for a reward.
    pub paid: Money,
    /// What was given back in the last round.
    pub refunded: Money,
    /// The points that were left of the last round or went into rewards.
    pub points: Points,
    /// What they are worth, rounded down; nothing if no reward takes an amount off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// What the last round gained in all, rounded down.
    pub gain: Money,
    /// How many rounds were played; each from the second on gained.
    pub rounds: u32,
    /// What a new member buys before, to have points that can be spent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Event>,
    /// The events of the first rounds: a new member whose events they are gains so.
    pub events: Vec<Vec<Event>>,
}

/// What a play is about.
pub(super) struct Terms<'a> {
    pub offers: &'a [&'a Offer],
    /// The earning rules, if there are such.
    pub rules: Option<&'a [&'a EarningRule]>,
    pub campaigns: &'a [Campaign],
    pub best: Option<&'a Redemption>,
    pub today: NaiveDate,
}

/// What is done in a round.
#[derive(Clone)]
struct Play {
    lead: Lead,
    turn: Turn,
}

#[derive(Clone)]
enum Lead {
    /// An event without a purchase.
    Happens(EventType),
    /// So many purchases of the same, and what becomes of them.
    Buys(Basket, Back, u32),
}

/// What becomes of what was bought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Back {
    Kept,
    /// All comes back but the cheapest line.
    Most,
    Whole,
    Void,
}

/// When rewards are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    BeforeReturn,
    AfterReturn,
}

/// How it stood after a round.
#[derive(Clone, Copy)]
struct Score {
    wealth: i128,
    money: i128,
    points: i64,
}

impl Program {
    /// The ways that gain, and whether there were more to try than were tried.
    pub(super) fn pumps(&self, terms: &Terms<'_>) -> (Vec<Pump>, bool) {
        let plays = terms.plays(self);
        let more = plays.len() > MAX_PLAYS;
        let mut found: BTreeMap<Vec<Source>, Vec<(i128, &Play)>> = BTreeMap::new();
        for play in plays.iter().take(MAX_PLAYS) {
            let Some((stage, scores)) = self.played(play, terms, 2) else { continue };
            if let Some(gain) = play.gain(&scores, terms) {
                found.entry(sources(&stage)).or_default().push((gain, play));
            }
        }
        let mut pumps = Vec::new();
        for (sources, mut plays) in found {
            // The largest gain first; among equal ones those that are tried first.
            plays.sort_by_key(|(gain, _)| std::cmp::Reverse(*gain));
            let plays = plays.into_iter().take(MAX_FINALS);
            let pump = plays.into_iter().find_map(|(_, play)| self.confirmed(play, terms));
            pumps.extend(pump.map(|pump| Pump { sources, ..pump }));
        }
        pumps.sort_by(|one, other| {
            let rank = |pump: &Pump| (-i128::from(pump.gain.minor()), -i128::from(pump.points.0));
            rank(one).cmp(&rank(other)).then_with(|| one.sources.cmp(&other.sources))
        });
        (pumps, more)
    }

    /// The codes that an offer asks for, if it asks for one that all share.
    pub(super) fn coupons(&self, offer: &OfferId) -> Vec<CouponCode> {
        let catalog = self.offers.part.catalog();
        let offer = catalog.and_then(|catalog| catalog.offer(offer));
        offer.and_then(|offer| offer.code.clone()).into_iter().collect()
    }

    /// So many rounds of a play; nothing if the program refuses one of its events.
    fn played<'p>(
        &'p self,
        play: &Play,
        terms: &Terms<'p>,
        rounds: u32,
    ) -> Option<(Stage<'p>, Vec<Score>)> {
        let mut stage = self.opened(play, terms)?;
        let mut scores = vec![Score::of(&stage)];
        for _ in 0..rounds {
            play.round(&mut stage)?;
            scores.push(Score::of(&stage));
        }
        Some((stage, scores))
    }

    /// A new member; one who is to choose what costs points has bought something to have some.
    fn opened<'p>(&'p self, play: &Play, terms: &Terms<'p>) -> Option<Stage<'p>> {
        let mut stage = Stage::new(self, terms.best, self.zone.start_of_day(terms.today))?;
        if let Lead::Buys(basket, ..) = &play.lead
            && !basket.chosen.is_empty()
        {
            let price = self.currency().minor_per_major().saturating_mul(START);
            let mut first = Basket { chosen: Vec::new(), ..basket.clone() };
            for line in &mut first.lines {
                line.unit_price = Money::from_minor(price, self.currency());
            }
            let _placed = stage.buy(&first)?;
        }
        Some(stage)
    }

    /// The pump, if every round gains, if that does not shrink, and if a reward is really had.
    fn confirmed(&self, play: &Play, terms: &Terms<'_>) -> Option<Pump> {
        let mut stage = self.opened(play, terms)?;
        let mut scores = vec![Score::of(&stage)];
        let least = terms.rounds();
        let mut rounds = 0;
        let mut last = (0, 0);
        let before = stage.events.clone();
        let mut events = Vec::new();
        while rounds < least || (self.waits(&stage, terms) && rounds < MAX_ROUNDS) {
            let before = (stage.paid, stage.refunded, stage.events.len());
            play.round(&mut stage)?;
            scores.push(Score::of(&stage));
            rounds += 1;
            last = (stage.paid - before.0, stage.refunded - before.1);
            if events.len() < SHOWN {
                events.push(stage.events.iter().skip(before.2).cloned().collect());
            }
            if rounds > 1 {
                play.gain(&scores, terms)?;
            }
        }
        stage.cash_in_later()?;
        if terms.best.is_some() && stage.cashed_in == 0 {
            return None;
        }
        let first = scores.get(1..3).map(gained)?;
        let (end, gain) = (scores.len().checked_sub(2)?, play.gain(&scores, terms)?);
        if gain < first {
            return None;
        }
        let money =
            |minor: i128| Some(Money::from_minor(i64::try_from(minor).ok()?, self.currency()));
        let ends = scores.get(end..)?;
        let points = Points(gained_points(ends, terms));
        let cost = terms.best.map_or(1, |best| i128::from(best.cost.0));
        Some(Pump {
            sources: Vec::new(),
            event: play.event(),
            paid: money(last.0)?,
            refunded: money(last.1)?,
            points,
            worth: terms.best.map(|best| best.worth(points, Rounding::Floor)),
            gain: money(gain.div_euclid(cost))?,
            rounds,
            before,
            events,
        })
    }

    /// Whether more points are needed for a reward, and none of them have to be waited for.
    fn waits(&self, stage: &Stage<'_>, terms: &Terms<'_>) -> bool {
        let Some(best) = terms.best else { return false };
        let balance = stage.member.ledger().balance(stage.at);
        stage.cashed_in == 0 && balance.active.0.saturating_add(balance.pending.0) < best.cost.0
    }
}

impl Terms<'_> {
    /// The plays, from the simplest on.
    fn plays(&self, program: &Program) -> Vec<Play> {
        let turn = Turn::AfterReturn;
        let mut plays: Vec<Play> = self
            .happenings()
            .into_iter()
            .map(|event| Play { lead: Lead::Happens(event), turn })
            .collect();
        let gives = |offer: &&&Offer| {
            matches!(
                offer.benefit,
                Benefit::Points(_) | Benefit::PointsPer(_) | Benefit::PointsMultiplier(_)
            )
        };
        let giving: Vec<&Offer> = self.offers.iter().filter(gives).copied().collect();
        let coupons: Vec<CouponCode> =
            giving.iter().filter_map(|offer| offer.code.clone()).collect();
        let chosen: Vec<OfferId> = giving
            .iter()
            .filter(|offer| offer.cost.is_some())
            .map(|offer| offer.id.clone())
            .collect();
        for cart in self.carts(program.currency()) {
            let cart = Basket { coupons: coupons.clone(), chosen: chosen.clone(), ..cart };
            let most = with_keepsake(cart.clone());
            let whole = [(Back::Kept, &cart), (Back::Whole, &cart), (Back::Void, &cart)];
            let leads = whole.into_iter().chain(most.iter().map(|most| (Back::Most, most)));
            for (back, cart) in leads {
                let lead = Lead::Buys(cart.clone(), back, 1);
                if back == Back::Kept {
                    let many = self.in_a_row();
                    let leads = many.into_iter().map(|many| Lead::Buys(cart.clone(), back, many));
                    plays.extend(leads.map(|lead| Play { lead, turn }));
                }
                plays.push(Play { lead: lead.clone(), turn });
                if self.best.is_some() && back != Back::Kept {
                    plays.push(Play { lead, turn: Turn::BeforeReturn });
                }
            }
        }
        plays
    }

    /// How many orders in a row earn a bonus, by the rules that count them.
    fn in_a_row(&self) -> BTreeSet<u32> {
        let rules = self.rules.iter().flat_map(|rules| rules.iter());
        let every = rules.filter_map(|rule| match &rule.award {
            Award::NthOrder(award) => award.every,
            _ => None,
        });
        every.filter(|every| (2..=MAX_IN_A_ROW).contains(every)).collect()
    }

    /// How many rounds to play: more than caps and limits of uses allow.
    fn rounds(&self) -> u32 {
        let rules = self.rules.iter().flat_map(|rules| rules.iter());
        let caps = rules.flat_map(|rule| {
            let award = rule.award.points().0;
            let in_points = move |most: Points| most.0.checked_div(award);
            let points = move |cap: &Cap| u32::try_from(in_points(cap.points?)?).ok();
            rule.caps.iter().filter_map(move |cap| cap.times.or_else(|| points(cap)))
        });
        let limits = self.offers.iter().flat_map(|offer| &offer.limits.uses);
        let budgets = self.offers.iter().flat_map(|offer| &offer.limits.budgets);
        let budgets = budgets.filter_map(|budget| u32::try_from(budget.uses?).ok());
        let most = caps.chain(limits.map(|limit| limit.at_most)).chain(budgets).max().unwrap_or(0);
        most.saturating_add(2).clamp(LEAST_ROUNDS, MAX_ROUNDS)
    }
}

impl Play {
    /// One round, in which rewards are taken as soon as there are points for them.
    fn round(&self, stage: &mut Stage<'_>) -> Option<()> {
        let (basket, back, times) = match &self.lead {
            Lead::Happens(event) => {
                stage.without_purchase(*event)?;
                return stage.cash_in();
            }
            Lead::Buys(basket, back, times) => (basket, *back, *times),
        };
        for _ in 1..times {
            let _placed = stage.buy(basket)?;
        }
        let placed = stage.buy(basket)?;
        if self.turn == Turn::BeforeReturn {
            stage.cash_in()?;
        }
        let keepsake = |line: &LineItem| line.id.as_str() == "2";
        match back {
            Back::Kept => {}
            Back::Most => stage.bring_back(&placed, |line| !keepsake(line))?,
            Back::Whole => stage.bring_back(&placed, |_| true)?,
            Back::Void => stage.make_void(&placed)?,
        }
        if self.turn == Turn::AfterReturn { stage.cash_in() } else { Some(()) }
    }

    /// What the last round gained, if that is more than nothing; nothing is enough if something
    /// that was bought for it is kept.
    ///
    /// Without a reward that takes an amount off, points are gained if they cost no money.
    fn gain(&self, scores: &[Score], terms: &Terms<'_>) -> Option<i128> {
        let ends = scores.get(scores.len().checked_sub(2)?..)?;
        let gain = gained(ends);
        let points = gained_points(ends, terms);
        let kept = matches!(self.lead, Lead::Buys(_, Back::Kept, _));
        let wanted = match terms.best {
            Some(_) => gain > 0 || gain == 0 && kept,
            None => gain >= 0,
        };
        (wanted && points > 0).then_some(gain)
    }

    const fn event(&self) -> Option<EventType> {
        match &self.lead {
            Lead::Happens(event) => Some(*event),
            Lead::Buys(..) => None,
        }
    }
}

impl Score {
    fn of(stage: &Stage<'_>) -> Self {
        let money = stage.refunded - stage.paid;
        Self { wealth: stage.wealth(), money, points: stage.points() }
    }
}

/// The difference in wealth between two scores.
fn gained(ends: &[Score]) -> i128 {
    match ends {
        [before, after] => after.wealth - before.wealth,
        _ => 0,
    }
}

/// The points that a round gained, those that went into rewards included.
fn gained_points(ends: &[Score], terms: &Terms<'_>) -> i64 {
    let [before, after] = ends else { return 0 };
    let points = match terms.best {
        // The wealth has all points, also those that became an amount.
        Some(best) => {
            let money = (after.money - before.money) * i128::from(best.cost.0);
            let points = after.wealth - before.wealth - money;
            points.checked_div(i128::from(best.amount.minor())).unwrap_or(0)
        }
        None => i128::from(after.points) - i128::from(before.points),
    };
    i64::try_from(points).unwrap_or(i64::MAX)
}

/// What gave the points that were not taken back.
fn sources(stage: &Stage<'_>) -> Vec<Source> {
    let mut kept: BTreeMap<&Source, i64> = BTreeMap::new();
    for (cause, points) in stage.member.ledger().purse(None).net() {
        if matches!(cause.movement, Movement::Earn(_) | Movement::ClawBack { .. }) {
            let sum = kept.entry(&cause.source).or_default();
            *sum = sum.saturating_add(points.0);
        }
    }
    let kept: BTreeSet<Source> =
        kept.into_iter().filter(|(_, sum)| *sum > 0).map(|(source, _)| source.clone()).collect();
    kept.into_iter().collect()
}

/// The same cart with something small that can be kept.
fn with_keepsake(mut cart: Basket) -> Option<Basket> {
    let currency = cart.currency()?;
    let product = ProductId::new("keepsake").ok()?;
    let price = Money::from_minor(1, currency);
    cart.lines.push(LineItem::new(LineId::new("2").ok()?, product, 1, price));
    Some(cart)
}
