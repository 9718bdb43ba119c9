//! What is told of the first day: the methods, the segments and one shopper.

use std::error::Error;
use std::fmt::Write;

use loyalty::cluster::choice::Row;
use loyalty::cluster::tree::Cart;
use loyalty::rule::Schema;
use loyalty::segment::fitness::{Limits, fitness};
use loyalty::segment::overlap::rule_overlaps;
use loyalty::segment::persona::{Persona, Topic};
use loyalty::segment::rules::RuleSegments;
use loyalty::segment::suggestion::{Surrogate, fields};

use super::layout::{heading, indented, table};
use super::methods::Candidate;
use super::names::labels;
use super::study::Study;
use super::words::{count, dollars, percent};

/// Rules that put so many into their segment are good enough; people want them short.
const FIDELITY: f64 = 0.9;

/// Everything that is told of the first day.
pub fn report(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    shoppers(study, out)?;
    methods(study, out)?;
    segments(study, out)?;
    rules(study, out)
}

fn shoppers(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let of = &study.shoppers;
    heading(out, &format!("{} on {}", of.source, of.first))?;
    let features = of.found_in.map(|feature| labels().name(feature));
    let text = format!(
        "{} shoppers with {} orders in all; {} of them had bought by {}. Their segments are found \
         in three numbers on logarithmic scales: {}, {} and {}.",
        count(of.log.len()),
        count(of.log.order_count()),
        count(study.table.customers().len()),
        of.first,
        features[0],
        features[1],
        features[2],
    );
    indented(out, 0, &text)?;
    Ok(())
}

fn methods(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "Which method, and how many segments")?;
    let text = "Silhouette (1 at best), Caliński-Harabasz (the more, the better) and \
        Davies-Bouldin (the less, the better) say how clearly segments are apart; stability (1 at \
        best) how alike they are when shoppers are drawn anew.";
    indented(out, 0, text)?;
    out.push('\n');
    let head = [
        "method",
        "segments",
        "silhouette",
        "Cal.-Har.",
        "Dav.-Boul.",
        "stability",
        "in none",
        "smallest",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(study.candidates.iter().map(cells));
    table(out, &rows)?;
    out.push('\n');
    for candidate in &study.candidates {
        let against = candidate.against().map(|told| format!(" Not usable: {told}."));
        let text =
            format!("{}: {}.{}", candidate.name, candidate.chosen, against.unwrap_or_default());
        indented(out, 0, &text)?;
    }
    let taken = study.candidates.get(study.taken).ok_or("a method was taken")?;
    indented(out, 0, &format!("\nTaken: {}.", study.reason))?;
    let Some(choice) = &taken.choice else { return Ok(()) };
    out.push('\n');
    let head = ["segments", "silhouette", "Cal.-Har.", "Dav.-Boul.", "BIC", "gap", "stability", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(choice.table.iter().map(|row| scores(row, row.clusters == taken.sizes.len())));
    table(out, &rows)?;
    let text = "The gap is that of 2,000 shoppers, and stability that of 1,000, or of all if they \
        are fewer.";
    indented(out, 0, text)?;
    Ok(())
}

fn cells(found: &Candidate) -> Vec<String> {
    let score = |score: Option<f64>, digits: usize| {
        score.map_or_else(|| "-".to_owned(), |score| format!("{score:.digits$}"))
    };
    vec![
        found.name.to_owned(),
        count(found.sizes.len()),
        score(found.silhouette, 2),
        score(found.calinski_harabasz, 0),
        score(found.davies_bouldin, 2),
        score(Some(found.stability), 2),
        percent(found.outside),
        percent(found.smallest),
    ]
}

fn scores(row: &Row, taken: bool) -> Vec<String> {
    let score = |score: Option<f64>, digits: usize| {
        score.map_or_else(|| "-".to_owned(), |score| format!("{score:.digits$}"))
    };
    vec![
        count(row.clusters),
        score(row.silhouette, 2),
        score(row.calinski_harabasz, 0),
        score(row.davies_bouldin, 2),
        count(row.bic as i64),
        score(row.gap, 2),
        score(row.stability, 2),
        if taken { "taken".to_owned() } else { String::new() },
    ]
}

fn segments(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "The segments")?;
    let spend = study.table.column(study.shoppers.found_in[2]).ok_or("a column of spend")?;
    let all: f64 = study.table.present(spend).sum();
    let features = study.shoppers.found_in;
    let head = ["segment", "shoppers", "", "last order", "orders", "spend", "of all spend"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for persona in &study.personas {
        let inside = study.members.iter().filter(|(_, of)| **of == persona.segment);
        let rows_of = inside.filter_map(|(id, _)| study.table.row(id));
        let own: f64 = rows_of.filter_map(|row| study.table.number(row, spend)).sum();
        let mut cells = vec![persona.name.clone(), count(persona.size)];
        cells.push(percent(persona.size as f64 / persona.customers.max(1) as f64));
        let [days, orders, spent] = features.map(|feature| median(persona, feature));
        cells.extend([format!("{days} days ago"), orders, spent]);
        cells.push(percent(own / all));
        rows.push(cells);
    }
    table(out, &rows)?;
    let [days, orders, spent] = features.map(|feature| labels().name(feature));
    let text = format!("Medians of the segment's shoppers: {days}, {orders} and {spent}.");
    indented(out, 0, &text)?;
    for persona in &study.personas {
        writeln!(out, "\n{}", persona.name)?;
        for topic in Topic::ALL {
            if let Some(told) = persona.about(topic, &labels()) {
                indented(out, 2, &format!("{}: {told}.", question(topic)))?;
            }
        }
    }
    out.push('\n');
    let fitness = fitness(&study.model, &study.table, &Limits::default())?;
    indented(out, 0, &format!("Fit for use? They are {}.", fitness.usability))?;
    for finding in &fitness.findings {
        indented(out, 2, &format!("{}.", finding.told(study.segments(), &labels())))?;
    }
    Ok(())
}

const fn question(topic: Topic) -> &'static str {
    match topic {
        Topic::Who => "Who they are",
        Topic::Buys => "What they buy",
        Topic::When => "When they buy",
        Topic::Answers => "What they answer to",
        _ => "What else is known",
    }
}

fn median(persona: &Persona, feature: &str) -> String {
    let found = persona.contrasts.iter().find(|found| found.feature.as_str() == feature);
    found.map_or_else(String::new, |found| match found.stands_for {
        loyalty::feature::Measure::Money(_) => dollars(found.median),
        _ => count(found.median.round_ties_even() as i64),
    })
}

fn rules(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "The same as rules, for people to edit")?;
    let today = study.shoppers.first;
    let usual = Surrogate::default();
    let found = Surrogate { tree: Cart { max_depth: 3, ..usual.tree }, fidelity: FIDELITY };
    let found = found.suggest(&study.model, &study.table, today)?;
    for suggestion in &found.suggestions {
        indented(out, 0, &suggestion.to_string())?;
    }
    let schema = Schema::new(fields(&study.table))?;
    let rules = RuleSegments::check(&found.rules(), &schema)?;
    let overlaps = rule_overlaps(&rules, &schema, &study.table, today)?;
    let told = overlaps.to_string();
    let told = told.lines().next().unwrap_or_default();
    let right = percent(found.fidelity);
    indented(out, 0, &format!("They put {right} of the shoppers into their segment; {told}."))?;
    Ok(())
}
