//! Rules from JSON, or from another format that describes itself: strict, bounded, and with errors
//! that say what to write.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::fault::{listed, short};
use super::written::{MAX_DEPTH, MAX_NODES};
use super::{Fault, Literal, Number, Operand, Rule, Test, Text, suggest, text, typing};

/// What a condition can be.
const HEADS: [&str; 7] = ["all", "any", "not", "of", "missing", "field", "coalesce"];

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = Cell::new(MAX_NODES);
        Room { left: &left, depth: 0 }.deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = Cell::new(MAX_NODES);
        Value(Room { left: &left, depth: 0 }).deserialize(deserializer)
    }
}

/// How much more may be read; as a seed it reads a rule.
#[derive(Clone, Copy)]
struct Room<'a> {
    /// Items of lists that may still come.
    left: &'a Cell<usize>,
    /// How deep the rule stands that is being read.
    depth: usize,
}

impl Room<'_> {
    fn take<E: de::Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| E::custom(Fault::TooLarge))?;
        self.left.set(left);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Room<'_> {
    type Value = Rule;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Rule, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(Fault::TooDeep));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Room<'_> {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a condition such as {\"field\": \"orders\", \"at_least\": 5}, \
            a text such as \"orders >= 5\", true or false",
        )
    }

    fn visit_bool<E: de::Error>(self, always: bool) -> Result<Rule, E> {
        Ok(if always { Rule::Always } else { Rule::Never })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rule, E> {
        text::parse(text, self.depth, self.left).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rule, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key::<Text>()? {
            parts.read(key.as_str(), self, &mut map)?;
        }
        parts.rule().map_err(A::Error::custom)
    }
}

/// What was read of a condition.
#[derive(Default)]
struct Parts {
    head: Option<Head>,
    default: Option<Literal>,
    test: Option<Test>,
}

/// What makes a condition what it is; there is one of them, and some need a test as well.
enum Head {
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Of(Vec<Rule>),
    Missing(Text),
    Field(Text),
    Coalesce(Vec<Text>),
}

impl Parts {
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        room: Room<'_>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if let Some(clash) = self.clash(key) {
            return Err(A::Error::custom(clash));
        }
        if HEADS.contains(&key) {
            self.head = Some(Head::read(key, room, map)?);
        } else if key == "default" {
            self.default = Some(map.next_value_seed(Value(room))?);
        } else {
            self.test = Some(read_test(key, room, map)?);
        }
        Ok(())
    }

    /// Why `key` cannot stand beside what was read before.
    fn clash(&self, key: &str) -> Option<String> {
        let (head, test) = (self.head.as_ref().map(Head::word), self.test.as_ref().map(Test::word));
        let default = self.default.as_ref().map(|_| "default");
        if [head, test, default].contains(&Some(key)) {
            return Some(format!("`{key}` is written twice"));
        }
        match (head, test) {
            (Some(head), _) if HEADS.contains(&key) => Some(apart(head, key)),
            (_, Some(test)) if typing::words().any(|word| word == key) => Some(format!(
                "`{test}` and `{key}` are two tests: give each its own condition under `all`"
            )),
            _ => None,
        }
    }

    /// The one rule that the parts make.
    fn rule(self) -> Result<Rule, String> {
        let head = match (self.head, &self.test) {
            (Some(head), _) => head,
            (None, Some(Test::AtLeast(_))) => {
                return Err("`at_least` needs a `field` to test, or a list `of` conditions".into());
            }
            (None, Some(test)) => return Err(format!("`{}` needs a `field` to test", test.word())),
            (None, None) => {
                return Err(format!("the condition is empty: it needs one of {}", listed(HEADS)));
            }
        };
        if self.default.is_some() && !matches!(head, Head::Coalesce(_)) {
            return Err("`default` goes with `coalesce` only".to_owned());
        }
        match (head, self.test) {
            (Head::Field(name), Some(test)) => Ok(Operand::Field(name).passes(test)),
            (Head::Coalesce(fields), Some(test)) => {
                Ok(Operand::Coalesce { fields, default: self.default }.passes(test))
            }
            (Head::Of(of), Some(test)) => Ok(Rule::AtLeast { count: count(&test)?, of }),
            (Head::Of(_), None) => Err("`of` needs `at_least`, the number that must hold".into()),
            (head @ (Head::Field(_) | Head::Coalesce(_)), None) => {
                Err(format!("`{}` needs a test: one of {}", head.word(), listed(typing::words())))
            }
            (head, Some(test)) => Err(apart(head.word(), test.word())),
            (Head::All(of), None) => Ok(Rule::All(of)),
            (Head::Any(of), None) => Ok(Rule::Any(of)),
            (Head::Not(rule), None) => Ok(Rule::Not(rule)),
            (Head::Missing(name), None) => Ok(Rule::Missing(name)),
        }
    }
}

impl Head {
    const fn word(&self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Any(_) => "any",
            Self::Not(_) => "not",
            Self::Of(_) => "of",
            Self::Missing(_) => "missing",
            Self::Field(_) => "field",
            Self::Coalesce(_) => "coalesce",
        }
    }

    fn read<'de, A: MapAccess<'de>>(
        key: &str,
        room: Room<'_>,
        map: &mut A,
    ) -> Result<Self, A::Error> {
        let below = Room { depth: room.depth + 1, ..room };
        let rules = List { item: below, room, what: "a list of conditions" };
        let names = List { item: PhantomData::<Text>, room, what: "a list of names of fields" };
        Ok(match key {
            "all" => Self::All(map.next_value_seed(rules)?),
            "any" => Self::Any(map.next_value_seed(rules)?),
            "of" => Self::Of(map.next_value_seed(rules)?),
            "not" => Self::Not(Box::new(map.next_value_seed(below)?)),
            "missing" => Self::Missing(map.next_value()?),
            "field" => Self::Field(map.next_value()?),
            "coalesce" => Self::Coalesce(map.next_value_seed(names)?),
            _ => return Err(A::Error::custom(unknown(key))),
        })
    }
}

fn read_test<'de, A: MapAccess<'de>>(
    key: &str,
    room: Room<'_>,
    map: &mut A,
) -> Result<Test, A::Error> {
    let value = Value(room);
    let values = List { item: value, room, what: "a list of values" };
    Ok(match key {
        "is" => Test::Is(map.next_value_seed(value)?),
        "is_not" => Test::IsNot(map.next_value_seed(value)?),
        "above" => Test::Above(map.next_value_seed(value)?),
        "at_least" => Test::AtLeast(map.next_value_seed(value)?),
        "below" => Test::Below(map.next_value_seed(value)?),
        "at_most" => Test::AtMost(map.next_value_seed(value)?),
        "between" => match <[Literal; 2]>::try_from(map.next_value_seed(values)?) {
            Ok([low, high]) => Test::Between(low, high),
            Err(_) => {
                let message = "`between` takes two values, the low end and the high end";
                return Err(A::Error::custom(message));
            }
        },
        "one_of" => Test::OneOf(map.next_value_seed(values)?),
        "none_of" => Test::NoneOf(map.next_value_seed(values)?),
        "any_of" => Test::AnyOf(map.next_value_seed(values)?),
        "all_of" => Test::AllOf(map.next_value_seed(values)?),
        "starts_with" => Test::StartsWith(map.next_value()?),
        "ends_with" => Test::EndsWith(map.next_value()?),
        "contains" => Test::Contains(map.next_value()?),
        "within_last" => Test::WithinLast(map.next_value()?),
        "within_next" => Test::WithinNext(map.next_value()?),
        "anniversary_within_next" => Test::AnniversaryWithinNext(map.next_value()?),
        _ => return Err(A::Error::custom(unknown(key))),
    })
}

/// The count of an "at least n of".
fn count(test: &Test) -> Result<u32, String> {
    match test {
        Test::AtLeast(Literal::Integer(count)) => u32::try_from(*count).ok(),
        Test::AtLeast(_) => None,
        other => return Err(apart("of", other.word())),
    }
    .ok_or_else(|| "`at_least` with `of` is a whole number of conditions".to_owned())
}

fn unknown(key: &str) -> String {
    let words = HEADS.into_iter().chain(["default"]).chain(typing::words());
    let meant = suggest::name(key, words.clone());
    let meant = meant.map(|word| format!(": did you mean `{word}`?")).unwrap_or_default();
    format!("unknown key `{}`{meant} (the keys are {})", short(key), listed(words))
}

fn apart(first: &str, second: &str) -> String {
    format!("`{first}` and `{second}` cannot stand side by side: give each its own condition")
}

/// Reads a list, item by item.
struct List<'a, S> {
    item: S,
    room: Room<'a>,
    what: &'static str,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for List<'_, S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for List<'_, S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.item)? {
            self.room.take()?;
            items.push(item);
        }
        Ok(items)
    }
}

/// Reads a literal.
#[derive(Clone, Copy)]
struct Value<'a>(Room<'a>);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Literal;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Literal, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false, a number, a text or a list of texts")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Literal, E> {
        Ok(Literal::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Literal, E> {
        Ok(Literal::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Literal, E> {
        let integer = i64::try_from(value);
        integer.map(Literal::Integer).map_err(|_| E::custom("the whole number is out of range"))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Literal, E> {
        Number::new(value).map(Literal::Number).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Literal, E> {
        Ok(Literal::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Literal, A::Error> {
        let texts = List { item: PhantomData::<Text>, room: self.0, what: "a list of texts" };
        texts.visit_seq(seq).map(Literal::List)
    }
}
