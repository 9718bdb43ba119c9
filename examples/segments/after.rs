//! What the shoppers of each segment did in the three months after the fit.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::Days;
use loyalty::segment::outcome::{Validated, Validation};

use super::base;
use super::study::Study;

/// Whether they bought, and what they spent.
pub struct After {
    pub bought: Validated,
    pub spent: Validated,
}

impl After {
    pub fn of(study: &Study) -> Result<Self, Box<dyn Error>> {
        let [first, second] = [study.shoppers.first, study.shoppers.second];
        let before = |day: chrono::NaiveDate| day.checked_sub_days(Days::new(1)).ok_or("no day");
        let period = Validation::new(before(first)?, first, before(second)?);
        let spent = base::spent(&study.shoppers, first, second);
        let bought: BTreeMap<_, _> = spent.iter().map(|(id, it)| (id.clone(), *it > 0.0)).collect();
        let (segments, members) = (study.segments(), &study.memberships);
        Ok(Self {
            bought: period.answers(segments, members, &bought)?,
            spent: period.amounts(segments, members, &spent)?,
        })
    }
}
