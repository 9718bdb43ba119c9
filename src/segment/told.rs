//! Segments and customers as people name them.

use super::Segment;
use crate::feature::figure::counted;
use crate::id::SegmentId;

/// What a segment is called; its id if it is not among `segments`.
pub(super) fn name(segments: &[Segment], id: &SegmentId) -> String {
    let named = segments.iter().find(|segment| segment.id == *id);
    named.map_or_else(|| id.to_string(), |segment| segment.name.clone())
}

/// `1 customer`, `2 customers`.
pub(super) fn customers(count: impl TryInto<u64>) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let noun = if count == 1 { "customer" } else { "customers" };
    format!("{} {noun}", counted(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_is_no_customers() {
        let told = [1, 1200].map(|count: usize| customers(count));
        assert_eq!(told, ["1 customer", "1,200 customers"]);
    }
}
