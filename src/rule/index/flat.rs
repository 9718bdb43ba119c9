//! What the texts of sets say of rules in a few words, without going from place to place.

/// For each text a row of a few words, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    pub(super) layers: Vec<FlatLayer>,
    /// For each text the rules that want it out of the set.
    pub(super) unwanted: Vec<u64>,
    /// The rules that ask for something else besides.
    pub(super) unsure: Option<Vec<u64>>,
}

/// At most one condition of every rule that one of some texts is in the set.
#[derive(Clone, Debug)]
pub(super) struct FlatLayer {
    /// The rules that have no condition in this layer.
    pub(super) others: Vec<u64>,
    /// For each text the rules that are content with it.
    pub(super) wanted: Vec<u64>,
}

impl Flat {
    /// Keeps the rules that may hold for a set of the texts with these numbers; texts of other
    /// numbers are mentioned by no rule.
    pub(super) fn keep<const WIDTH: usize>(
        &self,
        words: &mut [u64; WIDTH],
        numbers: impl Iterator<Item = u32> + Clone,
    ) {
        for FlatLayer { others, wanted } in &self.layers {
            let others = others.first_chunk().copied().unwrap_or([0; WIDTH]);
            let content = added(others, wanted, numbers.clone());
            words.iter_mut().zip(content).for_each(|(word, content)| *word &= content);
        }
        let unwanted = added([0; WIDTH], &self.unwanted, numbers);
        words.iter_mut().zip(unwanted).for_each(|(word, unwanted)| *word &= !unwanted);
    }
}

/// The words with the rows of the texts.
fn added<const WIDTH: usize>(
    mut words: [u64; WIDTH],
    rows: &[u64],
    numbers: impl Iterator<Item = u32>,
) -> [u64; WIDTH] {
    let rows = rows.as_chunks::<WIDTH>().0;
    for row in numbers.filter_map(|number| rows.get(number as usize)) {
        words.iter_mut().zip(row).for_each(|(word, row)| *word |= row);
    }
    words
}
