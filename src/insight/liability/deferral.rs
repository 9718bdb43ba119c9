//! What part of a price belongs to the points that come with the goods (IFRS 15, ASC 606), and how
//! much of that is revenue already.

use serde::{Deserialize, Serialize};

use super::Fault;
use crate::money::{Money, Rounding};
use crate::path::{Path, Problems};
use crate::points::Points;

/// What points are sold for alone: so much for so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worth {
    /// The amount.
    pub amount: Money,
    /// How many points that is for.
    pub per: Points,
}

/// Goods that are sold with points for one price.
///
/// ```
/// use loyalty::insight::liability::{Sale, Worth};
/// use loyalty::money::Rounding;
/// use loyalty::points::Points;
///
/// // IFRS 15, illustrative example 52: of 10,000 points 9,500 are expected to be redeemed.
/// let worth = Worth { amount: "1 JPY".parse()?, per: Points(1) };
/// let points = worth.of(Points(9_500), Rounding::HalfUp)?;
/// let sale = Sale { price: "100000 JPY".parse()?, goods: "100000 JPY".parse()?, points };
/// let split = sale.split()?;
/// assert_eq!(split.goods, "91324 JPY".parse()?);
/// assert_eq!(split.points, "8676 JPY".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sale {
    /// What is paid for both.
    pub price: Money,
    /// What the goods alone are sold for.
    pub goods: Money,
    /// What the points alone would be sold for: those that are expected to be redeemed.
    pub points: Money,
}

/// A price, split in proportion to what each part is sold for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The goods' part, which is revenue when they are handed over.
    pub goods: Money,
    /// The points' part, which is deferred.
    pub points: Money,
}

/// How far points have come whose part of the price was deferred.
///
/// ```
/// use loyalty::insight::liability::Fulfillment;
/// use loyalty::money::Rounding;
/// use loyalty::points::Points;
///
/// let fulfillment = Fulfillment {
///     deferred: "9000 JPY".parse()?,
///     redeemed: Points(4_500),
///     expected: Points(9_700),
///     outstanding: Points(5_500),
/// };
/// assert_eq!(fulfillment.recognized(Rounding::HalfUp)?, "4175 JPY".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fulfillment {
    /// What was deferred.
    pub deferred: Money,
    /// How many points are redeemed.
    pub redeemed: Points,
    /// How many will be in the end, these included.
    pub expected: Points,
    /// How many customers still hold.
    pub outstanding: Points,
}

/// What a period does to what was deferred: always `opening + deferred - recognized = closing`, and
/// `redeemed + estimate + rest = recognized`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// What was deferred and not yet revenue before [contract liability].
    pub opening: Money,
    /// What was deferred in between.
    pub deferred: Money,
    /// Revenue of what was redeemed in between.
    pub redeemed: Money,
    /// Revenue of earlier redemptions that is caught up on or taken back, because other numbers are
    /// expected in the end or another amount is deferred.
    pub estimate: Money,
    /// The rest, once customers hold no points any more.
    pub rest: Money,
    /// All revenue of the period.
    pub recognized: Money,
    /// What is deferred and not yet revenue afterwards [contract liability].
    pub closing: Money,
}

impl Worth {
    /// What so many points are sold for.
    ///
    /// # Errors
    /// [`Fault::PerNothing`], [`Fault::NegativeMoney`], [`Fault::NegativePoints`] and amounts that
    /// are out of range.
    pub fn of(self, points: Points, rounding: Rounding) -> Result<Money, Fault> {
        if self.per <= Points::ZERO {
            return Err(Fault::PerNothing { points: self.per });
        }
        not_negative(self.amount)?;
        if points < Points::ZERO {
            return Err(Fault::NegativePoints { points });
        }
        Ok(self.amount.scale(points.0, self.per.0, rounding)?)
    }
}

impl Sale {
    /// The price in proportion to what the parts are sold for alone, split as
    /// [`LargestRemainder`](crate::money::LargestRemainder) does: to the cent, all of it.
    ///
    /// # Errors
    /// All amounts that are negative or in another currency than the price, and a price for what is
    /// worth nothing.
    pub fn split(&self) -> Result<Split, Problems<Fault>> {
        let Self { price, goods, points } = *self;
        let mut problems = Problems::none();
        for (name, amount) in [("price", price), ("goods", goods), ("points", points)] {
            if let Err(fault) = not_negative(amount).and_then(|()| same_currency(price, amount)) {
                problems.add(Path::from(name), fault);
            }
        }
        let total = i128::from(goods.minor()) + i128::from(points.minor());
        if total == 0 && price.minor() > 0 {
            problems.add(Path::from("price"), Fault::WorthNothing { price });
        }
        problems.into_result(())?;
        // Of two parts the cent that is left over goes to the larger remainder; to the part that is
        // worth more if both are a half.
        let rounding = if points > goods { Rounding::HalfUp } else { Rounding::HalfDown };
        let product = i128::from(price.minor()) * i128::from(points.minor());
        let part = rounding.divide(product, total.max(1)).unwrap_or(0);
        let points = Money::from_minor(part, price.currency());
        match price.checked_sub(points) {
            Ok(goods) => Ok(Split { goods, points }),
            Err(error) => Err(Problems::one(Path::from("price"), error.into())),
        }
    }
}

impl Fulfillment {
    /// How much of what was deferred is revenue: in proportion to the points redeemed of those that
    /// are expected to be, never more than all, and all once customers hold none any more.
    ///
    /// As long as nothing is redeemed and something is outstanding, it is nothing.
    ///
    /// # Errors
    /// All figures that are negative, and fewer points expected than are redeemed.
    pub fn recognized(&self, rounding: Rounding) -> Result<Money, Problems<Fault>> {
        self.check()?;
        if self.outstanding.is_zero() { Ok(self.deferred) } else { self.earned(rounding) }
    }

    fn earned(&self, rounding: Rounding) -> Result<Money, Problems<Fault>> {
        if self.redeemed.is_zero() {
            return Ok(Money::zero(self.deferred.currency()));
        }
        let earned = self.deferred.scale(self.redeemed.0, self.expected.0, rounding);
        earned.map_err(|error| Problems::one(Path::root(), error.into()))
    }

    fn check(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if let Err(fault) = not_negative(self.deferred) {
            problems.add(Path::from("deferred"), fault);
        }
        let Self { redeemed, expected, outstanding, .. } = *self;
        for (name, points) in
            [("redeemed", redeemed), ("expected", expected), ("outstanding", outstanding)]
        {
            if points < Points::ZERO {
                problems.add(Path::from(name), Fault::NegativePoints { points });
            }
        }
        if Points::ZERO <= expected && expected < redeemed {
            let fault = Fault::LessThanRedeemed { found: expected, redeemed };
            problems.add(Path::from("expected"), fault);
        }
        problems.into_result(())
    }
}

impl Recognition {
    /// What happened from `before` to `after`; before the points were sold there is nothing.
    ///
    /// What was redeemed before is first brought to the numbers that are expected now (the catch-up
    /// on a change of estimate), then what was redeemed since is added.
    ///
    /// # Errors
    /// As [`Fulfillment::recognized`], and amounts of two currencies.
    ///
    /// ```
    /// use loyalty::insight::liability::{Fulfillment, Recognition};
    /// use loyalty::money::{Money, Rounding};
    /// use loyalty::points::Points;
    ///
    /// // IFRS 15, illustrative example 52, at the end of the first and of the second year.
    /// let deferred: Money = "8676 JPY".parse()?;
    /// let fulfillment = |redeemed, expected| Fulfillment {
    ///     deferred,
    ///     redeemed: Points(redeemed),
    ///     expected: Points(expected),
    ///     outstanding: Points(10_000 - redeemed),
    /// };
    /// let (first, second) = (fulfillment(4_500, 9_500), fulfillment(8_500, 9_700));
    /// let year = Recognition::between(Some(&first), &second, Rounding::HalfUp)?;
    /// assert_eq!(year.recognized, "3493 JPY".parse()?);
    /// assert_eq!(year.closing, "1073 JPY".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn between(
        before: Option<&Fulfillment>,
        after: &Fulfillment,
        rounding: Rounding,
    ) -> Result<Self, Problems<Fault>> {
        let nothing = Fulfillment {
            deferred: Money::zero(after.deferred.currency()),
            redeemed: Points::ZERO,
            expected: after.expected,
            outstanding: after.outstanding,
        };
        let before = *before.unwrap_or(&nothing);
        let (told, now) = (before.recognized(rounding)?, after.recognized(rounding)?);
        // What nobody holds any more was not expected to end like that: the rest stands apart.
        let expected = match after.outstanding {
            Points::ZERO => after.expected.max(before.expected),
            _ => after.expected,
        };
        let seen = Fulfillment { expected, ..*after };
        let restated = Fulfillment { redeemed: before.redeemed.min(expected), ..seen };
        let (restated, earned) = (restated.earned(rounding)?, seen.earned(rounding)?);
        let recognition = || -> Result<Self, Fault> {
            let opening = before.deferred.checked_sub(told)?;
            Ok(Self {
                opening,
                deferred: after.deferred.checked_sub(before.deferred)?,
                redeemed: earned.checked_sub(restated)?,
                estimate: restated.checked_sub(told)?,
                rest: now.checked_sub(earned)?,
                recognized: now.checked_sub(told)?,
                closing: after.deferred.checked_sub(now)?,
            })
        };
        recognition().map_err(|fault| Problems::one(Path::root(), fault))
    }
}

pub(super) fn not_negative(amount: Money) -> Result<(), Fault> {
    if amount.is_negative() { Err(Fault::NegativeMoney { amount }) } else { Ok(()) }
}

fn same_currency(price: Money, amount: Money) -> Result<(), Fault> {
    price.checked_sub(amount)?;
    Ok(())
}
