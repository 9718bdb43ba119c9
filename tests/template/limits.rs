//! Template bombs and other ways to ask for too much: a reason, in bounded time and memory.

use super::faults::told;
use super::*;

/// Loops within loops over the same list, so many deep.
fn nested(depth: usize) -> String {
    let open: String = (0..depth).map(|level| format!("{{% for t{level} in items %}}")).collect();
    format!("{open}{{{{ t0.name }}}}{}.", "{% endfor %}".repeat(depth))
}

#[test]
fn loops_within_loops_over_full_lists_are_refused_by_the_trial() {
    let problems = check(&push(&nested(6))).unwrap_err();
    let told = problems.to_string();
    assert_eq!(
        told,
        "`texts.en.push`: for a customer with long values there would be no message: the body \
        takes more than 20000 steps"
    );
}

#[test]
fn loops_and_expressions_stand_in_each_other_only_so_deep() {
    let told = check(&push(&nested(9))).unwrap_err().to_string();
    assert!(told.contains("this is nested too deep"), "{told}");
    for deep in [
        format!("{{{{ {}shop{} }}}}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{{% if {}newsletter %}}a{{% endif %}}.", "not ".repeat(10_000)),
        format!("{{% if newsletter{} %}}a{{% endif %}}.", " and newsletter".repeat(5_000)),
        format!(
            "{{% if {}newsletter{} %}}a{{% endif %}}.",
            "(".repeat(20),
            format!("{})", " and newsletter".repeat(20)).repeat(20)
        ),
        format!("{{{{ shop{} }}}}", "|upper".repeat(10_000)),
        format!("{{{{ shop{} }}}}", " if newsletter else shop".repeat(4_000)),
        format!("{{{{ {}shop{} }}}}", "code|default(".repeat(5_000), ")".repeat(5_000)),
    ] {
        let told = check(&push(&deep)).unwrap_err().to_string();
        assert!(told.contains("this is nested too deep"), "{told:.300}");
    }
    let many = format!("{}a{}.", "{% if newsletter %}".repeat(4_000), "{% endif %}".repeat(4_000));
    assert!(check(&push(&many)).unwrap_err().to_string().contains("this is nested too deep"));
}

/// A row of conditions, of which the last has `inside`.
fn row(conditions: usize, inside: &str) -> String {
    let more = "b{% elif newsletter %}".repeat(conditions - 1);
    format!("{{% if newsletter %}}{more}{inside}{{% endif %}}")
}

/// A wording of so many cases, the last of which says `last`.
fn cases(count: usize, last: &str) -> String {
    let row = r#"{"when": "points > 1", "text": "a"},"#.repeat(count - 1);
    format!(r#"[{row}{{"text": {}}}]"#, serde_json::to_string(last).unwrap())
}

/// A push message whose body is `inside` where a wording stands in for `W`.
fn with_cases(wording: &str, body: &str) -> Template {
    let body = serde_json::to_string(&body.replace('W', "{{ wording.w }}")).unwrap();
    template(&format!(
        r#"{{"id": "t", "default": "en", "wordings": {{"w": {wording}}},
        "texts": {{"en": {{"push": {{"title": "T", "body": {body}}}}}}}}}"#
    ))
}

#[test]
fn only_so_many_conditions_stand_in_a_row() {
    checked(&push(&format!("{}.", row(100, "c"))));
    checked(&push(&format!("{}.", row(100, "c").repeat(20))));
    let inner = row(50, "c");
    checked(&push(&format!("{}.", row(50, &inner))));
    for many in [row(101, "c"), row(51, &inner), row(4_000, "c")] {
        let told = check(&push(&many)).unwrap_err().to_string();
        assert!(told.contains("this is nested too deep or too long"), "{told:.300}");
    }
}

#[test]
fn a_wording_has_only_so_many_cases() {
    checked(&with_cases(&cases(100, "b"), "W"));
    for count in [101, 5_000] {
        let told = check(&with_cases(&cases(count, "b"), "W")).unwrap_err().to_string();
        assert_eq!(told, format!("`wordings.w`: there are {count} cases: at most 100"));
    }
}

/// The deepest that texts and wordings may be, by a thread with 2 MB of stack, as Rust's own are.
#[test]
fn what_is_as_deep_as_it_may_be_needs_no_large_stack() {
    let either = |depth| {
        let open = "('a' if not (not (newsletter)) else ".repeat(depth);
        format!("{open}'b'{}", ")".repeat(depth))
    };
    let deep = |inside: &str| (0..7).fold(row(93, inside), |text, _| row(1, &text));
    let work = move || {
        let inner = deep(&format!("{{{{ {} }}}}", either(10)));
        checked(&with_cases(&cases(100, &inner), &format!("{}.", deep("W"))));
        for long in [
            either(23),
            either(100),
            format!("{}newsletter", "not ".repeat(23)),
            format!("newsletter{}", " and newsletter".repeat(95)),
            format!("shop{}", "|upper".repeat(95)),
        ] {
            let inner = deep(&format!("{{{{ 'a' if {long} else 'b' }}}}"));
            let _ = check(&with_cases(&cases(5_000, &inner), &format!("{}.", deep("W"))));
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn a_list_of_millions_is_cut_to_what_the_vocabulary_says() {
    let checked =
        checked(&push("{{ items|length }}:{% for item in items %}{{ item.name }},{% endfor %}"));
    let facts = nobody();
    let many = vec![things(1).remove(0); 200_000];
    let values = Values::new(&facts).with("shop", "Corner").with_list("items", many);
    let said = said(&checked, Medium::Push, &values, "en").unwrap();
    assert_eq!(said, format!("10:{}", "Tea 1,".repeat(10)));
}

#[test]
fn a_wording_that_is_said_very_often_does_not_fill_the_memory() {
    let wording = "a".repeat(100_000);
    let template = template(&format!(
        r#"{{"id": "t", "default": "en", "wordings": {{"w": "{wording}"}},
        "texts": {{"en": {{"push": {{"title": "T", "body": "{}"}}}}}}}}"#,
        "{{ wording.w }}".repeat(5_000)
    ));
    let told = check(&template).unwrap_err().to_string();
    assert!(told.contains("the text is too large with its wordings"), "{told:.300}");
}

#[test]
fn a_wording_of_remarks_is_not_read_very_often() {
    let wording = serde_json::to_string(&format!("a{{# {} #}}", "x".repeat(99_990))).unwrap();
    checked(&with_cases(&wording, &"W".repeat(10)));
    for often in [11, 7_000] {
        let told = told(&with_cases(&wording, &"W".repeat(often)));
        let expected = "`texts.en.push.body`: line 1, column 1: the text is too large with its \
            wordings";
        assert_eq!(told, [expected]);
    }
}

#[test]
fn a_text_asks_for_only_so_many_values() {
    let wording = |from: usize, to: usize| -> String {
        (from..to).map(|index| format!("{{{{ code|default('{index}') }}}}")).collect()
    };
    let (first, second) = (wording(0, 3_000), wording(3_000, 5_001));
    let many = template(&format!(
        r#"{{"id": "t", "default": "en", "wordings": {{"a": "{first}", "b": "{second}"}},
        "texts": {{"en": {{"email": {{"subject": "S",
            "text": "{{{{ wording.a }}}}{{% if newsletter %}}{{{{ wording.b }}}}{{% endif %}}"
        }}}}}}}}"#
    ));
    let expected =
        "`texts.en.email.text`: line 1, column 38: the text is too large with its wordings";
    assert_eq!(told(&many), [expected]);
}

#[test]
fn plain_braces_that_never_end_are_told() {
    let open = "{%".repeat(60_000);
    for raw in [format!("{{% raw %}}{open}"), format!("{{% raw %}}{open}{{% endraw x %}}")] {
        let expected = "`texts.en.push.body`: line 1, column 1: `raw` is not closed";
        assert_eq!(told(&push(&raw)), [expected]);
    }
}

#[test]
fn what_is_too_long_is_refused_with_its_limit() {
    let limits = r#""limits": {"subject_characters": 12, "email_bytes": 40, "title_characters": 3,
        "body_characters": 9, "sms_segments": 1}"#;
    let checked = checked(&template(&format!(
        r#"{{"id": "t", "default": "en", "needs": ["first_name"], {limits}, "texts": {{"en": {{
        "email": {{"subject": "{{{{ first_name }}}}", "html": "<p>a</p>", "text": "a"}},
        "push": {{"title": "T", "body": "{{{{ first_name }}}}"}},
        "sms": {{"text": "{{{{ first_name }}}}"}}}}}}}}"#
    )));
    let refusal = |medium, name: &str| {
        let facts = facts([Some(Value::text(name)), None, None, None, None, None, None, None]);
        let values = Values::new(&facts).with("shop", "Corner");
        said(&checked, medium, &values, "en").unwrap_err()
    };
    let long = refusal(Medium::Email, "Wilhelmina-Alexandrina");
    assert_eq!(
        (long.code(), long.to_string().as_str()),
        ("too_long", "the subject is too long: at most 12 characters")
    );
    assert_eq!(
        refusal(Medium::Push, "Wilhelmina").to_string(),
        "the body is too long: at most 9 characters"
    );
    let many = refusal(Medium::Sms, &"W".repeat(161));
    assert_eq!(
        (many.code(), many.to_string().as_str()),
        ("too_many_segments", "the text falls into 2 segments: at most 1")
    );
    assert_eq!(refusal(Medium::Push, " \u{200b}").to_string(), "`first_name` is missing");
    let nobody = nobody();
    let values = Values::new(&nobody).with("shop", "Corner");
    let missing = said(&checked, Medium::Push, &values, "en").unwrap_err();
    assert_eq!(
        (missing.code(), missing.to_string().as_str()),
        ("missing", "`first_name` is missing")
    );
}

#[test]
fn a_part_of_which_nothing_is_left_is_refused() {
    let checked = checked(&push("{% if points|default(5) > 0 %}a{% endif %}"));
    let without = facts([None, Some(Value::Integer(0)), None, None, None, None, None, None]);
    let values = Values::new(&without).with("shop", "Corner");
    let refusal = said(&checked, Medium::Push, &values, "en").unwrap_err();
    assert_eq!((refusal.code(), refusal.to_string().as_str()), ("empty", "the body is empty"));
    let told: Vec<String> = checked.remarks().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["`texts.en.push`: for a customer of whom something is known there would be no \
            message: the body is empty"]
    );
}

#[test]
fn a_value_of_ten_megabytes_costs_steps_and_not_the_memory() {
    let checked = checked(&push("{{ shop|upper|title }}"));
    let facts = nobody();
    let long = "a".repeat(10_000_000);
    let values = Values::new(&facts).with("shop", long.as_str());
    let refusal = said(&checked, Medium::Push, &values, "en").unwrap_err();
    assert_eq!(refusal, Refusal::StepsSpent { part: loyalty::template::Part::Body, steps: 20_000 });
}

#[test]
fn a_promised_value_that_is_missing_is_told_by_its_name() {
    let checked = checked(&push("{{ shop }}{% for item in items %}{{ item.price }}{% endfor %}"));
    let facts = nobody();
    let without = Values::new(&facts);
    let refusal = said(&checked, Medium::Push, &without, "en").unwrap_err();
    assert_eq!(refusal, Refusal::Missing { name: "shop".into() });
    let wrong = Values::new(&facts).with("shop", 5_i64);
    assert_eq!(said(&checked, Medium::Push, &wrong, "en").unwrap_err(), refusal);
    let item = Item::new().with("name", "Tea");
    let without = Values::new(&facts).with("shop", "Corner").with_list("items", [item]);
    let refusal = said(&checked, Medium::Push, &without, "en").unwrap_err();
    assert_eq!(refusal, Refusal::Missing { name: "item.price".into() });
    assert_eq!(
        said(&checked, Medium::Sms, &without, "en").unwrap_err(),
        Refusal::NoTexts { medium: Medium::Sms }
    );
}
