//! Three members to whom things happen by chance, and a post that delivers late and twice.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{
    Basket, Event, EventKind, LineItem, Operation, Purchase, Return, Review, Void,
};
use loyalty::id::{CustomerId, EventId, PurseId};
use loyalty::points::{Amount, Movement, Points, Source};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Handover, Member, Program, Status};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::audit::Audit;
use super::naive::Till;

const NAMES: [&str; 3] = ["ann", "bob", "carl"];
const STEPS: usize = 24;

/// The members, and what of their lives has not arrived yet.
pub struct World<'a> {
    pub members: Vec<Member>,
    pub now: DateTime<Utc>,
    /// Why operations were refused.
    pub refusals: BTreeSet<&'static str>,
    program: &'a Program,
    rng: ChaCha8Rng,
    /// All that happened to each member, whether it has arrived or not.
    lives: Vec<Vec<Event>>,
    on_the_way: Vec<Event>,
    events: usize,
    /// Whether Bob's account is part of Ann's.
    merged: bool,
}

impl<'a> World<'a> {
    /// What becomes of three members in about a month, until all has arrived.
    pub fn simulated(program: &'a Program, seed: u64) -> Self {
        let member = |name: &str| program.enroll(Customer::new(name.parse().unwrap()));
        let mut world = Self {
            members: NAMES.map(member).into(),
            now: "2026-03-01T09:00:00Z".parse().unwrap(),
            refusals: BTreeSet::new(),
            program,
            rng: ChaCha8Rng::seed_from_u64(seed),
            lives: vec![Vec::new(); 3],
            on_the_way: Vec::new(),
            events: 0,
            merged: false,
        };
        for _ in 0..STEPS {
            world.now += TimeDelta::minutes(world.rng.random_range(1..2_400));
            world.step();
            while world.chance(0.3) {
                world.deliver_one();
            }
        }
        while !world.on_the_way.is_empty() {
            world.deliver_one();
        }
        world
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    fn number(&mut self, most: i64) -> i64 {
        self.rng.random_range(1..=most)
    }

    /// Main points or stars.
    fn purse(&mut self) -> Option<PurseId> {
        self.chance(0.4).then(stars)
    }

    fn id(&mut self) -> EventId {
        self.events += 1;
        format!("e{:02}", self.events).parse().unwrap()
    }

    /// Something happens to somebody.
    fn step(&mut self) {
        let card = self.rng.random_range(0..3);
        let whose = if card == 1 && self.merged { 0 } else { card };
        let turn = self.rng.random_range(0..26);
        let kind = match turn {
            0..6 => Some(self.purchase()),
            6..9 => self.part_back(whose),
            9..11 => self.void(whose),
            11..13 => Some(EventKind::Review(Review { product: "p".parse().unwrap(), rating: 5 })),
            13..16 => Some(EventKind::Points(Operation::Spend {
                points: Points(self.number(9)),
                reward: "mug".parse().unwrap(),
                purse: self.purse(),
            })),
            16..18 => Some(EventKind::Points(Operation::Hold {
                points: Points(self.number(7)),
                reward: "cap".parse().unwrap(),
                until: self.now + TimeDelta::hours(self.number(200)),
                purse: self.purse(),
            })),
            18..21 => self.after_hold(whose),
            21..23 => Some(self.adjustment()),
            23..25 => return self.transfer(whose),
            _ => return self.merge_or_part(),
        };
        let Some(kind) = kind else { return };
        let is_fact = !matches!(kind, EventKind::Points(_));
        let event = Event::new(self.id(), self.members[whose].id().clone(), self.now, kind);
        let event = match card == whose {
            true => event,
            false => event.on_card(NAMES[card].parse().unwrap()),
        };
        self.lives[whose].push(event.clone());
        if is_fact && self.chance(0.6) {
            self.on_the_way.push(event);
        } else {
            self.deliver(&event);
        }
    }

    fn purchase(&mut self) -> EventKind {
        let lines = (0..self.number(2)).map(|line| {
            let (id, product) = (line.to_string().parse().unwrap(), "p".parse().unwrap());
            LineItem::new(id, product, self.number(3), "3.00 EUR".parse().unwrap())
        });
        let basket = Basket::of(lines.collect::<Vec<_>>());
        Purchase::new(format!("o{}", self.events).parse().unwrap(), basket).into()
    }

    /// One of the events in somebody's life that pass a test.
    fn earlier(&mut self, whose: usize, test: fn(&EventKind) -> bool) -> Option<Event> {
        let events = self.lives[whose].iter().filter(|event| test(&event.kind));
        let events: Vec<Event> = events.cloned().collect();
        let last = events.len().checked_sub(1)?;
        Some(events[self.rng.random_range(0..=last)].clone())
    }

    fn part_back(&mut self, whose: usize) -> Option<EventKind> {
        let bought = self.earlier(whose, |kind| matches!(kind, EventKind::Purchase(_)))?;
        let purchase = bought.purchase()?;
        let line = &purchase.basket.lines[0];
        let units = self.number(line.quantity);
        Some(Return::new(purchase.order.clone(), [(line.id.clone(), units)]).into())
    }

    fn void(&mut self, whose: usize) -> Option<EventKind> {
        let event = self.earlier(whose, |kind| match kind {
            EventKind::Points(operation) => matches!(operation, Operation::Spend { .. }),
            _ => true,
        })?;
        // A spend is void once, and its void is not.
        let spends = |id: &EventId| {
            let life = &self.lives[whose];
            let event = life.iter().find(|event| event.id == *id);
            event.is_some_and(|event| matches!(event.kind, EventKind::Points(_)))
        };
        let voids = |of: &EventId| {
            let life = &self.lives[whose];
            life.iter().any(|one| matches!(&one.kind, EventKind::Void(void) if void.event == *of))
        };
        match &event.kind {
            EventKind::Void(void) if spends(&void.event) => None,
            EventKind::Points(_) if voids(&event.id) => None,
            _ => Some(EventKind::Void(Void { event: event.id })),
        }
    }

    fn after_hold(&mut self, whose: usize) -> Option<EventKind> {
        let is_hold = |kind: &EventKind| matches!(kind, EventKind::Points(Operation::Hold { .. }));
        let held = self.earlier(whose, is_hold)?;
        let EventKind::Points(operation) = &held.kind else { return None };
        // Now and then it is looked for in another purse.
        let other = self.chance(0.1);
        let purse = operation.purse().is_some() != other;
        let (hold, purse) = (held.id.clone(), purse.then(stars));
        let points = match self.number(4) {
            1 => None,
            points => Some(Points(points)),
        };
        Some(EventKind::Points(match self.chance(0.3) {
            true => Operation::Release { hold, purse },
            false => Operation::Capture { hold, points, purse },
        }))
    }

    fn adjustment(&mut self) -> EventKind {
        let points = Points(self.rng.random_range(-6..=8_i64));
        let points = if points == Points::ZERO { Points(1) } else { points };
        let (operator, reason) = ("eve".parse().unwrap(), "sorry".into());
        EventKind::Points(Operation::Adjust {
            points,
            operator,
            reason,
            expires_at: None,
            purse: self.purse(),
        })
    }

    fn transfer(&mut self, from: usize) {
        let to = self.rng.random_range(0..3);
        let to = if to == 1 && self.merged { 0 } else { to };
        let amount = Amount { points: Points(self.number(6)), purse: self.purse() };
        let ids = [self.id(), self.id()];
        let [from, to] = [from, to].map(|one| &self.members[one]);
        match self.program.transfer(from, to, amount, self.now, ids) {
            Ok(handover) => self.carry_out(&handover),
            Err(refusal) => {
                self.refusals.insert(refusal.code());
            }
        }
    }

    fn merge_or_part(&mut self) {
        let ids = [self.id(), self.id()];
        let (ann, bob) = (&self.members[0], &self.members[1]);
        let named = |purse: Option<&PurseId>| {
            let of_purse = |id: &EventId| format!("{id}{}", purse.map_or("", PurseId::as_str));
            ids.each_ref().map(|id| of_purse(id).parse().unwrap())
        };
        let handover = if self.merged {
            let handovers = self.program.unmerge(ann, bob, self.now, named).unwrap();
            for purse in purses() {
                let part = self.bobs_part(purse.as_ref());
                assert_eq!(passed(&handovers, purse.as_ref(), bob.id()), part);
            }
            Ok(handovers)
        } else {
            let handovers = self.program.merge(ann, bob, self.now, named);
            for purse in purses() {
                let held = bob.ledger().purse(purse.as_ref()).balance(self.now);
                let all = held.active.0 + held.pending.0 - held.deficit.0;
                let handovers = handovers.as_ref();
                let found = handovers.map(|all| passed(all, purse.as_ref(), ann.id()));
                assert!(found.is_err() || found == Ok(all), "{found:?} {all}");
            }
            handovers
        };
        match handover {
            Ok(handover) => {
                self.merged = !self.merged;
                handover.iter().for_each(|handover| self.carry_out(handover));
            }
            Err(refusal) => {
                self.refusals.insert(refusal.code());
            }
        }
    }

    /// What is Bob's of Ann's account, point by point: of what he brought or what was earned on his
    /// card all that has not expired, less what was taken on his card.
    fn bobs_part(&self, purse: Option<&PurseId>) -> i64 {
        let ann = &self.members[0];
        let bob: CustomerId = "bob".parse().unwrap();
        let events = events(ann);
        let audit = Audit::of(&events);
        let till = Till::new(&audit.postings, purse, ann.ledger().order(), [self.now; 2]);
        let is_his = |id: &EventId, source: &Source| {
            let event = events.iter().find(|event| event.id == *id).unwrap();
            event.card.as_ref() == Some(&bob)
                || *source == Source::Merge(bob.clone())
                || *source == Source::Unmerge(bob.clone())
        };
        let his = till.lots().into_iter().filter(|(cause, _)| is_his(&cause.event, &cause.source));
        let brought = his.map(|(cause, lot)| {
            let Movement::Earn(term) = cause.movement else { panic!("{cause:?}") };
            let left = if term.is_over(self.now) { 0 } else { lot.left };
            left + lot.reserved + lot.uses.values().sum::<i64>()
        });
        let mut part: i64 = brought.sum();
        for posting in audit
            .postings
            .iter()
            .filter(|posting| posting.cause().purse.as_ref() == purse)
            .filter(|posting| is_his(&posting.cause().event, &posting.cause().source))
        {
            match posting.cause().movement {
                Movement::Restore { .. } => part += posting.points().0,
                Movement::Earn(_) | Movement::Hold { .. } | Movement::Release { .. } => {}
                _ => part -= posting.points().0,
            }
        }
        part
    }

    fn carry_out(&mut self, handover: &Handover) {
        for event in [&handover.sent, &handover.received] {
            assert_eq!(self.feed(event), Status::Accepted);
            assert_eq!(self.feed(event), Status::Duplicate);
        }
    }

    /// Delivers something that is on the way, perhaps not for the last time.
    fn deliver_one(&mut self) {
        let Some(last) = self.on_the_way.len().checked_sub(1) else { return };
        let index = self.rng.random_range(0..=last);
        let event = match self.chance(0.1) {
            true => self.on_the_way[index].clone(),
            false => self.on_the_way.swap_remove(index),
        };
        self.deliver(&event);
    }

    fn deliver(&mut self, event: &Event) {
        let status = self.feed(event);
        if let Status::Declined(refusal) = status {
            self.refusals.insert(refusal.code());
        }
        if self.chance(0.1) {
            self.feed(event);
        }
    }

    fn feed(&mut self, event: &Event) -> Status {
        let whose = NAMES.iter().position(|name| *name == event.customer.as_str()).unwrap();
        let member = &mut self.members[whose];
        let decision = self.program.decide(member, event);
        let expected = match decision.status {
            Status::Accepted => Applied::Now { revision: member.revision() + 1 },
            Status::Duplicate => Applied::Before,
            Status::Declined(_) => Applied::Refused,
            Status::Refused(_) => panic!("{decision:?}"),
        };
        assert_eq!(member.apply(&decision), expected);
        decision.status
    }
}

/// All that happened to a member, void or not.
pub fn events(member: &Member) -> Vec<&Event> {
    let first: EventId = "-".parse().unwrap();
    member.profile().history.since((DateTime::<Utc>::MIN_UTC, &first)).collect()
}

/// How much of a purse goes to an account; negative if it comes from there.
fn passed(handovers: &[Handover], of: Option<&PurseId>, to: &CustomerId) -> i64 {
    let passed = handovers.iter().map(|Handover { sent, received }| match &sent.kind {
        EventKind::Points(Operation::Send { points, purse, .. }) if purse.as_ref() == of => {
            if received.customer == *to {
                points.0
            } else {
                -points.0
            }
        }
        _ => 0,
    });
    passed.sum()
}

fn stars() -> PurseId {
    "stars".parse().unwrap()
}

/// That of the main points, and that of the stars.
pub fn purses() -> [Option<PurseId>; 2] {
    [None, Some(stars())]
}
