//! What holds for any customers.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

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

proptest! {
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
