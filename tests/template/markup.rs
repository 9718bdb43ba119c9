//! Where in HTML nothing is printed, and how what is printed is escaped.

use super::faults::told;
use super::*;

/// Places of HTML, and what is said of them.
const HTML: [(&str, &str); 28] = [
    (
        "<a href=\"{{ shop }}\">a</a>",
        "a text is no link: declare what holds one as a link among the details or in a list",
    ),
    (
        "<script>'</scripty>{{ shop }}</script>",
        "nothing can be printed in an element whose content \
        is no markup: print between tags or in a quoted attribute",
    ),
    (
        "<meta http-equiv='refresh' content='0;url={{ shop }}'>a",
        "nothing can be printed in an \
        attribute that holds code: print between tags or in a quoted attribute",
    ),
    (
        "<object data='x{{ shop }}'></object>",
        "a link begins with `https://`, `http://`, `mailto:` \
        or `tel:`, or is one variable: x",
    ),
    (
        "<a href=\"{{ link }}\">a</a>",
        "`link` may be missing: write `link|default(\"…\")` or ask `if \
        link is defined` first",
    ),
    (
        "<script>var a = '{{ shop }}'</script>",
        "nothing can be printed in an element whose content \
        is no markup: print between tags or in a quoted attribute",
    ),
    (
        "<style>a { color: {{ shop }} }</style>",
        "nothing can be printed in an element whose content \
        is no markup: print between tags or in a quoted attribute",
    ),
    (
        "<p style=\"color: {{ shop }}\">a</p>",
        "nothing can be printed in an attribute that holds \
        code: print between tags or in a quoted attribute",
    ),
    (
        "<p onclick='f({{ shop }})'>a</p>",
        "nothing can be printed in an attribute that holds code: \
        print between tags or in a quoted attribute",
    ),
    (
        "<p title={{ shop }}>a</p>",
        "nothing can be printed in an attribute without quotes: print \
        between tags or in a quoted attribute",
    ),
    (
        "<p title=a{{ shop }}>a</p>",
        "nothing can be printed in an attribute without quotes: print \
        between tags or in a quoted attribute",
    ),
    (
        "<p {{ shop }}>a</p>",
        "nothing can be printed in a tag: print between tags or in a quoted attribute",
    ),
    (
        "<{{ shop }}>a",
        "nothing can be printed in a tag: print between tags or in a quoted attribute",
    ),
    (
        "</{{ shop }}>a",
        "nothing can be printed in a tag: print between tags or in a quoted attribute",
    ),
    (
        "<p {{ shop }}='a'>a</p>",
        "nothing can be printed in a tag: print between tags or in a quoted attribute",
    ),
    (
        "<!-- {{ shop }} -->a",
        "nothing can be printed in a comment or declaration: print between \
        tags or in a quoted attribute",
    ),
    (
        "<a href=\"javascript:alert('{{ shop }}')\">a</a>",
        "a link begins with `https://`, \
        `http://`, `mailto:` or `tel:`, or is one variable: javascript:alert('",
    ),
    (
        "<a href=\"javascript:alert(1)\">a</a>",
        "a link begins with `https://`, `http://`, `mailto:` \
        or `tel:`, or is one variable: javascript:alert(1)",
    ),
    (
        "<a href=\"https://{{ shop }}.example/\">a</a>",
        "a link begins with `https://`, `http://`, \
        `mailto:` or `tel:`, or is one variable: https://",
    ),
    (
        "<a href=\"https://a{{ shop }}/\">a</a>",
        "a link begins with `https://`, `http://`, \
        `mailto:` or `tel:`, or is one variable: https://a",
    ),
    (
        "<a href=\"{{ link|default('tel:1') }}/a\">a</a>",
        "a link begins with `https://`, `http://`, `mailto:` or \
        `tel:`, or is one variable: /",
    ),
    (
        "<a href=\"{{ link|default('tel:1') }}{{ shop }}\">a</a>",
        "a link begins with `https://`, `http://`, \
        `mailto:` or `tel:`, or is one variable: two variables",
    ),
    (
        "<img src='data:{{ shop }}'>a",
        "a link begins with `https://`, `http://`, `mailto:` or \
        `tel:`, or is one variable: data:",
    ),
    (
        "{% if newsletter %}<p title=\"{% endif %}a\">",
        "this leaves tags or attributes open on one \
        way and not on another",
    ),
    (
        "{% for item in items %}<p title=\"a{% endfor %}",
        "this leaves tags or attributes open on one \
        way and not on another",
    ),
    ("a <p title=\"b", "an attribute is open at the end of the text"),
    ("a <p", "a tag is open at the end of the text"),
    ("a <!-- b --", "a comment or declaration is open at the end of the text"),
];

#[test]
fn nothing_is_printed_where_it_cannot_be_made_safe() {
    for (html, expected) in HTML {
        let told = told(&mail(html));
        let [told] = told.as_slice() else { panic!("{html}: {told:?}") };
        let (path, told) = told.split_once(": line 1, column ").unwrap();
        assert_eq!(path, "`texts.en.email.html`", "{html}");
        assert_eq!(told.split_once(": ").unwrap().1, expected, "{html}");
    }
}

/// What is printed into HTML, and what becomes of it.
#[test]
fn what_is_printed_in_html_is_escaped_as_its_place_needs() {
    let facts = nobody();
    let said = |html: &str, value: &str| {
        let values = values(&facts).with("shop", value).with("link", value);
        said(&checked(&mail(html)), Medium::Email, &values, "en")
    };
    for (html, value, expected) in [
        ("<p>{{ shop }}</p>", "a < b & \"c\"", "<p>a &lt; b &amp; &quot;c&quot;</p>"),
        ("<p title='{{ shop }}'>a</p>", "it's", "<p title='it&#39;s'>a</p>"),
        (
            "<a href=\"{{ link|default('tel:1') }}\">a</a>",
            "https://x.example/?a=1&b=2",
            "<a href=\"https://x.example/?a=1&amp;b=2\">a</a>",
        ),
        (
            "<a href='https://x.example/{{ shop }}'>a</a>",
            "../a b?c",
            "<a href='https://x.example/..%2Fa%20b%3Fc'>a</a>",
        ),
        (
            "<a href=\"https://x.example?q={{ shop }}&amp;r={{ shop }}\">a</a>",
            "é",
            "<a href=\"https://x.example?q=%C3%A9&amp;r=%C3%A9\">a</a>",
        ),
        (
            "<a href=\"{% if link %}{{ link|default('https://x.example/') }}\
            {% else %}https://y.example{% endif %}\">a</a>",
            "tel:+3212",
            "<a href=\"tel:+3212\">a</a>",
        ),
        (
            "<!doctype html><!-- {# x #} --><style>p { a: b }</style><script>1 < 2</script>\
            {{ shop }}",
            "a",
            "<!doctype html><!--  --><style>p { a: b }</style><script>1 < 2</script>a",
        ),
        (
            "<title>{{ shop }}</title><br/><img src=\"cid:logo\" alt=''>{{ shop }}",
            "</title>",
            "<title>&lt;/title&gt;</title><br/><img src=\"cid:logo\" alt=''>&lt;/title&gt;",
        ),
        (
            "<p\n class = 'a' hidden>{{ shop }}<P>1 < 2 {{ shop }}",
            "b",
            "<p\n class = 'a' hidden>b<P>1 < 2 b",
        ),
    ] {
        assert_eq!(said(html, value), Ok(expected.to_owned()), "{html}");
    }
    for value in [
        "javascript:alert(1)",
        " JaVaScRiPt:a",
        "data:text/html,a",
        "//x.example",
        "https://",
        "https://a b",
        "https://a\"",
        "vbscript:a",
        "java\nscript:a",
        "https://a\u{202e}",
    ] {
        let refusal = said("<a href=\"{{ link|default('tel:1') }}\">a</a>", value).unwrap_err();
        assert_eq!(refusal.code(), "unsafe_link", "{value}");
    }
}

/// What is told of the only mistake in the HTML, without its place.
fn refused(html: &str) -> String {
    let told = told(&mail(html));
    let [told] = told.as_slice() else { panic!("{html}: {told:?}") };
    let (_, told) = told.split_once(", column ").unwrap();
    told.split_once(": ").unwrap().1.to_owned()
}

fn nothing_in(place: &str) -> String {
    format!("nothing can be printed in {place}: print between tags or in a quoted attribute")
}

/// HTML's white space is tab, line feed, form feed, carriage return and space; any other is a part
/// of a name, or of a value without quotes.
#[test]
fn attributes_begin_behind_the_white_space_of_html_only() {
    for space in ['\u{a0}', '\u{1680}', '\u{2003}', '\u{3000}'] {
        for (html, place) in [
            (format!("<b{space}title=\"{{{{ shop }}}}\">a</b>"), "a tag"),
            (format!("<b title={space}\"{{{{ shop }}}}\">a</b>"), "an attribute without quotes"),
            (
                format!("<b class=a{space}title=\"{{{{ shop }}}}\">a</b>"),
                "an attribute without quotes",
            ),
            (format!("<script></script{space}>{{{{ shop }}}}</script>"), RAW),
        ] {
            assert_eq!(refused(&html), nothing_in(place), "{html:?}");
        }
    }
    for space in ['\t', '\n', '\r', ' '] {
        let html = format!("<b{space}class=a{space}title{space}={space}\"{{{{ shop }}}}\">a</b>");
        assert_eq!(told(&mail(&html)), [""; 0], "{html:?}");
    }
}

const RAW: &str = "an element whose content is no markup";

/// The comment states of HTML's tokenizer; everything else behind `<!`, `<?` and `</` ends at `>`.
#[test]
fn comments_and_declarations_end_where_they_do_in_html() {
    for comment in [
        "<!-->",
        "<!--->",
        "<!---->",
        "<!-- --!>",
        "<!-- --->",
        "<!-- --!--!>",
        "<!-- <!-->",
        "<!DOCTYPE html -->",
        "<!doctype html PUBLIC \">",
        "<!>",
        "<!->",
        "<!- -->",
        "<![CDATA[>",
        "<? -->",
        "</ -->",
        "</ title=\">",
        "</>",
    ] {
        let html = format!("{comment}<script>--> {{{{ shop }}}}</script>");
        assert_eq!(refused(&html), nothing_in(RAW), "{html}");
        let html = format!("{comment}{{{{ shop }}}}");
        assert_eq!(told(&mail(&html)), [""; 0], "{html}");
    }
    for open in ["<!-- >", "<!-- ->", "<!--a--!->", "<!-- --!a>", "<!", "<?", "</ "] {
        let html = format!("{open}{{{{ shop }}}}-->");
        assert_eq!(refused(&html), nothing_in("a comment or declaration"), "{html}");
    }
}

/// In SVG and MathML a title or a style is markup, and a script in a comment of a script keeps it
/// open.
#[test]
fn elements_in_which_html_is_read_otherwise_are_refused() {
    for (html, element) in [
        ("<svg><title><a href=\"{{ shop }}\">a</a></title></svg>", "svg"),
        ("<SVG/><title>{{ shop }}</title>", "svg"),
        ("<math\nid=a><textarea>{{ shop }}</textarea></math>", "math"),
        ("<script><!--<script></script>{{ shop }}--></script>", "script"),
    ] {
        let expected =
            format!("`<{element}>` has no place here: what follows would be read otherwise");
        assert_eq!(refused(html), expected, "{html}");
    }
}

#[test]
fn a_value_never_becomes_the_end_of_a_title() {
    for start in ["<", "</", "</titl"] {
        let html = format!("<title>{start}{{{{ shop }}}}</title>");
        assert_eq!(refused(&html), nothing_in(RAW), "{html}");
    }
}

/// Unreserved characters stay (RFC 3986); an author may say so and need not.
#[test]
fn what_is_printed_in_a_link_is_encoded_once() {
    let facts = nobody();
    for (printed, expected) in [
        ("{{ shop }}", "a%20b%26c"),
        ("{{ shop|urlencode }}", "a%20b%26c"),
        ("{{ shop|upper|urlencode }}", "A%20B%26C"),
        ("{{ code|urlencode|default('-') }}", "SAVE%205%25"),
        ("{{ first_name|urlencode|default('a b') }}", "a%20b"),
        ("{{ 'a b' if newsletter else shop|urlencode }}", "a%20b%26c"),
        ("{{ link|urlencode|default('-') }}", "https%3A%2F%2Fx.example%2F%3Fa%3D1"),
        ("{{ shop|urlencode|urlencode }}", "a%2520b%2526c"),
        ("{% for item in items[:2] %}{{ loop.index }}{% endfor %}{{ items|length }}", "124"),
    ] {
        let html = format!("<a href=\"https://x.example/?q={printed}\">a</a>");
        let values = values(&facts).with("shop", "a b&c").with("link", "https://x.example/?a=1");
        let said = said(&checked(&mail(&html)), Medium::Email, &values, "en").unwrap();
        assert_eq!(said, html.replace(printed, expected));
    }
}
