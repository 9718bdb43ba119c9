//! A member as a state machine, step by step beside a model that counts single points.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Event, EventKind, Operation};
use loyalty::id::EventId;
use loyalty::points::{Balance, Points};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Member, Spec, Status};
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Clone, Debug)]
enum Act {
    Wait(i64),
    Give(i64, Option<i64>),
    Take(i64),
    Spend(i64),
    Send(i64),
    Hold(i64, i64),
    Capture(Index, Option<i64>),
    Release(Index),
    Reinstate(i64, i64),
    /// What was done already.
    Again(Index),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Free,
    Held,
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Open,
    Captured,
    Released,
}

#[derive(Clone, Debug)]
struct Hold {
    event: EventId,
    until: i64,
    fate: Fate,
    points: Vec<usize>,
}

/// All points that ever were, with the hour in which they expire.
#[derive(Clone, Debug, Default)]
struct Model {
    hour: i64,
    points: Vec<(i64, Place)>,
    holds: Vec<Hold>,
    earned: i64,
    spent: i64,
    sent: i64,
    forfeited: i64,
    deficit: i64,
}

const NEVER: i64 = i64::MAX;

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(365) + TimeDelta::hours(hour)
}

impl Model {
    fn wait_until(&mut self, hour: i64) {
        for hour in self.hour + 1..=hour {
            self.hour = hour;
            for hold in self.holds.iter().filter(|hold| hold.until == hour) {
                hold.points.iter().for_each(|point| self.points[*point].1 = Place::Free);
            }
            self.holds
                .iter_mut()
                .filter(|one| one.until == hour)
                .for_each(|one| one.points.clear());
            self.pay();
        }
    }

    /// The point that is spent next.
    fn next(&self) -> Option<usize> {
        let points = self.points.iter().enumerate();
        let free =
            points.filter(|(_, (expires, place))| *place == Place::Free && self.hour < *expires);
        free.min_by_key(|(index, (expires, _))| (*expires, *index)).map(|(index, _)| index)
    }

    fn pay(&mut self) {
        while let (Some(next), 1..) = (self.next(), self.deficit) {
            self.points[next].1 = Place::Gone;
            self.deficit -= 1;
        }
    }

    fn give(&mut self, points: i64, expires: i64) {
        (0..points).for_each(|_| self.points.push((expires, Place::Free)));
        self.pay();
    }

    fn take(&mut self, points: i64, place: Place) -> Vec<usize> {
        let mut taken = Vec::new();
        for _ in 0..points {
            match self.next() {
                Some(next) => {
                    self.points[next].1 = place;
                    taken.push(next);
                }
                None => self.deficit += 1,
            }
        }
        taken
    }

    fn active(&self) -> i64 {
        let active =
            |(expires, place): &&(i64, Place)| *place == Place::Free && self.hour < *expires;
        i64::try_from(self.points.iter().filter(active).count()).unwrap()
    }

    /// Does it, or says why not.
    fn act(&mut self, act: &Act, event: &EventId) -> Result<(), &'static str> {
        match *act {
            Act::Wait(_) | Act::Again(_) => panic!("nothing is done"),
            Act::Give(points, lasts) => {
                self.earned += points;
                self.give(points, lasts.map_or(NEVER, |lasts| self.hour + lasts));
            }
            Act::Take(points) => {
                self.forfeited += points;
                self.take(points, Place::Gone);
            }
            Act::Spend(points) | Act::Send(points) | Act::Hold(points, _)
                if self.active() < points =>
            {
                return Err("too_few");
            }
            Act::Spend(points) => {
                self.spent += points;
                self.take(points, Place::Gone);
            }
            Act::Send(points) => {
                self.sent += points;
                self.take(points, Place::Gone);
            }
            Act::Hold(points, lasts) => {
                let (points, until) = (self.take(points, Place::Held), self.hour + lasts);
                self.holds.push(Hold { event: event.clone(), until, fate: Fate::Open, points });
            }
            Act::Capture(hold, points) => self.end(hold, points, Fate::Captured)?,
            Act::Release(hold) => self.end(hold, Some(0), Fate::Released)?,
            Act::Reinstate(points, hours) => self.reinstate(points, self.hour - hours)?,
        }
        Ok(())
    }

    /// Captures so many of the points that are held, and releases the others.
    fn end(&mut self, hold: Index, points: Option<i64>, fate: Fate) -> Result<(), &'static str> {
        let Some(index) = self.chosen(hold) else { return Err("unknown_hold") };
        let (hour, hold) = (self.hour, &mut self.holds[index]);
        match hold.fate {
            Fate::Captured => return Err("captured"),
            Fate::Released => return Err("released"),
            Fate::Open if hold.until <= hour => return Err("hold_over"),
            Fate::Open => {}
        }
        let wanted = points.map_or(hold.points.len(), |points| usize::try_from(points).unwrap());
        if wanted > hold.points.len() {
            return Err("more_than_held");
        }
        hold.fate = fate;
        for (turn, point) in hold.points.drain(..).enumerate() {
            self.points[point].1 = if turn < wanted { Place::Gone } else { Place::Free };
        }
        self.spent += i64::try_from(wanted).unwrap();
        self.pay();
        Ok(())
    }

    /// One of the holds, or none.
    fn chosen(&self, index: Index) -> Option<usize> {
        let chosen = index.index(self.holds.len() + 1);
        (chosen < self.holds.len()).then_some(chosen)
    }

    fn reinstate(&mut self, points: i64, since: i64) -> Result<(), &'static str> {
        let all = self.points.iter().enumerate();
        let expired = all.filter(|(_, (expires, place))| {
            *place == Place::Free && since <= *expires && *expires <= self.hour
        });
        let mut expired: Vec<(i64, usize)> =
            expired.map(|(index, (expires, _))| (*expires, index)).collect();
        expired.sort_unstable();
        if expired.len() < usize::try_from(points).unwrap() {
            return Err("more_than_expired");
        }
        for (_, last) in expired.into_iter().rev().zip(0..points).map(|(one, _)| one) {
            self.points[last].1 = Place::Gone;
        }
        self.give(points, NEVER);
        Ok(())
    }

    fn balance(&self) -> Balance {
        let count = |test: &dyn Fn(i64, Place) -> bool| {
            let points = self.points.iter().filter(|(expires, place)| test(*expires, *place));
            Points(i64::try_from(points.count()).unwrap())
        };
        Balance {
            earned: Points(self.earned),
            active: Points(self.active()),
            reserved: count(&|_, place| place == Place::Held),
            expired: count(&|expires, place| place == Place::Free && expires <= self.hour),
            spent: Points(self.spent),
            sent: Points(self.sent),
            forfeited: Points(self.forfeited),
            deficit: Points(self.deficit),
            ..Balance::default()
        }
    }

    /// The event by which it is done.
    fn event(&self, act: &Act, id: EventId) -> Event {
        let (reward, operator) = ("mug".parse().unwrap(), "eve".parse().unwrap());
        let reason = "sorry".into();
        let hold = |index: Index| {
            let hold = self.chosen(index).map(|hold| self.holds[hold].event.clone());
            hold.unwrap_or_else(|| "unknown".parse().unwrap())
        };
        let operation = match *act {
            Act::Wait(_) | Act::Again(_) => panic!("nothing is done"),
            Act::Give(points, lasts) => {
                let expires_at = lasts.map(|lasts| at(self.hour + lasts));
                Operation::Adjust {
                    points: Points(points),
                    operator,
                    reason,
                    expires_at,
                    purse: None,
                }
            }
            Act::Take(points) => {
                let points = Points(-points);
                Operation::Adjust { points, operator, reason, expires_at: None, purse: None }
            }
            Act::Spend(points) => Operation::Spend { points: Points(points), reward, purse: None },
            Act::Send(points) => Operation::Send {
                points: Points(points),
                to: "bob".parse().unwrap(),
                why: loyalty::event::Passage::Transfer,
                purse: None,
            },
            Act::Hold(points, lasts) => {
                let until = at(self.hour + lasts);
                Operation::Hold { points: Points(points), reward, until, purse: None }
            }
            Act::Capture(index, points) => {
                Operation::Capture { hold: hold(index), points: points.map(Points), purse: None }
            }
            Act::Release(index) => Operation::Release { hold: hold(index), purse: None },
            Act::Reinstate(points, hours) => Operation::Reinstate {
                points: Points(points),
                expired_since: at(self.hour - hours),
                operator,
                reason,
                expires_at: None,
                purse: None,
            },
        };
        Event::new(id, "ann".parse().unwrap(), at(self.hour), EventKind::Points(operation))
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let points = || 1..10_i64;
    let act = prop_oneof![
        4 => (1..8_i64).prop_map(Act::Wait),
        6 => (points(), proptest::option::of(1..30_i64)).prop_map(|(n, lasts)| Act::Give(n, lasts)),
        1 => points().prop_map(Act::Take),
        3 => points().prop_map(Act::Spend),
        1 => points().prop_map(Act::Send),
        4 => (points(), 1..20_i64).prop_map(|(n, lasts)| Act::Hold(n, lasts)),
        4 => (any::<Index>(), proptest::option::of(points())).prop_map(|(i, n)| Act::Capture(i, n)),
        1 => any::<Index>().prop_map(Act::Release),
        2 => (points(), 1..40_i64).prop_map(|(n, hours)| Act::Reinstate(n, hours)),
        1 => any::<Index>().prop_map(Act::Again),
    ];
    proptest::collection::vec(act, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_step_does_what_the_model_does_or_is_refused_for_the_same_reason(acts in acts()) {
        let terms = r#"{"loyalty": 1, "name": "Steps", "currency": "EUR"}"#;
        let program = Spec::from_json(terms).unwrap().build().unwrap();
        let mut member = program.enroll(Customer::new("ann".parse().unwrap()));
        let (mut model, mut done): (Model, Vec<Event>) = (Model::default(), Vec::new());
        for (number, act) in acts.iter().enumerate() {
            match act {
                Act::Wait(hours) => model.wait_until(model.hour + hours),
                Act::Again(which) => {
                    if !done.is_empty() {
                        let decision = program.decide(&member, which.get(&done));
                        prop_assert_eq!(&decision.status, &Status::Duplicate);
                        prop_assert_eq!(member.apply(&decision), Applied::Before);
                    }
                }
                _ => {
                    let id: EventId = format!("e{number:03}").parse().unwrap();
                    let event = model.event(act, id.clone());
                    let expected = model.act(act, &id);
                    step(&program, &mut member, &event, expected)?;
                    done.extend(expected.is_ok().then_some(event));
                }
            }
            prop_assert_eq!(member.ledger().balance(at(model.hour)), model.balance());
        }
        // What will be is known now.
        for hour in model.hour..model.hour + 40 {
            model.wait_until(hour);
            prop_assert_eq!(member.ledger().balance(at(hour)), model.balance());
        }
    }
}

/// Lets an event happen, which is refused if the model says so.
fn step(
    program: &loyalty::Program,
    member: &mut Member,
    event: &Event,
    expected: Result<(), &'static str>,
) -> Result<(), TestCaseError> {
    let before = member.clone();
    let decision = program.decide(member, event);
    let applied = member.apply(&decision);
    match (&decision.status, expected) {
        (Status::Accepted, Ok(())) => {
            let revision = before.revision() + 1;
            prop_assert_eq!(applied, Applied::Now { revision });
            prop_assert_eq!(decision.balance, member.ledger().balance(event.at));
        }
        (Status::Declined(refusal), Err(code)) => {
            prop_assert_eq!(refusal.code(), code);
            prop_assert_eq!((applied, &*member), (Applied::Refused, &before));
        }
        (found, expected) => prop_assert!(false, "{:?} instead of {:?}", found, expected),
    }
    Ok(())
}
