//! Which names a template may mean, before anything is checked.

use std::collections::BTreeSet;

use super::reader::read;
use super::tree::{Expr, ExprKind, Node};
use super::written::{Template, Texts, Wording};
use crate::rule::{Rule, Text};

impl Template {
    /// Every name in its texts and rules that could be one of a fact: what a host that makes facts
    /// only where they are wanted makes for it. Names of details, lists and loops are among them.
    ///
    /// ```
    /// # use loyalty::template::Template;
    /// let json = r#"{"id": "t", "default": "en", "conditions": {"rich": "spend(90d) > 5"},
    ///     "texts": {"en": {"sms": {"text": "{{ fact('points(stars)') }} {{ first_name }}"}}}}"#;
    /// let template: Template = serde_json::from_str(json)?;
    /// let names: Vec<String> = template.names().iter().map(ToString::to_string).collect();
    /// assert_eq!(names, ["first_name", "points(stars)", "spend(90d)"]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn names(&self) -> BTreeSet<Text> {
        let mut names = self.needs.clone();
        self.conditions.values().for_each(|rule| of_rule(rule, &mut names));
        self.wordings.values().for_each(|wording| of_wording(wording, &mut names));
        for Texts { wordings, email, sms, push } in self.texts.values() {
            wordings.values().for_each(|wording| of_wording(wording, &mut names));
            let email = email
                .iter()
                .flat_map(|email| [Some(&email.subject), email.html.as_ref(), email.text.as_ref()]);
            let sms = sms.iter().map(|sms| Some(&sms.text));
            let push = push.iter().flat_map(|push| [Some(&push.title), Some(&push.body)]);
            let texts = email.chain(sms).chain(push).flatten();
            texts.for_each(|text| of_text(text, &mut names));
        }
        names
    }
}

fn of_rule(rule: &Rule, names: &mut BTreeSet<Text>) {
    names.extend(rule.fields().into_iter().map(Text::from));
}

fn of_wording(wording: &Wording, names: &mut BTreeSet<Text>) {
    match wording {
        Wording::Always(text) => of_text(text, names),
        Wording::Cases(cases) => {
            for case in cases {
                case.when.iter().for_each(|rule| of_rule(rule, names));
                of_text(&case.text, names);
            }
        }
    }
}

fn of_text(text: &str, names: &mut BTreeSet<Text>) {
    of_nodes(&read(text).nodes, names);
}

fn of_nodes(nodes: &[Node], names: &mut BTreeSet<Text>) {
    for node in nodes {
        match node {
            Node::Text(..) => {}
            Node::Print(expr) => of_expr(expr, names),
            Node::If { arms, otherwise, .. } => {
                for (condition, nodes) in arms {
                    of_expr(condition, names);
                    of_nodes(nodes, names);
                }
                of_nodes(otherwise, names);
            }
            Node::For(turns) => {
                of_expr(&turns.list, names);
                of_nodes(&turns.body, names);
                of_nodes(&turns.otherwise, names);
            }
        }
    }
}

fn of_expr(expr: &Expr, names: &mut BTreeSet<Text>) {
    match &expr.kind {
        ExprKind::Broken | ExprKind::Literal(_) => {}
        ExprKind::Name(name) | ExprKind::Fact(name) => {
            names.insert(Text::from(name));
        }
        ExprKind::Part(of, _) | ExprKind::Defined(of, _) | ExprKind::Not(of) => of_expr(of, names),
        ExprKind::Filter(of, filter) => {
            of_expr(of, names);
            filter.arguments.iter().for_each(|argument| of_expr(argument, names));
        }
        ExprKind::Compare(_, left, right)
        | ExprKind::In(_, left, right)
        | ExprKind::And(left, right)
        | ExprKind::Or(left, right) => {
            of_expr(left, names);
            of_expr(right, names);
        }
        ExprKind::Either(either) => {
            of_expr(&either.condition, names);
            of_expr(&either.first, names);
            either.second.iter().for_each(|second| of_expr(second, names));
        }
    }
}
