//! Offers before which others always come: in a lane with one winner, or in a group of which only
//! one is granted.

use std::collections::BTreeSet;

use super::super::Mode;
use super::super::catalog::CheckedOffer;
use super::compare::{Entry, Exception};
use super::never::given_up;
use super::{Concern, Desk, MAX_SHADOWS, Question, Remark, Shade};
use crate::id::OfferId;
use crate::money::Money;
use crate::rule::analysis::{Cover, Inconclusive};
use crate::rule::{Kind, Rule, Text};

/// An offer that comes before another wherever its conditions hold.
struct Rival<'a> {
    checked: &'a CheckedOffer,
    exception: Exception,
    how: How,
}

/// In which way it comes before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// It takes as much off, and wins ties.
    Better,
    /// It comes first, and excludes the other.
    Earlier,
    /// It takes as much off, and loses ties.
    AsGood,
}

impl Desk<'_> {
    /// Whether others always come before the offer.
    pub(super) fn shadowed(&self, checked: &CheckedOffer) -> Option<Remark> {
        let mut rivals: Vec<Rival<'_>> = self
            .catalog
            .offers
            .iter()
            .filter(|other| other.offer.id != checked.offer.id)
            .filter_map(|other| self.rival(other, checked))
            .collect();
        rivals.sort_by_key(|rival| (rival.how, rival.checked.rank()));
        let certain = rivals.partition_point(|rival| rival.how < How::AsGood);
        let wins = self.covered(checked, rivals.get(..certain).unwrap_or_default());
        match wins {
            Ok(None) if certain < rivals.len() => {}
            Ok(remark) => return remark,
            Err(limit) => return Some(given_up([&checked.offer.id], Question::Shadowed, limit)),
        }
        let covered = self.covered(checked, &rivals);
        covered
            .unwrap_or_else(|limit| Some(given_up([&checked.offer.id], Question::Shadowed, limit)))
    }

    /// How `other` comes before the offer wherever its conditions hold, if it does.
    fn rival<'c>(&self, other: &'c CheckedOffer, checked: &CheckedOffer) -> Option<Rival<'c>> {
        let meets = other.lane == checked.lane || other.marks.exclude(&checked.marks);
        if !meets || !self.term(other).covers(self.term(checked)) {
            return None;
        }
        let (mine, theirs) = (self.catalog.terms(checked.lane), self.catalog.terms(other.lane));
        let entry = |checked, base| Entry { checked, base };
        let (this, that) = (entry(checked, mine.base), entry(other, theirs.base));
        let first = other.rank() < checked.rank();
        let same = other.lane == checked.lane;
        if same && checked.contends(mine) && other.contends(mine) {
            return match mine.mode {
                Mode::Best if that.takes_as_much(&this) => {
                    let how = if first { How::Better } else { How::AsGood };
                    Some(Rival { checked: other, exception: Exception::default(), how })
                }
                Mode::First if first => {
                    let exception = that.gives_with(&this)?;
                    Some(Rival { checked: other, exception, how: How::Earlier })
                }
                _ => None,
            };
        }
        let before = other.lane < checked.lane || same && first && checked.is_stacked(self.catalog);
        if before && other.is_stacked(self.catalog) && other.marks.exclude(&checked.marks) {
            let exception = that.gives_with(&this)?;
            return Some(Rival { checked: other, exception, how: How::Earlier });
        }
        None
    }

    /// Whether the conditions of the offer hold only where those of a rival do.
    fn covered(
        &self,
        checked: &CheckedOffer,
        rivals: &[Rival<'_>],
    ) -> Result<Option<Remark>, Inconclusive> {
        let plain = |rival: &&Rival<'_>| {
            let when = &rival.checked.offer.when;
            *when == Rule::Always || *when == checked.offer.when
        };
        if let Some(rival) = rivals.iter().find(plain) {
            return Ok(Some(self.remark(checked, &[rival])));
        }
        let rivals = rivals.get(..rivals.len().min(MAX_SHADOWS)).unwrap_or_default();
        if rivals.is_empty() {
            return Ok(None);
        }
        let rules: Vec<_> = rivals.iter().map(|rival| &rival.checked.rule).collect();
        let Cover::By(needed) = self.analyst.covered_by(&checked.rule, &rules)? else {
            return Ok(None);
        };
        let needed: Vec<&Rival<'_>> = needed.iter().filter_map(|&at| rivals.get(at)).collect();
        Ok((!needed.is_empty()).then(|| self.remark(checked, &needed)))
    }

    fn remark(&self, checked: &CheckedOffer, rivals: &[&Rival<'_>]) -> Remark {
        let offer = &checked.offer;
        let most = rivals.iter().map(|rival| rival.exception.0).max().unwrap_or(0);
        let others = || rivals.iter().map(|rival| &rival.checked.offer);
        let differs = |rule: &&Rule| **rule != offer.when;
        let rules = others().map(|other| &other.when).filter(differs);
        let sets: BTreeSet<&str> =
            rules.flat_map(Rule::fields).filter(|name| self.is_set(name)).collect();
        // Nothing counts days that holds always, or wherever the offer's own conditions do.
        let plain = others().all(|other| other.when == Rule::Always || !differs(&&other.when));
        let counting = others().map(|other| &other.when).chain([&offer.when]);
        let on = if plain { None } else { self.only_on(counting) };
        let shade = Shade {
            unless_below: (most > 1).then(|| Money::from_minor(most, self.catalog.currency)),
            if_known: sets.into_iter().map(Text::from).collect(),
            on,
        };
        let concern = match rivals.iter().map(|rival| rival.how).max() {
            Some(How::AsGood) => Concern::WinsTiesOnly(shade),
            Some(How::Better) => Concern::Dominated(shade),
            _ => Concern::Shadowed(shade),
        };
        let ids = others().map(|other| other.id.clone());
        let offers: Vec<OfferId> = std::iter::once(offer.id.clone()).chain(ids).collect();
        Remark { offers, concern }
    }

    /// Whether what is in the field can be undecided.
    fn is_set(&self, name: &str) -> bool {
        let field = self.schema.slot(name).and_then(|slot| self.schema.field(slot));
        field.is_none_or(|field| field.kind == Kind::Set)
    }
}
