//! Streams against all points that they ever saw, and against the methods that see all at once.

use loyalty::cluster::stream::{Flow, Grouping, MacroClusters, Standing, Stream};
use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Birch, Cut, Hierarchy, Init, KMeans};
use ndarray::Array2;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Clone, Debug)]
struct Point {
    x: Vec<f64>,
    weight: f64,
    at: f64,
}

/// All points with their ages: what a stream forgets.
struct Naive {
    half_life: Option<f64>,
    points: Vec<Point>,
}

impl Naive {
    fn weight(&self, point: &Point, as_of: f64) -> f64 {
        let faded = |half_life: f64| 0.5_f64.powf((as_of - point.at) / half_life);
        point.weight * self.half_life.map_or(1.0, faded)
    }

    /// The mean, weight and scatter of all points, by their definitions.
    fn total(&self, as_of: f64) -> (Vec<f64>, f64, f64) {
        let weights: Vec<f64> = self.points.iter().map(|p| self.weight(p, as_of)).collect();
        let total: f64 = weights.iter().sum();
        let mut mean = vec![0.0; self.points[0].x.len()];
        for (point, weight) in self.points.iter().zip(&weights) {
            mean.iter_mut().zip(&point.x).for_each(|(mean, x)| *mean += x * weight / total);
        }
        let square = |x: &[f64]| x.iter().zip(&mean).map(|(x, m)| (x - m) * (x - m)).sum::<f64>();
        let scatter = self.points.iter().zip(&weights).map(|(p, w)| w * square(&p.x)).sum();
        (mean, total, scatter)
    }
}

#[track_caller]
fn assert_near(left: f64, right: f64, what: &str) {
    assert!((left - right).abs() <= 1e-9 * right.abs().max(1.0), "{what}: {left} {right}");
}

fn learned(stream: &Stream, points: &[Point]) -> Flow {
    let mut flow = stream.start(points[0].x.len()).unwrap();
    for point in points {
        assert!(flow.learn(&point.x, point.weight, point.at).is_some(), "{point:?}");
    }
    flow
}

fn by_tree(clusters: usize) -> Grouping {
    Grouping::Hierarchy(Hierarchy::new(Cut::Clusters(clusters)))
}

/// The points that the tests of k-means have as well.
#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
    init: Vec<usize>,
}

fn iris() -> Data {
    serde_json::from_str(include_str!("data/kmeans_iris_std.json")).unwrap()
}

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((points.len(), points[0].len()), points.concat()).unwrap()
}

fn stream_of(data: &Data, stream: &Stream) -> Flow {
    let points = data.points.iter().enumerate();
    let points = points.map(|(at, x)| Point { x: x.clone(), weight: 1.0, at: at as f64 });
    learned(stream, &points.collect::<Vec<_>>())
}

fn labels(found: &MacroClusters, points: &[Vec<f64>]) -> Vec<usize> {
    points.iter().map(|point| found.assign(point).unwrap().nearest.cluster).collect()
}

#[test]
fn without_fading_and_with_a_small_radius_it_finds_what_a_batch_finds() {
    let data = iris();
    let flow = stream_of(&data, &Stream { most: 200, ..Stream::new(0.0) });
    let points = matrix(&data.points);
    let batch = Hierarchy::new(Cut::Clusters(3)).fit(points.view(), None).unwrap();
    let found = flow.group(&by_tree(3), 150.0).unwrap();
    assert_eq!(adjusted_rand(&labels(&found, &data.points), batch.members()), Some(1.0));
    for (ours, theirs) in found.clusters().iter().zip(batch.clusters()) {
        assert_eq!((ours.size, ours.weight), (theirs.size, theirs.weight));
        ours.center.iter().zip(&theirs.center).for_each(|(x, y)| assert_near(*x, *y, "center"));
    }

    let centers = data.init.iter().map(|&row| data.points[row].clone()).collect();
    let recipe = KMeans { init: Init::Centers(centers), tolerance: 0.0, ..KMeans::new(3) };
    let batch = recipe.fit_seeded(points.view(), None, 1).unwrap();
    let found = flow.group(&Grouping::KMeans { recipe, seed: 1 }, 150.0).unwrap();
    for (ours, theirs) in found.clusters().iter().zip(batch.clusters()) {
        assert_eq!((ours.size, ours.weight), (theirs.size, theirs.weight));
        ours.center.iter().zip(&theirs.center).for_each(|(x, y)| assert_near(*x, *y, "center"));
    }
}

#[test]
fn with_few_micro_clusters_it_nearly_finds_what_a_batch_finds() {
    let data = iris();
    let batch = Hierarchy::new(Cut::Clusters(2)).fit(matrix(&data.points).view(), None).unwrap();
    for stream in [Stream::new(0.5), Stream { most: 20, ..Stream::new(0.0) }] {
        let flow = stream_of(&data, &stream);
        assert!(flow.micro_clusters(150.0).len() <= stream.most.min(60));
        let found = flow.group(&by_tree(2), 150.0).unwrap();
        let agreement = adjusted_rand(&labels(&found, &data.points), batch.members()).unwrap();
        assert!(agreement > 0.9, "{agreement}");
    }
}

#[test]
fn without_fading_it_keeps_within_the_radius_as_birch_does() {
    let data = iris();
    let flow = stream_of(&data, &Stream::new(0.5));
    for micro in flow.micro_clusters(150.0) {
        assert!(micro.radius <= 0.5);
    }
    let birch = Birch::new(0.5).fit(matrix(&data.points).view(), None).unwrap();
    let (ours, theirs) = (flow.micro_clusters(150.0).len(), birch.clusters().len());
    // The rule of twice the radius parts a little more.
    assert!((theirs..2 * theirs).contains(&ours), "{ours} {theirs}");
}

#[test]
fn a_point_counts_half_after_a_half_life_and_less_if_it_comes_late() {
    let stream = Stream { half_life: Some(10.0), ..Stream::new(1.0) };
    let mut flow = stream.start(1).unwrap();
    flow.learn(&[0.0], 8.0, 100.0);
    flow.learn(&[0.5], 4.0, 110.0);
    // Eight are four by now.
    let total = flow.total(110.0).unwrap();
    assert_eq!((total.weight, total.center[0]), (8.0, 0.25));
    // It comes after the other, but happened two half-lives before it.
    flow.learn(&[1.0], 4.0, 90.0);
    assert_eq!(flow.total(110.0).unwrap().weight, 9.0);
    assert_eq!(flow.total(120.0).unwrap().weight, 4.5);
    assert_eq!(flow.latest(), Some(110.0));
    // Nothing is asked of the past.
    assert_eq!(flow.total(0.0), flow.total(110.0));
}

#[test]
fn standing_follows_weight_and_outliers_are_in_no_cluster() {
    let stream = Stream { half_life: Some(1.0), core_weight: 4.0, ..Stream::new(0.5) };
    let mut flow = stream.start(1).unwrap();
    for (x, weight) in [(0.0, 8.0), (10.0, 4.0), (20.0, 2.0)] {
        flow.learn(&[x], weight, 0.0);
    }
    let standings = |as_of| -> Vec<Standing> {
        flow.micro_clusters(as_of).iter().map(|micro| micro.standing).collect()
    };
    assert_eq!(standings(0.0), [Standing::Core, Standing::Core, Standing::Potential]);
    assert_eq!(standings(1.0), [Standing::Core, Standing::Potential, Standing::Outlier]);
    let found = flow.group(&by_tree(3), 1.0).unwrap();
    assert_eq!((found.clusters().len(), found.outlying()), (2, 1.0));
    let gone = flow.group(&by_tree(1), 9.0).unwrap_err().to_string();
    assert_eq!(gone, "`points`: there are no points");
}

#[test]
fn what_fades_is_dropped_but_still_counted_in_the_total() {
    let stream = Stream { half_life: Some(1.0), ..Stream::new(0.5) };
    let mut flow = stream.start(1).unwrap();
    flow.learn(&[0.0], 1.0, 0.0);
    flow.learn(&[9.0], 1.0, 6.0);
    assert_eq!(flow.micro_clusters(6.0).len(), 2);
    // 2⁻⁷ is less than a hundredth.
    flow.learn(&[9.0], 1.0, 7.0);
    assert_eq!(flow.micro_clusters(7.0).len(), 1);
    assert_eq!(flow.total(7.0).unwrap().weight, 1.5 + 0.5_f64.powi(7));
}

#[test]
fn a_cluster_that_wanders_is_followed_and_one_that_stays_away_fades() {
    let stream = Stream { half_life: Some(10.0), ..Stream::new(1.0) };
    let mut flow = stream.start(2).unwrap();
    let wobble = |step: u32| f64::from(step * 7 % 11) / 20.0;
    let mut group = Vec::new();
    for day in 0..400_u32 {
        let (at, wobble) = (f64::from(day), wobble(day));
        flow.learn(&[wobble + at / 50.0, 0.0], 3.0, at);
        if day < 200 {
            flow.learn(&[30.0 + wobble, 30.0], 2.0, at);
        } else {
            flow.learn(&[-30.0, 30.0 + wobble], 1.0, at);
        }
        if day % 200 == 199 || day == 219 {
            group.push(flow.group(&by_tree(2 + usize::from(day == 219)), at).unwrap());
        }
    }
    let [before, between, after] = group.as_slice() else { panic!("{group:?}") };
    let transitions = before.transitions(between);
    assert_eq!(transitions.moves.len(), 2);
    assert_eq!((transitions.born.len(), transitions.faded.len()), (1, 0));
    let wandering = &transitions.moves[0];
    assert_eq!((wandering.before, &wandering.from), (0, &before.clusters()[0].center));
    assert!(wandering.to[0] > wandering.from[0] && wandering.distance < 1.0, "{wandering:?}");
    assert_eq!(wandering.weight_before, before.clusters()[0].weight);
    let transitions = between.transitions(after);
    // The one at (30, 30) was the lightest after two half-lives without a point.
    assert_eq!(transitions.faded, [2]);
    assert_eq!((transitions.moves.len(), transitions.born.len()), (2, 0));
    assert!(after.clusters().iter().all(|cluster| cluster.center[0] < 10.0));
}

#[test]
fn clusters_that_meet_are_absorbed_and_those_that_part_are_split() {
    let stream = Stream::new(0.5);
    let mut flow = stream.start(1).unwrap();
    for (x, weight) in [(0.0, 3.0), (4.0, 2.0), (20.0, 1.0)] {
        flow.learn(&[x], weight, 0.0);
    }
    let (three, two) =
        (flow.group(&by_tree(3), 0.0).unwrap(), flow.group(&by_tree(2), 0.0).unwrap());
    let transitions = three.transitions(&two);
    assert_eq!((transitions.absorbed.as_slice(), transitions.moves.len()), (&[(1, 0)][..], 2));
    assert_eq!(transitions.moves[0].kept, 1.0);
    assert_eq!(transitions.moves[0].to, [1.6]);
    assert_eq!(two.transitions(&three).split, [(0, 1)]);
    let still = two.transitions(&two);
    assert!(still.moves.iter().all(|moved| moved.distance == 0.0));
    assert!(still.faded.is_empty() && still.born.is_empty());
}

#[test]
fn only_flows_of_the_same_recipe_can_be_merged() {
    let mut flow = Stream::new(1.0).start(2).unwrap();
    let told = flow.merge(&Stream::new(2.0).start(3).unwrap()).unwrap_err().to_string();
    assert_eq!(
        told,
        "`recipe`: the other one has a different recipe\n\
         `columns`: the other one has a different number of coordinates"
    );
}

#[test]
fn nothing_is_learned_from_what_is_no_point() {
    let stream = Stream { half_life: Some(1.0), ..Stream::new(1.0) };
    let mut flow = stream.start(1).unwrap();
    assert_eq!((flow.total(0.0), flow.assign(&[0.0])), (None, None));
    assert!(flow.group(&by_tree(1), 0.0).is_err());
    flow.learn(&[0.0], 1.0, 5000.0);
    let before = flow.clone();
    for (point, weight, at) in [
        (&[0.0, 1.0][..], 1.0, 5000.0),
        (&[f64::NAN], 1.0, 5000.0),
        (&[1e121], 1.0, 5000.0),
        (&[0.0], 0.0, 5000.0),
        (&[0.0], -1.0, 5000.0),
        (&[0.0], 1e41, 5000.0),
        (&[0.0], f64::NAN, 5000.0),
        (&[0.0], 1.0, f64::NAN),
        (&[0.0], 1.0, f64::INFINITY),
        (&[0.0], 1.0, 1e13),
        // Nothing is left of it.
        (&[0.0], 1.0, 1000.0),
    ] {
        assert_eq!(flow.learn(point, weight, at), None, "{point:?} {weight} {at}");
        assert_eq!(flow, before);
    }
    // Half-lives go by until nothing is left of the first.
    assert_eq!(flow.learn(&[9.0], 1.0, 1e9), Some(1));
    assert_eq!(flow.total(1e9).map(|total| total.weight), Some(1.0));
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let stream = Stream {
        radius: -1.0,
        half_life: Some(0.0),
        most: 0,
        core_weight: f64::NAN,
        potential: f64::INFINITY,
        faded_weight: -2.0,
    };
    let told = stream.start(0).unwrap_err().to_string();
    let starts = [
        "`radius`",
        "`core_weight`",
        "`potential`",
        "`faded_weight`",
        "`half_life`",
        "`most`",
        "`columns`",
    ];
    assert_eq!(told.lines().count(), starts.len());
    for (line, start) in told.lines().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    let mut flow = Stream::new(1.0).start(1).unwrap();
    flow.learn(&[0.0], 1.0, 0.0);
    let found = flow.group(&by_tree(0), f64::NAN).unwrap_err().to_string();
    assert_eq!(found, "`as_of`: `NaN` is out of range");
    let json = serde_json::to_string(&flow).unwrap();
    for (from, to, told) in [
        ("\"next\":1", "\"next\":0", "`micro_clusters[0].id`: `0` is out of range"),
        ("\"weight\":1.0", "\"weight\":-1.0", "`micro_clusters[0].feature.weight`: `-1`"),
        ("\"columns\":1", "\"columns\":2", "there are 1 coordinates: 2 are needed"),
        ("\"radius\":1.0,\"micro", "\"radius\":0.5,\"micro", "`radius`: `0.5` is out of range"),
        ("\"landmark\":0.0", "\"landmark\":0.5", "`clock`"),
    ] {
        assert!(json.contains(from), "{json}");
        let error = serde_json::from_str::<Flow>(&json.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

fn points(columns: usize) -> impl Strategy<Value = Vec<Point>> {
    let coordinate = prop_oneof![(-3_i32..4).prop_map(f64::from), -3.0..3.0_f64];
    let point = (prop::collection::vec(coordinate, columns), 0.1..3.0_f64, 0.0..60.0_f64)
        .prop_map(|(x, weight, at)| Point { x, weight, at });
    prop::collection::vec(point, 1..80)
}

fn streams() -> impl Strategy<Value = Stream> {
    let half_life = prop::option::of(prop::sample::select(vec![0.7, 5.0, 30.0]));
    (prop::sample::select(vec![0.0, 0.3, 1.0]), half_life, 1_usize..30)
        .prop_map(|(radius, half_life, most)| Stream { half_life, most, ..Stream::new(radius) })
}

fn hostile_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3_i32..4).prop_map(f64::from),
        1 => prop::sample::select(vec![1e120, -1e120, 1e-300, 5e-324, -0.0, 1e60, 1e-170]),
    ]
}

#[track_caller]
fn assert_total(flow: &Flow, naive: &Naive, as_of: f64) {
    let total = flow.total(as_of).unwrap();
    let (mean, weight, scatter) = naive.total(as_of);
    assert!((total.weight - weight).abs() <= 1e-9 * weight, "{} {weight}", total.weight);
    assert!((total.scatter - scatter).abs() <= 1e-9 * weight.max(scatter), "scatter");
    for (ours, theirs) in total.center.iter().zip(mean) {
        assert_near(*ours, theirs, "mean");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn totals_are_those_of_all_points_with_their_ages(stream in streams(), points in points(2)) {
        let flow = learned(&stream, &points);
        prop_assert!(flow.micro_clusters(60.0).len() <= stream.most);
        prop_assert_eq!(flow.learned(), points.len() as u64);
        let naive = Naive { half_life: stream.half_life, points };
        for as_of in [60.0, 71.5] {
            assert_total(&flow, &naive, as_of);
        }
    }

    #[test]
    fn merged_flows_have_the_totals_of_the_union(
        stream in streams(),
        points in points(2),
        other in points(2),
    ) {
        let (mut one, two) = (learned(&stream, &points), learned(&stream, &other));
        let mut turned = two.clone();
        turned.merge(&one).unwrap();
        one.merge(&two).unwrap();
        one.merge(&stream.start(2).unwrap()).unwrap();
        let points = [points, other].concat();
        let mut naive = Naive { half_life: stream.half_life, points };
        for merged in [&one, &turned] {
            assert_total(merged, &naive, 60.0);
            prop_assert_eq!(merged.learned(), naive.points.len() as u64);
            prop_assert!(merged.micro_clusters(60.0).len() <= stream.most);
        }
        let mut none = stream.start(2).unwrap();
        none.merge(&two).unwrap();
        let points = naive.points.split_off(naive.points.len() - two.learned() as usize);
        assert_total(&none, &Naive { half_life: stream.half_life, points }, 60.0);
    }

    #[test]
    fn the_same_points_give_the_same_bytes_before_and_after_storing(
        stream in streams(),
        points in points(3),
        more in points(3),
    ) {
        let mut flow = learned(&stream, &points);
        let json = serde_json::to_string(&flow).unwrap();
        let mut stored: Flow = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&stored, &flow);
        for point in &more {
            let ids = [&mut flow, &mut stored].map(|f| f.learn(&point.x, point.weight, point.at));
            prop_assert_eq!(ids[0], ids[1]);
        }
        let texts = [&flow, &stored].map(|f| serde_json::to_string(f).unwrap());
        prop_assert_eq!(&texts[0], &texts[1]);
        if let Ok(found) = flow.group(&by_tree(3), 60.0) {
            let json = serde_json::to_string(&found).unwrap();
            prop_assert_eq!(&serde_json::from_str::<MacroClusters>(&json).unwrap(), &found);
            let weight: f64 = found.clusters().iter().map(|cluster| cluster.weight).sum();
            let micro: f64 = flow.micro_clusters(60.0).iter().map(|micro| micro.weight).sum();
            assert_near(weight, micro, "weight");
        }
    }

    #[test]
    fn the_nearest_micro_cluster_is_found_and_radii_hold(stream in streams(), points in points(2)) {
        let flow = learned(&stream, &points);
        let micro = flow.micro_clusters(60.0);
        for point in &points {
            let distance = |center: &[f64]| {
                center.iter().zip(&point.x).map(|(c, x)| (c - x) * (c - x)).sum::<f64>().sqrt()
            };
            let found = flow.assign(&point.x).unwrap();
            let least = micro.iter().map(|m| distance(&m.center)).fold(f64::INFINITY, f64::min);
            prop_assert_eq!(found.nearest.distance, least);
            prop_assert!(found.margin().is_none_or(|margin| margin >= 0.0));
        }
        // With room for all points nothing is ever joined beyond the radius.
        let roomy = learned(&Stream { most: points.len(), ..stream.clone() }, &points);
        prop_assert_eq!(roomy.radius(), stream.radius);
        let micro = roomy.micro_clusters(60.0);
        prop_assert!(micro.iter().all(|micro| micro.radius <= stream.radius + 1e-9));
    }

    #[test]
    fn whatever_comes_what_is_known_stays_finite_bounded_and_storable(
        stream in streams(),
        points in prop::collection::vec(
            (
                prop::collection::vec(hostile_number(), 2),
                prop::sample::select(vec![1e-40, 1.0, 1e40]),
                prop::sample::select(vec![-1e9, 0.0, 1.0, 2.0, 300.0, 1e5, 1e11]),
            ),
            1..60,
        ),
    ) {
        let mut flow = stream.start(2).unwrap();
        for (x, weight, at) in &points {
            flow.learn(x, *weight, *at);
            prop_assert!(flow.micro_clusters(*at).len() <= stream.most);
        }
        for micro in flow.micro_clusters(f64::MIN) {
            prop_assert!(micro.weight > 0.0 && micro.weight.is_finite());
            prop_assert!(micro.radius.is_finite());
            prop_assert!(micro.center.iter().all(|x| x.abs() <= 1e120));
        }
        let total = flow.total(1e11).unwrap();
        prop_assert!(total.weight.is_finite() && total.scatter.is_finite());
        let json = serde_json::to_string(&flow).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Flow>(&json).unwrap(), &flow);
        let mut twice = flow.clone();
        twice.merge(&flow).unwrap();
        prop_assert!(twice.micro_clusters(1e11).len() <= stream.most);
        if let Ok(found) = flow.group(&by_tree(2), 1e11) {
            prop_assert!(found.clusters().iter().all(|cluster| cluster.weight > 0.0));
            prop_assert_eq!(found.transitions(&found).moves.len(), found.clusters().len());
        }
    }
}
