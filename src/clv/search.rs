//! The greatest value of a function whose first and second derivatives are known.
//!
//! Newton's steps within a radius that is trusted (J. Nocedal and S. Wright, "Numerical
//! Optimization", 2nd edition, chapter 4), in a box.

/// A value with its gradient and, row by row, its matrix of second derivatives.
#[derive(Clone, Debug)]
pub(super) struct Slope {
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
    pub(super) hessian: Vec<f64>,
}

impl Slope {
    fn is_finite(&self) -> bool {
        let numbers = || self.gradient.iter().chain(&self.hessian);
        self.value.is_finite() && numbers().all(|number| number.is_finite())
    }
}

/// What to search for, within which ends of each coordinate.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) low: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) iterations: usize,
}

/// Where the search ended.
#[derive(Clone, Debug)]
pub(super) struct Summit {
    pub(super) place: Vec<f64>,
    pub(super) slope: Slope,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// How much a further step must promise, as a share of the value; the last step is still taken.
const PROMISE: f64 = 1e-13;

/// The longest step in any coordinate at first and at any time.
const FIRST_RADIUS: f64 = 1.0;
const LONGEST_RADIUS: f64 = 4.0;

/// No step is shorter.
const SHORTEST_RADIUS: f64 = 1e-10;

/// Climbs from a start; `None` if the function is not finite there.
pub(super) fn climb(
    function: &impl Fn(&[f64]) -> Slope,
    start: &[f64],
    limits: &Limits,
) -> Option<Summit> {
    let place = clamped(start.iter().copied(), limits);
    let slope = function(&place);
    if !slope.is_finite() {
        return None;
    }
    let mut at = Summit { place, slope, iterations: 0, converged: false };
    let mut radius = FIRST_RADIUS;
    while at.iterations < limits.iterations && radius >= SHORTEST_RADIUS {
        at.iterations += 1;
        let Some(step) = step(&at, limits, radius) else {
            at.converged = true;
            break;
        };
        let moved = clamped(at.place.iter().zip(&step.by).map(|(x, by)| x + by), limits);
        let next = function(&moved);
        let gained = next.value - at.slope.value;
        let size = at.slope.value.abs().max(1.0);
        if next.is_finite() && gained >= 1e-4 * step.promise - PROMISE * size {
            let length = longest(&step.by);
            radius = match gained / step.promise {
                share if share > 0.75 => radius.max(2.0 * length).min(LONGEST_RADIUS),
                share if share < 0.25 => length / 4.0,
                _ => radius,
            };
            let last = step.whole && step.promise <= PROMISE * size;
            at.place = moved;
            at.slope = next;
            if last {
                at.converged = true;
                break;
            }
        } else if step.promise <= PROMISE * size {
            // What is left to gain is less than what rounding takes away.
            at.converged = true;
            break;
        } else {
            radius = longest(&step.by) / 4.0;
        }
    }
    Some(at)
}

/// The highest summit that is reached from some starts; the first of equal ones.
pub(super) fn highest(
    function: &impl Fn(&[f64]) -> Slope,
    starts: &[Vec<f64>],
    limits: &Limits,
) -> Option<Summit> {
    let summits = starts.iter().filter_map(|start| climb(function, start, limits));
    summits.reduce(|one, two| if two.slope.value > one.slope.value { two } else { one })
}

/// A step, what it promises to gain, and whether it is Newton's own.
struct Step {
    by: Vec<f64>,
    promise: f64,
    whole: bool,
}

/// The step of the most promise within the radius; `None` if nothing can be gained.
fn step(at: &Summit, limits: &Limits, radius: f64) -> Option<Step> {
    let size = at.place.len();
    let free: Vec<bool> = at
        .place
        .iter()
        .zip(&at.slope.gradient)
        .zip(limits.low.iter().zip(&limits.high))
        .map(|((x, slope), (low, high))| {
            !((x <= low && *slope < 0.0) || (x >= high && *slope > 0.0))
        })
        .collect();
    let gradient: Vec<f64> =
        at.slope.gradient.iter().zip(&free).map(|(g, free)| if *free { *g } else { 0.0 }).collect();
    if gradient.iter().all(|slope| *slope == 0.0) {
        return None;
    }
    // Minus the matrix, with the coordinates at an end left alone.
    let mut matrix: Vec<f64> = at.slope.hessian.iter().map(|cell| -cell).collect();
    for (row, (cells, row_free)) in matrix.chunks_exact_mut(size).zip(&free).enumerate() {
        for (column, (cell, column_free)) in cells.iter_mut().zip(&free).enumerate() {
            if !(*row_free && *column_free) {
                *cell = if row == column { 1.0 } else { 0.0 };
            }
        }
    }
    let diagonal = || matrix.iter().step_by(size + 1);
    let scale = diagonal().fold(longest(&gradient), |most, cell| most.max(cell.abs()));
    let mut damping = 0.0;
    for _ in 0..200 {
        let mut damped = matrix.clone();
        damped.iter_mut().step_by(size + 1).for_each(|cell| *cell += damping);
        let solved = cholesky(&damped, size).map(|factor| solve(&factor, size, &gradient));
        if let Some(by) = solved.filter(|by| longest(by) <= radius) {
            let promise = promised(&at.slope.hessian, &gradient, &by);
            return (promise > 0.0).then_some(Step { by, promise, whole: damping == 0.0 });
        }
        damping = if damping == 0.0 { 1e-6 * scale } else { 2.0 * damping };
    }
    None
}

/// What the quadratic model gains by a step.
fn promised(hessian: &[f64], gradient: &[f64], by: &[f64]) -> f64 {
    let linear: f64 = gradient.iter().zip(by).map(|(slope, by)| slope * by).sum();
    let rows = hessian.chunks_exact(by.len().max(1)).zip(by);
    let square: f64 = rows
        .map(|(row, by_row)| by_row * row.iter().zip(by).map(|(cell, by)| cell * by).sum::<f64>())
        .sum();
    linear + 0.5 * square
}

fn clamped(place: impl Iterator<Item = f64>, limits: &Limits) -> Vec<f64> {
    place
        .zip(limits.low.iter().zip(&limits.high))
        .map(|(x, (low, high))| x.max(*low).min(*high))
        .collect()
}

fn longest(step: &[f64]) -> f64 {
    step.iter().fold(0.0, |most: f64, by| most.max(by.abs()))
}

/// The triangle whose square is the matrix, row by row; `None` if it is not positive definite.
pub(super) fn cholesky(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor: Vec<f64> = Vec::with_capacity(matrix.len());
    for (row, cells) in matrix.chunks_exact(size).enumerate() {
        let mut own: Vec<f64> = Vec::with_capacity(size);
        for (cell, above) in cells.iter().zip(factor.chunks_exact(size)).take(row) {
            let column = own.len();
            let known: f64 = own.iter().zip(above).map(|(a, b)| a * b).sum();
            own.push((cell - known) / above.get(column)?);
        }
        let diagonal = cells.get(row)?;
        let rest = diagonal - own.iter().map(|cell| cell * cell).sum::<f64>();
        if !(rest > 1e-14 * diagonal.abs() && rest > 0.0) {
            return None;
        }
        own.push(rest.sqrt());
        own.resize(size, 0.0);
        factor.extend(own);
    }
    Some(factor)
}

/// What the matrix, given by its triangle, maps to `right`.
pub(super) fn solve(factor: &[f64], size: usize, right: &[f64]) -> Vec<f64> {
    let mut forward: Vec<f64> = Vec::with_capacity(size);
    for (row, value) in factor.chunks_exact(size).zip(right) {
        let known: f64 = row.iter().zip(&forward).map(|(cell, x)| cell * x).sum();
        let diagonal = row.get(forward.len()).copied().unwrap_or(1.0);
        forward.push((value - known) / diagonal);
    }
    // Backwards, each solved coordinate is taken from those above it.
    let mut solved = forward;
    for (at, row) in factor.chunks_exact(size).enumerate().rev() {
        let diagonal = row.get(at).copied().unwrap_or(1.0);
        let Some(own) = solved.get_mut(at) else { continue };
        *own /= diagonal;
        let own = *own;
        for (x, cell) in solved.iter_mut().zip(row).take(at) {
            *x -= own * cell;
        }
    }
    solved
}

/// The inverse of minus the matrix, row by row; `None` if that is not positive definite.
pub(super) fn covariance(hessian: &[f64], size: usize) -> Option<Vec<f64>> {
    let minus: Vec<f64> = hessian.iter().map(|cell| -cell).collect();
    let factor = cholesky(&minus, size)?;
    let unit = |at: usize| (0..size).map(|i| if i == at { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    Some((0..size).flat_map(|at| solve(&factor, size, &unit(at))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's function upside down, whose summit 0 is at (1, 1).
    fn banana(at: &[f64]) -> Slope {
        let (x, y) = (at[0], at[1]);
        let bend = y - x * x;
        Slope {
            value: -((1.0 - x).powi(2) + 100.0 * bend * bend),
            gradient: vec![2.0 * (1.0 - x) + 400.0 * x * bend, -200.0 * bend],
            hessian: vec![-2.0 + 400.0 * bend - 800.0 * x * x, 400.0 * x, 400.0 * x, -200.0],
        }
    }

    #[test]
    fn the_summit_is_found_from_afar_and_within_a_box() {
        let limits = Limits { low: vec![-9.0; 2], high: vec![9.0; 2], iterations: 200 };
        for start in [[-1.2, 1.0], [9.0, -9.0], [-5.0, 5.0], [0.0, 0.0]] {
            let found = climb(&banana, &start, &limits).unwrap();
            assert!(found.converged && found.place.iter().all(|x| (x - 1.0).abs() < 1e-6));
        }
        let low = Limits { high: vec![0.5, 9.0], ..limits };
        let found = climb(&banana, &[-1.2, 1.0], &low).unwrap();
        assert!(found.converged && found.place[0] == 0.5 && (found.place[1] - 0.25).abs() < 1e-6);
    }

    #[test]
    fn the_inverse_of_a_matrix_is_its_inverse() {
        // -[[4, 2, 0], [2, 3, 1], [0, 1, 2]] and the inverse worked out by hand (determinant 12).
        let hessian = [-4.0, -2.0, 0.0, -2.0, -3.0, -1.0, 0.0, -1.0, -2.0];
        let expected = [5.0, -4.0, 2.0, -4.0, 8.0, -4.0, 2.0, -4.0, 8.0].map(|x| x / 12.0);
        let found = covariance(&hessian, 3).unwrap();
        assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-15), "{found:?}");
        assert!(covariance(&[1.0], 1).is_none());
    }
}
