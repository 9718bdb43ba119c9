//! Spend, donations and contracts: the papers' figures.

use loyalty::clv::{
    BgBb, BgBbModel, Contract, ContractState, GammaGamma, GammaGammaModel, Opportunities, Sbg,
    SbgModel, Spent,
};

fn table(text: &str) -> impl Iterator<Item = Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found / expected - 1.0).abs() < tolerance, "{found} instead of {expected}");
}

#[test]
fn spend_of_the_cdnow_sample_is_the_published_one_from_any_start() {
    let rows = table(include_str!("../data/clv_cdnow_spend.csv"));
    let row =
        |row: Vec<f64>| (Spent { purchases: row[0] as u32, mean: row[1] / 100.0 / row[0] }, row[2]);
    let (rows, weights): (Vec<Spent>, Vec<f64>) = rows.map(row).unzip();
    for start in [None, Some([0.01; 3]), Some([100.0; 3]), Some([1e3, 1.0, 1e-3])] {
        let recipe = GammaGamma { start, ..GammaGamma::default() };
        let model = recipe.fit(&rows, Some(&weights)).unwrap().fitted().unwrap();
        let report = model.report().unwrap();
        assert!(report.converged && (report.log_likelihood + 4055.9177).abs() < 1e-4);
        for (found, expected) in model.parameters().into_iter().zip([6.249572, 3.744225, 15.443521])
        {
            near(found, expected, 1e-4);
        }
    }
}

#[test]
fn spend_is_expected_as_the_paper_says() {
    // p (γ + x z̄) / (p x + q - 1), by hand: 6 (15 + 40) / (12 + 3) and 6 15 / 3.
    let model = GammaGammaModel::new(6.0, 4.0, 15.0).unwrap();
    assert_eq!(model.expected_spend(&Spent { purchases: 2, mean: 20.0 }), Some(22.0));
    assert_eq!(model.mean(), Some(30.0));
}

#[test]
fn donations_are_fitted_as_published_from_any_start() {
    let rows = table(include_str!("../data/clv_donations.csv"));
    let row = |row: Vec<f64>| {
        let [frequency, recency, count] = [row[0] as u32, row[1] as u32, row[2] as u32];
        (Opportunities { frequency, recency, count }, row[3])
    };
    let (rows, weights): (Vec<Opportunities>, Vec<f64>) = rows.map(row).unzip();
    for start in [None, Some([0.01; 4]), Some([100.0; 4])] {
        let recipe = BgBb { start, ..BgBb::default() };
        let model = recipe.fit(&rows, Some(&weights)).unwrap().fitted().unwrap();
        let report = model.report().unwrap();
        assert!(report.converged && (report.log_likelihood + 33_225.581).abs() < 1e-3);
        for (found, expected) in
            model.parameters().into_iter().zip([1.2035, 0.7497, 0.6567, 2.7834])
        {
            near(found, expected, 1e-4);
        }
    }
}

#[test]
fn contracts_are_fitted_as_published() {
    // P. Fader and B. Hardie (2007), table 1 and figure 5: customers left after each of 7 years.
    let high_end = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
    let regular = [1000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0];
    for (left, expected) in [(high_end, [0.668, 3.806]), (regular, [0.704, 1.182])] {
        let ended = (0..7).map(|renewals| Contract { renewals, state: ContractState::Ended });
        let open = Contract { renewals: 7, state: ContractState::Open };
        let rows: Vec<Contract> = ended.chain([open]).collect();
        let counts = left.windows(2).map(|two| two[0] - two[1]);
        let counts: Vec<f64> = counts.chain([left[7]]).collect();
        for start in [None, Some([1e-3, 1e3]), Some([1e3, 1e-3])] {
            let recipe = Sbg { start, ..Sbg::default() };
            let model = recipe.fit(&rows, Some(&counts)).unwrap().fitted().unwrap();
            for (found, expected) in model.parameters().into_iter().zip(expected) {
                assert!((found - expected).abs() < 6e-4, "{found} instead of {expected}");
            }
        }
    }
}

/// By the formulas of Fader, Hardie and Shang (2010) in mpmath 1.4.1 with 30 digits: the chance to
/// be there, purchases at 5 more opportunities, and DERT at 10 %, of (x, t_x, n).
const DONORS: [([u32; 3], [f64; 3]); 4] = [
    ([0, 0, 6], [0.108137076401335, 0.0728650883668002, 0.114756043274537]),
    ([2, 3, 6], [0.298909074989664, 0.536120737605424, 0.844342550650866]),
    ([4, 6, 6], [0.930435058950647, 2.71069342735143, 4.26910142052167]),
    ([5, 5, 6], [0.521977646494767, 1.81295685568091, 2.85524604510301]),
];

#[test]
fn donors_are_expected_to_give_as_the_papers_formulas_say() {
    let model = BgBbModel::new([1.2035, 0.7497, 0.6567, 2.7834]).unwrap();
    for ([frequency, recency, count], [alive, expected, dert]) in DONORS {
        let donor = Opportunities { frequency, recency, count };
        near(model.p_alive(&donor).unwrap(), alive, 1e-12);
        near(model.expected_purchases(&donor, 5).unwrap(), expected, 1e-12);
        near(model.discounted_purchases(&donor, 0.1).unwrap(), dert, 1e-12);
        assert_eq!(model.p_alive_each(&[donor]), [model.p_alive(&donor)]);
        let five = model.expected_purchases(&donor, 5);
        assert_eq!(model.expected_purchases_each(&[donor], 5), [five]);
        assert_eq!(model.p_alive_at(&donor, 1), model.p_alive(&donor));
    }
    let wrong = Opportunities { frequency: 3, recency: 2, count: 6 };
    assert_eq!(model.p_alive(&wrong), None);
}

#[test]
fn contracts_are_worth_what_the_papers_formulas_say() {
    // DERL by 2F1 as in Fader and Hardie (2010), and S(t), in mpmath 1.4.1 with 30 digits.
    let model = SbgModel::new(0.668, 3.806).unwrap();
    near(model.discounted_renewals(0, 0.1).unwrap(), 5.41485604837404, 1e-12);
    near(model.survival(1), 0.850692892266428, 1e-12);
    near(model.discounted_renewals(4, 0.1).unwrap(), 6.89705739774609, 1e-12);
    near(model.survival(5), 0.561868975566926, 1e-12);
    // Retention is what is left of those who stayed.
    near(model.retention(4), model.survival(5) / model.survival(4), 1e-12);
}
