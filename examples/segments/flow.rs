//! Who went from which segment to which, as streams.

use std::error::Error;

use loyalty::segment::migration::Place;
use plotters::prelude::{Color, Polygon, RGBColor};

use super::canvas::{Canvas, INK, MUTED, PALE, Side, WIDTH, draw};
use super::later::Later;
use super::scatter::COLORS;
use super::study::Study;
use super::words::count;

const HEIGHT: f64 = 460.0;
const TOP: f64 = 62.0;
/// Between two segments.
const SPACE: f64 = 14.0;
/// Where the left bars end, and the right ones begin.
const LEFT: i32 = 270;
const RIGHT: i32 = WIDTH - 270;
const BAR: i32 = 14;
/// So high is a stream that has its number on it.
const LEGIBLE: f64 = 9.0;

/// A segment, or who was no customer before, with its bars of the first day and of the second.
struct Bar {
    name: String,
    color: RGBColor,
    place: Place,
    sides: [End; 2],
}

/// A bar: of how many shoppers, where it begins, and how far it is filled with streams.
#[derive(Clone, Copy, Default)]
struct End {
    shoppers: u64,
    top: f64,
    filled: f64,
}

/// The streams between the segments of the first day and those of the second, as the same model
/// sees them.
pub fn flow(study: &Study, later: &Later) -> Result<String, Box<dyn Error>> {
    let migration = &later.migration;
    let mut bars: Vec<Bar> = Vec::new();
    for (segment, color) in study.segments().iter().zip(COLORS) {
        let place = Place::In([segment.id.clone()].into());
        let sides = [migration.were(&place), migration.are(&place)];
        let sides = sides.map(|shoppers| End { shoppers, ..End::default() });
        bars.push(Bar { name: segment.name.clone(), color, place, sides });
    }
    let come = End { shoppers: migration.new_customers(), ..End::default() };
    if come.shoppers > 0 {
        let sides = [come, End::default()];
        bars.push(Bar {
            name: "New shoppers".to_owned(),
            color: PALE,
            place: Place::Absent,
            sides,
        });
    }
    let scale = laid_out(&mut bars);
    let height = TOP + HEIGHT + 14.0 * bars.len() as f64 + 20.0;
    draw(height as i32, |canvas| {
        let (first, second) = (study.shoppers.first, study.shoppers.second);
        let title = format!("{}: who moved from {first} to {second}", study.shoppers.source);
        canvas.text((10, 14), Side::Right, 16.0, &INK, &title)?;
        canvas.text((LEFT, 42), Side::Left, 13.0, &MUTED, &first.to_string())?;
        canvas.text((RIGHT, 42), Side::Right, 13.0, &MUTED, &second.to_string())?;
        streams(canvas, &mut bars, later, scale)?;
        bars.iter().try_for_each(|bar| labels(canvas, bar, scale))
    })
}

/// Puts the bars one below the other, and tells how many pixels a shopper is high.
fn laid_out(bars: &mut [Bar]) -> f64 {
    let all = |side: usize| -> u64 {
        bars.iter().filter_map(|bar| bar.sides.get(side)).map(|it| it.shoppers).sum()
    };
    let scale = HEIGHT / all(0).max(all(1)).max(1) as f64;
    for side in 0..2 {
        let mut top = TOP;
        for it in bars.iter_mut().filter_map(|bar| bar.sides.get_mut(side)) {
            it.top = top;
            top += it.shoppers as f64 * scale + SPACE;
        }
    }
    scale
}

/// Streams in the color of where they come from; who stayed is paler.
fn streams(
    canvas: &Canvas<'_>,
    bars: &mut [Bar],
    later: &Later,
    scale: f64,
) -> Result<(), Box<dyn Error>> {
    for from in 0..bars.len() {
        for to in 0..bars.len() {
            let Some((left, right)) = bars.get(from).zip(bars.get(to)) else { continue };
            let shoppers = later.migration.customers(&left.place, &right.place);
            if shoppers == 0 {
                continue;
            }
            let thick = shoppers as f64 * scale;
            let ([start, _], [_, end]) = (left.sides, right.sides);
            let tops = [start.top + start.filled, end.top + end.filled];
            let shade = left.color.mix(if from == to { 0.18 } else { 0.5 });
            canvas.area.draw(&Polygon::new(stream(tops, thick), shade.filled()))?;
            if from != to && thick >= LEGIBLE {
                let at = (LEFT + BAR + 6, (tops[0] + thick / 2.0) as i32);
                canvas.text(at, Side::Right, 11.0, &INK, &count(shoppers))?;
            }
            for (bar, side) in [(from, 0), (to, 1)] {
                let side = bars.get_mut(bar).and_then(|bar| bar.sides.get_mut(side));
                side.into_iter().for_each(|side| side.filled += thick);
            }
        }
    }
    Ok(())
}

/// The outline of a stream: a cubic curve that leaves and arrives level.
fn stream([left, right]: [f64; 2], thick: f64) -> Vec<(i32, i32)> {
    const STEPS: i32 = 40;
    let at = |step: i32, more: f64| {
        let share = f64::from(step) / f64::from(STEPS);
        let eased = share * share * (3.0 - 2.0 * share);
        let x = f64::from(LEFT + BAR) + share * f64::from(RIGHT - LEFT - 2 * BAR);
        (x.round() as i32, (left + (right - left) * eased + more).round() as i32)
    };
    let above = (0..=STEPS).map(|step| at(step, 0.0));
    above.chain((0..=STEPS).rev().map(|step| at(step, thick.max(1.0)))).collect()
}

fn labels(canvas: &Canvas<'_>, bar: &Bar, scale: f64) -> Result<(), Box<dyn Error>> {
    let sides = [(LEFT, LEFT - 8, Side::Left), (RIGHT - BAR, RIGHT + 8, Side::Right)];
    for (side, (x, label, way)) in bar.sides.iter().zip(sides) {
        if side.shoppers == 0 {
            continue;
        }
        let thick = (side.shoppers as f64 * scale).max(1.0);
        canvas.block((x, side.top as i32), (BAR, thick.round() as i32), &bar.color)?;
        let middle = (side.top + thick / 2.0) as i32;
        let text = format!("{}: {}", bar.name, count(side.shoppers));
        canvas.text((label, middle), way, 13.0, &INK, &text)?;
    }
    Ok(())
}
