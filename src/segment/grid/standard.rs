//! The grids that come with the crate.

use serde::{Deserialize, Serialize};

use super::{Bins, Block, Cells, Grid, GridSegment, Overlap, Scores};
use crate::id::SegmentId;

/// A grid that comes with the crate, to be used as it is or as a start for one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StandardGrid {
    /// Eleven segments over all 125 cells of 5 × 5 × 5 scores.
    #[serde(rename = "standard_125")]
    Standard125,
    /// Ten segments over the 25 cells of recency and frequency; spend does not matter.
    RecencyFrequency,
}

/// Id, name, who they are, and what to do with them.
const SEGMENTS: [(&str, &str, &str, &str); 11] = [
    (
        "champions",
        "Champions",
        "Bought lately, buy often and spend the most.",
        "Show them first what is new, ask them for reviews, and thank them in person: discounts \
         are wasted on them.",
    ),
    (
        "loyal_customers",
        "Loyal Customers",
        "Buy regularly and spend well.",
        "Offer a better version of what they buy, and let them into the next tier early.",
    ),
    (
        "potential_loyalists",
        "Potential Loyalists",
        "Bought lately, and more than once or more than a little.",
        "Invite them to enroll, and suggest what goes with their last purchase.",
    ),
    (
        "new_customers",
        "New Customers",
        "Bought lately and for the first time or nearly so.",
        "Welcome them, help them with what they bought, and give them a reason to come back soon.",
    ),
    (
        "promising",
        "Promising",
        "Bought not long ago, not often yet.",
        "Make the brand known to them with a small gift or a trial, not with a price cut.",
    ),
    (
        "need_attention",
        "Need Attention",
        "Bought neither as lately nor as often as the best, and could go either way.",
        "Send an offer with a near end date for the categories that they like.",
    ),
    (
        "about_to_sleep",
        "About To Sleep",
        "Have not bought for a while, and never much.",
        "Remind them with what other customers like most, and offer a modest discount to return.",
    ),
    (
        "at_risk",
        "At Risk",
        "Bought often or spent well, but long ago.",
        "Write to them personally, ask what went wrong, and offer a renewal that is worth it.",
    ),
    (
        "cant_lose_them",
        "Can't Lose Them",
        "Were among the best, and have not come back for a long time.",
        "Call them before a competitor does: a person and a generous offer, not a newsletter.",
    ),
    (
        "hibernating",
        "Hibernating",
        "Bought little, and long ago.",
        "Keep in touch at low cost, with relevant products at seasonal occasions.",
    ),
    (
        "lost",
        "Lost",
        "Bought the least, and the longest time ago.",
        "Try once with a broad campaign, and leave them in peace if they do not answer.",
    ),
];

/// The cells of every segment of 5 × 5 × 5 scores but the lost, who have all others.
const STANDARD_125: [(&str, &str); 10] = [
    ("champions", "555 554 545 544 455 454 445"),
    ("loyal_customers", "543 444 435 355 354 345 344 335"),
    (
        "potential_loyalists",
        "553 552 551 542 541 533 532 531 453 452 451 442 441 433 432 431 423 353 352 351 \
         342 341 333 323",
    ),
    ("new_customers", "512 511 422 421 412 411 311"),
    ("promising", "525 524 523 522 521 515 514 513 425 424 415 414 413 315 314 313"),
    ("need_attention", "535 534 443 434 343 334 325 324"),
    ("about_to_sleep", "331 321 312 221 213"),
    (
        "at_risk",
        "255 254 253 252 245 244 243 242 235 234 225 224 153 152 145 143 142 135 134 133 \
         125 124",
    ),
    ("cant_lose_them", "215 214 155 154 144 115 114 113"),
    ("hibernating", "332 322 251 241 233 232 231 223 222 212 211 132 123 122"),
];

/// The recency and frequency scores of every segment; the greatest recency is the latest.
const RECENCY_FREQUENCY: [(&str, [u8; 2], [u8; 2]); 10] = [
    ("champions", [5, 5], [4, 5]),
    ("loyal_customers", [3, 4], [4, 5]),
    ("potential_loyalists", [4, 5], [2, 3]),
    ("new_customers", [5, 5], [1, 1]),
    ("promising", [4, 4], [1, 1]),
    ("need_attention", [3, 3], [3, 3]),
    ("about_to_sleep", [3, 3], [1, 2]),
    ("at_risk", [1, 2], [3, 4]),
    ("cant_lose_them", [1, 2], [5, 5]),
    ("hibernating", [1, 2], [1, 2]),
];

impl StandardGrid {
    /// The grid, which passes its check.
    #[must_use]
    pub fn grid(self) -> Grid {
        match self {
            Self::Standard125 => standard_125(),
            Self::RecencyFrequency => recency_frequency(),
        }
    }
}

fn standard_125() -> Grid {
    let cells = |codes: &str| -> Vec<Cells> {
        codes.split(' ').filter_map(|code| code.parse().ok().map(Cells::One)).collect()
    };
    let named = STANDARD_125.iter().filter_map(|(id, codes)| segment(id, cells(codes)));
    Grid {
        bins: Bins { r: 5, f: 5, m: Some(5) },
        overlap: Overlap::Refused,
        segments: named.chain(segment("lost", Vec::new())).collect(),
        otherwise: SegmentId::new("lost").ok(),
    }
}

fn recency_frequency() -> Grid {
    let between = |[lowest, highest]: [u8; 2]| Some(Scores::Between(lowest, highest));
    let named = RECENCY_FREQUENCY.iter().filter_map(|&(id, r, f)| {
        segment(id, vec![Cells::Block(Block { r: between(r), f: between(f), m: None })])
    });
    Grid {
        bins: Bins { r: 5, f: 5, m: None },
        overlap: Overlap::Refused,
        segments: named.collect(),
        otherwise: None,
    }
}

/// The segment `id` of [`SEGMENTS`] with these cells.
fn segment(id: &str, cells: Vec<Cells>) -> Option<GridSegment> {
    let (id, name, description, advice) = *SEGMENTS.iter().find(|(known, ..)| *known == id)?;
    Some(GridSegment {
        id: SegmentId::new(id).ok()?,
        name: name.to_owned(),
        description: description.to_owned(),
        advice: advice.to_owned(),
        cells,
    })
}
