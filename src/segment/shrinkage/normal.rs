//! How means differ between customers: the normal prior of normal means.

/// A customer's own mean, of how many, and the sample standard deviation of these if it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) mean: f64,
    pub(super) count: f64,
    pub(super) deviation: Option<f64>,
}

/// The mean of the customers, the variance between them, and the variance within one of them.
///
/// Within is pooled over the customers. Between is what makes the weighted squared distances of the
/// means from their mean what they should be (R. Paule and J. Mandel, "Consensus values and
/// weighting factors", Journal of Research of the NBS 87 (1982), 377–385, which is the empirical
/// Bayes estimate of C. Morris, JASA 78 (1983), 47–55). Where the customers differ no more than
/// chance makes them, it is the variance of that mean: they are taken together as what is known of
/// the segment. None without any customer.
pub(super) fn fit(customers: &[Own]) -> Option<[f64; 3]> {
    let mut within = (0.0, 0.0);
    for own in customers {
        if let Some(deviation) = own.deviation.filter(|_| own.count > 1.0) {
            within.0 += (own.count - 1.0) * deviation * deviation;
            within.1 += own.count - 1.0;
        }
    }
    let within = if within.1 > 0.0 { within.0 / within.1 } else { 0.0 };
    let freedom = customers.len().checked_sub(1)? as f64;
    let most: f64 = customers.iter().map(|own| own.mean.abs()).fold(0.0, f64::max);
    // Without any difference within, means are what they are.
    let least = if within > 0.0 { 0.0 } else { 1e-12 * most * most + f64::MIN_POSITIVE };
    if squares(customers, within, least).0 <= freedom {
        let (_, mean, precision) = squares(customers, within, least);
        return Some([mean, 1.0 / precision, within]);
    }
    let (mut low, mut high) = (least, 1.0_f64.max(most * most));
    while squares(customers, within, high).0 > freedom && high < 1e300 {
        high *= 4.0;
    }
    for _ in 0..200 {
        let middle = low / 2.0 + high / 2.0;
        if squares(customers, within, middle).0 > freedom { low = middle } else { high = middle }
    }
    let (_, mean, _) = squares(customers, within, high);
    Some([mean, high, within])
}

/// The weighted squared distances of the means from their mean, that mean, and its precision.
fn squares(customers: &[Own], within: f64, between: f64) -> (f64, f64, f64) {
    let weight = |own: &Own| 1.0 / (between + within / own.count);
    let precision: f64 = customers.iter().map(weight).sum();
    let sum: f64 = customers.iter().map(|own| weight(own) * own.mean).sum();
    let mean = sum / precision;
    let off = |own: &Own| weight(own) * (own.mean - mean) * (own.mean - mean);
    (customers.iter().map(off).sum(), mean, precision)
}
