//! What is in a cart, what was bought, and what came back.

use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, CouponCode, LineId, OfferId, OrderId, ProductId, StoreId};
use crate::money::{Currency, Money, MoneyError};
use crate::rule::Text;

/// The lines that a customer has in hand, before or after paying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basket {
    /// The lines, whose ids differ.
    pub lines: Vec<LineItem>,
    /// The codes that the customer presented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// The offers that the customer chose to use: those that cost points, and in a purchase also
    /// those that gave something without a discount on a line, such as a gift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<OfferId>,
    /// What shipping costs before discounts, if it is known; it is not part of the lines' prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Money>,
    /// The store, if it is bought in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// The sales region, as the host names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text>,
}

/// One line of a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// Names the line within its basket.
    pub id: LineId,
    /// What it is.
    pub product: ProductId,
    /// Which category the product belongs to, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// How many units; at least one in a valid event.
    pub quantity: i64,
    /// The price of one unit before discounts.
    pub unit_price: Money,
    /// What was taken off the line, and by which offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// What the host says was paid for the line; if stated, it must add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
}

/// An amount taken off a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// How much, as a positive amount.
    pub amount: Money,
    /// The offer that it comes from, if it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferId>,
}

/// A basket that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// Names the order; returns refer to it.
    pub order: OrderId,
    /// What was bought.
    pub basket: Basket,
    /// What the host says was paid for all lines; if stated, it must add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
}

/// Lines of an order that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The order that they were bought in.
    pub order: OrderId,
    /// What came back.
    pub lines: Vec<ReturnedLine>,
}

/// Units of one line that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnedLine {
    /// The line of the order.
    pub line: LineId,
    /// How many units; at least one in a valid event.
    pub quantity: i64,
}

impl LineItem {
    /// A line without category or discounts.
    #[must_use]
    pub const fn new(id: LineId, product: ProductId, quantity: i64, unit_price: Money) -> Self {
        Self {
            id,
            product,
            category: None,
            quantity,
            unit_price,
            discounts: Vec::new(),
            total: None,
        }
    }

    /// The same line, of a product of `category`.
    #[must_use]
    pub fn of(self, category: CategoryId) -> Self {
        Self { category: Some(category), ..self }
    }

    /// The price before discounts.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn list_price(&self) -> Result<Money, MoneyError> {
        self.unit_price.checked_mul(self.quantity)
    }

    /// What is taken off in all.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn discount(&self) -> Result<Money, MoneyError> {
        Money::sum(
            self.unit_price.currency(),
            self.discounts.iter().map(|discount| discount.amount),
        )
    }

    /// What is paid: the list price less the discounts.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn net_price(&self) -> Result<Money, MoneyError> {
        self.list_price()?.checked_sub(self.discount()?)
    }
}

impl Basket {
    /// A basket of these lines.
    #[must_use]
    pub fn of(lines: impl IntoIterator<Item = LineItem>) -> Self {
        Self { lines: lines.into_iter().collect(), ..Self::default() }
    }

    /// The same basket, of a customer who presents `code`.
    #[must_use]
    pub fn with_coupon(mut self, code: CouponCode) -> Self {
        self.coupons.push(code);
        self
    }

    /// The currency of the first line; a valid basket has no other.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.lines.first().map(|line| line.unit_price.currency())
    }

    /// The sum of the lines before discounts, nothing in `currency` if there are no lines.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn list_price(&self, currency: Currency) -> Result<Money, MoneyError> {
        sum(currency, self.lines.iter().map(LineItem::list_price))
    }

    /// What is taken off all lines.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn discount(&self, currency: Currency) -> Result<Money, MoneyError> {
        sum(currency, self.lines.iter().map(LineItem::discount))
    }

    /// What is paid for all lines.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn net_price(&self, currency: Currency) -> Result<Money, MoneyError> {
        sum(currency, self.lines.iter().map(LineItem::net_price))
    }

    /// How many units there are in all lines.
    #[must_use]
    pub fn units(&self) -> i64 {
        self.lines.iter().fold(0, |units, line| units.saturating_add(line.quantity))
    }

    /// The line with this id.
    #[must_use]
    pub fn line(&self, id: &LineId) -> Option<&LineItem> {
        self.lines.iter().find(|line| line.id == *id)
    }
}

impl Return {
    /// So many units of these lines of an order.
    pub fn new(order: OrderId, lines: impl IntoIterator<Item = (LineId, i64)>) -> Self {
        let lines = lines.into_iter().map(|(line, quantity)| ReturnedLine { line, quantity });
        Self { order, lines: lines.collect() }
    }
}

impl Purchase {
    /// An order of `basket`.
    #[must_use]
    pub const fn new(order: OrderId, basket: Basket) -> Self {
        Self { order, basket, total: None }
    }

    /// The offers that were used, each as often as it is named.
    pub fn offers(&self) -> impl Iterator<Item = &OfferId> {
        let discounts = self.basket.lines.iter().flat_map(|line| &line.discounts);
        discounts.filter_map(|discount| discount.offer.as_ref()).chain(&self.basket.chosen)
    }
}

fn sum(
    currency: Currency,
    amounts: impl Iterator<Item = Result<Money, MoneyError>>,
) -> Result<Money, MoneyError> {
    let amounts: Vec<Money> = amounts.collect::<Result<_, _>>()?;
    Money::sum(currency, amounts)
}
