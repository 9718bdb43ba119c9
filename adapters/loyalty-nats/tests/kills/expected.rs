//! What should be told: what a machine tells that sees all of it in one go.

use std::collections::{BTreeMap, BTreeSet};

use loyalty::calendar::Zone;
use loyalty::money::Currency;
use loyalty::trigger::{Machine, Output, TriggerId, Triggers};
use loyalty_nats::{Incoming, What};

use super::world::TRIGGERS;

/// What the machine tells, after which message.
fn outputs(incoming: &[Incoming]) -> Vec<(u64, Vec<Output>)> {
    let triggers: Triggers = serde_json::from_str(TRIGGERS).expect("triggers");
    let checked = triggers.check_alone(Zone::UTC, Currency::EUR).expect("they make sense");
    let mut machine = Machine::new(&checked);
    let told = |one: &Incoming| match one {
        Incoming::Event(event) => machine.observe(0, event),
        Incoming::Tick(to) => machine.advance(0, *to),
    };
    (1..).zip(incoming.iter().map(told)).collect()
}

/// What should be told after which message, and under which id.
pub fn expected(incoming: &[Incoming]) -> Vec<(u64, String, What)> {
    let mut fired: BTreeMap<TriggerId, u32> = BTreeMap::new();
    let mut expected = Vec::new();
    for (after, outputs) in outputs(incoming) {
        for (place, output) in outputs.into_iter().enumerate() {
            let suffix = |times: u32| if times == 1 { String::new() } else { format!(".{times}") };
            let (id, what) = match output {
                Output::Fired(firing) => {
                    let times = fired.entry(firing.id()).or_default();
                    *times += 1;
                    (format!("{}{}", firing.id(), suffix(*times)), What::Fired(firing))
                }
                Output::Retract(firing) => {
                    let times = suffix(fired[&firing.id()]);
                    (format!("{}{times}.retract", firing.id()), What::Retract(firing))
                }
                Output::Late(late) => (format!("{after}.late.{place}"), What::Late(late)),
            };
            expected.push((after, id, what));
        }
    }
    expected
}

/// The firings that stand in the end.
pub fn standing(incoming: &[Incoming]) -> BTreeSet<TriggerId> {
    let mut standing = BTreeSet::new();
    for output in outputs(incoming).into_iter().flat_map(|(_, outputs)| outputs) {
        match output {
            Output::Fired(firing) => assert!(standing.insert(firing.id()), "fired twice"),
            Output::Retract(firing) => assert!(standing.remove(&firing.id()), "never fired"),
            Output::Late(_) => {}
        }
    }
    standing
}
