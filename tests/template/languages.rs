//! Languages, regions and wordings: which texts a customer gets, and how numbers stand in them.

use super::*;

/// Texts in three locales; the mail is in the default's only.
const TEMPLATE: &str = include_str!("../data/template/languages.json");

fn sms(tag: &str) -> (String, String) {
    let facts = anna();
    let rendered = checked(&template(TEMPLATE))
        .render(Medium::Sms, &values(&facts), &locale(tag), brussels())
        .unwrap();
    let Content::Sms { text, .. } = rendered.content else { panic!("no text message") };
    (rendered.locale.to_string(), text)
}

#[test]
fn texts_are_those_of_the_region_then_of_the_language_then_of_the_default() {
    for (tag, from, text) in [
        ("nl-BE", "nl-BE", "korting bij Corner, tot seffens: € 10,00"),
        ("nl", "nl", "korting bij Corner, tot straks: € 10,00 1 april 2026"),
        ("nl-NL", "nl", "korting bij Corner, tot straks: € 10,00 1 april 2026"),
        ("nl_sr", "nl", "korting bij Corner, tot straks: € 10,00 1 april 2026"),
        ("fr-BE", "en", "10 % & <more> at Corner"),
        ("tlh", "en", "10 % & <more> at Corner"),
        ("en-IE", "en", "10 % & <more> at Corner"),
    ] {
        assert_eq!(sms(tag), (from.to_owned(), text.to_owned()), "{tag}");
    }
}

/// Numbers stand as in the customer's region if the language is theirs, never otherwise.
#[test]
fn numbers_are_those_of_the_region_in_its_language_only() {
    let template = checked(&push(
        "{{ total|money|default('-') }} {{ ends|date('short')|default('-') }} \
        {{ points|default(0) }}",
    ));
    let facts = anna();
    for (tag, said_there) in [
        ("en", "€10.00 4/1/26 1,250"),
        ("en-IE", "€10.00 01/04/2026 1,250"),
        ("en-BE", "10,00\u{a0}€ 01/04/26 1.250"),
        ("en-ZZ", "€10.00 4/1/26 1,250"),
        ("de-AT", "€10.00 4/1/26 1,250"),
    ] {
        let said = said(&template, Medium::Push, &values(&facts), tag).unwrap();
        assert_eq!(said, said_there, "{tag}");
    }
}

#[test]
fn a_wording_says_the_same_on_all_media() {
    let template = checked(&template(TEMPLATE));
    let facts = anna();
    for (tier, offer) in [(Some("gold"), "10 % & <more> at Corner"), (None, "5 % at Corner")] {
        let mut facts = facts.clone();
        facts.set(FACTS.slot("tier").unwrap(), tier.map(Value::text));
        let preview = template.preview(&values(&facts), &locale("en"), brussels());
        let escaped = offer.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let expected = format!(
            "email in en\n  subject ({0} characters)\n    {offer}\n  html ({1} characters)\n    \
            <p title=\"{escaped}\">{escaped}, Korenmarkt 1, 9000 Gent</p>\n  text ({2} \
            characters)\n    \
            {offer}, Korenmarkt 1, 9000 Gent\n\nsms in en, {0} units in 1 segment\n  text ({0} \
            characters)\n    {offer}\n\npush in en\n  title (6 characters)\n    €10.00\n  body \
            ({0} \
            characters)\n    {offer}\n",
            offer.len(),
            2 * escaped.len() + 41,
            offer.len() + 25,
        );
        assert_eq!(preview.to_string(), expected);
    }
}

#[test]
fn a_mail_is_in_the_default_language_where_there_is_no_other() {
    let facts = anna();
    let rendered = checked(&template(TEMPLATE))
        .render(Medium::Email, &values(&facts), &locale("nl-BE"), brussels())
        .unwrap();
    assert_eq!(rendered.locale, locale("en"));
}

/// The clocks of Brussels were set forward at 01:00Z on 29 March 2026.
#[test]
fn instants_are_told_in_the_zone_of_the_customer() {
    let template =
        checked(&push("{{ ends|date('short')|default('') }} {{ ends|time|default('') }}~"));
    let facts = nobody();
    for (instant, zone, expected) in [
        ("2026-03-29T00:59:59Z", "Europe/Brussels", "29/03/2026 01:59~"),
        ("2026-03-29T01:00:00Z", "Europe/Brussels", "29/03/2026 03:00~"),
        ("2026-03-29T01:00:00Z", "America/New_York", "28/03/2026 21:00~"),
        ("2026-12-31T23:30:00Z", "Asia/Tokyo", "01/01/2027 08:30~"),
    ] {
        let at: DateTime<Utc> = instant.parse().unwrap();
        let values = Values::new(&facts).with("shop", "-").with("ends", at);
        let zone = Zone::from_name(zone).unwrap();
        let rendered = template.render(Medium::Push, &values, &locale("en-GB"), zone).unwrap();
        let Content::Push { body, .. } = rendered.content else { panic!("no push message") };
        assert_eq!(body, expected);
    }
}

#[test]
fn what_is_written_and_what_comes_of_it_survive_json() {
    let written = template(TEMPLATE);
    let json = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Template>(&json).unwrap(), written);
    assert_eq!(serde_json::from_str::<Template>(&json).unwrap().version(), written.version());
    let other = template(&TEMPLATE.replace("tot straks", "tot later"));
    assert_ne!(other.version(), written.version());
    let facts = anna();
    let preview = checked(&written).preview(&values(&facts), &locale("nl"), brussels());
    let json = serde_json::to_string(&preview).unwrap();
    assert_eq!(serde_json::from_str::<loyalty::template::Preview>(&json).unwrap(), preview);
    let twice = TEMPLATE.replacen("\"nl\":", "\"nl_be\":", 1);
    let error = serde_json::from_str::<Template>(&twice).unwrap_err().to_string();
    assert!(error.starts_with("`nl-BE` is there twice"), "{error}");
    for unknown in ["\"id\"", "\"sms\"", "\"text\"", "\"when\""] {
        let odd = TEMPLATE.replacen(unknown, "\"odd\"", 1);
        assert!(serde_json::from_str::<Template>(&odd).is_err(), "{unknown}");
    }
}

#[test]
fn names_are_all_that_could_be_facts() {
    let names = template(TEMPLATE).names();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let expected = ["ends", "points", "rich", "shop", "spend(90d)", "tier", "total", "wording"];
    assert_eq!(names, expected);
}

/// The region has nothing but a wording of its own, and stands in the texts of its language.
#[test]
fn a_wording_of_a_region_stands_in_the_texts_of_its_language() {
    let template = checked(&template(
        r#"{"id": "t", "default": "nl", "texts": {
        "nl": {"wordings": {"bye": "tot straks"}, "sms": {"text": "{{ shop }}, {{ wording.bye }}"}},
        "nl-BE": {"wordings": {"bye": "tot seffens"}}}}"#,
    ));
    let facts = nobody();
    for (tag, text) in [("nl-BE", "Corner, tot seffens"), ("nl-NL", "Corner, tot straks")] {
        assert_eq!(said(&template, Medium::Sms, &values(&facts), tag).unwrap(), text);
    }
}

/// What the default's region has no texts for, its language has, whether there are wordings or not.
#[test]
fn the_language_of_the_default_stands_in_behind_the_default() {
    for wordings in ["{}", r#"{"hello": "Dag"}"#] {
        let template = checked(&template(&format!(
            r#"{{"id": "t", "default": "nl-BE", "texts": {{
            "nl-BE": {{"wordings": {wordings}, "email": {{"subject": "S", "text": "x"}}}},
            "nl": {{"sms": {{"text": "hallo"}}}}}}}}"#
        )));
        let facts = nobody();
        for tag in ["fr", "nl-BE", "nl"] {
            let said = said(&template, Medium::Sms, &values(&facts), tag);
            assert_eq!(said, Ok("hallo".to_owned()), "{tag}: {wordings}");
        }
    }
}
