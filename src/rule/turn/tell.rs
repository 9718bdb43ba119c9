//! Turns told to people: `spend 12.40 EUR more, or orders 1 more`.

use std::fmt::{self, Display};

use super::{Change, Turn, Turns};
use crate::rule::sentence::{List, Phrase};
use crate::rule::{Aim, Gap, Wanted};

impl Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sets.is_empty() {
            return f.write_str(if self.complete {
                "no change does"
            } else {
                "no change is known"
            });
        }
        let sets: Vec<String> = self.sets.iter().map(Turn::to_string).collect();
        f.write_str(&sets.join(", or "))?;
        if self.complete { Ok(()) } else { f.write_str(", or in another way") }
    }
}

impl Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return f.write_str("it holds already");
        }
        let changes: Vec<String> = self.changes.iter().map(Change::to_string).collect();
        f.write_str(&changes.join(" and "))
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.gap {
            Gap::Members { add, remove } => {
                let added = format!("{} added", List(add));
                let removed = format!("{} removed", List(remove));
                match (add.is_empty(), remove.is_empty()) {
                    (_, true) => write!(f, "{field} with {added}"),
                    (true, _) => write!(f, "{field} with {removed}"),
                    _ => write!(f, "{field} with {added} and {removed}"),
                }
            }
            Gap::AddOneOf(texts) => write!(f, "{field} with one of {} added", List(texts)),
            Gap::RemoveOneOf(texts) => write!(f, "{field} with one of {} removed", List(texts)),
            Gap::Missing => write!(f, "{field} missing"),
            Gap::Known => match self.phrases() {
                phrases if phrases.is_empty() => write!(f, "{field} known"),
                phrases => write!(f, "{field} known ({})", phrases.join(" and ")),
            },
            Gap::Other => write!(f, "{field} {}", self.phrases().join(" and ")),
            gap => write!(f, "{field} {gap}"),
        }
    }
}

impl Change {
    /// What the tests ask for, in words.
    fn phrases(&self) -> Vec<String> {
        let phrase = |(wanted, aim): (&Wanted, Aim)| match wanted {
            Wanted::Missing => None,
            Wanted::Test(test) => Some(Phrase { test, aim }.to_string()),
        };
        self.wanted.iter().map(|demand| (&demand.wanted, demand.aim)).filter_map(phrase).collect()
    }
}
