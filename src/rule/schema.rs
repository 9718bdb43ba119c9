//! Which fields rules may speak of, and where their values come from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::suggest;
use super::{Fault, Kind, Text, Value};
use crate::money::Currency;
use crate::path::{Path, Problems};

/// A field that rules may test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name by which rules call it, such as `spend(90d)` or `tier`.
    pub name: Text,
    /// The type of its values.
    pub kind: Kind,
    /// For money: the one currency of its values, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// For texts and sets: the only texts that occur, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<BTreeSet<Text>>,
}

impl Field {
    /// A field whose values are only known by their type.
    pub fn new(name: impl Into<Text>, kind: Kind) -> Self {
        Self { name: name.into(), kind, currency: None, domain: None }
    }

    /// Money of one currency.
    pub fn money(name: impl Into<Text>, currency: Currency) -> Self {
        Self { currency: Some(currency), ..Self::new(name, Kind::Money) }
    }

    /// A text that is one of a few.
    pub fn choice<T: Into<Text>>(
        name: impl Into<Text>,
        domain: impl IntoIterator<Item = T>,
    ) -> Self {
        let domain = Some(domain.into_iter().map(Into::into).collect());
        Self { domain, ..Self::new(name, Kind::Text) }
    }

    fn fault(&self) -> Option<(&'static str, Fault)> {
        let Self { name, kind, currency, domain } = self;
        if name.as_str().is_empty() {
            return Some(("name", Fault::NamelessField));
        }
        if currency.is_some() && *kind != Kind::Money {
            return Some(("currency", Fault::CurrencyOfNoMoney { field: name.clone() }));
        }
        match domain {
            Some(_) if !matches!(kind, Kind::Text | Kind::Set) => {
                Some(("domain", Fault::DomainOfNoText { field: name.clone() }))
            }
            Some(domain) if domain.is_empty() => Some(("domain", Fault::NoValues)),
            _ => None,
        }
    }
}

/// The place of a field in its schema, by which facts are looked up fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(u32);

impl Slot {
    /// The position of the field in [`Schema::fields`], counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The fields that rules may test, in the order of their slots.
///
/// ```
/// use loyalty::rule::{Field, Kind, Schema};
///
/// let fields = [Field::new("orders", Kind::Integer), Field::new("email", Kind::Text)];
/// let schema = Schema::new(fields)?;
/// assert_eq!(schema.slot("email").map(|slot| slot.index()), Some(1));
/// # Ok::<(), loyalty::path::Problems<loyalty::rule::Fault>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<Field>,
    /// The same fields, for checked rules to keep.
    shared: Vec<Arc<Field>>,
    slots: HashMap<Text, Slot>,
    known_names: BTreeSet<Text>,
    /// What is needed for a field of a name, or of a name with arguments, to be there.
    needs: BTreeMap<Text, Text>,
}

impl Schema {
    /// A schema of `fields`, whose slots follow their order.
    ///
    /// # Errors
    /// A problem at `[index]` for every field without a name, with the name of another, or with a
    /// currency or domain that its type cannot have.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Result<Self, Problems<Fault>> {
        let mut schema = Self::default();
        let mut problems = Problems::none();
        for (index, field) in fields.into_iter().enumerate() {
            let path = Path::root().item(index);
            if let Some((part, fault)) = field.fault() {
                problems.add(path.field(part), fault);
            }
            let slot = Slot(u32::try_from(index).unwrap_or(u32::MAX));
            if schema.slots.insert(field.name.clone(), slot).is_some() {
                let fault = Fault::DuplicateField { field: field.name.clone() };
                problems.add(path.field("name"), fault);
            }
            schema.shared.push(Arc::new(field.clone()));
            schema.fields.push(field);
        }
        problems.into_result(schema)
    }

    /// The schema with names of which fields could be made, so that a misspelled field is answered
    /// with one of them; `spend(90d)` also stands for `spend` with any other argument.
    #[must_use]
    pub fn with_known_names<T: Into<Text>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.known_names.extend(names.into_iter().map(Into::into));
        self
    }

    /// The schema with names of fields that would be there if something else were, and what that
    /// is: `("clv(1y)", "a value model")`, which also stands for `clv` with any other argument.
    #[must_use]
    pub fn with_needs<T: Into<Text>>(mut self, needs: impl IntoIterator<Item = (T, T)>) -> Self {
        let needs = needs.into_iter().map(|(name, what)| (name.into(), what.into()));
        self.needs.extend(needs.map(|(name, what)| (Text::from(word(name.as_str())), what)));
        self
    }

    /// What is needed for a field of this name to be there, if that is known.
    #[must_use]
    pub fn needed_for(&self, name: &str) -> Option<&Text> {
        self.needs.get(word(name))
    }

    /// The fields in the order of their slots.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field in a slot of this schema.
    #[must_use]
    pub fn field(&self, slot: Slot) -> Option<&Field> {
        self.fields.get(slot.index())
    }

    /// The field in a slot, to be kept beyond the schema.
    pub(super) fn shared(&self, slot: Slot) -> Option<Arc<Field>> {
        self.shared.get(slot.index()).cloned()
    }

    /// The slot of the field with this name.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    /// The field or known name that someone who wrote `name` probably meant.
    #[must_use]
    pub fn suggestion(&self, name: &str) -> Option<Text> {
        let fields = self.fields.iter().map(|field| field.name.as_str());
        suggest::name(name, fields.chain(self.known_names.iter().map(Text::as_str)))
    }
}

/// What stands before the arguments of a name.
fn word(name: &str) -> &str {
    name.split_once('(').map_or(name, |(word, _)| word)
}

/// What is known when a rule is asked: the values of a schema's fields, and which day it is.
///
/// A value that is not there is missing; rules never take it for zero, empty or no.
///
/// Laws (`laws::facts` checks them): a value has the type and the currency of its field, and is of
/// its domain; the same question has the same answer.
pub trait Facts {
    /// The value of the field in `slot`, or `None` if it is missing.
    fn value(&self, slot: Slot) -> Option<&Value>;

    /// The day from which dates are counted, in the program's time zone.
    fn today(&self) -> NaiveDate;

    /// Of the set in `slot`: the texts of which it is not known whether they are in it. A test
    /// whose answer hangs on one of them is unknown.
    fn undecided(&self, _slot: Slot) -> Option<&BTreeSet<Text>> {
        None
    }
}

/// Facts that are written down one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    values: Vec<Option<Value>>,
    today: NaiveDate,
    undecided: Vec<(Slot, BTreeSet<Text>)>,
}

impl Sheet {
    /// A sheet for the day `today` on which everything is missing.
    #[must_use]
    pub const fn new(today: NaiveDate) -> Self {
        Self { values: Vec::new(), today, undecided: Vec::new() }
    }

    /// A sheet of `values` in the order of their slots.
    #[must_use]
    pub const fn of(values: Vec<Option<Value>>, today: NaiveDate) -> Self {
        Self { values, today, undecided: Vec::new() }
    }

    /// Writes down of which texts it is not known whether they are in the set in `slot`.
    pub fn leave_undecided(&mut self, slot: Slot, texts: BTreeSet<Text>) {
        self.undecided.retain(|(known, _)| *known != slot);
        if !texts.is_empty() {
            self.undecided.push((slot, texts));
        }
    }

    /// Writes down the value of the field in `slot`, or with `None` that it is missing.
    pub fn set(&mut self, slot: Slot, value: Option<Value>) {
        let index = slot.index();
        if index >= self.values.len() {
            if value.is_none() {
                return;
            }
            self.values.resize(index + 1, None);
        }
        if let Some(place) = self.values.get_mut(index) {
            *place = value;
        }
    }
}

impl Facts for Sheet {
    fn value(&self, slot: Slot) -> Option<&Value> {
        self.values.get(slot.index()).and_then(Option::as_ref)
    }

    fn today(&self) -> NaiveDate {
        self.today
    }

    fn undecided(&self, slot: Slot) -> Option<&BTreeSet<Text>> {
        self.undecided.iter().find(|(known, _)| *known == slot).map(|(_, texts)| texts)
    }
}
