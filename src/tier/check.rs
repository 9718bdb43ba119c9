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
        if self.crossing == Crossing::After && self.counts_points() {
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

    /// Whether a tier hangs on points that were earned.
    fn counts_points(&self) -> bool {
        let for_life = self.tiers.iter().filter_map(|tier| tier.for_life.as_ref());
        let mut parts = for_life.flat_map(|for_life| for_life.parts(self.measure));
        self.measure == Measure::PointsEarned
            || self.measures().contains(&Measure::PointsEarned)
            || parts.any(|(_, measure, _)| measure == Measure::PointsEarned)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(ladder: serde_json::Value, expected: &[&str]) {
        let written: Ladder = serde_json::from_value(ladder).unwrap();
        let found = written.check(Currency::EUR).err().unwrap_or_default();
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn every_problem_of_a_ladder_is_told_with_its_place() {
        check(
            json!({"measure": "spend", "window": "12mo", "tiers": [
                {"id": "a", "name": "A", "at_least": "1.00 EUR"},
                {"id": "b", "name": "B", "at_least": "1.00 EUR"},
                {"id": "a", "name": "C", "at_least": "5.00 USD"},
                {"id": "d", "name": "D", "at_least": 12},
                {"id": "e", "name": "E", "at_least": "9.00 EUR"},
                {"id": "f", "name": "F", "at_least": "8.00 EUR"},
            ]}),
            &[
                "`tiers[0].at_least`: the first tier begins at 1.00 EUR: it must be 0, so that \
                 everybody has a tier",
                "`tiers[1].at_least`: the tier begins at 1.00 EUR, the one below it at 1.00 EUR: \
                 it must take more",
                "`tiers[2].id`: tier `a` is there twice: also at tiers[0]",
                "`tiers[2].at_least`: 5.00 USD is not in EUR, the currency of the program",
                "`tiers[3].at_least`: the ladder counts spend: write an amount such as \
                 `500.00 EUR`, not `12`",
                "`tiers[5].at_least`: the tier begins at 8.00 EUR, the one below it at 9.00 EUR: \
                 it must take more",
            ],
        );
        check(
            json!({"measure": "points_earned", "window": "lifetime", "crossing": "after",
                   "tiers": []}),
            &[
                "`crossing`: the ladder counts points earned: these cannot depend on the tier that \
                 they lead to",
                "`tiers`: there are no tiers: at least one is needed, which everybody is in",
            ],
        );
        check(
            json!({"measure": "visits", "window": "lifetime", "tiers": [
                {"id": "a", "name": "A", "at_least": "0.00 EUR"}]}),
            &["`tiers[0].at_least`: the ladder counts visits: write a whole number such as `12`, \
               not `0.00 EUR`"],
        );
        let many: Vec<_> = (0..=MAX_TIERS)
            .map(|tier| json!({"id": tier.to_string(), "name": "T", "at_least": tier}))
            .collect();
        check(
            json!({"measure": "orders", "window": "lifetime", "tiers": many}),
            &["`tiers`: 101 tiers are too many: at most 100"],
        );
    }

    /// A ladder of spend with these choices, and its faults.
    fn check_choices(choices: &serde_json::Value, expected: &[&str]) {
        let mut ladder = json!({"measure": "spend", "window": "12mo", "tiers": [
            {"id": "a", "name": "A", "at_least": "0.00 EUR"},
            {"id": "b", "name": "B", "at_least": "1.00 EUR"},
        ]});
        for (key, value) in choices.as_object().unwrap() {
            ladder[key] = value.clone();
        }
        check(ladder, expected);
    }

    #[test]
    fn choices_that_contradict_each_other_are_told() {
        let no_end = "`validity`: the window `12mo` has no end: write a term such as `{\"for\": \
                      \"12mo\"}` or `{\"end_of_next\": \"year\"}`";
        check_choices(&json!({"validity": "until_end"}), &[no_end]);
        check_choices(&json!({"validity": "until_end_of_next"}), &[no_end]);
        check_choices(&json!({"validity": {"end_of_next": "year"}}), &[]);
        check_choices(&json!({"validity": "until_end", "window": "this_year"}), &[]);
        let kept = "no tier is ever lost (`downgrade` is `never`): then it needs no term and no \
                    grace";
        check_choices(
            &json!({"downgrade": "never", "validity": {"for": "1y"}, "grace": "1mo"}),
            &[&format!("`validity`: {kept}"), &format!("`grace`: {kept}")],
        );
        check_choices(
            &json!({"downgrade": "one_step"}),
            &["`downgrade`: one step at a time needs a `validity` with a term, for how long a \
               step lasts"],
        );
        let carried = |window: &str| {
            format!(
                "`carry_over`: nothing is carried over from the window `{window}`: no other one \
                 begins after it"
            )
        };
        for window in ["lifetime", "12mo", "last_year", "tier_year"] {
            let choices = json!({"window": window, "carry_over": "surplus"});
            check_choices(&choices, &[&carried(window)]);
        }
        check_choices(&json!({"window": "this_quarter", "carry_over": "surplus"}), &[]);
        check_choices(
            &json!({"after_return": "keeps_until_review"}),
            &["`after_return`: there is no review until which a tier could be kept: give \
               `validity` a term"],
        );
    }

    #[test]
    fn combinations_take_something_of_each_measure_and_more_than_below() {
        let tiers = |second: serde_json::Value, third: serde_json::Value| {
            json!({"measure": "spend", "window": "12mo", "tiers": [
                {"id": "a", "name": "A", "at_least": "0.00 EUR"},
                {"id": "b", "name": "B", "at_least": second},
                {"id": "c", "name": "C", "at_least": third},
            ]})
        };
        let both = json!({"spend": "5.00 EUR", "orders": 3});
        check(tiers(json!({"any": both}), json!({"all": both})), &[]);
        // Another measure is no less.
        check(tiers(json!({"any": {"visits": 9}}), json!("1.00 EUR")), &[]);
        check(
            tiers(json!({"all": both}), json!({"any": both})),
            &["`tiers[2].at_least`: the tier begins at spend 5.00 EUR or orders 3, the one below \
               it at spend 5.00 EUR and orders 3: it must take more"],
        );
        let nothing = "nothing is needed for it: say how much of each measure, more than none";
        check(
            tiers(json!({"any": {}}), json!({"all": {"orders": 0, "visits": "1.00 EUR"}})),
            &[
                &format!("`tiers[1].at_least`: {nothing}"),
                &format!("`tiers[2].at_least`: {nothing}"),
                "`tiers[2].at_least`: the ladder counts visits: write a whole number such as \
                 `12`, not `1.00 EUR`",
            ],
        );
    }

    #[test]
    fn a_tier_for_life_takes_something_and_is_not_for_life_anyway() {
        let ladder = |window: &str, first: serde_json::Value, second: serde_json::Value| {
            json!({"measure": "orders", "window": window, "tiers": [
                {"id": "a", "name": "A", "at_least": 0, "for_life": first},
                {"id": "b", "name": "B", "at_least": 5, "for_life": second},
            ]})
        };
        let anyway = "it is for life anyway: everybody is in the lowest tier, and a lifetime never \
                      ends";
        check(ladder("12mo", json!(null), json!(100)), &[]);
        check(
            ladder("12mo", json!(7), json!(0)),
            &[
                &format!("`tiers[0].for_life`: {anyway}"),
                "`tiers[1].for_life`: nothing is needed for it: say how much of each measure, \
                 more than none",
            ],
        );
        check(
            ladder("lifetime", json!(null), json!(9)),
            &[&format!("`tiers[1].for_life`: {anyway}")],
        );
    }

    #[test]
    fn a_tier_that_cannot_be_read_says_what_is_wanted() {
        let refused =
            |tier: serde_json::Value| serde_json::from_value::<Tier>(tier).unwrap_err().to_string();
        let tier = |at_least, multiplier| {
            let [id, name] = ["a", "A"];
            json!({"id": id, "name": name, "at_least": at_least, "multiplier": multiplier})
        };
        assert_eq!(
            refused(tier(json!(0.5), json!("1x"))),
            "credits are money such as \"500.00 EUR\", a whole number such as 12, or a combination \
             such as {\"any\": {\"spend\": \"500.00 EUR\", \"orders\": 10}}",
        );
        assert!(refused(tier(json!(0), json!("-1x"))).contains("`-1x` is no multiplier"));
    }
}
