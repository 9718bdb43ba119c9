//! Where one score ends and the next begins.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Bound, Fault, Figure, Step};
use crate::path::{Path, Problems};
use crate::rule::{self, Field, Kind, Schema, Text};
use crate::segment::grid::{MAX_BINS, MIN_BINS};

/// How one dimension is scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The feature that is scored, such as `orders(1y)`.
    pub feature: Text,
    /// Where one score ends and the next begins.
    pub cuts: Cuts,
}

/// The cuts between the scores of a dimension, from the least figure to the greatest; of so many
/// cuts come one more scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cuts {
    /// What must be reached for the next better score: at least that much, or for recency at most
    /// that much. `[2, 5]` are score 1 for one order, 2 from two orders and 3 from five.
    Thresholds(Vec<Figure>),
    /// Quantiles of the customers of a fit: the greatest figure of each score but the last. Equal
    /// ones leave the scores between them unused.
    Quantiles(Vec<Figure>),
    /// The quantiles within each group of customers: for frequency by their recency score, for
    /// monetary by their recency and frequency scores, in the order 11, 12… 21, 22…
    Nested(Vec<Vec<Figure>>),
}

/// Which end of the figures is the better one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// The less the better: recency.
    Less,
    /// The more the better: frequency and monetary.
    #[default]
    More,
}

impl Better {
    /// The score of what stands above so many of the cuts.
    pub(super) fn score(self, above: usize, cuts: usize) -> u8 {
        let passed = match self {
            Self::More => above,
            Self::Less => cuts.saturating_sub(above),
        };
        u8::try_from(passed.saturating_add(1)).unwrap_or(u8::MAX)
    }
}

/// The cuts for one group of customers.
#[derive(Clone, Copy)]
pub(super) struct Steps<'a> {
    pub(super) better: Better,
    /// Whether a figure that equals a cut stands above it.
    pub(super) equal_is_above: bool,
    pub(super) cuts: &'a [Figure],
}

impl Cuts {
    /// How many scores there are.
    pub(super) fn bins(&self) -> u8 {
        bins_of(match self {
            Self::Thresholds(cuts) | Self::Quantiles(cuts) => cuts.len(),
            Self::Nested(groups) => groups.first().map_or(0, Vec::len),
        })
    }

    /// The cuts that hold for a group of customers; `None` if they are nested and the group is
    /// not known.
    pub(super) fn steps(&self, better: Better, group: Option<usize>) -> Option<Steps<'_>> {
        let equal_is_above = matches!((self, better), (Self::Thresholds(_), Better::More));
        let cuts = match self {
            Self::Thresholds(cuts) | Self::Quantiles(cuts) => cuts.as_slice(),
            Self::Nested(groups) => groups.get(group?)?.as_slice(),
        };
        Some(Steps { better, equal_is_above, cuts })
    }

    /// What is wrong with the cuts, of which there should be so many groups if they are nested.
    pub(super) fn problems(&self, groups: Option<usize>) -> Problems<Fault> {
        let mut problems = Problems::none();
        match self {
            Self::Thresholds(cuts) => {
                problems.absorb(&Path::from("thresholds"), unsteady(cuts, Ordering::is_lt));
            }
            Self::Quantiles(cuts) => {
                problems.absorb(&Path::from("quantiles"), unsteady(cuts, Ordering::is_le));
            }
            Self::Nested(nested) => {
                problems.absorb(&Path::from("nested"), nested_problems(nested, groups));
            }
        }
        problems
    }

    /// All cuts, each with its place.
    fn placed(&self) -> Vec<(Path, Figure)> {
        let place = |path: Path, cuts: &[Figure]| -> Vec<(Path, Figure)> {
            cuts.iter().enumerate().map(|(index, cut)| (path.item(index), *cut)).collect()
        };
        match self {
            Self::Thresholds(cuts) => place(Path::from("thresholds"), cuts),
            Self::Quantiles(cuts) => place(Path::from("quantiles"), cuts),
            Self::Nested(groups) => {
                let groups = groups.iter().enumerate();
                groups.flat_map(|(at, cuts)| place(Path::from("nested").item(at), cuts)).collect()
            }
        }
    }
}

/// How many scores so many cuts make.
pub(super) fn bins_of(cuts: usize) -> u8 {
    u8::try_from(cuts.saturating_add(1)).unwrap_or(u8::MAX)
}

/// What is wrong with the cuts of groups, of which there should be so many.
fn nested_problems(nested: &[Vec<Figure>], groups: Option<usize>) -> Problems<Fault> {
    let mut problems = Problems::none();
    match groups {
        None => problems.add(Path::root(), Fault::NestedRecency),
        Some(expected) if expected != nested.len() => {
            problems.add(Path::root(), Fault::Groups { expected, found: nested.len() });
        }
        Some(_) => {}
    }
    let expected = nested.first().map_or(0, Vec::len);
    let first = nested.first().and_then(|cuts| cuts.first());
    for (index, cuts) in nested.iter().enumerate() {
        let path = Path::root().item(index);
        if cuts.len() != expected {
            problems.add(path.clone(), Fault::GroupCuts { expected, found: cuts.len() });
        }
        if let (Some(&before), Some(&after)) = (first, cuts.first())
            && before.order(after).is_none()
        {
            problems.add(path.item(0), Fault::Mixed { before, after });
        }
        problems.absorb(&path, unsteady(cuts, Ordering::is_le));
    }
    problems
}

/// What is wrong with cuts that should be in order, `next` telling whether two neighbors are.
pub(super) fn unsteady(cuts: &[Figure], next: fn(Ordering) -> bool) -> Problems<Fault> {
    let mut problems = Problems::none();
    let bins = cuts.len().saturating_add(1);
    if !(usize::from(MIN_BINS)..=usize::from(MAX_BINS)).contains(&bins) {
        return Problems::one(Path::root(), Fault::Bins { bins });
    }
    for (index, (&before, &after)) in cuts.iter().zip(cuts.iter().skip(1)).enumerate() {
        let path = Path::root().item(index + 1);
        match before.order(after) {
            None => problems.add(path, Fault::Mixed { before, after }),
            Some(order) if !next(order) => problems.add(path, Fault::Falling { before, after }),
            Some(_) => {}
        }
    }
    problems
}

impl Scale {
    /// Whether rules could compare the cuts with the field of the schema.
    pub(super) fn fit_to(&self, schema: &Schema) -> Problems<Fault> {
        let name = self.feature.as_str();
        let Some(field) = schema.slot(name).and_then(|slot| schema.field(slot)) else {
            let (name, suggestion) = (self.feature.clone(), schema.suggestion(name));
            let fault = rule::Fault::UnknownField { name, suggestion };
            return Problems::one(Path::from("feature"), fault.into());
        };
        let Field { name: feature, kind, currency, .. } = field;
        if !matches!(kind, Kind::Integer | Kind::Number | Kind::Money) {
            let fault = Fault::NotRanked { feature: feature.clone(), kind: *kind };
            return Problems::one(Path::from("feature"), fault);
        }
        let mut problems = Problems::none();
        for (path, cut) in self.cuts.placed() {
            let fitted = !matches!(self.cuts, Cuts::Thresholds(_));
            let fits = match cut {
                // Quantiles of a table of plain numbers are of money in major units.
                Figure::Number(_) => *kind != Kind::Money || fitted,
                Figure::Integer(_) => *kind != Kind::Money,
                Figure::Money(money) => {
                    *kind == Kind::Money && currency.is_none_or(|it| it == money.currency())
                }
            };
            if !fits {
                let (feature, kind, currency) = (feature.clone(), *kind, *currency);
                let fault = Fault::WrongCut { feature, kind, currency, cut };
                problems.add(Path::from("cuts").join(&path), fault);
            }
        }
        problems
    }
}

impl Steps<'_> {
    /// The score of a figure; `None` if it cannot be compared with the cuts.
    pub(super) fn score(self, figure: Figure) -> Option<u8> {
        let mut above = 0;
        for &cut in self.cuts {
            above += usize::from(self.stands_above(figure, cut)?);
        }
        Some(self.better.score(above, self.cuts.len()))
    }

    fn stands_above(self, figure: Figure, cut: Figure) -> Option<bool> {
        figure
            .beside(cut)
            .order(cut)
            .map(|order| order.is_gt() || (self.equal_is_above && order.is_eq()))
    }

    /// What the next better score takes; `None` if there is no better one.
    pub(super) fn step(self, figure: Figure) -> Option<Step> {
        let above = |cut: &&Figure| self.stands_above(figure, **cut) == Some(true);
        let cut = match self.better {
            Better::More => self.cuts.iter().find(|cut| !above(cut)),
            Better::Less => self.cuts.iter().rev().find(above),
        };
        let cut = *cut?;
        let bound = match (self.better, self.equal_is_above) {
            (Better::Less, _) => Bound::AtMost(cut),
            (Better::More, true) => Bound::AtLeast(cut),
            (Better::More, false) => Bound::MoreThan(cut),
        };
        // The score that a figure has which just passes the bound.
        let passed = |other: &&Figure| match self.better {
            Better::More => cut.order(**other).is_some_and(Ordering::is_ge),
            Better::Less => cut.order(**other).is_some_and(Ordering::is_gt),
        };
        let above = self.cuts.iter().filter(passed).count();
        Some(Step { score: self.better.score(above, self.cuts.len()), bound })
    }
}
