//! Random rules and facts at the edges: extreme numbers, foreign money, values of a wrong type,
//! sets of which not everything is known.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{Rng, RngExt};

use crate::calendar::{Span, Unit};
use crate::money::{Currency, Money};
use crate::rule::{
    Field, Kind, Literal, Number, Operand, Rule, Schema, Sheet, Test, Text, Value, all, any,
    at_least, coalesce, field, missing, not,
};

const TEXTS: [&str; 8] = ["", "a", "ab", "abc", "b", "bc", "c", "long enough for the heap, surely"];
const UNITS: [Unit; 4] = [Unit::Day, Unit::Week, Unit::Month, Unit::Year];

pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new([
        Field::new("count", Kind::Integer),
        Field::new("rate", Kind::Number),
        Field::money("spend", Currency::EUR),
        Field::new("balance", Kind::Money),
        Field::new("name", Kind::Text),
        Field::new("born", Kind::Date),
        Field::new("tags", Kind::Set),
        Field::new("active", Kind::Bool),
        Field::new("groups", Kind::Set),
        Field::new("visits", Kind::Integer),
    ])
    .unwrap()
});

/// Draws rules and facts.
pub(super) struct Draw<R> {
    pub(super) rng: R,
}

impl<R: Rng> Draw<R> {
    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(&mut self.rng).unwrap()
    }

    /// A rule, which is often a list of conditions that must all hold.
    pub(super) fn rule(&mut self, depth: u32) -> Rule {
        let rules = |draw: &mut Self, most: u32| -> Vec<Rule> {
            (0..draw.rng.random_range(1..=most)).map(|_| draw.rule(depth - 1)).collect()
        };
        match self.rng.random_range(0..12) {
            _ if depth == 0 => self.condition(),
            0..4 => all(rules(self, 4)),
            4 => any(rules(self, 3)),
            5 => not(self.rule(depth - 1)),
            6 => {
                let rules = rules(self, 4);
                at_least(self.rng.random_range(1..=rules.len() as u32), rules)
            }
            7 => {
                // Of one field, so that cells tell it.
                let name = self.name();
                any((0..3).map(|_| self.test_of(name)))
            }
            _ => self.condition(),
        }
    }

    fn name(&mut self) -> &'static str {
        self.of(&[
            "count", "rate", "spend", "balance", "name", "born", "tags", "active", "groups",
            "visits",
        ])
    }

    fn condition(&mut self) -> Rule {
        let name = self.name();
        match self.rng.random_range(0..20) {
            0 => missing(name),
            1 => not(missing(name)),
            2 if self.of(&[true, false]) => Rule::Always,
            2 => Rule::Never,
            3..6 => not(self.test_of(name)),
            _ => self.test_of(name),
        }
    }

    fn test_of(&mut self, name: &'static str) -> Rule {
        let kind = SCHEMA.field(SCHEMA.slot(name).unwrap()).unwrap().kind;
        let operand = match self.rng.random_range(0..10) {
            0 => {
                let other = if kind == Kind::Integer { "visits" } else { name };
                coalesce([name, other])
            }
            1 => {
                let default = if kind == Kind::Set {
                    Literal::from(self.texts())
                } else {
                    self.literal(name, kind)
                };
                field(name).or_default(default)
            }
            _ => field(name),
        };
        match kind {
            Kind::Set => self.set_test(operand),
            Kind::Text => self.text_test(operand),
            Kind::Bool => match self.of(&[true, false]) {
                true => operand.is(self.of(&[true, false])),
                false => operand.is_not(self.of(&[true, false])),
            },
            Kind::Date if self.of(&[true, false]) => self.day_test(operand),
            _ => self.order_test(operand, name, kind),
        }
    }

    fn order_test(&mut self, operand: Operand, name: &str, kind: Kind) -> Rule {
        let one = self.literal(name, kind);
        match self.rng.random_range(0..9) {
            0 => operand.is(one),
            1 => operand.is_not(one),
            2 => operand.above(one),
            3 => operand.at_least(one),
            4 => operand.below(one),
            5 => operand.at_most(one),
            6 => operand.one_of([one]),
            7 => operand.none_of([one]),
            _ => {
                let other = self.literal(name, kind);
                let both = [(one.clone(), other.clone()), (other, one.clone())];
                let between = |(low, high)| operand.clone().between(low, high);
                let sound = |rule: &Rule| rule.check(&SCHEMA).is_ok();
                both.into_iter().map(between).find(sound).unwrap_or(operand.is(one))
            }
        }
    }

    fn text_test(&mut self, operand: Operand) -> Rule {
        let text = self.of(&TEXTS);
        let some = self.of(&TEXTS[1..]);
        match self.rng.random_range(0..7) {
            0 => operand.is(text),
            1 => operand.is_not(text),
            2 => operand.one_of(self.texts()),
            3 => operand.none_of(self.texts()),
            4 => operand.starts_with(some),
            5 => operand.ends_with(some),
            _ => operand.contains(some),
        }
    }

    fn set_test(&mut self, operand: Operand) -> Rule {
        let texts = self.texts();
        match self.rng.random_range(0..9) {
            0 => operand.is(texts),
            1 => operand.is_not(texts),
            2..5 => operand.any_of(texts),
            5..7 => operand.all_of(texts),
            _ => operand.none_of(texts),
        }
    }

    fn day_test(&mut self, operand: Operand) -> Rule {
        let span = Span::new(self.of(&[1, 2, 10, 40, 100_000]), self.of(&UNITS)).unwrap();
        let test = match self.rng.random_range(0..5) {
            0 | 1 => Test::WithinLast(span),
            2 | 3 => Test::WithinNext(span),
            _ => Test::AnniversaryWithinNext(span),
        };
        operand.passes(test)
    }

    /// One to five texts.
    fn texts(&mut self) -> Vec<&'static str> {
        let count = self.rng.random_range(1..=5);
        TEXTS.iter().copied().sample(&mut self.rng, count)
    }

    fn integer(&mut self) -> i64 {
        let near = self.rng.random_range(-3..6);
        let edge = self.of(&[i64::MIN, i64::MAX, 1 << 53, -(1 << 53), 1 << 62]);
        if self.rng.random_ratio(1, 4) { edge.saturating_add(near) } else { near }
    }

    fn float(&mut self) -> f64 {
        let edge = self.of(&[
            f64::MAX,
            f64::MIN,
            5e-324,
            -5e-324,
            9_223_372_036_854_775_808.0,
            -9_223_372_036_854_775_808.0,
            9_007_199_254_740_994.0,
            1e300,
        ]);
        let near = f64::from(self.rng.random_range(-8..16)) / 4.0;
        if self.rng.random_ratio(1, 4) { edge } else { near }
    }

    fn amount(&mut self, name: &str) -> Money {
        let foreign = name == "balance" && self.rng.random_ratio(1, 3);
        let other = self.of(&[Currency::USD, Currency::JPY]);
        let minor = self.integer();
        Money::from_minor(minor, if foreign { other } else { Currency::EUR })
    }

    fn day(&mut self) -> NaiveDate {
        let near = NaiveDate::default() + Days::new(self.rng.random_range(0..200));
        let edge = self.of(&["0001-01-01", "9999-12-31", "2000-02-29"]).parse().unwrap();
        if self.rng.random_ratio(1, 6) { edge } else { near }
    }

    fn literal(&mut self, name: &str, kind: Kind) -> Literal {
        match kind {
            Kind::Bool => self.of(&[true, false]).into(),
            Kind::Integer | Kind::Number if self.of(&[true, false]) => self.integer().into(),
            Kind::Integer | Kind::Number => Number::new(self.float()).unwrap().into(),
            Kind::Money => self.amount(name).into(),
            Kind::Text | Kind::Set => self.of(&TEXTS).into(),
            Kind::Date => self.day().into(),
        }
    }

    fn value(&mut self, name: &str, kind: Kind) -> Value {
        match kind {
            Kind::Bool => self.of(&[true, false]).into(),
            Kind::Integer => self.integer().into(),
            Kind::Number if self.rng.random_ratio(1, 4) => self.integer().into(),
            Kind::Number => Value::number(self.float()).unwrap(),
            Kind::Money if self.rng.random_ratio(1, 20) => {
                Money::from_minor(self.integer(), self.of(&[Currency::USD, Currency::GBP])).into()
            }
            Kind::Money => self.amount(name).into(),
            Kind::Text if self.rng.random_ratio(1, 4) => self.of(&["d", "abcd", "zz"]).into(),
            Kind::Text => self.of(&TEXTS).into(),
            Kind::Date => self.day().into(),
            Kind::Set => {
                let count = self.rng.random_range(0..=6);
                let texts = TEXTS.iter().copied().chain(["unmentioned", "neither"]);
                Value::set(texts.sample(&mut self.rng, count))
            }
        }
    }

    /// Facts of which one in five is missing and one in twenty has a wrong type.
    pub(super) fn facts(&mut self) -> Sheet {
        let today = self.day();
        self.facts_of(today)
    }

    /// Such facts for this day.
    pub(super) fn facts_of(&mut self, today: NaiveDate) -> Sheet {
        let mut sheet = Sheet::new(today);
        for field in SCHEMA.fields() {
            let (name, slot) = (field.name.as_str(), SCHEMA.slot(field.name.as_str()).unwrap());
            let value = match self.rng.random_range(0..20) {
                0..4 => None,
                4 => Some(self.of(&[true, false]))
                    .map(|set| if set { Value::set(["a"]) } else { Value::text("a") }),
                _ => Some(self.value(name, field.kind)),
            };
            sheet.set(slot, value);
            if field.kind == Kind::Set && self.rng.random_ratio(1, 3) {
                sheet.leave_undecided(slot, self.texts().into_iter().map(Text::from).collect());
            }
        }
        sheet
    }
}
