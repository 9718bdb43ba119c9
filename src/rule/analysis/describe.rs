//! Classes of values, as few stretches that people can read.

use std::collections::BTreeSet;

use super::budget::Budget;
use super::cells::{Cells, Ends, Line, Place, Point};
use super::{Inconclusive, Mark, Stretch};
use crate::rule::{Sheet, Test, Truth, Value};

/// A spot of a line, and whether it is one of those to be told.
struct Spot<'a> {
    at: usize,
    marks: &'a [bool],
    chosen: bool,
}

/// Spots from one stretch of a line to another, with the marks that matter.
#[derive(Debug)]
struct Pattern {
    low: usize,
    high: usize,
    marks: Vec<Option<bool>>,
}

impl Pattern {
    fn fits(&self, at: usize, marks: &[bool]) -> bool {
        (self.low..=self.high).contains(&at)
            && self.marks.iter().zip(marks).all(|(wanted, mark)| wanted.is_none_or(|w| w == *mark))
    }
}

impl Cells {
    /// The values of the classes.
    pub(super) fn stretches(
        &self,
        classes: &[usize],
        sheet: &Sheet,
        budget: &mut Budget,
    ) -> Result<Vec<Stretch>, Inconclusive> {
        let mut chosen = vec![false; self.points.len()];
        for point in classes.iter().filter_map(|class| self.classes.get(*class)).flatten() {
            if let Some(chosen) = chosen.get_mut(*point) {
                *chosen = true;
            }
        }
        let mut stretches = if chosen.iter().all(|chosen| *chosen) {
            vec![Stretch::Known]
        } else {
            self.some(&chosen, sheet, budget)?
        };
        if classes.contains(&0) {
            stretches.push(Stretch::Missing);
        }
        Ok(stretches)
    }

    fn some(
        &self,
        chosen: &[bool],
        sheet: &Sheet,
        budget: &mut Budget,
    ) -> Result<Vec<Stretch>, Inconclusive> {
        let points = || self.points.iter().zip(chosen.iter().copied());
        let mut marked = Vec::new();
        let mut told = vec![false; self.points.len()];
        for (place, line) in self.lines.iter().enumerate() {
            let spots: Vec<Spot<'_>> = points().filter_map(|point| spot(point, place)).collect();
            for pattern in patterns(&spots, line.ends.len(), budget)? {
                let mut marks = self.marks(&pattern, line);
                let mut but = Vec::new();
                budget.spend(self.points.len().saturating_mul(self.atoms.len() + 1))?;
                for ((point, chosen), told) in points().zip(&mut told) {
                    if !matches!(point.place, Place::Single) {
                        continue;
                    }
                    if pattern.fits(0, &self.marks_of(&point.value, sheet)) {
                        *told = true;
                        but.extend((!chosen).then(|| point.value.clone()));
                    }
                }
                if !but.is_empty() {
                    marks.push(Mark::Passes(Test::NoneOf(but)));
                }
                marked.push(Stretch::Marked(marks));
            }
        }
        let rest = points().zip(&told).filter(|((point, chosen), told)| {
            *chosen && !**told && matches!(point.place, Place::Single)
        });
        let rest: Vec<Value> = rest.map(|((point, _), _)| point.value.clone()).collect();
        let singles = match <[Value; 1]>::try_from(rest) {
            Ok([only]) => Some(Test::Is(only)),
            Err(rest) => (!rest.is_empty()).then_some(Test::OneOf(rest)),
        };
        let singles = singles.map(|test| Stretch::Marked(vec![Mark::Passes(test)]));
        let is_abroad = |point: &Point| matches!(point.place, Place::Abroad);
        let abroad = points().any(|(point, chosen)| chosen && is_abroad(point)).then(|| {
            let named = self.lines.iter().filter_map(|line| line.currency);
            Stretch::Marked(vec![Mark::InOtherCurrency(named.collect::<BTreeSet<_>>())])
        });
        Ok(singles.into_iter().chain(marked).chain(abroad).collect())
    }

    /// Which atoms the value passes.
    fn marks_of(&self, value: &Value, sheet: &Sheet) -> Vec<bool> {
        self.atoms.iter().map(|atom| atom.truth(value, sheet) == Truth::Hold).collect()
    }

    fn marks(&self, pattern: &Pattern, line: &Line) -> Vec<Mark> {
        let ends = |at: usize| line.ends.get(at).cloned().unwrap_or_default();
        let ends = Ends { low: ends(pattern.low).low, high: ends(pattern.high).high };
        let mut marks: Vec<Mark> = between(ends).into_iter().map(Mark::Passes).collect();
        for (atom, wanted) in self.atoms.iter().zip(&pattern.marks) {
            marks.extend(wanted.map(|wanted| {
                let atom = atom.clone();
                if wanted { Mark::Passes(atom) } else { Mark::Fails(atom) }
            }));
        }
        marks.sort_by_key(Mark::is_denial);
        if marks.is_empty() {
            marks.extend(line.currency.map(Mark::InCurrency));
        }
        marks
    }
}

/// The tests that values pass from one end to the other.
fn between(ends: Ends) -> Vec<Test<Value>> {
    let Ends { low, high } = ends;
    match (low, high) {
        (Some(low), Some(high)) if !low.open && !high.open => {
            let is_one = low.value.same(&high.value) == Some(true);
            let range = |low, high| Test::Between(low, high);
            vec![if is_one { Test::Is(low.value) } else { range(low.value, high.value) }]
        }
        (low, high) => {
            let low =
                low.map(
                    |low| {
                        if low.open { Test::Above(low.value) } else { Test::AtLeast(low.value) }
                    },
                );
            let high = high.map(|high| {
                if high.open { Test::Below(high.value) } else { Test::AtMost(high.value) }
            });
            low.into_iter().chain(high).collect()
        }
    }
}

fn spot((point, chosen): (&Point, bool), wanted: usize) -> Option<Spot<'_>> {
    match &point.place {
        Place::Spot { line, at, marks } if *line == wanted => Some(Spot { at: *at, marks, chosen }),
        _ => None,
    }
}

/// Patterns that fit all chosen spots and no others: each as wide as it can be, and the first that
/// are found.
fn patterns(
    spots: &[Spot<'_>],
    len: usize,
    budget: &mut Budget,
) -> Result<Vec<Pattern>, Inconclusive> {
    let mut found: Vec<Pattern> = Vec::new();
    for spot in spots.iter().filter(|spot| spot.chosen) {
        if found.iter().any(|pattern| pattern.fits(spot.at, spot.marks)) {
            continue;
        }
        let marks = spot.marks.iter().copied().map(Some).collect();
        let narrow = Pattern { low: spot.at, high: spot.at, marks };
        found.push(widened(narrow, spots, len, budget)?);
    }
    Ok(found)
}

fn widened(
    mut pattern: Pattern,
    spots: &[Spot<'_>],
    len: usize,
    budget: &mut Budget,
) -> Result<Pattern, Inconclusive> {
    let last = len.saturating_sub(1);
    let mut may_be = |pattern: &Pattern| {
        budget.spend(spots.len())?;
        Ok(!spots.iter().any(|spot| !spot.chosen && pattern.fits(spot.at, spot.marks)))
    };
    let (low, high) = (pattern.low, pattern.high);
    (pattern.low, pattern.high) = (0, last);
    if !may_be(&pattern)? {
        (pattern.low, pattern.high) = (low, high);
        while pattern.high < last {
            pattern.high += 1;
            if !may_be(&pattern)? {
                pattern.high -= 1;
                break;
            }
        }
        while pattern.low > 0 {
            pattern.low -= 1;
            if !may_be(&pattern)? {
                pattern.low += 1;
                break;
            }
        }
    }
    // What a value is not says less than what it is.
    for dropped in [false, true] {
        for place in 0..pattern.marks.len() {
            let Some(mark) = pattern.marks.get_mut(place) else { continue };
            let Some(wanted) = mark.take_if(|wanted| *wanted == dropped) else { continue };
            if !may_be(&pattern)?
                && let Some(mark) = pattern.marks.get_mut(place)
            {
                *mark = Some(wanted);
            }
        }
    }
    Ok(pattern)
}
