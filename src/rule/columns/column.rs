//! The values of one field for many customers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::ColumnFault;
use crate::money::{Currency, Money};
use crate::rule::{Field, Kind, Number, Text, Value};

/// The values of one field, one for each customer; `None` where it is missing.
#[derive(Clone, Debug)]
pub struct Column {
    kind: Kind,
    pub(in crate::rule) presence: Vec<Presence>,
    pub(in crate::rule) data: Data,
    /// The values that are not of the type or the currency of the column.
    other: BTreeMap<usize, Value>,
    /// The texts of which it is not known whether they are in the set.
    open: BTreeMap<usize, BTreeSet<Text>>,
}

/// What there is of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rule) enum Presence {
    Missing,
    /// It stands in the column.
    Here,
    /// It is not of the column's type, or not everything about it is known.
    Special,
}

#[derive(Clone, Debug)]
pub(in crate::rule) enum Data {
    /// Truth values, whole numbers, or numbers of days.
    Whole(Vec<i64>),
    Numbers(Vec<f64>),
    /// Minor units; there is no currency as long as there is no amount.
    Money(Vec<i64>, Option<Currency>),
    Texts(Dictionary, Vec<u32>),
    /// The texts of all sets one after the other, and where each set ends.
    Sets(Dictionary, Vec<u32>, Vec<usize>),
}

/// Texts and their codes.
#[derive(Clone, Debug, Default)]
pub(in crate::rule) struct Dictionary {
    pub(in crate::rule) texts: Vec<Text>,
    codes: HashMap<Text, u32>,
}

impl Dictionary {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.codes.insert(text.into(), code);
        code
    }

    fn text(&self, code: u32) -> Option<&Text> {
        self.texts.get(code as usize)
    }
}

impl Column {
    /// Truth values.
    pub fn bools(values: impl IntoIterator<Item = Option<bool>>) -> Self {
        Self::whole(Kind::Bool, values)
    }

    /// Whole numbers.
    pub fn integers(values: impl IntoIterator<Item = Option<i64>>) -> Self {
        Self::whole(Kind::Integer, values)
    }

    /// Numbers; NaN and the infinities are missing.
    pub fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let finite = |value: Option<f64>| value.and_then(|value| Number::new(value).ok());
        let (presence, data) = unzip(values.into_iter().map(finite).map(of_number));
        Self::new(Kind::Number, presence, Data::Numbers(data))
    }

    /// Amounts in minor units of one currency.
    pub fn money(currency: Currency, minor: impl IntoIterator<Item = Option<i64>>) -> Self {
        let (presence, data) = unzip(minor);
        Self::new(Kind::Money, presence, Data::Money(data, Some(currency)))
    }

    /// Days of the calendar.
    pub fn dates(values: impl IntoIterator<Item = Option<NaiveDate>>) -> Self {
        let days = |day: NaiveDate| i64::from(day.num_days_from_ce());
        Self::whole(Kind::Date, values.into_iter().map(|value| value.map(days)))
    }

    /// Texts.
    pub fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let mut dictionary = Dictionary::default();
        let codes = values.into_iter().map(|text| text.map(|text| dictionary.code(text.as_ref())));
        let (presence, codes) = unzip(codes);
        Self::new(Kind::Text, presence, Data::Texts(dictionary, codes))
    }

    /// Texts by their positions in a dictionary.
    pub fn coded_texts<T: Into<Text>>(
        dictionary: impl IntoIterator<Item = T>,
        codes: impl IntoIterator<Item = Option<u32>>,
    ) -> Self {
        let texts = dictionary.into_iter().map(Into::into).collect();
        let (presence, codes) = unzip(codes);
        let dictionary = Dictionary { texts, codes: HashMap::new() };
        Self::new(Kind::Text, presence, Data::Texts(dictionary, codes))
    }

    /// Sets of texts.
    pub fn sets<T: AsRef<str>, S: IntoIterator<Item = T>>(
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let (mut dictionary, mut codes, mut ends) = (Dictionary::default(), vec![], vec![]);
        let sets = values.into_iter().map(|set| {
            let here = set.is_some();
            let texts = set.into_iter().flatten();
            codes.extend(texts.map(|text| dictionary.code(text.as_ref())));
            ends.push(codes.len());
            if here { Presence::Here } else { Presence::Missing }
        });
        let presence = sets.collect();
        Self::new(Kind::Set, presence, Data::Sets(dictionary, codes, ends))
    }

    fn whole<T: Into<i64> + Default>(
        kind: Kind,
        values: impl IntoIterator<Item = Option<T>>,
    ) -> Self {
        let (presence, data) = unzip(values.into_iter().map(|value| value.map(Into::into)));
        Self::new(kind, presence, Data::Whole(data))
    }

    const fn new(kind: Kind, presence: Vec<Presence>, data: Data) -> Self {
        Self { kind, presence, data, other: BTreeMap::new(), open: BTreeMap::new() }
    }

    /// How many customers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.presence.len()
    }

    /// Whether there are no customers.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.presence.is_empty()
    }

    /// A column of no customers.
    pub(super) fn empty(field: &Field) -> Self {
        let data = match field.kind {
            Kind::Bool | Kind::Integer | Kind::Date => Data::Whole(Vec::new()),
            Kind::Number => Data::Numbers(Vec::new()),
            Kind::Money => Data::Money(Vec::new(), field.currency),
            Kind::Text => Data::Texts(Dictionary::default(), Vec::new()),
            Kind::Set => Data::Sets(Dictionary::default(), Vec::new(), Vec::new()),
        };
        Self::new(field.kind, Vec::new(), data)
    }

    /// Adds a value, and the texts of which it is not known whether they are in it.
    pub(super) fn push(&mut self, value: Option<&Value>, open: Option<&BTreeSet<Text>>) {
        let row = self.len();
        let fits = value.is_some_and(|value| value.kind() == self.kind);
        let fits = self.data.push(value.filter(|_| fits)) && fits;
        let open = open.filter(|open| !open.is_empty());
        if let Some(value) = value.filter(|_| !fits) {
            self.other.insert(row, value.clone());
        }
        if let Some(open) = open {
            self.open.insert(row, open.clone());
        }
        self.presence.push(match value {
            None => Presence::Missing,
            Some(_) if fits && open.is_none() => Presence::Here,
            Some(_) => Presence::Special,
        });
    }

    /// The value of a customer.
    pub(super) fn value(&self, row: usize) -> Option<Value> {
        if *self.presence.get(row)? == Presence::Missing {
            return None;
        }
        match self.other.get(&row) {
            Some(value) => Some(value.clone()),
            None => self.data.value(self.kind, row),
        }
    }

    pub(super) fn open(&self, row: usize) -> Option<&BTreeSet<Text>> {
        self.open.get(&row)
    }

    /// What is wrong with the column for a field, where columns are to be so long.
    pub(super) fn faults(&self, field: &Field, expected: usize) -> Vec<ColumnFault> {
        let mut faults = Vec::new();
        let (found, name) = (self.len(), || field.name.clone());
        if found != expected {
            faults.push(ColumnFault::WrongLength { field: name(), expected, found });
        }
        if self.kind != field.kind {
            let (expected, found) = (field.kind, self.kind);
            faults.push(ColumnFault::WrongType { field: name(), expected, found });
        }
        if let Data::Texts(Dictionary { texts, .. }, codes) = &self.data {
            let here = codes.iter().zip(&self.presence);
            let mut here = here.filter(|(_, presence)| **presence == Presence::Here);
            if let Some((code, _)) = here.find(|(code, _)| **code as usize >= texts.len()) {
                let (code, texts) = (*code, texts.len());
                faults.push(ColumnFault::UnknownCode { field: name(), code, texts });
            }
        }
        faults
    }
}

impl Data {
    /// Adds a value of the type of the column, or a place for one that stands elsewhere; whether
    /// it is in there.
    fn push(&mut self, value: Option<&Value>) -> bool {
        match (&mut *self, value) {
            (Self::Whole(data), Some(Value::Integer(value))) => data.push(*value),
            (Self::Whole(data), Some(Value::Bool(value))) => data.push((*value).into()),
            (Self::Whole(data), Some(Value::Date(day))) => data.push(day.num_days_from_ce().into()),
            (Self::Numbers(data), Some(Value::Number(value))) => data.push(value.as_f64()),
            (Self::Money(data, currency), Some(Value::Money(amount)))
                if currency.is_none_or(|currency| currency == amount.currency()) =>
            {
                *currency = Some(amount.currency());
                data.push(amount.minor());
            }
            (Self::Texts(dictionary, codes), Some(Value::Text(text))) => {
                codes.push(dictionary.code(text.as_str()));
            }
            (Self::Sets(dictionary, codes, ends), Some(Value::Set(texts))) => {
                codes.extend(texts.iter().map(|text| dictionary.code(text.as_str())));
                ends.push(codes.len());
            }
            _ => {
                self.push_nothing();
                return false;
            }
        }
        true
    }

    fn push_nothing(&mut self) {
        match self {
            Self::Whole(data) | Self::Money(data, _) => data.push(0),
            Self::Numbers(data) => data.push(0.0),
            Self::Texts(_, codes) => codes.push(0),
            Self::Sets(_, codes, ends) => ends.push(codes.len()),
        }
    }

    fn value(&self, kind: Kind, row: usize) -> Option<Value> {
        Some(match self {
            Self::Whole(data) => {
                let whole = *data.get(row)?;
                match kind {
                    Kind::Bool => Value::Bool(whole != 0),
                    Kind::Date => {
                        let days = i32::try_from(whole).ok()?;
                        Value::Date(NaiveDate::from_num_days_from_ce_opt(days)?)
                    }
                    _ => Value::Integer(whole),
                }
            }
            Self::Numbers(data) => Value::number(*data.get(row)?)?,
            Self::Money(data, currency) => {
                Value::Money(Money::from_minor(*data.get(row)?, (*currency)?))
            }
            Self::Texts(dictionary, codes) => {
                Value::Text(dictionary.text(*codes.get(row)?)?.clone())
            }
            Self::Sets(dictionary, ..) => {
                let codes = self.codes(row);
                Value::Set(
                    codes.iter().filter_map(|code| dictionary.text(*code).cloned()).collect(),
                )
            }
        })
    }

    /// The codes of the texts in the set of a customer.
    pub(in crate::rule) fn codes(&self, row: usize) -> &[u32] {
        let Self::Sets(_, codes, ends) = self else { return &[] };
        let start = row.checked_sub(1).and_then(|before| ends.get(before)).copied();
        let end = ends.get(row).copied().unwrap_or_default();
        codes.get(start.unwrap_or_default()..end).unwrap_or_default()
    }
}

fn of_number(value: Option<Number>) -> Option<f64> {
    value.map(Number::as_f64)
}

fn unzip<T: Default>(values: impl IntoIterator<Item = Option<T>>) -> (Vec<Presence>, Vec<T>) {
    let here = |value: Option<T>| match value {
        Some(value) => (Presence::Here, value),
        None => (Presence::Missing, T::default()),
    };
    values.into_iter().map(here).unzip()
}
