//! What is reckoned on the way to an answer, kept so that nothing is allocated.

/// Sets of positions, and the numbers of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// Rules of which the cells cannot tell whether they hold.
    pub(super) unsure: Vec<u64>,
    pub(super) sets: SetScratch,
}

/// What a set comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct SetScratch {
    /// The mentioned texts that are in the set.
    pub(super) present: Vec<u32>,
    /// The mentioned texts of which it is not known.
    pub(super) open: Vec<u32>,
    pub(super) may: Vec<u64>,
    pub(super) fail: Vec<u64>,
    pub(super) clause: Vec<u64>,
}
