//! A text of one part: its nodes in their order, written anew for the engine.

use std::collections::BTreeSet;

use super::super::asked::{Ask, Asked, AskedList, Form, Source};
use super::super::escape::{self, Fate};
use super::super::jinja::{PRINT, STATEMENT, Sms};
use super::super::markup::{HtmlPlace, Markup};
use super::super::reader::{MAX_FLAWS, Reading, read};
use super::super::rendered::Part;
use super::super::tree::{Expr, ExprKind, For, Literal, Node, Position};
use super::super::{Datum, Flaw, Kind, Locale, Wording};
use super::MAX_CASES;
use super::scope::{Key, Leaf, Loop, Named, Over, Scope};
use super::typed::{Code, Typed};

/// The longest code of a part, in bytes; its wordings have no more together, each as often as it is
/// said.
const MAX_CODE: usize = 1_000_000;

/// For how many values a part asks at most.
const MAX_ASKS: usize = 5_000;

/// A text while it is checked.
pub(in super::super) struct TextCheck<'a> {
    pub(super) scope: &'a Scope<'a>,
    locale: &'a Locale,
    part: Part,
    sms: Sms,
    pub(super) flaws: Vec<(Position, Flaw)>,
    asks: Vec<Ask>,
    code: String,
    /// Where an HTML text has come.
    markup: Markup,
    /// What is known to be there.
    pub(super) there: BTreeSet<Key>,
    pub(super) loops: Vec<Loop>,
    /// Whether a wording is read, whose own flaws are told where it is written.
    wording: Option<Position>,
    /// How many bytes of wordings were read.
    worded: usize,
}

/// A text that was checked.
pub(in super::super) struct Checked {
    pub(in super::super) code: String,
    pub(in super::super) asks: Vec<Ask>,
    pub(in super::super) flaws: Vec<(Position, Flaw)>,
}

impl<'a> TextCheck<'a> {
    /// Checks a text in the language of `locale`.
    pub(in super::super) fn run(
        scope: &'a Scope<'a>,
        locale: &'a Locale,
        (part, sms): (Part, Sms),
        text: &str,
    ) -> Checked {
        Self::checked(scope, locale, (part, sms), text, None)
    }

    /// Checks a wording by itself.
    pub(in super::super) fn run_wording(
        scope: &'a Scope<'a>,
        locale: &'a Locale,
        text: &str,
    ) -> Vec<(Position, Flaw)> {
        let start = super::super::scan::START;
        Self::checked(scope, locale, (Part::Body, Sms::No), text, Some(start)).flaws
    }

    fn checked(
        scope: &'a Scope<'a>,
        locale: &'a Locale,
        (part, sms): (Part, Sms),
        text: &str,
        wording: Option<Position>,
    ) -> Checked {
        let Reading { nodes, flaws } = read(text);
        let mut check = Self {
            scope,
            locale,
            part,
            sms,
            flaws,
            asks: Vec::new(),
            code: String::new(),
            markup: Markup::default(),
            there: BTreeSet::new(),
            loops: Vec::new(),
            wording,
            worded: 0,
        };
        check.nodes(&nodes);
        if check.markup != Markup::Words {
            let place = check.markup.place();
            check.flaw(super::super::scan::START, Flaw::OpenMarkup { place });
        }
        let Self { code, asks, mut flaws, .. } = check;
        flaws.sort_by_key(|(at, _)| *at);
        Checked { code, asks, flaws }
    }

    pub(super) fn flaw(&mut self, at: Position, flaw: Flaw) {
        if self.flaws.len() < MAX_FLAWS {
            self.flaws.push((at, flaw));
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if self.is_full() || self.flaws.len() >= MAX_FLAWS {
                return;
            }
            match node {
                Node::Text(at, words) => self.words(*at, words),
                Node::Print(expr) => self.print(expr),
                Node::If { at, arms, otherwise } => self.branches(*at, arms, otherwise),
                Node::For(turns) => self.turns(turns),
            }
            let told = self.flaws.iter().any(|(_, flaw)| *flaw == Flaw::TooLarge);
            if self.is_full() && !told {
                self.flaw(super::super::scan::START, Flaw::TooLarge);
            }
        }
    }

    const fn is_full(&self) -> bool {
        self.code.len() > MAX_CODE || self.worded > MAX_CODE || self.asks.len() > MAX_ASKS
    }

    /// Words that stand as they are.
    fn words(&mut self, at: Position, words: &str) {
        let mut walk = super::super::lexer::Walk::new(words, at);
        loop {
            let at = walk.at();
            let Some(character) = walk.next() else { break };
            self.character(at, character);
        }
        if self.part != Part::Html {
            let words = words.chars().filter(|next| *next != '\r');
            match (self.sms, self.part) {
                (Sms::Yes, _) => self.code.extend(words.map(escape::in_sms)),
                (_, Part::Subject | Part::Title) => {
                    self.code.extend(words.map(escape::untabbed));
                }
                _ => self.code.extend(words),
            }
            return;
        }
        if self.wording.is_some() {
            return self.wording_words(at, words);
        }
        match std::mem::take(&mut self.markup).go_on(words) {
            Ok(markup) => self.markup = markup,
            Err(flaw) => self.flaw(at, flaw),
        }
        self.code.push_str(words);
    }

    /// Words of a wording in HTML: they are no markup.
    fn wording_words(&mut self, at: Position, words: &str) {
        if !self.markup.takes_words() {
            let place = self.markup.place();
            return self.flaw(at, Flaw::UnsafePlace { place });
        }
        let mut escaped = String::new();
        if escape::html(words, &mut escaped).is_ok() {
            self.code.push_str(&escaped);
        }
    }

    fn character(&mut self, at: Position, character: char) {
        let one_line = matches!(self.part, Part::Subject | Part::Title);
        match escape::fate(character) {
            Fate::Breaks if one_line => self.flaw(at, Flaw::LineBreak),
            Fate::Goes => self.flaw(at, Flaw::Invisible { code: character.into() }),
            Fate::Breaks if !matches!(character, '\n' | '\r') => {
                self.flaw(at, Flaw::Invisible { code: character.into() });
            }
            Fate::Stays | Fate::Breaks => {}
        }
    }

    /// Tells what cannot be seen in a literal; it is printed like a value.
    pub(super) fn visible(&mut self, expr: &Expr) {
        if let ExprKind::Literal(Literal::Text(text)) = &expr.kind {
            text.chars().for_each(|character| self.character(expr.at, character));
        }
    }

    fn print(&mut self, expr: &Expr) {
        if let ExprKind::Part(of, name) = &expr.kind
            && matches!(&of.kind, ExprKind::Name(word) if word == "wording")
            && matches!(self.scope.named("wording", &self.loops), Named::Wording)
        {
            return self.worded(expr.at, name);
        }
        let value = self.value(expr);
        let code = match value {
            Typed::Code(code) if code.kind == Kind::Integer => Some(code),
            other => self.as_text(other, expr.at),
        };
        let Some(Code { code, kind, missing }) = code else { return };
        if let Some(name) = missing {
            self.flaw(expr.at, Flaw::MayBeMissing { name });
        }
        self.printed(expr.at, &code, kind);
    }

    /// Prints a text as its place needs it.
    fn printed(&mut self, at: Position, code: &str, kind: Kind) {
        let mut filter = if kind == Kind::Link { "|link" } else { "" };
        if self.part == Part::Html {
            match std::mem::take(&mut self.markup).print() {
                Ok((place, markup)) => {
                    self.markup = markup;
                    match place {
                        HtmlPlace::Words => {}
                        HtmlPlace::Link if kind == Kind::Link => {}
                        HtmlPlace::Link => self.flaw(at, Flaw::NoLink { found: kind.words() }),
                        HtmlPlace::LinkPart => filter = "|link_part",
                    }
                }
                Err(flaw) => self.flaw(at, flaw),
            }
        }
        let [open, close] = PRINT;
        self.code.extend([open, " ", code, filter, " ", close]);
    }

    fn statement(&mut self, words: &[&str]) {
        let [open, close] = STATEMENT;
        self.code.extend([open, " "]);
        self.code.extend(words.iter().copied());
        self.code.extend([" ", close]);
    }

    fn branches(&mut self, at: Position, arms: &[(Expr, Vec<Node>)], otherwise: &[Node]) {
        let (before, there) = (self.markup.clone(), self.there.clone());
        let mut ends = Vec::new();
        for (index, (condition, nodes)) in arms.iter().enumerate() {
            let condition = self.condition(condition);
            let word = if index == 0 { "if " } else { "elif " };
            self.statement(&[word, &condition.code]);
            self.markup = before.clone();
            self.knowing(&condition.if_true, |check| check.nodes(nodes));
            ends.push(std::mem::replace(&mut self.markup, before.clone()));
            self.there.extend(condition.if_false);
        }
        self.statement(&["else"]);
        self.nodes(otherwise);
        self.statement(&["endif"]);
        self.there = there;
        self.join(at, ends);
    }

    /// Goes on from where all ways have led.
    fn join(&mut self, at: Position, ends: Vec<Markup>) {
        for end in ends {
            match std::mem::take(&mut self.markup).joined(end) {
                Ok(joined) => self.markup = joined,
                Err(flaw) => return self.flaw(at, flaw),
            }
        }
    }

    fn turns(&mut self, turns: &For) {
        if turns.most == Some(0) {
            self.flaw(turns.at, Flaw::NoTurns);
        }
        let most = turns.most.unwrap_or(usize::MAX);
        let name = turns.name.as_str();
        let taken = !matches!(self.scope.named(name, &self.loops), Named::Unknown);
        if taken || matches!(name, "fact" | "loop") {
            self.flaw(turns.at, Flaw::NameTaken { name: name.to_owned() });
        }
        let (over, code) = match self.value(&turns.list) {
            Typed::List(list) => {
                let asked = AskedList { list, most, fields: Vec::new() };
                self.asks.push(Ask::List(asked));
                (Over::List(list), format!("v[{}]", self.asks.len() - 1))
            }
            Typed::Leaf(leaf, None) if leaf.kind == Kind::Set => {
                (Over::Set, self.ask(&leaf, Form::Members(most), None))
            }
            Typed::Broken => (Over::Nothing, "false".to_owned()),
            other => {
                self.flaw(turns.at, Flaw::NoList { found: other.words() });
                (Over::Nothing, "false".to_owned())
            }
        };
        let before = self.markup.clone();
        let thing = format!("t{}", self.loops.len());
        self.statement(&["for ", &thing, " in ", &code]);
        let ask = self.asks.len().saturating_sub(1);
        self.loops.push(Loop { name: name.to_owned(), over, ask });
        let there = self.there.clone();
        self.nodes(&turns.body);
        self.there = there;
        self.loops.pop();
        if self.markup != before {
            self.flaw(turns.at, Flaw::UnevenMarkup);
        }
        self.markup = before.clone();
        self.statement(&["else"]);
        self.nodes(&turns.otherwise);
        if self.markup != before {
            self.flaw(turns.at, Flaw::UnevenMarkup);
            self.markup = before;
        }
        self.statement(&["endfor"]);
    }

    /// The words of a wording, in this place.
    fn worded(&mut self, at: Position, name: &str) {
        if self.wording.is_some() {
            return self.flaw(at, Flaw::WordingInWording);
        }
        let Some((_, wording)) = self.scope.wording(name, self.locale) else {
            let suggestion = self.scope.wording_suggestion(name, self.locale);
            let (name, locale) = (name.into(), self.locale.clone());
            return self.flaw(at, Flaw::UnknownWording { name, locale, suggestion });
        };
        if !self.markup.takes_words() {
            let place = self.markup.place();
            return self.flaw(at, Flaw::UnsafePlace { place });
        }
        match wording {
            Wording::Always(text) => self.in_wording(at, text),
            Wording::Cases(cases) => {
                let rules = self.scope.case_rules(wording);
                for (index, case) in cases.iter().take(MAX_CASES).enumerate() {
                    let word = if index == 0 { "if " } else { "elif " };
                    let code = match (&case.when, rules) {
                        (Some(_), Some(first)) => self.ask_rule(first + index),
                        (Some(_), None) => "false".to_owned(),
                        (None, _) => "true".to_owned(),
                    };
                    self.statement(&[word, &code]);
                    self.in_wording(at, &case.text);
                }
                if !cases.is_empty() {
                    self.statement(&["endif"]);
                }
            }
        }
    }

    /// What is wrong in a wording is told where it is written, but not what is wrong with its
    /// place.
    fn in_wording(&mut self, at: Position, text: &str) {
        self.worded = self.worded.saturating_add(text.len());
        if self.is_full() {
            return;
        }
        let Reading { nodes, .. } = read(text);
        let (flaws, there) = (std::mem::take(&mut self.flaws), std::mem::take(&mut self.there));
        let loops = std::mem::take(&mut self.loops);
        self.wording = Some(at);
        self.nodes(&nodes);
        self.wording = None;
        (self.there, self.loops) = (there, loops);
        let own = std::mem::replace(&mut self.flaws, flaws);
        let of_place = own.into_iter().filter(|(_, flaw)| {
            matches!(
                flaw,
                Flaw::UnsafePlace { .. }
                    | Flaw::UnsafeLink { .. }
                    | Flaw::LineBreak
                    | Flaw::TooLarge
            )
        });
        let of_place: Vec<_> = of_place.map(|(_, flaw)| (at, flaw)).collect();
        self.flaws.extend(of_place);
    }

    /// Asks for a variable, and tells what the engine calls it.
    pub(super) fn ask(&mut self, leaf: &Leaf, form: Form, fallback: Option<Datum>) -> String {
        let (source, depth) = match leaf.key {
            Key::Root(source) => (source, None),
            Key::Field(depth, index) => (Source::Field(index), Some(depth)),
            Key::Member(depth) => return member(depth, &form),
        };
        let must = leaf.certain && fallback.is_none() && form != Form::Present;
        let must = must.then(|| leaf.name.as_str().into());
        let asked = Asked { source, kind: leaf.kind, form, fallback, must };
        let Some(depth) = depth else {
            return format!("v[{}]", self.ask_value(asked));
        };
        let open = self.loops.get(depth).and_then(|open| self.asks.get_mut(open.ask));
        match open {
            Some(Ask::List(list)) => {
                let index = match list.fields.iter().position(|known| *known == asked) {
                    Some(index) => index,
                    None => {
                        list.fields.push(asked);
                        list.fields.len() - 1
                    }
                };
                format!("t{depth}[{index}]")
            }
            _ => "false".to_owned(),
        }
    }

    fn ask_value(&mut self, asked: Asked) -> usize {
        let ask = Ask::Value(asked);
        match self.asks.iter().position(|known| *known == ask) {
            Some(index) => index,
            None => {
                self.asks.push(ask);
                self.asks.len() - 1
            }
        }
    }

    /// Asks how many things are in a list.
    pub(super) fn ask_count(&mut self, list: usize) -> String {
        let source = Source::List(list);
        let asked =
            Asked { source, kind: Kind::Integer, form: Form::Compared, fallback: None, must: None };
        format!("v[{}]", self.ask_value(asked))
    }

    fn ask_rule(&mut self, rule: usize) -> String {
        let source = Source::Rule(rule);
        let asked =
            Asked { source, kind: Kind::Bool, form: Form::Truthy, fallback: None, must: None };
        format!("v[{}]", self.ask_value(asked))
    }
}

/// A member of a set, in the form that is asked for.
fn member(depth: usize, form: &Form) -> String {
    match form {
        Form::Present => "true".to_owned(),
        Form::Truthy => format!("(t{depth} != \"\")"),
        _ => format!("t{depth}"),
    }
}
