//! Customers among each other: how many have which scores, and where the clusters are.

use std::collections::BTreeSet;
use std::error::Error;

use plotters::prelude::{ChartBuilder, Circle, Color, EmptyElement, IntoLogRange, Text};

use super::super::job::Job;
use super::super::words::count;
use super::canvas::{BLUE, GROUPS, INK, LINE, MUTED, ON_COLOR, Side, WIDTH, draw, style};

/// How many customers have each pair of recency and frequency scores.
pub fn scores(job: &Job) -> Result<String, Box<dyn Error>> {
    let columns = ["1", "2", "3", "4", "5"].map(|score| format!("frequency {score}"));
    let rows = ["5", "4", "3", "2", "1"].map(|score| format!("recency {score}"));
    heat(&rows, &columns, &job.named.cells)
}

/// How many customers of each RFM segment are in each cluster.
pub fn crossing(job: &Job) -> Result<String, Box<dyn Error>> {
    let rows: Vec<String> = job.named.segments.iter().map(|it| it.name.clone()).collect();
    let columns: Vec<String> = job.found.clusters.iter().map(|it| it.name.clone()).collect();
    heat(&rows, &columns, &job.found.crossing)
}

/// Counts in a grid, the darker the more.
fn heat(
    rows: &[String],
    columns: &[String],
    counts: &[Vec<usize>],
) -> Result<String, Box<dyn Error>> {
    const LABELS: i32 = 170;
    const ROW: i32 = 34;
    let most = counts.iter().flatten().copied().max().unwrap_or(1).max(1) as f64;
    let width = (WIDTH - LABELS) / i32::try_from(columns.len().max(1))?;
    draw(30 + ROW * i32::try_from(rows.len())?, |canvas| {
        for (place, name) in (0..).zip(columns) {
            let at = (LABELS + place * width + width / 2, 12);
            canvas.text(at, Side::Middle, 13.0, &MUTED, name)?;
        }
        for ((line, name), counts) in (0..).zip(rows).zip(counts) {
            let top = 30 + ROW * line;
            canvas.text((LABELS - 14, top + ROW / 2), Side::Left, 14.0, &INK, name)?;
            for (place, &customers) in (0..).zip(counts) {
                let corner = (LABELS + place * width + 1, top + 1);
                let shade = 0.04 + 0.66 * (customers as f64 / most).sqrt();
                let shade = if customers == 0 { 0.0 } else { shade };
                canvas.block(corner, (width - 2, ROW - 2), &BLUE.mix(shade))?;
                let middle = (corner.0 + width / 2, top + ROW / 2);
                let text = if customers == 0 { "·".to_owned() } else { count(customers) };
                canvas.text(middle, Side::Middle, 13.0, &INK, &text)?;
            }
        }
        Ok(())
    })
}

/// All customers by the days since their last order and by what they spent, in the colors of
/// their clusters, with the centers.
pub fn clusters(job: &Job) -> Result<String, Box<dyn Error>> {
    draw(460, |canvas| {
        let names: Vec<_> = GROUPS
            .into_iter()
            .zip(job.found.clusters.iter().map(|cluster| cluster.name.as_str()))
            .collect();
        canvas.legend((70, 12), &names)?;
        let (_, area) = canvas.area.split_vertically(26);
        let mut chart = ChartBuilder::on(&area)
            .margin_right(16)
            .x_label_area_size(46)
            .y_label_area_size(70)
            .build_cartesian_2d(0.0..560.0, (1.0..10_000.0).log_scale())?;
        let small = style(12.0, &MUTED, Side::Middle);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(LINE)
            .light_line_style(LINE.mix(0.0))
            .axis_style(LINE)
            .label_style(small.clone())
            .axis_desc_style(small)
            .x_desc("days since the last order")
            .y_desc("spend in USD, logarithmic")
            .x_labels(8)
            .y_labels(5)
            .x_label_formatter(&|days| format!("{days:.0}"))
            .y_label_formatter(&|spend| count(*spend as i64))
            .draw()?;
        let mut drawn = BTreeSet::new();
        for (row, &cluster) in job.found.labels.iter().enumerate() {
            let number = |column| job.table.number(row, column).unwrap_or_default();
            let at = (number(0), number(2).max(1.0));
            // Of customers who would be drawn on the same spot, one is enough.
            let spot = (at.0 as i64, (at.1.ln() * 40.0) as i64, cluster);
            if let (true, Some(color)) = (drawn.insert(spot), GROUPS.get(cluster)) {
                chart.draw_series([Circle::new(at, 2, color.mix(0.7).filled())])?;
            }
        }
        for (number, cluster) in (1..).zip(&job.found.clusters) {
            let at = (cluster.center[0], cluster.center[2]);
            chart.draw_series([EmptyElement::at(at)
                + Circle::new((0, 0), 12, INK.filled())
                + Text::new(format!("{number}"), (0, 0), style(13.0, &ON_COLOR, Side::Middle))])?;
        }
        Ok(())
    })
}
