//! Rules as a text for people: `spend(90d) >= 500 and tier in {gold, platinum}`.

mod lexer;
mod mistake;
mod parser;
mod printer;

pub use mistake::NoRule;
pub(super) use parser::parse;

use std::cell::Cell;
use std::str::FromStr;

use super::{MAX_NODES, Rule};

/// A rule as a text for people; [`Display`](std::fmt::Display) writes it, in its one form.
///
/// | text | rule |
/// |---|---|
/// | `a and b and c`, `all(a)`, `all()` | every condition holds |
/// | `a or b`, `any(a)`, `any()` | at least one condition holds |
/// | `not a`, `not (a and b)` | the condition fails |
/// | `at least 2 of (a, b, c)` | so many of the conditions hold |
/// | `missing(email)` | the field has no value |
/// | `true`, `false` | always, never |
/// | `=` `!=` `>` `>=` `<` `<=`, `between 1 and 5` | `is`, `is_not`, `above`, `at_least`… |
/// | `in {gold, platinum}`, `not in {gold}` | `one_of`, `none_of` |
/// | `has any of {tea}`, `has all of {tea}`, `has none of {tea}` | `any_of`, `all_of`, `none_of` |
/// | `starts with "a"`, `ends with "a"`, `contains "a"` | the same |
/// | `within last 14d`, `within next 14d`, `anniversary within next 14d` | the same |
/// | `first of (phone, email) = "x"`, `orders else 0 >= 5` | `coalesce`, with `default` |
///
/// `and` binds tighter than `or`, and `not` tighter than both. Parentheses make no conditions of
/// their own: `(a and b) and c` is an "all" in an "all", and `a and b and c` is one of three. `has
/// none of` is another spelling of `not in`.
///
/// Fields are written as they are, such as `spend(90d)`, or between backticks where they have other
/// characters. Texts are single words (letters, digits, `_`, `-` and `.`) or stand between double
/// quotes; money (`500.00 EUR`) and dates (`2026-01-31`) need no quotes. In quotes of either kind
/// `\"`, `` \` ``, `\\`, `\n`, `\r`, `\t` and `\u{2029}` stand for characters.
///
/// ```
/// use loyalty::rule::{Rule, field, missing};
///
/// let text = "spend(90d) >= 500 and tier in {gold, platinum} and not missing(email)";
/// let rule: Rule = text.parse()?;
/// let spends = field("spend(90d)").at_least(500);
/// assert_eq!(rule, spends.and(field("tier").one_of(["gold", "platinum"])).and(!missing("email")));
/// assert_eq!(rule.to_string(), text);
///
/// let mistake = "orders(30d) >= and tier = gold".parse::<Rule>().unwrap_err();
/// assert_eq!((mistake.line, mistake.column), (1, 16));
/// assert_eq!(
///     mistake.to_string(),
///     "expected a value, found `and` (line 1, column 16: `orders(30d) >= ▸and tier = gold`)"
/// );
/// # Ok::<(), loyalty::rule::NoRule>(())
/// ```
impl FromStr for Rule {
    type Err = NoRule;

    fn from_str(text: &str) -> Result<Self, NoRule> {
        parse(text, 0, &Cell::new(MAX_NODES))
    }
}
