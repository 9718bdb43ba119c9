//! Where the numbers of a column lie and how far they spread, for finite numbers of any size.

/// A power of two near the largest magnitude, by which numbers are divided (exactly) before they
/// are summed or squared, so that neither overflows nor vanishes.
fn magnitude(numbers: impl Iterator<Item = f64>) -> f64 {
    let largest = numbers.map(f64::abs).fold(0.0, f64::max);
    // The exponent's bits alone; for subnormal numbers, the least normal one.
    let power = f64::from_bits(largest.to_bits() & 0x7ff0_0000_0000_0000);
    power.max(f64::MIN_POSITIVE)
}

/// The arithmetic mean; none without numbers.
pub(super) fn mean(numbers: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let count = numbers.clone().count();
    let unit = magnitude(numbers.clone());
    let sum: f64 = numbers.map(|number| number / unit).sum();
    (count > 0).then(|| sum / count as f64 * unit)
}

/// The population standard deviation, in two passes; none without numbers.
pub(super) fn deviation(numbers: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let center = mean(numbers.clone())?;
    let unit = magnitude(numbers.clone());
    let count = numbers.clone().count() as f64;
    let squares: f64 = numbers.map(|number| (number / unit - center / unit).powi(2)).sum();
    Some((squares / count).sqrt() * unit)
}

/// The least and the greatest number; none without numbers.
pub(super) fn range(mut numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let first = numbers.next()?;
    let widen = |(least, greatest): (f64, f64), number| (least.min(number), greatest.max(number));
    Some(numbers.fold((first, first), widen))
}

/// The median; of an even count, the middle of the two middle numbers.
pub(super) fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    quantiles(numbers, [0.5]).map(|[median]| median)
}

/// Quantiles by linear interpolation between the two nearest numbers: type 7 of Hyndman and Fan
/// (1996), the default of R and NumPy. None without numbers.
pub(super) fn quantiles<const N: usize>(
    numbers: impl Iterator<Item = f64>,
    at: [f64; N],
) -> Option<[f64; N]> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let mut found = at;
    for quantile in &mut found {
        *quantile = interpolated(&sorted, last, *quantile)?;
    }
    Some(found)
}

fn interpolated(sorted: &[f64], last: usize, quantile: f64) -> Option<f64> {
    let position = last as f64 * quantile;
    let below = *sorted.get(position.floor() as usize)?;
    let above = *sorted.get(position.ceil() as usize)?;
    let share = position.fract();
    // Not `below + share * (above - below)`, whose difference can overflow.
    Some(if below == above { below } else { below * (1.0 - share) + above * share })
}
