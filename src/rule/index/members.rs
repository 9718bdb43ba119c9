//! What the texts in a set say of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::bits;
use super::bounds::Seen;
use super::clause::Clause;
use super::flat::{Flat, FlatLayer};
use super::lookup::Lookup;
use super::rows::{Draft, Row, Rows};
use super::scalar::{Asked, MISSING, WRONG};
use super::scratch::SetScratch;
use crate::rule::{Text, Value};

/// So many conditions of a rule that one of some texts is in a set are looked up; what a rule asks
/// besides is tested.
const MAX_LAYERS: usize = 4;

/// The texts that rules ask for in a set.
#[derive(Clone, Debug)]
pub(super) struct Members {
    lookup: Lookup,
    /// What holds where there is no set.
    rows: Rows,
    /// In each, at most one condition of every rule that one of some texts is in the set.
    layers: Vec<Layer>,
    /// For each text the rules that want it out of the set.
    unwanted: Vec<Positions>,
    /// The rules that ask for something else besides.
    unsure: Option<Vec<u64>>,
}

#[derive(Clone, Debug)]
struct Layer {
    /// The rules that have no condition in this layer.
    others: Vec<u64>,
    /// For each text the rules that are content with it.
    wanted: Vec<Positions>,
}

/// The positions of rules.
#[derive(Clone, Debug)]
enum Positions {
    Few(Vec<u32>),
    Many(Vec<u64>),
}

impl Members {
    /// What rules of an index of so many ask of a set.
    pub(super) fn new(asked: &[Asked<'_>], rules: usize) -> Self {
        let mut draft = Draft::new(WRONG + 1, rules);
        let mut plan = Plan::default();
        for asked in asked {
            draft.set(MISSING, asked.position, asked.bounds(Seen::Missing));
            draft.set(WRONG, asked.position, asked.bounds(Seen::Wrong));
            plan.add(asked);
        }
        plan.finish(draft.finish(), rules)
    }

    /// What a value says; `open` are the texts of which it is not known.
    pub(super) fn row<'a>(
        &'a self,
        value: Option<&Value>,
        open: Option<&BTreeSet<Text>>,
        scratch: &'a mut SetScratch,
    ) -> Row<'a> {
        let members = match value {
            None => return self.rows.row(MISSING),
            Some(Value::Set(members)) => members,
            Some(_) => return self.rows.row(WRONG),
        };
        self.find(members, &mut scratch.present);
        scratch.open.clear();
        if let Some(open) = open {
            self.find(open, &mut scratch.open);
            let SetScratch { present, open, .. } = scratch;
            open.retain(|number| !present.contains(number));
        }
        self.row_of(scratch)
    }

    /// What the numbers of texts in `scratch` say.
    pub(super) fn row_of<'a>(&'a self, scratch: &'a mut SetScratch) -> Row<'a> {
        let SetScratch { present, open, may, fail, clause } = scratch;
        let Some((first, layers)) = self.layers.split_first() else {
            return self.rows.row(MISSING);
        };
        first.content(present, may);
        for layer in layers {
            layer.content(present, clause);
            bits::keep(may, clause);
        }
        for unwanted in numbered(&self.unwanted, present) {
            unwanted.remove_from(may);
        }
        let unsure = self.unsure.as_deref();
        if open.is_empty() {
            return Row { may, fail: None, unsure };
        }
        self.failing(present, open, fail, clause);
        for unwanted in numbered(&self.unwanted, open) {
            unwanted.remove_from(may);
        }
        Row { may, fail: Some(fail), unsure }
    }

    /// The rules that fail whether or not the texts in `open` are in the set.
    fn failing(&self, present: &[u32], open: &[u32], fail: &mut Vec<u64>, clause: &mut Vec<u64>) {
        bits::empty(fail, self.layers.first().map_or(0, |layer| layer.others.len()));
        for unwanted in numbered(&self.unwanted, present) {
            unwanted.add_to(fail);
        }
        for layer in &self.layers {
            layer.content(present, clause);
            for wanted in numbered(&layer.wanted, open) {
                wanted.add_to(clause);
            }
            for (fail, content) in fail.iter_mut().zip(&*clause) {
                *fail |= !content;
            }
        }
    }

    /// The numbers of the texts that rules mention.
    fn find(&self, texts: &BTreeSet<Text>, into: &mut Vec<u32>) {
        into.clear();
        let mentioned = self.lookup.texts();
        if texts.len() <= mentioned.len() {
            let numbers = texts.iter().filter_map(|text| self.number(text));
            into.extend(numbers);
        } else {
            let known = (0..).zip(mentioned).filter(|(_, text)| texts.contains(*text));
            into.extend(known.map(|(number, _)| number));
        }
    }

    /// The number of a text, if a rule mentions it.
    pub(super) fn number(&self, text: &Text) -> Option<u32> {
        self.lookup.find(text.as_str()).and_then(|number| u32::try_from(number).ok())
    }
}

impl Members {
    /// The same with the rows of all texts one after the other, each of so many words.
    pub(super) fn flat(&self, width: usize) -> Flat {
        let rows = |of: &[Positions]| -> Vec<u64> {
            of.iter().flat_map(|positions| positions.words(width)).collect()
        };
        let layers = self.layers.iter().map(|Layer { others, wanted }| FlatLayer {
            others: others.clone(),
            wanted: rows(wanted),
        });
        let (layers, unwanted) = (layers.collect(), rows(&self.unwanted));
        Flat { layers, unwanted, unsure: self.unsure.clone() }
    }
}

impl Layer {
    /// The rules whose condition of this layer holds.
    fn content(&self, present: &[u32], into: &mut Vec<u64>) {
        bits::copy(into, &self.others);
        for wanted in numbered(&self.wanted, present) {
            wanted.add_to(into);
        }
    }
}

fn numbered<'a>(of: &'a [Positions], numbers: &[u32]) -> impl Iterator<Item = &'a Positions> {
    numbers.iter().filter_map(|number| of.get(*number as usize))
}

impl Positions {
    /// The smaller form of both.
    fn new(positions: Vec<usize>, width: usize) -> Self {
        if positions.len() <= width / 4 {
            let few = positions.into_iter().filter_map(|position| u32::try_from(position).ok());
            return Self::Few(few.collect());
        }
        let mut words = vec![0; width];
        positions.into_iter().for_each(|position| bits::insert(&mut words, position));
        Self::Many(words)
    }

    fn words(&self, width: usize) -> Vec<u64> {
        let mut words = vec![0; width];
        self.add_to(&mut words);
        words
    }

    fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Few(few) => {
                few.iter().for_each(|position| bits::insert(words, *position as usize));
            }
            Self::Many(many) => bits::add(words, many),
        }
    }

    fn remove_from(&self, words: &mut [u64]) {
        match self {
            Self::Few(few) => {
                few.iter().for_each(|position| bits::delete(words, *position as usize));
            }
            Self::Many(many) => bits::remove(words, many),
        }
    }
}

/// The clauses of all rules by what they ask for.
#[derive(Default)]
struct Plan<'a> {
    texts: BTreeSet<&'a Text>,
    /// The rule, and one of the texts that it wants.
    layers: Vec<Vec<(usize, BTreeSet<&'a Text>)>>,
    unwanted: Vec<(usize, BTreeSet<&'a Text>)>,
    unsure: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn add(&mut self, asked: &Asked<'a>) {
        let position = asked.position;
        let mut layer = 0;
        for conjunct in &asked.of {
            let Some(clauses) = Clause::of(asked.rule, *conjunct) else {
                self.unsure.push(position);
                continue;
            };
            for clause in clauses {
                match clause {
                    Clause::None(texts) => {
                        self.texts.extend(&texts);
                        self.unwanted.push((position, texts));
                    }
                    Clause::Any(_) if layer == MAX_LAYERS => self.unsure.push(position),
                    Clause::Any(texts) => {
                        self.texts.extend(&texts);
                        self.layers.resize_with(self.layers.len().max(layer + 1), Vec::new);
                        if let Some(layer) = self.layers.get_mut(layer) {
                            layer.push((position, texts));
                        }
                        layer += 1;
                    }
                }
            }
        }
    }

    fn finish(mut self, rows: Rows, rules: usize) -> Members {
        // The first layer is always there, so that a row has something to start from.
        self.layers.resize_with(self.layers.len().max(1), Vec::new);
        let Self { texts, layers, unwanted, unsure } = self;
        let numbers: BTreeMap<&Text, usize> =
            texts.iter().enumerate().map(|(number, text)| (*text, number)).collect();
        let width = bits::width(rules);
        let by_text = |clauses: &[(usize, BTreeSet<&Text>)]| -> Vec<Positions> {
            let mut lists = vec![Vec::new(); numbers.len()];
            for (position, texts) in clauses {
                for number in texts.iter().filter_map(|text| numbers.get(text)) {
                    lists.get_mut(*number).into_iter().for_each(|list| list.push(*position));
                }
            }
            lists.into_iter().map(|list| Positions::new(list, width)).collect()
        };
        let layers = layers
            .iter()
            .map(|clauses| {
                let mut others = vec![u64::MAX; width];
                clauses.iter().for_each(|(position, _)| bits::delete(&mut others, *position));
                Layer { others, wanted: by_text(clauses) }
            })
            .collect();
        let unwanted = by_text(&unwanted);
        let unsure = (!unsure.is_empty()).then(|| {
            let mut words = vec![0; width];
            unsure.iter().for_each(|position| bits::insert(&mut words, *position));
            words
        });
        let lookup = Lookup::new(texts.into_iter().cloned().collect());
        Members { lookup, rows, layers, unwanted, unsure }
    }
}
