//! Why a rule holds or not, and what would turn it.

use serde::{Deserialize, Serialize};

use super::{Gap, Test, Text, Truth, Value};

/// What became of a rule or of a part of it, with everything that led there.
///
/// Its [`Display`](std::fmt::Display) tells the decisive findings to people.
///
/// ```
/// use loyalty::money::Money;
/// use loyalty::rule::{Field, Kind, Schema, Sheet, Truth, field};
///
/// let fields = [Field::new("spend", Kind::Money), Field::new("orders", Kind::Integer)];
/// let schema = Schema::new(fields)?;
/// let vip = field("spend").at_least("400.00 EUR").or(field("orders").above(5)).check(&schema)?;
///
/// let spend: Money = "387.60 EUR".parse()?;
/// let sheet = Sheet::of(vec![Some(spend.into()), Some(3.into())], "2026-01-31".parse()?);
/// let verdict = vip.explain(&sheet);
/// assert_eq!(verdict.truth, Truth::Fail);
/// assert_eq!(
///     verdict.to_string(),
///     "spend is 387.60 EUR, 12.40 EUR short of 400.00 EUR; orders is 3, wanted above 5 (3 more)"
/// );
///
/// // A verdict that was kept tells what would turn it, without the rule and the facts.
/// let turn = verdict.turn().unwrap_or_default();
/// assert_eq!(turn.first().map(|finding| finding.field.as_str()), Some("spend"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Whether it holds; the same as [`CheckedRule::truth`](super::CheckedRule::truth) says.
    pub truth: Truth,
    /// What it follows from.
    pub because: Because,
}

/// What a verdict follows from, in the shape of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Because {
    /// The rule says so, whatever the facts.
    Constant,
    /// The least of these.
    All(Vec<Verdict>),
    /// The greatest of these.
    Any(Vec<Verdict>),
    /// The opposite of this.
    Not(Box<Verdict>),
    /// How many of these hold.
    AtLeast {
        /// How many must hold.
        count: u32,
        /// The conditions.
        of: Vec<Verdict>,
    },
    /// What was found in a field.
    Finding(Box<Finding>),
}

/// What was found in one field, and what was wanted there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The field; of a coalesce the one that has a value, or else the first.
    pub field: Text,
    /// What the condition asks.
    pub wanted: Wanted,
    /// The value of the field, if it is not missing.
    pub found: Option<Value>,
    /// What stood in for the missing value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// What became of the condition.
    pub truth: Truth,
    /// What the condition should be for the whole rule to hold: under a "not" it should fail.
    pub aim: Aim,
    /// How far it is from that; `None` if it is there, or if no change of the field leads there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
}

/// What a condition asks of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// There is no value.
    Missing,
    /// There is a value, and it passes this.
    Test(Test<Value>),
}

/// What a part of a rule should be for the whole rule to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// It should hold.
    Hold,
    /// It stands under a "not", and should fail.
    Fail,
}

impl Aim {
    /// The truth that is aimed at.
    #[must_use]
    pub const fn truth(self) -> Truth {
        match self {
            Self::Hold => Truth::Hold,
            Self::Fail => Truth::Fail,
        }
    }
}

impl std::ops::Not for Aim {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Hold => Self::Fail,
            Self::Fail => Self::Hold,
        }
    }
}

impl Verdict {
    /// The findings that decided the outcome, in the order of the rule: the failing ones why it
    /// fails, the unknown ones why it is unknown, the others why it holds.
    ///
    /// There are none where the rule holds or fails whatever the facts.
    #[must_use]
    pub fn decisive(&self) -> Vec<&Finding> {
        let mut findings = Vec::new();
        self.add_decisive(&mut findings);
        findings
    }

    fn add_decisive<'a>(&'a self, findings: &mut Vec<&'a Finding>) {
        let parts = match &self.because {
            Because::Constant => return,
            Because::Finding(finding) => return findings.push(finding),
            Because::Not(part) => return part.add_decisive(findings),
            Because::All(parts) | Because::Any(parts) | Because::AtLeast { of: parts, .. } => parts,
        };
        for part in parts.iter().filter(|part| part.truth == self.truth) {
            part.add_decisive(findings);
        }
    }

    /// The fewest findings whose gaps must be closed for the rule to hold, in the order of the
    /// rule; none if it holds already, and `None` if no changes of fields would make it hold.
    ///
    /// Each condition is taken for itself, as if no two looked at one field. Among equally few
    /// findings, those that come first in the rule are taken. With the rule and the facts at hand,
    /// [`CheckedRule::turns`](super::CheckedRule::turns) tells all smallest sets, and takes the
    /// conditions on a field together.
    #[must_use]
    pub fn turn(&self) -> Option<Vec<&Finding>> {
        self.turn_to(Aim::Hold)
    }

    fn turn_to(&self, aim: Aim) -> Option<Vec<&Finding>> {
        if self.truth == aim.truth() {
            return Some(Vec::new());
        }
        let (parts, hold) = match &self.because {
            Because::Constant => return None,
            Because::Finding(finding) => return finding.gap.as_ref().map(|_| vec![&**finding]),
            Because::Not(part) => return part.turn_to(!aim),
            Because::All(parts) => (parts, parts.len()),
            Because::Any(parts) => (parts, 1),
            Because::AtLeast { count, of } => (of, *count as usize),
        };
        let needed = match aim {
            Aim::Hold => hold,
            Aim::Fail => (parts.len() + 1).saturating_sub(hold),
        };
        cheapest(parts, needed, aim)
    }
}

/// The fewest findings that bring `needed` of the parts to the aim.
fn cheapest(parts: &[Verdict], needed: usize, aim: Aim) -> Option<Vec<&Finding>> {
    let mut turns: Vec<(usize, Vec<&Finding>)> = parts
        .iter()
        .enumerate()
        .filter_map(|(position, part)| Some((position, part.turn_to(aim)?)))
        .collect();
    turns.sort_by_key(|(position, turn)| (turn.len(), *position));
    turns.truncate(needed);
    if turns.len() < needed {
        return None;
    }
    turns.sort_by_key(|(position, _)| *position);
    Some(turns.into_iter().flat_map(|(_, turn)| turn).collect())
}
