//! What stands in the way of every rule.

use super::bits::{self, Ones};
use super::codes::Codes;
use super::conjunct::{Choice, Rest};
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
    codes: Codes,
    /// The rules that are asked for.
    asked: Vec<u64>,
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
        if position >= self.rules { None } else { self.codes.of(position) }
    }

    /// All rules that do not hold, in ascending order of their positions.
    ///
    /// # Complexity
    /// A few operations for 64 rules at once, and a look at a short list for each of them.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Obstacle)> {
        (0..bits::width(self.rules)).flat_map(move |index| {
            let start = index * 64;
            let found = (start..self.rules).zip(self.codes.word(index));
            found.filter_map(|(position, obstacle)| Some((position, obstacle?)))
        })
    }

    /// Begins with the rules that are asked for.
    fn begin(&mut self, index: &RuleIndex) {
        self.rules = index.len();
        self.codes.begin(&index.places, index.len());
        for others in [&mut self.failed, &mut self.unknown] {
            others.clear();
            others.extend(self.asked.iter().map(|word| !word));
        }
    }

    /// Ends with the rules that hold.
    fn end(&mut self) {
        self.codes.end(&self.failed, &self.asked);
        let holding = &mut self.holding.words;
        bits::copy(holding, &self.asked);
        bits::remove(holding, &self.failed);
        bits::remove(holding, &self.unknown);
        bits::shorten(holding, self.rules);
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
        bits::copy(&mut into.asked, &self.all);
        self.stand_in_the_way(facts, into);
    }

    /// Finds what stands in the way of the rules at the positions of `among`.
    pub fn obstacles_among(&self, among: &Matches, facts: &dyn Facts, into: &mut Obstacles) {
        bits::copy(&mut into.asked, &self.all);
        among.restrict(&mut into.asked, self.len());
        self.stand_in_the_way(facts, into);
    }

    fn stand_in_the_way(&self, facts: &dyn Facts, into: &mut Obstacles) {
        into.begin(self);
        let mut sets = std::mem::take(&mut into.sets);
        for (place, table) in self.tables.iter().enumerate() {
            let row = table.row(facts, &mut sets);
            into.failing(row);
            if row.fail.is_some() {
                into.unknown(row, place);
            }
            if let Some(unsure) = row.unsure {
                self.settle(unsure, place, Some(table.slot), facts, into);
            }
            into.codes.pass(place, &into.failed);
        }
        into.sets = sets;
        self.settle(&self.rest, self.tables.len(), None, facts, into);
        into.codes.pass(self.tables.len(), &into.failed);
        into.end();
    }

    /// Tests the conditions of one slot, or those of no single one, of rules that did not fail.
    fn settle(
        &self,
        rules: &[u64],
        place: usize,
        slot: Option<Slot>,
        facts: &dyn Facts,
        into: &mut Obstacles,
    ) {
        let Obstacles { codes, failed, unknown, .. } = into;
        // Parts are looked at through their rules.
        let asked = if slot.is_some() { failed.len() } else { bits::width(self.len()) };
        for (index, rules) in rules.iter().take(asked).enumerate() {
            let open = rules & !failed.get(index).copied().unwrap_or_default();
            for bit in Ones(open) {
                let position = index * 64 + bit;
                match self.truth_of(position, slot, facts, [failed, unknown]) {
                    Truth::Fail => bits::insert(failed, position),
                    Truth::Unknown if !bits::contains(unknown, position) => {
                        bits::insert(unknown, position);
                        codes.unknown(place, index, 1 << bit);
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
        if let Some(choice) = self.choices.at(position).filter(|_| slot.is_none()) {
            return self.truth_of_choice(choice, facts, known);
        }
        let Some(entry) = self.entries.get(position) else { return Truth::Fail };
        let Some(rule) = self.rules.get(entry.rule) else { return Truth::Fail };
        match slot {
            Some(slot) => entry.truth_of(slot, rule, facts),
            None => least(entry.rest.iter().map(|rest| match rest {
                Rest::Test(conjunct) => conjunct.truth(rule, facts),
                Rest::Parts(choice) => self.truth_of_choice(choice, facts, known),
            })),
        }
    }

    fn truth_of_choice(&self, choice: &Choice, facts: &dyn Facts, known: [&[u64]; 2]) -> Truth {
        let Choice { count, of } = choice;
        let truths = of.clone().map(|part| self.truth_of_part(part, facts, known));
        at_least(*count, of.len(), truths)
    }

    /// What a part comes to; `known` are the rules that fail and that are unknown by their slots.
    fn truth_of_part(&self, position: usize, facts: &dyn Facts, known: [&[u64]; 2]) -> Truth {
        let [failed, unknown] = known;
        if bits::contains(failed, position) {
            return Truth::Fail;
        }
        let open = bits::contains(unknown, position);
        let truth = if open { Truth::Unknown } else { Truth::Hold };
        if !bits::contains(&self.rest, position) {
            return truth;
        }
        truth.min(self.truth_of(position, None, facts, known))
    }
}

impl Obstacles {
    /// Notes the rules that fail by a row.
    fn failing(&mut self, row: Row<'_>) {
        match row.fail {
            None => {
                for (failed, may) in self.failed.iter_mut().zip(row.may) {
                    *failed |= !may;
                }
            }
            Some(fail) => bits::add(&mut self.failed, fail),
        }
    }

    /// Notes the rules that are unknown by a row and were not unknown before.
    fn unknown(&mut self, row: Row<'_>, place: usize) {
        let told = row.may.iter().zip(row.fail.unwrap_or_default());
        let unsure = row.unsure.unwrap_or_default().iter().copied().chain(std::iter::repeat(0));
        let unknown = self.unknown.iter_mut().zip(told).zip(unsure);
        for (index, ((unknown, (may, fail)), unsure)) in unknown.enumerate() {
            let new = !(may | fail | unsure | *unknown);
            *unknown |= new;
            self.codes.unknown(place, index, new);
        }
    }
}
