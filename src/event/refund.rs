//! What is paid back for units that come back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::basket::{LineItem, Purchase, Return};
use crate::id::LineId;
use crate::money::{Money, MoneyError, Rounding};

/// What is paid back for a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// The line.
    pub line: LineId,
    /// How many units come back, never more than are left to come back.
    pub units: i64,
    /// What was paid for these units.
    pub amount: Money,
}

impl Purchase {
    /// What is paid back for `returned` when units of the lines came back `before`, by line id;
    /// shipping is no line, and is the host's to decide.
    ///
    /// Units share what was paid for their line: together the returns so far pay back the share of
    /// the units so far, to the nearest cent, so that with the last unit exactly all that was paid
    /// is paid back, whatever the parts in which units come back. Units that were not bought are
    /// not paid back, and lines that the order has not are left out.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use loyalty::event::{Purchase, Return};
    ///
    /// let purchase: Purchase = serde_json::from_str(r#"{"order": "o-1", "basket": {"lines": [
    ///     {"id": "1", "product": "espresso", "quantity": 3, "unit_price": "1.00 EUR",
    ///      "discounts": [{"amount": "1.00 EUR", "offer": "happy-hour"}]}
    /// ]}}"#)?;
    /// let line = purchase.basket.lines[0].id.clone();
    /// let mut before = BTreeMap::new();
    /// for paid_back in ["0.67 EUR", "0.66 EUR", "0.67 EUR"] {
    ///     let returned = Return::new(purchase.order.clone(), [(line.clone(), 1)]);
    ///     let refunds = purchase.refund(&returned, &before)?;
    ///     assert_eq!(refunds[0].amount.to_string(), paid_back);
    ///     *before.entry(line.clone()).or_default() += 1;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError`] if what was paid for a line does not fit or mixes currencies, which
    /// [`Event::validate`](super::Event::validate) refuses.
    pub fn refund(
        &self,
        returned: &Return,
        before: &BTreeMap<LineId, i64>,
    ) -> Result<Vec<Refund>, MoneyError> {
        let mut units: BTreeMap<&LineId, i64> = BTreeMap::new();
        for line in &returned.lines {
            let units = units.entry(&line.line).or_default();
            *units = units.saturating_add(line.quantity.max(0));
        }
        let lines =
            units.into_iter().filter_map(|(id, units)| Some((self.basket.line(id)?, units)));
        let refunds = lines.map(|(line, units)| {
            let before = before.get(&line.id).copied().unwrap_or(0).clamp(0, line.quantity.max(0));
            let after = before.saturating_add(units).min(line.quantity.max(0));
            let until = |units| paid_for(line, units);
            let amount = until(after)?.checked_sub(until(before)?)?;
            Ok(Refund { line: line.id.clone(), units: after - before, amount })
        });
        refunds.collect()
    }
}

/// What was paid for some of a line's units.
fn paid_for(line: &LineItem, units: i64) -> Result<Money, MoneyError> {
    let paid = line.net_price()?;
    let paid = paid.max(Money::zero(paid.currency()));
    if units >= line.quantity {
        Ok(paid)
    } else {
        paid.scale(units, line.quantity, Rounding::HalfUp)
    }
}
