//! The report's figures as charts: SVG by plotters, whose colors the page adapts to light and dark.

pub mod canvas;
pub mod bars;
pub mod groups;
pub mod time;
