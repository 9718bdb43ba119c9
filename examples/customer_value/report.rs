//! Which model was taken and why, and whether it held.

use std::error::Error;
use std::fmt::Write;

use loyalty::clv::{Candidate, LikelihoodRatio, Outcome, Parameters, spend_frequency_correlation};
use loyalty::stats::Confidence;

use super::layout::{heading, indented, table};
use super::study::Study;
use super::words::{count, dollars, percent};

pub fn report(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, &format!("{}: what customers will do", study.shop.source))?;
    let (customers, purchases) = (study.repeats.customers(), study.repeats.purchases());
    writeln!(
        out,
        "Until {}: {} customers, who came back {} times ({} different histories).",
        study.middle.today(),
        count(customers as i64),
        count(purchases as i64),
        count(study.repeats.histories() as i64),
    )?;
    choice(study, out)?;
    parameters(study, out)?;
    held(study, out)?;
    spending(study, out)
}

fn choice(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    writeln!(out, "\nModels that were compared; less AIC and BIC are better:\n")?;
    let mut rows =
        vec![["model", "parameters", "log-likelihood", "AIC", "BIC"].map(str::to_owned).to_vec()];
    rows.extend(study.choice.candidates.iter().map(row));
    table(out, &rows)?;
    writeln!(out)?;
    indented(out, 0, &format!("Taken: {}.", study.choice.reason))?;
    if let Some(ratio) = than_nbd(study) {
        let LikelihoodRatio { statistic, degrees, p } = ratio;
        let text = format!(
            "Customers do leave: without that, as in NBD, the data is much less likely ({degrees} \
             parameters more, likelihood ratio {statistic:.1}, {}).",
            chance(p)
        );
        indented(out, 0, &text)?;
    }
    Ok(())
}

fn row(candidate: &Candidate) -> Vec<String> {
    let name = candidate.kind.name().to_owned();
    let mut known = candidate.kind.parameters().join(" ");
    let report = match &candidate.outcome {
        Outcome::Fitted(model) => model.report(),
        Outcome::NoAttrition(evidence) => return vec![format!("{name}: {evidence}")],
        Outcome::TooLittle(reason) => return vec![format!("{name}: {reason}")],
        _ => None,
    };
    if let Outcome::Fitted(model) = &candidate.outcome
        && let Parameters::BgNbd { k, .. } | Parameters::MbgNbd { k, .. } = model.parameters()
    {
        known = format!("{known}, k = {k}");
    }
    let number = |number: Option<f64>| number.map_or_else(String::new, |it| format!("{it:.2}"));
    let likelihood = report.map(|report| report.log_likelihood);
    vec![name, known, number(likelihood), number(candidate.aic), number(candidate.bic)]
}

/// How much better the model is than that of customers who never leave; NBD is not that of regular
/// buyers.
fn than_nbd(study: &Study) -> Option<LikelihoodRatio> {
    use Parameters::{BgNbd, MbgNbd};
    if matches!(study.model.parameters(), BgNbd { k: 2.., .. } | MbgNbd { k: 2.., .. }) {
        return None;
    }
    let simple = study.choice.candidates.first()?;
    let Outcome::Fitted(simple) = &simple.outcome else { return None };
    study.model.report()?.better_than(simple.report()?)
}

fn parameters(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let report = study.model.report().ok_or("a fitted model has a report")?;
    writeln!(out, "\nIts parameters, for weeks, with standard errors and 95 % intervals:\n")?;
    let intervals = report.intervals(Confidence::USUAL);
    for (fitted, (_, interval)) in report.parameters.iter().zip(intervals) {
        let error = fitted.error.map_or_else(String::new, |error| format!(" ± {error:.3}"));
        let ends = interval.map(|it| format!(", {:.3} to {:.3}", it.low, it.high));
        writeln!(
            out,
            "  {} = {:.3}{error}{}",
            fitted.name,
            fitted.value,
            ends.unwrap_or_default()
        )?;
    }
    for note in &report.notes {
        indented(out, 2, &format!("Note: {note}."))?;
    }
    Ok(())
}

fn held(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let found = &study.validation;
    writeln!(out, "\nDid it hold? From then until {}:\n", study.now.today())?;
    let mut rows = vec![
        ["came back", "customers", "expected each", "actual each"].map(str::to_owned).to_vec(),
    ];
    rows.extend(found.by_frequency.iter().map(|group| {
        vec![
            times(group.number),
            count(group.customers as i64),
            format!("{:.2}", group.expected),
            format!("{:.2}", group.actual),
        ]
    }));
    table(out, &rows)?;
    let text = format!(
        "{} purchases were expected and {} came{}. Per customer the error is {:.4} (root of the \
         mean square) and {:.4} (mean).",
        count(found.expected.round() as i64),
        count(found.actual as i64),
        found.bias.map_or_else(String::new, |bias| format!(" ({})", percent(bias))),
        found.rmse,
        found.mae,
    );
    writeln!(out)?;
    Ok(indented(out, 0, &text)?)
}

/// A chance in words; of very small ones no digit is sure.
pub fn chance(p: f64) -> String {
    if p < 1e-12 { "p < 1e-12".to_owned() } else { format!("p = {p:.1e}") }
}

/// How often customers of a group came back before.
pub fn times(number: u32) -> String {
    match number {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        7 => "7 times or more".to_owned(),
        _ => format!("{number} times"),
    }
}

fn spending(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let model = study.spending()?;
    let [p, q, gamma] = model.parameters();
    let spent: Vec<_> = study.bought.iter().map(|bought| bought.spent).collect();
    writeln!(out)?;
    let mean = model.mean().map_or_else(String::new, dollars);
    let text = format!(
        "What they spend: gamma-gamma with p = {p:.3}, q = {q:.3} and γ = {gamma:.2}; of a new \
         customer {mean} a purchase is expected."
    );
    indented(out, 0, &text)?;
    if let Some(found) = spend_frequency_correlation(&spent, Confidence::USUAL) {
        let verdict = if found.covers(0.0) { "nothing speaks against it" } else { "not quite so" };
        let text = format!(
            "It takes for granted that who buys often spends no more or less each time; {verdict}: \
             the correlation is {:.3} ({:.3} to {:.3}).",
            found.value, found.low, found.high
        );
        indented(out, 0, &text)?;
    }
    Ok(())
}
