//! What templates say.

use super::*;

/// Texts, and what they say to Anna.
const TO_ANNA: [(&str, &str); 43] = [
    ("Hi {{ first_name|default(\"there\") }}!", "Hi Anna!"),
    ("Hi {% if first_name %}{{ first_name }}{% else %}you{% endif %}!", "Hi Anna!"),
    ("{{ first_name if first_name is defined else 'you' }}", "Anna"),
    ("{{ 'you' if first_name is not defined else first_name }}", "Anna"),
    ("{{ points|default(0) }} points", "1,250 points"),
    ("{{ points|default(0)|number(2) }}", "1,250.00"),
    ("{{ share|default(0.5) }} {{ share|default(0.5)|percent }}", "0.125 13%"),
    ("{{ share|default(0.5)|number(2) }}", "0.13"),
    ("{{ fact(\"spend(90d)\")|money|default(\"-\") }}", "€1,234.50"),
    ("{{ total|default('nothing') }}/{{ total|money('short')|default('') }}", "€10.00/€10"),
    ("{{ birthday|date|default('?') }}", "March 14, 2026"),
    ("{{ birthday|date('short')|default('?') }}", "3/14/26"),
    ("{{ birthday|date('full')|default('?') }}", "Saturday, March 14, 2026"),
    ("{{ ends|date|default('?') }} {{ ends|time|default('?') }}", "April 1, 2026 12:30\u{202f}AM"),
    ("{{ interests|join(' & ')|default('none') }}", "books & tea"),
    ("{% for topic in interests %}{{ topic|upper }};{% endfor %}.", "BOOKS;TEA;."),
    ("{% for topic in interests[:1] %}{{ topic }}{% endfor %}.", "books."),
    (
        "{% for item in items %}{{ loop.index }}:{{ item.name }} {% endfor %}.",
        "1:Tea 1 2:Tea 2 3:Tea 3 4:Tea 4 .",
    ),
    (
        "{% for item in items[:2] %}{{ item.price }}{% if not loop.last %}, {% endif %}\
        {% endfor %}.",
        "€2.50, €5.00.",
    ),
    ("{% for item in items %}{{ item.url|default('-') }}{% endfor %}.", "----."),
    (
        "{% for a in items[:2] %}{% for b in items[:2] %}{{ a.name }}{{ b.price }} {% endfor %}\
        {% endfor %}.",
        "Tea 1€2.50 Tea 1€5.00 Tea 2€2.50 Tea 2€5.00 .",
    ),
    ("{{ items|length }} things", "4 things"),
    ("{{ (interests|length if newsletter else 'a')|upper }}", "2"),
    ("{% if (items|length if newsletter else 'a') == '4' %}four{% endif %}.", "four."),
    ("{% for a in items[:2] %}{{ a.url|default(loop.index)|title }}{% endfor %}.", "12."),
    ("{% if items %}some{% else %}none{% endif %}", "some"),
    ("{% if tier is defined and tier == \"gold\" %}gold{% else %}other{% endif %}", "gold"),
    ("{% if tier is not defined or tier != 'gold' %}other{% else %}gold{% endif %}", "gold"),
    ("{% if points is defined and points >= 1250.0 %}many{% endif %}.", "many."),
    (
        "{% if points|default(0) < 100 %}few{% elif points|default(0) > 1000 %}many{% endif %}.",
        "many.",
    ),
    ("{% if interests is defined and 'tea' in interests %}tea{% endif %}.", "tea."),
    ("{% if newsletter %}yes{% else %}no{% endif %}", "yes"),
    ("{% if not newsletter %}yes{% else %}no{% endif %}", "no"),
    ("{{ first_name|default('x')|upper|truncate(3) }}", "AN…"),
    ("{{ 'ANNA-SOPHIE o\\'neill'|title }}", "Anna-Sophie O'neill"),
    ("{{ code|urlencode|default('') }}", "SAVE%205%25"),
    ("{{ link|default('https://x.example/') }}", "https://shop.example/a?b=1&c=2"),
    ("a{# a remark with {{ braces }} #}b", "ab"),
    ("{% raw %}{{ first_name }}{% endraw %}", "{{ first_name }}"),
    ("a  {{- shop -}}  b", "aCornerb"),
    ("{ {{ shop }} } {", "{ Corner } {"),
    ("{{ shop }}\r\n{{ \"}}\" }}", "Corner\n}}"),
    ("{{ (first_name)|default('x') if true or false else 'y' }}", "Anna"),
];

#[test]
fn a_text_says_to_anna_what_is_known_of_her() {
    for (text, expected) in TO_ANNA {
        assert_eq!(to_anna(text, "en"), expected, "{text}");
    }
}

#[test]
fn somebody_of_whom_nothing_is_known_gets_what_stands_in() {
    for (text, expected) in [
        ("Hi {{ first_name|default(\"there\") }}!", "Hi there!"),
        ("{{ first_name|default(interests|length)|truncate(3) }}", "0"),
        ("{{ points|default(0) }} {{ points|number|default('no') }} points", "0 no points"),
        ("{{ total|default('5.00 EUR') }} {{ total|default('nothing') }}", "€5.00 nothing"),
        ("{{ birthday|default('2026-01-31')|date('short') }}", "1/31/26"),
        (
            "{% if interests %}a{% else %}b{% endif %}{% for x in interests %}x{% else %}-\
            {% endfor %}",
            "b-",
        ),
        ("{% for item in items %}{{ item.name }}{% else %}nothing{% endfor %}", "nothing"),
        ("{% if newsletter or tier is defined and tier == 'gold' %}a{% else %}b{% endif %}", "b"),
        ("{{ first_name|upper|default(code|lower|default(shop)) }}", "Corner"),
    ] {
        assert_eq!(to_nobody(text), expected, "{text}");
    }
}

/// Not even a name of characters that nobody sees.
#[test]
fn a_text_of_which_nothing_is_seen_counts_as_missing() {
    let template = checked(&push("Hi {{ first_name|default('there') }}!"));
    let unseen = [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2065}',
        '\u{206a}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{ffa0}',
        '\u{fff0}',
        '\u{1bca0}',
        '\u{1d173}',
        '\u{e0100}',
        '\u{e0fff}',
    ];
    let unseen = unseen.map(String::from);
    let names = ["", " ", "\t", "\u{200b}\u{feff}", "\r\n", "\u{a0}\0"].map(String::from);
    for name in names.into_iter().chain(unseen) {
        let facts = facts([Some(Value::text(&name)), None, None, None, None, None, None, None]);
        let said = said(&template, Medium::Push, &values(&facts), "en");
        assert_eq!(said.unwrap(), "Hi there!", "{name:?}");
    }
}

#[test]
fn a_text_message_has_the_signs_of_its_alphabet() {
    let json = r#"{"id": "t", "default": "fr", "texts": {"fr": {"sms": {"text":
        "{{ points|default(0) }} {{ total|default('0.00 EUR') }} {{ first_name|default('') }}"
        }}}}"#;
    let in_french = template(json);
    let facts = facts([
        Some(Value::text("O’Neill “Jo”…")),
        Some(Value::Integer(-12_345)),
        None,
        None,
        None,
        None,
        None,
        None,
    ]);
    for (tag, text) in [
        ("fr", "-12 345 10,00 € O'Neill \"Jo\"..."),
        ("fr-CH", "-12'345 10.00 € O'Neill \"Jo\"..."),
    ] {
        let said = said(&checked(&in_french), Medium::Sms, &values(&facts), tag).unwrap();
        assert_eq!(said, text);
        assert_eq!(loyalty::template::SmsCount::of(&said).outside, None);
    }
    let swedish = template(&json.replace("\"fr\"", "\"sv\""));
    let said = said(&checked(&swedish), Medium::Sms, &values(&facts), "sv").unwrap();
    assert_eq!(said, "-12 345 10,00 € O'Neill \"Jo\"...");
}

/// There an ellipsis is three dots.
#[test]
fn a_truncated_text_has_at_most_so_many_characters_in_a_text_message() {
    for (name, length, in_sms, in_push) in [
        ("Wilhelmina", 5, "Wi...", "Wilh…"),
        ("Wilhelmina", 9, "Wilhel...", "Wilhelmi…"),
        ("Wilhelmina", 10, "Wilhelmina", "Wilhelmina"),
        ("Wilhelmina", 3, "...", "Wi…"),
        ("Wilhelmina", 2, "..", "W…"),
        ("Anna Maria", 8, "Anna...", "Anna Ma…"),
        ("Jo… Bob", 7, "Jo.....", "Jo… Bob"),
        ("Jo… Bob", 9, "Jo... Bob", "Jo… Bob"),
    ] {
        let filters = format!("{{{{ first_name|default('')|truncate({length}) }}}}.");
        let template = checked(&template(&format!(
            r#"{{"id": "t", "default": "en", "texts": {{"en": {{
            "sms": {{"text": "{filters}"}}, "push": {{"title": "T", "body": "{filters}"}}}}}}}}"#
        )));
        let facts = facts([Some(Value::text(name)), None, None, None, None, None, None, None]);
        let say = |medium| said(&template, medium, &values(&facts), "en").unwrap();
        assert_eq!(say(Medium::Sms), format!("{in_sms}."), "{name} {length}");
        assert_eq!(say(Medium::Push), format!("{in_push}."), "{name} {length}");
    }
}

/// Joiners, selectors and marks of direction shape what is seen: emoji, Persian, Hindi, Hebrew.
#[test]
fn what_has_no_width_goes_unless_it_shapes_what_is_seen() {
    let template = checked(&push("{{ first_name|default('there') }}"));
    for (name, expected) in [
        ("👩\u{200d}👧 ❤\u{fe0f}", "👩\u{200d}👧 ❤\u{fe0f}"),
        ("نامه\u{200c}ها", "نامه\u{200c}ها"),
        ("क\u{94d}\u{200d}ष", "क\u{94d}\u{200d}ष"),
        ("שלום!\u{200f}", "שלום!\u{200f}"),
        ("A\u{e0101}n\u{e0061}n\u{e01ff}a", "Anna"),
        ("A\u{ad}n\u{3164}n\u{206a}a\u{180e}", "Anna"),
    ] {
        let facts = facts([Some(Value::text(name)), None, None, None, None, None, None, None]);
        let said = said(&template, Medium::Push, &values(&facts), "en");
        assert_eq!(said.unwrap(), expected, "{name:?}");
    }
}

/// A subject and a title are one line without control characters; in bodies authors may indent.
#[test]
fn a_tab_becomes_a_space_except_where_an_author_writes_one_in_a_body() {
    let template = checked(&template(
        r#"{"id": "t", "default": "en", "texts": {"en": {
        "email": {"subject": "S\t{{ shop }}", "html": "\t{{ shop }}", "text": "\t{{ shop }}"},
        "push": {"title": "T\t{{ shop }}", "body": "B\t{{ shop }}"}}}}"#,
    ));
    let facts = nobody();
    let values = values(&facts).with("shop", "A\tB");
    let mut said = Vec::new();
    for medium in [Medium::Email, Medium::Push] {
        let rendered = template.render(medium, &values, &locale("en"), brussels()).unwrap();
        said.extend(rendered.content.parts().into_iter().map(|(_, text)| text.to_owned()));
    }
    assert_eq!(said, ["S A B", "\tA B", "\tA B", "T A B", "B\tA B"]);
}

#[test]
fn quotes_of_any_language_are_those_of_the_alphabet_in_a_text_message() {
    let template = checked(&template(
        r#"{"id": "t", "default": "en", "texts": {"en": {"sms": {"text": "{{ shop }}"}}}}"#,
    ));
    let facts = nobody();
    for (name, expected) in [
        ("„Anna“ “Anna” ‟Anna”", "\"Anna\" \"Anna\" \"Anna\""),
        ("«Anna» »Anna«", "\"Anna\" \"Anna\""),
        ("‚Anna‘ ‘Anna’ ‛Anna’ ‹Anna› ›Anna‹", "'Anna' 'Anna' 'Anna' 'Anna' 'Anna'"),
    ] {
        let said = said(&template, Medium::Sms, &values(&facts).with("shop", name), "en").unwrap();
        assert_eq!(said, expected);
        assert_eq!(loyalty::template::SmsCount::of(&said).outside, None);
    }
}
