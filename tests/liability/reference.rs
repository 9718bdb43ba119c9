//! The chain ladder beside published figures.

use loyalty::insight::liability::{ChainLadder, Fault, Projection, Tail, TooLittle};
use serde::Deserialize;

#[derive(Deserialize)]
struct Figures {
    rows: Vec<Vec<f64>>,
    factors: Vec<f64>,
    sigmas: Vec<f64>,
    ultimates: Vec<f64>,
    standard_errors: Vec<f64>,
    reserve: f64,
    total_standard_error: f64,
}

#[derive(Deserialize)]
struct Samples {
    genins: Figures,
    raa: Figures,
}

fn samples() -> Samples {
    serde_json::from_str(include_str!("../data/chain_ladder.json")).unwrap()
}

fn slices(rows: &[Vec<f64>]) -> Vec<&[f64]> {
    rows.iter().map(Vec::as_slice).collect()
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not {expected}");
}

fn reserve(rows: &[Vec<f64>], ladder: &ChainLadder) -> (f64, f64) {
    let total = ladder.project_sum(&slices(rows)).unwrap();
    let latest: f64 = rows.iter().filter_map(|row| row.last()).sum();
    (total.ultimate - latest, total.standard_error)
}

fn check(figures: &Figures) {
    let ladder = ChainLadder::fit(&figures.rows, Tail::NONE).unwrap();
    assert_eq!(ladder.links().len(), figures.factors.len());
    for (link, (factor, sigma)) in
        ladder.links().iter().zip(figures.factors.iter().zip(&figures.sigmas))
    {
        close(link.factor.unwrap(), *factor);
        close(link.variance.unwrap().sqrt(), *sigma);
    }
    let expected = figures.ultimates.iter().zip(&figures.standard_errors);
    for (row, (ultimate, standard_error)) in figures.rows.iter().zip(expected) {
        let found = ladder.project(row).unwrap();
        close(found.ultimate, *ultimate);
        close(found.standard_error, *standard_error);
    }
    let (found, standard_error) = reserve(&figures.rows, &ladder);
    close(found, figures.reserve);
    close(standard_error, figures.total_standard_error);
}

#[test]
fn taylor_and_ashe_have_the_reserves_and_errors_that_mack_published() {
    let figures = samples().genins;
    let ladder = ChainLadder::fit(&figures.rows, Tail::NONE).unwrap();
    // Mack 1993 tells reserves in thousands and their errors in percent of them; the figures to the
    // unit are those that the packages ChainLadder (R) and chainladder (Python) tell since.
    let published = [
        (94_634.0, 75_535.0),
        (469_511.0, 121_699.0),
        (709_638.0, 133_549.0),
        (984_889.0, 261_406.0),
        (1_419_459.0, 411_010.0),
        (2_177_641.0, 558_317.0),
        (3_920_301.0, 875_328.0),
        (4_278_972.0, 971_258.0),
        (4_625_811.0, 1_363_155.0),
    ];
    for (row, (reserve, standard_error)) in figures.rows.iter().skip(1).zip(published) {
        let found = ladder.project(row).unwrap();
        assert!((found.ultimate - row.last().unwrap() - reserve).abs() <= 0.51, "{reserve}");
        assert!((found.standard_error - standard_error).abs() <= 0.51, "{standard_error}");
    }
    let (total, standard_error) = reserve(&figures.rows, &ladder);
    assert!((total - 18_680_856.0).abs() <= 0.51 && (standard_error - 2_447_095.0).abs() <= 0.51);
}

#[test]
fn factors_sigmas_ultimates_and_errors_are_those_of_the_package_chainladder() {
    let samples = samples();
    check(&samples.genins);
    check(&samples.raa);
}

#[test]
fn a_tail_takes_on_every_cohort_with_its_own_error() {
    let rows = samples().raa.rows;
    let plain = ChainLadder::fit(&rows, Tail::NONE).unwrap();
    let tail = Tail { factor: 1.05, standard_error: 0.02 };
    let ladder = ChainLadder::fit(&rows, tail).unwrap();
    // Mack 1999: the variance times the factor's square, and the figure's square times the
    // variance of the factor.
    let then = |before: Projection| {
        let own = (before.standard_error * 1.05).powi(2);
        (before.ultimate * 1.05, (own + (before.ultimate * 0.02).powi(2)).sqrt())
    };
    for row in &rows {
        let (ultimate, error) = then(plain.project(row).unwrap());
        let found = ladder.project(row).unwrap();
        close(found.ultimate, ultimate);
        close(found.standard_error, error);
    }
    let (ultimate, error) = then(plain.project_sum(&slices(&rows)).unwrap());
    let found = ladder.project_sum(&slices(&rows)).unwrap();
    close(found.ultimate, ultimate);
    close(found.standard_error, error);
}

#[test]
fn the_recursion_is_macks_closed_formula() {
    // Mack 1993, the formula of theorem 3, written out once more.
    let rows = samples().genins.rows;
    let ladder = ChainLadder::fit(&rows, Tail::NONE).unwrap();
    for row in &rows {
        let (mut figure, mut sum) = (*row.last().unwrap(), 0.0);
        for link in ladder.links().iter().skip(row.len() - 1) {
            let (factor, variance) = (link.factor.unwrap(), link.variance.unwrap());
            sum += variance / (factor * factor) * (1.0 / figure + 1.0 / link.weight);
            figure *= factor;
        }
        let found = ladder.project(row).unwrap();
        assert!((found.standard_error - figure * f64::sqrt(sum)).abs() <= 1e-9 * figure);
    }
}

#[test]
fn a_triangle_with_holes_or_impossible_figures_is_refused_with_all_places() {
    let rows = [vec![1.0, 2.0], vec![1.0, f64::NAN, 3.0], vec![], vec![-1.0]];
    let refused = ChainLadder::fit(&rows, Tail { factor: 0.5, standard_error: -1.0 }).unwrap_err();
    assert_eq!(
        refused.to_string().lines().collect::<Vec<_>>(),
        [
            "`rows[1]`: the cohort has 3 figures, more than the 2 of the one before it",
            "`rows[1][1]`: `NaN` is no figure: it must be finite and not negative",
            "`rows[2]`: the cohort has no figures",
            "`rows[3]`: the cohort has 1 figures, more than the 0 of the one before it",
            "`rows[3][0]`: `-1` is no figure: it must be finite and not negative",
            "`tail.factor`: `0.5` is no tail factor: it must be 1 to 100",
            "`tail.standard_error`: `-1` is no figure: it must be finite and not negative",
        ]
    );
    let none = ChainLadder::fit(&[], Tail::NONE).unwrap_err();
    assert!(none.iter().any(|problem| problem.fault == Fault::NoCohorts));
}

#[test]
fn what_no_cohort_shows_is_told_and_not_made_up() {
    let nothing = TooLittle::NothingRedeemed;
    let ladder = ChainLadder::fit(&[vec![0.0, 5.0], vec![0.0]], Tail::NONE).unwrap();
    assert_eq!(ladder.project(&[0.0]), Err(nothing));
    assert_eq!(ladder.project(&[4.0]), Err(TooLittle::NoOlderCohort { age: 1 }));
    assert_eq!(ladder.project(&[]), Err(TooLittle::PeriodNotOver));
    let ladder = ChainLadder::fit(&[vec![1.0, 5.0], vec![2.0]], Tail::NONE).unwrap();
    assert_eq!(ladder.project(&[2.0]), Err(TooLittle::FewCohorts { age: 1, found: 1 }));
    let huge = [vec![1e-300, 1e300], vec![1e-300, 1e300], vec![1e-300]];
    let ladder = ChainLadder::fit(&huge, Tail::NONE).unwrap();
    assert_eq!(ladder.project(&[1e-300]), Err(TooLittle::Unbounded));
}
