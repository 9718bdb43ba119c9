//! RFM held against pandas and numpy, against its definitions, and against bad input.

mod cdnow;
mod laws;
mod semantics;
mod written;

use super::*;
use crate::id::CustomerId;

fn id(text: impl AsRef<str>) -> CustomerId {
    CustomerId::new(text).unwrap()
}

/// The recipe with so many quantiles in each dimension.
fn quantiles(bins: [u8; 3]) -> Rfm {
    Rfm {
        recency: Dimension::quantiles("recency_days", bins[0]),
        frequency: Dimension::quantiles("orders(lifetime)", bins[1]),
        monetary: Dimension::quantiles("spend(lifetime)", bins[2]),
        ..Rfm::default()
    }
}

/// Fits customers `00`, `01`… of these recency, frequency and monetary values.
fn fit(recipe: &Rfm, customers: &[[i64; 3]]) -> RfmFit {
    let ids: Vec<CustomerId> = (0..customers.len()).map(|n| id(format!("{n:02}"))).collect();
    let [r, f, m] = columns(customers);
    recipe.fit_columns(&ids, &r, &f, &m).unwrap()
}

fn columns(customers: &[[i64; 3]]) -> [Vec<Option<Figure>>; 3] {
    [0, 1, 2].map(|at| customers.iter().map(|row| Some(Figure::Integer(row[at]))).collect())
}

/// The codes of the scores of a fit.
fn codes(fit: &RfmFit) -> Vec<String> {
    let code = |score: &Option<RfmScore>| score.map_or("-".to_owned(), |score| score.to_string());
    fit.scores.iter().map(code).collect()
}
