//! How a verdict is reached.

use super::checked::{CheckedRule, Condition, Part};
use super::evaluate::{at_least, least};
use super::gap::gap;
use super::{Aim, Because, Facts, Finding, Gap, Kind, Slot, Text, Truth, Value, Verdict, Wanted};

impl CheckedRule {
    /// Why the rule holds or not for these facts, and what every condition found.
    ///
    /// It looks at every condition, and takes longer than [`CheckedRule::truth`].
    #[must_use]
    pub fn explain(&self, facts: &dyn Facts) -> Verdict {
        self.explain_at(0, Aim::Hold, facts)
    }

    fn explain_at(&self, place: usize, aim: Aim, facts: &dyn Facts) -> Verdict {
        let constant = |truth| Verdict { truth, because: Because::Constant };
        let Some(node) = self.nodes.get(place) else { return constant(Truth::Unknown) };
        let parts = || -> Vec<Verdict> {
            self.children(place).map(|child| self.explain_at(child, aim, facts)).collect()
        };
        match node.part {
            Part::Constant(truth) => constant(truth),
            Part::All => {
                let parts = parts();
                let truth = least(parts.iter().map(|part| part.truth));
                Verdict { truth, because: Because::All(parts) }
            }
            Part::Any => {
                let parts = parts();
                let truth = !least(parts.iter().map(|part| !part.truth));
                Verdict { truth, because: Because::Any(parts) }
            }
            Part::AtLeast(count) => {
                let of = parts();
                let truths = of.iter().map(|part| part.truth);
                let truth = at_least(count as usize, of.len(), truths);
                Verdict { truth, because: Because::AtLeast { count, of } }
            }
            Part::Not => {
                let part = self.explain_at(place + 1, !aim, facts);
                Verdict { truth: !part.truth, because: Because::Not(Box::new(part)) }
            }
            Part::Missing(slot) => Verdict::of(self.missing(slot, aim, facts)),
            Part::Test(condition) => match self.conditions.get(condition as usize) {
                Some(condition) => Verdict::of(self.tested(condition, aim, facts)),
                None => constant(Truth::Unknown),
            },
        }
    }

    fn tested(&self, condition: &Condition, aim: Aim, facts: &dyn Facts) -> Finding {
        let (source, value) = condition.found(facts).unzip();
        let source = source.flatten();
        let truth = condition.truth(facts);
        let (found, default) =
            if source.is_some() { (value.cloned(), None) } else { (None, value.cloned()) };
        let gap = condition.gap(value, truth, aim, facts);
        Finding {
            field: self.name(source.unwrap_or(condition.slot)),
            wanted: Wanted::Test(condition.test.clone()),
            found,
            default,
            truth,
            aim,
            gap: gap.filter(|_| self.can_reach(condition, aim, facts)),
        }
    }

    /// Whether one of the only texts of a field brings the condition to where it should be; of what
    /// is no such field it is taken that some value does.
    fn can_reach(&self, condition: &Condition, aim: Aim, facts: &dyn Facts) -> bool {
        let leads =
            |text: &Text| condition.test.truth(&Value::Text(text.clone()), facts) == aim.truth();
        condition.slots().any(|slot| {
            let field = self.field(slot).filter(|field| field.kind == Kind::Text);
            field.and_then(|field| field.domain.as_ref()).is_none_or(|only| only.iter().any(leads))
        })
    }

    fn missing(&self, slot: Slot, aim: Aim, facts: &dyn Facts) -> Finding {
        let found = facts.value(slot).cloned();
        let truth = Truth::from(found.is_none());
        let gap = match aim {
            _ if truth == aim.truth() => None,
            Aim::Hold => Some(Gap::Missing),
            Aim::Fail => Some(Gap::Known),
        };
        let (field, wanted) = (self.name(slot), Wanted::Missing);
        Finding { field, wanted, found, default: None, truth, aim, gap }
    }
}

impl Verdict {
    fn of(finding: Finding) -> Self {
        Self { truth: finding.truth, because: Because::Finding(Box::new(finding)) }
    }
}

impl Condition {
    fn gap(&self, found: Option<&Value>, truth: Truth, aim: Aim, facts: &dyn Facts) -> Option<Gap> {
        match found {
            _ if truth == aim.truth() => None,
            Some(found) if truth != Truth::Unknown => gap(&self.test, self.kind, found, aim, facts),
            _ => Some(Gap::Known),
        }
    }
}
