//! The story of one customer as text.

use std::fmt::{Result, Write};

use loyalty::rule::Value;

use super::job::Job;
use super::layout::{WIDTH, heading, wrapped};
use super::story::Story;
use super::words::{count, money, several};

/// Their purchases, features, segments, tier, points and offers.
pub fn tale(job: &Job, out: &mut String) -> Result {
    let Story { view, orders, offers, .. } = &job.story;
    heading(out, &format!("6. One customer's whole story: number {}", view.customer))?;
    writeln!(out, "Purchases")?;
    for (date, cds, paid) in orders {
        writeln!(out, "  {date}  {:>7}  {:>12}", several(*cds, "CD"), money(*paid))?;
    }
    writeln!(out, "Features that the program looks at, as of {}", job.today)?;
    for (name, value) in &view.features {
        writeln!(out, "  {:<17} {}", name.as_str(), feature(value.as_ref()))?;
    }
    writeln!(out, "Segments: {}", segments(&job.story))?;
    job.story.rfm.to_string().lines().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out, "Tier")?;
    standing(job).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out, "Points")?;
    points(job).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    writeln!(out, "Offers for the typical basket")?;
    for (name, answer) in offers {
        let (mark, words) = match answer {
            Ok(words) => ("yes", words),
            Err(words) => ("no", words),
        };
        for (place, line) in wrapped(&format!("{name}: {words}"), WIDTH - 7).iter().enumerate() {
            writeln!(out, "  {:<3}  {line}", if place == 0 { mark } else { "" })?;
        }
    }
    Ok(())
}

/// The value of a feature in words.
pub fn feature(value: Option<&Value>) -> String {
    match value {
        Some(Value::Money(amount)) => money(*amount),
        Some(Value::Integer(number)) => count(*number),
        Some(value) => value.to_string(),
        None => "not known".to_owned(),
    }
}

/// The segments by rule, by RFM and by k-means.
pub fn segments(story: &Story) -> String {
    format!("{}, {}", story.segments.join(", "), story.cluster)
}

/// The tier, and the smallest change that reaches the next.
pub fn standing(job: &Job) -> Vec<String> {
    let Some(standing) = &job.story.view.standing else { return Vec::new() };
    let tier = &job.story.tier.name;
    let mut told = vec![format!("{tier}, with {} spent within 12 months.", standing.credits)];
    if let Some(climb) = &job.story.climb {
        let (gap, next) = (&climb.progress.gap, &climb.next.name);
        told.push(match climb.progress.counts_until.map(|until| job.date(until)) {
            Some(day) => format!("{gap} more reaches {next}; from {day} on it takes more."),
            None => format!("{gap} more reaches {next}."),
        });
        let change = climb.decision.tier.as_ref();
        if change.is_some_and(|change| change.to == climb.next.id) {
            let points = several(climb.decision.balance.active.0, "point");
            told.push(format!(
                "Tried out, not done: a purchase of {gap} makes them {next}, with {points}."
            ));
        }
    }
    if let Some(until) = standing.until {
        told.push(format!("If nothing more is bought, {tier} lasts until {}.", job.date(until)));
    }
    told
}

/// The points, and what expires when.
pub fn points(job: &Job) -> Vec<String> {
    let view = &job.story.view;
    let mut told = vec![format!("{:>4} to spend", count(view.balance.active.0))];
    for next in &view.expiring {
        told.push(format!("{:>4} expire on {}", count(next.points.0), job.date(next.at)));
    }
    told
}
