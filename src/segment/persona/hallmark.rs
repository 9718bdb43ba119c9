//! What is commoner among a segment's customers than among all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Facet, Topic};
use crate::calendar::{month_name, weekday_name};
use crate::feature::{Feature, FeatureTable};
use crate::rule::Text;

/// A text that is commoner among a segment's customers than among all.
///
/// It is told only if that is no chance: the lower end of the 95 % interval of E. B. Wilson
/// ("Probable inference", Journal of the American Statistical Association 22, 1927) of the
/// segment's share is above the share among all, and at least a tenth more. Those of whom it is
/// known must speak for the segment: at least five of its customers, and a tenth of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hallmark {
    /// The facet or column that tells it.
    pub of: Text,
    /// The text, such as a category, a weekday or a city.
    pub text: Text,
    /// What it is about.
    pub topic: Topic,
    /// Of how many customers of the segment it is known.
    pub known: usize,
    /// Its share among these.
    pub share: f64,
    /// Its share among all customers of whom it is known.
    pub overall: f64,
    /// How many times the share among all that is.
    pub lift: f64,
}

impl Hallmark {
    /// By how much more of the segment's customers it holds than of all.
    pub(super) fn strength(&self) -> f64 {
        self.share - self.overall
    }
}

/// Of so many customers of a segment it must be known, at least.
const FEWEST: usize = 5;

/// How much a text holds of each customer, from 0 to 1; missing where it is not known.
pub(super) struct Shares {
    of: Text,
    text: Text,
    topic: Topic,
    shares: Vec<Option<f64>>,
}

impl Shares {
    /// The shares of all texts of the facets, and of the columns that are about one text each.
    pub(super) fn all(table: &FeatureTable, facets: &[Facet]) -> Vec<Self> {
        let mut all = Vec::new();
        for (position, column) in table.columns().iter().enumerate() {
            let feature = column.name.as_str().parse::<Feature>();
            let Some(text) = feature.as_ref().ok().and_then(text) else { continue };
            let counts = matches!(feature, Ok(Feature::CategoryUnits(..)));
            let share = |number: f64| if counts && number > 0.0 { 1.0 } else { number };
            let row = |row| Some(share(table.number(row, position)?).clamp(0.0, 1.0));
            all.push(Self {
                of: column.name.clone(),
                text: Text::from(text),
                topic: Topic::of(column.name.as_str()),
                shares: (0..table.customers().len()).map(row).collect(),
            });
        }
        all.extend(facets.iter().flat_map(|facet| Self::of_facet(table, facet)));
        all
    }

    fn of_facet(table: &FeatureTable, facet: &Facet) -> Vec<Self> {
        let known: Vec<_> =
            table.customers().iter().map(|customer| facet.texts.get(customer)).collect();
        let texts: BTreeSet<&Text> = known.iter().copied().flatten().flatten().collect();
        let shares = |text: &Text| Self {
            of: facet.name.clone(),
            text: text.clone(),
            topic: facet.topic,
            shares: known
                .iter()
                .map(|texts| texts.map(|texts| f64::from(u8::from(texts.contains(text)))))
                .collect(),
        };
        texts.into_iter().map(shares).collect()
    }

    /// What it is among those for whose row `inside` says yes, if it sets them apart.
    pub(super) fn hallmark(&self, inside: &[bool]) -> Option<Hallmark> {
        let mut sums = [(0.0, 0_usize); 2];
        let [all, members] = &mut sums;
        for (share, inside) in self.shares.iter().zip(inside) {
            let Some(share) = share else { continue };
            *all = (all.0 + share, all.1 + 1);
            if *inside {
                *members = (members.0 + share, members.1 + 1);
            }
        }
        let mean = |(sum, count): (f64, usize)| sum / count.max(1) as f64;
        let (overall, share, known) = (mean(*all), mean(*members), members.1);
        let size = inside.iter().filter(|inside| **inside).count();
        let enough = known >= FEWEST && known * 10 >= size;
        let apart = share >= 1.1 * overall && wilson_lower(share, known) > overall;
        (enough && overall > 0.0 && apart).then(|| Hallmark {
            of: self.of.clone(),
            text: self.text.clone(),
            topic: self.topic,
            known,
            share,
            overall,
            lift: share / overall,
        })
    }
}

/// The one text that a feature is about.
fn text(feature: &Feature) -> Option<String> {
    Some(match feature {
        Feature::CategoryUnits(category, _) => category.to_string(),
        Feature::ChannelShare(channel, _) => channel.to_string(),
        Feature::WeekdayShare(day) => weekday_name(*day).to_owned(),
        Feature::HourShare(hour) => format!("{hour:02}:00 to {hour:02}:59"),
        Feature::MonthShare(month) => month_name((*month).into()).to_owned(),
        Feature::QuarterShare(quarter) => format!("quarter {quarter}"),
        _ => return None,
    })
}

/// The lower end of Wilson's 95 % interval for a share of `count`.
fn wilson_lower(share: f64, count: usize) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    let count = count as f64;
    if count == 0.0 {
        return 0.0;
    }
    let center = share + Z * Z / (2.0 * count);
    let spread = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    (center - spread) / (1.0 + Z * Z / count)
}
