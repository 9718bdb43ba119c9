//! The budgets of an offer as people write them.

use serde::{Deserialize, Serialize};

use super::{Allowance, BudgetKey, BudgetPeriod, KeyScope};
use crate::calendar::Window;
use crate::event::Basket;
use crate::id::OfferId;
use crate::money::Money;
use crate::offer::Request;

/// How much of an offer there is for everybody together, or for everybody of a store.
///
/// JSON: `{"uses": 1000}`, `{"scope": "store", "within": "this_month", "amount": "500.00 EUR",
/// "partial": "grant"}`. At least one of `uses` and `amount` is said; if both are, both hold.
///
/// # Example
/// ```
/// use loyalty::money::Percent;
/// use loyalty::offer::{Benefit, Budget, CodeBatch, Offer, Portion};
///
/// let budget = Budget::amount("500.00 EUR".parse()?).per_store().within("this_month".parse()?);
/// let built = Offer::new("spring".parse()?, Benefit::percent(20))
///     .amount_at_most("50.00 EUR".parse()?, "this_year".parse()?)
///     .with_budget(Budget::uses(1_000))
///     .with_budget(budget.partly())
///     .with_codes(CodeBatch::new("a secret", 8, 50_000).usable(1))
///     .piloted(Portion::of_stores(Percent::new(10)).salted("2026"))
///     .held_out(Portion::of_customers(Percent::new(5)));
/// let written: Offer = serde_json::from_str(r#"{
///   "id": "spring", "benefit": {"percent": {"percent": "20%"}},
///   "limits": {
///     "amounts": [{"at_most": "50.00 EUR", "within": "this_year"}],
///     "budgets": [{"uses": 1000}, {"scope": "store", "within": "this_month",
///                                  "amount": "500.00 EUR", "partial": "grant"}]
///   },
///   "codes": {"length": 8, "count": 50000, "seed": "a secret", "uses_per_code": 1},
///   "pilot": {"share": "10%", "of": "stores", "salt": "2026"}, "holdout": "5%"
/// }"#)?;
/// assert_eq!(built, written);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Who shares it.
    #[serde(default, skip_serializing_if = "BudgetScope::is_global")]
    pub scope: BudgetScope,
    /// The period after which there is a new one, like `this_month`; if not said, there is one for
    /// all of the offer's life.
    #[serde(default = "lifetime", skip_serializing_if = "is_lifetime")]
    pub within: Window,
    /// How many uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// How much money is taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What becomes of a discount that is larger than what is left.
    #[serde(default, skip_serializing_if = "Partial::is_refuse")]
    pub partial: Partial,
}

/// Who shares a budget that people write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BudgetScope {
    /// Everybody.
    #[default]
    Global,
    /// Everybody who buys in the same store: each store has one of its own.
    Store,
}

/// What becomes of a discount that is larger than what is left of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Partial {
    /// Nothing is granted.
    #[default]
    Refuse,
    /// What is left is granted.
    Grant,
}

const fn lifetime() -> Window {
    Window::Lifetime
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_lifetime(window: &Window) -> bool {
    *window == Window::Lifetime
}

impl BudgetScope {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_global(&self) -> bool {
        matches!(self, Self::Global)
    }
}

impl Partial {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_refuse(&self) -> bool {
        matches!(self, Self::Refuse)
    }
}

impl Budget {
    /// So many uses for everybody together, ever.
    #[must_use]
    pub const fn uses(uses: u64) -> Self {
        Self::of(Allowance::uses(uses))
    }

    /// So much money for everybody together, ever.
    #[must_use]
    pub const fn amount(amount: Money) -> Self {
        Self::of(Allowance::amount(amount))
    }

    /// The same budget, but each store has one of its own.
    #[must_use]
    pub fn per_store(self) -> Self {
        Self { scope: BudgetScope::Store, ..self }
    }

    /// The same budget, but a new one for each period of the calendar.
    #[must_use]
    pub fn within(self, within: Window) -> Self {
        Self { within, ..self }
    }

    /// The same budget, of which the last discount gets what is left.
    #[must_use]
    pub fn partly(self) -> Self {
        Self { partial: Partial::Grant, ..self }
    }

    /// How much there is.
    #[must_use]
    pub const fn limit(&self) -> Allowance {
        Allowance { uses: self.uses, amount: self.amount }
    }

    const fn of(limit: Allowance) -> Self {
        let Allowance { uses, amount } = limit;
        let (scope, partial) = (BudgetScope::Global, Partial::Refuse);
        Self { scope, within: Window::Lifetime, uses, amount, partial }
    }

    /// What names it in this request; `None` if the store is not known, or if no budget can be in
    /// that window.
    pub(in crate::offer) fn key(
        &self,
        offer: &OfferId,
        request: &Request<'_>,
    ) -> Option<BudgetKey> {
        let scope = self.scope.of(request.basket)?;
        let period = match self.within {
            Window::Lifetime => BudgetPeriod::Lifetime,
            Window::Calendar(period) => {
                let first = self.within.interval(request.as_of, &request.zone, None)?.first;
                BudgetPeriod::Calendar { period, start: request.zone.date(first) }
            }
            _ => return None,
        };
        Some(BudgetKey { offer: offer.clone(), scope, period })
    }
}

impl BudgetScope {
    fn of(self, basket: &Basket) -> Option<KeyScope> {
        match self {
            Self::Global => Some(KeyScope::Global),
            Self::Store => basket.store.clone().map(KeyScope::Store),
        }
    }
}
