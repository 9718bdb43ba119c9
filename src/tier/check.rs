//! The check of a ladder.

use std::collections::{BTreeMap, BTreeSet};

use super::credits::Bar;
use super::{
    AfterReturn, AtLeast, CarryOver, Credits, Crossing, Downgrade, Fault, Ladder, MAX_TIERS,
    Measure, Qualification, Tier, Validity,
};
use crate::calendar::Window;
use crate::id::{LadderId, TierId};
use crate::money::Currency;
use crate::path::{Path, Problems};

/// A ladder that fits a program, ready to place customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLadder {
    pub(super) written: Ladder,
    pub(super) lowest: TierId,
    /// What any tier takes, sorted.
    pub(super) measures: Vec<Measure>,
    /// What each tier takes.
    pub(super) bars: Vec<Bar>,
    /// What each tier takes to be kept for life, where that is said.
    pub(super) for_life: Vec<Option<Bar>>,
}

impl CheckedLadder {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &LadderId {
        &self.written.id
    }
}

impl Ladder {
    /// The ladder, checked against the currency of a program.
    ///
    /// # Errors
    /// All problems, each with its path, such as `tiers[1].at_least`.
    pub fn check(&self, currency: Currency) -> Result<CheckedLadder, Problems<Fault>> {
        let mut problems = Problems::none();
        let path = Path::from("tiers");
        if self.tiers.len() > MAX_TIERS {
            problems.add(path.clone(), Fault::TooManyTiers { count: self.tiers.len() });
        }
        if self.crossing == Crossing::After && self.measures().contains(&Measure::PointsEarned) {
            problems.add(Path::from("crossing"), Fault::Circular);
        }
        let other = self.measures().into_iter().find(|measure| *measure != Measure::Spend);
        if let (Crossing::Split, Some(measure)) = (self.crossing, other) {
            problems.add(Path::from("crossing"), Fault::NothingToSplit { measure });
        }
        self.check_choices(&mut problems);
        let mut seen = BTreeMap::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            let path = path.item(index);
            if let Some(first) = seen.insert(&tier.id, index) {
                let fault = Fault::DuplicateTier { id: tier.id.clone(), first };
                problems.add(path.field("id"), fault);
            }
            let below = index.checked_sub(1).and_then(|below| self.tiers.get(below));
            self.check_tier(tier, below, currency, &path, &mut problems);
        }
        let Some(lowest) = self.tiers.first().map(|tier| tier.id.clone()) else {
            problems.add(path, Fault::NoTiers);
            return Err(problems);
        };
        let bar = |at_least: &AtLeast| at_least.bar(self.measure);
        let bars = self.tiers.iter().map(|tier| bar(&tier.at_least)).collect();
        let for_life = self.tiers.iter().map(|tier| tier.for_life.as_ref().map(bar)).collect();
        let (measures, written) = (self.measures().into_iter().collect(), self.clone());
        problems.into_result(CheckedLadder { written, lowest, measures, bars, for_life })
    }

    /// What any tier takes.
    fn measures(&self) -> BTreeSet<Measure> {
        let parts = self.tiers.iter().flat_map(|tier| tier.at_least.parts(self.measure));
        parts.map(|(_, measure, _)| measure).collect()
    }

    /// Choices that contradict each other.
    fn check_choices(&self, problems: &mut Problems<Fault>) {
        use Qualification::Window as Of;
        let endless = matches!(self.window, Of(Window::Rolling(_) | Window::Lifetime));
        let carries = matches!(
            self.window,
            Of(Window::Calendar(_) | Window::Anniversary) | Qualification::YearFrom(_)
        );
        let while_qualified = self.validity == Validity::WhileQualified;
        let is_kept = self.downgrade == Downgrade::Never;
        let window = || self.window.clone();
        let mut refuse = |field: &str, fault: Option<Fault>| {
            if let Some(fault) = fault {
                problems.add(Path::from(field), fault);
            }
        };
        let until_end = matches!(self.validity, Validity::UntilEnd | Validity::UntilEndOfNext);
        refuse("validity", (until_end && endless).then(|| Fault::NoEnd { window: window() }));
        refuse("validity", (is_kept && !while_qualified).then_some(Fault::NeverEnds));
        let steps = self.downgrade == Downgrade::OneStep;
        refuse("downgrade", (steps && while_qualified).then_some(Fault::NoTerm));
        refuse("grace", (is_kept && self.grace.is_some()).then_some(Fault::NeverEnds));
        let surplus = self.carry_over == CarryOver::Surplus;
        let nothing_to_carry = || Fault::NothingToCarry { window: window() };
        refuse("carry_over", (surplus && !carries).then(nothing_to_carry));
        let keeps = self.after_return == AfterReturn::KeepsUntilReview;
        let no_review = keeps && while_qualified && !is_kept;
        refuse("after_return", no_review.then_some(Fault::NoReview));
    }

    fn check_tier(
        &self,
        tier: &Tier,
        below: Option<&Tier>,
        currency: Currency,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) {
        let at = path.field("at_least");
        if self.check_credits(&tier.at_least, currency, &at, problems)
            && let Some(fault) = self.out_of_order(tier, below)
        {
            problems.add(at, fault);
        }
        let Some(for_life) = &tier.for_life else { return };
        let at = path.field("for_life");
        if self.check_credits(for_life, currency, &at, problems) {
            let is_redundant =
                below.is_none() || self.window == Qualification::Window(Window::Lifetime);
            let parts = for_life.parts(self.measure);
            if is_redundant {
                problems.add(at, Fault::AlwaysForLife);
            } else if parts.iter().any(|(.., credits)| credits.amount() <= 0) {
                problems.add(at, Fault::NothingNeeded);
            }
        }
    }

    /// Whether the credits are of the right kinds; the faults are told.
    fn check_credits(
        &self,
        at_least: &AtLeast,
        currency: Currency,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) -> bool {
        let before = problems.len();
        let parts = at_least.parts(self.measure);
        if parts.is_empty() {
            problems.add(path.clone(), Fault::NothingNeeded);
        }
        for (part, measure, found) in parts {
            let fault = match (measure == Measure::Spend, found) {
                (true, Credits::Money(amount)) if amount.currency() != currency => {
                    Fault::ForeignCurrency { amount, currency }
                }
                (true, Credits::Money(_)) | (false, Credits::Count(_)) => {
                    if found.amount() > 0 || part.is_none() {
                        continue;
                    }
                    Fault::NothingNeeded
                }
                _ => Fault::WrongCredits { measure, found },
            };
            problems.add(path.clone(), fault);
        }
        problems.len() == before
    }

    /// What is wrong with where a tier begins, seen from the one below it.
    fn out_of_order(&self, tier: &Tier, below: Option<&Tier>) -> Option<Fault> {
        let found = tier.at_least.clone();
        let bar = found.bar(self.measure);
        match below.map(|below| &below.at_least) {
            None => {
                let is_zero = bar.parts.iter().all(|(_, least)| *least == 0);
                (!is_zero).then_some(Fault::FirstNotZero { found })
            }
            Some(below) => {
                let is_no_more = below.bar(self.measure).implies(&bar);
                is_no_more.then(|| Fault::NotRising { found, below: below.clone() })
            }
        }
    }
}
