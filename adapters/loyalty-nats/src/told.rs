//! What is told of events, under ids that are the same however often it is told.

use std::collections::BTreeMap;

use loyalty::trigger::{Firing, Late, Machine, Output, TriggerId};
use serde::{Deserialize, Serialize};

/// A message of the stream of what is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Names it; also its `Nats-Msg-Id`. Whatever follows from the same messages has the same.
    pub id: String,
    /// The sequence of the event or tick that it follows from.
    pub after: u64,
    /// For the how-manyth time the firing is told, or was before it is taken back, counted from 1.
    pub turn: u32,
    /// What is told.
    pub what: What,
}

/// What is told of an event, or of time that has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// A trigger fired.
    Fired(Firing),
    /// A firing that was told must not have been.
    Retract(Firing),
    /// An event came too late to make the difference that it should have made.
    Late(Late),
    /// A message is neither an event nor a tick.
    Unreadable {
        /// Why not.
        problem: String,
    },
}

impl What {
    /// The last part of the subject on which it is told.
    #[must_use]
    pub const fn subject(&self) -> &'static str {
        match self {
            Self::Fired(_) => "fired",
            Self::Retract(_) => "retract",
            Self::Late(_) => "late",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

/// How often firings were taken back, so that each time that one is told has an id of its own.
///
/// A firing is told under its own id, `<id>`, and taken back under `<id>.retract`. If it is then
/// made up for, it is told under `<id>.2`, and taken back under `<id>.2.retract`. Were it told
/// under the same id again, the stream would drop it, and its readers would believe it taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Turns {
    taken_back: BTreeMap<TriggerId, TakenBack>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakenBack {
    firing: Firing,
    times: u32,
}

impl Turns {
    /// What is told of one message of the stream of events, from what the machine made of it.
    pub fn told(&mut self, after: u64, outputs: Vec<Output>) -> Vec<Told> {
        let named = |(place, output)| match output {
            Output::Fired(firing) => {
                let turn = self.turn(&firing);
                Told { id: name(&firing, turn), after, turn, what: What::Fired(firing) }
            }
            Output::Retract(firing) => {
                let turn = self.turn(&firing);
                self.take_back(&firing, turn);
                let id = format!("{}.retract", name(&firing, turn));
                Told { id, after, turn, what: What::Retract(firing) }
            }
            Output::Late(late) => {
                Told { id: format!("{after}.late.{place}"), after, turn: 1, what: What::Late(late) }
            }
        };
        outputs.into_iter().enumerate().map(named).collect()
    }

    /// Forgets the firings that can no longer be made up for.
    pub fn forget_settled(&mut self, machine: &Machine) {
        self.taken_back.retain(|_, known| !machine.is_settled(&known.firing));
    }

    /// The how-manyth time it is that a firing is told, or that it was told last.
    fn turn(&self, firing: &Firing) -> u32 {
        let times = self.taken_back.get(&firing.id()).map_or(0, |known| known.times);
        times.saturating_add(1)
    }

    fn take_back(&mut self, firing: &Firing, times: u32) {
        self.taken_back.insert(firing.id(), TakenBack { firing: firing.clone(), times });
    }
}

fn name(firing: &Firing, turn: u32) -> String {
    match turn {
        1 => firing.id().to_string(),
        _ => format!("{}.{turn}", firing.id()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use loyalty::calendar::Zone;
    use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase, Void};
    use loyalty::money::Currency;
    use loyalty::trigger::Triggers;

    use super::*;

    const TRIGGERS: &str = r#"{"lateness": "10h", "correction": "1h", "list": [
      {"id": "cart", "pattern": {"silence": {"after": {"event": "cart_updated"},
        "without": [{"event": "purchase"}], "lasting": "60min"}}}]}"#;

    fn minute(minutes: i64) -> DateTime<Utc> {
        let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
        start + TimeDelta::minutes(minutes)
    }

    /// What is told of a cart that is abandoned, was bought after all, was not, and was; and the
    /// machine and its turns afterwards.
    fn story() -> (Vec<Told>, Machine, Turns) {
        let triggers: Triggers = serde_json::from_str(TRIGGERS).unwrap();
        let checked = triggers.check_alone(Zone::UTC, Currency::EUR).unwrap();
        let (mut machine, mut turns) = (Machine::new(&checked), Turns::default());
        let line = LineItem::new(
            "1".parse().unwrap(),
            "shoes".parse().unwrap(),
            1,
            "9 EUR".parse().unwrap(),
        );
        let basket = Basket::of([line]);
        let buy = |order: &str| Purchase::new(order.parse().unwrap(), basket.clone()).into();
        let void = |event: &str| EventKind::Void(Void { event: event.parse().unwrap() });
        let events = [
            (0, EventKind::CartUpdated(basket.clone())),
            (30, buy("e1")),
            (40, void("e1")),
            (50, buy("e3")),
        ];
        let mut told = Vec::new();
        for (number, (at, kind)) in (0_u32..).zip(events) {
            let id = format!("e{number}").parse().unwrap();
            let event = Event::new(id, "ann".parse().unwrap(), minute(at), kind);
            told.extend(turns.told(u64::from(number), machine.observe(0, &event)));
            told.extend(turns.told(9, machine.advance(0, minute(100))));
        }
        (told, machine, turns)
    }

    #[test]
    fn each_time_that_a_firing_is_told_it_has_an_id_of_its_own() {
        let (told, ..) = story();
        let What::Fired(firing) = &told[0].what else { panic!("{told:?}") };
        let id = firing.id();
        let ids: Vec<&str> = told.iter().map(|one| one.id.as_str()).collect();
        let expected = [
            format!("{id}"),
            format!("{id}.retract"),
            format!("{id}.2"),
            format!("{id}.2.retract"),
        ];
        assert_eq!(ids, expected);
        let turns: Vec<u32> = told.iter().map(|one| one.turn).collect();
        assert_eq!(turns, [1, 1, 2, 2]);
    }

    #[test]
    fn turns_are_kept_as_long_as_a_firing_can_be_made_up_for() {
        let (_, mut machine, mut turns) = story();
        turns.forget_settled(&machine);
        assert_eq!(turns.taken_back.len(), 1);
        let json = serde_json::to_string(&turns).unwrap();
        assert_eq!(serde_json::from_str::<Turns>(&json).unwrap(), turns);
        let _ = machine.advance(0, minute(121));
        turns.forget_settled(&machine);
        assert_eq!(turns, Turns::default());
    }

    #[test]
    fn what_stands_does_not_depend_on_how_often_and_in_which_order_it_is_told() {
        use crate::standing::{News, Standing};

        let (told, ..) = story();
        // The first two are told after the last word on the firing, and everything is told again.
        for (order, standing) in [
            (vec![0], 1),
            (vec![0, 1], 0),
            (vec![0, 1, 2], 1),
            (vec![2, 0, 1], 1),
            (vec![0, 1, 2, 3], 0),
            (vec![3, 2, 1, 0], 0),
            (vec![2, 3, 0, 1], 0),
        ] {
            let mut stands = Standing::default();
            for place in &order {
                let _ = stands.take(&told[*place]);
                assert_eq!(stands.take(&told[*place]), News::Nothing, "{order:?}");
            }
            assert_eq!(stands.iter().count(), standing, "{order:?}");
            for place in order {
                assert_eq!(stands.take(&told[place]), News::Nothing);
            }
        }
    }
}
