//! Offers that are not granted together, though both can be due at once.

use std::collections::BTreeSet;

use super::super::Mode;
use super::super::catalog::CheckedOffer;
use super::super::decline::Exclusion;
use super::never::given_up;
use super::{Concern, Desk, MAX_RIVALS, Question, Remark, Rivalry};
use crate::id::OfferId;
use crate::rule::analysis::Inconclusive;

impl Desk<'_> {
    /// The pairs of rivals that can be due at once, without those that are never granted anyway.
    pub(super) fn rivals(&self, never: &[Remark]) -> Vec<Remark> {
        let never: BTreeSet<&OfferId> =
            never.iter().filter_map(|remark| remark.offers.first()).collect();
        let is_out = |checked: &&CheckedOffer| never.contains(&checked.offer.id);
        let offers: Vec<&CheckedOffer> =
            self.catalog.offers.iter().filter(|checked| !is_out(checked)).collect();
        let mut remarks = Vec::new();
        let mut compared = 0;
        for (at, one) in offers.iter().enumerate() {
            for other in offers.iter().skip(at + 1) {
                let Some(rivalry) = self.rivalry(one, other) else { continue };
                compared += 1;
                if compared > MAX_RIVALS {
                    let question = Question::Overlaps;
                    let limit = format!("at most {MAX_RIVALS} pairs of rivals are compared");
                    let concern = Concern::Inconclusive { question, limit };
                    remarks.push(Remark::about(&one.offer.id, concern));
                    return remarks;
                }
                match self.overlap(one, other, rivalry) {
                    Ok(remark) => remarks.extend(remark),
                    Err(limit) => {
                        let offers = [&one.offer.id, &other.offer.id];
                        remarks.push(given_up(offers, Question::Overlaps, limit));
                    }
                }
            }
        }
        remarks
    }

    /// Why both are not granted together, if they are not.
    fn rivalry(&self, one: &CheckedOffer, other: &CheckedOffer) -> Option<Rivalry> {
        if one.marks.exclude(&other.marks) {
            let why = one.offer.combines.exclusion(&other.offer.combines)?;
            return match why {
                Exclusion::Group(group) => Some(Rivalry::Group(group)),
                Exclusion::Tag(tag) | Exclusion::OwnTag(tag) => Some(Rivalry::Tag(tag)),
                _ => None,
            };
        }
        let terms = self.catalog.terms(one.lane);
        let winner = matches!(terms.mode, Mode::Best | Mode::First);
        let compete = winner && one.contends(terms) && other.contends(terms);
        let equal = one.lane == other.lane && one.offer.priority == other.offer.priority;
        (compete && equal).then(|| Rivalry::Lane(one.offer.lane.clone()))
    }

    fn overlap(
        &self,
        one: &CheckedOffer,
        other: &CheckedOffer,
        rivalry: Rivalry,
    ) -> Result<Option<Remark>, Inconclusive> {
        let Some(from) = self.term(one).meets(self.term(other)) else { return Ok(None) };
        let Some(witness) = self.analyst.overlap(&one.rule, &other.rule)? else {
            return Ok(None);
        };
        let mut pair = [one, other];
        pair.sort_by(|one, other| (one.lane, one.rank()).cmp(&(other.lane, other.rank())));
        let offers = pair.map(|checked| checked.offer.id.clone()).to_vec();
        Ok(Some(Remark { offers, concern: Concern::Overlap { rivalry, witness, from } }))
    }
}
