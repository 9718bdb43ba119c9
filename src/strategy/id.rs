//! Names.

use std::fmt;

use proptest::prelude::*;

/// Any id: mostly short and plain, sometimes long and in other scripts, as hosts send them.
///
/// ```
/// use loyalty::id::{CustomerId, OrderId};
/// use loyalty::strategy;
/// use proptest::proptest;
///
/// proptest! {
///     fn an_order_is_no_customer(
///         customer in strategy::id::<CustomerId>(),
///         order in strategy::id::<OrderId>(),
///     ) {
///         assert!(customer.as_str().len() <= 128 && !order.as_str().is_empty());
///     }
/// }
/// an_order_is_no_customer();
/// ```
pub fn id<T>() -> impl Strategy<Value = T> + Clone
where
    T: for<'a> TryFrom<&'a str> + fmt::Debug,
{
    let plain = "[a-z0-9]{1,3}(-[a-z0-9]{1,8})?";
    let odd = "[!-~À-ɏ一-鿋]([ -~À-ɏ一-鿋]{0,40}[!-~À-ɏ一-鿋])?";
    prop_oneof![8 => plain, 1 => odd]
        .prop_filter_map("an id", |text: String| T::try_from(text.as_str()).ok())
}

/// A name for the item at `index`: each has its own, but they do not rise, so that nothing can lean
/// on ids that happen to be in order.
pub(super) fn numbered(prefix: &str, index: usize) -> String {
    /// A prime, so that multiples of another one meet every number below it once.
    const BELOW: usize = 10_007;
    format!("{prefix}{:04}", (index % BELOW + 1) * 7_919 % BELOW)
}
