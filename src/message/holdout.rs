//! Who does not get messages, so that those who do can be compared with them.

use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, MessageId};
use crate::money::Percent;
use crate::rule::Text;

/// A part of all customers, drawn by a hash: the same for all time.
///
/// A customer is in it if the first eight bytes of the SHA-256 of `{message}:{salt}:{customer}`, as
/// a big-endian whole number, are less than the share of 2⁶⁴; for that of a whole policy the
/// message is the empty text. So whoever is in a part is also in every larger part with the same
/// salt. JSON: `{"share": "10%", "salt": "2026"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holdout {
    /// How large it is.
    pub share: Percent,
    /// Another salt draws another part; `holdout` if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<Text>,
}

impl Holdout {
    /// So much of all customers.
    #[must_use]
    pub const fn of(share: Percent) -> Self {
        Self { share, salt: None }
    }

    /// The same part of the whole, drawn otherwise.
    #[must_use]
    pub fn salted(self, salt: impl Into<Text>) -> Self {
        Self { salt: Some(salt.into()), ..self }
    }

    /// Whether the customer is in the part that does not get this message; without a message, in
    /// the part that gets none at all.
    ///
    /// ```
    /// use loyalty::message::Holdout;
    /// use loyalty::money::Percent;
    ///
    /// // printf 'cart:2026:ann' | sha256sum | cut -c1-16 tells dac1939133f4cf39: 85.5 %.
    /// let (cart, ann) = ("cart".parse()?, "ann".parse()?);
    /// let part = |percent| Holdout::of(Percent::new(percent)).salted("2026");
    /// assert!(!part(85).includes(Some(&cart), &ann));
    /// assert!(part(86).includes(Some(&cart), &ann));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn includes(&self, message: Option<&MessageId>, customer: &CustomerId) -> bool {
        let salt = self.salt.as_ref().map_or("holdout", Text::as_str);
        let message = message.map_or("", MessageId::as_str);
        let digest = Hash::hash(format!("{message}:{salt}:{customer}").as_bytes());
        let first = digest.iter().take(8).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        first * 10_000 < u128::from(self.share.basis_points()) << 64
    }
}
