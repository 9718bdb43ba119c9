//! Where words end and braces begin.

use super::Flaw;
use super::lexer::Walk;
use super::tree::Position;

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch<'a> {
    pub(super) kind: StretchKind,
    /// Where its inside begins.
    pub(super) at: Position,
    pub(super) inside: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StretchKind {
    /// Words that stand as they are.
    Text,
    /// `{{ … }}`
    Print,
    /// `{% … %}`
    Statement,
}

/// Cuts a text at its braces; comments are left out, and `{% raw %}` gives back plain words. A
/// minus beside a brace takes away the white space on its other side.
pub(super) fn scan(text: &str) -> (Vec<Stretch<'_>>, Option<(Position, Flaw)>) {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    let mut scanner = Scanner { found: Vec::new(), rest: text, at: START, trim: false };
    let flaw = scanner.run().err();
    (scanner.found, flaw)
}

pub(super) const START: Position = Position { line: 1, column: 1 };

struct Scanner<'a> {
    found: Vec<Stretch<'a>>,
    rest: &'a str,
    at: Position,
    /// Whether white space at the start of the next words is to go.
    trim: bool,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) -> Result<(), (Position, Flaw)> {
        while let Some(open) = next_brace(self.rest) {
            let (words, _) = self.rest.split_at_checked(open).unwrap_or_default();
            let minus = self.rest.get(open + 2..).is_some_and(|inside| inside.starts_with('-'));
            self.words(words, minus);
            self.skip(words.len());
            self.braces()?;
        }
        let rest = self.rest;
        self.words(rest, false);
        Ok(())
    }

    /// Takes what stands between the braces at the start of the rest.
    fn braces(&mut self) -> Result<(), (Position, Flaw)> {
        let at = self.at;
        let (what, close, kind) = match self.rest.get(..2) {
            Some("{{") => ("`{{`", "}}", Some(StretchKind::Print)),
            Some("{%") => ("`{%`", "%}", Some(StretchKind::Statement)),
            _ => ("`{#`", "#}", None),
        };
        self.skip(2);
        if self.rest.starts_with(['-', '+']) {
            self.skip(1);
        }
        let end = match kind {
            Some(_) => end_of(self.rest, close),
            None => self.rest.find(close),
        };
        let Some(inside) = end.and_then(|end| self.rest.get(..end)) else {
            self.rest = "";
            return Err((at, Flaw::Unclosed { what }));
        };
        let start = self.at;
        self.skip(inside.len() + 2);
        self.trim = inside.ends_with('-');
        let inside = inside.strip_suffix(['-', '+']).unwrap_or(inside);
        match kind {
            Some(StretchKind::Statement) if inside.trim() == "raw" => self.raw(at),
            Some(kind) => {
                self.found.push(Stretch { kind, at: start, inside });
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes words up to `{% endraw %}` as they are.
    fn raw(&mut self, at: Position) -> Result<(), (Position, Flaw)> {
        let rest = self.rest;
        for (open, _) in rest.match_indices("{%") {
            if let Some(statement) = rest.get(open + 2..).and_then(end_raw) {
                self.words(rest.get(..open).unwrap_or_default(), statement.starts_with('-'));
                self.trim = statement.ends_with('-');
                self.skip(open + statement.len() + 4);
                return Ok(());
            }
        }
        self.rest = "";
        Err((at, Flaw::Unclosed { what: "`raw`" }))
    }

    fn words(&mut self, words: &'a str, trim_end: bool) {
        let mut at = self.at;
        let mut inside = words;
        if self.trim {
            inside = inside.trim_start();
            at = after(at, words.get(..words.len() - inside.len()).unwrap_or_default());
        }
        if trim_end {
            inside = inside.trim_end();
        }
        self.trim = false;
        if !inside.is_empty() {
            self.found.push(Stretch { kind: StretchKind::Text, at, inside });
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at = after(self.at, skipped);
        self.rest = rest;
    }
}

fn after(at: Position, text: &str) -> Position {
    let mut walk = Walk::new(text, at);
    walk.by_ref().for_each(drop);
    walk.at()
}

/// Where the next braces open.
fn next_brace(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find('{')?;
        if text.get(open + 1..)?.starts_with(['{', '%', '#']) {
            return Some(open);
        }
        from = open + 1;
    }
}

/// What is between the braces that open before `text`, if it ends what stands as it is.
fn end_raw(text: &str) -> Option<&str> {
    let word = text.trim_start_matches('-').trim_start();
    let after = word.strip_prefix("endraw")?.trim_start().trim_start_matches('-');
    text.get(..text.len() - after.strip_prefix("%}")?.len() - 2)
}

/// Where the braces close; not within a quoted text.
fn end_of(text: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if text.get(index..).is_some_and(|rest| rest.starts_with(close)) => {
                return Some(index);
            }
            None => {}
        }
    }
    None
}
