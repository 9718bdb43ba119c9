//! Messages as templates that are checked before anyone gets one.
//!
//! A [`Template`] has texts for mail, text messages and push messages in several languages.
//! [`Template::check`] finds all that they name in a [`Vocabulary`], tells every problem with its
//! line and column, and tries them out on customers that are made up; the [`CheckedTemplate`] then
//! renders a message from [`Values`], or says why there is none with a [`Refusal`].
//!
//! ```
//! use chrono::NaiveDate;
//! use loyalty::calendar::Zone;
//! use loyalty::rule::{Field, Kind, Schema, Sheet, Value};
//! use loyalty::template::{Content, Locale, Medium, Template, Values, Vocabulary};
//!
//! let facts = Schema::new([
//!     Field::new("first_name", Kind::Text),
//!     Field::new("points", Kind::Integer),
//! ])?;
//! let vocabulary = Vocabulary::new(facts, [], [])?;
//! let template: Template = serde_json::from_str(r#"{
//!   "id": "points", "default": "en",
//!   "texts": {
//!     "en": {"sms": {"text": "{{ first_name|default('Hi') }}: {{ points|default(0) }} points"}},
//!     "nl": {"sms": {"text": "Dag {{ first_name|default('klant') }}: {{ points }} punten"}}
//!   }
//! }"#)?;
//! let problems = template.check(&vocabulary).unwrap_err();
//! assert_eq!(
//!     problems.to_string(),
//!     "`texts.nl.sms.text`: line 1, column 43: `points` may be missing: \
//!      write `points|default(\"…\")` or ask `if points is defined` first"
//! );
//!
//! let mut mended = template.clone();
//! mended.needs.insert("points".into());
//! let checked = mended.check(&vocabulary)?;
//! let today = NaiveDate::from_ymd_opt(2026, 3, 14).unwrap_or_default();
//! let ann = Sheet::of(vec![Some(Value::text("Ann")), Some(Value::Integer(1_250))], today);
//! let message =
//!     checked.render(Medium::Sms, &Values::new(&ann), &Locale::new("nl-BE")?, Zone::UTC)?;
//! let Content::Sms { text, count } = message.content else { return Err("no sms".into()) };
//! assert_eq!((text.as_str(), count.segments), ("Dag Ann: 1.250 punten", 1));
//!
//! let nobody = Sheet::new(today);
//! let values = Values::new(&nobody);
//! let refusal = checked.render(Medium::Sms, &values, &Locale::new("nl")?, Zone::UTC);
//! assert_eq!(refusal.unwrap_err().code(), "missing");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a text can say
//!
//! | written | means |
//! |---|---|
//! | `{{ first_name\|default("there") }}` | a variable, with what stands in if it is missing |
//! | `{{ fact("spend(90d)")\|money }}` | a fact whose name is no plain word |
//! | `{{ wording.thanks }}` | words that are written once, under `wordings` |
//! | `{% if is_gold %}…{% elif points > 100 %}…{% else %}…{% endif %}` | words for some |
//! | `{% for item in items[:3] %}{{ item.name }}{% else %}…{% endfor %}` | words for each thing |
//! | `{{ "you" if name is defined else "all" }}` | one of two |
//! | `{# … #}`, `{% raw %}…{% endraw %}`, `{{- … -}}` | a remark; plain braces; no white space |
//!
//! Conditions join `and`, `or`, `not`, `in`, `is defined` and the comparisons of numbers and texts;
//! whatever else is asked is a [rule](crate::rule::Rule) under `conditions`. In a loop there are
//! `loop.index`, `loop.first`, `loop.last` and `loop.length`.
//!
//! A text has at most 131,072 bytes, and the wordings that it says a million together, each as
//! often as it is said; it asks for at most 5,000 values. Blocks stand in each other at most 8
//! deep, and those that do have at most 100 conditions together (`if` and `elif`). A wording has at
//! most 100 cases.
//!
//! | filter | of | makes |
//! |---|---|---|
//! | `default(…)` | anything that is printed | what stands in if it is missing |
//! | `money`, `money("short")` | money | `€ 1.234,50`; without decimals that are zero |
//! | `number`, `number(2)` | numbers | `1.234,5`; with so many decimals |
//! | `percent` | numbers | 0.2 as `20%` |
//! | `date`, `date("short")` | dates, instants | `5 januari 2026`; in numbers |
//! | `date("full")` | dates, instants | with the day of the week |
//! | `time` | instants | the time of the day in the customer's zone |
//! | `join(", ")`, `length` | sets (`length`: lists, too) | their members; how many |
//! | `upper` `lower` `title` `truncate(20)` | texts | other letters; at most so many |
//! | `urlencode` | texts, links | a part of a link's query; in a link in HTML it is one already |
//!
//! # What is easily taken for something else
//!
//! - What comes from data is never looked at as a template again: a name `{{ 7*7 }}` stays one.
//! - A variable that may be missing needs a fallback or a question before it; nothing is ever
//!   printed as nothing by accident.
//! - What `default` with a value of another type makes is a text, and so is one of two: numbers in
//!   it are written as they are printed, and yes or no has no place there.
//! - In HTML, what is printed is escaped for where it stands; a link must be `https`, `http`,
//!   `mailto` or `tel`. In all parts, control characters, overrides of the direction of writing and
//!   characters without width are left out, but for joiners, selectors and marks of direction that
//!   words and emoji need; tabs and what breaks lines become spaces, but a line break in a subject
//!   refuses the message. An author's tab stays in a body, and is a space in a subject or a title.
//! - In text messages the spaces and signs that numbers are written with, and quotes and ellipses
//!   in values, are those of the GSM alphabet.
//! - Numbers, money and dates are written as in CLDR 48, in the Gregorian calendar.

mod asked;
mod check;
mod checked;
mod escape;
mod expression;
mod fault;
mod jinja;
mod lexer;
mod locale;
mod markup;
mod names;
mod preview;
mod reader;
mod remark;
mod rendered;
mod scan;
mod sms;
mod tree;
mod trial;
mod values;
mod vocabulary;
mod written;

pub use checked::CheckedTemplate;
pub use fault::{Fault, Flaw};
pub use locale::{Locale, NoLocale};
pub use preview::{Length, Preview, Previewed};
pub use remark::Remark;
pub use rendered::{Content, Medium, Part, Refusal, Rendered};
pub use sms::{SmsCount, SmsEncoding};
pub use tree::Position;
pub use values::{Datum, Item, Values};
pub use vocabulary::{Kind, List, Variable, Vocabulary};
pub use written::{Case, EmailTexts, Limits, PushTexts, SmsTexts, Template, Texts, Wording};
