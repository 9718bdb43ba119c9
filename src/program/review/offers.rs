//! What can be said of the offers of a program, whose rules can name what is in the basket.

use chrono::NaiveDate;

use crate::offer::{Catalog, CatalogReview, Concern, Offer, Remark};
use crate::program::Program;
use crate::rule::analysis::{Analyst, Claim};
use crate::rule::field;

impl Program {
    pub(super) fn review_offers(&self, catalog: &Catalog, today: NaiveDate) -> CatalogReview {
        let review = catalog.review(self.fields.schema(), today, &self.zone);
        let never =
            |offer: &Offer| review.never().any(|remark| remark.offers.first() == Some(&offer.id));
        let offers = catalog.offers().filter(|offer| !never(offer));
        let remarks: Vec<Remark> =
            offers.filter_map(|offer| self.wants_too_many(offer, today)).collect();
        review.with(remarks)
    }

    /// Whether the minimum of an offer wants more units than its conditions allow on any day.
    fn wants_too_many(&self, offer: &Offer, today: NaiveDate) -> Option<Remark> {
        let units = offer.minimum.as_ref()?.units?;
        let schema = self.fields.schema();
        // The minimum counts some of the units, the field all of them.
        let enough = offer.when.clone().and(field("basket_units").at_least(i64::from(units)));
        let enough = enough.check(schema).ok()?;
        let proven =
            matches!(Analyst::new(schema, today).never_applies(&enough), Ok(Claim::Proven));
        let always = !offer.when.counts_days();
        let concern = Concern::TooManyUnits { units };
        (proven && always).then(|| Remark { offers: vec![offer.id.clone()], concern })
    }
}
