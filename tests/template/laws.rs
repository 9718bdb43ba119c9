//! Whatever values hold: they stay texts, in every part and at every place.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// Pieces that would do harm where they are taken for something else than a text.
const PIECES: [&str; 32] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ 7*7 }}",
    "{% for a in items %}",
    "\u{2}{",
    "}\u{3}",
    "v0",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "&",
    "&lt;",
    "<script>",
    "</p>",
    "javascript:",
    " onload=",
    "\r",
    "\n",
    "\r\nBcc: a@example.org",
    "\0",
    "\u{1b}",
    "\u{2028}",
    "\u{85}",
    "\u{202e}",
    "\u{200b}",
    "é👍",
];

/// Pieces of text and of harm, of which something is always seen.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
    ];
    let pieces = proptest::collection::vec(piece, 0..8);
    (pieces, "[a-z]").prop_map(|(mut pieces, seen)| {
        pieces.insert(pieces.len() / 2, seen);
        pieces.concat()
    })
}

/// A mail and more in which a value stands at every kind of place.
static EVERYWHERE: LazyLock<CheckedTemplate> =
    LazyLock::new(|| checked(&template(include_str!("../data/template/everywhere.json"))));

/// HTML in which a value stands at every kind of place.
static HTML: LazyLock<CheckedTemplate> = LazyLock::new(|| {
    checked(&mail(
        "<title>[{{ shop }}]</title><p title=\"[{{ shop }}]\" lang='({{ shop }})'>|{{ shop }}|</p>\
        <a href=\"https://shop.example/{{ shop }}?q={{ shop }}#\">a</a>",
    ))
});

static LINK: LazyLock<CheckedTemplate> = LazyLock::new(|| {
    checked(&mail("<a href=\"{{ link|default('https://shop.example/') }}\">a</a>"))
});

/// What of a text is left where it is printed as words.
fn kept(text: &str) -> String {
    let goes = |next: char| {
        matches!(next,
            '\u{ad}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
            || u32::from(next) & 0xfffe == 0xfffe
    };
    let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    text.chars()
        .filter(|next| !goes(*next))
        .map(|next| if next == '\t' || breaks.contains(&next) { ' ' } else { next })
        .filter(|next| !next.is_control())
        .collect()
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#96;", "`")
        .replace("&amp;", "&")
}

/// What stands between two markers in a text.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The tags of a mail are those that its author wrote; a value reads as it is, and no more.
    #[test]
    fn a_value_never_becomes_markup(value in hostile()) {
        let facts = nobody();
        let values = Values::new(&facts).with("shop", value.as_str());
        let html = said(&HTML, Medium::Email, &values, "en").unwrap();
        let plain: String = html.chars().filter(|next| "<>\"'".contains(*next)).collect();
        prop_assert_eq!(plain, "<><><\"\"''><><\"\"><>", "{}", html);
        let kept = kept(&value);
        let word = between(&html, "<p title=\"[", "]\" lang='");
        prop_assert_eq!(unescaped(word), kept.clone());
        let word = between(&html, "'>|", "|</p>");
        prop_assert_eq!(unescaped(word), kept);
        let path = between(&html, "https://shop.example/", "#\"");
        let (first, second) = path.split_once("?q=").unwrap();
        prop_assert_eq!(first, second);
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        prop_assert!(first.bytes().all(unreserved), "{}", first);
        prop_assert_eq!(decoded(first), value);
    }

    /// A header holds nothing that ends it: the message is refused instead.
    #[test]
    fn a_header_never_has_a_second_line(value in hostile()) {
        let facts = nobody();
        let values = Values::new(&facts).with("shop", value.as_str());
        let breaks = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        match EVERYWHERE.render(Medium::Email, &values, &locale("en"), Zone::UTC) {
            Ok(rendered) => {
                let Content::Email { subject, .. } = rendered.content else { panic!() };
                prop_assert!(!value.contains(breaks));
                prop_assert!(!subject.contains(char::is_control));
                prop_assert!(!subject.contains(breaks));
                prop_assert_eq!(subject, format!("[{0}[{0}]]", kept(&value)));
            }
            Err(refusal) => {
                prop_assert!(value.contains(breaks), "{}", refusal);
                prop_assert_eq!(refusal.code(), "header_line_break");
            }
        }
    }

    /// Plain parts say the value as it is, without what cannot be seen; nothing is evaluated.
    #[test]
    fn a_value_is_never_a_template(value in hostile()) {
        let facts = nobody();
        let values = Values::new(&facts).with("shop", value.as_str());
        let rendered = EVERYWHERE.render(Medium::Push, &values, &locale("en"), Zone::UTC).unwrap();
        let Content::Push { title, body } = rendered.content else { panic!() };
        prop_assert_eq!(title, format!("[{}]", kept(&value)));
        prop_assert!(body.starts_with('[') && body.ends_with(']'));
        let sms = said(&EVERYWHERE, Medium::Sms, &values, "en").unwrap();
        let expected = kept(&value)
            .replace(['\u{a0}', '\u{2009}', '\u{202f}'], " ")
            .replace('\u{2212}', "-")
            .replace(['‘', '’', '‚', '‛', '‹', '›'], "'")
            .replace(['“', '”', '„', '‟', '«', '»'], "\"")
            .replace('…', "...");
        prop_assert_eq!(sms, format!("[{expected}]"));
    }

    /// A link is one of four schemes, or there is no message.
    #[test]
    fn a_link_is_safe_or_refused(
        start in "(https://|HTTP://|mailto:|tel:|javascript:|data:|//|/| |)",
        rest in hostile())
    {
        let link = format!("{start}{rest}");
        let facts = nobody();
        let values = Values::new(&facts).with("shop", "-").with("link", link.as_str());
        match said(&LINK, Medium::Email, &values, "en") {
            Ok(html) => {
                let link = unescaped(between(&html, "<a href=\"", "\">a</a>")).to_lowercase();
                let schemes = ["https://", "http://", "mailto:", "tel:"];
                prop_assert!(schemes.iter().any(|scheme| link.starts_with(scheme)), "{}", link);
                let odd = |next: char| next.is_whitespace() || next.is_control();
                prop_assert!(!link.contains(odd));
            }
            Err(refusal) => prop_assert_eq!(refusal.code(), "unsafe_link"),
        }
    }

    /// No template, whatever it is, makes the check or the rendering fail in another way than with
    /// its reasons, and the same template says the same.
    #[test]
    fn any_text_is_checked_and_rendered_or_told_why_not(
        pieces in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..24)
    ) {
        let text = pieces.concat();
        for template in [push(&text), mail(&text)] {
            match check(&template) {
                Err(problems) => prop_assert!(!problems.is_empty()),
                Ok(checked) => {
                    let facts = anna();
                    let preview = checked.preview(&values(&facts), &locale("nl-BE"), brussels());
                    let again = checked.preview(&values(&facts), &locale("nl-BE"), brussels());
                    prop_assert_eq!(&preview, &again);
                    prop_assert!(!preview.to_string().contains("could not be rendered"));
                }
            }
        }
    }
}

/// Words of which texts are made up at random.
const WORDS: [&str; 44] = [
    "{{ ",
    " }}",
    "{% if ",
    "{% elif ",
    "{% else %}",
    "{% endif %}",
    "{% for x in ",
    "{% endfor %}",
    " %}",
    "{#",
    "#}",
    "{%- raw -%}",
    "{% endraw %}",
    "shop",
    "code",
    "points",
    "items",
    "interests",
    "x.name",
    "x",
    "loop.index",
    "newsletter",
    "|default(",
    "'a'",
    ")",
    "|upper",
    "|money",
    "|date",
    "|length",
    " and ",
    " or ",
    " not ",
    " in ",
    " == ",
    " < ",
    "5",
    "2.5",
    " is defined",
    "(",
    "[:2]",
    "<a href=\"",
    "\">",
    "<p>",
    "a",
];

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
