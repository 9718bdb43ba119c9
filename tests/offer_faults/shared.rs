//! What is wrong with what customers share, and with how offers go together.

use loyalty::offer::{MAX_JOINT, MAX_LIST};

use crate::{check, problems};

#[test]
fn budgets_limit_something_for_everybody() {
    check(
        r#""benefit":{"percent":{"percent":"5%"}},"limits":{"budgets":[
            {"uses":0,"within":"30d"},{},{"uses":5},
            {"amount":"0.00 EUR","within":"membership_year"},
            {"scope":"store","amount":"5.00 USD"},{"amount":"5.00 EUR","within":"last_month"}]}"#,
        &[
            "`offers[0].limits.budgets[0].within`: a budget cannot be within `30d`, which is not \
             the same for everybody: write a period like `this_month`, or `lifetime`",
            "`offers[0].limits.budgets[0].uses`: it is zero: it must be one or more",
            "`offers[0].limits.budgets[1]`: the budget limits nothing: write `uses`, `amount` or \
             both",
            "`offers[0].limits.budgets[2]`: there is already a budget of this scope within \
             `lifetime`: write both as one",
            "`offers[0].limits.budgets[3].within`: a budget cannot be within `membership_year`, \
             which is not the same for everybody: write a period like `this_month`, or `lifetime`",
            "`offers[0].limits.budgets[3].amount`: 0.00 EUR is not more than nothing",
            "`offers[0].limits.budgets[4].amount`: USD is not the currency of the program, which \
             is EUR",
            "`offers[0].limits.budgets[5].within`: a budget cannot be within `last_month`, which \
             is not the same for everybody: write a period like `this_month`, or `lifetime`",
        ],
    );
    check(
        r#""benefit":{"points":5},"limits":{"budgets":[{"uses":5,"amount":"5.00 EUR"}]}"#,
        &["`offers[0].limits.budgets[0].amount`: the offer takes no money off, so that there is \
           nothing to limit"],
    );
}

#[test]
fn amounts_are_limited_where_purchases_tell_of_them() {
    check(
        r#""benefit":{"shipping":{"percent":"100%"}},
           "limits":{"amounts":[{"at_most":"5.00 EUR","within":"yesterday"}]}"#,
        &[
            "`offers[0].limits.amounts[0].within`: `yesterday` is over when it is asked: a limit \
             counts up to now, like `this_month`",
            "`offers[0].limits.amounts[0]`: purchases do not tell what was taken off shipping: \
             limit its uses, or its discount",
        ],
    );
    check(
        r#""benefit":{"points":5},"limits":{"amounts":[{"at_most":"0.00 EUR"}]}"#,
        &[
            "`offers[0].limits.amounts[0].at_most`: 0.00 EUR is not more than nothing",
            "`offers[0].limits.amounts[0]`: the offer takes no money off, so that there is \
             nothing to limit",
        ],
    );
}

#[test]
fn batches_of_codes_are_sound_and_sparse() {
    check(
        r#""benefit":{"points":5},"code":"X","codes":{"alphabet":"AB A","length":0,"count":0,
           "seed":"","uses_per_code":0,"one_in":99,"prefix":" x"}"#,
        &[
            "`offers[0].codes`: the offer has `code` and `codes`: write one of them",
            "`offers[0].codes.alphabet`: ` ` is white space or a control character",
            "`offers[0].codes.alphabet`: the character `A` is there twice",
            "`offers[0].codes.length`: it is zero: it must be one or more",
            "`offers[0].codes.count`: it is zero: it must be one or more",
            "`offers[0].codes.uses_per_code`: it is zero: it must be one or more",
            "`offers[0].codes.seed`: the seed is empty, so that anybody can make the codes",
            "`offers[0].codes.one_in`: a guess hits with a chance of one in 99: it must be at \
             least 100",
            "`offers[0].codes.prefix`: the prefix has a control character, or white space at its \
             beginning",
        ],
    );
    check(
        r#""benefit":{"points":5},"codes":{"alphabet":"","length":121,"count":1000001,"seed":"s",
           "prefix":"SUMMER-A"}"#,
        &[
            "`offers[0].codes.alphabet`: 0 characters are too few: an alphabet has at least 2",
            "`offers[0].codes.count`: 1000001 codes are too many: at most 1000000 in all batches \
             together",
            "`offers[0].codes.length`: codes have up to 129 bytes: at most 128",
        ],
    );
    check(
        r#""benefit":{"points":5},"codes":{"alphabet":"ABC","length":20,"count":1,"seed":"s",
           "check":"luhn_mod_n"}"#,
        &["`offers[0].codes.check`: 3 characters are an odd number, with which Luhn's formula \
           misses mistakes"],
    );
}

/// 32⁵ = 33,554,432 and 32⁶ = 1,073,741,824; 10,000 codes want 10,000 × 10,000 = 100,000,000 forms.
#[test]
fn a_batch_that_is_too_dense_is_told_the_length_that_would_do() {
    let codes = |count: u32, length: u32| {
        format!(
            r#""benefit":{{"points":5}},
               "codes":{{"length":{length},"count":{count},"seed":"a secret"}}"#
        )
    };
    check(&codes(10_000, 6), &[]);
    check(
        &codes(10_000, 5),
        &["`offers[0].codes.length`: 10000 codes of 5 characters out of 32 are guessed with a \
           chance of more than 1 in 10000: write a length of 6 or more"],
    );
    check(&codes(3_355, 5), &[]);
    check(
        &codes(3_356, 5),
        &["`offers[0].codes.length`: 3356 codes of 5 characters out of 32 are guessed with a \
           chance of more than 1 in 10000: write a length of 6 or more"],
    );
}

/// `AACHEH` is the first code of this batch; see `offer_cases/codes.txt`.
#[test]
fn no_two_offers_share_a_code_and_no_catalog_has_too_many() {
    let batch = r#"{"alphabet":"ABCDEFGHIJ","length":6,"count":3,"seed":"x"}"#;
    let found = problems(
        &format!(
            r#"[{{"id":"a","benefit":{{"points":1}},"codes":{batch}}},
                {{"id":"b","benefit":{{"points":1}},"code":"AACHEH"}},
                {{"id":"c","benefit":{{"points":1}},"codes":{batch}}}]"#
        ),
        "[]",
    );
    let expected = [
        "`offers[0].codes`: code `AACHEH` is already that of offer `b`",
        "`offers[2].codes`: code `AACHEH` is already that of offer `b`",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    let found = problems(
        r#"[{"id":"a","benefit":{"points":1},"codes":{"length":12,"count":600000,"seed":"x"}},
            {"id":"b","benefit":{"points":1},"codes":{"length":12,"count":600000,"seed":"y"}}]"#,
        "[]",
    );
    assert_eq!(
        found,
        "`offers[1].codes.count`: 1200000 codes are too many: at most 1000000 in all batches \
         together"
    );
}

#[test]
fn pilots_and_holdouts_leave_somebody_on_either_side() {
    check(
        r#""benefit":{"points":5},"pilot":"0%","holdout":"100%""#,
        &[
            "`offers[0].pilot`: 0% is out of range: it must be more than 0% and at most 100%",
            "`offers[0].holdout`: a holdout of 100% leaves nobody who gets the offer: it must be \
             less than 100%",
        ],
    );
    check(
        r#""benefit":{"points":5},"pilot":{"share":"50%","salt":"holdout"},"holdout":"5%""#,
        &["`offers[0].holdout`: pilot and holdout have one salt, so that they are not \
           independent: write another"],
    );
    check(
        r#""benefit":{"points":5},
           "pilot":{"share":"100%","of":"stores","salt":"holdout"},"holdout":"99.99%""#,
        &[],
    );
}

#[test]
fn offers_that_combine_in_no_way_are_refused() {
    let found = problems(
        r#"[{"id":"a","benefit":{"points":1},"lane":"l","combines":{"joint":"s","exclusive":["g"]}},
            {"id":"b","benefit":{"points":1},"lane":"l","combines":{"joint":"s","exclusive":["g"]}},
            {"id":"c","benefit":{"points":1},"lane":"m","combines":{"joint":"s","tags":["x"]}},
            {"id":"d","benefit":{"points":1},"lane":"n","combines":{"joint":"t","not_with":["x"]}},
            {"id":"e","benefit":{"points":1},"combines":{"joint":"u","tags":["y"],
                "not_with":["y","z"]}},
            {"id":"f","benefit":{"points":1},"combines":{"exclusive":[""],"joint":""}}]"#,
        r#"[{"id":"l","mode":"best_for_customer"},{"id":"m","mode":"stack"},
            {"id":"n","mode":"first"}]"#,
    );
    let expected = [
        "`offers[5].combines.exclusive`: the name is empty",
        "`offers[5].combines.joint`: the name is empty",
        "`offers[1].combines.joint`: the set `s` is never given, because of offer `a`: only one \
         offer of the group `g` is given",
        "`offers[2].combines.joint`: the set `s` is in two lanes: offer `a` is in another one",
        "`offers[3].combines.joint`: the set `t` is in a lane with one winner, so that it is never \
         given",
        "`offers[4].combines.not_with`: no other offer has the tag `y`, so that it excludes \
         nothing",
        "`offers[4].combines.not_with`: no other offer has the tag `z`, so that it excludes \
         nothing",
        "`offers[4].combines.joint`: the set `u` is in a lane with one winner, so that it is never \
         given",
        "`offers[5].combines.joint`: the set `` is in a lane with one winner, so that it is never \
         given",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn sets_and_lists_of_names_are_bounded() {
    let offer = |at: usize| {
        format!(
            r#"{{"id":"o{at}","benefit":{{"points":1}},"lane":"l","combines":{{"joint":"s"}}}}"#
        )
    };
    let offers =
        |count: usize| format!("[{}]", (0..count).map(offer).collect::<Vec<_>>().join(","));
    let lanes = r#"[{"id":"l","mode":"stack"}]"#;
    assert_eq!(problems(&offers(MAX_JOINT), lanes), "");
    assert_eq!(
        problems(&offers(MAX_JOINT + 2), lanes),
        "`offers[20].combines.joint`: the set `s` has too many offers: at most 20"
    );
    let tags: Vec<String> = (0..=MAX_LIST).map(|at| format!("\"{at}\"")).collect();
    check(
        &format!(r#""benefit":{{"points":1}},"combines":{{"tags":[{}]}}"#, tags.join(",")),
        &["`offers[0].combines.tags`: 10001 are too many: at most 10000"],
    );
}
