//! `loyalty::rule::CheckedRule`: one rule after the other.

use loyalty::rule::{CheckedRule, Sheet};

use super::{Engine, Gaps};
use crate::workload::rules::{rule, schema, sheet};
use crate::workload::{Offer, Profile};

struct Interpreter {
    rules: Vec<CheckedRule>,
    sheets: Vec<Sheet>,
}

pub fn build(offers: &[Offer], _: Gaps) -> Box<dyn Engine> {
    let schema = schema();
    let rules = offers.iter().map(|offer| rule(offer).check(&schema).expect("a rule"));
    Box::new(Interpreter { rules: rules.collect(), sheets: Vec::new() })
}

impl Engine for Interpreter {
    fn take_in(&mut self, profiles: &[Profile]) {
        self.sheets = profiles.iter().map(sheet).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let facts = &self.sheets[profile];
        let rules = self.rules.iter().enumerate();
        into.extend(rules.filter(|(_, rule)| rule.truth(facts).holds()).map(|(index, _)| index));
    }
}
