//! All shoppers by the days since their last order and by what they spent, in the colors of their
//! segments.

use std::collections::BTreeSet;
use std::error::Error;

use loyalty::segment::Segmenter;
use plotters::prelude::{ChartBuilder, Circle, Color, IntoLogRange, RGBColor};

use super::canvas::{INK, LINE, MUTED, Side, draw, style};
use super::names::labels;
use super::study::Study;
use super::words::count;

/// Segments, told apart also by those who do not see all colors (M. Okabe and K. Ito, darkened).
pub const COLORS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x8A, 0x68),
    RGBColor(0xB0, 0x5A, 0x8C),
    RGBColor(0xB8, 0x8A, 0x00),
    RGBColor(0x3A, 0x9F, 0xD0),
    RGBColor(0x5B, 0x64, 0x72),
    RGBColor(0x1A, 0x1F, 0x29),
];

/// Where somebody is drawn whose last order was on the same day, or who spent nothing.
const NEAREST: f64 = 0.5;

/// The legend stands above, one segment in a line.
const LINE_HEIGHT: i32 = 20;

pub fn scatter(study: &Study) -> Result<String, Box<dyn Error>> {
    let [days, _, spend] = study.shoppers.found_in;
    let [days_at, spend_at] = [days, spend].map(|name| study.table.column(name));
    let (days_at, spend_at) = (days_at.ok_or("days")?, spend_at.ok_or("spend")?);
    let most = |column| study.table.present(column).fold(1.0, f64::max) * 1.3;
    let legend = LINE_HEIGHT * i32::try_from(study.personas.len())? + 34;
    draw(legend + 470, |canvas| {
        let title = format!("{} on {}", study.shoppers.source, study.shoppers.first);
        canvas.text((10, 14), Side::Right, 16.0, &INK, &title)?;
        for ((line, color), persona) in (0..).zip(COLORS).zip(&study.personas) {
            let top = 40 + LINE_HEIGHT * line;
            canvas.block((14, top - 6), (12, 12), &color)?;
            let text = format!("{}: {} shoppers", persona.name, count(persona.size));
            canvas.text((34, top), Side::Right, 13.0, &INK, &text)?;
        }
        let (_, area) = canvas.area.split_vertically(legend);
        let mut chart = ChartBuilder::on(&area)
            .margin_left(10)
            .margin_right(16)
            .margin_top(8)
            .x_label_area_size(46)
            .y_label_area_size(80)
            .build_cartesian_2d(
                (0.4..most(days_at)).log_scale(),
                (0.4..most(spend_at)).log_scale(),
            )?;
        let small = style(12.0, &MUTED, Side::Middle);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(LINE)
            .light_line_style(LINE.mix(0.0))
            .axis_style(LINE)
            .label_style(small.clone())
            .axis_desc_style(small)
            .x_desc(format!("{}, logarithmic", labels().name(days)))
            .y_desc(format!(
                "{} in USD, logarithmic; nothing is drawn at 0.5",
                labels().name(spend)
            ))
            .x_label_formatter(&|days| count(days.round() as i64))
            .y_label_formatter(&|spend| count(spend.round() as i64))
            .draw()?;
        let mut drawn = BTreeSet::new();
        for (customer, id) in &study.members {
            let row = study.table.row(customer);
            let number = |column| row.and_then(|row| study.table.number(row, column));
            let at = [days_at, spend_at].map(|at| number(at).unwrap_or_default().max(NEAREST));
            let segment = study.model.segments().iter().position(|segment| segment.id == *id);
            // Of shoppers who would be drawn on the same spot, one is enough.
            let spot = at.map(|it| (it.ln() * 60.0) as i64);
            let color = segment.and_then(|segment| COLORS.get(segment));
            if let (true, Some(color)) = (drawn.insert((spot, segment)), color) {
                chart.draw_series([Circle::new((at[0], at[1]), 2, color.mix(0.65).filled())])?;
            }
        }
        Ok(())
    })
}
