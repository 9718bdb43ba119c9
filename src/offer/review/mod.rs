//! What can be said of a catalog before any customer comes: offers that are never granted, that
//! others always beat, that get in each other's way, and the most that a cart can get.
//!
//! Everything that is said is certain. Conditions are compared exactly ([`Analyst`]), prices by
//! reasons that hold for every basket; where a reason has an exception, the remark names it. What
//! is over a limit is [`Concern::Inconclusive`]. An offer without a remark can still be one that is
//! never granted.
//!
//! ```
//! use loyalty::calendar::Zone;
//! use loyalty::money::{Currency, Money};
//! use loyalty::offer::{Benefit, Catalog, Offer};
//! use loyalty::rule::{Field, Kind, Schema, field};
//!
//! let schema = Schema::new([Field::new("orders", Kind::Integer)])?;
//! let off = |id: &str, percent, orders| -> Result<Offer, Box<dyn std::error::Error>> {
//!     let offer = Offer::new(id.parse()?, Benefit::percent(percent));
//!     Ok(offer.when(field("orders").at_least(orders)))
//! };
//! let offers = vec![off("few", 10, 3)?, off("many", 10, 5)?, off("most", 20, 9)?];
//! let catalog = Catalog::check(offers, Vec::new(), &schema, Currency::EUR)?;
//!
//! let review = catalog.review(&schema, "2026-03-14".parse()?, &Zone::UTC);
//! assert_eq!(
//!     review.never().map(ToString::to_string).collect::<Vec<_>>(),
//!     ["`many` never wins its lane: wherever it competes, `few` takes at least as much off"]
//! );
//! assert_eq!(review.most.to_string(), "at most 20% of the lines");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bound;
mod budgets;
mod compare;
mod never;
mod remark;
mod rivals;
mod series;
mod shadow;
mod told;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use bound::{Bound, LaneBound, Part, PartOf, Rivals, WholeCart};
pub use remark::{Clash, Concern, Question, Remark, Rivalry, Series, Shade};

use super::catalog::{Catalog, CheckedOffer};
use super::{Benefit, Mode};
use crate::calendar::Zone;
use crate::rule::analysis::Analyst;
use crate::rule::{Rule, Schema};

/// How many offers are looked at for one that might stand before another.
pub const MAX_SHADOWS: usize = 64;

/// How many pairs of rivals are compared.
pub const MAX_RIVALS: usize = 10_000;

/// What a review of a catalog finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct CatalogReview {
    /// The remarks, by the id of the offer that they are about.
    pub remarks: Vec<Remark>,
    /// The most that all offers together take off a cart.
    pub most: Bound,
    /// The most that the offers of each lane take off a cart, of lanes with discounts.
    pub lanes: Vec<LaneBound>,
    /// A large cart all of whose price is taken off, if one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<WholeCart>,
}

impl CatalogReview {
    /// The remarks by which offers are never granted.
    pub fn never(&self) -> impl Iterator<Item = &Remark> {
        self.remarks.iter().filter(|remark| remark.is_never())
    }

    /// The same review with these remarks beside its own.
    pub fn with(mut self, remarks: impl IntoIterator<Item = Remark>) -> Self {
        self.remarks.extend(remarks);
        let rank = |remark: &Remark| (remark.offers.clone(), remark.code());
        self.remarks.sort_by_cached_key(rank);
        self
    }

    /// The remarks with this [code](Concern::code).
    pub fn with_code<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Remark> {
        self.remarks.iter().filter(move |remark| remark.code() == code)
    }
}

impl Catalog {
    /// What can be said of the offers from the beginning of `today` in `zone` on, whoever comes.
    ///
    /// `schema` is the one that the catalog was [checked](Catalog::check) against.
    ///
    /// # Complexity
    /// Every two offers are looked at, and conditions are compared only of those that share a lane
    /// or a group: for each offer with those that might stand before it, at most [`MAX_SHADOWS`],
    /// and of at most [`MAX_RIVALS`] pairs of rivals. Every answer has the limits of an
    /// [`Analyst`].
    pub fn review(&self, schema: &Schema, today: NaiveDate, zone: &Zone) -> CatalogReview {
        let desk = Desk {
            catalog: self,
            schema,
            analyst: Analyst::new(schema, today),
            today,
            zone,
            dawn: zone.start_of_day(today),
        };
        let mut remarks = desk.never();
        let never: Vec<_> = remarks.iter().filter(|remark| remark.is_never()).cloned().collect();
        remarks.extend(desk.rivals(&never));
        remarks.extend(desk.series());
        remarks.extend(desk.limits());
        let (lanes, most) = (desk.lane_bounds(), desk.bound());
        let review = CatalogReview { remarks: Vec::new(), most, lanes, free: desk.whole_cart() };
        review.with(remarks)
    }
}

/// What a review works with.
struct Desk<'a> {
    catalog: &'a Catalog,
    schema: &'a Schema,
    analyst: Analyst<'a>,
    today: NaiveDate,
    zone: &'a Zone,
    /// The first instant that is looked at.
    dawn: DateTime<Utc>,
}

/// From when until when an offer can be had, from the first instant on that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Term {
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl Desk<'_> {
    /// When the offer can be had.
    fn term(&self, checked: &CheckedOffer) -> Term {
        let validity = checked.offer.validity;
        let closes = match &checked.offer.benefit {
            Benefit::Access(access) => access.closes,
            _ => None,
        };
        Term {
            from: validity.from.map_or(self.dawn, |from| from.max(self.dawn)),
            until: validity.until.into_iter().chain(closes).min(),
        }
    }

    /// Today, if one of the rules counts from the day at hand, so that what is said of them is said
    /// of today only.
    fn only_on<'r>(&self, rules: impl IntoIterator<Item = &'r Rule>) -> Option<NaiveDate> {
        rules.into_iter().any(Rule::counts_days).then_some(self.today)
    }
}

impl Term {
    /// Whether it is never.
    fn is_empty(self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// Whether it has all instants of `other`.
    fn covers(self, other: Self) -> bool {
        let lasts = self.until.is_none_or(|until| other.until.is_some_and(|last| last <= until));
        self.from <= other.from && lasts
    }

    /// The first instant of both, if there is one.
    fn meets(self, other: Self) -> Option<DateTime<Utc>> {
        let from = self.from.max(other.from);
        let open = |term: Self| term.until.is_none_or(|until| from < until);
        (open(self) && open(other)).then_some(from)
    }
}

impl CheckedOffer {
    /// Whether it has its turn in the stack of its lane, whose terms have this mode, and not in a
    /// competition or a plan.
    fn is_stacked(&self, catalog: &Catalog) -> bool {
        let terms = catalog.terms(self.lane);
        match terms.mode {
            Mode::Stack => true,
            Mode::Best | Mode::First => !self.contends(terms),
            Mode::BestForCustomer | Mode::BestMargin => false,
        }
    }
}
