//! The nearest centers told from short floats, where these are sure to tell.
//!
//! Half the squared distance of a point x from a center c is |x|²/2 + |c|²/2 − xc, so that the
//! center with the least |c|²/2 − xc is the nearest. In short floats that is fast, and its rounding
//! is known: only if no other center comes so near that it could matter is the answer taken, and
//! it is the one that measuring in full would give. N. Higham, "Accuracy and stability of numerical
//! algorithms", 2nd ed. (2002), section 3.1, has the bounds.

use super::tile::LANES;

/// How many points are told side by side.
pub(super) const WIDTH: usize = 2 * LANES;

/// Rounding to a short float changes a number by no more than this share.
const ROUNDING: f32 = f32::EPSILON / 2.0;

/// More than all that is lost of numbers too small for a short float.
const TINY: f32 = 1e-30;

/// More than what rounding does to a root, as a share.
const ROOT: f32 = 8.0 * ROUNDING;

/// For more columns, what is neglected in the bound of the rounding is not small.
const MOST_COLUMNS: usize = 10_000;

/// Centers in short floats.
pub(super) struct Screen {
    /// In the middle of the centers: what is far from the origin is not rounded more.
    middle: Vec<f64>,
    /// Row-major, from the middle on.
    centers: Vec<f32>,
    /// Of each center, half its squared distance from the middle.
    halves: Vec<f32>,
    /// The greatest of the squared distances from the middle.
    reach: f32,
    /// What rounding can do to the gap between two centers, as a share of what is compared.
    share: f32,
}

impl Screen {
    /// Of row-major centers; none if so many columns cannot be told.
    pub(super) fn new(centers: &[f64], columns: usize) -> Option<Self> {
        if columns > MOST_COLUMNS {
            return None;
        }
        let count = centers.len() as f64 / columns as f64;
        let mut middle = vec![0.0; columns];
        for center in centers.chunks_exact(columns) {
            middle.iter_mut().zip(center).for_each(|(middle, x)| *middle += x / count);
        }
        let gaps = |center| std::iter::zip::<&[f64], _>(center, &middle).map(|(x, m)| x - m);
        let all = || centers.chunks_exact(columns);
        let halves: Vec<f32> = all()
            .map(|center| (gaps(center).map(|gap| gap * gap).sum::<f64>() / 2.0) as f32)
            .collect();
        let reach = 2.0 * halves.iter().copied().fold(0.0, f32::max);
        // Twice what the rounding of one score is, and more for what is neglected.
        let share = 2.5 * (columns as f32 + 8.0) * ROUNDING;
        let centers = all().flat_map(|center| gaps(center).map(|gap| gap as f32)).collect();
        Some(Self { middle, centers, halves, reach, share })
    }

    /// Tells the nearest centers of [`WIDTH`] row-major points; `tile` is room for them.
    #[inline(always)]
    pub(super) fn tell(&self, rows: &[f64], columns: usize, tile: &mut [[f32; WIDTH]]) -> Found {
        let (first, rest) = rows.split_at_checked(LANES * columns).unwrap_or_default();
        let second = rest.get(..LANES * columns).unwrap_or_default();
        turn::<0>(first, columns, &self.middle, tile);
        turn::<LANES>(second, columns, &self.middle, tile);
        let mut found = Found::NOTHING;
        let mut pairs = self.centers.chunks_exact(2 * columns);
        let (halves, last) = self.halves.as_chunks::<2>();
        let mut label = 0;
        for (pair, halves) in pairs.by_ref().zip(halves) {
            let Some(pair) = pair.split_at_checked(columns) else { break };
            let [left, right] = scores(tile, pair, *halves);
            found.meet(label, &left);
            found.meet(label + 1, &right);
            label += 2;
        }
        if let &[half] = last {
            let center = pairs.remainder();
            let [scores, _] = scores(tile, (center, center), [half, half]);
            found.meet(label, &scores);
        }
        found.squares = squares(tile);
        found
    }

    /// Whether all that was found is what measuring would give.
    #[inline(always)]
    pub(super) fn is_sure(&self, found: &Found) -> bool {
        let mut sure = true;
        for ((next, least), square) in found.next.iter().zip(&found.least).zip(&found.squares) {
            // Nor is it if something is not a number.
            sure &= next - least > self.rounding(*square);
        }
        sure
    }

    /// By how much, at least, points are nearer to what was found than to any other center: told by
    /// numbers that are positive and finite, and by no others.
    #[inline(always)]
    pub(super) fn margins(&self, found: &Found) -> [f32; WIDTH] {
        let mut margins = [0.0; WIDTH];
        let scores = found.next.iter().zip(&found.least).zip(&found.squares);
        for (margin, ((next, least), &square)) in margins.iter_mut().zip(scores) {
            let rounding = self.rounding(square);
            let root = |half: f32| (2.0 * if half > 0.0 { half } else { 0.0 }).sqrt();
            let far = root(next - rounding + 0.5 * square) * (1.0 - ROOT);
            let near = root(least + rounding + 0.5 * square) * (1.0 + ROOT);
            *margin = far - near;
        }
        margins
    }

    /// What rounding can do to the gap between two scores of a point, by its squared distance from
    /// the middle.
    #[inline(always)]
    fn rounding(&self, square: f32) -> f32 {
        (self.reach + square) * self.share + TINY
    }
}

/// The least scores so far.
pub(super) struct Found {
    pub(super) labels: [u32; WIDTH],
    least: [f32; WIDTH],
    /// The least of all other scores.
    next: [f32; WIDTH],
    /// The squared distances from the middle.
    squares: [f32; WIDTH],
}

impl Found {
    const NOTHING: Self = Self {
        labels: [0; WIDTH],
        least: [f32::INFINITY; WIDTH],
        next: [f32::INFINITY; WIDTH],
        squares: [0.0; WIDTH],
    };

    #[inline(always)]
    fn meet(&mut self, label: u32, scores: &[f32; WIDTH]) {
        let places = self.labels.iter_mut().zip(&mut self.least).zip(&mut self.next);
        for (((own, least), next), &score) in places.zip(scores) {
            let nearer = score < *least;
            let farther = if nearer { *least } else { score };
            *next = if farther < *next { farther } else { *next };
            *own = if nearer { label } else { *own };
            *least = if nearer { score } else { *least };
        }
    }
}

/// Half the squared distances of a tile's points from two centers, less half their squared
/// distances from the middle: two at a time, so that neither waits for its own additions.
#[inline(always)]
fn scores(
    tile: &[[f32; WIDTH]],
    (left, right): (&[f32], &[f32]),
    [left_half, right_half]: [f32; 2],
) -> [[f32; WIDTH]; 2] {
    let (mut lefts, mut rights) = ([left_half; WIDTH], [right_half; WIDTH]);
    for (xs, (left, right)) in tile.iter().zip(left.iter().zip(right)) {
        for ((lefts, rights), x) in lefts.iter_mut().zip(&mut rights).zip(xs) {
            *lefts -= left * x;
            *rights -= right * x;
        }
    }
    [lefts, rights]
}

/// The squared distances of a tile's points from the middle.
#[inline(always)]
fn squares(tile: &[[f32; WIDTH]]) -> [f32; WIDTH] {
    let mut squares = [0.0; WIDTH];
    for xs in tile {
        for (square, x) in squares.iter_mut().zip(xs) {
            *square += x * x;
        }
    }
    squares
}

/// Takes just [`LANES`] row-major points over as short floats from the middle on.
#[inline(always)]
fn turn<const FROM: usize>(
    eight: &[f64],
    columns: usize,
    middle: &[f64],
    tile: &mut [[f32; WIDTH]],
) {
    let mut rows = eight.chunks_exact(columns);
    let [a, b, c, d, e, f, g, h] =
        std::array::from_fn(|_| rows.next().and_then(|row| row.get(..columns)).unwrap_or_default());
    let rows = a.iter().zip(b).zip(c.iter().zip(d)).zip(e.iter().zip(f).zip(g.iter().zip(h)));
    let places = tile.iter_mut().zip(middle);
    for ((lanes, middle), (((a, b), (c, d)), ((e, f), (g, h)))) in places.zip(rows) {
        let short = [*a, *b, *c, *d, *e, *f, *g, *h].map(|x| (x - middle) as f32);
        if let Some(lanes) = lanes.get_mut(FROM..FROM + LANES) {
            lanes.copy_from_slice(&short);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tile;
    use super::*;

    /// Places that tie, far offsets, and numbers too great and too small for short floats.
    fn numbers() -> impl Strategy<Value = (usize, Vec<f64>)> {
        let offset = prop::sample::select(vec![0.0, 0.0, 1e9, -3e5, 1e120, 1e-20]);
        let scale = prop::sample::select(vec![1.0, 1.0, 1e-3, 1e-21, 1e-160, 1e18, 1e19, 1e40]);
        (1_usize..12, offset, scale).prop_flat_map(|(columns, offset, scale)| {
            let exact = (-4_i32..4).prop_map(f64::from);
            let close = (-4_i32..4, -1e-7..1e-7_f64).prop_map(|(x, off)| f64::from(x) + off);
            let number = prop_oneof![2 => -4.0..4.0_f64, 1 => exact, 1 => close]
                .prop_map(move |x| offset + scale * x);
            (Just(columns), prop::collection::vec(number, (WIDTH + 1) * columns..40 * columns))
        })
    }

    /// The nearest centers, if they are sure.
    fn tell(screen: &Screen, rows: &[f64], columns: usize) -> Option<[u32; WIDTH]> {
        let mut tile = vec![[0.0; WIDTH]; columns];
        let found = screen.tell(rows, columns, &mut tile);
        screen.is_sure(&found).then_some(found.labels)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_short_floats_tell_is_what_measuring_gives((columns, numbers) in numbers()) {
            let (rows, centers) = numbers.split_at(WIDTH * columns);
            let centers = &centers[..centers.len() / columns * columns];
            let screen = Screen::new(centers, columns).unwrap();
            let told = tell(&screen, rows, columns);
            let measured = rows.chunks(LANES * columns).flat_map(|eight| {
                let mut turned = vec![[0.0; LANES]; columns];
                tile::turn(eight.chunks(columns), &mut turned);
                tile::nearest(&turned, centers, columns)
            });
            if let Some(told) = told {
                prop_assert!(told.iter().map(|&label| u64::from(label)).eq(measured));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn margins_are_no_more_than_what_is_measured((columns, numbers) in numbers()) {
            let (rows, centers) = numbers.split_at(WIDTH * columns);
            let centers = &centers[..centers.len() / columns * columns];
            let screen = Screen::new(centers, columns).unwrap();
            let found = screen.tell(rows, columns, &mut vec![[0.0; WIDTH]; columns]);
            let margins = screen.margins(&found);
            for ((row, own), margin) in rows.chunks(columns).zip(found.labels).zip(margins) {
                let far = |center: &[f64]| {
                    row.iter().zip(center).map(|(x, c)| (x - c) * (x - c)).sum::<f64>().sqrt()
                };
                let all: Vec<f64> = centers.chunks(columns).map(far).collect();
                let others = all.iter().enumerate().filter(|(at, _)| *at != own as usize);
                let next = others.map(|(_, &far)| far).fold(f64::INFINITY, f64::min);
                if margin > 0.0 && margin.is_finite() {
                    prop_assert!(f64::from(margin) <= next - all[own as usize]);
                }
            }
        }
    }

    #[test]
    fn points_that_stand_apart_are_told() {
        let rows: Vec<f64> = (0..WIDTH as u32).map(|row| f64::from(row % 3) + 1e6).collect();
        let screen = Screen::new(&[1e6, 1e6 + 1.0, 1e6 + 2.0], 1).unwrap();
        let told = tell(&screen, &rows, 1).unwrap();
        assert_eq!(told[..4], [0, 1, 2, 0]);
    }

    #[test]
    fn a_point_just_between_two_centers_is_not_told() {
        let rows = [[0.0; 1]; WIDTH].concat();
        let screen = Screen::new(&[-1.0, 1.0], 1).unwrap();
        assert_eq!(tell(&screen, &rows, 1), None);
    }
}
