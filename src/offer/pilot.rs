//! Offers that only a part of customers or stores gets: pilots and holdouts.

use std::fmt;

use hmac_sha256::Hash;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Request;
use super::decline::{Reason, Withheld};
use crate::id::OfferId;
use crate::money::Percent;
use crate::rule::Text;

/// A part of all customers, or of all stores, drawn by a hash: the same for all time.
///
/// Of an offer's pilot only this part gets it; of its holdout this part does not. JSON:
/// `"10%"`, `{"share": "10%", "of": "stores", "salt": "spring"}`.
///
/// A customer is in it if the first eight bytes of the SHA-256 of `{offer}:{salt}:{customer}`, as a
/// big-endian whole number, are less than the share of 2⁶⁴. So whoever is in a part is also in
/// every larger part with the same salt, and parts with different salts have nothing to do with
/// each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// How large it is.
    pub share: Percent,
    /// What it is a part of.
    pub of: TrialUnit,
    /// Another salt draws another part; `pilot` or `holdout` if not said.
    pub salt: Option<Text>,
}

/// What a [`Portion`] is a part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrialUnit {
    /// All customers.
    #[default]
    Customers,
    /// All stores; where the store is not known, nothing is granted.
    Stores,
}

/// What a [`Portion`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trial {
    /// Only who is in the part gets the offer.
    Pilot,
    /// Who is in the part does not get the offer.
    Holdout,
}

impl Portion {
    /// So much of all customers.
    #[must_use]
    pub const fn of_customers(share: Percent) -> Self {
        Self { share, of: TrialUnit::Customers, salt: None }
    }

    /// So much of all stores.
    #[must_use]
    pub const fn of_stores(share: Percent) -> Self {
        Self { share, of: TrialUnit::Stores, salt: None }
    }

    /// The same part of the whole, drawn otherwise.
    #[must_use]
    pub fn salted(self, salt: impl Into<Text>) -> Self {
        Self { salt: Some(salt.into()), ..self }
    }

    /// Whether the customer or store with this id is in the part.
    ///
    /// ```
    /// use loyalty::money::Percent;
    /// use loyalty::offer::{Portion, Trial};
    ///
    /// // printf 'spring:pilot:ann' | sha256sum | cut -c1-16 tells c317fa38ac9c496a: 76.2 %.
    /// let (offer, trial) = ("spring".parse()?, Trial::Pilot);
    /// let part = |percent| Portion::of_customers(Percent::new(percent));
    /// assert!(!part(76).includes(trial, &offer, "ann"));
    /// assert!(part(77).includes(trial, &offer, "ann"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn includes(&self, trial: Trial, offer: &OfferId, id: &str) -> bool {
        let text = format!("{offer}:{}:{id}", self.salt(trial));
        let digest = Hash::hash(text.as_bytes());
        let first = digest.iter().take(8).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        first * 10_000 < u128::from(self.share.basis_points()) << 64
    }

    /// The salt that it is drawn with.
    pub(super) fn salt(&self, trial: Trial) -> &str {
        match (&self.salt, trial) {
            (Some(salt), _) => salt.as_str(),
            (None, Trial::Pilot) => "pilot",
            (None, Trial::Holdout) => "holdout",
        }
    }

    /// Whether it withholds the offer from who asks.
    pub(super) fn withholds(
        &self,
        trial: Trial,
        offer: &OfferId,
        request: &Request<'_>,
    ) -> Result<(), Reason> {
        let id = match self.of {
            TrialUnit::Customers => request.customer.as_str(),
            TrialUnit::Stores => {
                request.basket.store.as_ref().ok_or(Reason::StoreUnknown)?.as_str()
            }
        };
        let gets = self.includes(trial, offer, id) == (trial == Trial::Pilot);
        let &Self { share, of, .. } = self;
        if gets { Ok(()) } else { Err(Reason::Withheld(Withheld { by: trial, share, of })) }
    }
}

/// The form with all fields.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    share: Percent,
    #[serde(default)]
    of: TrialUnit,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<Text>,
}

impl Serialize for Portion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.of == TrialUnit::Customers && self.salt.is_none() {
            return self.share.serialize(serializer);
        }
        let Self { share, of, salt } = self.clone();
        Written { share, of, salt }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Portion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PortionVisitor)
    }
}

struct PortionVisitor;

impl<'de> Visitor<'de> for PortionVisitor {
    type Value = Portion;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share such as \"10%\", or {\"share\": \"10%\", \"of\": \"stores\"}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Portion, E> {
        text.parse().map(Portion::of_customers).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Portion, A::Error> {
        let Written { share, of, salt } = Written::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Portion { share, of, salt })
    }
}
