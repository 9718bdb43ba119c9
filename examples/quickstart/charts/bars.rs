//! Bars: shares of segments, tiers and offers.

use std::error::Error;

use plotters::prelude::RGBColor;

use super::super::job::Job;
use super::super::words::{count, percent};
use super::canvas::{
    BLUE, Canvas, GROUPS, INK, LINE, MUTED, PALE, Side, WIDTH, draw, pixels, text_width,
};

const LABELS: i32 = 170;

/// For every RFM segment its share of customers and of revenue.
pub fn segments(job: &Job) -> Result<String, Box<dyn Error>> {
    let rows: Vec<(&str, [f64; 2])> = job
        .named
        .segments
        .iter()
        .map(|segment| (segment.name.as_str(), segment.group.shares(&job.all)))
        .collect();
    let most = rows.iter().flat_map(|(_, shares)| *shares).fold(0.01, f64::max);
    let room = WIDTH - LABELS - 70;
    let height = 40 + 42 * i32::try_from(rows.len())?;
    draw(height, |canvas| {
        canvas.legend((LABELS, 12), &[(PALE, "share of customers"), (BLUE, "share of revenue")])?;
        for (index, (name, shares)) in (0..).zip(&rows) {
            let top = 40 + 42 * index;
            canvas.text((LABELS - 14, top + 15), Side::Left, 14.0, &INK, name)?;
            for (place, share, color) in [(0, shares[0], PALE), (16, shares[1], BLUE)] {
                let length = pixels(room, share / most).max(1);
                canvas.block((LABELS, top + place), (length, 14), &color)?;
                let end = (LABELS + length + 7, top + place + 7);
                canvas.text(end, Side::Right, 12.0, &MUTED, &percent(share))?;
            }
        }
        Ok(())
    })
}

/// How members, their spend and their points are spread over the tiers.
pub fn tiers(job: &Job) -> Result<String, Box<dyn Error>> {
    let colors = [GROUPS[0], GROUPS[3], GROUPS[1], GROUPS[2]];
    let names: Vec<(RGBColor, &str)> =
        colors.into_iter().zip(job.tiers.iter().map(|it| it.tier.name.as_str())).collect();
    let amounts = |amount: fn(&super::super::club::Population) -> i64| -> Vec<i64> {
        job.tiers.iter().map(amount).collect()
    };
    let rows = [
        ("Members", amounts(|it| it.members as i64)),
        ("Spend, 12 months", amounts(|it| it.credits)),
        ("Points held", amounts(|it| it.points)),
    ];
    draw(40 + 52 * 3, |canvas| {
        canvas.legend((LABELS, 12), &names)?;
        for (index, (name, parts)) in (0..).zip(&rows) {
            let top = 40 + 52 * index;
            canvas.text((LABELS - 14, top + 18), Side::Left, 14.0, &INK, name)?;
            stacked(canvas, (LABELS, top), (WIDTH - LABELS - 4, 36), parts, &colors)?;
        }
        Ok(())
    })
}

/// Parts of a whole one beside the other, each with its percentage where there is room.
fn stacked(
    canvas: &Canvas<'_>,
    (left, top): (i32, i32),
    (width, height): (i32, i32),
    parts: &[i64],
    colors: &[RGBColor],
) -> Result<(), Box<dyn Error>> {
    let whole = parts.iter().sum::<i64>().max(1) as f64;
    let mut before = 0;
    for (part, color) in parts.iter().zip(colors) {
        let (start, end) = (before as f64 / whole, (before + part) as f64 / whole);
        let (start, end) = (pixels(width, start), pixels(width, end));
        canvas.block((left + start, top), ((end - start - 2).max(1), height), color)?;
        let text = percent(*part as f64 / whole);
        if text_width(&text, 13.0) + 12 < end - start {
            let middle = (left + (start + end) / 2, top + height / 2);
            canvas.text(middle, Side::Middle, 13.0, &super::canvas::ON_COLOR, &text)?;
        }
        before += part;
    }
    Ok(())
}

/// For every offer how many members get it, and how many more could.
pub fn offers(job: &Job) -> Result<String, Box<dyn Error>> {
    const NAMES: i32 = 290;
    let room = WIDTH - NAMES - 4;
    let height = 40 + 38 * i32::try_from(job.offers.len())?;
    draw(height, |canvas| {
        let legend = [
            (BLUE, "granted"),
            (PALE, "eligible, but not chosen or beaten by a better one"),
            (LINE, "declined"),
        ];
        canvas.legend((NAMES - 140, 12), &legend)?;
        for (index, tally) in (0..).zip(&job.offers) {
            let top = 40 + 38 * index;
            canvas.text((NAMES - 14, top + 13), Side::Left, 14.0, &INK, &tally.name)?;
            let members = (tally.granted + tally.declines()).max(1) as f64;
            let granted = pixels(room, tally.granted as f64 / members);
            let eligible = pixels(room, (tally.granted + tally.eligible) as f64 / members);
            canvas.block((NAMES, top), (room, 26), &LINE)?;
            canvas.block((NAMES, top), (eligible, 26), &PALE)?;
            canvas.block((NAMES, top), (granted, 26), &BLUE)?;
            let text = match tally.eligible {
                0 => format!("{} granted", count(tally.granted)),
                more => format!("{} granted, {} more eligible", count(tally.granted), count(more)),
            };
            let end = (NAMES + eligible.max(granted) + 10, top + 13);
            canvas.text(end, Side::Right, 13.0, &INK, &text)?;
        }
        Ok(())
    })
}
