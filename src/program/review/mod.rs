//! What can be said of a program before any customer comes: of its offers, and whether its points
//! can be pumped out of it.

mod cart;
mod offers;
mod played;
mod points;
mod stage;
mod told;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use played::{MAX_PLAYS, MAX_ROUNDS, Pump};
pub use points::{PointsReview, Redemption};

use super::Program;
use crate::digest::Digest;
use crate::offer::CatalogReview;

/// What a review of a program finds. `to_string` tells all of it, a line for each remark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Review {
    /// The digest of the program's terms.
    pub policy: Digest,
    /// The day from which on it is said.
    pub today: NaiveDate,
    /// What can be said of the offers; nothing if the host evaluates them in its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<CatalogReview>,
    /// What can be said of the points.
    pub points: PointsReview,
}

impl Program {
    /// Reviews the terms by themselves: which offers are never granted or get in each other's way,
    /// the most that a cart can get, and whether points can be pumped out of the program.
    ///
    /// ```
    /// use loyalty::program::Spec;
    ///
    /// let spec = Spec::from_json(r#"{
    ///   "loyalty": 1, "name": "Beans", "currency": "EUR",
    ///   "earning": [
    ///     {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
    ///     {"id": "reviews", "award": {"per_event": {"event": "review", "points": 50}}}
    ///   ],
    ///   "offers": [
    ///     {"id": "five-off", "benefit": {"fixed": {"amount": "5.00 EUR"}}, "cost": 500}
    ///   ]
    /// }"#)?;
    /// let review = spec.build()?.review("2026-03-14".parse()?);
    /// assert_eq!(
    ///     review.to_string(),
    ///     "offers take off: at most all of the lines, and 5.00 EUR\n\
    ///      1000.00 EUR earn at most 1000 points, worth at most 10.00 EUR: 1%\n\
    ///      `review` again and again gains 50 points each time, worth 0.50 EUR"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Complexity
    /// At most [`MAX_PLAYS`] ways to pump are tried, for two rounds each; those that gain are
    /// played on, for up to [`MAX_ROUNDS`] rounds.
    pub fn review(&self, today: NaiveDate) -> Review {
        let own = self.offers.slots.is_none();
        let catalog = self.offers.part.catalog().filter(|_| own);
        let offers = catalog.map(|catalog| self.review_offers(catalog, today));
        let points = self.review_points(catalog, offers.as_ref(), today);
        Review { policy: self.version, today, offers, points }
    }
}
