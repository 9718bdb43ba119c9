//! Templates.
mod locale;
pub use locale::{Locale, NoLocale};
