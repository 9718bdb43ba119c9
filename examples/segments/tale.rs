//! What is told of the three months: what shoppers did, who moved, and what became of segments.

use std::error::Error;

use loyalty::id::SegmentId;
use loyalty::segment::drift::{Drift, Level};
use loyalty::segment::migration::{Migration, Move, Place};
use loyalty::segment::outcome::{Lift, Validated};
use loyalty::stats::Estimate;

use super::after::After;
use super::fair::fair;
use super::later::{Later, MARGIN};
use super::layout::{heading, indented, table};
use super::names::{labels, name};
use super::one::{One, alike};
use super::pace::Pace;
use super::study::Study;
use super::words::{count, percent};

/// How many moves are explained.
const TOLD: usize = 6;

pub fn tale(study: &Study, later: &Later, out: &mut String) -> Result<(), Box<dyn Error>> {
    outcome(study, out)?;
    moves(study, later, out)?;
    one(study, later, out)?;
    anew(study, later, out)?;
    fairness(study, out)?;
    Ok(())
}

fn outcome(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let (first, second) = (study.shoppers.first, study.shoppers.second);
    heading(out, &format!("What they did from {first} until {second}"))?;
    let After { bought, spent } = After::of(study)?;
    let head = ["segment", "bought", "95 % sure", "others", "spent", "95 % sure", "others"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (bought, spent) in bought.rows.iter().zip(&spent.rows) {
        let mut cells = vec![name(study.segments(), &bought.segment).to_owned()];
        cells.extend(lift(bought, percent));
        cells.push(times(bought));
        cells.extend(lift(spent, |amount| format!("{amount:.2}")));
        cells.push(times(spent));
        rows.push(cells);
    }
    table(out, &rows)?;
    let text = "In USD. Between the numbers under \"95 % sure\" is the true one with so much \
        confidence; under \"others\" stands how many times that of all others it is.";
    indented(out, 0, text)?;
    let tests = |found: &Validated| {
        let sentences = found.sentences(study.segments());
        sentences.last().cloned().unwrap_or_default()
    };
    indented(out, 0, &format!("Buying: {}. Spend: {}.", tests(&bought), tests(&spent)))?;
    let Pace { own, segment, balanced } = Pace::of(study)?;
    let text = format!(
        "How many orders each would place was guessed before: by their own pace it was off by \
         {own:.2} on average, by their segment's by {segment:.2}, and by both in balance, each \
         trusted as far as it goes, by {balanced:.2}."
    );
    indented(out, 0, &text)?;
    Ok(())
}

fn lift(row: &Lift, told: impl Fn(f64) -> String) -> [String; 2] {
    let Some(Estimate { value, low, high }) = row.estimate else {
        return [String::new(), String::new()];
    };
    let low = told(low);
    [told(value), format!("{} to {}", low.trim_end_matches(" %"), told(high))]
}

fn times(row: &Lift) -> String {
    row.ratio.map_or_else(String::new, |it| format!("{:.2}x", it.value))
}

fn moves(study: &Study, later: &Later, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "Who moved, with the segments as they were")?;
    let (segments, migration) = (study.segments(), &later.migration);
    let place = |id: &SegmentId| Place::In([id.clone()].into());
    let mut head = vec!["from \\ to".to_owned()];
    head.extend(segments.iter().enumerate().map(|(at, _)| format!("{}", at + 1)));
    let mut rows = vec![head];
    for (at, from) in segments.iter().enumerate() {
        let mut cells = vec![format!("{} {}", at + 1, from.name)];
        let to = segments.iter().map(|to| migration.customers(&place(&from.id), &place(&to.id)));
        cells.extend(to.map(count));
        rows.push(cells);
    }
    if migration.new_customers() > 0 {
        let mut cells = vec!["new shoppers".to_owned()];
        let come = segments.iter().map(|to| migration.customers(&Place::Absent, &place(&to.id)));
        cells.extend(come.map(count));
        rows.push(cells);
    }
    table(out, &rows)?;
    let share = percent(migration.share_moved().unwrap_or_default());
    let (moved, kept) = (later.moved.moves.iter(), later.moved.holds.len());
    let moved = moved.filter(|it| !it.left.is_empty()).count();
    let text = format!(
        "{share} would be in another segment. {} are moved, and {} are kept because the other \
         segment is nearer by less than {MARGIN} standard deviations, so that nobody goes to and \
         fro.",
        count(moved),
        count(kept),
    );
    indented(out, 0, &text)?;
    out.push('\n');
    indented(out, 0, "What drove them:")?;
    for told in told(migration, study).iter().take(TOLD) {
        indented(out, 2, &format!("{told}."))?;
    }
    Ok(())
}

/// The moves between segments in sentences, the greatest first.
fn told(migration: &Migration, study: &Study) -> Vec<String> {
    let sentences = migration.sentences(study.segments(), &labels());
    let mut moves: Vec<(&Move, String)> = migration
        .moves
        .iter()
        .zip(sentences)
        .filter(|(step, _)| step.from != step.to && !step.drivers.is_empty())
        .collect();
    moves.sort_by_key(|(step, _)| std::cmp::Reverse(step.customers));
    moves.into_iter().map(|(_, sentence)| sentence).collect()
}

/// The shopper who spent most of all who left the segment of most spend.
fn one(study: &Study, later: &Later, out: &mut String) -> Result<(), Box<dyn Error>> {
    let spend = study.table.column(study.shoppers.found_in[2]).ok_or("a column of spend")?;
    let number = |id| study.table.number(study.table.row(id)?, spend);
    let mean = |segment: &SegmentId| {
        let all = study.members.iter().filter(|(_, of)| *of == segment);
        let all: Vec<f64> = all.filter_map(|(id, _)| number(id)).collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    };
    let best = study.segments().iter().map(|segment| &segment.id);
    let best = best.max_by(|left, right| mean(left).total_cmp(&mean(right)));
    let best = best.ok_or("there are segments")?;
    let leavers = later.moved.moves.iter().filter(|it| it.left.contains_key(best));
    let spent = |id| number(id).unwrap_or_default();
    let leaver =
        leavers.max_by(|left, right| spent(&left.customer).total_cmp(&spent(&right.customer)));
    let Some(leaver) = leaver else { return Ok(()) };
    let One { customer, why, ways } = One::of(study, &leaver.customer)?;
    heading(out, &format!("One of them: {customer}"))?;
    indented(out, 0, &format!("On {}: {why}.", study.shoppers.first))?;
    for way in ways {
        indented(out, 2, &format!("What would have moved them {way}."))?;
    }
    let told = leaver.told(study.segments());
    indented(out, 0, &format!("On {}: {told}.", study.shoppers.second))?;
    indented(
        out,
        0,
        &format!("Who is like {} without being in it:", name(study.segments(), best)),
    )?;
    for told in alike(study, best, 3)? {
        indented(out, 2, &told.replace("(seeds", "(those there"))?;
    }
    Ok(())
}

fn anew(study: &Study, later: &Later, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, &format!("Fitted anew on {}", study.shoppers.second))?;
    let head = ["what was watched", "drift", "of it by chance", "moved on average", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(later.drift.iter().map(drift));
    table(out, &rows)?;
    let due = if later.review.due { "is due" } else { "is not yet due" };
    indented(out, 0, &format!("\nThe model {due} to be fitted anew:"))?;
    for line in later.review.told(&labels()).lines() {
        indented(out, 2, &format!("{line}."))?;
    }
    indented(out, 0, "What became of the segments:")?;
    for sentence in later.refit.sentences() {
        indented(out, 2, &format!("{sentence}."))?;
    }
    Ok(())
}

fn drift(found: &Drift) -> Vec<String> {
    let verdict = match found.level {
        Level::Noise => "no more than chance",
        Level::Small => "a little",
        Level::Moderate => "clearly",
        Level::Large => "far",
    };
    let moved = found.numbers.map_or_else(String::new, |it| format!("{:.2}", it.moved));
    vec![
        labels().name(found.name.as_str()),
        format!("{:.3}", found.stability.index),
        format!("{:.3}", found.threshold),
        moved,
        verdict.to_owned(),
    ]
}

fn fairness(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    let found = fair(study);
    if found.is_empty() {
        return Ok(());
    }
    heading(out, "Whether groups of people are in segments unlike")?;
    for fair in found {
        let (unlike, all) = (fair.unlike.len(), fair.looked_at);
        let text = format!(
            "By {}: {unlike} of {all} comparisons differ beyond the four-fifths rule.",
            fair.attribute
        );
        indented(out, 0, &text)?;
        for disparity in fair.unlike.iter().take(2) {
            indented(out, 2, &format!("{}.", disparity.told(study.segments())))?;
        }
    }
    Ok(())
}
