//! Many rules asked at once: which of them hold for the same facts?
//!
//! Most conditions that must all hold for a rule look at one field. The values of each field are
//! cut into *cells* within which no such condition changes its answer, and for each cell a set of
//! bits tells which rules may still hold there. A question finds the cell of every field, keeps
//! what all of the sets have in common, and tests one by one only those rules that remain and of
//! which the cells do not tell everything.

mod batch;
mod bits;
mod bounds;
mod choice;
mod clause;
mod codes;
mod conjunct;
mod flat;
mod keys;
mod lookup;
mod matches;
mod members;
mod obstacles;
mod rows;
mod scalar;
mod scratch;
mod search;
mod table;

pub use batch::MatchTable;
use bits::Ones;
use choice::Choices;
use codes::Places;
use conjunct::{Choice, Entry, Rest};
pub use matches::Matches;
pub use obstacles::{Obstacle, Obstacles};
use scratch::Scratch;
use table::Table;

use super::{CheckedRule, Facts, Schema};

/// Many rules over one schema, of which those that hold are found at once.
///
/// The answers are those of [`CheckedRule::truth`] for every rule and all facts.
///
/// # Complexity
/// A question takes a look at each field that rules name, an "and" of one bit per rule and field,
/// and a test of those rules that the fields by themselves leave open. It allocates nothing once
/// its [`Matches`] were used before.
///
/// The parts of an "any" or "at least" over several fields count as rules, up to 32 for each rule.
/// With them the index takes at most 259 · 3 bits for each rule and field (dates: twice that),
/// however many values the rules name: where they are too many, neighbors share a cell, and the
/// rules that tell them apart are tested. Sets take at most 12 bits for each rule, and 32 bytes
/// for each text that a rule names.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::rule::{Field, Kind, Matches, RuleIndex, Schema, Sheet, field};
///
/// let fields = [Field::new("orders", Kind::Integer), Field::new("tags", Kind::Set)];
/// let schema = Schema::new(fields)?;
/// let rules = [
///     field("orders").at_least(5).and(field("tags").any_of(["vip", "staff"])),
///     field("orders").below(5),
/// ];
/// let checked: Result<Vec<_>, _> = rules.iter().map(|rule| rule.check(&schema)).collect();
/// let index = RuleIndex::new(&schema, checked?);
///
/// let mut facts = Sheet::new(NaiveDate::default());
/// let mut holding = Matches::new();
/// facts.set(schema.slot("orders").unwrap(), Some(3.into()));
/// index.holding(&facts, &mut holding);
/// assert_eq!(holding.iter().collect::<Vec<_>>(), [1]);
/// # Ok::<(), loyalty::path::Problems<loyalty::rule::Fault>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RuleIndex {
    rules: Vec<CheckedRule>,
    /// The rules, and behind them those of their parts that have bits of their own.
    entries: Vec<Entry>,
    tables: Vec<Table>,
    places: Places,
    /// The positions of all rules and parts.
    all: Vec<u64>,
    /// Those with conditions that look at several fields.
    rest: Vec<u64>,
    choices: Choices,
}

impl RuleIndex {
    /// An index of `rules`, which were checked against `schema`; their positions follow the order.
    #[must_use]
    pub fn new(schema: &Schema, rules: impl IntoIterator<Item = CheckedRule>) -> Self {
        let rules: Vec<CheckedRule> = rules.into_iter().collect();
        let entries = Entry::all(&rules, schema);
        let tables = Table::all(schema, &rules, &entries);
        let places = Places::new(&tables);
        let all = bits::full(entries.len());
        let mut rest = vec![0; all.len()];
        for (position, entry) in entries.iter().enumerate() {
            if !entry.rest.is_empty() {
                bits::insert(&mut rest, position);
            }
        }
        let choices = Choices::new(&entries);
        Self { rules, entries, tables, places, all, rest, choices }
    }

    /// How many rules there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are no rules.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule at a position.
    #[must_use]
    pub fn rule(&self, position: usize) -> Option<&CheckedRule> {
        self.rules.get(position)
    }

    /// Finds all rules that hold for these facts.
    pub fn holding(&self, facts: &dyn Facts, into: &mut Matches) {
        bits::copy(&mut into.words, &self.all);
        self.narrow(facts, into);
    }

    /// Finds the rules that hold for these facts among those at the positions of `among`.
    pub fn holding_among(&self, among: &Matches, facts: &dyn Facts, into: &mut Matches) {
        bits::copy(&mut into.words, &self.all);
        among.restrict(&mut into.words, self.len());
        self.narrow(facts, into);
    }

    fn narrow(&self, facts: &dyn Facts, into: &mut Matches) {
        let Matches { words, scratch: Scratch { unsure, sets } } = into;
        bits::empty(unsure, self.all.len());
        for table in &self.tables {
            let row = table.row(facts, sets);
            bits::keep(words, row.may);
            if let Some(row) = row.unsure {
                bits::add(unsure, row);
            }
        }
        self.test(words, unsure, facts);
        bits::shorten(words, self.len());
    }

    /// Tests those of the rules in `words` of which the tables do not tell everything; `unsure`
    /// are those for which the cells of some field do not.
    fn test(&self, words: &mut [u64], unsure: &[u64], facts: &dyn Facts) {
        for index in 0..bits::width(self.len()) {
            let word = |of: &[u64]| of.get(index).copied().unwrap_or_default();
            let open = word(words) & (word(unsure) | word(&self.rest));
            for position in Ones(open).map(|bit| index * 64 + bit) {
                if position < self.len() && !self.holds(position, words, unsure, facts) {
                    bits::delete(words, position);
                }
            }
        }
    }

    /// Whether the rule or part at a position holds, of which `words` say that it may.
    fn holds(&self, position: usize, words: &[u64], unsure: &[u64], facts: &dyn Facts) -> bool {
        let is_sure = !bits::contains(unsure, position);
        if let Some(choice) = self.choices.at(position).filter(|_| is_sure) {
            return self.are_enough(choice, words, unsure, facts);
        }
        let Some(entry) = self.entries.get(position) else { return false };
        let Some(rule) = self.rules.get(entry.rule) else { return false };
        if !is_sure {
            return entry.root.truth(rule, facts).holds();
        }
        entry.rest.iter().all(|rest| match rest {
            Rest::Test(conjunct) => conjunct.truth(rule, facts).holds(),
            Rest::Parts(choice) => self.are_enough(choice, words, unsure, facts),
        })
    }

    /// Whether so many parts hold.
    fn are_enough(
        &self,
        choice: &Choice,
        words: &[u64],
        unsure: &[u64],
        facts: &dyn Facts,
    ) -> bool {
        let holding = choice.of.clone().filter(|part| {
            let is_open = || bits::contains(unsure, *part) || bits::contains(&self.rest, *part);
            bits::contains(words, *part) && (!is_open() || self.holds(*part, words, unsure, facts))
        });
        holding.take(choice.count).count() == choice.count
    }
}
