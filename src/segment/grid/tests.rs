//! Grids in use, held against their check; `tests/data/README.md` names their source.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::id::SegmentId;
use crate::path::Problems;

fn in_use(name: &str) -> Value {
    let all: Value =
        serde_json::from_str(include_str!("../../../tests/data/rfm_segment_grids.json")).unwrap();
    all[name].clone()
}

// Found by counting, for each cell, the segments whose bounds hold it (Python 3.11).
const AMBIGUOUS_0_3: &str = "\
    124 125 133 134 135 143 144 145 153 154 155 222 223 224 232 233 234 235 243 244 245 \
    254 255 313 314 322 323 324 332 333 334 335 342 343 344 345 353 354 355 413 414 415 \
    422 423 424 425 432 433 434 435 442 443 444 532 533 534 535 555";
const AMBIGUOUS_0_2: &str = "\
    122 144 145 154 155 211 212 221 222 223 232 233 234 235 243 244 245 253 254 255 311 \
    312 321 322 323 332 333 411 433 444 445 454 455 511 533 544 545 554 555";
const UNCOVERED_0_2: &str = "\
    113 114 115 131 141 151 213 214 215 231 241 251 314 315 324 325 341 342 351 352 414 \
    415 424 425 441 442 451 452 514 515 524 525 541 542 551 552";
const AMBIGUOUS_RANGES: &str = "\
    11 12 14 15 21 22 23 24 25 31 32 33 41 43 44 45 51 53 54 55";

/// `Can't Lose Them` as an id: `cant_lose_them`.
fn id(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    kept.to_lowercase().replace(' ', "_")
}

fn grid(bins: Value, segments: impl IntoIterator<Item = (String, Value)>) -> Grid {
    let segment =
        |(name, cells): (String, Value)| json!({"id": id(&name), "name": name, "cells": cells});
    let segments: Vec<Value> = segments.into_iter().map(segment).collect();
    serde_json::from_value(json!({"bins": bins, "segments": segments})).unwrap()
}

/// A grid of the fixture that is written as the bounds of three scores.
fn bounds(name: &str) -> Grid {
    let written = in_use(name);
    let segments = written["order"].as_array().unwrap().iter().enumerate().map(|(i, segment)| {
        let between = |low: &str, high: &str| json!([written[low][i], written[high][i]]);
        let (r, f, m) = (between("rl", "ru"), between("fl", "fu"), between("ml", "mu"));
        (segment.as_str().unwrap().to_owned(), json!([{"r": r, "f": f, "m": m}]))
    });
    grid(json!({"r": 5, "f": 5, "m": 5}), segments)
}

/// A grid of the fixture that is written as lists of codes.
fn codes(name: &str, bins: Value) -> Grid {
    let written = in_use(name);
    let text = |code: &Value| json!(code.to_string().trim_matches('"'));
    let segments = written.as_object().unwrap().iter().map(|(name, codes)| {
        let codes: Vec<Value> = codes.as_array().unwrap().iter().map(text).collect();
        (name.clone(), json!(codes))
    });
    grid(bins, segments)
}

/// The grid of recency × the mean of frequency and monetary, whose first score is written as 0.
fn ranges() -> Grid {
    let between = |low: &Value, high: &Value| json!([low.as_u64().unwrap().max(1), high]);
    let rows = in_use("ranges_R_FM")["rows"].as_array().unwrap().clone();
    let segments = rows.iter().map(|row| {
        let (r, f) = (between(&row[1], &row[2]), between(&row[3], &row[4]));
        (row[0].as_str().unwrap().to_owned(), json!([{"r": r, "f": f}]))
    });
    grid(json!({"r": 5, "f": 5}), segments)
}

#[derive(Debug, Default, PartialEq)]
struct Offending {
    uncovered: BTreeSet<String>,
    ambiguous: BTreeSet<String>,
    unreachable: Vec<String>,
}

fn offending(problems: Problems<Fault>) -> Offending {
    let mut found = Offending::default();
    for problem in problems {
        match problem.fault {
            Fault::Uncovered { cells } => {
                found.uncovered.extend(cells.iter().map(Cell::to_string));
            }
            Fault::Ambiguous { cells, .. } => {
                found.ambiguous.extend(cells.iter().map(Cell::to_string));
            }
            Fault::Unreachable { id } => found.unreachable.push(id.to_string()),
            other => panic!("{other}"),
        }
    }
    found
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_standard_grids_are_total_unambiguous_and_reachable() {
    for standard in [StandardGrid::Standard125, StandardGrid::RecencyFrequency] {
        let grid = standard.grid();
        let checked = grid.check().unwrap();
        assert_eq!(checked.cells().count(), checked.bins().cells().count());
        for segment in checked.segments() {
            assert!(!segment.description.is_empty() && checked.advice(&segment.id).is_some());
        }
        let json = serde_json::to_string(&checked).unwrap();
        assert_eq!(serde_json::from_str::<CheckedGrid>(&json).unwrap(), checked);
    }
}

#[test]
fn the_standard_grid_of_125_cells_is_the_one_in_use() {
    let checked = StandardGrid::Standard125.grid().check().unwrap();
    let written = in_use("grid125");
    let mut cells = 0;
    for (name, codes) in written.as_object().unwrap() {
        let ours = match name.as_str() {
            "Potential Loyalist" => "Potential Loyalists",
            "Recent (New) Customers" => "New Customers",
            "Lost (else)" => "Lost",
            same => same,
        };
        for code in codes.as_array().unwrap() {
            let cell: Cell = code.as_str().unwrap().parse().unwrap();
            assert_eq!(checked.segment(cell).unwrap().name, ours, "{cell}");
            cells += 1;
        }
    }
    assert_eq!((cells, checked.segments().len()), (125, 11));
}

#[test]
fn the_standard_grid_of_25_cells_is_the_one_in_use() {
    let checked = StandardGrid::RecencyFrequency.grid().check().unwrap();
    let written = in_use("rf_regex");
    // `[1-2]5` means a first digit from 1 to 2, then a 5.
    let digits = |pattern: &str| -> Vec<(u8, u8)> {
        let parts = pattern.replace(['[', ']'], " ");
        let parts = parts.split_whitespace().flat_map(|part| match part.split_once('-') {
            Some((low, high)) => vec![(low.parse().unwrap(), high.parse().unwrap())],
            None => part.bytes().map(|digit| (digit - b'0', digit - b'0')).collect(),
        });
        parts.collect()
    };
    let mut cells = 0;
    for (pattern, name) in written.as_object().unwrap() {
        let id = name.as_str().unwrap().replace("cant_loose", "cant_lose_them");
        let [(r, to_r), (f, to_f)] = digits(pattern)[..] else { panic!("{pattern}") };
        for (r, f) in (r..=to_r).flat_map(|r| (f..=to_f).map(move |f| (r, f))) {
            assert_eq!(checked.segment(Cell { r, f, m: None }).unwrap().id.as_str(), id);
            cells += 1;
        }
    }
    assert_eq!((cells, checked.segments().len()), (25, 10));
}

#[test]
fn the_bounds_of_r_rfm_0_3_leave_10_cells_out_and_name_58_twice() {
    let found = offending(bounds("r_rfm_0_3_0").check().unwrap_err());
    assert_eq!(found.uncovered, words("215 241 251 252 341 351 441 451 541 551"));
    assert_eq!(found.ambiguous, words(AMBIGUOUS_0_3));
    assert_eq!((found.ambiguous.len(), found.unreachable.len()), (58, 0));
}

#[test]
fn the_bounds_of_r_rfm_0_2_leave_36_cells_out_and_name_39_twice() {
    let found = offending(bounds("r_rfm_0_2").check().unwrap_err());
    assert_eq!(found.uncovered, words(UNCOVERED_0_2));
    assert_eq!(found.ambiguous, words(AMBIGUOUS_0_2));
    assert_eq!((found.uncovered.len(), found.ambiguous.len()), (36, 39));
}

#[test]
fn the_first_match_leaves_four_segments_of_the_ranges_without_a_cell() {
    let mut grid = ranges();
    let found = offending(grid.check().unwrap_err());
    let ambiguous = words(AMBIGUOUS_RANGES);
    assert_eq!(found, Offending { ambiguous, ..Offending::default() });
    assert_eq!(found.ambiguous.len(), 20);

    grid.overlap = Overlap::FirstMatch;
    let found = offending(grid.check().unwrap_err());
    let unreachable = ["newrecent_customers", "promising", "cant_lose_them", "lost"];
    let unreachable = unreachable.map(str::to_owned).to_vec();
    assert_eq!(found, Offending { unreachable, ..Offending::default() });
}

#[test]
fn the_quartile_codes_need_a_segment_for_all_others() {
    let mut grid = codes("pymc_quartile", json!({"r": 4, "f": 4, "m": 4}));
    let found = offending(grid.check().unwrap_err());
    let uncovered =
        words("121 131 141 142 213 221 231 241 242 321 331 341 342 421 431 432 441 442");
    assert_eq!(found, Offending { uncovered, ..Offending::default() });

    let standard = json!({"id": "standard", "name": "Standard"});
    grid.segments.push(serde_json::from_value(standard).unwrap());
    grid.otherwise = SegmentId::new("standard").ok();
    let checked = grid.check().unwrap();
    assert_eq!(checked.segment("442".parse().unwrap()).unwrap().name, "Standard");
}

#[test]
fn codes_that_name_each_of_25_cells_once_are_a_grid() {
    let checked = codes("r_fm_concat", json!({"r": 5, "f": 5})).check().unwrap();
    assert_eq!(checked.segment("43".parse().unwrap()).unwrap().name, "Potential Loyalists");
}

#[test]
fn every_problem_of_a_grid_is_told_with_its_place() {
    let mut grid: Grid = serde_json::from_str(
        r#"{"bins": {"r": 2, "f": 2}, "segments": [
            {"id": "a", "name": "A", "cells": ["11", "12", "11", {"r": 1}, "13", "111"]},
            {"id": "b", "name": "B", "cells": [{"f": [2, 1]}, {"m": 1}, {"r": 0}, {"f": 3}, "12"]},
            {"id": "c", "name": "C"}]}"#,
    )
    .unwrap();
    assert_eq!(
        grid.check().unwrap_err().to_string(),
        "`segments[0].cells[2]`: the segment already has all of these cells\n\
         `segments[0].cells[3]`: the segment already has all of these cells\n\
         `segments[0].cells[4]`: `13` is no cell of 2 × 2 scores\n\
         `segments[0].cells[5]`: `111` is no cell of 2 × 2 scores\n\
         `segments[1].cells[0].f`: `2 to 1`: the scores are 1 to 2, and the lowest comes first\n\
         `segments[1].cells[1].m`: the grid has no monetary scores\n\
         `segments[1].cells[2].r`: `0`: the scores are 1 to 2, and the lowest comes first\n\
         `segments[1].cells[3].f`: `3`: the scores are 1 to 2, and the lowest comes first\n\
         `segments[1].cells`: `12` is also in `a`\n\
         `segments`: `21`, `22` are in no segment\n\
         `segments[2]`: no cell belongs to the segment `c`"
    );
    grid.bins = Bins { r: 1, f: 10, m: Some(0) };
    grid.segments[0].name = " ".to_owned();
    grid.segments[1].id = grid.segments[0].id.clone();
    grid.otherwise = SegmentId::new("d").ok();
    assert_eq!(
        grid.check().unwrap_err().to_string(),
        "`bins.r`: 1 scores: a dimension has 2 to 9\n\
         `bins.f`: 10 scores: a dimension has 2 to 9\n\
         `bins.m`: 0 scores: a dimension has 2 to 9\n\
         `segments[0].name`: the segment has no name\n\
         `segments[1].id`: the segment `a` is there twice\n\
         `else`: there is no segment `d`"
    );
}

#[test]
fn json_that_is_no_grid_is_refused_with_what_was_expected() {
    for (cells, told) in [
        (r#"["5"]"#, "`5` is no cell: write one digit from 1 to 9 for each dimension"),
        (r#"[55]"#, "expected a cell like \"555\" or scores like {\"r\": [4, 5], \"f\": 1}"),
        (r#"[{"r": -1}]"#, "expected a score like 5 or the lowest and the highest like [4, 5]"),
        (r#"[{"r": [1, 2, 3]}]"#, "invalid type: sequence, expected a score like 5"),
        (r#"[{"r": [1]}]"#, "invalid type: sequence, expected a score like 5"),
        (r#"[{"x": 1}]"#, "unknown field `x`, expected one of `r`, `f`, `m`"),
    ] {
        let json = format!(
            r#"{{"bins": {{"r": 2, "f": 2}},
                "segments": [{{"id": "a", "name": "A", "cells": {cells}}}]}}"#
        );
        let error = serde_json::from_str::<Grid>(&json).unwrap_err().to_string();
        assert!(error.contains(told), "{cells}: {error}");
    }
}

/// Grids of 2 or 3 scores, most of them faulty.
fn grids() -> impl Strategy<Value = Grid> {
    let scores = || {
        prop::option::of(prop_oneof![
            (1_u8..=3).prop_map(Scores::One),
            (1_u8..=3, 1_u8..=3).prop_map(|(lowest, highest)| Scores::Between(lowest, highest)),
        ])
    };
    let block = (scores(), scores()).prop_map(|(r, f)| Cells::Block(Block { r, f, m: None }));
    let cell = (1_u8..=3, 1_u8..=3).prop_map(|(r, f)| Cells::One(Cell { r, f, m: None }));
    let cells = prop::collection::vec(prop_oneof![block, cell], 0..3);
    let bins = (2_u8..=3, 2_u8..=3).prop_map(|(r, f)| Bins { r, f, m: None });
    let overlap = prop_oneof![Just(Overlap::Refused), Just(Overlap::FirstMatch)];
    let segments = prop::collection::vec(cells, 1..4);
    (bins, overlap, segments, any::<bool>()).prop_map(|(bins, overlap, segments, rest)| {
        let name = |at: usize| SegmentId::new(format!("s{at}")).unwrap();
        let segment = |(at, cells): (usize, Vec<Cells>)| GridSegment {
            id: name(at),
            name: "a segment".to_owned(),
            description: String::new(),
            advice: String::new(),
            cells,
        };
        let segments: Vec<GridSegment> = segments.into_iter().enumerate().map(segment).collect();
        let otherwise = rest.then(|| name(segments.len() - 1));
        Grid { bins, overlap, segments, otherwise }
    })
}

/// Whether `cells` names the cell, going by the words of its documentation.
fn names(cells: &Cells, cell: Cell) -> bool {
    let within = |scores: Option<Scores>, score: u8| {
        scores.is_none_or(|scores| (scores.ends().0..=scores.ends().1).contains(&score))
    };
    match cells {
        Cells::One(one) => *one == cell,
        Cells::Block(block) => within(block.r, cell.r) && within(block.f, cell.f),
    }
}

/// The segment of each cell, if the grid is in order; found by asking every segment for every cell.
fn audited(grid: &Grid) -> Option<Vec<SegmentId>> {
    let all: Vec<Cell> = grid.bins.cells().collect();
    for segment in &grid.segments {
        let mut had: BTreeSet<Cell> = BTreeSet::new();
        for cells in &segment.cells {
            let outside = |scores: Option<Scores>, bins: u8| {
                scores.is_some_and(|scores| {
                    scores.ends().0 > scores.ends().1 || scores.ends().1 > bins
                })
            };
            let named: BTreeSet<Cell> = all.iter().copied().filter(|c| names(cells, *c)).collect();
            let faulty = match cells {
                Cells::One(_) => named.is_empty(),
                Cells::Block(block) => {
                    outside(block.r, grid.bins.r) || outside(block.f, grid.bins.f)
                }
            };
            if faulty || named.is_subset(&had) {
                return None;
            }
            had.extend(named);
        }
    }
    let owner = |cell: &Cell| {
        let claims = |segment: &&GridSegment| segment.cells.iter().any(|it| names(it, *cell));
        let owners: Vec<&SegmentId> =
            grid.segments.iter().filter(claims).map(|segment| &segment.id).collect();
        match owners[..] {
            [] => grid.otherwise.clone(),
            [only] => Some(only.clone()),
            [first, ..] => (grid.overlap == Overlap::FirstMatch).then(|| first.clone()),
        }
    };
    let owners: Vec<SegmentId> = all.iter().map(owner).collect::<Option<_>>()?;
    grid.segments.iter().all(|segment| owners.contains(&segment.id)).then_some(owners)
}

proptest! {
    #[test]
    fn a_grid_passes_just_if_every_cell_has_one_segment_and_every_segment_a_cell(grid in grids()) {
        let found = grid.check().ok().map(|checked| {
            checked.cells().map(|(_, segment)| segment.id.clone()).collect::<Vec<_>>()
        });
        prop_assert_eq!(found, audited(&grid));
    }
}
