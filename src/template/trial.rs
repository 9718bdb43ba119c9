//! A template tried out on customers that are made up: always the same ones.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CheckedTemplate, Content, Datum, Fault, Item, Kind, Locale, Medium, Refusal, Remark, Rendered,
    SmsCount, Values,
};
use crate::calendar::Zone;
use crate::money::{Currency, Money};
use crate::path::{Path, Problem, Problems};
use crate::rule::{Field, Number, Sheet, Text, Value};

/// What the trial found.
pub(super) struct Tried {
    pub(super) problems: Problems<Fault>,
    pub(super) remarks: Vec<Problem<Remark>>,
}

/// What is supposed of a customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Customer {
    /// Nothing is known but what the template needs.
    Unknown,
    /// All is known.
    Known,
    /// All is known, and long.
    Long,
    /// Some of it is known: which, follows from the seed.
    Some(u64),
    /// Values that somebody has chosen to do harm with.
    Hostile(usize),
}

/// How many customers are tried of whom something is known.
const SOME: u64 = 24;

/// Texts that would do harm where they are taken for something else than a text.
const HOSTILE: [&str; 10] = [
    "{{ 7*7 }}",
    "{% for a in range(1000000) %}x{% endfor %}",
    "\u{2}{ v0 }\u{3}",
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='\"",
    "a\r\nBcc: everyone@example.org\r\n\r\n",
    "javascript:alert(1)",
    "\u{0}\u{1b}[2J\u{202e}\u{2028}\u{feff}",
    "&lt;&#39;%0d%0a\\u003c",
    "Z̸̡̛͉͔̪a̵̢͇l̴̨g̷o👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
];

/// Tries all texts of a template.
pub(super) fn trial(template: &CheckedTemplate) -> Tried {
    let mut tried = Tried { problems: Problems::none(), remarks: Vec::new() };
    let written = template.written();
    for locale in written.texts.keys() {
        for medium in template.media() {
            let path = Path::root().field("texts").field(locale.as_str()).field(medium.name());
            match template.texts_of(medium, locale) {
                Some(own) if own == locale => tried.medium(template, &path, medium, locale),
                Some(own) if own.language() != locale.language() => {
                    tried.remark(&path, Remark::OtherLanguage { medium, from: own.clone() });
                }
                _ => {}
            }
        }
    }
    tried.written(template);
    tried
}

impl Tried {
    fn remark(&mut self, path: &Path, remark: Remark) {
        let remark = Problem { path: path.clone(), fault: remark };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// What can be said without any customer.
    fn written(&mut self, template: &CheckedTemplate) {
        for (locale, texts) in &template.written().texts {
            let path = Path::root().field("texts").field(locale.as_str());
            if texts.email.as_ref().is_some_and(|email| email.text.is_none()) {
                self.remark(&path.field("email"), Remark::NoPlainText);
            }
        }
    }

    fn medium(&mut self, template: &CheckedTemplate, path: &Path, medium: Medium, locale: &Locale) {
        let some = (0..SOME).map(Customer::Some);
        let hostile = (0..HOSTILE.len()).map(Customer::Hostile);
        let customers = [Customer::Known, Customer::Unknown, Customer::Long];
        for customer in customers.into_iter().chain(some).chain(hostile) {
            let rendered = customer.rendered(template, medium, locale);
            match rendered {
                Err(refusal) => self.refused(path, customer, refusal),
                Ok(Rendered { content: Content::Sms { count, .. }, .. }) => {
                    self.counted(path, customer, count);
                }
                Ok(_) => {}
            }
        }
    }

    fn refused(&mut self, path: &Path, customer: Customer, refusal: Refusal) {
        let whom = customer.words();
        let broken = matches!(refusal, Refusal::Failed { .. } | Refusal::Missing { .. });
        let endless = matches!(refusal, Refusal::StepsSpent { .. });
        let wrong = match customer {
            Customer::Unknown | Customer::Known => true,
            Customer::Long | Customer::Some(_) => broken || endless,
            Customer::Hostile(_) => broken,
        };
        if wrong {
            let told = self.problems.iter().any(|problem| problem.path == *path);
            if !told {
                self.problems.add(path.clone(), Fault::Trial { whom, refusal });
            }
        } else if !matches!(customer, Customer::Hostile(_)) {
            self.remark(path, Remark::Refused { whom: whom.to_owned(), refusal });
        }
    }

    fn counted(&mut self, path: &Path, customer: Customer, count: SmsCount) {
        let path = path.field("text");
        match (customer, count.outside) {
            (Customer::Known, Some(character)) => {
                self.remark(&path, Remark::OutsideAlphabet { character });
            }
            (Customer::Long, _) if count.segments > 1 => {
                let whom = customer.words().to_owned();
                self.remark(&path, Remark::Segments { whom, segments: count.segments });
            }
            _ => {}
        }
    }
}

impl Customer {
    const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "a customer of whom nothing is known",
            Self::Known => "a customer of whom everything is known",
            Self::Long => "a customer with long values",
            Self::Some(_) => "a customer of whom something is known",
            Self::Hostile(_) => "a customer with hostile values",
        }
    }

    fn rendered(
        self,
        template: &CheckedTemplate,
        medium: Medium,
        locale: &Locale,
    ) -> Result<Rendered, Refusal> {
        let vocabulary = template.vocabulary();
        let needs = &template.written().needs;
        let mut draw = Draw(if let Self::Some(seed) = self { seed } else { 0 });
        let mut facts = Sheet::new(day());
        for field in vocabulary.facts.fields() {
            let needed = needs.contains(field.name.as_str());
            if let Some(slot) = vocabulary.facts.slot(field.name.as_str())
                && self.knows(needed, &mut draw)
            {
                facts.set(slot, self.fact(field, &mut draw));
            }
        }
        let mut values = Values::new(&facts);
        for detail in vocabulary.details.iter() {
            let needed = !detail.optional || needs.contains(detail.name.as_str());
            if self.knows(needed, &mut draw)
                && let Some(value) = self.datum(detail.kind, None, None, &mut draw)
            {
                values = values.with(detail.name.clone(), value);
            }
        }
        for list in vocabulary.lists.iter() {
            let count = self.count(list.most, &mut draw);
            let items = (0..count).map(|_| {
                let known = list.fields.iter().filter_map(|field| {
                    let known = self.knows(!field.optional, &mut draw);
                    let value = known.then(|| self.datum(field.kind, None, None, &mut draw));
                    Some((field.name.clone(), value.flatten()?))
                });
                known.fold(Item::new(), |item, (name, value)| item.with(name, value))
            });
            let items: Vec<Item> = items.collect();
            values = values.with_list(list.name.clone(), items);
        }
        template.render(medium, &values, locale, Zone::UTC)
    }

    fn knows(self, needed: bool, draw: &mut Draw) -> bool {
        match self {
            _ if needed => true,
            Self::Unknown => false,
            Self::Known | Self::Long | Self::Hostile(_) => true,
            Self::Some(_) => draw.below(2) == 0,
        }
    }

    fn count(self, most: u32, draw: &mut Draw) -> u32 {
        match self {
            Self::Unknown => 0,
            Self::Known => most.min(3),
            Self::Long | Self::Hostile(_) => most,
            Self::Some(_) => draw.below(most.saturating_add(1)),
        }
    }

    fn fact(self, field: &Field, draw: &mut Draw) -> Option<Value> {
        let kind = Kind::from(field.kind);
        match self.datum(kind, field.currency, field.domain.as_ref(), draw)? {
            Datum::Value(value) => Some(value),
            Datum::Instant { .. } => None,
        }
    }

    fn datum(
        self,
        kind: Kind,
        currency: Option<Currency>,
        domain: Option<&BTreeSet<Text>>,
        draw: &mut Draw,
    ) -> Option<Datum> {
        Some(match kind {
            Kind::Bool => (!matches!(self, Self::Some(_)) || draw.below(2) == 0).into(),
            Kind::Integer => self.integer(draw).into(),
            Kind::Number => self.number(draw)?.into(),
            Kind::Money => self.money(currency.unwrap_or(Currency::EUR), draw).into(),
            Kind::Text => self.text(domain, draw).into(),
            Kind::Link => self.link().into(),
            Kind::Date => self.date().into(),
            Kind::Instant => self.instant().into(),
            Kind::Set => self.set(domain).into(),
        })
    }

    fn integer(self, draw: &mut Draw) -> i64 {
        match self {
            Self::Long => 1_999_999,
            Self::Hostile(index) if index % 2 == 0 => i64::MIN,
            Self::Hostile(_) => i64::MAX,
            Self::Some(_) => draw.below(4).into(),
            Self::Unknown | Self::Known => 1_250,
        }
    }

    fn number(self, draw: &mut Draw) -> Option<Number> {
        let value = match self {
            Self::Long => 12_345.678,
            Self::Hostile(index) if index % 2 == 0 => f64::MIN,
            Self::Hostile(_) => 5e-324,
            Self::Some(_) => f64::from(draw.below(5)) / 4.0,
            Self::Unknown | Self::Known => 0.25,
        };
        Number::new(value).ok()
    }

    fn money(self, currency: Currency, draw: &mut Draw) -> Money {
        let minor = match self {
            Self::Long => 1_999_999,
            Self::Hostile(index) if index % 2 == 0 => i64::MIN,
            Self::Hostile(_) => i64::MAX,
            Self::Some(_) => i64::from(draw.below(3)) * 1_250,
            Self::Unknown | Self::Known => 1_250,
        };
        Money::from_minor(minor, currency)
    }

    fn text(self, domain: Option<&BTreeSet<Text>>, draw: &mut Draw) -> Text {
        let Some(domain) = domain else {
            return Text::from(match self {
                Self::Long => "Wilhelmina-Alexandrina Vandenbroucke-Wouters",
                Self::Hostile(index) => HOSTILE.get(index).copied().unwrap_or_default(),
                Self::Some(_) => {
                    ["Anna", "Jo", "Bob"].get(draw.below(3) as usize).copied().unwrap_or("Anna")
                }
                Self::Unknown | Self::Known => "Anna",
            });
        };
        let of = match self {
            Self::Long => domain.iter().max_by_key(|text| text.as_str().len()),
            Self::Some(_) => domain.iter().nth(draw.among(domain.len())),
            _ => domain.first(),
        };
        of.cloned().unwrap_or_default()
    }

    fn link(self) -> Text {
        Text::from(match self {
            Self::Long => {
                "https://www.shop.example/en/products/coffee-and-tea/assorted?from=message"
            }
            Self::Hostile(index) => HOSTILE.get(index).copied().unwrap_or_default(),
            Self::Unknown | Self::Known | Self::Some(_) => "https://shop.example/a",
        })
    }

    fn date(self) -> NaiveDate {
        match self {
            Self::Long => long_day(),
            Self::Hostile(index) if index % 2 == 0 => NaiveDate::MIN,
            Self::Hostile(_) => NaiveDate::MAX,
            Self::Unknown | Self::Known | Self::Some(_) => day(),
        }
    }

    fn instant(self) -> DateTime<Utc> {
        match self {
            Self::Hostile(index) if index % 2 == 0 => DateTime::<Utc>::MIN_UTC,
            Self::Hostile(_) => DateTime::<Utc>::MAX_UTC,
            _ => self.date().and_time(chrono::NaiveTime::MIN).and_utc(),
        }
    }

    fn set(self, domain: Option<&BTreeSet<Text>>) -> Value {
        let words = match self {
            Self::Hostile(index) => vec![HOSTILE.get(index).copied().unwrap_or_default()],
            _ => vec!["books", "tea"],
        };
        match domain {
            Some(domain) => Value::Set(domain.clone()),
            None => Value::set(words),
        }
    }
}

/// A Saturday in March.
fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 14).unwrap_or_default()
}

/// A Wednesday in September, which are long words.
fn long_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or_default()
}

/// Numbers that follow from a seed (SplitMix64, Steele, Lea and Flood 2014).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let high = (mixed ^ (mixed >> 31)) >> 33;
        u32::try_from(high % u64::from(end.max(1))).unwrap_or_default()
    }

    fn among(&mut self, count: usize) -> usize {
        self.below(u32::try_from(count).unwrap_or(u32::MAX)) as usize
    }
}
