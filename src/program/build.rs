//! Building a program: everything is checked, and every problem is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fields::{Fields, Names, TierNames, comes_later, follows_games, is_reserved};
use super::part::{Consulted, Installed};
use super::{
    Error, Fault, Program, SPEC_VERSION, Spec, ladders, messages, purses, templates, triggers,
};
use crate::digest::Digest;
use crate::feature::{Extractor, ValueModel};
use crate::game::{CheckedGames, Surroundings};
use crate::id::{AttributeName, SegmentId, TierId};
use crate::money::Allocator;
use crate::offer::{Catalog, OfferEvaluator};
use crate::path::{Path, Problems};
use crate::points::{Award, CheckedMultipliers, EarningPolicy, Purses};
use crate::profile::{Retention, WELL_KNOWN};
use crate::rule::{Rule, Schema, Text};
use crate::segment::Segmenter;
use crate::segment::rules::RuleSegments;
use crate::tier::TierPolicy;

/// Puts a program together from a [`Spec`] and the host's own parts.
///
/// Every part of the host's has a label, such as `churn-2026-03`: it stands for the part in the
/// digest of the terms, so give a part that decides differently another label.
#[must_use]
pub struct Builder {
    spec: Spec,
    labels: Vec<(&'static str, Text)>,
    value: Option<ValueModel>,
    extractors: Vec<Box<dyn Extractor>>,
    segmenters: Vec<Box<dyn Segmenter>>,
    tiers: Option<Arc<dyn TierPolicy>>,
    earning: Option<Box<dyn EarningPolicy>>,
    offers: Option<Box<dyn OfferEvaluator>>,
    allocator: Option<Arc<dyn Allocator>>,
}

impl Builder {
    /// A program of what `spec` says.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            labels: Vec::new(),
            value: None,
            extractors: Vec::new(),
            segmenters: Vec::new(),
            tiers: None,
            earning: None,
            offers: None,
            allocator: None,
        }
    }

    /// Adds a feature of the host's own.
    pub fn extractor(mut self, label: &str, extractor: impl Extractor + 'static) -> Self {
        self.labels.push(("extractor", Text::from(label)));
        self.extractors.push(Box::new(extractor));
        self
    }

    /// Tells what customers are worth by these models, as [`Spec::value`] does.
    pub fn value_model(mut self, model: ValueModel) -> Self {
        self.value = Some(model);
        self
    }

    /// Adds a segmenter: a fitted model, or the host's own.
    pub fn segmenter(mut self, label: &str, segmenter: impl Segmenter + 'static) -> Self {
        self.labels.push(("segmenter", Text::from(label)));
        self.segmenters.push(Box::new(segmenter));
        self
    }

    /// Tells tiers in the host's own way, in place of a ladder.
    pub fn tier_policy(mut self, label: &str, tiers: impl TierPolicy + 'static) -> Self {
        self.labels.push(("tier_policy", Text::from(label)));
        self.tiers = Some(Arc::new(tiers));
        self
    }

    /// Gives points in the host's own way, in place of earning rules.
    pub fn earning_policy(mut self, label: &str, earning: impl EarningPolicy + 'static) -> Self {
        self.labels.push(("earning_policy", Text::from(label)));
        self.earning = Some(Box::new(earning));
        self
    }

    /// Grants offers in the host's own way, in place of a catalog.
    pub fn offer_evaluator(mut self, label: &str, offers: impl OfferEvaluator + 'static) -> Self {
        self.labels.push(("offer_evaluator", Text::from(label)));
        self.offers = Some(Box::new(offers));
        self
    }

    /// Splits discounts over lines in the host's own way.
    pub fn allocator(mut self, label: &str, allocator: impl Allocator + 'static) -> Self {
        self.labels.push(("allocator", Text::from(label)));
        self.allocator = Some(Arc::new(allocator));
        self
    }

    /// The program.
    ///
    /// # Errors
    /// All problems of all parts, each with its path, such as `offers[3].when.all[0].field`.
    pub fn build(self) -> Result<Program, Error> {
        self.checked().map_err(Error::of)
    }

    fn checked(mut self) -> Result<Program, Problems<Fault>> {
        let mut problems = Problems::none();
        self.take_value(&mut problems);
        let version = Digest::of(&(&self.spec, &self.labels));
        self.check_written(&mut problems);
        let purses = purses::checked(&self.spec, &mut problems);

        let names = Names {
            currency: self.spec.currency,
            attributes: &self.spec.attributes,
            value: self.spec.value.as_ref(),
            purses: &purses,
            extractors: &self.extractors,
            games: &self.spec.games,
            contact: &self.spec.contact,
        };
        let segmenters = all_segmenters(&self.spec, self.segmenters, names, &mut problems);
        let segments = segment_ids(&self.spec, &segmenters, &mut problems);
        let (first, ladders) = ladders::checked(&self.spec, names, &mut problems);
        let tiers = first.map(|first| Arc::new(first) as Arc<dyn TierPolicy>).or(self.tiers);
        let tier_names = ladders::tier_names(&self.spec, tiers.as_deref());

        let named = named_by(&self.spec, self.earning.as_deref(), self.offers.as_deref());
        let wanted = wanted(&self.spec, &segmenters, named);
        let fields = Fields::of(wanted.iter().map(Text::as_str), names, &segments, &tier_names);
        let Some(fields) = problems.take(&Path::root(), fields) else { return Err(problems) };

        let (segmenters, fields) = installed(segmenters, fields, &mut problems);
        let earning = earning(&self.spec, self.earning, &fields, &purses, &mut problems);
        let multipliers = multipliers(&self.spec, &fields, &mut problems);
        let own_offers = self.offers.is_some();
        let games = games(&self.spec, own_offers, &fields, &tier_names.first, &mut problems);
        let offers = offers(&self.spec, self.offers, self.allocator, &fields, &mut problems);
        let triggers = triggers::checked(&self.spec, names, &fields, &mut problems);
        let templates = templates::checked(&self.spec, fields.schema(), &mut problems);
        let messages = messages::checked(&self.spec, own_offers, &templates, &mut problems);
        let (Some(earning), Some(offers), Some(multipliers), Some(messages), Some(triggers)) =
            (earning, offers, multipliers, messages, triggers)
        else {
            return Err(problems);
        };
        problems.into_result(Program {
            name: self.spec.name,
            version,
            currency: self.spec.currency,
            zone: self.spec.zone,
            retention: self.spec.retention,
            effective_from: self.spec.effective_from,
            attributes: self.spec.attributes,
            value: self.spec.value.map(Arc::new),
            extractors: Arc::new(self.extractors),
            fields,
            segmenters: Arc::new(segmenters),
            tiers,
            ladders,
            earning: Arc::new(earning),
            multipliers: Arc::new(multipliers),
            purses: Arc::new(purses),
            points_expiry: self.spec.points_expiry,
            claw_back: self.spec.claw_back,
            spend_order: self.spec.spend_order,
            games: games.map(Arc::new),
            offers: Arc::new(offers),
            messages: Arc::new(messages),
            templates: Arc::new(templates),
            triggers: Arc::new(triggers),
        })
    }

    /// Puts the host's models of what customers are worth where those of the document would be.
    fn take_value(&mut self, problems: &mut Problems<Fault>) {
        let path = Path::from("value");
        if let Some(own) = self.value.take()
            && self.spec.value.replace(own).is_some()
        {
            problems.add(path.clone(), Fault::Twice);
        }
        if let Some(value) = &self.spec.value {
            problems.take(&path, value.check(self.spec.currency));
        }
    }

    /// What can be seen without the fields of the program.
    fn check_written(&self, problems: &mut Problems<Fault>) {
        self.check_terms(problems);
        self.check_names(problems);
        self.check_attributes(problems);
    }

    fn check_terms(&self, problems: &mut Problems<Fault>) {
        if self.spec.loyalty != SPEC_VERSION {
            problems.add(Path::from("loyalty"), Fault::Version { found: self.spec.loyalty });
        }
        if self.spec.name.as_str().trim().is_empty() {
            problems.add(Path::from("name"), Fault::NoName);
        }
        if self.spec.retention == Retention::Days(0) {
            problems.add(Path::from("retention"), Fault::NoRetention);
        }
        let twice = [
            ("ladders", self.tiers.is_some() && !self.spec.ladders.is_empty()),
            ("earning", self.earning.is_some() && !self.spec.earning.0.is_empty()),
            ("offers", self.offers.is_some() && !self.spec.offers.is_empty()),
            ("floors", self.offers.is_some() && !self.spec.floors.is_empty()),
        ];
        for (name, _) in twice.into_iter().filter(|(_, twice)| *twice) {
            problems.add(Path::from(name), Fault::Twice);
        }
    }

    /// What a profile is to have must be attributes.
    fn check_attributes(&self, problems: &mut Problems<Fault>) {
        for (index, rule) in self.spec.earning.0.iter().enumerate() {
            let Award::ProfileCompleted(award) = &rule.award else { continue };
            let path = Path::from("earning").item(index).field("award");
            let path = path.field("profile_completed").field("attributes");
            for (place, name) in award.attributes.iter().enumerate() {
                let well_known = WELL_KNOWN.iter().any(|(known, ..)| *known == name.as_str());
                if !well_known && !self.spec.attributes.contains_key(name) {
                    let fault = Fault::UnknownAttribute { name: name.clone() };
                    problems.add(path.item(place), fault);
                }
            }
        }
    }

    /// Attributes and features of the host's own must not hide anything.
    fn check_names(&self, problems: &mut Problems<Fault>) {
        let path = Path::from("attributes");
        for name in self.spec.attributes.keys().filter(|name| is_reserved(name.as_str())) {
            let fault = Fault::NameTaken { name: Text::from(name) };
            problems.add(path.field(name.as_str()), fault);
        }
        let mut seen = BTreeSet::new();
        for (index, extractor) in self.extractors.iter().enumerate() {
            let name = extractor.name();
            let declared = self.spec.attributes.contains_key(name);
            if is_reserved(name) || declared || !seen.insert(name) {
                let fault = Fault::NameTaken { name: Text::from(name) };
                problems.add(Path::from("extractors").item(index), fault);
            }
        }
    }
}

/// The segmenters of the document and then the host's own.
fn all_segmenters(
    spec: &Spec,
    own: Vec<Box<dyn Segmenter>>,
    names: Names<'_>,
    problems: &mut Problems<Fault>,
) -> Vec<Box<dyn Segmenter>> {
    let rules = rule_segments(spec, names, problems);
    let scores = rfm_segments(spec, names, problems);
    rules.into_iter().chain(scores).chain(own).collect()
}

/// The segmenters with where their inputs are, and the fields, which know that, too.
fn installed(
    segmenters: Vec<Box<dyn Segmenter>>,
    fields: Fields,
    problems: &mut Problems<Fault>,
) -> (Vec<Installed>, Fields) {
    let installed: Vec<Installed> = segmenters
        .into_iter()
        .map(|part| Installed { slots: slots(&fields, part.inputs(), problems), part })
        .collect();
    let inputs = installed.iter().flat_map(|installed| installed.slots.iter().flatten());
    let fields = fields.with_inputs(inputs.copied());
    (installed, fields)
}

/// The names of all fields that anything in the program looks at; of words in texts that are none,
/// too.
fn wanted<'n>(
    spec: &Spec,
    segmenters: &[Box<dyn Segmenter>],
    named: impl Iterator<Item = &'n str>,
) -> BTreeSet<Text> {
    let inputs = segmenters.iter().flat_map(|segmenter| segmenter.inputs()).cloned();
    inputs.chain(named.map(Text::from)).chain(templates::facts(&spec.templates)).collect()
}

/// The fields that rules name which are looked at once segments are known.
fn named_by<'n>(
    spec: &'n Spec,
    own_earning: Option<&'n dyn EarningPolicy>,
    own_offers: Option<&'n dyn OfferEvaluator>,
) -> impl Iterator<Item = &'n str> {
    let earning = spec.earning.0.iter().filter_map(|rule| rule.when.as_ref());
    let campaigns = spec.multipliers.campaigns.iter().filter_map(|one| one.when.as_ref());
    let offers = spec.offers.iter().map(|offer| &offer.when);
    let triggers = spec.triggers.list.iter();
    let fired = triggers.flat_map(|trigger| trigger.when.iter().chain(trigger.pattern.crossed()));
    let rules = earning.chain(campaigns).chain(offers).chain(fired);
    let parts = own_earning.map(|earning| earning.fields()).into_iter();
    let parts = parts.chain(own_offers.map(|offers| offers.fields()));
    rules.flat_map(Rule::fields).chain(spec.games.fields()).chain(parts.flatten())
}

/// The segmenter of the document's rules, if it has any.
fn rule_segments(
    spec: &Spec,
    names: Names<'_>,
    problems: &mut Problems<Fault>,
) -> Option<Box<dyn Segmenter>> {
    let path = Path::from("segments");
    let wanted: Vec<Option<BTreeSet<&str>>> = spec
        .segments
        .iter()
        .enumerate()
        .map(|(index, segment)| {
            known_early(segment.when.fields(), &path.item(index).field("when"), problems)
        })
        .collect();
    if spec.segments.is_empty() {
        return None;
    }
    let wanted: Option<Vec<BTreeSet<&str>>> = wanted.into_iter().collect();
    let fields = early_fields(wanted?.into_iter().flatten().collect(), names, problems)?;
    let checked = RuleSegments::check(&spec.segments, fields.schema());
    problems.take(&path, checked).map(|segments| Box::new(segments) as Box<dyn Segmenter>)
}

/// The segmenter of the document's RFM scores, if it has them.
fn rfm_segments(
    spec: &Spec,
    names: Names<'_>,
    problems: &mut Problems<Fault>,
) -> Option<Box<dyn Segmenter>> {
    let rfm = spec.rfm.as_ref()?;
    let path = Path::from("rfm");
    let wanted = known_early(rfm.features(), &path, problems)?;
    let fields = early_fields(wanted, names, problems)?;
    let checked = problems.take(&path, rfm.check(fields.schema()));
    checked.map(|segments| Box::new(segments) as Box<dyn Segmenter>)
}

/// The names, if none of them is of something that follows from segments.
fn known_early<'n>(
    names: impl IntoIterator<Item = &'n str>,
    path: &Path,
    problems: &mut Problems<Fault>,
) -> Option<BTreeSet<&'n str>> {
    let (late, early): (BTreeSet<&str>, _) = names.into_iter().partition(|name| comes_later(name));
    for name in &late {
        problems.add(path.clone(), Fault::NotKnownYet { name: Text::from(name) });
    }
    late.is_empty().then_some(early)
}

fn early_fields(
    wanted: BTreeSet<&str>,
    names: Names<'_>,
    problems: &mut Problems<Fault>,
) -> Option<Fields> {
    let fields = Fields::of(wanted, names, &BTreeSet::new(), &TierNames::default());
    problems.take(&Path::root(), fields)
}

/// The ids of all segments, each of which must be there once. Those of faulty rules are among them:
/// rules that name them are not to blame.
fn segment_ids(
    spec: &Spec,
    segmenters: &[Box<dyn Segmenter>],
    problems: &mut Problems<Fault>,
) -> BTreeSet<SegmentId> {
    let mut ids = BTreeMap::new();
    for segment in segmenters.iter().flat_map(|segmenter| segmenter.segments()) {
        *ids.entry(&segment.id).or_insert(0) += 1;
    }
    for (id, _) in ids.iter().filter(|(_, count)| **count > 1) {
        let fault = Fault::DuplicateSegment { id: (*id).clone() };
        problems.add(Path::from("segments"), fault);
    }
    let written = spec.segments.iter().map(|segment| &segment.id);
    ids.into_keys().chain(written).cloned().collect()
}

fn earning(
    spec: &Spec,
    own: Option<Box<dyn EarningPolicy>>,
    fields: &Fields,
    purses: &Purses,
    problems: &mut Problems<Fault>,
) -> Option<Consulted<Box<dyn EarningPolicy>>> {
    if let Some(part) = own {
        let names: Vec<Text> = part.fields().into_iter().map(Text::from).collect();
        let slots = Some(slots(fields, &names, problems));
        return Some(Consulted { part, slots });
    }
    let checked = spec.earning.check(fields.schema(), spec.currency, purses);
    let checked = problems.take(&Path::from("earning"), checked)?;
    Some(Consulted { part: Box::new(checked), slots: None })
}

fn multipliers(
    spec: &Spec,
    fields: &Fields,
    problems: &mut Problems<Fault>,
) -> Option<CheckedMultipliers> {
    let checked = spec.multipliers.check(fields.schema(), &spec.earning);
    problems.take(&Path::from("multipliers"), checked)
}

fn games(
    spec: &Spec,
    own_offers: bool,
    fields: &Fields,
    tiers: &BTreeSet<TierId>,
    problems: &mut Problems<Fault>,
) -> Option<CheckedGames> {
    let known =
        |name: &AttributeName| WELL_KNOWN.iter().find(|(known, ..)| *known == name.as_str());
    let attribute = |name: &AttributeName| {
        let declared = spec.attributes.get(name).map(|declared| declared.kind);
        declared.or_else(|| known(name).map(|(_, kind, _)| *kind))
    };
    let checked = spec.games.check(&Surroundings {
        schema: fields.schema(),
        comes_later: &follows_games,
        follows_segments: &comes_later,
        currency: spec.currency,
        offers: (!own_offers).then(|| spec.offers.iter().map(|offer| &offer.id).collect()),
        tiers,
        attribute: &attribute,
    });
    problems.take(&Path::from("games"), checked).filter(|_| !spec.games.is_empty())
}

fn offers(
    spec: &Spec,
    own: Option<Box<dyn OfferEvaluator>>,
    allocator: Option<Arc<dyn Allocator>>,
    fields: &Fields,
    problems: &mut Problems<Fault>,
) -> Option<Consulted<Box<dyn OfferEvaluator>>> {
    if let Some(part) = own {
        let names: Vec<Text> = part.fields().into_iter().map(Text::from).collect();
        let slots = Some(slots(fields, &names, problems));
        return Some(Consulted { part, slots });
    }
    let (offers, lanes) = (spec.offers.clone(), spec.lanes.clone());
    let checked = Catalog::check(offers, lanes, fields.schema(), spec.currency);
    let catalog = problems.take(&Path::root(), checked);
    let floors = problems.take(&Path::root(), spec.floors.check(spec.currency));
    let (catalog, ()) = (catalog?, floors?);
    let mut catalog = problems.take(&Path::root(), catalog.with_floors(spec.floors.clone()))?;
    if let Some(allocator) = allocator {
        catalog = catalog.with_allocator(allocator);
    }
    Some(Consulted { part: Box::new(catalog), slots: None })
}

/// Where the fields that a part names are; a part must not name what does not exist.
fn slots(
    fields: &Fields,
    names: &[Text],
    problems: &mut Problems<Fault>,
) -> Vec<Option<crate::rule::Slot>> {
    let schema: &Schema = fields.schema();
    names
        .iter()
        .map(|name| {
            let slot = schema.slot(name.as_str());
            if slot.is_none() {
                let suggestion = schema.suggestion(name.as_str());
                let fault = Fault::UnknownField { name: name.clone(), suggestion };
                problems.add(Path::from("parts"), fault);
            }
            slot
        })
        .collect()
}
