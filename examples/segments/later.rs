//! Three months later: the same model on the shoppers of now, and a model that is fitted anew.

use std::collections::BTreeMap;
use std::error::Error;

use loyalty::segment::Segmenter;
use loyalty::segment::clustered::Refit;
use loyalty::segment::drift::{Drift, Watch};
use loyalty::segment::migration::Migration;
use loyalty::segment::retraining::{Observed, Retraining, Review};
use loyalty::segment::standing::{Hysteresis, Reclassified, reclassify};

use super::base;
use super::methods::SEED;
use super::study::Study;

/// How much nearer another segment must be before a shopper is moved, in standard deviations.
pub const MARGIN: f64 = 0.25;

/// What became of the segments.
pub struct Later {
    pub migration: Migration,
    /// Who is moved, and who is kept because the other segment is hardly nearer.
    pub moved: Reclassified,
    pub drift: Vec<Drift>,
    pub review: Review,
    pub refit: Refit,
}

impl Later {
    pub fn of(study: &Study) -> Result<Self, Box<dyn Error>> {
        let (model, then) = (&study.model, &study.table);
        let [first, second] = [study.shoppers.first, study.shoppers.second];
        let now = base::table(&study.shoppers, second)?;
        let migration = Migration::between(model, then, first, &now, second)?;

        let hysteresis = Hysteresis { margin: Some(MARGIN), ..Hysteresis::default() };
        let nobody = BTreeMap::new();
        let start = reclassify(model, then, &nobody, first, &hysteresis)?;
        let moved = reclassify(model, &now, &start.standings, second, &hysteresis)?;

        let found_in = study.shoppers.found_in;
        let watch = Watch::default();
        let mut drift = watch.compare(&then.select(found_in)?, &now.select(found_in)?)?;
        drift.push(
            watch.segments(&model.assign_all(then, first)?, &model.assign_all(&now, second)?)?,
        );
        let rule = Retraining {
            max_age: Some("1y".parse()?),
            max_drift: Some(0.25),
            max_share_moved: Some(0.2),
            new_customers: Some(then.customers().len() as u64 / 10),
        };
        let observed = Observed {
            drift: drift.clone(),
            share_moved: migration.share_moved(),
            new_customers: Some(migration.new_customers()),
            ..Observed::new(first)
        };
        let review = rule.review(&observed, second);
        let refit = model.refit(&study.recipe, &now, &study.members, SEED)?;
        Ok(Self { migration, moved, drift, review, refit })
    }
}
