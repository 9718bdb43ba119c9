//! All customers by the chance that they are still there and by what they are worth.

use std::collections::BTreeSet;
use std::error::Error;

use plotters::prelude::{ChartBuilder, Circle, Color, IntoLogRange};

use super::canvas::{BLUE, INK, LINE, MUTED, Side, WARM, draw, style};
use super::study::Study;
use super::words::count;
use super::worth::{TEN, Worth, all};

/// Who is worth less is drawn here.
const LEAST: f64 = 0.01;

pub fn map(study: &Study) -> Result<String, Box<dyn Error>> {
    let all = all(study)?;
    let most = all.iter().map(|worth| worth.value).fold(1.0, f64::max) * 1.3;
    draw(560, |canvas| {
        let title = format!("{} on {}", study.shop.source, study.now.today());
        canvas.text((10, 14), Side::Right, 16.0, &INK, &title)?;
        let entries = [(WARM, "the ten most worth saving"), (BLUE, "all others")];
        canvas.legend((10, 40), &entries)?;
        let (_, area) = canvas.area.split_vertically(60);
        let mut chart = ChartBuilder::on(&area)
            .margin_left(10)
            .margin_right(16)
            .margin_top(8)
            .x_label_area_size(46)
            .y_label_area_size(80)
            .build_cartesian_2d(0.0..1.01, (LEAST..most).log_scale())?;
        let small = style(12.0, &MUTED, Side::Middle);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(LINE)
            .light_line_style(LINE.mix(0.0))
            .axis_style(LINE)
            .label_style(small.clone())
            .axis_desc_style(small)
            .x_desc("P(alive)")
            .y_desc(format!("value in a year in {}, logarithmic", study.now.currency))
            .x_label_formatter(&|share| format!("{share:.1}"))
            .y_label_formatter(&|value| {
                if *value < 1.0 { value.to_string() } else { count(*value as i64) }
            })
            .draw()?;
        let mut drawn = BTreeSet::new();
        let dot = |worth: &Worth<'_>| (worth.alive, worth.value.max(LEAST));
        for worth in all.iter().skip(TEN) {
            let at = dot(worth);
            // Of those who would be drawn on the same spot, one is enough.
            let spot = ((at.0 * 400.0) as i64, (at.1.ln() * 50.0) as i64);
            if drawn.insert(spot) {
                chart.draw_series([Circle::new(at, 2, BLUE.mix(0.5).filled())])?;
            }
        }
        let ten = all.iter().take(TEN);
        chart.draw_series(ten.map(|worth| Circle::new(dot(worth), 5, WARM.filled())))?;
        Ok(())
    })
}
