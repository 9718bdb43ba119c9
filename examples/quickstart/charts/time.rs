//! Time: revenue by month, and what one customer's spend came to.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{Datelike, NaiveDate};
use loyalty::tier::{AtLeast, Credits};
use plotters::prelude::{AreaSeries, ChartBuilder, Color, EmptyElement, PathElement, Text};

use super::super::job::Job;
use super::super::words::count;
use super::canvas::{BLUE, INK, LINE, MUTED, PALE, Side, WARM, WIDTH, draw, pixels, style};

/// What was bought in every month.
pub fn months(job: &Job) -> Result<String, Box<dyn Error>> {
    let mut months: BTreeMap<(i32, u32), i64> = BTreeMap::new();
    for row in &job.reading.rows {
        *months.entry((row.date.year(), row.date.month())).or_default() += row.paid.minor();
    }
    let most = months.values().copied().max().unwrap_or(1).max(1) as f64;
    let step = (WIDTH - 20) / i32::try_from(months.len().max(1))?;
    draw(250, |canvas| {
        for (place, (&(year, month), &cents)) in (0..).zip(&months) {
            let left = 10 + place * step;
            let height = pixels(180, cents as f64 / most).max(1);
            canvas.block((left + 4, 205 - height), (step - 8, height), &BLUE)?;
            let middle = left + step / 2;
            let thousands = format!("{:.1}k", cents as f64 / 100_000.0);
            canvas.text((middle, 195 - height), Side::Middle, 12.0, &MUTED, &thousands)?;
            let date = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
            let name = date.format("%b").to_string();
            canvas.text((middle, 219), Side::Middle, 13.0, &INK, &name)?;
            if place == 0 || month == 1 {
                canvas.text((middle, 238), Side::Middle, 13.0, &MUTED, &year.to_string())?;
            }
        }
        canvas.line(&[(10, 205), (10 + step * i32::try_from(months.len())?, 205)], 1, &LINE)
    })
}

/// What the customer's spend within 12 months came to on every day, what it will come to if nothing
/// more is bought, and the tiers that it reaches.
pub fn climb(job: &Job) -> Result<String, Box<dyn Error>> {
    let curve: Vec<(NaiveDate, f64)> =
        job.story.curve.iter().map(|&(at, cents)| (job.date(at), dollars(cents))).collect();
    let (Some(&(first, _)), Some(&(last, _))) = (curve.first(), curve.last()) else {
        return Ok(String::new());
    };
    let (start, end) = (number(first) - 20.0, number(last) + 20.0);
    let highest = curve.iter().map(|(_, spend)| *spend).fold(0.0, f64::max);
    let tiers = thresholds(job);
    let now = curve.iter().rfind(|(date, _)| *date < job.today).map_or(0.0, |(_, spend)| *spend);
    let next = tiers.iter().map(|(least, _)| *least).find(|least| *least > now);
    let top = highest.max(next.unwrap_or(0.0)) * 1.15;
    draw(360, |canvas| {
        let mut chart = ChartBuilder::on(&canvas.area)
            .margin_top(10)
            .margin_right(80)
            .x_label_area_size(34)
            .y_label_area_size(50)
            .build_cartesian_2d(start..end, 0.0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(LINE)
            .light_line_style(LINE.mix(0.0))
            .axis_style(LINE)
            .label_style(style(12.0, &MUTED, Side::Middle))
            .x_labels(0)
            .y_labels(6)
            .y_label_formatter(&|spend| count(*spend as i64))
            .draw()?;
        let today = number(job.today);
        let (past, future) = (steps(&curve, start, today), steps(&curve, today, end));
        chart.draw_series(AreaSeries::new(past, 0.0, BLUE.mix(0.3)).border_style(BLUE))?;
        chart.draw_series(AreaSeries::new(future, 0.0, PALE.mix(0.25)).border_style(PALE))?;
        let mut label = |at, offset, text: &str, style| {
            let text = Text::new(text.to_owned(), offset, style);
            chart.draw_series([EmptyElement::at(at) + text]).map(drop)
        };
        for (day, text) in quarters(start, end) {
            label((day, 0.0), (0, 16), &text, style(12.0, &MUTED, Side::Middle))?;
        }
        for (least, name) in tiers.iter().filter(|(least, _)| *least < top) {
            label((end, *least), (8, 0), name, style(13.0, &INK, Side::Right))?;
        }
        label((today, top), (6, 8), "today", style(12.0, &MUTED, Side::Right))?;
        for (least, _) in tiers.iter().filter(|(least, _)| *least < top) {
            let ends = vec![(start, *least), (end, *least)];
            chart.draw_series([PathElement::new(ends, WARM.mix(0.8))])?;
        }
        chart.draw_series([PathElement::new(vec![(today, 0.0), (today, top)], MUTED)])?;
        Ok(())
    })
}

/// Where the tiers above the lowest begin, and their names.
fn thresholds(job: &Job) -> Vec<(f64, &str)> {
    let tiers = job.tiers.iter().skip(1).filter_map(|it| match it.tier.at_least {
        AtLeast::Credits(Credits::Money(least)) => {
            Some((dollars(least.minor()), it.tier.name.as_str()))
        }
        _ => None,
    });
    tiers.collect()
}

/// The corners of the curve from one day to another.
fn steps(curve: &[(NaiveDate, f64)], from: f64, to: f64) -> Vec<(f64, f64)> {
    let before = curve.iter().take_while(|(date, _)| number(*date) < from).last();
    let mut level = before.map_or(0.0, |(_, spend)| *spend);
    let mut corners = vec![(from, level)];
    for &(date, spend) in curve {
        let day = number(date);
        if (from..to).contains(&day) {
            corners.extend([(day, level), (day, spend)]);
            level = spend;
        }
    }
    corners.push((to, level));
    corners
}

/// The first days of quarters between two days, and how they are written.
fn quarters(start: f64, end: f64) -> Vec<(f64, String)> {
    let dates = (start as i32..end as i32).filter_map(NaiveDate::from_num_days_from_ce_opt);
    let firsts = dates.filter(|date| date.day() == 1 && date.month0() % 3 == 0);
    firsts.map(|date| (number(date), date.format("%b %Y").to_string())).collect()
}

/// A day on the axis.
fn number(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

fn dollars(cents: i64) -> f64 {
    cents as f64 / 100.0
}
