//! What features and segments are called where people read of them.

use loyalty::id::SegmentId;
use loyalty::segment::Segment;

/// Features as people call them.
const PLAIN: [(&str, &str); 13] = [
    ("recency_days", "days since the last order"),
    ("repeat_orders(lifetime)", "repeat orders"),
    ("orders(lifetime)", "orders"),
    ("orders(180d)", "orders in 180 days"),
    ("average_order_value(lifetime)", "spend per order"),
    ("average_order_value(180d)", "spend per order"),
    ("spend(lifetime)", "spend"),
    ("spend(180d)", "spend in 180 days"),
    ("gap_mean_days", "days between orders"),
    ("units(lifetime)", "CDs"),
    ("discount_share(180d)", "share of discounts"),
    ("weekday_share(sat)", "share of orders on Saturdays"),
    ("weekday_share(sun)", "share of orders on Sundays"),
];

/// A text with its features called as people call them.
pub fn plain(text: &str) -> String {
    PLAIN.into_iter().fold(text.to_owned(), |text, (feature, words)| text.replace(feature, words))
}

/// What a segment is called.
pub fn name<'a>(segments: &'a [Segment], id: &'a SegmentId) -> &'a str {
    let found = segments.iter().find(|segment| segment.id == *id);
    found.map_or(id.as_str(), |segment| segment.name.as_str())
}
