//! Groups beside segments.

use std::collections::BTreeMap;

use loyalty::id::CustomerId;
use loyalty::rule::Text;
use loyalty::segment::disparity::{Disparity, Fairness, Finding};
use loyalty::segment::{Membership, Segment};
use loyalty::stats::Proportion;

use super::{customer, segment};

/// Of each group so many in the segment, and so many in all.
fn people(
    groups: &[(&str, u64, u64)],
) -> (BTreeMap<CustomerId, Membership>, BTreeMap<CustomerId, Text>) {
    let (mut members, mut attribute) = (BTreeMap::new(), BTreeMap::new());
    for &(group, chosen, of) in groups {
        for at in 0..of {
            let id = customer(format!("{group}{at:04}"));
            let to = segment(if at < chosen { "vip" } else { "other" });
            members.insert(id.clone(), Membership::of(to));
            attribute.insert(id, Text::from(group));
        }
    }
    (members, attribute)
}

fn of<'a>(found: &'a [Disparity], segment: &str, group: &str) -> &'a Disparity {
    let is = |it: &&Disparity| it.segment.as_str() == segment && it.group.as_str() == group;
    found.iter().find(is).unwrap()
}

/// statsmodels 0.15.0, `confint_proportions_2indep`, methods "newcomb" and "log-adjusted".
#[test]
fn differences_and_ratios_are_as_in_statsmodels() {
    let (members, groups) = people(&[("city", 60, 100), ("country", 20, 100)]);
    let found = Fairness::default().look(&members, &groups, None);
    let country = of(&found, "vip", "country");
    let (difference, ratio) = (country.difference.unwrap(), country.ratio.unwrap());
    for (found, expected) in [
        (difference.low, -0.512_463_738_484_030_6),
        (difference.high, -0.267_734_684_608_472_55),
        (ratio.low, 0.223_158_183_815_157_5),
        (ratio.high, 0.514_498_549_342_781_6),
    ] {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert_eq!(country.share, Proportion { hits: 20, of: 80 });
    assert!((difference.value + 0.4).abs() < 1e-15);
    assert_eq!(country.finding, Finding::Unlike);
    // In the other segment they are 80 of 100, against 40 of 100.
    assert_eq!(of(&found, "other", "country").finding, Finding::Unlike);
    assert_eq!(found.len(), 4);
}

#[test]
fn too_few_to_tell_is_no_warning() {
    let (members, groups) = people(&[("city", 60, 100), ("country", 0, 29)]);
    let found = Fairness::default().look(&members, &groups, None);
    let country = of(&found, "vip", "country");
    assert_eq!(country.finding, Finding::TooFew { found: 29, needed: 30 });
    assert_eq!(
        country.to_string(),
        "country in vip: 0 of 29 (0.0 %), of others 60 of 100 (60.0 %): \
         too few to tell: 29, and 30 are needed"
    );
    let named = [Segment::new(country.segment.clone(), "Best customers")];
    assert!(country.told(&named).starts_with("country in Best customers: 0 of 29 (0.0 %)"));
    let bold = Fairness { least: 10, ..Fairness::default() };
    assert_eq!(of(&bold.look(&members, &groups, None), "vip", "country").finding, Finding::Unlike);
    // A single group has nobody to be compared with.
    let (members, groups) = people(&[("city", 60, 100)]);
    let alone = Fairness::default().look(&members, &groups, None);
    assert_eq!(of(&alone, "vip", "city").finding, Finding::TooFew { found: 0, needed: 30 });
}

#[test]
fn a_difference_can_be_chance_or_within_the_limit() {
    let finding = |groups: &[(&str, u64, u64)]| {
        let (members, groups) = people(groups);
        of(&Fairness::default().look(&members, &groups, None), "vip", "a").finding
    };
    assert_eq!(finding(&[("a", 24, 50), ("b", 28, 50)]), Finding::Alike);
    assert_eq!(finding(&[("a", 1_800, 2_000), ("b", 1_900, 2_000)]), Finding::Within);
    assert_eq!(finding(&[("a", 1_000, 2_000), ("b", 1_900, 2_000)]), Finding::Unlike);
    assert_eq!(finding(&[("a", 40, 2_000), ("b", 0, 2_000)]), Finding::Unlike);
    assert_eq!(finding(&[("a", 0, 50), ("b", 0, 50), ("c", 9, 10)]), Finding::Unlike);
}

#[test]
fn what_groups_get_is_compared_within_the_segment() {
    let (members, groups) = people(&[("city", 40, 60), ("country", 40, 60)]);
    // In the segment, the city gets 10 or 14 and the country 5 or 7; who is not named gets nothing.
    let mut offers = BTreeMap::new();
    for (at, id) in members.keys().enumerate() {
        let even = f64::from(u8::from(at % 2 == 0));
        let city = id.as_str().starts_with("city");
        offers.insert(id.clone(), if city { 10.0 + 4.0 * even } else { 5.0 + 2.0 * even });
    }
    let found = Fairness::default().look(&members, &groups, Some(&offers));
    let benefit = of(&found, "vip", "country").benefit.clone().unwrap();
    assert_eq!((benefit.group.mean, benefit.others.mean, benefit.group.count), (6.0, 12.0, 40));
    assert_eq!(benefit.finding, Finding::Unlike);
    // The variances are 40/39 and 4 · 40/39: an error of √(5/39); t with 57.35 degrees is 2.0022.
    let difference = benefit.difference.unwrap();
    assert!(
        (difference.high + 6.0 - 2.002_2 * (5.0_f64 / 39.0).sqrt()).abs() < 1e-4,
        "{difference:?}"
    );
    let ratio = benefit.ratio.unwrap();
    let error = (1.0 / 39.0 / 36.0 + 4.0 / 39.0 / 144.0_f64).sqrt();
    let expected = 0.5 * (1.959_963_984_540_054 * error).exp();
    assert!((ratio.high - expected).abs() < 1e-9, "{ratio:?} {expected}");
    assert_eq!(of(&found, "vip", "country").finding, Finding::Alike);
    let none = Fairness::default().look(&members, &groups, Some(&BTreeMap::new()));
    let nothing = of(&none, "vip", "city").benefit.clone().unwrap();
    assert_eq!((nothing.finding, nothing.ratio), (Finding::Alike, None));
}

#[test]
fn whose_group_is_not_known_is_left_out() {
    let (members, mut groups) = people(&[("city", 60, 100), ("country", 20, 100)]);
    groups.retain(|id, _| !id.as_str().ends_with('0'));
    let found = Fairness::default().look(&members, &groups, None);
    let country = of(&found, "vip", "country");
    assert_eq!(country.rate, Proportion { hits: 18, of: 90 });
    assert_eq!(country.others, Proportion { hits: 54, of: 90 });
}
