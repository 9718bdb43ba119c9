//! Ladders of tiers.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::calendar::{span, window};
use super::earning::expiry;
use super::id::numbered;
use crate::calendar::{Period, Window};
use crate::id::{AttributeName, LadderId, TierId};
use crate::money::{Currency, Money};
use crate::points::{Expiry, Multiplier};
use crate::rule::Text;
use crate::tier::{
    AfterReturn, AtLeast, CarryOver, Combined, Credits, Crossing, Downgrade, Ladder, Measure,
    Qualification, Tier, Validity,
};

/// A ladder of one to five tiers that passes [`Ladder::check`], over any measures and window, with
/// any choices that do not contradict each other.
pub fn ladder(currency: Currency) -> impl Strategy<Value = Ladder> + Clone {
    let steps =
        vec((1..=8_i64, multiplier(), 0..4_u8, proptest::option::weighted(0.3, expiry())), 0..=4);
    let returns = select(vec![AfterReturn::Lowers, AfterReturn::KeepsUntilReview]);
    let crossing = select(vec![Crossing::Before, Crossing::After, Crossing::Split]);
    let carry_over = select(vec![CarryOver::Nothing, CarryOver::Surplus]);
    let grace = proptest::option::weighted(0.3, span());
    let choices = (validity(), downgrade(), grace, carry_over, returns, crossing);
    (measure(), qualification(), choices, steps).prop_map(
        move |(measure, window, choices, steps)| {
            let (validity, downgrade, grace, carry_over, after_return, crossing) = choices;
            let tiers = tiers(measure, currency, &steps);
            let ladder = Ladder {
                id: LadderId::default(),
                tiers,
                measure,
                purse: None,
                window,
                validity,
                downgrade,
                grace,
                carry_over,
                after_return,
                crossing,
            };
            reconciled(ladder, currency)
        },
    )
}

/// The ladder without the choices that contradict others.
fn reconciled(mut ladder: Ladder, currency: Currency) -> Ladder {
    let Err(problems) = ladder.check(currency) else { return ladder };
    for problem in problems.iter() {
        match problem.path.to_string().as_str() {
            "validity" => ladder.validity = Validity::WhileQualified,
            "downgrade" => ladder.downgrade = Downgrade::ByCredits,
            "grace" => ladder.grace = None,
            "carry_over" => ladder.carry_over = CarryOver::Nothing,
            "after_return" => ladder.after_return = AfterReturn::Lowers,
            "crossing" => ladder.crossing = Crossing::Before,
            _ => ladder.tiers.iter_mut().for_each(|tier| tier.for_life = None),
        }
    }
    // What is left out may leave another choice without its ground.
    reconciled(ladder, currency)
}

fn measure() -> impl Strategy<Value = Measure> + Clone {
    select(vec![
        Measure::Spend,
        Measure::Orders,
        Measure::Visits,
        Measure::PointsEarned,
        Measure::Engagement,
    ])
}

fn qualification() -> impl Strategy<Value = Qualification> + Clone {
    let named = AttributeName::new("birthday").map(Qualification::YearFrom);
    let named = named.unwrap_or(Qualification::TierYear);
    let period = select(vec![Period::Month, Period::Quarter, Period::Year]);
    prop_oneof![
        3 => window().prop_map(Qualification::Window),
        1 => period.prop_map(|period| Qualification::Window(Window::Calendar(period))),
        1 => Just(Qualification::TierYear),
        1 => Just(named),
    ]
}

fn validity() -> impl Strategy<Value = Validity> + Clone {
    let period = || select(vec![Period::Month, Period::Quarter, Period::Year]);
    prop_oneof![
        2 => Just(Validity::WhileQualified),
        1 => Just(Validity::UntilEnd),
        1 => Just(Validity::UntilEndOfNext),
        2 => span().prop_map(Validity::For),
        1 => period().prop_map(Validity::EndOf),
        1 => period().prop_map(Validity::EndOfNext),
    ]
}

fn downgrade() -> impl Strategy<Value = Downgrade> + Clone {
    select(vec![Downgrade::ByCredits, Downgrade::OneStep, Downgrade::ToBase, Downgrade::Never])
}

/// The lowest tier, and one for each step above it.
fn tiers(
    measure: Measure,
    currency: Currency,
    steps: &[(i64, Multiplier, u8, Option<Expiry>)],
) -> Vec<Tier> {
    let mut reached = 0;
    let lowest = (0, Multiplier::ONE, 0, None);
    let tiers = std::iter::once(&lowest).chain(steps).enumerate();
    let tiers = tiers.filter_map(|(at, (step, multiplier, form, points_expiry))| {
        reached += step;
        let own = credits(measure, reached, currency);
        let other = if measure == Measure::Orders { Measure::Visits } else { Measure::Orders };
        let both = || BTreeMap::from([(measure, own), (other, credits(other, reached, currency))]);
        let at_least = match (at, form) {
            (1.., 1) => AtLeast::Combined(Combined::Any(both())),
            (1.., 2) => AtLeast::Combined(Combined::All(both())),
            _ => AtLeast::Credits(own),
        };
        let for_life = credits(measure, reached * 2, currency);
        let for_life = (at > 0 && *form == 3).then_some(AtLeast::Credits(for_life));
        let id = TierId::new(numbered("tier-", at)).ok()?;
        let name = Text::from(id.as_str());
        let multiplier = *multiplier;
        let points_expiry = *points_expiry;
        Some(Tier { id, name, at_least, for_life, multiplier, points_expiry, benefits: Vec::new() })
    });
    tiers.collect()
}

fn credits(measure: Measure, reached: i64, currency: Currency) -> Credits {
    match measure {
        Measure::Spend => {
            let minor = reached * 20 * currency.minor_per_major();
            Credits::Money(Money::from_minor(minor, currency))
        }
        Measure::PointsEarned => Credits::Count(reached * 20),
        _ => Credits::Count(reached),
    }
}

fn multiplier() -> impl Strategy<Value = Multiplier> + Clone {
    (0..=300_u32).prop_filter_map("a multiplier", Multiplier::from_hundredths)
}
