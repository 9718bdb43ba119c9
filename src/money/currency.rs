//! ISO 4217 currencies and their minor units.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::MoneyError;

/// A currency of ISO 4217, with the number of decimals of its minor unit.
///
/// In JSON it is its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// Active codes by exponent (ISO 4217:2015, list one; funds and metals left out).
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const TWO_DECIMALS: &str = "\
     AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
     CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ \
     GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL \
     MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR \
     PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
     TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// Euro.
    pub const EUR: Self = Self { code: *b"EUR", exponent: 2 };
    /// United States dollar.
    pub const USD: Self = Self { code: *b"USD", exponent: 2 };
    /// Pound sterling.
    pub const GBP: Self = Self { code: *b"GBP", exponent: 2 };
    /// Swiss franc.
    pub const CHF: Self = Self { code: *b"CHF", exponent: 2 };
    /// Yen, which has no minor unit.
    pub const JPY: Self = Self { code: *b"JPY", exponent: 0 };
    /// Kuwaiti dinar, of a thousand fils.
    pub const KWD: Self = Self { code: *b"KWD", exponent: 3 };

    /// The currency with the ISO 4217 code `code`, in capitals.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] if no active currency has that code.
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        [(NO_DECIMALS, 0), (TWO_DECIMALS, 2), (THREE_DECIMALS, 3)]
            .into_iter()
            .find(|(codes, _)| codes.split(' ').any(|known| known == code))
            .and_then(|(_, exponent)| {
                Some(Self { code: code.as_bytes().try_into().ok()?, exponent })
            })
            .ok_or_else(|| MoneyError::UnknownCurrency { code: code.chars().take(12).collect() })
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// How many decimals its minor unit has: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }

    /// How many minor units make one major unit: 100 for EUR.
    #[must_use]
    pub const fn minor_per_major(&self) -> i64 {
        10_i64.pow(self.exponent as u32)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::from_code(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = smol_str::SmolStr::deserialize(deserializer)?;
        Self::from_code(&code).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("TND", 3)] {
            assert_eq!(Currency::from_code(code).unwrap().exponent(), exponent, "{code}");
        }
        assert_eq!(Currency::from_code("KWD").unwrap(), Currency::KWD);
    }

    #[test]
    fn a_code_that_is_none_is_refused() {
        for code in ["", "eur", "EU", "EUR ", "XXX", "EUR USD", " "] {
            assert!(Currency::from_code(code).is_err(), "{code:?}");
        }
    }
}
