//! The ladders of a program: the first one, and those beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Names, TierNames};
use super::{Fault, Spec};
use crate::feature::Snapshot;
use crate::id::{LadderId, OfferId, TierId};
use crate::path::{Path, Problems};
use crate::points::{Ledger, Multiplier};
use crate::tier::{self, CheckedLadder, Ladder, Qualification, Tier, TierPolicy};

/// The ids of all ladders, and those that stand beside the first one.
#[derive(Clone, Debug, Default)]
pub(super) struct Ladders {
    /// That of the first one.
    pub first: LadderId,
    pub others: Vec<CheckedLadder>,
}

impl Ladders {
    /// The ranks on the ladders beside the first one.
    pub(super) fn ranks(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Vec<usize> {
        self.others.iter().map(|ladder| ladder.rank(snapshot, ledger)).collect()
    }

    /// The ranks on the ladders beside the first one with the tiers there, by ladder.
    pub(super) fn tiers<'a>(
        &'a self,
        ranks: &[usize],
    ) -> BTreeMap<&'a LadderId, (usize, &'a TierId)> {
        let ranked = self.others.iter().zip(ranks);
        let tier = |(ladder, rank): (&'a CheckedLadder, &usize)| {
            Some((ladder.id(), (*rank, &ladder.tiers().get(*rank)?.id)))
        };
        ranked.filter_map(tier).collect()
    }

    /// Whether the answers of those beside the first one depend on points.
    pub(super) fn look_at_points(&self) -> bool {
        self.others.iter().any(TierPolicy::looks_at_points)
    }
}

/// The ladders that are written, checked; of the first one also as the tiers of the program.
pub(super) fn checked(
    spec: &Spec,
    names: Names<'_>,
    problems: &mut Problems<Fault>,
) -> (Option<CheckedLadder>, Ladders) {
    let offers: BTreeSet<&OfferId> = spec.offers.iter().map(|offer| &offer.id).collect();
    let mut seen = BTreeMap::new();
    let mut checked = Vec::new();
    for (index, ladder) in spec.ladders.iter().enumerate() {
        let path = Path::from("ladders").item(index);
        if let Some(first) = seen.insert(&ladder.id, index) {
            let fault = Fault::DuplicateLadder { id: ladder.id.clone(), first };
            problems.add(path.field("id"), fault);
        }
        for (place, fault) in strangers(ladder, index, names, &offers) {
            let mut found = Problems::none();
            found.add(place, fault);
            problems.absorb(&path, found);
        }
        checked.push(problems.take(&path, ladder.check(spec.currency)));
    }
    let first = spec.ladders.first().map(|ladder| ladder.id.clone()).unwrap_or_default();
    let mut checked = checked.into_iter();
    let main = checked.next().flatten();
    (main, Ladders { first, others: checked.flatten().collect() })
}

/// What a ladder names that the program does not have, or has no use for.
fn strangers(
    ladder: &Ladder,
    index: usize,
    names: Names<'_>,
    offers: &BTreeSet<&OfferId>,
) -> Vec<(Path, tier::Fault)> {
    let mut found = Vec::new();
    if let Qualification::YearFrom(name) = &ladder.window
        && !names.has_date(name)
    {
        found.push((Path::from("window"), tier::Fault::NoDate { name: name.clone() }));
    }
    for (at, tier) in ladder.tiers.iter().enumerate() {
        let path = Path::from("tiers").item(at);
        if index > 0 && tier.multiplier != Multiplier::ONE {
            found.push((path.field("multiplier"), tier::Fault::SecondMultiplier));
        }
        for (at, benefit) in tier.benefits.iter().enumerate() {
            if let Some(id) = benefit.offer().filter(|id| !offers.contains(id)) {
                let fault = tier::Fault::UnknownOffer { id: id.clone() };
                found.push((path.field("benefits").item(at), fault));
            }
        }
    }
    found
}

/// The ids of all tiers; those of faulty ladders, too: rules that name them are not to blame.
pub(super) fn tier_names(spec: &Spec, tiers: Option<&dyn TierPolicy>) -> TierNames {
    let ids = |tiers: &[Tier]| tiers.iter().map(|tier| tier.id.clone()).collect();
    let first = spec.ladders.first().map(|ladder| ladder.tiers.as_slice());
    let first = first.or(tiers.map(TierPolicy::tiers));
    let others = spec.ladders.iter().skip(1);
    let others = others.map(|ladder| (ladder.id.clone(), ids(&ladder.tiers)));
    TierNames { first: first.map(ids).unwrap_or_default(), others: others.collect() }
}
