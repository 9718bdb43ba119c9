//! A sheet to draw on with plotters, and the colors that the page knows in light and dark.

use std::error::Error;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::{
    Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, Text,
    TextStyle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Text and what stands out.
pub const INK: RGBColor = RGBColor(0x1A, 0x1F, 0x29);
/// Text that explains.
pub const MUTED: RGBColor = RGBColor(0x5B, 0x64, 0x72);
/// Lines that help to read.
pub const LINE: RGBColor = RGBColor(0xD9, 0xDD, 0xE3);
/// What is compared with.
pub const PALE: RGBColor = RGBColor(0xA8, 0xB3, 0xC1);
/// What is shown.
pub const BLUE: RGBColor = RGBColor(0x2F, 0x6F, 0xB0);
/// What to look at.
pub const WARM: RGBColor = RGBColor(0xD0, 0x5A, 0x3A);
/// Text on a filled shape.
pub const ON_COLOR: RGBColor = RGBColor(0xFF, 0xFF, 0xFE);
/// Groups, told apart also by those who do not see all colors.
pub const GROUPS: [RGBColor; 5] = [
    RGBColor(0x6B, 0x75, 0x83),
    RGBColor(0xB5, 0x7A, 0x00),
    RGBColor(0x1F, 0x7F, 0x62),
    RGBColor(0x2C, 0x7F, 0xB8),
    RGBColor(0xB0, 0x3A, 0x78),
];

pub const WIDTH: i32 = 920;

/// Where a text stands beside its point.
#[derive(Clone, Copy)]
pub enum Side {
    Right,
    Left,
    Middle,
}

/// A sheet of [`WIDTH`] pixels and some height.
pub struct Canvas<'a> {
    pub area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// What is drawn, as SVG.
pub fn draw(
    height: i32,
    drawing: impl FnOnce(&Canvas<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let canvas = Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
    drawing(&canvas)?;
    canvas.area.present()?;
    drop(canvas);
    Ok(svg)
}

/// A style of text of so many pixels; plotters writes a smaller size than it is asked for.
pub fn style(pixels: f64, color: &impl Color, side: Side) -> TextStyle<'static> {
    let across = match side {
        Side::Right => HPos::Left,
        Side::Left => HPos::Right,
        Side::Middle => HPos::Center,
    };
    ("sans-serif", pixels * 1.24).into_font().color(color).pos(Pos::new(across, VPos::Center))
}

impl Canvas<'_> {
    pub fn text(
        &self,
        at: (i32, i32),
        side: Side,
        pixels: f64,
        color: &impl Color,
        text: &str,
    ) -> Result<(), Box<dyn Error>> {
        Ok(self.area.draw(&Text::new(text.to_owned(), at, style(pixels, color, side)))?)
    }

    /// A filled rectangle.
    pub fn block(
        &self,
        (left, top): (i32, i32),
        (width, height): (i32, i32),
        color: &impl Color,
    ) -> Result<(), Box<dyn Error>> {
        let corners = [(left, top), (left + width, top + height)];
        Ok(self.area.draw(&Rectangle::new(corners, color.filled()))?)
    }

    pub fn line(
        &self,
        points: &[(i32, i32)],
        width: u32,
        color: &impl Color,
    ) -> Result<(), Box<dyn Error>> {
        Ok(self.area.draw(&PathElement::new(points.to_vec(), color.stroke_width(width)))?)
    }

    /// Colors and what they mean, in a row.
    pub fn legend(
        &self,
        (mut left, top): (i32, i32),
        entries: &[(RGBColor, &str)],
    ) -> Result<(), Box<dyn Error>> {
        for (color, text) in entries {
            self.block((left, top - 6), (12, 12), color)?;
            self.text((left + 18, top), Side::Right, 13.0, &MUTED, text)?;
            left += 18 + text_width(text, 13.0) + 24;
        }
        Ok(())
    }
}

/// About how wide a text is in a sans-serif font.
pub fn text_width(text: &str, pixels: f64) -> i32 {
    (text.chars().count() as f64 * pixels * 0.53) as i32
}

/// So many pixels of a length for a share of it.
pub fn pixels(length: i32, share: f64) -> i32 {
    (f64::from(length) * share).round() as i32
}
