//! What is wrong with templates: every problem at once, with its path, line and column.

use super::*;

/// Texts of a push message's body, and what is said of them.
const TOLD: [(&str, &str); 75] = [
    (
        "{{ frst_name }}",
        "line 1, column 4: `frst_name` is no known variable: did you mean `first_name`?",
    ),
    ("a\nbc {{ zzz }}", "line 2, column 7: `zzz` is no known variable"),
    (
        "{{ first_name }}",
        "line 1, column 4: `first_name` may be missing: write \
        `first_name|default(\"…\")` or ask `if first_name is defined` first",
    ),
    (
        "{{ first_name|upper }}",
        "line 1, column 4: `first_name` may be missing: write \
        `first_name|default(\"…\")` or ask `if first_name is defined` first",
    ),
    (
        "{% if newsletter %}{{ code }}{% endif %}.",
        "line 1, column 23: `code` may be missing: write \
        `code|default(\"…\")` or ask `if code is defined` first",
    ),
    (
        "{% if code or points %}{{ code }}{% endif %}.",
        "line 1, column 27: `code` may be missing: \
        write `code|default(\"…\")` or ask `if code is defined` first",
    ),
    (
        "{% if not code %}{{ code }}{% endif %}.",
        "line 1, column 21: `code` may be missing: \
        write `code|default(\"…\")` or ask `if code is defined` first",
    ),
    (
        "{{ code|default(first_name) }}",
        "line 1, column 4: `first_name` may be missing: \
        write `first_name|default(\"…\")` or ask `if first_name is defined` first",
    ),
    (
        "{% if points > 5 %}a{% endif %}.",
        "line 1, column 7: `points` may be missing: \
        write `points|default(\"…\")` or ask `if points is defined` first",
    ),
    (
        "{% for item in items %}{{ item.url }}{% endfor %}.",
        "line 1, column 27: `item.url` may be \
        missing: write `item.url|default(\"…\")` or ask `if item.url is defined` first",
    ),
    (
        "{{ fact(\"spend(90d)\")|money }}",
        "line 1, column 4: `fact(\"spend(90d)\")` may be missing: \
        write `fact(\"spend(90d)\")|default(\"…\")` or ask `if fact(\"spend(90d)\") is defined` \
        first",
    ),
    (
        "{{ fact(\"spend(30d)\") }}",
        "line 1, column 4: `spend(30d)` is no known variable: did you \
        mean `spend(90d)`?",
    ),
    ("{{ shop|uper }}", "line 1, column 9: `uper` is no filter: did you mean `upper`?"),
    (
        "{{ shop|money }}",
        "line 1, column 9: `money` does not go with a text: use `upper`, `lower`, \
        `title`, `truncate`, `urlencode`, `default`",
    ),
    (
        "{{ total|date }}",
        "line 1, column 10: `date` does not go with money: use `money`, `default`",
    ),
    (
        "{{ points|upper }}",
        "line 1, column 11: `upper` does not go with a whole number: use \
        `number`, `default`",
    ),
    (
        "{{ points|percent }}",
        "line 1, column 11: `percent` does not go with a whole number: use \
        `number`, `default`",
    ),
    (
        "{{ birthday|time }}",
        "line 1, column 13: `time` does not go with a date: use `date`, `default`",
    ),
    ("{{ items|upper }}", "line 1, column 10: `upper` does not go with a list: use `length`"),
    (
        "{{ total|money('big') }}",
        "line 1, column 10: `money` takes nothing, or `\"short\"` for no \
        decimals that are zero",
    ),
    ("{{ ends|date(3) }}", "line 1, column 9: `date` takes nothing but its style in quotes"),
    (
        "{{ ends|date('long', 'x') }}",
        "line 1, column 9: `date` takes nothing but its style in quotes",
    ),
    (
        "{{ points|number(99) }}",
        "line 1, column 11: `number` takes nothing, or how many decimals, up to 9",
    ),
    (
        "{{ shop|truncate }}",
        "line 1, column 9: `truncate` takes how many characters to keep, at least 1",
    ),
    (
        "{{ shop|truncate(10000000000) }}",
        "line 1, column 9: `truncate` takes how many characters to \
        keep, at least 1",
    ),
    ("{{ code|default }}", "line 1, column 9: `default` takes what stands in, like `\"there\"`"),
    ("{{ interests|join }}", "line 1, column 14: `join` takes what stands between, like `\", \"`"),
    ("{{ newsletter }}", "line 1, column 4: yes or no cannot be printed: ask for it with `if`"),
    ("{{ interests }}", "line 1, column 4: a set of texts cannot be printed: use `join(\", \")`"),
    (
        "{{ items }}",
        "line 1, column 4: a list cannot be printed: loop over a list and print the \
        fields of things",
    ),
    ("{{ 1.5 }}", "line 1, column 4: a number cannot be printed: write it in quotes"),
    (
        "{{ code|default(1.5) }}",
        "line 1, column 17: a number cannot be printed: write it in quotes",
    ),
    (
        "{{ code|default(newsletter) }}",
        "line 1, column 17: yes or no cannot be printed: ask for it with `if`",
    ),
    (
        "{{ code|default(newsletter is defined) }}",
        "line 1, column 17: yes or no cannot be printed: ask for it with `if`",
    ),
    (
        "{{ code|default(not newsletter)|upper }}",
        "line 1, column 17: yes or no cannot be printed: ask for it with `if`",
    ),
    (
        "{{ code|default(interests) }}",
        "line 1, column 17: a set of texts cannot be printed: use `join(\", \")`",
    ),
    (
        "{% for item in items %}{{ (loop.first if newsletter else 'a') }}{% endfor %}.",
        "line 1, column 28: yes or no cannot be printed: ask for it with `if`",
    ),
    (
        "{{ interests|length|upper }}",
        "line 1, column 21: `upper` does not go with a whole number: use `number`, `default`",
    ),
    (
        "{{ interests|join(' \u{200b}')|default('') }}.",
        "line 1, column 19: the character U+200B cannot be seen and has no place in a message",
    ),
    (
        "{% for item in items %}{{ item }}{% endfor %}.",
        "line 1, column 27: a thing in a list cannot \
        be printed: loop over a list and print the fields of things",
    ),
    (
        "{% for item in items %}{{ item.nam }}{% endfor %}.",
        "line 1, column 27: `item.nam` is no \
        known variable: did you mean `item.name`?",
    ),
    (
        "{% for item in shop %}{% endfor %}.",
        "line 1, column 7: a text is no list, so there is \
        nothing to loop over",
    ),
    (
        "{% for shop in items %}a{% endfor %}.",
        "line 1, column 7: `shop` stands for something else already",
    ),
    (
        "{% for item in items[:0] %}a{% endfor %}.",
        "line 1, column 7: the loop takes no things: \
        write at least 1",
    ),
    ("{{ items[0].name }}", "line 1, column 9: `[` means nothing here"),
    (
        "{% for item in items[1] %}a{% endfor %}.",
        "line 1, column 22: things are not called by a \
        number: write `{% for item in items[:1] %}`",
    ),
    ("{{ loop.index }}", "line 1, column 4: `loop` is no known variable"),
    (
        "{% for item in items %}{{ loop.indx }}{% endfor %}.",
        "line 1, column 27: `loop.indx` is no \
        known variable: did you mean `loop.index`?",
    ),
    (
        "{{ points + 1 }}",
        "line 1, column 11: `+`: a text does not compute; let the host give the \
        number, or use a fact",
    ),
    (
        "{{ shop ~ code }}",
        "line 1, column 9: `~`: a text does not compute; let the host give the \
        number, or use a fact",
    ),
    (
        "{{ range(1000000000) }}",
        "line 1, column 9: `range` is no function: there is only `fact(\"…\")`",
    ),
    ("{{ shop.upper() }}", "line 1, column 14: `(` means nothing here"),
    ("{{ shop.__class__ }}", "line 1, column 4: `shop.__class__` means nothing here"),
    (
        "{% set a = 1 %}.",
        "line 1, column 3: `set` has no place in messages: write a fallback with \
        `default`, or a condition under `conditions`",
    ),
    (
        "{% include 'secret' %}.",
        "line 1, column 3: `include` has no place in messages: write what \
        is said more than once under `wordings`",
    ),
    (
        "{% whilst x %}.",
        "line 1, column 3: `whilst x` is no statement: there are `if`, `for` and `raw`",
    ),
    ("{% if newsletter %}a", "line 1, column 3: `if` is not closed"),
    ("{% for item in items %}a", "line 1, column 3: `for` is not closed"),
    ("a{% endif %}", "line 1, column 4: `endif` does not belong to the block that is open here"),
    (
        "{% if newsletter %}a{% endfor %}{% endif %}.",
        "line 1, column 23: `endfor` does not belong \
        to the block that is open here",
    ),
    (
        "{% for item in items %}a{% elif newsletter %}{% endfor %}.",
        "line 1, column 27: `elif` does \
        not belong to the block that is open here",
    ),
    ("a {{ shop", "line 1, column 3: `{{` is not closed"),
    ("a {# shop", "line 1, column 3: `{#` is not closed"),
    ("a {% raw %} b", "line 1, column 3: `raw` is not closed"),
    ("{{ 'abc }}", "line 1, column 1: `{{` is not closed"),
    ("{{ }}", "line 1, column 3: something is missing at the end"),
    ("{{ shop shop }}", "line 1, column 9: `shop` means nothing here"),
    ("{{ shop|default('a' }}", "line 1, column 17: something is missing at the end"),
    ("{% if %}a{% endif %}.", "line 1, column 6: something is missing at the end"),
    (
        "{% if newsletter %}a{% else newsletter %}b{% endif %}.",
        "line 1, column 28: `newsletter` \
        means nothing here",
    ),
    (
        "{% if tier is defined and tier == 'platin' %}a{% endif %}.",
        "line 1, column 35: `platin` \
        never occurs in `tier`",
    ),
    (
        "{% if tier|default('gold') == 'glod' %}a{% endif %}.",
        "line 1, column 31: `glod` never \
        occurs in `tier`: did you mean `gold`?",
    ),
    (
        "{% if total is defined and total > 5 %}a{% endif %}.",
        "line 1, column 28: money and a whole \
        number are not compared here: write a rule under `conditions` and ask for it",
    ),
    (
        "{% if shop is odd %}a{% endif %}.",
        "line 1, column 15: `odd` is no test: there is only \
        `is defined` and `is not defined`",
    ),
    (
        "a\u{202e}b",
        "line 1, column 2: the character U+202E cannot be seen and has no place in a message",
    ),
];

pub(crate) fn told(template: &Template) -> Vec<String> {
    match check(template) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn each_mistake_in_a_text_is_told_with_its_place() {
    let wrong = TOLD.iter().filter_map(|(text, expected)| {
        let told = told(&push(text));
        let expected = [format!("`texts.en.push.body`: {expected}")];
        (told != expected).then(|| format!("{text}: {told:?}, not {expected:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Statements of Jinja that could include, repeat or define something.
#[test]
fn no_statement_but_questions_and_loops_has_a_place() {
    for word in [
        "set",
        "macro",
        "call",
        "include",
        "import",
        "from",
        "extends",
        "block",
        "filter",
        "with",
        "autoescape",
        "do",
    ] {
        let text = format!("{{% {word} x %}}.");
        let told = told(&push(&text));
        assert!(told[0].contains(&format!("`{word}` has no place in messages: ")), "{told:?}");
    }
}

const DOCUMENT: &str = r#"{
  "id": "welcome", "default": "fr", "needs": ["first_nam", "code"],
  "conditions": {
    "gold": "tier = glod", "shop": "points > 5", "2nd": "orders > 5", "fine": "points > 5"
  },
  "wordings": {"empty": "  ", "cases": [], "other": "{{ wording.empty }}"},
  "texts": {
    "en": {
      "wordings": {
        "hi": [{"text": "Hi"}, {"when": "tier = gold", "text": "Hello {{ nam }}"}],
        "bye": [{"when": "points > a", "text": "Bye"}]
      },
      "email": {"subject": "a\nb"},
      "sms": {"text": "{{ wording.hj }} {{ wording }} {{ wording.hi|upper }}"}
    },
    "xx": {"push": {"title": "", "body": "{{ first_name }} {{ total|date }}"}}
  },
  "limits": {"steps": 0, "sms_segments": 11}
}"#;

#[test]
fn every_problem_of_a_document_is_told_at_once() {
    let expected = [
        "`needs`: `first_nam` is no known variable: did you mean `first_name`?",
        "`default`: there are no texts in `fr`, which stands in for all others",
        "`limits.steps`: the number must be from 1 to 1000000",
        "`limits.sms_segments`: the number must be from 1 to 10",
        "`conditions.2nd`: `2nd` is no plain word: write letters, digits and underscores",
        "`conditions.2nd.field`: `orders` is no known field",
        "`conditions.gold.is`: `glod` never occurs in `tier`: did you mean `gold`?",
        "`conditions.shop`: `shop` stands for something else already",
        "`wordings.cases`: there are no cases",
        "`texts.en.wordings.bye[0].when.above`: `points` takes a whole number, written like `5`, \
        not `\"a\"`",
        "`texts.en.wordings.bye[0]`: the last case has a `when`: for everyone else there would be \
        no words",
        "`texts.en.wordings.hi[0]`: the case is for everyone, so that the ones after it are for \
        no one",
        "`texts.en.wordings.hi[1]`: the last case has a `when`: for everyone else there would be \
        no words",
        "`wordings.empty`: the text is empty",
        "`wordings.other`: line 1, column 4: a wording names no other wording",
        "`texts.en.wordings.hi[1].text`: line 1, column 10: `nam` is no known variable",
        "`texts.en.email`: the mail has neither `html` nor `text`",
        "`texts.en.email.subject`: line 1, column 2: this is one line: it has no line break",
        "`texts.en.sms.text`: line 1, column 4: there is no wording `hj` in `en`: did you mean \
        `hi`?",
        "`texts.en.sms.text`: line 1, column 21: a wording stands alone, like \
        `{{ wording.thanks }}`",
        "`texts.en.sms.text`: line 1, column 35: a wording stands alone, like \
        `{{ wording.thanks }}`",
        "`texts.xx`: it is not known how numbers and dates are written in `xx`",
    ];
    assert_eq!(told(&template(DOCUMENT)), expected);
}

#[test]
fn a_template_without_texts_or_media_is_refused() {
    let empty = template(r#"{"id": "t", "default": "en", "texts": {}}"#);
    assert_eq!(told(&empty), ["`texts`: there are no texts"]);
    let silent = template(r#"{"id": "t", "default": "en", "texts": {"en": {}}}"#);
    assert_eq!(told(&silent), ["`texts.en`: there is neither `email` nor `sms` nor `push`"]);
    let long = push(&"a".repeat(131_073));
    assert_eq!(told(&long), ["`texts.en.push.body`: the text has 131073 bytes: at most 131072"]);
}

#[test]
fn names_of_a_vocabulary_are_plain_and_their_own() {
    let facts = Schema::new([Field::new("points", FactKind::Integer)]).unwrap();
    let details = [
        Variable::new("points", Kind::Text),
        Variable::new("a b", Kind::Text),
        Variable::new("loop", Kind::Text),
        Variable::new("code", Kind::Text),
        Variable::new("code", Kind::Text),
    ];
    let list =
        |name: &str, most| List { most, ..List::new(name, [Variable::new("name", Kind::Text)]) };
    let twice = List::new("d", [Variable::new("x", Kind::Text), Variable::new("x", Kind::Text)]);
    let lists = [list("code", 5), list("b", 0), list("c", 101), twice];
    let problems = Vocabulary::new(facts, details, lists).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`details[0].name`: `points` stands for something else already",
            "`details[1].name`: `a b` is no plain word: write letters, digits and underscores",
            "`details[2].name`: `loop` stands for something else already",
            "`details[4].name`: `code` stands for something else already",
            "`lists[0].name`: `code` stands for something else already",
            "`lists[1].most`: the number must be from 1 to 100",
            "`lists[2].most`: the number must be from 1 to 100",
            "`lists[3].fields[1].name`: `x` stands for something else already",
        ]
    );
}

#[test]
fn what_joins_the_members_of_a_set_has_no_line_break_in_a_subject() {
    let mail = |between: &str| {
        let subject = format!("{{{{ interests|join('{between}')|default('') }}}}.");
        let subject = serde_json::to_string(&subject).unwrap();
        template(&format!(
            r#"{{"id": "t", "default": "en",
            "texts": {{"en": {{"email": {{"subject": {subject}, "text": "-"}}}}}}}}"#
        ))
    };
    for between in ["\\n", "\n", ", \u{2028}"] {
        assert_eq!(
            told(&mail(between)),
            ["`texts.en.email.subject`: line 1, column 19: this is one line: it has no line break"]
        );
    }
    checked(&mail(", "));
    checked(&push("{{ interests|join('\n')|default('') }}."));
}

/// A template that makes sense word by word, and still leaves some customers without a message.
#[test]
fn a_trial_finds_customers_who_would_get_no_message() {
    let empty = push("{% for item in items %}{{ item.name }}{% endfor %}");
    assert_eq!(
        told(&empty),
        ["`texts.en.push`: for a customer of whom nothing is known there would be no message: \
            the \
        body is empty"]
    );
    let long = template(&format!(
        r#"{{"id": "t", "default": "en", "texts": {{"en": {{"sms": {{"text": "{}"}}}}}}}}"#,
        "a".repeat(460)
    ));
    assert_eq!(
        told(&long),
        ["`texts.en.sms`: for a customer of whom everything is known there would be no message: \
        the text falls into 4 segments: at most 3"]
    );
}

#[test]
fn what_may_not_be_meant_is_remarked() {
    let checked = checked(&template(
        r#"{"id": "t", "default": "en", "texts": {
        "en": {"email": {"subject": "S", "html": "<p>a</p>"},
          "sms": {"text": "It’s yours, {{ first_name|default('you') }}, at {{ shop }}"}},
        "nl": {"email": {"subject": "S", "text": "a"}},
        "en-IE": {"email": {"subject": "S", "text": "{{ first_name|default('a')|truncate(2) }}"}}},
        "limits": {"subject_characters": 5}}"#,
    ));
    let told: Vec<String> = checked.remarks().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`texts.en.sms.text`: `’` is not in the alphabet of text messages: with it, a segment \
            has room for 70 characters instead of 160",
            "`texts.en.sms.text`: for a customer with long values the text falls into 2 segments",
            "`texts.nl.sms`: there are no texts for `sms`: they are taken from `en`",
            "`texts.en.email`: the mail has no plain text for those who read no HTML",
        ]
    );
}
