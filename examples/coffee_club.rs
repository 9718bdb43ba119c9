//! A coffee club: a card for the tenth cup, a weekly streak, a challenge and a leaderboard.
//!
//! How a member stands follows from what happened: what comes back or is told late is counted in.

use std::error::Error;

use loyalty::event::{Basket, LineItem, Purchase, Return};
use loyalty::program::{Member, Program, Spec};
use loyalty::{Event, Money, profile::Customer};

const PROGRAM: &str = r#"
loyalty = 1
name = "Coffee Club"
currency = "EUR"
zone = "Europe/Brussels"
attributes.on_boards.kind = "bool"

[games]
cards = [{ id = "cup", of.categories = ["coffee"], size = 9, start = 2, reward = "free cup" }]
streaks = [{ id = "weekly", measure.orders = {}, every = "week", misses = 1, goals = [
    { length = 3, prize.points = 30 } ] }]
challenges = [{ id = "spring", measure.spend = {}, during.every = "quarter", steps = [
    { at_least = "20.00 EUR", prize.points = 20 }, { at_least = "40.00 EUR" } ] }]
boards = [{ id = "cups", measure.units = {}, window = "this_month", opt_in = "on_boards" }]

[[offers]]
id = "free cup"
when = { field = "rewards(cup)", at_least = 1 }
benefit.free_item.target.categories = ["coffee"]
"#;

/// Who, when, and how many cups (below zero: they come back from the order before).
const VISITS: [(&str, &str, i64); 9] = [
    ("ann", "2026-03-02T08:00:00Z", 4),
    ("bob", "2026-03-03T08:00:00Z", 5),
    ("ann", "2026-03-09T08:00:00Z", 3),
    ("ann", "2026-03-10T08:00:00Z", 1),
    ("bob", "2026-03-17T08:00:00Z", 2),
    ("ann", "2026-03-18T08:00:00Z", 2),
    ("ann", "2026-03-18T08:10:00Z", -2),
    ("bob", "2026-03-12T08:00:00Z", 1), // told late
    ("ann", "2026-03-22T22:30:00Z", 1),
];

fn visit(program: &Program, member: &mut Member, visit: usize) -> Result<(), Box<dyn Error>> {
    let (who, at, count) = VISITS[visit];
    let (at, price): (_, Money) = (at.parse()?, "3.00 EUR".parse()?);
    let kind = if count > 0 {
        let cups = LineItem::new("1".parse()?, "cappuccino".parse()?, count, price);
        let basket = Basket::of([cups.of("coffee".parse()?)]);
        let quote = program.quote(member, &basket, at).evaluation.ok_or("no such basket")?;
        Purchase::new(format!("o-{visit}").parse()?, quote.applied_to(&basket)).into()
    } else {
        Return::new(format!("o-{}", visit - 1).parse()?, [("1".parse()?, -count)]).into()
    };
    let event = Event::new(format!("e-{visit}").parse()?, member.id().clone(), at, kind);
    let decision = program.decide(member, &event);
    let _applied = member.apply(&decision);
    let view = program.view(member, at);
    println!("{} {who} {count:>2}: {}", at.format("%d %b"), view.games.cards[0]);
    println!("{:12}{}", "", view.games.streaks[0]);
    println!("{:12}{}; {} points", "", view.games.challenges[0], view.balance.active);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = toml::from_str::<Spec>(PROGRAM)?.build()?;
    let customer = |id: &str| Customer::new(id.parse()?).with("on_boards", true);
    let mut members = [program.enroll(customer("ann")?), program.enroll(customer("bob")?)];
    for (number, (who, ..)) in VISITS.iter().enumerate() {
        let member = members.iter_mut().find(|one| one.id().as_str() == *who);
        visit(&program, member.ok_or("no such member")?, number)?;
    }
    let board = program.leaderboard(&members, &"cups".parse()?, "2026-03-31T20:00:00Z".parse()?);
    for place in board.iter().flat_map(|board| &board.groups[0].places) {
        println!("{}. {} with {} cups", place.rank, place.customer, place.score);
    }
    Ok(())
}
