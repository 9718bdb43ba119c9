//! What is not fit for use is told, and what is fit is not.

use loyalty::cluster::KMeans;
use loyalty::cluster::choice::{Criteria, Reason, choose};
use loyalty::cluster::validation::silhouette;
use loyalty::feature::{FeatureTable, Labels, Missing, Preparation, Scale};
use loyalty::id::SegmentId;
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::fitness::{
    Concern, Defect, Fitness, Gravity, Limits, Usability, fitness, fitness_refitted,
};
use loyalty::segment::{Fit, Segment};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::id;

fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Roughly normal: the sum of twelve is of variance 1.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| unit(rng)).sum::<f64>() - 6.0
}

fn table(rows: &[[f64; 2]]) -> FeatureTable {
    let row = |(at, row): (usize, &[f64; 2])| (id(&format!("c{at:04}")), row.map(Some));
    FeatureTable::new(["orders", "spend"], rows.iter().enumerate().map(row)).unwrap()
}

fn recipe(clusters: usize) -> Clusters {
    let columns = [("orders", Scale::None), ("spend", Scale::None)];
    let columns = Preparation::new(columns).missing(Missing::DropRows);
    Clusters::new(KMeans::new(clusters), columns)
}

fn judged(rows: &[[f64; 2]], clusters: usize) -> (Clustered, Fitness) {
    let (table, recipe) = (table(rows), recipe(clusters));
    let model = recipe.fit_seeded(&table, 3).unwrap();
    let limits = Limits { refits: 6, references: 8, ..Limits::default() };
    let fitness = fitness_refitted(&model, &recipe, &table, &limits).unwrap();
    (model, fitness)
}

/// Three round groups of 150, 130 and 120 at the corners of a triangle.
fn groups() -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let corners = [(150, 0.0, 0.0), (130, 10.0, 0.0), (120, 5.0, 9.0)];
    let group =
        |(count, x, y): (usize, f64, f64)| (0..count).map(move |_| (x, y)).collect::<Vec<_>>();
    let centers = corners.into_iter().flat_map(group);
    centers.map(|(x, y)| [x + normal(&mut rng), y + normal(&mut rng)]).collect()
}

fn has(fitness: &Fitness, concern: impl Fn(&Concern) -> bool) -> bool {
    fitness.findings.iter().any(|finding| concern(&finding.concern))
}

#[test]
fn groups_that_are_there_are_usable() {
    let (_, fitness) = judged(&groups(), 3);
    assert_eq!((fitness.usability, fitness.findings.len()), (Usability::Usable, 0), "{fitness}");
    let figures = fitness.figures;
    assert_eq!(figures.sizes.iter().map(|(_, size)| size).sum::<usize>(), 400);
    assert!(figures.stability.unwrap() > 0.99 && figures.structure.unwrap() > 10.0);
    assert!(figures.recurrence.iter().all(|(_, share)| *share > 0.99));
}

#[test]
fn noise_is_refused_however_it_is_spread() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let even: Vec<[f64; 2]> = (0..400).map(|_| [unit(&mut rng), unit(&mut rng)]).collect();
    let cloud: Vec<[f64; 2]> = (0..400).map(|_| [normal(&mut rng), normal(&mut rng)]).collect();
    // Along a line, as orders and spend are.
    let line: Vec<[f64; 2]> = (0..400)
        .map(|_| {
            let common = normal(&mut rng);
            [common, common + 0.1 * normal(&mut rng)]
        })
        .collect();
    for (name, rows) in [("even", even), ("cloud", cloud), ("line", line)] {
        for clusters in [2, 3, 5] {
            let (_, fitness) = judged(&rows, clusters);
            assert_ne!(fitness.usability, Usability::Usable, "{name} {clusters}: {fitness}");
            assert!(has(&fitness, |found| *found == Concern::NoStructure), "{name} {clusters}");
        }
    }
}

#[test]
fn too_many_segments_cut_groups_and_do_not_recur() {
    let (_, fitness) = judged(&groups(), 7);
    assert_ne!(fitness.usability, Usability::Usable);
    assert!(has(&fitness, |found| matches!(found, Concern::OneCloud(..))), "{fitness}");
    assert!(has(&fitness, |found| matches!(found, Concern::NotRecurring(_))), "{fitness}");
    assert!(fitness.figures.stability.unwrap() < 0.8);
    let (_, fitness) = judged(&groups(), 40);
    assert!(has(&fitness, |found| *found == Concern::TooMany));
    assert_eq!(fitness.usability, Usability::Refused);
    let (_, fitness) = judged(&groups()[..40], 5);
    // The square root of 20 is 4.47.
    let mut findings = fitness.findings.iter();
    let found = findings.find(|found| found.concern == Concern::TooManyForSoFew).unwrap();
    assert_eq!((found.found, found.limit), (5.0, 20.0_f64.sqrt()));
    assert!(found.to_string().starts_with("there are 5 segments, more than 4.47 (the square root"));
}

#[test]
fn a_customer_and_a_feature_that_outweigh_all_others_are_told() {
    let mut rows = groups();
    rows.push([500.0, 500.0]);
    let (model, fitness) = judged(&rows, 3);
    assert_eq!(fitness.usability, Usability::Refused);
    let (customer, share) = fitness.figures.outlier.clone().unwrap();
    assert_eq!(customer, id("c0400"));
    assert!(share > 0.9);
    let told = fitness.to_string();
    let expected = "customer c0400 makes 9";
    assert!(told.lines().any(|line| line.starts_with(expected)), "{told}");
    let small = Concern::Small(
        model
            .model()
            .clusters()
            .last()
            .map(|_| fitness.figures.sizes.last().unwrap().0.clone())
            .unwrap(),
    );
    assert!(has(&fitness, |found| *found == small), "{told}");

    let wide: Vec<[f64; 2]> = groups().into_iter().map(|[x, y]| [x, y * 1000.0]).collect();
    let (_, fitness) = judged(&wide, 3);
    let (feature, share) = &fitness.figures.dominance[0];
    assert_eq!(feature.as_str(), "spend");
    assert!(*share > 0.999);
    assert!(has(&fitness, |found| matches!(found, Concern::Dominated(_))));
}

#[test]
fn figures_are_those_of_their_definitions() {
    // Two of (0, 0), one of (0, 3), and one of (12, 0): clusters of 3 and 1.
    let rows = [[0.0, 0.0], [0.0, 0.0], [0.0, 3.0], [12.0, 0.0]];
    let (table, recipe) = (table(&rows), recipe(2));
    let model = recipe.fit_seeded(&table, 3).unwrap();
    let Fitness { figures, findings, .. } = fitness(&model, &table, &Limits::default()).unwrap();
    // The means are (0, 1) and (12, 0), that of all is (3, 0.75): 3 · 9 + 81 in the first column
    // and 3 · 0.0625 + 0.5625 in the second.
    let (first, second) = (108.0, 0.75);
    assert_eq!(figures.dominance[0].1, first / (first + second));
    assert_eq!(figures.dominance[1].1, second / (first + second));
    // Squared distances from that mean: 9.5625 twice, 14.0625 and 81.5625.
    let (customer, share) = figures.outlier.unwrap();
    assert_eq!((customer, share), (id("c0003"), 81.5625 / 114.75));
    let matrix = table.matrix().unwrap();
    assert_eq!(figures.silhouette, silhouette(matrix, &[0, 0, 0, 1]).ok());
    assert_eq!((figures.stability, figures.recurrence.len()), (None, 0));
    assert_eq!(findings[0].gravity, Gravity::Refusal);
    assert_eq!(findings[0].advice(), findings[1].advice());
}

#[test]
fn limits_are_written_and_customers_without_a_segment_count() {
    let limits: Limits = serde_json::from_str(
        r#"{"size": {"warn": 2, "refuse": 1}, "unassigned": {"warn": 0.1, "refuse": 0.3}}"#,
    )
    .unwrap();
    assert_eq!((limits.size.warn, limits.most), (2.0, 2000));
    let rows = [[0.0, 0.0], [0.0, 0.0], [9.0, 9.0], [9.0, 9.0]];
    let model = recipe(2).fit_seeded(&table(&rows), 1).unwrap();
    let gaps = FeatureTable::new(
        ["orders", "spend"],
        [("a", Some(0.0)), ("b", None), ("c", Some(9.0)), ("d", Some(0.0))]
            .map(|(name, number)| (id(name), [number, number])),
    )
    .unwrap();
    let found = fitness(&model, &gaps, &limits).unwrap();
    assert_eq!(found.figures.unassigned, 0.25);
    assert!(has(&found, |concern| *concern == Concern::Unassigned));
    let nobody = gaps.filter(|customer| customer.as_str() == "b");
    let found = fitness(&model, &nobody, &limits).unwrap();
    assert_eq!((found.usability, found.figures.silhouette), (Usability::Refused, None));
    assert!(has(&found, |concern| *concern == Concern::OnlyOne));
}

#[test]
fn the_same_question_has_the_same_answer() {
    assert_eq!(judged(&groups(), 4).1, judged(&groups(), 4).1);
    let json = serde_json::to_string(&judged(&groups(), 7).1).unwrap();
    assert_eq!(serde_json::from_str::<Fitness>(&json).unwrap(), judged(&groups(), 7).1);
}

#[test]
fn findings_call_segments_by_their_names_and_others_by_their_ids() {
    // The first is named, and the id of the second, which begins with it, is not.
    let [one, ten] = ["cluster-1", "cluster-10"].map(|id| SegmentId::new(id).unwrap());
    let names = [Segment::new(one.clone(), "Regulars")];
    for (concern, found, limit, expected) in [
        (Concern::Small(one.clone()), 43.0, 50.0, "Regulars has 43 customers, fewer than 50: "),
        (Concern::Small(ten.clone()), 1.0, 50.0, "cluster-10 has 1 customer, fewer than 50: "),
        (
            Concern::SmallShare(one.clone()),
            0.004,
            0.01,
            "Regulars has 0.4 % of the customers, less than 1 %: too few to act on; ask for fewer \
             segments, or treat them with the next best",
        ),
        (
            Concern::OneCloud(ten, one.clone()),
            0.5,
            1.8692,
            "cluster-10 and Regulars are as normal as one cloud (Anderson–Darling 0.50, less than \
             1.87): they are one group that was cut; ask for fewer segments, or use them as levels",
        ),
        (
            Concern::NotRecurring(one),
            0.6,
            0.75,
            "Regulars recurs by 0.60 (Jaccard) when customers are resampled, less than 0.75: do \
             not build on this segment alone",
        ),
        (
            Concern::Unassigned,
            0.3,
            0.2,
            "30 % of the customers are in no segment, more than 20 %: a segmentation should speak \
             of most; loosen the recipe",
        ),
    ] {
        let defect = Defect { gravity: Gravity::Warning, concern, found, limit };
        let told = defect.told(&names, &Labels::default());
        assert!(told.starts_with(expected), "{told}");
        assert!(!defect.to_string().contains("Regulars"), "{defect}");
    }
}

/// Two coordinates of Student's t with 3 degrees of freedom: one cloud with far outliers.
fn heavy_tailed() -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut tail = || {
        let squares: f64 = (0..3).map(|_| normal(&mut rng).powi(2)).sum();
        normal(&mut rng) / (squares / 3.0).sqrt()
    };
    (0..400).map(|_| [tail(), tail()]).collect()
}

/// The gap statistic of scikit-learn's k-means says the same of such clouds: beside that of one
/// cluster, that of three is 49 standard errors greater for the groups, 4 less for the normal
/// cloud, and 43 less for the heavy-tailed one.
#[test]
fn fitness_and_the_choice_of_a_number_agree_on_what_has_structure() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let cloud = (0..400).map(|_| [normal(&mut rng), normal(&mut rng)]).collect();
    for (rows, structured) in [(groups(), true), (cloud, false), (heavy_tailed(), false)] {
        let (_, found) = judged(&rows, 3);
        assert_eq!(found.usability == Usability::Usable, structured, "{found}");
        assert_eq!(has(&found, |it| *it == Concern::NoStructure), !structured, "{found}");
        let table = table(&rows);
        let criteria = Criteria { references: 8, pairs: 6, ..Criteria::default() };
        let points = table.matrix().unwrap();
        let choice = choose(&KMeans::new(3), points, None, 2..=4, &criteria, 3).unwrap();
        let nothing = matches!(choice.reason, Reason::NothingSeparates { .. });
        assert_eq!((nothing, choice.recommended), (!structured, if structured { 3 } else { 1 }));
    }
}

#[test]
fn fitness_and_the_choice_of_a_number_look_at_as_many() {
    assert_eq!(Criteria::default().gap_sample, Limits::default().most);
}
