//! Whether groups of customers, such as by age or by region, are treated unlike by segments.
//!
//! The attribute stands beside the table: it need not be, and should not be, what a model looks at.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, SegmentId};
use crate::rule::Text;
use crate::segment::Membership;
use crate::stats::{Confidence, Estimate, Moments, Proportion};

/// How it is looked for groups that are treated unlike.
///
/// ```
/// use std::collections::BTreeMap;
/// use loyalty::id::{CustomerId, SegmentId};
/// use loyalty::rule::Text;
/// use loyalty::segment::Membership;
/// use loyalty::segment::disparity::{Fairness, Finding};
///
/// // 60 of 100 from the city are in the segment that gets gifts, and 20 of 100 from the country.
/// let (vip, other) = (SegmentId::new("vip")?, SegmentId::new("other")?);
/// let (mut members, mut regions) = (BTreeMap::new(), BTreeMap::new());
/// for at in 0..200 {
///     let customer = CustomerId::new(format!("c{at}"))?;
///     let (region, chosen) = if at < 100 { ("city", at < 60) } else { ("country", at < 120) };
///     let segment = if chosen { vip.clone() } else { other.clone() };
///     members.insert(customer.clone(), Membership::of(segment));
///     regions.insert(customer, Text::from(region));
/// }
/// let found = Fairness::default().look(&members, &regions, None);
/// let country = found.iter().find(|it| it.segment == vip && it.group.as_str() == "country");
/// let country = country.ok_or("it is there")?;
/// assert_eq!(country.finding, Finding::Unlike);
/// assert_eq!(
///     country.to_string(),
///     "country in vip: 20 of 100 (20.0 %), of others 60 of 100 (60.0 %): \
///      0.33 times (0.22 to 0.51), 40.0 points less (26.8 to 51.2): warning",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fairness {
    /// How many customers a group, and all others together, must have at least to tell anything;
    /// 30 without a word.
    pub least: u64,
    /// A group is treated unlike if its ratio to the others is below this or above its inverse;
    /// 0.8 without a word (the "four-fifths rule" of the US Uniform Guidelines on Employee
    /// Selection Procedures, 1978).
    pub ratio: f64,
    /// The confidence of all intervals; 0.95 without a word.
    pub confidence: Confidence,
}

/// How one group fares in one segment, compared with all other customers of known groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disparity {
    /// The segment.
    pub segment: SegmentId,
    /// The group.
    pub group: Text,
    /// How many of the segment's customers of known groups are of this one.
    pub share: Proportion,
    /// How many of the group are in the segment.
    pub rate: Proportion,
    /// How many of the others are.
    pub others: Proportion,
    /// How much more often the group is in it: a difference of shares.
    pub difference: Option<Estimate>,
    /// How many times as often the group is in it.
    pub ratio: Option<Estimate>,
    /// What that comes to.
    pub finding: Finding,
    /// What the group gets in the segment, if that was asked.
    pub benefit: Option<Benefit>,
}

/// What a group gets in a segment, compared with the others who are in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benefit {
    /// What the group's customers get.
    pub group: Moments,
    /// What the others get.
    pub others: Moments,
    /// How much more the group gets on average.
    pub difference: Option<Estimate>,
    /// How many times as much.
    pub ratio: Option<Estimate>,
    /// What that comes to.
    pub finding: Finding,
}

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Finding {
    /// There are too few to tell.
    TooFew {
        /// How many there are on the smaller side.
        found: u64,
        /// How many it takes.
        needed: u64,
    },
    /// They do not differ by more than chance explains.
    Alike,
    /// They differ, but within the limit of the ratio.
    Within,
    /// They differ beyond the limit: a warning.
    Unlike,
}

impl Default for Fairness {
    fn default() -> Self {
        Self { least: 30, ratio: 0.8, confidence: Confidence::USUAL }
    }
}

impl Fairness {
    /// Every group in every segment, in the order of segments and groups. Customers whose group is
    /// not known are left out; who is in several segments counts in each. `benefits` is what each
    /// customer got, such as offers or money; who is not in it got nothing.
    ///
    /// Of many comparisons some warn by chance: with a confidence of 95 %, about 1 of 20 where
    /// there is no difference.
    ///
    /// # Complexity
    /// O(n log n) for n customers.
    #[must_use]
    pub fn look(
        &self,
        members: &BTreeMap<CustomerId, Membership>,
        groups: &BTreeMap<CustomerId, Text>,
        benefits: Option<&BTreeMap<CustomerId, f64>>,
    ) -> Vec<Disparity> {
        let tally = Tally::of(members, groups, benefits);
        let pairs = tally.segments.iter().flat_map(|segment| {
            let groups = tally.groups.iter();
            groups.map(move |(group, size)| (*segment, *group, *size))
        });
        pairs.map(|(segment, group, size)| self.compare(&tally, segment, group, size)).collect()
    }

    fn compare(
        &self,
        tally: &Tally<'_>,
        segment: &SegmentId,
        group: &Text,
        size: u64,
    ) -> Disparity {
        let (mut own, mut rest) = (Moments::default(), Moments::default());
        let in_segment = tally.cells.iter().filter(|((of, _), _)| *of == segment);
        for ((_, other), got) in in_segment {
            if *other == group { own = *got } else { rest = rest.and(got) }
        }
        let all: u64 = tally.groups.values().sum();
        let share = Proportion { hits: own.count, of: own.count + rest.count };
        let rate = Proportion { hits: own.count, of: size };
        let others = Proportion { hits: rest.count, of: all - size };
        let difference = rate.difference(&others, self.confidence);
        let ratio = rate.ratio(&others, self.confidence);
        let fewest = rate.of.min(others.of);
        let times = rate.share().zip(others.share()).map(|(own, rest)| own / rest);
        let finding = self.finding(fewest, difference, times);
        let (segment, group) = (segment.clone(), group.clone());
        let benefit = tally.with_benefits.then(|| self.benefit(own, rest));
        Disparity { segment, group, share, rate, others, difference, ratio, finding, benefit }
    }

    fn benefit(&self, group: Moments, others: Moments) -> Benefit {
        let difference = group.difference(&others, self.confidence);
        let ratio = group.ratio(&others, self.confidence);
        let times = Some(group.mean / others.mean);
        let finding = self.finding(group.count.min(others.count), difference, times);
        Benefit { group, others, difference, ratio, finding }
    }

    fn finding(&self, found: u64, difference: Option<Estimate>, times: Option<f64>) -> Finding {
        let Some(difference) = difference.filter(|_| found >= self.least) else {
            return Finding::TooFew { found, needed: self.least };
        };
        // Nothing of nothing is no ratio; something of nothing is beyond any limit.
        let beyond = times.is_some_and(|times| times < self.ratio || times > 1.0 / self.ratio);
        match (difference.covers(0.0), beyond) {
            (true, _) => Finding::Alike,
            (false, false) => Finding::Within,
            (false, true) => Finding::Unlike,
        }
    }
}

/// Customers of known groups, counted.
struct Tally<'a> {
    segments: BTreeSet<&'a SegmentId>,
    groups: BTreeMap<&'a Text, u64>,
    /// What the customers of each group get in each segment.
    cells: BTreeMap<(&'a SegmentId, &'a Text), Moments>,
    with_benefits: bool,
}

impl<'a> Tally<'a> {
    fn of(
        members: &'a BTreeMap<CustomerId, Membership>,
        groups: &'a BTreeMap<CustomerId, Text>,
        benefits: Option<&BTreeMap<CustomerId, f64>>,
    ) -> Self {
        let all = members.values().flat_map(Membership::iter);
        let mut tally = Self {
            segments: all.map(|share| &share.segment).collect(),
            groups: BTreeMap::new(),
            cells: BTreeMap::new(),
            with_benefits: benefits.is_some(),
        };
        for (customer, membership) in members {
            let Some(group) = groups.get(customer) else { continue };
            *tally.groups.entry(group).or_default() += 1;
            let got = benefits.and_then(|all| all.get(customer)).copied().unwrap_or_default();
            for share in membership {
                tally.cells.entry((&share.segment, group)).or_default().add(got);
            }
        }
        tally
    }
}
