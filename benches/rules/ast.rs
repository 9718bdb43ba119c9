//! The peer: typed comparisons over a struct of typed values, one offer after the other, as a
//! careful engineer would write it by hand. What is missing meets no condition.
//!
//! Texts are numbers, which somebody looked up before; the index looks them up while it is timed.

/// A condition of an offer.
pub enum Condition {
    AtLeast(usize, i64),
    NumberAtLeast(usize, f64),
    AtMost(usize, i64),
    Between(usize, i64, i64),
    OneOf(usize, Vec<u32>),
    AnyOf(usize, Vec<u32>),
    NoneOf(usize, Vec<u32>),
    Consent,
    Either(Vec<Condition>),
}

/// All that must be met.
pub struct Offer {
    pub conditions: Vec<Condition>,
}

/// The values that offers ask for, each at its place.
#[derive(Default)]
pub struct Customer {
    pub numbers: [Option<i64>; 12],
    pub texts: [Option<u32>; 4],
    pub sets: [Option<Vec<u32>>; 3],
    pub consent: Option<bool>,
}

impl Offer {
    pub fn holds(&self, customer: &Customer) -> bool {
        self.conditions.iter().all(|condition| condition.holds(customer))
    }
}

impl Condition {
    fn holds(&self, customer: &Customer) -> bool {
        let has = |set: &[u32], text: &u32| set.contains(text);
        match self {
            Self::AtLeast(at, low) => customer.numbers[*at].is_some_and(|value| value >= *low),
            Self::NumberAtLeast(at, low) => {
                customer.numbers[*at].is_some_and(|value| value as f64 >= *low)
            }
            Self::AtMost(at, high) => customer.numbers[*at].is_some_and(|value| value <= *high),
            Self::Between(at, low, high) => {
                customer.numbers[*at].is_some_and(|value| (*low..=*high).contains(&value))
            }
            Self::OneOf(at, texts) => {
                customer.texts[*at].as_ref().is_some_and(|text| texts.contains(text))
            }
            Self::AnyOf(at, texts) => customer.sets[*at]
                .as_ref()
                .is_some_and(|set| texts.iter().any(|text| has(set, text))),
            Self::NoneOf(at, texts) => customer.sets[*at]
                .as_ref()
                .is_some_and(|set| !texts.iter().any(|text| has(set, text))),
            Self::Consent => customer.consent == Some(true),
            Self::Either(of) => of.iter().any(|condition| condition.holds(customer)),
        }
    }
}
