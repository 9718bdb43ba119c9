//! Which tests of starts, ends and parts a text can pass together.
//!
//! All texts are gone through at once, shorter ones first, by what tells them apart: how far they
//! follow a start that is looked for, which end of theirs may still become an end or a part that
//! is looked for, and which parts they have (A. V. Aho and M. J. Corasick, *Efficient string
//! matching*, 1975). So each combination is found with a shortest text that has it.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::Inconclusive;
use super::budget::{Budget, MAX_PARTS};
use super::cells::{Place, Point};
use crate::rule::{Test, Text, Value};

/// What it costs to remember what was read.
const STATE: usize = 16;

/// The tests of starts, ends and parts, each once.
pub(super) fn affixes(tests: &[&Test<Value>]) -> Vec<Test<Value>> {
    let mut found = [const { BTreeSet::new() }; 3];
    let [starts, ends, parts] = &mut found;
    for test in tests {
        match test {
            Test::StartsWith(text) => drop(starts.insert(text.clone())),
            Test::EndsWith(text) => drop(ends.insert(text.clone())),
            Test::Contains(text) => drop(parts.insert(text.clone())),
            _ => {}
        }
    }
    let [starts, ends, parts] = found;
    let starts = starts.into_iter().map(Test::StartsWith);
    let ends = ends.into_iter().map(Test::EndsWith);
    starts.chain(ends).chain(parts.into_iter().map(Test::Contains)).collect()
}

/// A text for each combination of `atoms` that texts can pass, and that is none of `literals`.
pub(super) fn spots(
    atoms: &[Test<Value>],
    literals: &BTreeSet<Text>,
    budget: &mut Budget,
) -> Result<Vec<Point>, Inconclusive> {
    let search = Search::new(atoms, literals)?;
    let mut seen = HashSet::new();
    let mut found: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut trail: Vec<(usize, char)> = Vec::new();
    let mut spots = Vec::new();
    let mut waiting = VecDeque::from([(0, State::default())]);
    while let Some((place, state)) = waiting.pop_front() {
        for letter in &search.alphabet {
            budget.spend(1)?;
            let next = search.step(state, *letter);
            if !seen.insert(next) {
                continue;
            }
            budget.spend(atoms.len() + STATE)?;
            trail.push((place, *letter));
            waiting.push_back((trail.len(), next));
            let marks = search.marks(next);
            if !found.insert(marks.clone()) {
                continue;
            }
            let text = search.apart(text(&trail), literals);
            let place = Place::Spot { line: 0, at: 0, marks };
            spots.push(Point { value: Value::Text(text), place });
        }
    }
    Ok(spots)
}

/// The text whose last letter is the last of the trail.
fn text(trail: &[(usize, char)]) -> String {
    let mut letters = Vec::new();
    let mut place = trail.len();
    while let Some((before, letter)) = place.checked_sub(1).and_then(|last| trail.get(last)) {
        letters.push(*letter);
        place = *before;
    }
    letters.into_iter().rev().collect()
}

/// What matters of a text that is read from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    /// Where it stands, or left off, in the tree of starts.
    start: usize,
    /// Whether it left the tree of starts.
    left: bool,
    /// The longest end of it in the tree of ends and parts.
    end: usize,
    /// The parts that it has.
    parts: u128,
}

struct Search<'a> {
    atoms: &'a [Test<Value>],
    alphabet: Vec<char>,
    fresh: char,
    /// The place of the first atom that is a part; parts are last.
    first_part: usize,
    starts: Tree,
    ends: Tree,
}

impl<'a> Search<'a> {
    fn new(atoms: &'a [Test<Value>], literals: &BTreeSet<Text>) -> Result<Self, Inconclusive> {
        let (mut starts, mut ends) = (Tree::default(), Tree::default());
        let mut alphabet: BTreeSet<char> = BTreeSet::new();
        let is_part = |atom: &&Test<Value>| matches!(atom, Test::Contains(_));
        let parts = atoms.iter().rev().take_while(is_part).count();
        for (place, atom) in atoms.iter().enumerate() {
            let (tree, text) = match atom {
                Test::StartsWith(text) => (&mut starts, text),
                Test::EndsWith(text) | Test::Contains(text) => (&mut ends, text),
                _ => continue,
            };
            tree.add(text.as_str(), place);
            alphabet.extend(text.as_str().chars());
        }
        if parts > MAX_PARTS {
            return Err(Inconclusive::Parts { found: parts });
        }
        starts.hand_down();
        ends.link();
        let used: BTreeSet<char> = literals.iter().flat_map(|text| text.as_str().chars()).collect();
        let free = |letter: &char| !alphabet.contains(letter) && !used.contains(letter);
        let mut letters = ('x'..='z').chain('a'..='w').chain('0'..='9').chain('\u{c0}'..=char::MAX);
        let fresh = letters.find(free).unwrap_or('x');
        let alphabet = alphabet.into_iter().chain([fresh]).collect();
        let first_part = atoms.len() - parts;
        Ok(Self { atoms, alphabet, fresh, first_part, starts, ends })
    }

    fn step(&self, state: State, letter: char) -> State {
        let State { mut start, mut left, .. } = state;
        if !left {
            match self.starts.child(start, letter) {
                Some(child) => start = child,
                None => left = true,
            }
            // Where no longer start is to come, only the starts found matter.
            if left || self.starts.is_leaf(start) {
                (start, left) = (self.starts.link_of(start), true);
            }
        }
        let end = self.ends.follow(state.end, letter);
        let found =
            self.ends.found(end).iter().filter_map(|atom| atom.checked_sub(self.first_part));
        let parts = found.fold(state.parts, |parts, part| parts | (1 << part));
        State { start, left, end, parts }
    }

    /// Which atoms the text passes if it ends here.
    fn marks(&self, state: State) -> Vec<bool> {
        let first_part = self.first_part;
        let mut marks = vec![false; self.atoms.len()];
        let ends = self.ends.found(state.end).iter().filter(|atom| **atom < first_part);
        let parts = (first_part..self.atoms.len())
            .filter(|atom| state.parts & (1 << (atom - first_part)) != 0);
        for atom in self.starts.found(state.start).iter().chain(ends).copied().chain(parts) {
            if let Some(mark) = marks.get_mut(atom) {
                *mark = true;
            }
        }
        marks
    }

    /// The text, or if it is one of `literals` another with the same starts, ends and parts: twice
    /// the text, with a letter between that nothing looks for.
    fn apart(&self, text: String, literals: &BTreeSet<Text>) -> Text {
        if !literals.contains(text.as_str()) {
            return text.into();
        }
        format!("{text}{}{text}", self.fresh).into()
    }
}

/// Texts by their letters.
struct Tree {
    nodes: Vec<TreeNode>,
}

#[derive(Default)]
struct TreeNode {
    children: BTreeMap<char, usize>,
    /// Of starts: the longest start that is found on the way here. Of ends: the longest end of the
    /// text so far that is elsewhere in the tree.
    link: usize,
    /// The atoms that are found here.
    found: Vec<usize>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![TreeNode::default()] }
    }
}

impl Tree {
    fn add(&mut self, text: &str, atom: usize) {
        let mut at = 0;
        for letter in text.chars() {
            let new = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            at = *node.children.entry(letter).or_insert(new);
            if at == new {
                self.nodes.push(TreeNode::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.found.push(atom);
        }
    }

    /// Gives what is found at a node to all that come after it.
    fn hand_down(&mut self) {
        self.each_child(|tree, parent, _, child| {
            let (handed, parent_link) = (tree.found(parent).to_vec(), tree.link_of(parent));
            if let Some(node) = tree.nodes.get_mut(child) {
                node.link = if node.found.is_empty() { parent_link } else { child };
                node.found.extend(handed);
            }
        });
    }

    /// Links every node to the longest end of its text that is in the tree, too.
    fn link(&mut self) {
        self.each_child(|tree, parent, letter, child| {
            let link = if parent == 0 { 0 } else { tree.follow(tree.link_of(parent), letter) };
            let more = tree.found(link).to_vec();
            if let Some(node) = tree.nodes.get_mut(child) {
                node.link = link;
                node.found.extend(more);
            }
        });
    }

    /// Goes over all nodes but the root, shorter texts first.
    fn each_child(&mut self, mut visit: impl FnMut(&mut Self, usize, char, usize)) {
        let mut waiting = VecDeque::from([0]);
        while let Some(parent) = waiting.pop_front() {
            let children = self.nodes.get(parent).map(|node| node.children.clone());
            for (letter, child) in children.into_iter().flatten() {
                visit(self, parent, letter, child);
                waiting.push_back(child);
            }
        }
    }

    fn child(&self, at: usize, letter: char) -> Option<usize> {
        self.nodes.get(at)?.children.get(&letter).copied()
    }

    fn is_leaf(&self, at: usize) -> bool {
        self.nodes.get(at).is_none_or(|node| node.children.is_empty())
    }

    fn link_of(&self, at: usize) -> usize {
        self.nodes.get(at).map_or(0, |node| node.link)
    }

    fn found(&self, at: usize) -> &[usize] {
        self.nodes.get(at).map_or(&[], |node| &node.found)
    }

    /// The longest end of the text with one more letter that is in the tree.
    fn follow(&self, mut at: usize, letter: char) -> usize {
        loop {
            if let Some(child) = self.child(at, letter) {
                return child;
            }
            if at == 0 {
                return 0;
            }
            at = self.link_of(at);
        }
    }
}
