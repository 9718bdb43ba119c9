//! Accounts: a family sends points, pays together, and shares an account for a while.
//!
//! What cannot be done says why, and changes nothing. The account that leaves owes what was spent
//! on its card.

use std::collections::BTreeMap;
use std::error::Error;

use loyalty::event::{EventKind, Operation};
use loyalty::points::{Points, Sharing};
use loyalty::program::{Applied, Handover, Spec, Status};
use loyalty::{Currency, Event, Member, Program, profile::Customer};

struct Family {
    program: Program,
    members: BTreeMap<&'static str, Member>,
}

impl Family {
    /// Lets an operation happen to a member, and tells what they have then.
    fn does(&mut self, at: &str, name: &str, what: &str) -> Result<(), Box<dyn Error>> {
        let (id, customer) = (format!("{name} {at}").parse()?, name.parse()?);
        let what = EventKind::Points(serde_json::from_str(what)?);
        self.happens(&Event::new(id, customer, at.parse()?, what))
    }

    fn happens(&mut self, event: &Event) -> Result<(), Box<dyn Error>> {
        let name = event.customer.as_str();
        let member = self.members.get_mut(name).ok_or("no such member")?;
        let decision = self.program.decide(member, event);
        let EventKind::Points(operation) = &event.kind else { return Err("no operation".into()) };
        print!("{} {:7} {name:5}", event.at.format("%b %e"), operation.name());
        match (&decision.status, member.apply(&decision)) {
            (Status::Declined(refusal), Applied::Refused) => println!("no: {refusal}"),
            (Status::Accepted, Applied::Now { .. }) => {
                let held = decision.balance.reserved;
                println!("{:>4} points, {held} held", decision.balance.spendable());
            }
            other => return Err(format!("{other:?}").into()),
        }
        Ok(())
    }

    fn hand_over(&mut self, all: &[Handover]) -> Result<(), Box<dyn Error>> {
        all.iter().flat_map(|both| [&both.sent, &both.received]).try_for_each(|e| self.happens(e))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::new("Family", Currency::EUR).build()?;
    let member = |name: &'static str| Ok((name, program.enroll(Customer::new(name.parse()?))));
    let members: Result<_, Box<dyn Error>> = ["ann", "bob"].into_iter().map(member).collect();
    let mut us = Family { members: members?, program };
    let welcome = r#"{"adjust": {"points": 120, "operator": "desk", "reason": "hello"}}"#;
    us.does("2026-03-01T09:00:00Z", "ann", welcome)?;
    let hold = r#"{"hold": {"points": 30, "reward": "mug", "until": "2026-03-09T09:00:00Z"}}"#;
    us.does("2026-03-02T09:00:00Z", "ann", hold)?;
    let part = r#"{"capture": {"hold": "ann 2026-03-02T09:00:00Z", "points": 10}}"#;
    us.does("2026-03-03T09:00:00Z", "ann", part)?;
    let rest = r#"{"release": {"hold": "ann 2026-03-02T09:00:00Z"}}"#;
    us.does("2026-03-04T09:00:00Z", "ann", rest)?;
    let at = "2026-03-05T09:00:00Z".parse()?;
    let ids = |one: &str| Ok::<_, Box<dyn Error>>([one.parse()?, format!("{one} too").parse()?]);
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    us.hand_over(&[us.program.transfer(ann, bob, Points(40), at, ids("gift")?)?])?;
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    for (who, points) in us.program.share(&[ann, bob], Points(55), at, Sharing::InProportion)? {
        println!("of 55 points {who} would pay {points}");
    }
    let (merger, parting) = (ids("merger")?, ids("parting")?);
    us.hand_over(&us.program.merge(ann, bob, at, |_| merger.clone())?)?;
    let (points, reward) = (Points(90), "bike".parse()?);
    let spend = EventKind::Points(Operation::Spend { points, reward, purse: None });
    let spend = Event::new("spend".parse()?, "ann".parse()?, at, spend);
    us.happens(&spend.on_card("bob".parse()?))?;
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    let at = "2026-04-01T09:00:00Z".parse()?;
    us.hand_over(&us.program.unmerge(ann, bob, at, |_| parting.clone())?)
}
