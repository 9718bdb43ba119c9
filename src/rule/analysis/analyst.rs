//! Questions about rules by reference.

use chrono::NaiveDate;

use super::{Bands, Claim, Cover, Difference, Inconclusive, Regions, STEPS, Study, Witness};
use crate::rule::{CheckedRule, Schema, Slot};

/// Answers questions about rules that were checked against one schema, as of one day.
///
/// Its questions take the rules as they come. For many questions about the same rules, such as each
/// offer of a lane against each other, [`Analyst::study`] lays them out once.
#[derive(Clone, Copy, Debug)]
pub struct Analyst<'a> {
    schema: &'a Schema,
    today: NaiveDate,
    steps: u64,
}

impl<'a> Analyst<'a> {
    /// An analyst for the rules of `schema`, in which dates are counted from `today`.
    #[must_use]
    pub const fn new(schema: &'a Schema, today: NaiveDate) -> Self {
        Self { schema, today, steps: STEPS }
    }

    /// The analyst with another limit than [`STEPS`] for each answer.
    #[must_use]
    pub const fn with_steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// The rules laid out together, for many questions about them.
    ///
    /// # Errors
    /// [`Inconclusive`] if that takes more than a limit; the same questions about fewer of the
    /// rules may still be answered.
    pub fn study(&self, rules: &[&CheckedRule]) -> Result<Study, Inconclusive> {
        Study::of(self.schema, self.today, rules, &[], self.steps)
    }

    /// Whether the rule holds for no facts; a witness is facts for which it does.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn never_applies(&self, rule: &CheckedRule) -> Result<Claim, Inconclusive> {
        self.study(&[rule])?.never_applies(0)
    }

    /// Whether the rule holds for all facts; a witness is facts for which it does not.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn always_applies(&self, rule: &CheckedRule) -> Result<Claim, Inconclusive> {
        self.study(&[rule])?.always_applies(0)
    }

    /// Whether `other` holds wherever `rule` does; a witness is facts for which only `rule` does.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn implied_by(
        &self,
        other: &CheckedRule,
        rule: &CheckedRule,
    ) -> Result<Claim, Inconclusive> {
        self.study(&[other, rule])?.implied_by(0, 1)
    }

    /// Whether `rule` holds only where one of `others` does, and which of them it takes.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn covered_by(
        &self,
        rule: &CheckedRule,
        others: &[&CheckedRule],
    ) -> Result<Cover, Inconclusive> {
        let rules: Vec<&CheckedRule> = others.iter().copied().chain([rule]).collect();
        let positions: Vec<usize> = (0..others.len()).collect();
        self.study(&rules)?.covered_by(others.len(), &positions)
    }

    /// Facts for which both hold, if there are any.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn overlap(
        &self,
        first: &CheckedRule,
        second: &CheckedRule,
    ) -> Result<Option<Witness>, Inconclusive> {
        self.study(&[first, second])?.overlap(0, 1)
    }

    /// Whether both hold for the same facts; a witness is facts for which only one does.
    ///
    /// Where they do not hold, one may fail and the other be unknown.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn equivalent(
        &self,
        first: &CheckedRule,
        second: &CheckedRule,
    ) -> Result<Claim, Inconclusive> {
        self.study(&[first, second])?.equivalent(0, 1)
    }

    /// What is lost and gained where `after` takes the place of `before`.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn difference(
        &self,
        before: &CheckedRule,
        after: &CheckedRule,
    ) -> Result<Difference, Inconclusive> {
        self.study(&[before, after])?.difference(0, 1)
    }

    /// Where the rule holds.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn regions(&self, rule: &CheckedRule) -> Result<Regions, Inconclusive> {
        self.study(&[rule])?.regions(0)
    }

    /// Whether `rules` cut the values of a field into bands, so that for all facts exactly one of
    /// them holds; with `within`, for all facts for which that holds.
    ///
    /// A missing value is a gap like any other: to leave it out, say that the field is known in
    /// `within`.
    ///
    /// ```
    /// use loyalty::rule::analysis::Analyst;
    /// use loyalty::rule::{Field, Kind, Schema, field, missing, not};
    ///
    /// let schema = Schema::new([Field::new("orders", Kind::Integer)])?;
    /// let few = field("orders").at_most(3).check(&schema)?;
    /// let many = field("orders").at_least(5).check(&schema)?;
    /// let known = not(missing("orders")).check(&schema)?;
    ///
    /// let analyst = Analyst::new(&schema, "2026-03-15".parse()?).with_steps(10_000);
    /// let orders = schema.slot("orders").ok_or("no orders")?;
    /// let bands = analyst.bands(orders, &[&few, &many], Some(&known))?;
    /// assert_eq!(bands.gaps[0].to_string(), "orders 4");
    /// assert!(bands.overlaps.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn bands(
        &self,
        field: Slot,
        rules: &[&CheckedRule],
        within: Option<&CheckedRule>,
    ) -> Result<Bands, Inconclusive> {
        let all: Vec<&CheckedRule> = rules.iter().copied().chain(within).collect();
        let study = Study::of(self.schema, self.today, &all, &[field], self.steps)?;
        study.bands(field, rules.len(), within.map(|_| rules.len()))
    }
}
