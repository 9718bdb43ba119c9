//! What can be asked of a whole base at once, and whether the first order tells what follows.

use std::error::Error;
use std::fmt::Write;

use loyalty::calendar::Unit;
use loyalty::clv::{Kind, Length, LikelihoodRatio, Outcome, ParetoCovariates, Repeat, Without};
use ndarray::{Array1, Axis};

use super::layout::{heading, indented};
use super::report::chance;
use super::study::{DISCOUNT, Study};
use super::words::{count, dollars};

pub fn more(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, &format!("All of them on {}", study.middle.today()))?;
    let customers: Vec<Repeat> = study.bought.iter().map(|bought| bought.repeat).collect();
    let spent: Vec<_> = study.bought.iter().map(|bought| bought.spent).collect();
    let (model, spending) = (&study.model, study.spending()?);
    let sum = |numbers: Vec<Option<f64>>| numbers.into_iter().flatten().sum::<f64>();
    let quarter = Length::new(90.0, Unit::Day);
    let text = format!(
        "{} are still there, {} purchases are to be expected of them in 90 days and {} ever, \
         counted at a discount; on average they spend {} on each.",
        count(sum(model.p_alive_each(&customers)).round() as i64),
        count(sum(model.expected_purchases_each(&customers, quarter)).round() as i64),
        count(sum(model.discounted_purchases_each(&customers, None, &DISCOUNT)).round() as i64),
        dollars(sum(spending.expected_spend_each(&spent)) / spent.len() as f64),
    );
    indented(out, 0, &text)?;
    covariates(study, &customers, out)
}

/// Pareto/NBD in which the first order may tell how often somebody buys, and how soon they leave.
fn covariates(study: &Study, customers: &[Repeat], out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "Does the first order tell what follows?")?;
    let column = first_orders(study);
    let both = ndarray::stack(Axis(1), &[column.view(), column.view()])?;
    let name = || vec!["first order".to_owned()];
    let recipe = ParetoCovariates { purchase: name(), attrition: name(), max_iterations: 200 };
    let found = match recipe.fit(Unit::Week, customers, both.view())? {
        Outcome::Fitted(found) => found,
        Outcome::NoAttrition(evidence) => {
            let nbd = matches!(evidence.without, Without::Nbd(_));
            let text = format!("{evidence}{}", if nbd { ": buying alone is told" } else { "" });
            return Ok(indented(out, 0, &text)?);
        }
        other => return Ok(writeln!(out, "There is too little data: {other:?}")?),
    };
    let times = |effects: &[f64]| effects.first().map_or(1.0, |effect| 2_f64.powf(*effect));
    let text = format!(
        "Who spends twice as much at first buys {:.3} times as often, and leaves {:.3} times as \
         soon, than others; at an average first order the rates are those of {}.",
        times(found.purchase()),
        times(found.attrition()),
        named(&found.base().named()),
    );
    indented(out, 0, &text)?;
    let mut candidates = study.choice.candidates.iter();
    let plain = candidates.find(|candidate| candidate.kind == Kind::ParetoNbd);
    let plain = plain.and_then(|candidate| candidate.outcome.clone().fitted()?.report().cloned());
    let ratio = found.report().zip(plain).and_then(|(own, plain)| own.better_than(&plain));
    if let Some(LikelihoodRatio { statistic, p, .. }) = ratio {
        let text = format!(
            "Likelihood ratio to all alike: {statistic:.1} ({} if it told nothing).",
            chance(p)
        );
        indented(out, 0, &text)?;
    }
    Ok(())
}

fn named(parameters: &[(&str, f64)]) -> String {
    let texts = parameters.iter().map(|(name, value)| format!("{name} = {value:.3}"));
    texts.collect::<Vec<_>>().join(", ")
}

/// The logarithm of what the first order of each cost, less the mean of it; a cent at least.
fn first_orders(study: &Study) -> Array1<f64> {
    let first = |index: usize| study.shop.log.orders(index).first();
    let seen = (0..study.shop.log.customers().len()).filter_map(first);
    let seen = seen.filter(|order| order.at <= study.middle.as_of);
    let amounts = seen.map(|order| (order.net_price.minor().max(1) as f64).ln());
    let amounts: Array1<f64> = amounts.collect();
    let mean = amounts.mean().unwrap_or_default();
    amounts - mean
}
