//! Which of some things goes best with which of others: the assignment of the least total cost.

use ndarray::ArrayView2;

use crate::path::{Path, Problems};

use super::Fault;

/// For each row of a matrix the column that it gets, so that no two rows get one column, as many
/// rows as can be get one, and the sum of their costs is the least; `None` for rows that get none.
/// Costs may be negative.
///
/// Of several best matchings it is always the same one for the same matrix; which one, depends on
/// the order of rows and columns.
///
/// R. Jonker and A. Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear
/// Assignment Problems", Computing 38 (1987), 325–340: the augmenting paths alone.
///
/// # Errors
/// Costs that are NaN, infinite, or beyond [`LARGEST`](super::LARGEST), with their place.
///
/// # Complexity
/// O(r² c) time for r rows and c columns of which there are not fewer, and O(r c) memory.
///
/// ```
/// use loyalty::cluster::matching;
/// use ndarray::array;
///
/// let costs = array![[4.0, 1.0, 3.0], [2.0, 0.0, 5.0], [3.0, 2.0, 2.0]];
/// assert_eq!(matching(costs.view())?, [Some(1), Some(0), Some(2)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn matching(costs: ArrayView2<'_, f64>) -> Result<Vec<Option<usize>>, Problems<Fault>> {
    let mut problems = Problems::none();
    for ((row, column), &value) in costs.indexed_iter() {
        if !super::points::is_coordinate(value) {
            let path = Path::from("costs").item(row).item(column);
            problems.add(path, Fault::Coordinate { value });
        }
    }
    problems.into_result(())?;
    let (rows, columns) = costs.dim();
    let wide = if rows <= columns { costs } else { costs.reversed_axes() };
    let owners = owners(wide);
    if rows <= columns {
        let mut found = vec![None; rows];
        for (column, owner) in owners.into_iter().enumerate() {
            if let Some(place) = owner.and_then(|row| found.get_mut(row)) {
                *place = Some(column);
            }
        }
        Ok(found)
    } else {
        Ok(owners)
    }
}

/// For each column the row that gets it, in a matrix that is not higher than wide.
fn owners(costs: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
    let (rows, columns) = costs.dim();
    let mut found = Found {
        row_prices: vec![0.0; rows],
        prices: vec![0.0; columns],
        owners: vec![None; columns],
    };
    (0..rows).for_each(|row| found.place(costs, row));
    found.owners
}

/// A best matching of the rows so far. Every cost is at least the sum of its row's and its column's
/// price, and is that sum where the two are matched.
struct Found {
    row_prices: Vec<f64>,
    prices: Vec<f64>,
    owners: Vec<Option<usize>>,
}

/// A column as seen from the row that is to be placed.
#[derive(Clone, Copy)]
struct Reached {
    /// What it costs, above the prices, to get there.
    distance: f64,
    /// The column before it on the way; none if the row itself leads here.
    before: Option<usize>,
    /// Whether the distance is final.
    settled: bool,
}

impl Found {
    /// Finds a column for one more row, by the cheapest way to move others on to a free one.
    fn place(&mut self, costs: ArrayView2<'_, f64>, row: usize) {
        // The price of a row that nobody has is free: with it, no way from here costs less than 0.
        let numbers = costs.row(row);
        let cheapest = numbers.iter().zip(&self.prices).map(|(cost, price)| cost - price);
        if let Some(own) = self.row_prices.get_mut(row) {
            *own = cheapest.fold(f64::INFINITY, f64::min);
        }
        let unseen = Reached { distance: f64::INFINITY, before: None, settled: false };
        let mut reached = vec![unseen; self.prices.len()];
        let (mut from, mut before, mut distance) = (row, None, 0.0);
        let free = loop {
            self.relax(costs, from, distance, before, &mut reached);
            let Some((column, nearest)) = nearest(&mut reached) else { return };
            distance = nearest;
            match self.owners.get(column).copied().flatten() {
                Some(owner) => (from, before) = (owner, Some(column)),
                None => break column,
            }
        };
        self.reprice(row, distance, &reached);
        self.move_on(row, free, &reached);
    }

    /// What the columns cost by way of the row `from`, which is `distance` away.
    fn relax(
        &self,
        costs: ArrayView2<'_, f64>,
        from: usize,
        distance: f64,
        before: Option<usize>,
        reached: &mut [Reached],
    ) {
        let own = self.row_prices.get(from).copied().unwrap_or_default();
        for ((seen, cost), price) in reached.iter_mut().zip(costs.row(from)).zip(&self.prices) {
            // Never less than 0 but for rounding.
            let through = distance + (cost - own - price).max(0.0);
            if !seen.settled && through < seen.distance {
                *seen = Reached { distance: through, before, settled: false };
            }
        }
    }

    /// Changes the prices so that the way to the free column, `distance` long, costs nothing.
    fn reprice(&mut self, row: usize, distance: f64, reached: &[Reached]) {
        if let Some(own) = self.row_prices.get_mut(row) {
            *own += distance;
        }
        for ((seen, price), owner) in reached.iter().zip(&mut self.prices).zip(&self.owners) {
            if seen.settled {
                let less = distance - seen.distance;
                *price -= less;
                if let Some(own) = owner.and_then(|owner| self.row_prices.get_mut(owner)) {
                    *own += less;
                }
            }
        }
    }

    /// Gives every column on the way to the owner of the one before it.
    fn move_on(&mut self, row: usize, free: usize, reached: &[Reached]) {
        let mut column = free;
        loop {
            let before = reached.get(column).and_then(|seen| seen.before);
            let owner = before.map_or(Some(row), |before| self.owners.get(before).copied()?);
            if let Some(place) = self.owners.get_mut(column) {
                *place = owner;
            }
            let Some(before) = before else { return };
            column = before;
        }
    }
}

/// The nearest column that is not settled, which it is from now on; of equally near ones the first.
fn nearest(reached: &mut [Reached]) -> Option<(usize, f64)> {
    let open = reached.iter_mut().enumerate().filter(|(_, seen)| !seen.settled);
    let (column, seen) =
        open.min_by(|(_, left), (_, right)| left.distance.total_cmp(&right.distance))?;
    seen.settled = true;
    Some((column, seen.distance))
}
