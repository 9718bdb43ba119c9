//! What holds for all rules and facts.

use proptest::collection::vec;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::check;
use super::draw::{Draw, SCHEMA};
use crate::rule::tests::generate::{facts, sound};
use crate::rule::tests::{naive, schema};
use crate::rule::{Facts, Matches, Rule, RuleIndex, Sheet};

fn dynamic(sheets: &[Sheet]) -> Vec<&dyn Facts> {
    sheets.iter().map(|sheet| sheet as &dyn Facts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_index_agrees_with_the_naive_interpreter(
        rules in vec(sound(), 10),
        sheets in vec(facts(), 10),
    ) {
        let checked = rules.iter().map(|rule| rule.check(schema()).unwrap());
        let index = RuleIndex::new(schema(), checked);
        let mut holding = Matches::new();
        for sheet in &sheets {
            index.holding(sheet, &mut holding);
            let naive = rules.iter().enumerate();
            let naive = naive.filter(|(_, rule)| naive::truth(rule, sheet).holds());
            prop_assert_eq!(&holding, &naive.map(|(position, _)| position).collect());
        }
        check(schema(), &rules, &dynamic(&sheets));
    }
}

#[test]
fn a_hundred_thousand_pairs_at_the_edges_agree_with_the_rules_themselves() {
    for seed in 0..500 {
        let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(seed) };
        let rules: Vec<Rule> = (0..20).map(|_| draw.rule(3)).collect();
        let sheets: Vec<Sheet> = (0..10).map(|_| draw.facts()).collect();
        check(&SCHEMA, &rules, &dynamic(&sheets));
    }
}

#[test]
fn rules_in_many_words_agree_with_the_rules_themselves() {
    let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(1) };
    let rules: Vec<Rule> = (0..1_000).map(|_| draw.rule(2)).collect();
    let sheets: Vec<Sheet> = (0..20).map(|_| draw.facts()).collect();
    check(&SCHEMA, &rules, &dynamic(&sheets));
}
