//! The floors of the house: a module uses only modules that stand before it.
//!
//! Unit tests are held to the same order; a test that needs a higher floor stands in `tests/`.

mod source;

use source::{
    Fault, Mention, Token, assert_faultless, assert_faults, files, mentions, text, tokens,
};

/// The floors from the ground to the roof, and on each the modules in their order.
const FLOORS: [(&str, &[&str]); 6] = [
    ("GROUND", &["parallel", "digest", "path", "id", "money", "point", "calendar", "stats"]),
    ("CRAFT", &["rule", "cluster", "clv", "logistic", "bandit", "recommend", "template"]),
    ("FACTS", &["event", "consent", "identity", "profile", "feature"]),
    ("JUDGMENT", &["churn", "timing", "segment", "points", "tier", "game", "experiment"]),
    ("ACTION", &["offer", "trigger", "message"]),
    ("ROOF", &["program", "insight", "laws", "strategy"]),
];

/// All that the root may re-export; everything else has one path.
const PAVED: [&str; 8] =
    ["Program", "Member", "Event", "Decision", "Applied", "Money", "Currency", "Error"];

/// Module names that say nothing about what is inside.
const BANNED: [&str; 10] = [
    "utils", "types", "common", "core", "manager", "service", "engine", "error", "prelude",
    "helpers",
];

#[test]
fn every_module_uses_only_what_stands_before_it() {
    let source = files("src");
    assert!(source.iter().any(|file| file.name == "src/lib.rs"), "the source is found");
    assert_faultless(&source, |file| violations(&file.name, &file.text));
}

/// What the file `name` (such as `src/money/amount.rs`) does against the order.
fn violations(name: &str, content: &str) -> Vec<Fault> {
    let (tokens, home) = (tokens(content), modules_of(name));
    let (declared, mentioned) = (declarations(&home, &tokens), mentions(&tokens));
    let used: Vec<Fault> = match home.first().map(|module| (module, place(module))) {
        None => mentioned.iter().filter_map(off_the_paved_path).collect(),
        Some((module, None)) => vec![on_no_floor(1, module)],
        Some((_, Some(own))) => {
            mentioned.iter().filter_map(|mention| looked_up(&home, own, mention)).collect()
        }
    };
    declared.into_iter().chain(used).collect()
}

/// The modules that a file is, from the root: `src/money/amount.rs` is `money`, `amount`.
fn modules_of(name: &str) -> Vec<String> {
    let inside = name.trim_start_matches("src/").trim_end_matches(".rs");
    let mut modules: Vec<String> = inside.split('/').map(str::to_owned).collect();
    modules.pop_if(|last| last == "mod" || last == "lib");
    modules
}

/// Where a module stands: its place in the whole order, and the name of its floor.
fn place(module: &str) -> Option<(usize, &'static str)> {
    let modules =
        FLOORS.iter().flat_map(|(floor, modules)| modules.iter().map(move |m| (floor, m)));
    modules
        .enumerate()
        .find(|(_, (_, known))| **known == module)
        .map(|(at, (floor, _))| (at, *floor))
}

fn on_no_floor(line: usize, module: &str) -> Fault {
    Fault { line, what: format!("the module `{module}` stands on no floor") }
}

/// Declared modules that say nothing or stand nowhere, and ways to get around the order.
fn declarations(home: &[String], tokens: &[Token]) -> Vec<Fault> {
    let fault = |at: usize| {
        let words = [0, 1, 2, 3].map(|next| text(tokens, at + next));
        let line = tokens[at].line;
        match words {
            ["mod", name, ";" | "{", _] if BANNED.contains(&name) => {
                Some(Fault { line, what: format!("`{name}` says nothing: a banned module name") })
            }
            ["mod", name, ";" | "{", _] if home.is_empty() && place(name).is_none() => {
                Some(on_no_floor(line, name))
            }
            ["#", "[", "path", "="] => {
                Some(Fault { line, what: "`#[path]`: a module stands where its name says".into() })
            }
            ["extern", "crate", "self", _] => {
                Some(Fault { line, what: "the crate has no second name for itself".into() })
            }
            _ => None,
        }
    };
    (0..tokens.len()).filter_map(fault).collect()
}

/// What the root mentions beyond its modules and the paved path.
fn off_the_paved_path(mention: &Mention) -> Option<Fault> {
    let is_lint = matches!(mention.words.first()?.as_str(), "clippy" | "rustdoc");
    let last = mention.words.last()?;
    let paved = PAVED.contains(&last.as_str());
    let what = format!("the root does not re-export `{last}`");
    (!is_lint && !paved).then_some(Fault { line: mention.line, what })
}

/// What a module at the place `own` of the order mentions above itself, or through the root.
fn looked_up(home: &[String], own: (usize, &str), mention: &Mention) -> Option<Fault> {
    let target = resolved(home, mention)?;
    let written = mention.words.join("::");
    let what = match target.first().filter(|module| *module != "*") {
        None => format!("`{written}` is the root itself: name a module"),
        Some(module) => match place(module) {
            None => format!("`{written}` goes through the root: name its own module"),
            Some((at, _)) if at <= own.0 => return None,
            Some((_, floor)) => {
                let (home, own) = (home.first()?, own.1);
                format!("`{home}` ({own}) may not use `{module}` ({floor}): `{written}`")
            }
        },
    };
    Some(Fault { line: mention.line, what })
}

/// The path from the root that a mention means; none if it does not start within the crate.
fn resolved(home: &[String], mention: &Mention) -> Option<Vec<String>> {
    let (first, rest) = mention.words.split_first()?;
    let mut path = match first.as_str() {
        "crate" => Vec::new(),
        "self" => home.to_vec(),
        "super" => home[..home.len() - 1].to_vec(),
        _ => return None,
    };
    for word in rest {
        match word.as_str() {
            "super" => drop(path.pop()),
            "self" => {}
            _ => path.push(word.clone()),
        }
    }
    Some(path)
}

/// Checks that `content`, as the file `name`, has just the `expected` violations.
#[track_caller]
fn check(name: &str, content: &str, expected: &[(usize, &str)]) {
    assert_faults(&violations(name, content), expected);
}

#[test]
fn a_module_may_use_itself_and_what_stands_before_it() {
    check("src/points/mod.rs", "use crate::{event::Event, money::{Money, Percent}};", &[]);
    check("src/points/ledger.rs", "use super::{entry::Entry, hold}; use crate::points::lot;", &[]);
    check("src/tier/mod.rs", "use crate::points::Points; use std::fmt; use serde::de;", &[]);
}

#[test]
fn a_module_may_not_use_a_higher_floor_or_what_stands_after_it() {
    let told = "`money` (GROUND) may not use `rule` (CRAFT): `crate::rule::Value`";
    check("src/money/amount.rs", "//! Docs.\nuse crate::rule::Value;", &[(2, told)]);
    check("src/points/mod.rs", "use crate::tier::Ladder;", &[(1, "use `tier` (JUDGMENT)")]);
    check("src/id.rs", "use crate::path::Path;", &[]);
    check("src/path.rs", "use crate::id::OrderId;", &[(1, "`path` (GROUND)")]);
}

#[test]
fn every_leaf_of_a_grouped_use_counts() {
    let nested = "use crate::{\n  money::{self, Money},\n  offer::{lane::{Lane}, Offer as O},\n};";
    let (lane, offer) = ("`crate::offer::lane::Lane`", "`crate::offer::Offer`");
    check("src/rule/mod.rs", nested, &[(3, lane), (3, offer)]);
    check("src/rule/mod.rs", "use {std::fmt, crate::offer};", &[(1, "`crate::offer`")]);
    check("src/rule/mod.rs", "use crate::offer::*;", &[(1, "`crate::offer::*`")]);
}

#[test]
fn super_is_followed_from_where_it_stands() {
    check("src/rule/mod.rs", "use super::offer::Offer;", &[(1, "`super::offer::Offer`")]);
    check("src/rule.rs", "use super::offer::Offer;", &[(1, "`super::offer::Offer`")]);
    check("src/rule/value.rs", "use super::offer::Offer;", &[]);
    check("src/rule/value.rs", "use super::super::offer::Offer;", &[(1, "use `offer`")]);
    check("src/rule/value.rs", "use super::{super::offer::Offer};", &[(1, "use `offer`")]);
    let tests = "mod tests {\n use super::*;\n use super::super::offer::Offer;\n}\nuse super::id;";
    check("src/rule/mod.rs", tests, &[(3, "use `offer`")]);
    check(
        "src/rule/mod.rs",
        "mod a { mod b {} fn f() { super::super::offer() } }",
        &[(1, "offer")],
    );
    check("src/rule/mod.rs", "fn f() { self::super::offer::f() }", &[(1, "use `offer`")]);
}

#[test]
fn paths_in_code_macros_and_attributes_count() {
    check("src/rule/mod.rs", "fn f(o: &crate::offer::Offer) {}", &[(1, "use `offer`")]);
    check(
        "src/rule/mod.rs",
        "fn f() {\n  crate::offer::f::<crate::tier::T>()\n}",
        &[(2, "`crate::offer::f`"), (2, "`crate::tier::T`")],
    );
    check("src/rule/mod.rs", "macro_rules! m { () => { $crate::offer::f() } }", &[(1, "offer")]);
    check("src/rule/mod.rs", "m! {\n a\n use crate::{id, offer}; }", &[(3, "`crate::offer`")]);
    let attribute = "struct A {\n #[serde(with = \"crate::offer::text\")]\n b: u8 }";
    check("src/rule/mod.rs", attribute, &[(2, "`crate::offer::text`")]);
}

#[test]
fn comments_texts_and_visibilities_do_not_count() {
    let docs =
        "//! [`crate::offer`]\n/// See [`crate::offer::Offer`].\n// crate::offer::f()\nfn f() {}";
    check("src/rule/mod.rs", docs, &[]);
    check("src/rule/mod.rs", "#[doc = \"crate::offer::f\"] const A: &str = \"crate::offer\";", &[]);
    check("src/rule/value.rs", "pub(crate) fn f() {} pub(super) fn g() {}", &[]);
    check("src/rule/value.rs", "pub(in crate::rule) fn h() {}", &[]);
}

#[test]
fn nothing_goes_through_the_root() {
    check("src/rule/mod.rs", "use crate::Money;", &[(1, "`crate::Money` goes through the root")]);
    check("src/rule/mod.rs", "use super::Money;", &[(1, "`super::Money` goes through the root")]);
    check("src/rule/mod.rs", "use crate::{id, Money};", &[(1, "`crate::Money`")]);
    check("src/rule/mod.rs", "use crate::*;", &[(1, "is the root itself")]);
    check("src/rule/mod.rs", "use crate::{self as root};", &[(1, "is the root itself")]);
    check("src/rule/mod.rs", "use crate as root;", &[(1, "is the root itself")]);
    check("src/rule/mod.rs", "extern crate self as loyalty;", &[(1, "second name")]);
}

#[test]
fn every_module_stands_on_a_floor_and_says_what_it_is() {
    check("src/lib.rs", "pub mod id;\npub mod misc;", &[(2, "`misc` stands on no floor")]);
    check("src/misc/mod.rs", "use crate::id::OrderId;", &[(1, "`misc` stands on no floor")]);
    check("src/rule/mod.rs", "mod value;\nmod utils;", &[(2, "`utils` says nothing")]);
    check("src/rule/mod.rs", "mod prelude { }", &[(1, "`prelude` says nothing")]);
    check(
        "src/rule/mod.rs",
        "#[path = \"../offer/a.rs\"] mod a;",
        &[(1, "stands where its name says")],
    );
}

#[test]
fn the_root_re_exports_only_the_paved_path() {
    let root = "#![deny(clippy::panic)]\npub use money::{Currency, Money};\npub use offer::Offer;";
    check("src/lib.rs", root, &[(3, "does not re-export `Offer`")]);
    check("src/lib.rs", "pub use crate::rule::*;", &[(1, "does not re-export `*`")]);
}
