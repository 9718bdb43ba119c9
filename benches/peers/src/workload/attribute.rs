//! What is known of a customer, and how it is spread over customers.

use super::random::Random;

/// Something that is known of customers.
pub struct Attribute {
    pub name: &'static str,
    pub kind: Kind,
    /// How often rules look at it, compared with the others.
    pub weight: usize,
}

/// What an attribute is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number, of which small ones are more frequent; rules name multiples of `step`.
    Integer {
        low: i64,
        high: i64,
        step: i64,
    },
    /// Cents of a euro, from 0 on.
    Money {
        high: i64,
        step: i64,
    },
    /// Ten-thousandths, from 0 to 1.
    Fraction {
        step: i64,
    },
    /// A month of the year by its number.
    Month,
    Bool,
    /// One of so many texts, which are `word` and a number; rules list at most so many of them.
    Text {
        word: &'static str,
        of: usize,
        listed: usize,
    },
    /// A few of so many texts; rules list at most so many of them.
    Set {
        word: &'static str,
        of: usize,
        has: usize,
        listed: usize,
    },
}

const fn integer(name: &'static str, weight: usize, high: i64, step: i64) -> Attribute {
    Attribute { name, weight, kind: Kind::Integer { low: 0, high, step } }
}

const fn money(name: &'static str, weight: usize, high: i64, step: i64) -> Attribute {
    Attribute { name, weight, kind: Kind::Money { high, step } }
}

const fn text(
    name: &'static str,
    weight: usize,
    (word, of, listed): (&'static str, usize, usize),
) -> Attribute {
    Attribute { name, weight, kind: Kind::Text { word, of, listed } }
}

const fn set(
    name: &'static str,
    weight: usize,
    (word, of, has, listed): (&'static str, usize, usize, usize),
) -> Attribute {
    Attribute { name, weight, kind: Kind::Set { word, of, has, listed } }
}

/// Everything that is known of a customer.
pub const ATTRIBUTES: [Attribute; 20] = [
    money("spend_90d", 8, 100_000, 1_000),
    integer("orders_30d", 6, 12, 1),
    integer("recency_days", 6, 365, 5),
    text("tier", 8, ("tier", 4, 2)),
    set("segments", 8, ("segment", 30, 3, 5)),
    text("country", 7, ("country", 30, 6)),
    set("tags", 4, ("tag", 200, 5, 12)),
    money("cart_total", 8, 30_000, 500),
    set("cart_categories", 6, ("category", 40, 3, 5)),
    Attribute { name: "age", weight: 4, kind: Kind::Integer { low: 18, high: 90, step: 1 } },
    text("channel", 5, ("channel", 5, 2)),
    text("store", 2, ("store", 50, 12)),
    Attribute { name: "birthday_month", weight: 1, kind: Kind::Month },
    integer("points", 5, 20_000, 100),
    integer("tenure_days", 5, 3_650, 30),
    Attribute { name: "rate", weight: 3, kind: Kind::Fraction { step: 500 } },
    Attribute { name: "email_known", weight: 4, kind: Kind::Bool },
    text("favorite_category", 2, ("category", 40, 8)),
    integer("visits_30d", 4, 30, 1),
    Attribute { name: "discount_share", weight: 3, kind: Kind::Fraction { step: 500 } },
];

impl Attribute {
    /// A number that a customer may have, in the least unit of the attribute.
    pub fn number(&self, random: &mut Random) -> i64 {
        let (low, high) = match self.kind {
            Kind::Integer { low, high, .. } => (low, high),
            Kind::Money { high, .. } => (0, high),
            Kind::Fraction { .. } => (0, 10_000),
            _ => (1, 12),
        };
        let share = random.unit();
        let skewed = if matches!(self.kind, Kind::Month) { share } else { share * share };
        low + (skewed * (high - low + 1) as f64) as i64
    }

    /// A number as somebody would write it into a rule: a round one.
    pub fn round_number(&self, random: &mut Random) -> i64 {
        let number = self.number(random);
        match self.kind {
            Kind::Integer { step, .. } | Kind::Money { step, .. } | Kind::Fraction { step } => {
                number / step * step
            }
            _ => number,
        }
    }

    /// So many of the texts, each once; the first of all of them are the most frequent.
    pub fn texts(&self, count: usize, random: &mut Random) -> Vec<String> {
        let (Kind::Text { word, of, .. } | Kind::Set { word, of, .. }) = self.kind else {
            return Vec::new();
        };
        let mut found = Vec::new();
        while found.len() < count.min(of) {
            let share = random.unit();
            let number = ((share + share * share) / 2.0 * of as f64) as usize;
            let text = format!("{word}-{number}");
            if !found.contains(&text) {
                found.push(text);
            }
        }
        found
    }
}
