//! The kinds of events.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Fault;
use super::basket::{Basket, Purchase, Return};
use super::contact::{ConsentChange, Delivery};
use super::grant::TierGranted;
use super::operation::Operation;
use crate::id::{
    AttributeName, CampaignId, CategoryId, CustomerId, EventId, OrderId, ProductId, StoreId,
    SurveyId,
};
use crate::path::{Problems, Trail, each_once};
use crate::rule::{NotFinite, Number, Text, Value};

/// The ways in which a customer and the business meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// The web site.
    Web,
    /// The app.
    App,
    /// A store.
    Store,
    /// Electronic mail.
    Email,
    /// Text message.
    Sms,
    /// Push message.
    Push,
    /// Telephone.
    Phone,
    /// Letter.
    Mail,
    /// A social network.
    Social,
    /// A partner's business.
    Partner,
}

impl Channel {
    /// All channels, in their order.
    pub const ALL: [Self; 10] = [
        Self::Web,
        Self::App,
        Self::Store,
        Self::Email,
        Self::Sms,
        Self::Push,
        Self::Phone,
        Self::Mail,
        Self::Social,
        Self::Partner,
    ];

    /// The name in rules and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Store => "store",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Social => "social",
            Self::Partner => "partner",
        }
    }
}

/// The text names none of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no {what}: one of {known}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: String,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Channel {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("channel", name, &Self::ALL, |channel| channel.name())
    }
}

fn named<T: Copy>(
    what: &'static str,
    name: &str,
    all: &[T],
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, UnknownName> {
    all.iter().copied().find(|&one| name_of(one) == name).ok_or_else(|| UnknownName {
        what,
        name: name.chars().take(40).collect(),
        known: all.iter().map(|&one| name_of(one)).collect::<Vec<_>>().join(", "),
    })
}

/// A place on earth, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    /// Degrees north of the equator, −90 to 90.
    pub latitude: Number,
    /// Degrees east of Greenwich, −180 to 180.
    pub longitude: Number,
}

impl Coordinates {
    /// The place so many degrees north of the equator and east of Greenwich.
    ///
    /// # Errors
    /// [`NotFinite`] for NaN and the infinities; whether the place is on earth is checked with what
    /// it is part of.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, NotFinite> {
        Ok(Self { latitude: Number::new(latitude)?, longitude: Number::new(longitude)? })
    }

    /// Whether it is a place on earth.
    pub(super) fn check(&self, path: &Trail<'_>, problems: &mut Problems<Fault>) {
        for (name, degrees, limit) in
            [("latitude", self.latitude, 90_u16), ("longitude", self.longitude, 180)]
        {
            if degrees.as_f64().abs() > f64::from(limit) {
                let fault = Fault::Degrees { degrees: degrees.to_string(), limit };
                problems.add(path.field(name), fault);
            }
        }
    }
}

macro_rules! event_kinds {
    ($($(#[$doc:meta])+ $name:ident $(($payload:ty))? = $text:literal,)+) => {
        /// What happened.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])+ $name $(($payload))?,)+
        }

        /// The kind of an event without its content: what counts, caps and earning rules name.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum EventType {
            $($(#[$doc])+ $name,)+
        }

        impl EventType {
            /// All types, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in rules and in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }

        impl EventKind {
            /// The kind without its content.
            #[must_use]
            pub const fn event_type(&self) -> EventType {
                match self { $(Self::$name { .. } => EventType::$name,)+ }
            }
        }
    };
}

event_kinds! {
    /// An order was paid.
    Purchase(Purchase) = "purchase",
    /// Lines of an order came back.
    Return(Return) = "return",
    /// An order was confirmed: it is kept, or was delivered, as the program understands it.
    OrderConfirmed(OrderConfirmed) = "order_confirmed",
    /// An earlier event is declared never to have happened.
    Void(Void) = "void",
    /// A product page was looked at.
    View(View) = "view",
    /// The cart has changed; the basket is all of what it holds now.
    CartUpdated(Basket) = "cart_updated",
    /// A mail was opened.
    EmailOpened(EmailOpened) = "email_opened",
    /// A link in a mail was followed.
    EmailClicked(EmailClicked) = "email_clicked",
    /// The app was opened.
    AppOpened = "app_opened",
    /// A store was visited.
    Visit(Visit) = "visit",
    /// A product was reviewed.
    Review(Review) = "review",
    /// Something was shared on a network.
    Share(Share) = "share",
    /// Somebody else was brought in.
    Referral(Referral) = "referral",
    /// A survey was answered.
    SurveyAnswered(SurveyAnswered) = "survey_answered",
    /// Customer service was contacted.
    SupportContact(SupportContact) = "support_contact",
    /// The customer joined the program.
    Enrolled = "enrolled",
    /// Attributes of the customer changed.
    AttributesChanged(AttributesChanged) = "attributes_changed",
    /// Something is done with points.
    Points(Operation) = "points",
    /// A tier was granted: matched with another program's, given, or for a challenge.
    TierGranted(TierGranted) = "tier_granted",
    /// The customer agreed to be written to, or no longer does.
    Consent(ConsentChange) = "consent",
    /// A message to the customer was sent, arrived, was opened, or was not.
    Delivery(Delivery) = "delivery",
    /// Something that only the host knows.
    Custom(Custom) = "custom",
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for EventType {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("kind of event", name, Self::ALL, Self::name)
    }
}

impl From<Purchase> for EventKind {
    fn from(purchase: Purchase) -> Self {
        Self::Purchase(purchase)
    }
}

impl From<Return> for EventKind {
    fn from(returned: Return) -> Self {
        Self::Return(returned)
    }
}

/// An order was confirmed: it is kept, or was delivered, as the program understands it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderConfirmed {
    /// The order, whose purchase may still be to come.
    pub order: OrderId,
}

/// An earlier event is declared never to have happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Void {
    /// The event that is void, which may still be to come.
    pub event: EventId,
}

/// A product page was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The product.
    pub product: ProductId,
    /// Its category, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
}

/// A mail was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailOpened {
    /// The campaign that sent it.
    pub campaign: CampaignId,
}

/// A link in a mail was followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailClicked {
    /// The campaign that sent the mail.
    pub campaign: CampaignId,
    /// The link, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Text>,
}

/// A store was visited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// The store.
    pub store: StoreId,
    /// Where the customer was, if they let it be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

/// A product was reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The product.
    pub product: ProductId,
    /// 1 (worst) to 5 (best).
    pub rating: u8,
}

/// Something was shared on a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The product, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The network, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Text>,
}

/// Somebody else was brought in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// Who was brought in.
    pub referred: CustomerId,
}

/// A survey was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyAnswered {
    /// The survey.
    pub survey: SurveyId,
    /// The score that was given, 0 to `highest`.
    pub score: u16,
    /// The best score that could be given: 10 (as for the net promoter score) if not stated.
    #[serde(default = "ten")]
    pub highest: u16,
}

const fn ten() -> u16 {
    10
}

/// Customer service was contacted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportContact {
    /// What about, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Text>,
}

/// Attributes of the customer changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributesChanged {
    /// The new values; `null` means that the attribute is no longer known.
    #[serde(deserialize_with = "each_once")]
    pub changes: BTreeMap<AttributeName, Option<Value>>,
}

/// Something that only the host knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// What it is called.
    pub name: Text,
    /// What is known about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub values: BTreeMap<AttributeName, Value>,
}
