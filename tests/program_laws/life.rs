//! Random programs, and customers to whom anything may happen.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Unit;
use loyalty::clv::{AttritionModel, Discount, GammaGammaModel, Parameters};
use loyalty::event::{Event, EventKind, Return, ReturnedLine, Void};
use loyalty::feature::{Feature, Spending, USAGES, ValueModel};
use loyalty::id::{EventId, OfferId, TierId};
use loyalty::money::Currency;
use loyalty::profile::Customer;
use loyalty::program::{Applied, AttributeType, Decision, Member, Program, Spec};
use loyalty::rule::{Field, Kind, Schema};
use loyalty::segment::rules::RuleSegment;
use loyalty::strategy::{self, Plot, Story};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const EUR: Currency = Currency::EUR;

/// Features beside the examples of the crate, in windows of all kinds.
const FEATURES: [&str; 8] = [
    "orders(this_month)",
    "spend(last_month)",
    "spend(membership_year)",
    "units(36h)",
    "usage_rate(36h)",
    "visits(lifetime)",
    "events(view, 2w)",
    "average_order_value(lifetime)",
];

const SEGMENTS: [&str; 2] = ["s-1", "s-2"];

/// A program with random terms, and the document that it was built from.
pub struct Terms {
    pub spec: Spec,
    pub program: Program,
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.spec).unwrap_or_default())
    }
}

/// What is known of a customer before segments and tiers are told.
fn early() -> Vec<Field> {
    let features = USAGES.into_iter().chain(FEATURES).map(|name| {
        let feature: Feature = name.parse().unwrap();
        match feature.kind() {
            Kind::Money => Field::money(name, EUR),
            kind => Field::new(name, kind),
        }
    });
    let known = [
        ("today", Kind::Date),
        ("month", Kind::Integer),
        ("hour", Kind::Integer),
        ("country", Kind::Text),
        ("interests", Kind::Set),
        ("birthday", Kind::Date),
        ("household_size", Kind::Integer),
    ];
    let known = known.into_iter().map(|(name, kind)| Field::new(name, kind));
    features.chain(known).collect()
}

/// All that earning rules and offers may name.
fn late() -> Vec<Field> {
    let late = [
        Field {
            domain: Some(SEGMENTS.map(Into::into).into()),
            ..Field::new("segments", Kind::Set)
        },
        Field::new("tier_rank", Kind::Integer),
        Field::new("points", Kind::Integer),
        Field::money("basket_total", EUR),
        Field::new("basket_units", Kind::Integer),
        Field::new("basket_categories", Kind::Set),
        Field::new("streak(streak-1)", Kind::Integer),
        Field::new("challenge(challenge-1)", Kind::Integer),
        Field { domain: Some(["badge-1".into()].into()), ..Field::new("badges", Kind::Set) },
    ];
    early().into_iter().chain(late).collect()
}

/// A few of the fields, so that rules are often about the same.
fn some(fields: Vec<Field>) -> impl Strategy<Value = Schema> {
    proptest::sample::subsequence(fields, 4..=6).prop_map(|fields| Schema::new(fields).unwrap())
}

pub fn terms() -> impl Strategy<Value = Terms> {
    prop_oneof![2 => own_terms(), 1 => strategy::spec(EUR)].prop_map(|spec| {
        match spec.clone().build() {
            Ok(program) => Terms { spec, program },
            Err(error) => panic!("{error}"),
        }
    })
}

/// What customers are worth by the parameters of CDNOW, as published.
fn value() -> ValueModel {
    let (r, alpha, a, b) = (0.242_595, 4.413_602, 0.792_922, 2.425_907);
    let parameters = Parameters::BgNbd { k: 1, r, alpha, a, b };
    let model = GammaGammaModel::new(6.249_572, 3.744_225, 15.443_521).unwrap();
    ValueModel {
        spending: Some(Spending { currency: EUR, model }),
        discount: Discount::yearly(0.15),
        ..ValueModel::new(AttritionModel::new(parameters, Unit::Week).unwrap())
    }
}

/// Terms whose rules name anything.
fn own_terms() -> impl Strategy<Value = Spec> {
    let segments =
        some(early()).prop_flat_map(|schema| vec(strategy::rule(&schema), SEGMENTS.len()));
    let schemas = (some(late()), some(late()));
    let acts = schemas.prop_flat_map(|(one, other)| {
        (strategy::earning(&one, EUR, 4), strategy::offers(&other, EUR, 6))
    });
    let ladder = proptest::option::weighted(0.8, strategy::ladder(EUR));
    let spec = (strategy::zone(), segments, ladder, acts).prop_map(
        |(zone, segments, ladder, (earning, (offers, lanes)))| {
            let segments = SEGMENTS.iter().zip(segments).map(|(id, when)| RuleSegment {
                id: id.parse().unwrap(),
                name: (*id).to_owned(),
                description: String::new(),
                when,
            });
            Spec {
                zone,
                segments: segments.collect(),
                ladders: ladder.into_iter().collect(),
                earning,
                offers,
                lanes,
                value: Some(value()),
                attributes: [("on_boards".parse().unwrap(), AttributeType::of(Kind::Bool))].into(),
                ..Spec::new("laws", EUR)
            }
        },
    );
    (spec, some(early())).prop_flat_map(|(spec, schema)| {
        let rewards: Vec<OfferId> = spec.offers.iter().map(|offer| offer.id.clone()).collect();
        let tiers = spec.ladders.iter().take(1).flat_map(|ladder| &ladder.tiers);
        let tiers: Vec<TierId> = tiers.map(|tier| tier.id.clone()).collect();
        let games = strategy::games(&schema, EUR, &rewards, &tiers);
        games.prop_map(move |games| Spec { games, ..spec.clone() })
    })
}

/// A customer, and what happened, in the order of the events' positions.
#[derive(Clone, Debug)]
pub struct Life {
    pub customer: Customer,
    pub events: Vec<Event>,
}

/// Something that a sound story does not have.
#[derive(Clone, Debug)]
enum Trouble {
    /// Any event is void, also a void, a return or a purchase of which something came back.
    Void(Index),
    /// An order is bought a second time.
    Twice(Index),
    /// So many units of all lines of an order come back, be it too many.
    Return(Index, i64),
}

/// When trouble happens: some time before or after another event, or in the same instant.
fn trouble() -> impl Strategy<Value = (Trouble, Index, TimeDelta)> {
    let trouble = prop_oneof![
        5 => any::<Index>().prop_map(Trouble::Void),
        1 => any::<Index>().prop_map(Trouble::Twice),
        2 => (any::<Index>(), 1..=3_i64).prop_map(|(order, units)| Trouble::Return(order, units)),
    ];
    let seconds = select(vec![0, 0, 1, 3_600, 86_400, 20 * 86_400, -1, -86_400]);
    (trouble, any::<Index>(), seconds.prop_map(TimeDelta::seconds))
}

pub fn life(most_events: usize) -> impl Strategy<Value = Life> {
    let plot = Plot { currency: EUR, most_events, ..Plot::default() };
    (strategy::story(plot), vec(trouble(), 0..=5))
        .prop_map(|(story, troubles)| Life::of(story, troubles))
}

impl Life {
    fn of(story: Story, troubles: Vec<(Trouble, Index, TimeDelta)>) -> Self {
        let mut events = story.events;
        for (number, (trouble, near, after)) in troubles.into_iter().enumerate() {
            let at = near.get(&events).at + after;
            // Before and after the ids of the story, which begin with `c-`.
            let id: EventId = format!("{}{number}", ["a", "z"][number % 2]).parse().unwrap();
            if let Some(kind) = trouble.kind(&events) {
                events.push(Event::new(id, story.customer.id.clone(), at, kind));
            }
        }
        events.sort_by(|a, b| a.position().cmp(&b.position()));
        Self { customer: story.customer, events }
    }

    /// The instants at which something happened, and the end of it all.
    pub fn end(&self) -> DateTime<Utc> {
        self.events.last().map_or(DateTime::UNIX_EPOCH, |event| event.at)
    }

    /// The member after these events.
    pub fn member(&self, program: &Program, events: &[Event]) -> Member {
        let mut member = program.enroll(self.customer.clone());
        for event in events {
            let _ = feed(program, &mut member, event);
        }
        member
    }
}

/// Decides about an event, and applies the decision unless the event is there already.
pub fn feed(program: &Program, member: &mut Member, event: &Event) -> Decision {
    let decision = program.decide(member, event);
    let before = member.revision();
    match member.apply(&decision) {
        Applied::Now { revision } => assert_eq!(revision, before + 1),
        Applied::Before => {}
        other => panic!("{other:?}: {decision:?}"),
    }
    decision
}

impl Trouble {
    fn kind(self, events: &[Event]) -> Option<EventKind> {
        let orders: Vec<_> = events.iter().filter_map(Event::purchase).collect();
        match self {
            Self::Void(event) => {
                Some(EventKind::Void(Void { event: event.get(events).id.clone() }))
            }
            _ if orders.is_empty() => None,
            Self::Twice(order) => Some(EventKind::Purchase((*order.get(&orders)).clone())),
            Self::Return(order, quantity) => {
                let purchase = order.get(&orders);
                let lines = purchase.basket.lines.iter();
                let lines = lines.map(|line| ReturnedLine { line: line.id.clone(), quantity });
                let (order, lines) = (purchase.order.clone(), lines.collect());
                Some(EventKind::Return(Return { order, lines }))
            }
        }
    }
}
