//! Cohorts that come back or do not, and what was expected beside what came.

use std::error::Error;

use loyalty::calendar::Period;
use loyalty::insight::acquisition::Acquisition;
use plotters::prelude::Color;

use super::canvas::{BLUE, INK, LINE, MUTED, ON_COLOR, PALE, Side, WIDTH, draw, pixels};
use super::report::times;
use super::study::Study;
use super::words::count;

const ROW: i32 = 26;
const LEFT: i32 = 150;

/// The share of each month's new customers who bought in the months after it.
pub fn retention(study: &Study) -> Result<String, Box<dyn Error>> {
    let found = Acquisition::of(&study.shop.log, Period::Month, &study.now)?;
    let over = found
        .cohorts
        .iter()
        .map(|cohort| cohort.periods.iter().take_while(|period| period.is_over).count());
    let months = over.max().unwrap_or(1);
    let columns = i32::try_from(months.saturating_sub(1).max(1))?;
    let height = 90 + ROW * i32::try_from(found.cohorts.len())?;
    let width = (WIDTH - LEFT - 10) / columns;
    let shares = found
        .cohorts
        .iter()
        .flat_map(|cohort| (1..months).filter_map(|after| cohort.retention_rate(after)));
    let most = shares.fold(0.01, f64::max);
    draw(height, |canvas| {
        let title =
            format!("{}: who came back, by the month of the first order", study.shop.source);
        canvas.text((10, 16), Side::Right, 16.0, &INK, &title)?;
        let explained = "Share in percent of the customers who bought, by months since the first";
        canvas.text((10, 40), Side::Right, 13.0, &MUTED, explained)?;
        for after in 1..=columns {
            let at = (LEFT + width * (after - 1) + width / 2, 64);
            canvas.text(at, Side::Middle, 12.0, &MUTED, &after.to_string())?;
        }
        for (row, cohort) in (0..).zip(&found.cohorts) {
            let top = 76 + ROW * row;
            let name =
                format!("{} ({})", cohort.since.format("%Y-%m"), count(cohort.customers as i64));
            canvas.text((LEFT - 8, top + ROW / 2), Side::Left, 12.0, &INK, &name)?;
            for (column, after) in (0..columns).zip(1..) {
                let over = cohort.periods.get(after).is_some_and(|period| period.is_over);
                let Some(share) = cohort.retention_rate(after).filter(|_| over) else { break };
                let (left, depth) = (LEFT + width * column, share / most);
                canvas.block((left, top), (width - 1, ROW - 1), &BLUE.mix(0.08 + 0.92 * depth))?;
                let color = if depth > 0.6 { ON_COLOR } else { INK };
                let text = format!("{:.0}", share * 100.0);
                canvas.text(
                    (left + width / 2, top + ROW / 2),
                    Side::Middle,
                    11.0,
                    &color,
                    &text,
                )?;
            }
        }
        Ok(())
    })
}

/// What was expected of customers and what they did, by how often they had come back.
pub fn expected(study: &Study) -> Result<String, Box<dyn Error>> {
    let groups = &study.validation.by_frequency;
    let most = groups.iter().map(|group| group.expected.max(group.actual)).fold(0.01, f64::max);
    let height = 120 + 2 * ROW * i32::try_from(groups.len())?;
    let room = WIDTH - LEFT - 90;
    draw(height, |canvas| {
        let title = format!(
            "{}: purchases of a customer from {} to {}",
            study.shop.source,
            study.middle.today(),
            study.now.today()
        );
        canvas.text((10, 16), Side::Right, 16.0, &INK, &title)?;
        canvas.legend((10, 46), &[(PALE, "expected"), (BLUE, "actual")])?;
        for (row, group) in (0..).zip(groups) {
            let top = 76 + 2 * ROW * row;
            let name = format!("{} before", times(group.number));
            canvas.text((LEFT - 8, top + ROW - 10), Side::Left, 12.0, &INK, &name)?;
            let who = format!("{} customers", count(group.customers as i64));
            canvas.text((LEFT - 8, top + ROW + 6), Side::Left, 11.0, &MUTED, &who)?;
            let bars = [(0, group.expected, PALE), (ROW - 4, group.actual, BLUE)];
            for (down, number, color) in bars {
                let long = pixels(room, number / most);
                canvas.block((LEFT, top + down), (long, ROW - 6), &color)?;
                let at = (LEFT + long + 6, top + down + ROW / 2 - 3);
                canvas.text(at, Side::Right, 12.0, &INK, &format!("{number:.2}"))?;
            }
        }
        canvas.line(&[(LEFT, 70), (LEFT, height - 20)], 1, &LINE)
    })
}
