//! Offers that are meant to follow each other: bands of one field, and one after the other in time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::super::catalog::CheckedOffer;
use super::super::{Offer, Validity};
use super::never::given_up;
use super::{Concern, Desk, Question, Remark, Series};
use crate::rule::analysis::{Inconclusive, Region, Witness};
use crate::rule::{CheckedRule, Slot, Value};

/// How many offers of a series are looked at as bands.
const MAX_BANDS: usize = 100;

impl Desk<'_> {
    /// Where series leave gaps, and where they overlap.
    pub(super) fn series(&self) -> Vec<Remark> {
        let mut series: BTreeMap<Series, Vec<&CheckedOffer>> = BTreeMap::new();
        for checked in &self.catalog.offers {
            let Offer { combines, lane, name, .. } = &checked.offer;
            let groups = combines.exclusive.iter().cloned().map(Series::Group);
            let lane = lane.iter().cloned().map(Series::Lane);
            let name = name.iter().cloned().map(Series::Name);
            for one in groups.chain(lane).chain(name) {
                series.entry(one).or_default().push(checked);
            }
        }
        let mut remarks = Vec::new();
        for (series, offers) in series.iter().filter(|(_, offers)| offers.len() > 1) {
            if !matches!(series, Series::Name(_)) {
                remarks.extend(self.bands(series, offers).unwrap_or_else(|limit| {
                    let ids = offers.iter().map(|checked| &checked.offer.id);
                    vec![given_up(ids, Question::Bands, limit)]
                }));
            }
            if !matches!(series, Series::Lane(_)) {
                remarks.extend(dates(series, offers));
            }
        }
        remarks
    }

    /// The gaps between bands and where two of them overlap, if all conditions are about one field
    /// and differ.
    fn bands(
        &self,
        series: &Series,
        offers: &[&CheckedOffer],
    ) -> Result<Vec<Remark>, Inconclusive> {
        let Some(field) = self.common_field(offers) else { return Ok(Vec::new()) };
        let rules: Vec<&CheckedRule> = offers.iter().map(|checked| &checked.rule).collect();
        let found = self.analyst.bands(field, &rules, None)?;
        let shown = self.shown(field, &rules)?;
        let ids = |at: &[usize]| {
            at.iter()
                .filter_map(|at| offers.get(*at).map(|checked| checked.offer.id.clone()))
                .collect()
        };
        let all: Vec<usize> = (0..offers.len()).collect();
        let gaps = found.gaps.into_iter().filter(|gap| is_between(field, &gap.witness, &shown));
        let gaps = gaps.map(|region| Remark {
            offers: ids(&all),
            concern: Concern::BandGap { series: series.clone(), region },
        });
        let overlaps = found.overlaps.into_iter().map(|shared| Remark {
            offers: ids(&[shared.first, shared.second]),
            concern: Concern::BandOverlap { series: series.clone(), region: shared.region },
        });
        Ok(gaps.chain(overlaps).collect())
    }

    /// The one field that all conditions are about, if they are different bands of it.
    fn common_field(&self, offers: &[&CheckedOffer]) -> Option<Slot> {
        if offers.len() > MAX_BANDS {
            return None;
        }
        let mut fields = BTreeSet::new();
        for (at, checked) in offers.iter().enumerate() {
            let when = &checked.offer.when;
            let own = when.fields();
            let twin = offers.iter().skip(at + 1).any(|other| other.offer.when == *when);
            if own.len() != 1 || twin || self.only_on([when]).is_some() {
                return None;
            }
            fields.extend(own);
        }
        let mut fields = fields.into_iter();
        let (only, None) = (fields.next()?, fields.next()) else { return None };
        self.schema.slot(only)
    }

    /// A value of each stretch for which one of the rules holds.
    fn shown(&self, field: Slot, rules: &[&CheckedRule]) -> Result<Vec<Value>, Inconclusive> {
        let mut shown = Vec::new();
        for rule in rules {
            let Region { witness, .. } =
                match self.analyst.regions(rule)?.regions.into_iter().next() {
                    Some(region) => region,
                    None => continue,
                };
            shown.extend(value(field, &witness).cloned());
        }
        Ok(shown)
    }
}

/// Whether the value of a gap lies between two that bands are for.
fn is_between(field: Slot, gap: &Witness, shown: &[Value]) -> bool {
    let Some(gap) = value(field, gap) else { return false };
    let some = |wanted| shown.iter().any(|value| compare(value, gap) == Some(wanted));
    some(Ordering::Less) && some(Ordering::Greater)
}

fn value(field: Slot, witness: &Witness) -> Option<&Value> {
    witness.facts.iter().find(|fact| fact.slot == field)?.value.as_ref()
}

/// The order of two values, if their type has one.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other)) => Some(one.cmp(other)),
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        (Value::Money(one), Value::Money(other)) if one.currency() == other.currency() => {
            Some(one.minor().cmp(&other.minor()))
        }
        _ => None,
    }
}

/// Where offers that follow each other in time leave a gap or overlap.
///
/// One follows another if it begins later and lasts longer; the overlap of two that begin together,
/// or of which one lies within the other, is taken as meant.
fn dates(series: &Series, offers: &[&CheckedOffer]) -> Vec<Remark> {
    let mut offers: Vec<&Offer> = offers.iter().map(|checked| &checked.offer).collect();
    offers.sort_by_key(|offer| (offer.validity.from, &offer.id));
    let mut remarks = Vec::new();
    // Of the offers so far, the one that lasts longest.
    let mut last: Option<&Offer> = None;
    for offer in offers {
        let Some(before) = last else {
            last = Some(offer);
            continue;
        };
        let ids = || vec![before.id.clone(), offer.id.clone()];
        let Some(until) = before.validity.until else { break };
        let Validity { from, until: later } = offer.validity;
        if let Some(from) = from.filter(|from| until < *from) {
            let concern = Concern::DateGap { series: series.clone(), until, from };
            remarks.push(Remark { offers: ids(), concern });
        }
        let lasts = later.is_none_or(|later| later > until);
        if let Some(from) = from.filter(|from| *from < until && lasts)
            && before.validity.from.is_none_or(|begins| begins < from)
        {
            let concern = Concern::DateOverlap { series: series.clone(), from, until };
            remarks.push(Remark { offers: ids(), concern });
        }
        if lasts {
            last = Some(offer);
        }
    }
    remarks
}
