//! Which offers can be given together: as it is written, and its check.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::catalog::CheckedOffer;
use super::plan::Marks;
use super::{Exclusion, Fault, Lane, Mode, Offer};
use crate::id::{LaneId, OfferId};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// The most offers of one joint set.
pub const MAX_JOINT: usize = 20;

/// With which other offers an offer can be given; with any if nothing is said.
///
/// What an earlier lane granted stands, so that an offer of a later lane gives way. JSON:
/// `{"exclusive": ["bogo"], "joint": "set-1", "tags": ["coupon"], "not_with": ["sale"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Combines {
    /// Groups of which at most one offer is granted, in all lanes together.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub exclusive: BTreeSet<Text>,
    /// The set of offers of one lane of which all are granted or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<Text>,
    /// What it is called in the `not_with` of others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Text>,
    /// Tags of offers that are not granted together with it, in whichever lane; its own tags do
    /// not exclude itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub not_with: BTreeSet<Text>,
}

impl Combines {
    /// Whether nothing is said.
    pub(super) fn is_free(&self) -> bool {
        self.exclusive.is_empty()
            && self.joint.is_none()
            && self.tags.is_empty()
            && self.not_with.is_empty()
    }

    /// Why this offer and `other` are not granted together, from the view of this one.
    pub(super) fn exclusion(&self, other: &Self) -> Option<Exclusion> {
        if let Some(group) = self.exclusive.intersection(&other.exclusive).next() {
            return Some(Exclusion::Group(group.clone()));
        }
        if let Some(tag) = self.not_with.intersection(&other.tags).next() {
            return Some(Exclusion::Tag(tag.clone()));
        }
        let own = self.tags.intersection(&other.not_with).next();
        own.map(|tag| Exclusion::OwnTag(tag.clone()))
    }

    /// All names, each with the field in which it stands.
    pub(super) fn names(&self) -> [(&'static str, Vec<&Text>); 4] {
        [
            ("exclusive", self.exclusive.iter().collect()),
            ("joint", self.joint.iter().collect()),
            ("tags", self.tags.iter().collect()),
            ("not_with", self.not_with.iter().collect()),
        ]
    }
}

/// The names of a catalog's offers, and who has them.
#[derive(Default)]
struct Names<'a> {
    /// Each tag with the offers that have it.
    tags: BTreeMap<&'a Text, BTreeSet<&'a OfferId>>,
    /// Each joint set with its offers so far.
    joint: BTreeMap<&'a Text, Vec<&'a Offer>>,
}

/// Adds what is wrong with how offers combine; single names are looked at by themselves.
pub(super) fn check(offers: &[Offer], lanes: &[Lane], problems: &mut Problems<Fault>) {
    if offers.iter().all(|offer| offer.combines.is_free()) {
        return;
    }
    let mut names = Names::default();
    for offer in offers {
        for tag in &offer.combines.tags {
            names.tags.entry(tag).or_default().insert(&offer.id);
        }
    }
    for (index, offer) in offers.iter().enumerate() {
        let path = Path::root().field("offers").item(index).field("combines");
        for tag in &offer.combines.not_with {
            let others =
                names.tags.get(tag).is_some_and(|who| who.iter().any(|&id| *id != offer.id));
            if !others {
                problems.add(path.field("not_with"), Fault::NobodyTagged { tag: tag.clone() });
            }
        }
        if let Some(set) = &offer.combines.joint {
            let others = names.joint.entry(set).or_default();
            let path = path.field("joint");
            joint(set, offer, others, lanes, &path, problems);
            others.push(offer);
            if others.len() == MAX_JOINT + 1 {
                problems.add(path, Fault::JointTooLarge { set: set.clone() });
            }
        }
    }
}

/// An offer that is to be given together with `others`, which are listed before it.
fn joint(
    set: &Text,
    offer: &Offer,
    others: &[&Offer],
    lanes: &[Lane],
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    let lane = |id: &LaneId| lanes.iter().find(|lane| lane.id == *id).map(|lane| lane.mode);
    let mode = offer.lane.as_ref().map_or(Some(Mode::Best), lane);
    if matches!(mode, Some(Mode::Best | Mode::First)) {
        problems.add(path.clone(), Fault::JointWithOneWinner { set: set.clone() });
    }
    if let Some(first) = others.iter().find(|other| other.lane != offer.lane) {
        let other = first.id.clone();
        problems.add(path.clone(), Fault::JointOverLanes { set: set.clone(), other });
    }
    for other in others.iter().take(MAX_JOINT) {
        if let Some(why) = offer.combines.exclusion(&other.combines) {
            let (set, other) = (set.clone(), other.id.clone());
            problems.add(path.clone(), Fault::JointExcluded { set, other, why });
        }
    }
}

/// Numbers the names of offers, and tells the joint sets: each with the places of its offers.
pub(super) fn number(offers: &mut [CheckedOffer]) -> Vec<Vec<usize>> {
    let mut groups = BTreeMap::new();
    let mut tags = BTreeMap::new();
    let mut sets: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
    for (place, checked) in offers.iter_mut().enumerate() {
        let combines = &checked.offer.combines;
        checked.marks = Marks {
            groups: numbers(&combines.exclusive, &mut groups),
            tags: numbers(&combines.tags, &mut tags),
            not_with: numbers(&combines.not_with, &mut tags),
        };
        if let Some(set) = &combines.joint {
            sets.entry(set.clone()).or_default().push(place);
        }
    }
    let sets: Vec<Vec<usize>> = sets.into_values().collect();
    for (number, places) in sets.iter().enumerate() {
        for &place in places {
            if let Some(checked) = offers.get_mut(place) {
                checked.joint = Some(number);
            }
        }
    }
    sets
}

fn numbers(names: &BTreeSet<Text>, known: &mut BTreeMap<Text, usize>) -> Vec<usize> {
    let number = |name: &Text| {
        let next = known.len();
        *known.entry(name.clone()).or_insert(next)
    };
    names.iter().map(number).collect()
}
