//! Figures of one type as integers in the same order, so that quantiles are exact and fast.

use super::{Fault, Figure};
use crate::money::{Currency, Money};
use crate::path::{Path, Problems};
use crate::rule::{Kind, Number, Text};

/// What the keys of a column stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unit {
    #[default]
    Integer,
    Number,
    /// Minor units.
    Money(Currency),
}

impl Unit {
    pub(super) const fn of(figure: Figure) -> Self {
        match figure {
            Figure::Integer(_) => Self::Integer,
            Figure::Number(_) => Self::Number,
            Figure::Money(money) => Self::Money(money.currency()),
        }
    }

    /// The key of a figure of this unit, of which the greater has the greater; `None` if it is of
    /// another.
    pub(super) fn key(self, figure: Figure) -> Option<i64> {
        match (self, figure) {
            (Self::Integer, Figure::Integer(whole)) => Some(whole),
            (Self::Number, Figure::Number(number)) => {
                Some(turned(number.as_f64().to_bits().cast_signed()))
            }
            (Self::Money(currency), Figure::Money(money)) if money.currency() == currency => {
                Some(money.minor())
            }
            _ => None,
        }
    }

    /// The figure of a key.
    pub(super) fn figure(self, key: i64) -> Figure {
        match self {
            Self::Integer => Figure::Integer(key),
            Self::Number => {
                let number = Number::new(f64::from_bits(turned(key).cast_unsigned()));
                Figure::Number(number.unwrap_or_default())
            }
            Self::Money(currency) => Figure::Money(Money::from_minor(key, currency)),
        }
    }

    /// Whether each of `cuts` can be compared with the figures of this unit.
    pub(super) fn compared(self, feature: &Text, cuts: &[Figure]) -> Problems<Fault> {
        let mut problems = Problems::none();
        for (index, &cut) in cuts.iter().enumerate() {
            if self.figure(0).order(cut).is_none() {
                let (kind, currency) = match self {
                    Self::Integer => (Kind::Integer, None),
                    Self::Number => (Kind::Number, None),
                    Self::Money(currency) => (Kind::Money, Some(currency)),
                };
                let fault = Fault::WrongCut { feature: feature.clone(), kind, currency, cut };
                problems.add(Path::root().item(index), fault);
            }
        }
        problems
    }
}

/// The bits of a float as an integer in the order of floats, and back: those of negative floats
/// are turned around (IEEE 754-2008, § 5.10).
const fn turned(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_have_the_order_of_their_figures(left: f64, right: f64) {
            let figures = [left, right].map(|float| Number::new(float).map(Figure::Number));
            if let [Ok(left), Ok(right)] = figures {
                let keys = [left, right].map(|figure| Unit::Number.key(figure).unwrap());
                prop_assert_eq!(Some(keys[0].cmp(&keys[1])), left.order(right));
                prop_assert_eq!(keys.map(|key| Unit::Number.figure(key)), [left, right]);
            }
        }
    }

    #[test]
    fn a_figure_of_another_unit_has_no_key() {
        let euro = Figure::Money(Money::from_minor(5, Currency::EUR));
        assert_eq!(Unit::of(euro).key(euro), Some(5));
        assert_eq!(Unit::Money(Currency::USD).key(euro), None);
        assert_eq!(Unit::Integer.key(euro), None);
    }
}
