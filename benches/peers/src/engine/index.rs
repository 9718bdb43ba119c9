//! `loyalty::rule::RuleIndex`: all rules at once.

use loyalty::rule::{Matches, RuleIndex, Sheet};

use super::{Engine, Gaps};
use crate::workload::rules::{rule, schema, sheet};
use crate::workload::{Offer, Profile};

struct Index {
    rules: RuleIndex,
    sheets: Vec<Sheet>,
    holding: Matches,
}

pub fn build(offers: &[Offer], _: Gaps) -> Box<dyn Engine> {
    let schema = schema();
    let checked = offers.iter().map(|offer| rule(offer).check(&schema).expect("a rule"));
    let rules = RuleIndex::new(&schema, checked);
    Box::new(Index { rules, sheets: Vec::new(), holding: Matches::new() })
}

impl Engine for Index {
    fn take_in(&mut self, profiles: &[Profile]) {
        self.sheets = profiles.iter().map(sheet).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        self.rules.holding(&self.sheets[profile], &mut self.holding);
        into.extend(self.holding.iter());
    }
}
