//! How the code is written, as far as a machine can see it.

mod source;

use source::{
    Fault, File, Token, assert_faultless, assert_faults, files, is_word, mentions, text, tokens,
};

const LONGEST_LINE: usize = 100;
const LONGEST_FUNCTION: usize = 70;
const LONGEST_FILE: usize = 500;

/// The examples that promise to be short, in lines.
const LONGEST_EXAMPLE: usize = 79;
const SHORT_EXAMPLES: [&str; 10] = [
    "accounts",
    "coffee_club",
    "coffee_shop",
    "custom_segmenter",
    "liability",
    "miles",
    "rules_from_json",
    "supermarket",
    "tiers",
    "vip_and_casual",
];

/// Words that start or end a name without saying anything.
const EMPTY_STARTS: [&str; 2] = ["get_", "do_"];
const EMPTY_WORDS: [&str; 4] = ["Manager", "Helper", "manager", "helper"];

/// What stands outside of the crate: files, the network, threads of its own.
const OUTSIDE: &[[&str; 2]] =
    &[["std", "env"], ["std", "fs"], ["std", "net"], ["std", "process"], ["std", "thread"]];
const PRINTING: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

/// What differs from run to run.
const CLOCKS: &[[&str; 2]] =
    &[["Instant", "now"], ["Local", "now"], ["SystemTime", "now"], ["Utc", "now"]];

#[test]
fn everything_is_short_and_finished() {
    for folder in ["src", "tests", "examples", "benches", "adapters"] {
        assert_faultless(&files(folder), |file| {
            let tokens = tokens(&file.text);
            let mut found = too_long(&file.text, longest_file(&file.name));
            found.extend(long_functions(&tokens));
            found.extend(unfinished(&tokens));
            found
        });
    }
}

#[test]
fn the_crate_is_well_named_and_touches_nothing_outside() {
    let source = files("src");
    assert!(source.iter().any(|file| file.name == "src/lib.rs"), "the source is found");
    assert_faultless(&source, |file| {
        let tokens = tokens(&file.text);
        let mut found = empty_names(&tokens);
        found.extend(aliases(&tokens));
        found.extend(bool_parameters(&tokens));
        found.extend(mentioned(&tokens, OUTSIDE));
        found.extend(mentioned(&tokens, CLOCKS));
        found.extend(called(&tokens, &PRINTING));
        found
    });
}

#[test]
fn no_test_depends_on_a_clock() {
    assert_faultless(&files("tests"), |file| mentioned(&tokens(&file.text), CLOCKS));
}

#[test]
fn every_term_of_the_glossary_is_a_type() {
    let glossary = include_str!("../GLOSSARY.md");
    let source: Vec<_> = files("src").iter().flat_map(|file| tokens(&file.text)).collect();
    assert!(!terms(glossary).is_empty(), "the glossary has terms");
    let file = File { name: "GLOSSARY.md".into(), text: glossary.into() };
    assert_faultless(&[file], |file| unknown_terms(&file.text, &source));
}

#[test]
fn the_short_examples_are_there() {
    let examples = files("examples");
    let missing = SHORT_EXAMPLES.map(|name| format!("examples/{name}.rs"));
    let missing = missing.iter().filter(|name| !examples.iter().any(|file| file.name == **name));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "they are promised");
}

fn longest_file(name: &str) -> usize {
    let example = name.strip_prefix("examples/").and_then(|name| name.strip_suffix(".rs"));
    match example {
        Some(example) if SHORT_EXAMPLES.contains(&example) => LONGEST_EXAMPLE,
        _ => LONGEST_FILE,
    }
}

fn too_long(content: &str, longest: usize) -> Vec<Fault> {
    let lines = content.lines().count();
    let file = (lines > longest)
        .then(|| Fault { line: lines, what: format!("{lines} lines: at most {longest}") });
    let wide = content.lines().enumerate().filter_map(|(index, line)| {
        let width = line.chars().count();
        let what = format!("{width} characters: at most {LONGEST_LINE}");
        (width > LONGEST_LINE).then_some(Fault { line: index + 1, what })
    });
    file.into_iter().chain(wide).collect()
}

fn long_functions(tokens: &[Token]) -> Vec<Fault> {
    let length = |function: &Function| tokens[function.end].line - tokens[function.at].line + 1;
    let functions = functions(tokens);
    let long = functions.iter().filter(|function| length(function) > LONGEST_FUNCTION);
    long.map(|function| {
        let (name, lines) = (text(tokens, function.at + 1), length(function));
        let what = format!("`{name}` has {lines} lines: at most {LONGEST_FUNCTION}");
        Fault { line: tokens[function.at].line, what }
    })
    .collect()
}

fn unfinished(tokens: &[Token]) -> Vec<Fault> {
    let ignored = tokens.windows(3).filter_map(|three| {
        let attribute = [0, 1, 2].map(|at| text(three, at)) == ["#", "[", "ignore"];
        attribute.then(|| Fault { line: three[0].line, what: "an ignored test".into() })
    });
    let mut found = called(tokens, &["todo", "unimplemented"]);
    found.extend(mentioned(tokens, &[["thread", "sleep"]]));
    found.extend(ignored);
    found
}

fn empty_names(tokens: &[Token]) -> Vec<Fault> {
    let defined = tokens.windows(2).filter(|pair| {
        let keywords = ["const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union"];
        keywords.contains(&text(pair, 0)) && is_word(text(pair, 1))
    });
    let empty = defined.map(|pair| &pair[1]).filter(|name| {
        EMPTY_STARTS.iter().any(|start| name.text.starts_with(start))
            || EMPTY_WORDS.iter().any(|word| name.text.contains(word))
    });
    empty
        .map(|name| Fault { line: name.line, what: format!("`{}` is an empty name", name.text) })
        .collect()
}

/// Type aliases; an associated type of a trait is none.
fn aliases(tokens: &[Token]) -> Vec<Fault> {
    let homes = homes(tokens);
    let is_alias = |at: &usize| {
        text(tokens, *at) == "type"
            && is_word(text(tokens, at + 1))
            && matches!(text(tokens, at + 2), "=" | "<")
            && !matches!(homes[*at], "impl" | "trait")
    };
    let what = |at| format!("the type alias `{}`: make it a type", text(tokens, at + 1));
    let aliases = (0..tokens.len()).filter(is_alias);
    aliases.map(|at| Fault { line: tokens[at].line, what: what(at) }).collect()
}

fn bool_parameters(tokens: &[Token]) -> Vec<Fault> {
    let functions = functions(tokens).into_iter().filter(|function| function.public);
    let with_bool = functions.filter(|function| {
        let ends = (function.open + 1..=function.close)
            .filter(|at| matches!(text(tokens, *at), "," | ")"))
            .map(|at| [at - 2, at - 1].map(|at| text(tokens, at)));
        ends.into_iter().any(|end| end == [":", "bool"])
    });
    with_bool
        .map(|function| {
            let name = text(tokens, function.at + 1);
            let what = format!("`{name}` takes a bool: make it an enum or two functions");
            Fault { line: tokens[function.at].line, what }
        })
        .collect()
}

/// The mentions of paths that hold one of `pairs`.
fn mentioned(tokens: &[Token], pairs: &[[&str; 2]]) -> Vec<Fault> {
    let mentions = mentions(tokens).into_iter();
    let found = mentions.filter(|mention| {
        mention.words.windows(2).any(|two| pairs.iter().any(|pair| *two == pair[..]))
    });
    found
        .map(|mention| Fault {
            line: mention.line,
            what: format!("`{}` has no place here", mention.words.join("::")),
        })
        .collect()
}

/// The calls of one of `macros`.
fn called(tokens: &[Token], macros: &[&str]) -> Vec<Fault> {
    let calls = tokens.windows(3).filter(|three| {
        let [name, mark, open] = [0, 1, 2].map(|at| text(three, at));
        macros.contains(&name) && mark == "!" && matches!(open, "(" | "[" | "{")
    });
    calls
        .map(|call| Fault {
            line: call[0].line,
            what: format!("`{}!` has no place here", call[0].text),
        })
        .collect()
}

/// The terms of the glossary that no code defines.
fn unknown_terms(glossary: &str, source: &[Token]) -> Vec<Fault> {
    let is_defined = |term: &str| {
        source.windows(2).any(|pair| {
            matches!(text(pair, 0), "struct" | "enum" | "trait") && text(pair, 1) == term
        })
    };
    let terms = terms(glossary).into_iter().filter(|(_, term)| !is_defined(term));
    terms.map(|(line, term)| Fault { line, what: format!("there is no type `{term}`") }).collect()
}

/// The terms in backticks in the first cell of a row, as far as they are names of types.
fn terms(glossary: &str) -> Vec<(usize, &str)> {
    let rows = glossary.lines().enumerate().filter(|(_, line)| line.starts_with("| "));
    rows.flat_map(|(index, row)| {
        let cell = row.split('|').nth(1).unwrap_or_default();
        let quoted = cell.split('`').skip(1).step_by(2);
        let types = quoted.filter(|term| {
            term.starts_with(char::is_uppercase) && term.chars().all(char::is_alphanumeric)
        });
        types.map(move |term| (index + 1, term))
    })
    .collect()
}

/// Where a function stands among the tokens.
struct Function {
    /// Its `fn`.
    at: usize,
    /// The parenthesis that opens its parameters, and the one that closes them.
    open: usize,
    close: usize,
    /// The end of its body, or the semicolon if it has none.
    end: usize,
    /// Whether it can be called from outside of the crate, as far as its own words tell.
    public: bool,
}

fn functions(tokens: &[Token]) -> Vec<Function> {
    let homes = homes(tokens);
    let named = |at: &usize| text(tokens, *at) == "fn" && is_word(text(tokens, at + 1));
    (0..tokens.len())
        .filter(named)
        .map(|at| {
            let open = after_generics(tokens, at + 2);
            let close = end_of(tokens, open);
            let mut end = close + 1;
            while !matches!(text(tokens, end), "{" | ";" | "") {
                end = end_of(tokens, end) + 1;
            }
            let public = homes[at] == "trait" || is_public(tokens, at);
            Function { at, open, close, end: end_of(tokens, end), public }
        })
        .collect()
}

fn is_public(tokens: &[Token], mut at: usize) -> bool {
    while at > 0 {
        at -= 1;
        match text(tokens, at) {
            "pub" => return true,
            "async" | "const" | "extern" | "unsafe" => {}
            abi if abi.starts_with('"') => {}
            _ => return false,
        }
    }
    false
}

fn after_generics(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    loop {
        match text(tokens, at) {
            "<" => depth += 1,
            ">" => depth -= 1,
            _ => {}
        }
        if depth == 0 && text(tokens, at) != ">" {
            return at;
        }
        at += 1;
    }
}

/// The end of the group that opens at `at`; `at` itself if none does.
fn end_of(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for end in at..tokens.len() {
        match text(tokens, end) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return end;
        }
    }
    at
}

/// For each token the item, such as `impl` or `fn`, whose braces it stands in; nothing outside.
fn homes(tokens: &[Token]) -> Vec<&str> {
    let mut open = vec![("", "")];
    let mut homes = Vec::with_capacity(tokens.len());
    for token in tokens {
        let (home, item) = open.last().copied().unwrap_or_default();
        homes.push(home);
        match token.text.as_str() {
            "{" => open.push((item, "")),
            "(" | "[" => open.push((home, "")),
            ")" | "]" | "}" => drop(open.pop()),
            "impl" | "trait" | "fn" | "mod" | "struct" | "enum" if item.is_empty() => {
                open.pop();
                open.push((home, &token.text));
            }
            _ => {}
        }
        if let (";" | "}", Some(last)) = (token.text.as_str(), open.last_mut()) {
            last.1 = "";
        }
    }
    homes
}

#[track_caller]
fn check(check: fn(&[Token]) -> Vec<Fault>, content: &str, expected: &[(usize, &str)]) {
    assert_faults(&check(&tokens(content)), expected);
}

#[test]
fn long_lines_files_and_functions_are_found() {
    let wide = format!("fn f() {{}}\n// {}", "é".repeat(98));
    assert_faults(&too_long(&wide, 2), &[(2, "101 characters")]);
    assert_faults(&too_long(&wide[..wide.len() - 2], 1), &[(2, "2 lines: at most 1")]);
    let head = "impl A {\n pub fn f<F: Fn() -> u8>(f: F) -> [u8; 3] {";
    let with_lines = |lines: usize| format!("{head}{}}} }}", "\n".repeat(lines - 1));
    check(long_functions, &with_lines(70), &[]);
    check(long_functions, &with_lines(71), &[(2, "`f` has 71 lines: at most 70")]);
    check(long_functions, "trait A { fn f(&self) -> u8; }", &[]);
    assert_eq!([longest_file("src/a.rs"), longest_file("examples/coffee_shop.rs")], [500, 79]);
}

#[test]
fn unfinished_work_is_found() {
    check(
        unfinished,
        "fn f() {\n todo!() }\nfn g() { unimplemented!(\"x\") }",
        &[(2, "`todo!`"), (3, "`unimplemented!`")],
    );
    check(unfinished, "#[test]\n#[ignore = \"slow\"]\nfn f() {}", &[(2, "ignored")]);
    check(unfinished, "use std::{thread::sleep, fmt};", &[(1, "`std::thread::sleep`")]);
    check(unfinished, "fn f() { thread::sleep(x) }", &[(1, "`thread::sleep`")]);
    check(unfinished, "// todo!()\nfn f(todo: bool) -> bool { todo != ignore(\"todo!()\") }", &[]);
}

#[test]
fn empty_names_are_found() {
    check(
        empty_names,
        "fn get_id() {}\nfn do_it() {}\nstruct OfferManager;\nmod helpers;",
        &[(1, "`get_id`"), (2, "`do_it`"), (3, "`OfferManager`"), (4, "`helpers`")],
    );
    check(empty_names, "macro_rules! m { () => { pub fn get_x() {} } }", &[(1, "`get_x`")]);
    check(empty_names, "fn get(&self) { self.get_or_insert() } // fn get_x", &[]);
}

#[test]
fn type_aliases_are_found_and_associated_types_are_none() {
    check(aliases, "pub type A = u8;\nfn f() { type B<T> = Vec<T>; }", &[(1, "`A`"), (2, "`B`")]);
    check(aliases, "mod m { type A = u8; }", &[(1, "`A`")]);
    check(aliases, "trait T { type A; type B: C = D; } impl T for X { type A = u8; }", &[]);
    check(aliases, "macro_rules! m { () => {$( impl T for X { type A = u8; } )+}; }", &[]);
    let after =
        "struct A;\nimpl B for A {}\ntype C = fn(impl D) -> u8;\nimpl E { fn f() {} type G = H; }";
    check(aliases, after, &[(3, "`C`")]);
}

#[test]
fn bool_parameters_of_public_functions_are_found() {
    let several =
        "pub fn f(\n  a: u8,\n  b: bool,\n) {}\npub const fn g<F: Fn(u8) -> u8>(a: bool, f: F) {}";
    check(bool_parameters, several, &[(1, "`f`"), (5, "`g`")]);
    check(bool_parameters, "trait T { fn f(&self, a: bool); }", &[(1, "`f`")]);
    check(bool_parameters, "impl T for X { fn f(&self, a: bool) {} } fn g(a: bool) {}", &[]);
    check(bool_parameters, "pub fn f(a: &[bool], p: impl Fn(u8) -> bool) -> bool {}", &[]);
    check(bool_parameters, "pub(crate) fn f(a: bool) {}", &[]);
}

#[test]
fn what_stands_outside_is_found() {
    let found = |tokens: &[Token]| mentioned(tokens, &[OUTSIDE, CLOCKS].concat());
    let code = "use std::{fs::File, fmt};\nfn f() { std::thread::spawn(g); chrono::Utc::now() }";
    let expected = [(1, "`std::fs::File`"), (2, "`std::thread::spawn`"), (2, "`chrono::Utc::now`")];
    check(found, code, &expected);
    check(found, "use std::sync::Arc; /* std::fs */ fn f() { env!(\"A\") }", &[]);
    let printed = |tokens: &[Token]| called(tokens, &PRINTING);
    check(printed, "fn f() {\n println!(\"a\"); dbg![b] }", &[(2, "`println!`"), (2, "`dbg!`")]);
    check(printed, "fn f() { print(a); writeln!(f, \"println!()\") }", &[]);
}

#[test]
fn terms_that_no_code_defines_are_found() {
    let glossary = "# Words\n| Term | Meaning |\n|---|---|\n| `Offer`, `Lane` | A `Deal`. |\n\
                    | recency | |\n| `as_of` | |";
    assert_eq!(terms(glossary), [(4, "Offer"), (4, "Lane")]);
    assert_faults(&unknown_terms(glossary, &tokens("pub trait Offer {}")), &[(4, "`Lane`")]);
}
