//! The fields that a program's rules can name, and where their values come from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, DurationRound, TimeDelta, Timelike, Utc};

use crate::event::{Basket, Channel};
use crate::feature::{Extractor, Feature, Moment, Snapshot, USAGES, ValueModel};
use crate::game::{Figure, Games};
use crate::id::{AttributeName, LadderId, PurseId, SegmentId, TierId};
use crate::message::ContactPolicy;
use crate::money::Currency;
use crate::path::Problems;
use crate::points::{Balance, Purses};
use crate::profile::WELL_KNOWN;
use crate::rule::{self, Field, Kind, Schema, Sheet, Slot, Text, Value};
use crate::segment::Membership;

use super::AttributeType;
use super::messages::ConsentField;

/// What is known at the calendar day and hour of a question.
const CALENDAR: [(&str, Source); 4] = [
    ("today", Source::Today),
    ("month", Source::Month),
    ("weekday", Source::Weekday),
    ("hour", Source::Hour),
];

/// What is known once the customer has been judged, and of the basket in hand.
const LATER: [(&str, Source); 12] = [
    ("segments", Source::Segments),
    ("tier", Source::Tier),
    ("tier_rank", Source::TierRank),
    ("points", Source::Points),
    ("badges", Source::Badges),
    ("basket_total", Source::BasketTotal),
    ("basket_units", Source::BasketUnits),
    ("basket_products", Source::BasketProducts),
    ("basket_categories", Source::BasketCategories),
    ("coupons", Source::Coupons),
    ("store", Source::Store),
    ("channel", Source::Channel),
];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Where the value of a field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Attribute(AttributeName),
    Feature(Feature),
    Extractor(usize),
    Today,
    Month,
    Weekday,
    Hour,
    Segments,
    Tier,
    TierRank,
    /// The tier on a ladder beside the first one, or its rank.
    TierOn(LadderId),
    TierRankOn(LadderId),
    Points,
    /// The points of a purse beside the main points.
    PointsIn(PurseId),
    Badges,
    Figure(Figure),
    BasketTotal,
    BasketUnits,
    BasketProducts,
    BasketCategories,
    Coupons,
    Store,
    Channel,
    /// Whether the customer agreed to be written to for a purpose on a channel.
    Consent(ConsentField),
}

/// The names that a program gives meaning to beside the crate's own.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub currency: Currency,
    pub attributes: &'a BTreeMap<AttributeName, AttributeType>,
    pub extractors: &'a [Box<dyn Extractor>],
    pub value: Option<&'a ValueModel>,
    pub purses: &'a Purses,
    pub games: &'a Games,
    pub contact: &'a ContactPolicy,
}

/// The ids of all tiers, of the first ladder and of those beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct TierNames {
    pub first: BTreeSet<TierId>,
    pub others: BTreeMap<LadderId, BTreeSet<TierId>>,
}

/// The fields of a program, in the order of their slots.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    schema: Schema,
    sources: Vec<(Slot, Source)>,
    /// Where the fields are that segments follow from.
    inputs: BTreeSet<Slot>,
}

/// Whether a field is only known after segments and tiers were told.
pub(super) fn comes_later(name: &str) -> bool {
    LATER.iter().any(|(later, _)| *later == name)
        || on_ladder(name).is_some()
        || in_purse(name).is_some()
        || Figure::parts(name).is_some()
}

/// Whether a field is only known after games were looked at.
pub(super) fn follows_games(name: &str) -> bool {
    let before = ["segments", "tier", "tier_rank", "points"].contains(&name);
    comes_later(name) && !before && on_ladder(name).is_none() && in_purse(name).is_none()
}

/// Whether a field is only known of a basket in hand, or of an event.
pub(super) fn is_of_basket(name: &str) -> bool {
    let of_basket = ["coupons", "store", "channel"].contains(&name);
    of_basket || (name.starts_with("basket_") && comes_later(name))
}

/// Whether the crate gives the name a meaning of its own.
pub(super) fn is_reserved(name: &str) -> bool {
    let own = CALENDAR.iter().chain(&LATER).any(|(own, _)| *own == name);
    own || on_ladder(name).is_some()
        || in_purse(name).is_some()
        || ConsentField::is_named(name)
        || Figure::parts(name).is_some()
        || name.parse::<Feature>().is_ok()
        || WELL_KNOWN.iter().any(|(known, ..)| *known == name)
}

/// The tier or the rank on a ladder that a name such as `tier(club)` means.
fn on_ladder(name: &str) -> Option<(LadderId, Source)> {
    let (field, ladder) = name.strip_suffix(')')?.split_once('(')?;
    let ladder = LadderId::new(ladder).ok()?;
    match field {
        "tier" => Some((ladder.clone(), Source::TierOn(ladder))),
        "tier_rank" => Some((ladder.clone(), Source::TierRankOn(ladder))),
        _ => None,
    }
}

/// The purse whose points a name such as `points(stars)` means.
fn in_purse(name: &str) -> Option<PurseId> {
    PurseId::new(name.strip_prefix("points(")?.strip_suffix(')')?).ok()
}

impl Fields {
    /// The fields among `wanted`, in order; a name without meaning gives none, and the rule that
    /// wants it is told when it is checked.
    pub(super) fn of<'n>(
        wanted: impl IntoIterator<Item = &'n str>,
        names: Names<'_>,
        segments: &BTreeSet<SegmentId>,
        tiers: &TierNames,
    ) -> Result<Self, Problems<rule::Fault>> {
        let mut fields = Vec::new();
        let mut sources = Vec::new();
        for name in wanted {
            if let Some((field, source)) = names.find(name, segments, tiers) {
                fields.push(field);
                sources.push(source);
            }
        }
        let schema = Schema::new(fields)?.with_known_names(names.all()).with_needs(names.needs());
        let slots = schema.fields().iter().filter_map(|field| schema.slot(field.name.as_str()));
        let sources = slots.zip(sources).collect();
        Ok(Self { schema, sources, inputs: BTreeSet::new() })
    }

    /// The fields, of which those in `inputs` are what segments follow from.
    pub(super) fn with_inputs(self, inputs: impl Iterator<Item = Slot>) -> Self {
        Self { inputs: inputs.collect(), ..self }
    }

    pub(super) const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Whether any field follows from games.
    pub(super) fn name_games(&self) -> bool {
        self.sources.iter().any(|(_, source)| matches!(source, Source::Figure(_) | Source::Badges))
    }

    /// The features and where their values are, by name.
    pub(super) fn features(&self) -> impl Iterator<Item = (&Text, Slot)> {
        self.schema.fields().iter().zip(&self.sources).filter_map(|(field, known)| match known {
            (slot, Source::Feature(_) | Source::Extractor(_)) => Some((&field.name, *slot)),
            _ => None,
        })
    }

    /// For every field, the first later instant at which it may differ with no new event.
    pub(super) fn next_changes<'a>(
        &'a self,
        snapshot: &'a Snapshot<'_>,
        extractors: &'a [Box<dyn Extractor>],
    ) -> impl Iterator<Item = DateTime<Utc>> + 'a {
        let fields = self.schema.fields().iter().zip(&self.sources);
        fields.filter_map(|(field, (_, source))| match source {
            Source::Feature(feature) => snapshot.next_change(feature),
            Source::Extractor(index) => extractors.get(*index)?.next_change(snapshot),
            Source::Hour => next_hour(snapshot.moment()),
            Source::Today | Source::Month | Source::Weekday => snapshot.next_midnight(),
            // Rules compare dates with the day of the question.
            Source::Attribute(_) if field.kind == Kind::Date => snapshot.next_midnight(),
            _ => None,
        })
    }

    /// Writes down what is known of the customer before they are judged.
    pub(super) fn describe(
        &self,
        sheet: &mut Sheet,
        snapshot: &Snapshot<'_>,
        extractors: &[Box<dyn Extractor>],
    ) {
        self.fill(sheet, |source| source.described(snapshot, extractors));
    }

    /// Of that, writes down what segments follow from.
    pub(super) fn describe_inputs(
        &self,
        sheet: &mut Sheet,
        snapshot: &Snapshot<'_>,
        extractors: &[Box<dyn Extractor>],
    ) {
        for (slot, source) in self.sources.iter().filter(|(slot, _)| self.inputs.contains(slot)) {
            sheet.set(*slot, source.described(snapshot, extractors));
        }
    }

    /// Writes down the segments, and those of which it is not known.
    pub(super) fn place(
        &self,
        sheet: &mut Sheet,
        membership: &Membership,
        undecided: &BTreeSet<SegmentId>,
    ) {
        self.fill(sheet, |source| match source {
            Source::Segments => {
                Some(Value::set(membership.iter().map(|share| share.segment.as_str())))
            }
            _ => None,
        });
        if let Some(slot) = self.schema.slot("segments") {
            sheet.leave_undecided(slot, undecided.iter().map(Text::from).collect());
        }
    }

    /// Writes down tiers.
    pub(super) fn rank(
        &self,
        sheet: &mut Sheet,
        rank: Option<usize>,
        tier: Option<&TierId>,
        others: &BTreeMap<&LadderId, (usize, &TierId)>,
    ) {
        let number = |rank: usize| i64::try_from(rank).ok().map(Value::Integer);
        self.fill(sheet, |source| match source {
            Source::Tier => tier.map(Value::text),
            Source::TierRank => number(rank?),
            Source::TierOn(ladder) => others.get(ladder).map(|(_, tier)| Value::text(tier)),
            Source::TierRankOn(ladder) => number(others.get(ladder)?.0),
            _ => None,
        });
    }

    /// Writes down the points that can be spent, or would be if points of their purse could.
    pub(super) fn count(
        &self,
        sheet: &mut Sheet,
        balance: &Balance,
        purses: &BTreeMap<PurseId, Balance>,
    ) {
        self.fill(sheet, |source| {
            let balance = match source {
                Source::Points => Some(balance),
                Source::PointsIn(purse) => purses.get(purse),
                _ => None,
            };
            balance.map(|balance| Value::Integer(balance.active.0))
        });
    }

    /// Writes down the figures of games and the badges.
    pub(super) fn play(
        &self,
        sheet: &mut Sheet,
        figure: impl Fn(Figure) -> Option<i64>,
        badges: impl Fn() -> Value,
    ) {
        self.fill(sheet, |source| match source {
            Source::Figure(wanted) => figure(*wanted).map(Value::Integer),
            Source::Badges => Some(badges()),
            _ => None,
        });
    }

    /// Writes down what is in the basket, and through which channel it came.
    pub(super) fn carry(
        &self,
        sheet: &mut Sheet,
        basket: &Basket,
        channel: Option<Channel>,
        moment: &Moment,
    ) {
        let lines = &basket.lines;
        self.fill(sheet, |source| match source {
            Source::BasketTotal => basket.net_price(moment.currency).ok().map(Value::Money),
            Source::BasketUnits => Some(Value::Integer(basket.units())),
            Source::BasketProducts => Some(Value::set(lines.iter().map(|line| &line.product))),
            Source::BasketCategories => {
                Some(Value::set(lines.iter().filter_map(|line| line.category.as_ref())))
            }
            Source::Coupons => Some(Value::set(&basket.coupons)),
            Source::Store => basket.store.as_ref().map(Value::text),
            Source::Channel => channel.map(|channel| Value::text(channel.name())),
            _ => None,
        });
    }

    /// Writes down every value that `value` knows, and leaves the others as they are.
    fn fill(&self, sheet: &mut Sheet, value: impl Fn(&Source) -> Option<Value>) {
        for (slot, source) in &self.sources {
            if let Some(value) = value(source) {
                sheet.set(*slot, Some(value));
            }
        }
    }
}

impl Source {
    /// The value, if it is known of the customer before they are judged.
    fn described(
        &self,
        snapshot: &Snapshot<'_>,
        extractors: &[Box<dyn Extractor>],
    ) -> Option<Value> {
        let local = || snapshot.moment().zone.local(snapshot.moment().as_of);
        match self {
            Self::Attribute(name) => snapshot.attributes().get(name.as_str()).cloned(),
            Self::Feature(feature) => snapshot.value(feature),
            Self::Extractor(index) => extractors.get(*index)?.extract(snapshot),
            Self::Today => Some(Value::Date(local().date())),
            Self::Month => Some(Value::Integer(i64::from(local().month()))),
            Self::Weekday => {
                let index = usize::try_from(local().weekday().num_days_from_monday()).ok()?;
                WEEKDAYS.get(index).map(Value::text)
            }
            Self::Hour => Some(Value::Integer(i64::from(local().hour()))),
            Self::Consent(consent) => Some(consent.value(snapshot)),
            _ => None,
        }
    }
}

impl Names<'_> {
    /// The field called `name` and where its value comes from.
    fn find(
        &self,
        name: &str,
        segments: &BTreeSet<SegmentId>,
        tiers: &TierNames,
    ) -> Option<(Field, Source)> {
        if let Some((_, source)) = CALENDAR.iter().chain(&LATER).find(|(own, _)| *own == name) {
            return Some((self.own(name, source, segments, tiers), source.clone()));
        }
        if let Some((ladder, source)) = on_ladder(name) {
            let own = tiers.others.contains_key(&ladder);
            return own.then(|| (self.own(name, &source, segments, tiers), source));
        }
        if let Some(purse) = in_purse(name) {
            let declared = self.purses.get(&purse).is_some();
            return declared.then(|| (Field::new(name, Kind::Integer), Source::PointsIn(purse)));
        }
        if let Some(consent) = ConsentField::of(name, self.contact) {
            return Some((Field::new(name, Kind::Bool), Source::Consent(consent)));
        }
        if let Some(figure) = self.games.figure(name) {
            return Some((Field::new(name, Kind::Integer), Source::Figure(figure)));
        }
        if let Some(attribute) = self.attribute(name) {
            return Some((attribute, Source::Attribute(AttributeName::new(name).ok()?)));
        }
        if let Some(index) = self.extractors.iter().position(|extractor| extractor.name() == name) {
            let kind = self.extractors.get(index)?.kind();
            return Some((Field::new(name, kind), Source::Extractor(index)));
        }
        let feature = name.parse().ok().filter(|feature| self.tell(feature))?;
        let field = match feature.kind() {
            Kind::Money => Field::money(name, self.currency),
            kind => Field::new(name, kind),
        };
        Some((field, Source::Feature(feature)))
    }

    /// Whether there is an attribute of this name that is a date.
    pub(super) fn has_date(&self, name: &AttributeName) -> bool {
        self.attribute(name.as_str()).is_some_and(|field| field.kind == Kind::Date)
    }

    fn attribute(&self, name: &str) -> Option<Field> {
        if name == "preferred_channel" {
            return Some(Field::choice(name, Channel::ALL.map(Channel::name)));
        }
        if let Some((_, kind, _)) = WELL_KNOWN.iter().find(|(known, ..)| *known == name) {
            return Some(Field::new(name, *kind));
        }
        self.attributes.get(name).map(|declared| declared.field(name, self.currency))
    }

    fn own(
        &self,
        name: &str,
        source: &Source,
        segments: &BTreeSet<SegmentId>,
        tiers: &TierNames,
    ) -> Field {
        match source {
            Source::Today => Field::new(name, Kind::Date),
            Source::Weekday => Field::choice(name, WEEKDAYS),
            Source::Segments => closed(Field::new(name, Kind::Set), segments),
            Source::Tier => closed(Field::new(name, Kind::Text), &tiers.first),
            Source::TierOn(ladder) => {
                let none = BTreeSet::new();
                let tiers = tiers.others.get(ladder).unwrap_or(&none);
                closed(Field::new(name, Kind::Text), tiers)
            }
            Source::Badges => {
                let badges = self.games.badges.iter().map(|badge| badge.id.clone()).collect();
                closed(Field::new(name, Kind::Set), &badges)
            }
            Source::BasketTotal => Field::money(name, self.currency),
            Source::BasketProducts | Source::BasketCategories | Source::Coupons => {
                Field::new(name, Kind::Set)
            }
            Source::Store => Field::new(name, Kind::Text),
            Source::Channel => Field::choice(name, Channel::ALL.map(Channel::name)),
            _ => Field::new(name, Kind::Integer),
        }
    }

    /// Every name that a field could have, one example for features with arguments.
    fn all(&self) -> Vec<Text> {
        let own = CALENDAR.iter().chain(&LATER).map(|(name, _)| Text::from(name));
        let known = WELL_KNOWN.iter().map(|(name, ..)| Text::from(name));
        let declared = self.attributes.keys().map(Text::from);
        let extracted = self.extractors.iter().map(|extractor| Text::from(extractor.name()));
        let games = self.games.figure_names();
        let purses = self.purses.iter().map(|purse| Text::from(format!("points({})", purse.id)));
        let named = own.chain(known).chain(declared).chain(extracted).chain(games).chain(purses);
        let named = named.chain(ConsentField::names(self.contact));
        let features = self.usages().filter(|(_, feature)| self.tell(feature));
        named.chain(features.map(|(usage, _)| Text::from(usage))).collect()
    }

    /// An example of each feature that would be there with the models that tell it.
    fn needs(&self) -> impl Iterator<Item = (Text, Text)> {
        let needs = if self.value.is_none() {
            "a value model: give its parameters under `value`"
        } else {
            "a model of what customers spend: give its parameters under `value.spending`"
        };
        let lacking = self.usages().filter(|(_, feature)| !self.tell(feature));
        lacking.map(move |(usage, _)| (Text::from(usage), Text::from(needs)))
    }

    fn usages(&self) -> impl Iterator<Item = (&'static str, Feature)> {
        USAGES.into_iter().filter_map(|usage| Some((usage, usage.parse().ok()?)))
    }

    /// Whether a feature can be told.
    fn tell(&self, feature: &Feature) -> bool {
        !feature.needs_value_model() || self.value.is_some_and(|value| value.tells(feature))
    }
}

/// The next quarter of an hour in which the clock on the wall shows another hour; zones change
/// their clocks, and differ, by such quarters.
fn next_hour(moment: &Moment) -> Option<DateTime<Utc>> {
    let hour = |at| moment.zone.local(at).hour();
    let quarter = moment.as_of.duration_trunc(TimeDelta::minutes(15)).ok()?;
    let later =
        (1..=24).filter_map(|count| quarter.checked_add_signed(TimeDelta::minutes(15 * count)));
    later.into_iter().find(|at| hour(*at) != hour(moment.as_of))
}

/// A field of which only these texts are values; of any, if there are none.
fn closed<T: AsRef<str>>(field: Field, texts: &BTreeSet<T>) -> Field {
    let domain = (!texts.is_empty()).then(|| texts.iter().map(Text::from).collect());
    Field { domain, ..field }
}
