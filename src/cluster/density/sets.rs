//! Sets that are united again and again: union–find.

/// Numbers in sets, each of which is told by its least number.
pub(super) struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    /// So many numbers, each in a set of its own.
    pub(super) fn new(count: usize) -> Self {
        Self { parents: (0..count).collect() }
    }

    /// The least number of the set.
    pub(super) fn find(&mut self, number: usize) -> usize {
        let mut at = number;
        while let Some(&parent) = self.parents.get(at)
            && parent != at
        {
            let next = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(place) = self.parents.get_mut(at) {
                *place = next;
            }
            at = next;
        }
        at
    }

    /// Makes one set of two, if they are two.
    pub(super) fn unite(&mut self, left: usize, right: usize) {
        let (left, right) = (self.find(left), self.find(right));
        if let Some(place) = self.parents.get_mut(left.max(right)) {
            *place = left.min(right);
        }
    }
}
