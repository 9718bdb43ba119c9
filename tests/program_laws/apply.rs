//! What becomes of decisions, sound or not.

use loyalty::event::{Event, EventKind};
use loyalty::points::{MAX_POSTING, Points};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Decision, Member, Status};
use proptest::prelude::*;
use proptest::sample::Index;

use super::bytes;
use super::life::{feed, life, terms};

/// What can be wrong with a decision on its way from the program to the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    Foreign,
    Before,
    Refused,
    Stale,
}

fn wrongs() -> impl Strategy<Value = Vec<Wrong>> {
    let all = vec![Wrong::Foreign, Wrong::Before, Wrong::Refused, Wrong::Stale];
    proptest::sample::subsequence(all, 0..=4)
}

/// What can be wrong inside a decision.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Gap,
    Number,
    Nothing,
    TooMuch,
    Sign,
    Doubled,
    OfAnother,
    Invalid,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop::sample::select(vec![
        Damage::Gap,
        Damage::Number,
        Damage::Nothing,
        Damage::TooMuch,
        Damage::Sign,
        Damage::Doubled,
        Damage::OfAnother,
        Damage::Invalid,
    ])
}

fn unchanged(
    member: &mut Member,
    decision: &Decision,
    expected: Applied,
) -> Result<(), TestCaseError> {
    let before = bytes(member);
    prop_assert_eq!(member.apply(decision), expected);
    prop_assert_eq!(bytes(member), before);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_stands_in_the_way_is_told_in_its_order(
        terms in terms(),
        life in life(8),
        index in any::<Index>(),
        wrongs in wrongs(),
    ) {
        let (program, at) = (&terms.program, index.index(life.events.len()));
        let mut member = life.member(program, &life.events[..at]);
        let event = &life.events[at];
        let mut decision = program.decide(&member, event);
        prop_assert_eq!(&decision.status, &Status::Accepted);
        for wrong in &wrongs {
            match wrong {
                Wrong::Foreign => decision.customer = "somebody-else".parse()?,
                Wrong::Before => { let _ = feed(program, &mut member, event); }
                Wrong::Refused => decision.status = Status::Refused(Vec::new()),
                Wrong::Stale => decision.revision += 100,
            }
        }
        match wrongs.first() {
            None => {
                let revision = member.revision() + 1;
                prop_assert_eq!(member.apply(&decision), Applied::Now { revision });
                unchanged(&mut member, &decision, Applied::Before)?;
            }
            Some(Wrong::Foreign) => unchanged(&mut member, &decision, Applied::Foreign)?,
            Some(Wrong::Before) => unchanged(&mut member, &decision, Applied::Before)?,
            Some(Wrong::Refused) => unchanged(&mut member, &decision, Applied::Refused)?,
            Some(Wrong::Stale) => {
                let (decided, found) = (decision.revision, member.revision());
                unchanged(&mut member, &decision, Applied::Stale { decided, found })?;
            }
        }
    }

    #[test]
    fn a_broken_decision_changes_nothing(
        terms in terms(),
        life in life(8),
        damage in damage(),
        index in any::<Index>(),
    ) {
        let program = &terms.program;
        let mut member = program.enroll(life.customer.clone());
        for event in &life.events {
            let sound = program.decide(&member, event);
            if let Some(broken) = broken(&sound, damage, index) {
                unchanged(&mut member, &broken, Applied::Corrupt)?;
            }
            let revision = member.revision() + 1;
            prop_assert_eq!(member.apply(&sound), Applied::Now { revision });
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing(terms in terms(), life in life(8)) {
        let program = &terms.program;
        let mut member = life.member(program, &life.events);
        let other = program.enroll(Customer::new("somebody-else".parse()?));
        for event in &life.events {
            let decision = program.decide(&member, event);
            prop_assert_eq!(&decision.status, &Status::Duplicate);
            prop_assert!(decision.entries.is_empty());
            unchanged(&mut member, &decision, Applied::Before)?;
            let changed = Event { kind: EventKind::AppOpened, ..event.clone() };
            if changed != *event {
                let decision = program.decide(&member, &changed);
                prop_assert!(matches!(decision.status, Status::Refused(_)));
                unchanged(&mut member, &decision, Applied::Before)?;
            }
            let decision = program.decide(&other, event);
            prop_assert!(matches!(decision.status, Status::Refused(_)));
            unchanged(&mut other.clone(), &decision, Applied::Refused)?;
            unchanged(&mut member, &decision, Applied::Foreign)?;
        }
    }
}

/// The decision with something wrong in it, if it can be.
fn broken(sound: &Decision, damage: Damage, index: Index) -> Option<Decision> {
    let mut broken = sound.clone();
    let count = broken.entries.len();
    let entry = broken.entries.get_mut(index.index(count.max(1)));
    match damage {
        Damage::Number => entry?.id += 1,
        Damage::Nothing => entry?.points = Points::ZERO,
        Damage::TooMuch => entry?.points = Points(MAX_POSTING.0 + 1),
        // Nothing stands in the ledger for the causes of an event that is the newest.
        Damage::Sign => {
            let entry = entry.filter(|entry| entry.recorded_by == entry.cause.event)?;
            entry.points = Points(-entry.points.0);
        }
        Damage::Doubled => {
            let entry = entry?.clone();
            broken.entries.push(entry);
        }
        Damage::Gap if count > 1 => drop(broken.entries.remove(0)),
        Damage::Gap => return None,
        Damage::OfAnother => broken.event.customer = "somebody-else".parse().ok()?,
        Damage::Invalid => broken.event.at = "1700-01-01T00:00:00Z".parse().ok()?,
    }
    Some(broken)
}
