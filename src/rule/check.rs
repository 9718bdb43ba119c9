//! From written to checked: every problem at once, each with its place.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::checked::{CheckedRule, Condition, Node, Part};
use super::written::{MAX_DEPTH, MAX_NODES};
use super::{Fault, Field, Literal, Operand, Rule, Schema, Slot, Test, Text, Truth, Value};
use super::{suggest, typing};
use crate::calendar::{Span, Unit};
use crate::path::{Path, Problems};

/// Suggestions are looked for while there are fewer problems: they take longer than the check.
const MAX_SUGGESTIONS: usize = 100;

impl Rule {
    /// Finds the fields in `schema` and gives every value its type.
    ///
    /// # Errors
    /// All problems, in the order of the rule: unknown fields, values of a wrong type or currency
    /// or outside a closed domain, tests that do not go with the type, ends that are swapped,
    /// counts and lists that make no sense, and rules deeper than [`MAX_DEPTH`] or larger than
    /// [`MAX_NODES`].
    pub fn check(&self, schema: &Schema) -> Result<CheckedRule, Problems<Fault>> {
        let mut check = Check {
            schema,
            problems: Problems::none(),
            slots: BTreeSet::new(),
            nodes: Vec::new(),
            conditions: Vec::new(),
            counted: 0,
        };
        check.rule(&Path::root(), self, 0);
        let Check { problems, slots, nodes, conditions, .. } = check;
        problems.into_result(())?;
        let fields = slots.iter().filter_map(|slot| schema.shared(*slot)).collect();
        let slots = slots.into_iter().collect();
        Ok(CheckedRule { written: self.clone(), slots, fields, nodes, conditions })
    }
}

struct Check<'a> {
    schema: &'a Schema,
    problems: Problems<Fault>,
    slots: BTreeSet<Slot>,
    nodes: Vec<Node>,
    conditions: Vec<Condition>,
    counted: usize,
}

impl<'a> Check<'a> {
    fn rule(&mut self, path: &Path, rule: &Rule, depth: usize) {
        if !self.count(path, 1) {
            return;
        }
        if depth > MAX_DEPTH {
            return self.problems.add(path.clone(), Fault::TooDeep);
        }
        match rule {
            Rule::Always => self.part(Part::Constant(Truth::Hold), |_| {}),
            Rule::Never => self.part(Part::Constant(Truth::Fail), |_| {}),
            Rule::All(of) => self.part(Part::All, |check| check.list(path, "all", of, depth)),
            Rule::Any(of) => self.part(Part::Any, |check| check.list(path, "any", of, depth)),
            Rule::Not(rule) => {
                self.part(Part::Not, |check| check.rule(&path.field("not"), rule, depth + 1));
            }
            Rule::AtLeast { count, of } => {
                if !of.is_empty() && !(1..=of.len()).contains(&(*count as usize)) {
                    let fault = Fault::WrongCount { count: *count, len: of.len() };
                    self.problems.add(path.field("at_least"), fault);
                }
                self.part(Part::AtLeast(*count), |check| check.list(path, "of", of, depth));
            }
            Rule::Test { operand, test } => self.condition(path, operand, test),
            Rule::Missing(name) => {
                if let Some((slot, _)) = self.field(&path.field("missing"), name) {
                    self.part(Part::Missing(slot), |_| {});
                }
            }
        }
    }

    /// Adds a part and, with `children`, what stands below it.
    fn part(&mut self, part: Part, children: impl FnOnce(&mut Self)) {
        let place = self.nodes.len();
        self.nodes.push(Node { part, end: 0 });
        children(self);
        let end = index(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(place) {
            node.end = end;
        }
    }

    fn list(&mut self, path: &Path, key: &str, rules: &[Rule], depth: usize) {
        let path = path.field(key);
        if rules.is_empty() {
            self.problems.add(path.clone(), Fault::NoConditions);
        }
        for (position, rule) in rules.iter().enumerate() {
            self.rule(&path.item(position), rule, depth + 1);
        }
    }

    fn condition(&mut self, path: &Path, operand: &Operand, test: &Test) {
        let Some((field, slots)) = self.operand(path, operand) else { return };
        let default = match operand {
            Operand::Coalesce { default: Some(default), .. } => {
                let path = path.field("default");
                self.value(&path, &field, default)
            }
            _ => None,
        };
        let path = path.field(test.word());
        if let Err(fault) = typing::goes_with(test, &field) {
            return self.problems.add(path, fault);
        }
        let Some(test) = self.test(&path, &field, test) else { return };
        let mut slots = slots.into_iter();
        let Some(slot) = slots.next() else { return };
        let place = index(self.conditions.len());
        let (kind, others) = (field.kind, slots.collect());
        self.conditions.push(Condition { slot, others, default, kind, test });
        self.part(Part::Test(place), |_| {});
    }

    /// What literals are compared with, and the slots in the order in which they are asked.
    fn operand(&mut self, path: &Path, operand: &Operand) -> Option<(Cow<'a, Field>, Vec<Slot>)> {
        let names = match operand {
            Operand::Field(name) => {
                let (slot, field) = self.field(&path.field("field"), name)?;
                return Some((Cow::Borrowed(field), vec![slot]));
            }
            Operand::Coalesce { fields, .. } => fields,
        };
        let path = path.field("coalesce");
        if names.is_empty() {
            self.problems.add(path, Fault::NoValues);
            return None;
        }
        if !self.count(&path, names.len()) {
            return None;
        }
        let mut found: Option<(Cow<'a, Field>, Vec<Slot>)> = None;
        for (position, name) in names.iter().enumerate() {
            let path = path.item(position);
            let Some((slot, field)) = self.field(&path, name) else { continue };
            match &mut found {
                None => found = Some((Cow::Borrowed(field), vec![slot])),
                Some((first, slots)) => {
                    slots.push(slot);
                    if let Some(fault) = unite(first.to_mut(), field) {
                        self.problems.add(path, fault);
                    }
                }
            }
        }
        found
    }

    fn field(&mut self, path: &Path, name: &Text) -> Option<(Slot, &'a Field)> {
        let schema = self.schema;
        let slot = schema.slot(name.as_str());
        let Some((slot, field)) = slot.and_then(|slot| Some((slot, schema.field(slot)?))) else {
            if let Some(needs) = schema.needed_for(name.as_str()) {
                let fault = Fault::Needs { name: name.clone(), needs: needs.clone() };
                self.problems.add(path.clone(), fault);
                return None;
            }
            let suggest = self.problems.len() < MAX_SUGGESTIONS;
            let suggestion = suggest.then(|| schema.suggestion(name.as_str())).flatten();
            let fault = Fault::UnknownField { name: name.clone(), suggestion };
            self.problems.add(path.clone(), fault);
            return None;
        };
        self.slots.insert(slot);
        Some((slot, field))
    }

    fn test(&mut self, path: &Path, field: &Field, test: &Test) -> Option<Test<Value>> {
        Some(match test {
            Test::Is(value) => Test::Is(self.value(path, field, value)?),
            Test::IsNot(value) => Test::IsNot(self.value(path, field, value)?),
            Test::Above(low) => Test::Above(self.value(path, field, low)?),
            Test::AtLeast(low) => Test::AtLeast(self.value(path, field, low)?),
            Test::Below(high) => Test::Below(self.value(path, field, high)?),
            Test::AtMost(high) => Test::AtMost(self.value(path, field, high)?),
            Test::Between(low, high) => self.between(path, field, [low, high])?,
            Test::OneOf(values) => Test::OneOf(self.values(path, field, values)?),
            Test::NoneOf(values) => Test::NoneOf(self.values(path, field, values)?),
            Test::AnyOf(values) => Test::AnyOf(self.values(path, field, values)?),
            Test::AllOf(values) => Test::AllOf(self.values(path, field, values)?),
            Test::StartsWith(text) => Test::StartsWith(self.text(path, text)?),
            Test::EndsWith(text) => Test::EndsWith(self.text(path, text)?),
            Test::Contains(text) => Test::Contains(self.text(path, text)?),
            Test::WithinLast(span) => Test::WithinLast(self.span(path, *span)?),
            Test::WithinNext(span) => Test::WithinNext(self.span(path, *span)?),
            Test::AnniversaryWithinNext(span) => {
                Test::AnniversaryWithinNext(self.span(path, *span)?)
            }
        })
    }

    fn value(&mut self, path: &Path, field: &Field, literal: &Literal) -> Option<Value> {
        if let Literal::List(texts) = literal
            && !self.count(path, texts.len())
        {
            return None;
        }
        self.keep(path, field, typing::value(field, literal))
    }

    fn between(
        &mut self,
        path: &Path,
        field: &Field,
        written: [&Literal; 2],
    ) -> Option<Test<Value>> {
        let [low, high] = written;
        let ends = [self.value(&path.item(0), field, low), self.value(&path.item(1), field, high)];
        let [Some(least), Some(greatest)] = ends else { return None };
        if let Some(fault) = currencies(field, [&least, &greatest]) {
            self.problems.add(path.clone(), fault);
            return None;
        }
        if least.order(&greatest).is_none_or(Ordering::is_gt) {
            let fault = Fault::EndsSwapped { low: low.clone(), high: high.clone() };
            self.problems.add(path.clone(), fault);
            return None;
        }
        Some(Test::Between(least, greatest))
    }

    /// The values in ascending order, as evaluation wants them.
    fn values(&mut self, path: &Path, field: &Field, literals: &[Literal]) -> Option<Vec<Value>> {
        if literals.is_empty() {
            self.problems.add(path.clone(), Fault::NoValues);
        }
        if !self.count(path, literals.len()) {
            return None;
        }
        let typed = literals.iter().enumerate().filter_map(|(position, literal)| {
            self.keep(&path.item(position), field, typing::listed(field, literal))
        });
        let mut values: Vec<Value> = typed.collect();
        if let Some(fault) = currencies(field, &values) {
            self.problems.add(path.clone(), fault);
        }
        values.sort_by(|left, right| left.order(right).unwrap_or(Ordering::Equal));
        values.dedup();
        (!values.is_empty()).then_some(values)
    }

    fn text(&mut self, path: &Path, text: &Text) -> Option<Text> {
        if text.as_str().is_empty() {
            self.problems.add(path.clone(), Fault::NoText);
            return None;
        }
        Some(text.clone())
    }

    fn span(&mut self, path: &Path, span: Span) -> Option<Span> {
        if matches!(span.unit(), Unit::Minute | Unit::Hour) {
            self.problems.add(path.clone(), Fault::SpanTooFine { span });
            return None;
        }
        Some(span)
    }

    /// Counts so many parts of the rule; `false` if there are more than a rule may have.
    fn count(&mut self, path: &Path, parts: usize) -> bool {
        let fits = self.counted <= MAX_NODES;
        self.counted = self.counted.saturating_add(parts);
        if fits && self.counted > MAX_NODES {
            self.problems.add(path.clone(), Fault::TooLarge);
        }
        self.counted <= MAX_NODES
    }

    fn keep(&mut self, path: &Path, field: &Field, typed: Result<Value, Fault>) -> Option<Value> {
        let mut fault = match typed {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        if let Fault::OutsideDomain { text, suggestion, .. } = &mut fault
            && self.problems.len() < MAX_SUGGESTIONS
        {
            let domain = field.domain.iter().flatten().map(Text::as_str);
            *suggestion = suggest::name(text.as_str(), domain);
        }
        self.problems.add(path.clone(), fault);
        None
    }
}

/// What is wrong with two fields in one coalesce; `first` learns what both have in common.
fn unite(first: &mut Field, next: &Field) -> Option<Fault> {
    if first.kind != next.kind {
        return Some(Fault::MixedTypes {
            first: first.name.clone(),
            expected: first.kind,
            field: next.name.clone(),
            found: next.kind,
        });
    }
    if let (Some(expected), Some(found)) = (first.currency, next.currency)
        && expected != found
    {
        return Some(Fault::WrongCurrency { field: first.name.clone(), expected, found });
    }
    first.currency = first.currency.or(next.currency);
    first.domain = match (first.domain.take(), &next.domain) {
        (Some(first), Some(next)) => Some(first.into_iter().chain(next.iter().cloned()).collect()),
        _ => None,
    };
    None
}

/// What is wrong with the currencies of values that are compared with one field.
fn currencies<'a>(field: &Field, values: impl IntoIterator<Item = &'a Value>) -> Option<Fault> {
    let mut currencies = values.into_iter().filter_map(|value| match value {
        Value::Money(amount) => Some(amount.currency()),
        _ => None,
    });
    let expected = currencies.next()?;
    let found = currencies.find(|currency| *currency != expected)?;
    Some(Fault::WrongCurrency { field: field.name.clone(), expected, found })
}

/// Positions fit, because a rule has at most [`MAX_NODES`] parts.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
