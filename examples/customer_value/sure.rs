//! How sure that is: fits on the same customers with random weights, and on customers that the
//! model makes up.

use std::error::Error;
use std::fmt::Write;

use loyalty::calendar::Unit;
use loyalty::clv::{AttritionModel, Bootstrap, Length, Repeats, Resampling};
use loyalty::stats::Confidence;

use super::layout::{heading, indented};
use super::study::Study;
use super::words::count;

const REPLICATES: usize = 40;

pub fn sure(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "How sure it is")?;
    let bootstrap =
        Bootstrap { replicates: REPLICATES, seed: 7, resampling: Resampling::Customers };
    let fits = bootstrap.run(&study.model, &study.repeats)?;
    writeln!(out, "Fitted {REPLICATES} times on the same customers with random weights:\n")?;
    for (name, found) in fits.parameters(Confidence::USUAL) {
        writeln!(out, "  {name} from {:.3} to {:.3}", found.low, found.high)?;
    }
    let year = Length::new(52.0, Unit::Week);
    let fresh = |model: &AttritionModel| model.expected_of_new(year);
    if let Some(found) = fits.interval(Confidence::USUAL, fresh) {
        let text = format!(
            "A new customer is expected to come back {:.2} times in 52 weeks ({:.2} to {:.2}).",
            found.value, found.low, found.high
        );
        writeln!(out)?;
        indented(out, 0, &text)?;
    }
    made_up(study, out)
}

/// Customers as the model has them: who are like the real ones if it is right.
fn made_up(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let weeks = |age: f64| Length::new(age, Unit::Day).in_units(Unit::Week);
    let ages: Vec<f64> =
        study.bought.iter().filter_map(|bought| weeks(bought.repeat.age)).collect();
    let made_up = Repeats::new(Unit::Week, &study.model.simulate(&ages, 7), None)?;
    let text = format!(
        "Customers of the same ages that the model makes up come back {} times; the real ones did \
         {} times.",
        count(made_up.purchases() as i64),
        count(study.repeats.purchases() as i64),
    );
    Ok(indented(out, 0, &text)?)
}
