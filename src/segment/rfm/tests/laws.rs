//! What holds for any customers.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::money::{Currency, Money};
use crate::rule::Number;

fn customers() -> impl Strategy<Value = Vec<[i64; 3]>> {
    // Few different values, so that there are many ties.
    prop::collection::vec([0_i64..12, 1_i64..5, -3_i64..40], 1..40)
}

fn recipes() -> impl Strategy<Value = Rfm> {
    let ties = select(vec![Ties::Share, Ties::Spread]);
    let nesting = select(vec![Nesting::Independent, Nesting::Nested]);
    ([2_u8..=9, 2_u8..=5, 2_u8..=9], ties, nesting).prop_map(|(bins, ties, nesting)| Rfm {
        ties,
        nesting,
        ..quantiles(bins)
    })
}

/// The score of `value` among `values` by counting: one more than the quantiles below it. The k-th
/// of b quantiles is below it if at least k/b of all values are.
fn counted(value: i64, values: &[i64], bins: u8) -> u8 {
    let below = values.iter().filter(|other| **other < value).count() * usize::from(bins);
    1 + (1..bins).filter(|k| below >= values.len() * usize::from(*k)).count() as u8
}

fn figures() -> impl Strategy<Value = Figure> {
    let euro = |minor: i64| Figure::Money(Money::from_minor(minor, Currency::EUR));
    prop_oneof![
        8 => (0_i64..9).prop_map(Figure::Integer),
        1 => (0.0..9.0).prop_map(|number| Figure::Number(Number::new(number).unwrap())),
        1 => (0_i64..900).prop_map(euro),
    ]
}

/// Cuts as an author could write them, most of them faulty.
fn cuts() -> impl Strategy<Value = Cuts> {
    let list = || {
        let sorted = |mut list: Vec<i64>| {
            list.sort_unstable();
            list.into_iter().map(Figure::Integer).collect()
        };
        prop_oneof![
            3 => prop::collection::vec(0_i64..9, 1..3).prop_map(sorted),
            1 => prop::collection::vec(figures(), 0..10),
        ]
    };
    prop_oneof![
        list().prop_map(Cuts::Thresholds),
        list().prop_map(Cuts::Quantiles),
        prop::collection::vec(list(), 0..5).prop_map(Cuts::Nested),
    ]
}

proptest! {
    #[test]
    fn whatever_passes_the_check_scores_within_its_bins(
        cuts in [cuts(), cuts(), cuts()],
        row in [figures(), figures(), figures()],
    ) {
        let [recency, frequency, monetary] =
            cuts.map(|cuts| Scale { feature: "feature".into(), cuts });
        let scoring = Scoring { recency, frequency, monetary, report: None };
        if let Ok(model) = scoring.check() {
            let [r, f, m] = row;
            if let Some(score) = model.score(r, f, m) {
                let bins = model.bins();
                prop_assert!((1..=bins.r).contains(&score.r) && (1..=bins.f).contains(&score.f));
                prop_assert!((1..=bins.m.unwrap()).contains(&score.m));
            }
            let plain = |figure: &Figure| matches!(figure, Figure::Integer(_) | Figure::Number(_));
            let all = scoring.scales().map(|(_, scale)| scale.cuts.clone());
            let plain_cuts = all.iter().all(|cuts| match cuts {
                Cuts::Thresholds(cuts) | Cuts::Quantiles(cuts) => cuts.iter().all(plain),
                Cuts::Nested(groups) => groups.iter().flatten().all(plain),
            });
            if plain_cuts && row.iter().all(plain) {
                prop_assert!(model.score(r, f, m).is_some());
            }
        }
    }

    #[test]
    fn shared_scores_are_those_of_the_definition(customers in customers(), bins in 2_u8..=9) {
        let fit = fit(&quantiles([bins; 3]), &customers);
        let column = |at: usize| customers.iter().map(|row| row[at]).collect::<Vec<_>>();
        let [r, f, m] = [column(0), column(1), column(2)];
        for (row, score) in customers.iter().zip(&fit.scores) {
            let expected = RfmScore {
                r: bins + 1 - counted(row[0], &r, bins),
                f: counted(row[1], &f, bins),
                m: counted(row[2], &m, bins),
            };
            prop_assert_eq!(*score, Some(expected));
        }
    }

    #[test]
    fn the_model_scores_the_customers_of_its_fit_as_the_fit_did(
        customers in customers(),
        recipe in recipes(),
    ) {
        let recipe = Rfm { ties: Ties::Share, ..recipe };
        let fit = fit(&recipe, &customers);
        for (row, score) in customers.iter().zip(&fit.scores) {
            let [r, f, m] = row.map(Figure::Integer);
            prop_assert_eq!(fit.model.score(r, f, m), *score);
        }
    }

    #[test]
    fn every_figure_of_a_new_customer_has_a_score(
        customers in customers(),
        recipe in recipes(),
        row: [i64; 3],
    ) {
        let [r, f, m] = row.map(Figure::Integer);
        let model = fit(&recipe, &customers).model;
        let score = model.score(r, f, m).unwrap();
        let bins = model.bins();
        prop_assert!((1..=bins.r).contains(&score.r) && (1..=bins.f).contains(&score.f));
        prop_assert!((1..=bins.m.unwrap()).contains(&score.m));
    }

    #[test]
    fn the_order_of_the_customers_does_not_matter(
        customers in customers(),
        recipe in recipes(),
        turn: Index,
    ) {
        let straight = fit(&recipe, &customers);
        let mut rows: Vec<(CustomerId, [i64; 3], Option<RfmScore>)> = (0..customers.len())
            .map(|n| (id(format!("{n:02}")), customers[n], straight.scores[n]))
            .collect();
        rows.rotate_left(turn.index(customers.len()));
        let ids: Vec<CustomerId> = rows.iter().map(|(id, ..)| id.clone()).collect();
        let [r, f, m] = columns(&rows.iter().map(|(_, row, _)| *row).collect::<Vec<_>>());
        let turned = recipe.fit_columns(&ids, &r, &f, &m).unwrap();
        prop_assert_eq!(turned.model, straight.model);
        prop_assert_eq!(turned.scores, rows.iter().map(|row| row.2).collect::<Vec<_>>());
    }

    #[test]
    fn spread_scores_have_equal_numbers_of_customers(
        customers in customers(),
        bins in [2_u8..=9, 2_u8..=9, 2_u8..=9],
    ) {
        let fit = fit(&Rfm { ties: Ties::Spread, ..quantiles(bins) }, &customers);
        let report = fit.model.scoring().report.as_ref().unwrap();
        for (_, population) in report.populations() {
            let least = population.customers.iter().min().unwrap();
            prop_assert!(population.customers.iter().all(|customers| customers - least <= 1));
        }
    }

    #[test]
    fn a_better_figure_never_has_a_worse_score(
        customers in customers(),
        bins in [2_u8..=9, 2_u8..=9, 2_u8..=9],
        row in [-2_i64..14, -2_i64..8, -5_i64..44],
    ) {
        let model = fit(&quantiles(bins), &customers).model;
        let [r, f, m] = row;
        let score = model.score(r.into(), f.into(), m.into()).unwrap();
        let better = model.score((r - 1).into(), (f + 1).into(), (m + 1).into()).unwrap();
        prop_assert!(better.r >= score.r && better.f >= score.f && better.m >= score.m);
    }

    #[test]
    fn what_the_explanation_asks_for_gives_the_score_that_it_promises(
        customers in customers(),
        recipe in recipes(),
        row in [-2_i64..14, -2_i64..8, -5_i64..44],
    ) {
        let model = fit(&recipe, &customers).model;
        let figures = row.map(|figure| Some(figure.into()));
        let explanation = model.explain_row(&figures);
        let reached = |bound| match bound {
            Bound::AtMost(Figure::Integer(most)) => most,
            Bound::AtLeast(Figure::Integer(least)) => least,
            Bound::MoreThan(Figure::Integer(figure)) => figure + 1,
            other => panic!("{other}"),
        };
        let [r, f, m] = row;
        if let Some(step) = explanation.recency.next {
            let better = model.score(reached(step.bound).into(), f.into(), m.into()).unwrap();
            prop_assert_eq!(better.r, step.score);
        }
        if let Some(step) = explanation.frequency.next {
            let better = model.score(r.into(), reached(step.bound).into(), m.into()).unwrap();
            prop_assert_eq!(better.f, step.score);
        }
        if let Some(step) = explanation.monetary.next {
            let better = model.score(r.into(), f.into(), reached(step.bound).into()).unwrap();
            prop_assert_eq!(better.m, step.score);
            prop_assert!(step.score > explanation.score.unwrap().m);
        }
    }

    #[test]
    fn a_model_survives_json(customers in customers(), recipe in recipes()) {
        let model = fit(&recipe, &customers).model;
        let json = serde_json::to_string(&model).unwrap();
        prop_assert_eq!(serde_json::from_str::<RfmModel>(&json).unwrap(), model);
    }
}
