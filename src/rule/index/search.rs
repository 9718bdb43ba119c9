//! In which of many stretches of a line a number lies.

/// The line is cut into so many parts at most, all of one length.
const PARTS: u64 = 1_024;

/// Parts with more bounds than this are not looked through one by one.
const FEW: usize = 4;

/// The least numbers of stretches, in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Search {
    bounds: Vec<i64>,
    /// The parts lie between these: from just below the first bound to the last.
    low: i64,
    high: i64,
    /// The length of the parts, as a power of two.
    shift: u32,
    /// For each part how many bounds lie before it.
    before: Vec<u16>,
    /// How many bounds lie in a part at most.
    most: usize,
}

impl Search {
    /// Among these bounds, which ascend and are fewer than 65,536.
    pub(super) fn new(bounds: Vec<i64>) -> Self {
        let low = bounds.first().map_or(0, |first| first.saturating_sub(1));
        let high = bounds.last().copied().unwrap_or_default();
        let span = high.abs_diff(low);
        let shift = (0..64).find(|shift| span >> shift < PARTS).unwrap_or_default();
        let starts = (0..=span >> shift).map(|part| low.wrapping_add_unsigned(part << shift));
        let before = starts.map(|start| bounds.partition_point(|bound| *bound < start));
        let before: Vec<usize> = before.collect();
        let ends = before.iter().skip(1).copied().chain([bounds.len()]);
        let most = before.iter().zip(ends).map(|(start, end)| end - start).max();
        let most = most.unwrap_or_default();
        let before = before.into_iter().map(|count| u16::try_from(count).unwrap_or(u16::MAX));
        Self { before: before.collect(), bounds, low, high, shift, most }
    }

    /// How many bounds are not above the number.
    pub(super) fn find(&self, number: i64) -> usize {
        let Self { bounds, low, high, shift, before, most } = self;
        if *most > FEW {
            return bounds.partition_point(|bound| *bound <= number);
        }
        let part = number.max(*low).min(*high).abs_diff(*low) >> shift;
        let mut found = before.get(part as usize).copied().map_or(0, usize::from);
        for _ in 0..*most {
            found += usize::from(bounds.get(found).is_some_and(|bound| *bound <= number));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_where_counting_finds_it() {
        let lists: [&[i64]; 8] = [
            &[],
            &[0],
            &[i64::MIN],
            &[i64::MAX],
            &[i64::MIN, i64::MAX],
            &[i64::MIN, -1, 0, 1, i64::MAX - 1, i64::MAX],
            &[-7, -6, -5, 3, 4, 1_000_000],
            &[1 << 40, (1 << 40) + 1, (1 << 40) + 2, (1 << 40) + 3, (1 << 40) + 4, 1 << 50],
        ];
        let spread: Vec<i64> = (0..255).map(|number: i64| number.pow(3) - 4_000_000).collect();
        for bounds in lists.into_iter().chain([&spread[..]]) {
            let search = Search::new(bounds.to_vec());
            let near = bounds
                .iter()
                .flat_map(|bound| (-3..=3).map(move |step| bound.saturating_add(step)));
            for number in near.chain([i64::MIN, -1, 0, 1, i64::MAX]) {
                let counted = bounds.iter().filter(|bound| **bound <= number).count();
                assert_eq!(search.find(number), counted, "{number} among {bounds:?}");
            }
        }
    }
}
