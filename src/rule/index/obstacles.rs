//! What stands in the way of every rule.

use super::bits::{self, Ones};
use super::conjunct::Rest;
use super::rows::Row;
use super::scratch::SetScratch;
use super::{Matches, RuleIndex};
use crate::rule::evaluate::{at_least, least};
use crate::rule::{Facts, Slot, Truth};

/// The first reason why a rule does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What the rule comes to, and what the reason does: fail or unknown.
    pub truth: Truth,
    /// The field whose conditions stand in the way; none if it is a condition that looks at
    /// several fields or at none.
    pub slot: Option<Slot>,
}

/// For every rule of an index what stands in its way, as [`RuleIndex::obstacles`] finds it.
///
/// It is meant to be used again and again: once it has been as large, nothing is allocated.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::rule::{Field, Kind, Obstacles, RuleIndex, Schema, Sheet, Truth, all, field};
///
/// let fields = [Field::new("orders", Kind::Integer), Field::new("tier", Kind::Text)];
/// let schema = Schema::new(fields)?;
/// let rule = all([field("orders").at_least(5), field("tier").is("gold")]).check(&schema)?;
/// let index = RuleIndex::new(&schema, [rule]);
///
/// let mut facts = Sheet::new(NaiveDate::default());
/// facts.set(schema.slot("tier").unwrap(), Some("silver".into()));
/// let mut obstacles = Obstacles::new();
/// index.obstacles(&facts, &mut obstacles);
/// let first = obstacles.of(0).unwrap();
/// assert_eq!((first.truth, first.slot), (Truth::Fail, schema.slot("tier")));
/// # Ok::<(), loyalty::path::Problems<loyalty::rule::Fault>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Obstacles {
    holding: Matches,
    /// The reasons in the order of fields; the rest, which has no field, comes last.
    layers: Vec<Obstacle>,
    /// For each layer the rules of which it is the reason.
    words: Vec<u64>,
    /// The rules that fail, and those that are not asked for.
    failed: Vec<u64>,
    /// The rules that do not hold unless they fail.
    unknown: Vec<u64>,
    sets: SetScratch,
    /// How many rules there are; parts of rules stand behind them.
    rules: usize,
}

impl Obstacles {
    /// Nothing was asked.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The rules that hold, in whose way nothing stands.
    #[must_use]
    pub const fn holding(&self) -> &Matches {
        &self.holding
    }

    /// What stands in the way of the rule at a position; none if it holds or was not asked for.
    #[must_use]
    pub fn of(&self, position: usize) -> Option<Obstacle> {
        if position >= self.rules {
            return None;
        }
        let rows = || self.layers.iter().zip(self.words.chunks(self.width()));
        let first = |truth| {
            rows().find(|(layer, row)| layer.truth == truth && bits::contains(row, position))
        };
        first(Truth::Fail).or_else(|| first(Truth::Unknown)).map(|(layer, _)| *layer)
    }

    /// All rules that do not hold, in ascending order of their positions.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Obstacle)> {
        (0..bits::width(self.rules)).flat_map(move |index| {
            let start = index * 64;
            let found = self.block(index).into_iter().enumerate();
            let rules = found.take(self.rules - start);
            rules.filter_map(move |(bit, layer)| {
                Some((start + bit, *self.layers.get(usize::from(layer))?))
            })
        })
    }

    /// For each of 64 rules the position of its layer.
    fn block(&self, index: usize) -> [u16; 64] {
        let mut block = [u16::MAX; 64];
        for truth in [Truth::Unknown, Truth::Fail] {
            for (number, layer) in (0..).zip(&self.layers) {
                let word = self.words.get(number as usize * self.width() + index);
                if layer.truth == truth {
                    for bit in Ones(word.copied().unwrap_or_default()) {
                        block.get_mut(bit).into_iter().for_each(|place| *place = number);
                    }
                }
            }
        }
        block
    }

    fn width(&self) -> usize {
        self.failed.len().max(1)
    }

    /// Begins with the rules in `asked`.
    fn begin(&mut self, asked: &[u64]) {
        self.layers.clear();
        bits::copy(&mut self.holding.words, asked);
        for others in [&mut self.failed, &mut self.unknown] {
            others.clear();
            others.extend(asked.iter().map(|word| !word));
        }
    }

    fn push(&mut self, truth: Truth, slot: Option<Slot>) {
        self.layers.push(Obstacle { truth, slot });
    }

    /// Ends with the rules that hold.
    fn end(&mut self, rules: usize) {
        self.rules = rules;
        bits::remove(&mut self.holding.words, &self.failed);
        bits::remove(&mut self.holding.words, &self.unknown);
        bits::shorten(&mut self.holding.words, rules);
    }
}

impl RuleIndex {
    /// Finds for every rule what stands in its way.
    ///
    /// A rule is a list of conditions that must all hold, however its "all" (and "not any") are
    /// nested. Those of them that look at one field alone stand together with that field. The
    /// obstacle of a rule that fails is the first field, in the order of slots, whose conditions
    /// fail; of one that is unknown, the first whose conditions are unknown; and where there is no
    /// such field, it is one of the other conditions.
    ///
    /// # Complexity
    /// About twice what [`RuleIndex::holding`] takes, and a test of all rules that did not fail and
    /// that some field leaves open, rather than of those alone that remain.
    pub fn obstacles(&self, facts: &dyn Facts, into: &mut Obstacles) {
        into.words.clear();
        into.begin(&self.all);
        self.stand_in_the_way(facts, into);
    }

    /// Finds what stands in the way of the rules at the positions of `among`.
    pub fn obstacles_among(&self, among: &Matches, facts: &dyn Facts, into: &mut Obstacles) {
        let mut asked = std::mem::take(&mut into.words);
        bits::copy(&mut asked, &self.all);
        among.restrict(&mut asked, self.len());
        into.begin(&asked);
        into.words = asked;
        into.words.clear();
        self.stand_in_the_way(facts, into);
    }

    fn stand_in_the_way(&self, facts: &dyn Facts, into: &mut Obstacles) {
        let mut sets = std::mem::take(&mut into.sets);
        for table in &self.tables {
            let row = table.row(facts, &mut sets);
            let slot = table.slot;
            into.failing(row, slot);
            if row.fail.is_some() {
                into.unknown(row, slot);
            }
            if let Some(unsure) = row.unsure {
                self.settle(unsure, Some(slot), facts, into);
            }
        }
        into.sets = sets;
        self.settle(&self.rest, None, facts, into);
        into.end(self.len());
    }

    /// Tests the conditions of one slot, or those of no single one, of rules that did not fail.
    fn settle(&self, rules: &[u64], slot: Option<Slot>, facts: &dyn Facts, into: &mut Obstacles) {
        let (start, width) = (into.words.len(), into.failed.len());
        into.words.resize(start + 2 * width, 0);
        into.push(Truth::Fail, slot);
        into.push(Truth::Unknown, slot);
        let Obstacles { words, failed, unknown, .. } = into;
        let (fails, unknowns) = words.split_at_mut(start + width);
        let fails = fails.get_mut(start..).unwrap_or_default();
        // Parts are looked at through their rules.
        let asked = if slot.is_some() { width } else { bits::width(self.len()) };
        for (index, rules) in rules.iter().take(asked).enumerate() {
            let open = rules & !failed.get(index).copied().unwrap_or_default();
            for position in Ones(open).map(|bit| index * 64 + bit) {
                match self.truth_of(position, slot, facts, [failed, unknown]) {
                    Truth::Fail => {
                        bits::insert(fails, position);
                        bits::insert(failed, position);
                    }
                    Truth::Unknown if !bits::contains(unknown, position) => {
                        bits::insert(unknowns, position);
                        bits::insert(unknown, position);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What the conditions of one slot come to, or those of no single one.
    fn truth_of(
        &self,
        position: usize,
        slot: Option<Slot>,
        facts: &dyn Facts,
        known: [&[u64]; 2],
    ) -> Truth {
        let Some(entry) = self.entries.get(position) else { return Truth::Fail };
        let Some(rule) = self.rules.get(entry.rule) else { return Truth::Fail };
        match slot {
            Some(slot) => entry.truth_of(slot, rule, facts),
            None => least(entry.rest.iter().map(|rest| match rest {
                Rest::Test(conjunct) => conjunct.truth(rule, facts),
                Rest::AtLeast(count, of) => {
                    let truths = of.iter().map(|part| self.truth_of_part(*part, facts, known));
                    at_least(*count, of.len(), truths)
                }
            })),
        }
    }

    /// What a part comes to; `known` are the rules that fail and that are unknown by their slots.
    fn truth_of_part(&self, position: usize, facts: &dyn Facts, known: [&[u64]; 2]) -> Truth {
        let [failed, unknown] = known;
        if bits::contains(failed, position) {
            return Truth::Fail;
        }
        let open = bits::contains(unknown, position);
        let truth = if open { Truth::Unknown } else { Truth::Hold };
        truth.min(self.truth_of(position, None, facts, known))
    }
}

impl Obstacles {
    /// Notes the rules that fail by a row and did not fail before.
    fn failing(&mut self, row: Row<'_>, slot: Slot) {
        self.push(Truth::Fail, Some(slot));
        let failed = self.failed.iter_mut();
        match row.fail {
            None => self.words.extend(failed.zip(row.may).map(|(failed, may)| {
                let new = !may & !*failed;
                *failed |= new;
                new
            })),
            Some(fail) => self.words.extend(failed.zip(fail).map(|(failed, fail)| {
                let new = fail & !*failed;
                *failed |= new;
                new
            })),
        }
    }

    /// Notes the rules that are unknown by a row and were not unknown before.
    fn unknown(&mut self, row: Row<'_>, slot: Slot) {
        self.push(Truth::Unknown, Some(slot));
        let told = row.may.iter().zip(row.fail.unwrap_or_default());
        let unsure = row.unsure.unwrap_or_default().iter().copied().chain(std::iter::repeat(0));
        let unknown = self.unknown.iter_mut().zip(told).zip(unsure);
        self.words.extend(unknown.map(|((unknown, (may, fail)), unsure)| {
            let new = !(may | fail | unsure | *unknown);
            *unknown |= new;
            new
        }));
    }
}
