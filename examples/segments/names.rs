//! What features and segments are called where people read of them.

use loyalty::feature::{Label, Labels};
use loyalty::id::SegmentId;
use loyalty::segment::Segment;

/// Features as people call them: those of a shop that sells CDs have a word of their own.
pub fn labels() -> Labels {
    Labels::default().with("units(lifetime)", Label::new("CDs").counted("CD", "CDs"))
}

/// What a segment is called.
pub fn name<'a>(segments: &'a [Segment], id: &'a SegmentId) -> &'a str {
    let found = segments.iter().find(|segment| segment.id == *id);
    found.map_or(id.as_str(), |segment| segment.name.as_str())
}
