//! What each coordinate has to do with the answer of a tree.

use crate::cluster::shapley::{Attribution, Precision};

use super::{Leaf, Side, Tree};

/// What a way to a leaf asks of one coordinate.
struct Demand {
    column: usize,
    /// The share of the points that goes the way where the coordinate is not looked at.
    absent: f64,
    /// 1 if the point itself goes the way, and 0 if not.
    present: f64,
}

impl Tree {
    /// For every class, what each coordinate of a point adds to the share of the class in its
    /// leaf; `None` as for [`Tree::leaf`].
    ///
    /// These are exact Shapley values of the *path-dependent* game: where a coordinate is absent,
    /// both sides of a split count by the weight of the points that went there when the tree was
    /// grown. S. Lundberg et al., "From local explanations to global understanding with explainable
    /// AI for trees", Nature Machine Intelligence 2 (2020), 56–67. For values against a background
    /// of rows ask [`attribute`](crate::cluster::shapley::attribute).
    ///
    /// ```
    /// use loyalty::cluster::tree::Cart;
    /// use ndarray::array;
    ///
    /// let points = array![[1.0, 5.0], [2.0, 1.0], [8.0, 2.0], [9.0, 6.0]];
    /// let tree = Cart::default().fit(points.view(), &[0, 0, 1, 1], None)?;
    /// let of_one = &tree.attributions(&[9.0, 1.0]).ok_or("no point")?[1];
    /// // Half of all are of class 1; that this one surely is comes from the first coordinate.
    /// assert_eq!((of_one.base, &of_one.values[..]), (0.5, &[0.5, 0.0][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Complexity
    /// O(classes · leaves · depth²).
    #[must_use]
    pub fn attributions(&self, point: &[f64]) -> Option<Vec<Attribution>> {
        self.leaf(point)?;
        let root = self.nodes().first()?.shares();
        let start = |base| Attribution {
            base,
            values: vec![0.0; self.columns()],
            precision: Precision::Exact,
        };
        let mut found: Vec<Attribution> = root.into_iter().map(start).collect();
        for leaf in self.leaves() {
            let demands = demands(&leaf, point);
            let worths = worths(&demands);
            for (attribution, share) in found.iter_mut().zip(leaf.node.shares()) {
                for (demand, worth) in demands.iter().zip(&worths) {
                    if let Some(value) = attribution.values.get_mut(demand.column) {
                        *value += worth * share;
                    }
                }
            }
        }
        Some(found)
    }
}

/// The demands of a way, one for each coordinate.
fn demands(leaf: &Leaf<'_>, point: &[f64]) -> Vec<Demand> {
    let mut demands: Vec<Demand> = Vec::new();
    for step in &leaf.steps {
        let column = step.branch.column;
        let goes = point.get(column).is_some_and(|x| match step.side {
            Side::Low => *x <= step.branch.threshold,
            Side::High => *x > step.branch.threshold,
        });
        let (absent, present) = (step.to.weight() / step.from.weight(), f64::from(u8::from(goes)));
        match demands.iter_mut().find(|demand| demand.column == column) {
            Some(demand) => {
                demand.absent *= absent;
                demand.present *= present;
            }
            None => demands.push(Demand { column, absent, present }),
        }
    }
    demands
}

/// The Shapley value of each demand in the game in which a set of present coordinates is worth the
/// probability of the way.
///
/// That is a product over the demands, of which the polynomial with the factors `absent + present
/// t` collects the sets by their size; without one factor, it is divided by it.
fn worths(demands: &[Demand]) -> Vec<f64> {
    let mut product = vec![1.0];
    for demand in demands {
        product.push(0.0);
        for place in (0..product.len()).rev() {
            let before = place.checked_sub(1).and_then(|place| product.get(place)).copied();
            if let Some(coefficient) = product.get_mut(place) {
                *coefficient =
                    *coefficient * demand.absent + before.unwrap_or(0.0) * demand.present;
            }
        }
    }
    let worth = |demand: &Demand| {
        let without = divided(&product, demand);
        let count = demands.len() as f64;
        let mut choices = 1.0;
        let mut sum = 0.0;
        for (size, coefficient) in without.iter().enumerate() {
            sum += coefficient / (count * choices);
            choices *= (count - 1.0 - size as f64) / (size as f64 + 1.0);
        }
        sum * (demand.present - demand.absent)
    };
    demands.iter().map(worth).collect()
}

/// The polynomial divided by a factor that it has.
fn divided(product: &[f64], demand: &Demand) -> Vec<f64> {
    let degree = product.len().saturating_sub(1);
    if demand.present == 0.0 {
        return product.iter().take(degree).map(|number| number / demand.absent).collect();
    }
    // From the highest power down, where errors shrink: the factor's constant is at most 1.
    let mut above = 0.0;
    let mut without: Vec<f64> = product
        .iter()
        .skip(1)
        .rev()
        .map(|number| {
            above = number - demand.absent * above;
            above
        })
        .collect();
    without.reverse();
    without
}
