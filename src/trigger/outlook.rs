//! What a program derives from a member's profile for the machine.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::written::{Interest, Likeness, News, Sign};
use crate::calendar::Zone;
use crate::event::{Basket, EventKind};
use crate::id::{CategoryId, CustomerId, EventId, ProductId, TriggerName};
use crate::profile::History;
use crate::rule::Text;

/// All that triggers which follow from a member's profile have in store for a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlook {
    /// For whom.
    pub customer: CustomerId,
    /// The first instant that it is about.
    pub from: DateTime<Utc>,
    /// The first instant that it is no longer about.
    pub until: DateTime<Utc>,
    /// What happens then, as far as is known.
    pub planned: Vec<Planned>,
}

/// An instant at which a trigger has reason to fire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// When.
    pub at: DateTime<Utc>,
    /// The trigger.
    pub trigger: TriggerName,
    /// What tells it from others of the trigger: the date, the event, the news.
    pub mark: Text,
}

/// Something is new of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductNews {
    /// Names the news; the same id twice is the same news.
    pub id: EventId,
    /// Since when it is so.
    pub at: DateTime<Utc>,
    /// The product.
    pub product: ProductId,
    /// Its category, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// What is new.
    pub news: News,
}

impl Interest {
    /// Whether what a customer did before shows interest in a product that there is news of.
    #[must_use]
    pub fn is_shown(&self, history: &History, news: &ProductNews, zone: &Zone) -> bool {
        let Some(as_of) = news.at.checked_sub_signed(TimeDelta::nanoseconds(1)) else {
            return false;
        };
        let since = self.within.before(news.at, zone);
        let recent = history.events(as_of).rev().take_while(|event| event.position().0 >= since);
        recent.into_iter().any(|event| self.is_sign(&event.kind, news))
    }

    fn is_sign(&self, kind: &EventKind, news: &ProductNews) -> bool {
        match kind {
            EventKind::View(view) => {
                self.by.contains(&Sign::Viewed)
                    && self.is_like(&view.product, view.category.as_ref(), news)
            }
            EventKind::CartUpdated(basket) => self.has(Sign::InCart, basket, news),
            EventKind::Purchase(purchase) => self.has(Sign::Bought, &purchase.basket, news),
            _ => false,
        }
    }

    fn has(&self, sign: Sign, basket: &Basket, news: &ProductNews) -> bool {
        let like = |line: &crate::event::LineItem| {
            self.is_like(&line.product, line.category.as_ref(), news)
        };
        self.by.contains(&sign) && basket.lines.iter().any(like)
    }

    fn is_like(
        &self,
        product: &ProductId,
        category: Option<&CategoryId>,
        news: &ProductNews,
    ) -> bool {
        match self.of {
            Likeness::Product => *product == news.product,
            Likeness::Category => {
                *product == news.product
                    || (category.is_some() && category == news.category.as_ref())
            }
        }
    }
}
