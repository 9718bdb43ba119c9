//! Rust source as the tests of form read it: flat tokens with their lines, and the paths in them.
//!
//! Comments are gone after lexing and strings are single tokens, so that neither can be mistaken
//! for code. Tokens are read instead of a syntax tree because code inside macros counts as well.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// A Rust file of the repository.
pub struct File {
    /// Where it is, from the repository's root, with `/` between folders.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Every Rust file under `folder`, in the order of their names; none if there is no such folder.
/// What a package of its own has built (`target`) is nobody's writing.
pub fn files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut found);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn collect(root: &Path, folder: &str, found: &mut Vec<File>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries {
        let entry = entry.expect("a folder of the repository can be listed");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_name() == "target" {
            continue;
        }
        if entry.path().is_dir() {
            collect(root, &name, found);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a Rust file is UTF-8 text");
            found.push(File { name, text });
        }
    }
}

/// Something against the rules, and the line where it is.
pub struct Fault {
    pub line: usize,
    pub what: String,
}

/// Fails with every fault that `check` finds in `files`, each with its place.
#[track_caller]
pub fn assert_faultless(files: &[File], check: impl Fn(&File) -> Vec<Fault>) {
    let mut told = String::new();
    for file in files {
        for Fault { line, what } in check(file) {
            told += &format!("\n{}:{line}: {what}", file.name);
        }
    }
    assert!(told.is_empty(), "{} faults:{told}", told.lines().count() - 1);
}

/// Fails unless `found` is just the `expected` faults: the line of each, and a part of its text.
#[track_caller]
pub fn assert_faults(found: &[Fault], expected: &[(usize, &str)]) {
    let told: Vec<_> = found.iter().map(|fault| (fault.line, fault.what.as_str())).collect();
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((line, what), (expected_line, part)) in told.iter().zip(expected) {
        assert!(line == expected_line && what.contains(part), "{line}: {what}, not {part}");
    }
}

/// A word, a literal, one delimiter, or one mark; `::`, `->` and `=>` are one mark each.
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The tokens of a Rust text. A path that an attribute holds as a string, such as
/// `#[serde(with = "crate::money")]`, is given as the tokens of that path.
pub fn tokens(text: &str) -> Vec<Token> {
    let stream: TokenStream = text.parse().expect("the source is Rust");
    let mut found = Vec::new();
    flatten(stream, Place::Code, &mut found);
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Code,
    Attribute,
}

fn flatten(stream: TokenStream, place: Place, found: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => flatten_group(&group, place, found),
            TokenTree::Punct(mark) => {
                let mut text = mark.as_char().to_string();
                if let Some(TokenTree::Punct(next)) = trees.peek()
                    && mark.spacing() == Spacing::Joint
                    && matches!((mark.as_char(), next.as_char()), (':', ':') | ('-' | '=', '>'))
                {
                    text.push(next.as_char());
                    trees.next();
                }
                found.push(Token { text, line });
            }
            TokenTree::Ident(word) => found.push(Token { text: word.to_string(), line }),
            TokenTree::Literal(literal) => match path_in(&literal.to_string()) {
                Some(path) if place == Place::Attribute => {
                    found.extend(tokens(&path).into_iter().map(|token| Token { line, ..token }));
                }
                _ => found.push(Token { text: literal.to_string(), line }),
            },
        }
    }
}

fn flatten_group(group: &Group, place: Place, found: &mut Vec<Token>) {
    let (open, close) = match group.delimiter() {
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Parenthesis | Delimiter::None => ("(", ")"),
    };
    let last_two = [2, 1].map(|back| text(found, found.len().wrapping_sub(back)));
    let is_attribute = open == "[" && matches!(last_two, [_, "#"] | ["#", "!"]);
    let is_doc = group.stream().to_string().starts_with("doc");
    let place = if is_attribute && !is_doc { Place::Attribute } else { place };
    found.push(Token { text: open.to_owned(), line: group.span_open().start().line });
    flatten(group.stream(), place, found);
    found.push(Token { text: close.to_owned(), line: group.span_close().start().line });
}

fn path_in(literal: &str) -> Option<String> {
    let path = literal.strip_prefix('"')?.strip_suffix('"')?;
    let starts = ["crate::", "super::", "self::"].iter().any(|start| path.starts_with(start));
    starts.then(|| path.to_owned())
}

/// The text of the token at `index`, empty where there is none.
pub fn text(tokens: &[Token], index: usize) -> &str {
    tokens.get(index).map_or("", |token| &token.text)
}

/// Whether `text` is a word, as opposed to a mark, a delimiter or a literal.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// A path of two words or more, such as `std::fs`, where the code mentions it.
pub struct Mention {
    /// The words of the path as the file's own module would write it; each leaf of a grouped `use`
    /// is a path of its own.
    pub words: Vec<String>,
    pub line: usize,
}

/// Every path that the code mentions.
pub fn mentions(tokens: &[Token]) -> Vec<Mention> {
    let (mut found, mut modules, mut depth) = (Vec::new(), Vec::<(&str, usize)>::new(), 0);
    let mut at = 0;
    while at < tokens.len() {
        let (word, next) = (text(tokens, at), text(tokens, at + 1));
        let names_a_module = matches!(word, "crate" | "super" | "self") && next == "as";
        if is_word(word) && next == "::" || names_a_module {
            let mut leaves = Vec::new();
            at = leaves_of(tokens, at, &[], &mut leaves);
            found.extend(leaves.into_iter().map(|leaf| seen_from_the_file(leaf, &modules)));
            continue;
        }
        match word {
            "{" => {
                depth += 1;
                if at >= 2 && text(tokens, at - 2) == "mod" {
                    modules.push((text(tokens, at - 1), depth));
                }
            }
            "}" => {
                modules.pop_if(|(_, opened)| *opened == depth);
                depth -= 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// What a path within `modules`, which are written out in the file, is from the file's own module.
fn seen_from_the_file(mention: Mention, modules: &[(&str, usize)]) -> Mention {
    if !matches!(mention.words[0].as_str(), "self" | "super") {
        return mention;
    }
    let mut path: Vec<String> = modules.iter().map(|(name, _)| (*name).to_owned()).collect();
    for word in mention.words {
        match word.as_str() {
            "self" => {}
            "super" if path.last().is_some_and(|last| last != "super") => drop(path.pop()),
            _ => path.push(word),
        }
    }
    if path.first().is_none_or(|first| first != "super") {
        path.insert(0, "self".to_owned());
    }
    Mention { words: path, line: mention.line }
}

/// Reads the path that goes on at `at` after the words in `before`; answers where it ends.
fn leaves_of(
    tokens: &[Token],
    mut at: usize,
    before: &[String],
    leaves: &mut Vec<Mention>,
) -> usize {
    let mut words = before.to_vec();
    loop {
        let word = text(tokens, at);
        if word == "{" {
            at += 1;
            while at < tokens.len() && text(tokens, at) != "}" {
                at = leaves_of(tokens, at, &words, leaves);
                while !matches!(text(tokens, at), "," | "}" | "") {
                    at += 1;
                }
                at += usize::from(text(tokens, at) == ",");
            }
            return at + 1;
        }
        let goes_on = is_word(word) && text(tokens, at + 1) == "::";
        if is_word(word) || word == "*" {
            words.push(word.to_owned());
        }
        if !goes_on {
            let line = tokens.get(at).or(tokens.last()).map_or(0, |token| token.line);
            leaves.push(Mention { words, line });
            return if is_word(word) || word == "*" { at + 1 } else { at };
        }
        at += 2;
    }
}
