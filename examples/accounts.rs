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
    fn does(&mut self, at: &str, name: &str, what: Operation) -> Result<(), Box<dyn Error>> {
        let (id, customer) = (format!("{name} {at}").parse()?, name.parse()?);
        self.happens(&Event::new(id, customer, at.parse()?, EventKind::Points(what)))
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

    fn hand_over(&mut self, both: Handover) -> Result<(), Box<dyn Error>> {
        self.happens(&both.sent)?;
        self.happens(&both.received)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::new("Family", Currency::EUR).build()?;
    let member = |name: &'static str| Ok((name, program.enroll(Customer::new(name.parse()?))));
    let members: Result<_, Box<dyn Error>> = ["ann", "bob"].into_iter().map(member).collect();
    let mut us = Family { members: members?, program };
    let (points, operator, reward) = (Points(120), "desk".parse()?, "mug".parse()?);
    let welcome = Operation::Adjust {
        points,
        operator,
        reason: "hello".into(),
        expires_at: None,
        purse: None,
    };
    us.does("2026-03-01T09:00:00Z", "ann", welcome)?;
    let until = "2026-03-09T09:00:00Z".parse()?;
    us.does(
        "2026-03-02T09:00:00Z",
        "ann",
        Operation::Hold { points: Points(30), reward, until, purse: None },
    )?;
    let hold = || "ann 2026-03-02T09:00:00Z".parse();
    let part = Operation::Capture { hold: hold()?, points: Some(Points(10)), purse: None };
    us.does("2026-03-03T09:00:00Z", "ann", part)?;
    us.does("2026-03-04T09:00:00Z", "ann", Operation::Release { hold: hold()?, purse: None })?;
    let at = "2026-03-05T09:00:00Z".parse()?;
    let ids = |one: &str| Ok::<_, Box<dyn Error>>([one.parse()?, format!("{one} too").parse()?]);
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    us.hand_over(us.program.transfer(ann, bob, Points(40), at, ids("gift")?)?)?;
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    for (who, points) in us.program.share(&[ann, bob], Points(55), at, Sharing::InProportion)? {
        println!("of 55 points {who} would pay {points}");
    }
    // There are main points alone: one handover at most.
    let merger_ids = ids("merger")?;
    for handover in us.program.merge(ann, bob, at, |_| merger_ids.clone())? {
        us.hand_over(handover)?;
    }
    let spend = Operation::Spend { points: Points(90), reward: "bike".parse()?, purse: None };
    let spend = Event::new("spend".parse()?, "ann".parse()?, at, EventKind::Points(spend));
    us.happens(&spend.on_card("bob".parse()?))?;
    let [ann, bob] = ["ann", "bob"].map(|name| &us.members[name]);
    let (at, parting_ids) = ("2026-04-01T09:00:00Z".parse()?, ids("parting")?);
    for handover in us.program.unmerge(ann, bob, at, |_| parting_ids.clone())? {
        us.hand_over(handover)?;
    }
    Ok(())
}
