//! Customers who are known to leave, and those who may give once a year: how many stay, for how
//! long, and what they are worth. `cargo run --example subscriptions`.
//!
//! The contracts are those of P. Fader and B. Hardie, "How to project customer retention", Journal
//! of Interactive Marketing 21 (2007), table 1; the donations those of P. Fader, B. Hardie and
//! J. Shang, "Customer-base analysis in a discrete-time noncontractual setting", Marketing Science
//! 29 (2010). Fees, gifts and the rate of discount are made up.

use std::error::Error;

use loyalty::clv::{
    BgBb, BgBbModel, Contract, ContractState, Fault, Opportunities, Outcome, Sbg, SbgModel,
};
use loyalty::path::Problems;
use loyalty::{Currency, Money};

/// How much less a payment counts that comes a year later.
const DISCOUNT: f64 = 0.1;
/// What a contract costs a year, and what a donor gives.
const FEE: f64 = 100.0;
const GIFT: f64 = 25.0;

/// Of 1,000 customers, those who are left after each of twelve years; the first seven are learned
/// from.
const LEFT: [(&str, [f64; 13]); 2] = [
    (
        "high end",
        [
            1_000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0, 468.0, 445.0, 427.0, 409.0,
            394.0,
        ],
    ),
    (
        "regular",
        [
            1_000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0, 223.0, 207.0, 194.0, 183.0,
            173.0,
        ],
    ),
];
const LEARNED: u32 = 7;

/// How many donors gave how often, when last, and of how many years.
const DONATIONS: &str = include_str!("../tests/data/clv_donations.csv");

fn main() -> Result<(), Box<dyn Error>> {
    contracts()?;
    donations()
}

fn contracts() -> Result<(), Box<dyn Error>> {
    println!("Contracts that are renewed once a year, learned from {LEARNED} years\n");
    println!("           left after 12 years   years paid    value in euros");
    println!("segment    told       actual     of ten        new    before the 5th renewal");
    let mut retention = Vec::new();
    for (name, left) in LEFT {
        let model = enough(of_contracts(&left)?)?;
        // A renewal is a year ahead of a new customer; the next one is at hand before it.
        let new = FEE * (1.0 + worth(&model, 0)? / (1.0 + DISCOUNT));
        let old = FEE * worth(&model, 4)?;
        println!(
            "{name:<10} {:>4.1} %     {:>4.1} %     {:>4.1}     {:>11} {:>11}",
            100.0 * model.survival(12),
            left[12] / 10.0,
            1.0 + model.expected_renewals(0, 9),
            euros(new),
            euros(old),
        );
        let share = |years| format!("{:>5.1} %", 100.0 * model.retention(years));
        retention.push((name, (0..6).map(share).collect::<Vec<_>>().join("  ")));
    }
    println!(
        "\nWho renewed so often does so again: whoever stays is more and more likely to stay\n"
    );
    println!("segment        0        1        2        3        4        5");
    retention.iter().for_each(|(name, shares)| println!("{name:<10} {shares}"));
    Ok(())
}

/// The model of who left in which of the first years.
fn of_contracts(left: &[f64]) -> Result<Outcome<SbgModel>, Problems<Fault>> {
    let learned = &left[..=LEARNED as usize];
    let ended = (0..LEARNED).map(|renewals| Contract { renewals, state: ContractState::Ended });
    let open = Contract { renewals: LEARNED, state: ContractState::Open };
    let contracts: Vec<Contract> = ended.chain([open]).collect();
    let counts = learned.windows(2).map(|two| two[0] - two[1]);
    let counts: Vec<f64> = counts.chain(learned.last().copied()).collect();
    Sbg::default().fit(&contracts, Some(&counts))
}

fn worth(model: &SbgModel, renewals: u32) -> Result<f64, Box<dyn Error>> {
    Ok(model.discounted_renewals(renewals, DISCOUNT).ok_or("without an end it is infinite")?)
}

fn donations() -> Result<(), Box<dyn Error>> {
    let (mut donors, mut counts) = (Vec::new(), Vec::new());
    for line in DONATIONS.lines().skip(1) {
        let row: Vec<u32> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let [frequency, recency, count, customers] = row[..] else {
            return Err("a row has four numbers".into());
        };
        donors.push(Opportunities { frequency, recency, count });
        counts.push(f64::from(customers));
    }
    let model = enough(BgBb::default().fit(&donors, Some(&counts))?)?;
    let all: f64 = counts.iter().sum();
    println!("\nDonations: {all} donors, who could give in each of six years\n");
    println!("gave      last in   donors   still there   gifts in five years   worth in euros");
    let shown = [(0, 0), (1, 1), (1, 6), (3, 4), (5, 5), (6, 6)];
    for (donor, count) in donors.iter().zip(&counts) {
        if shown.contains(&(donor.frequency, donor.recency)) {
            row(&model, donor, *count)?;
        }
    }
    let expected = model.expected_purchases_each(&donors, 5);
    let expected = expected.into_iter().zip(&counts).map(|(gifts, n)| Some(gifts? * n));
    let expected: f64 = expected.sum::<Option<f64>>().ok_or("a donor makes no sense")?;
    println!("\nAll together are expected to give {expected:.0} times in five years");
    Ok(())
}

fn row(model: &BgBbModel, donor: &Opportunities, count: f64) -> Result<(), Box<dyn Error>> {
    let Opportunities { frequency, recency, .. } = donor;
    let alive = model.p_alive(donor).ok_or("a donor makes no sense")?;
    let gifts = model.expected_purchases(donor, 5).ok_or("a donor makes no sense")?;
    let worth = model.discounted_purchases(donor, DISCOUNT).ok_or("it is infinite")?;
    let last = if *recency == 0 { "never".to_owned() } else { format!("year {recency}") };
    println!(
        "{:<9} {last:<9} {count:>6}   {:>9.1} %   {gifts:>19.2}   {:>14}",
        if *frequency == 1 { "once".to_owned() } else { format!("{frequency} times") },
        100.0 * alive,
        euros(GIFT * worth)
    );
    Ok(())
}

/// The model, or why there is none.
fn enough<M>(outcome: Outcome<M>) -> Result<M, Box<dyn Error>> {
    match outcome {
        Outcome::Fitted(model) => Ok(model),
        Outcome::NoAttrition(evidence) => Err(evidence.to_string().into()),
        Outcome::TooLittle(reason) => Err(reason.to_string().into()),
        _ => Err("another outcome".into()),
    }
}

/// An amount of euros to the cent.
fn euros(amount: f64) -> Money {
    Money::from_minor((100.0 * amount).round() as i64, Currency::EUR)
}
