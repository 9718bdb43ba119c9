//! The language of texts is a part of Jinja's: what is accepted says what Jinja2 says.

use serde::Deserialize;

use super::*;

const JINJA: &str = include_str!("../data/template/jinja.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    anna: String,
    nobody: String,
}

/// What the text says; a mark before it keeps its start.
fn said_to(text: &str, values: Values<'_>) -> String {
    let text = format!("~{text}");
    let template = push(&text);
    let values = values.with("shop", "Corner");
    let body = match checked(&template).render(Medium::Push, &values, &locale("en"), Zone::UTC) {
        Ok(rendered) => rendered.content,
        Err(refusal) => panic!("{text}: {refusal}"),
    };
    let Content::Push { body, .. } = body else { panic!("no push message") };
    body.strip_prefix('~').unwrap().to_owned()
}

#[test]
fn what_is_accepted_says_what_jinja_says() {
    let cases: Vec<Case> = serde_json::from_str(JINJA).unwrap();
    assert!(cases.len() >= 48);
    let anna = facts([
        Some(Value::text("Anna")),
        Some(Value::Integer(250)),
        Some(Value::text("gold")),
        None,
        None,
        Some(Value::set(["tea", "books"])),
        Some(Value::Bool(true)),
        None,
    ]);
    let item = |name: &str| {
        Item::new().with("name", name).with("price", loyalty::Money::zero(Currency::EUR))
    };
    let items = [item("Tea"), item("Mug").with("url", "https://shop.example/mug"), item("Pot")];
    let known = Values::new(&anna).with("code", "SAVE 5%").with_list("items", items);
    for Case { text, anna: to_anna, nobody: to_nobody } in cases {
        // The ends of a push message are trimmed, and its lines end without a carriage return.
        let same = |ours: String, theirs: &str| {
            let theirs = format!("~{theirs}").replace('\r', "");
            assert_eq!(format!("~{ours}"), theirs.trim(), "{text}");
        };
        same(said_to(&text, known.clone()), &to_anna);
        same(said_to(&text, Values::new(&nobody())), &to_nobody);
    }
}
