//! Which offers exclude each other, by numbers instead of names.

/// The names of an offer's groups and tags as numbers; groups and tags are counted apart.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Marks {
    pub groups: Vec<usize>,
    pub tags: Vec<usize>,
    pub not_with: Vec<usize>,
}

/// How many of the offers granted so far have each mark.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Held {
    groups: Vec<u32>,
    tags: Vec<u32>,
    not_with: Vec<u32>,
}

impl Marks {
    /// Whether its offer excludes nothing, and nothing excludes it.
    pub const fn is_free(&self) -> bool {
        self.groups.is_empty() && self.tags.is_empty() && self.not_with.is_empty()
    }

    /// Whether the offers of these marks are not granted together.
    pub fn exclude(&self, other: &Self) -> bool {
        let common = |one: &[usize], other: &[usize]| one.iter().any(|mark| other.contains(mark));
        common(&self.groups, &other.groups)
            || common(&self.tags, &other.not_with)
            || common(&self.not_with, &other.tags)
    }
}

impl Held {
    /// An offer of these marks is granted.
    pub fn add(&mut self, marks: &Marks) {
        for (counts, marks) in self.counted(marks) {
            for &mark in marks {
                if counts.len() <= mark {
                    counts.resize(mark + 1, 0);
                }
                if let Some(count) = counts.get_mut(mark) {
                    *count += 1;
                }
            }
        }
    }

    /// It is granted no more.
    pub fn remove(&mut self, marks: &Marks) {
        for (counts, marks) in self.counted(marks) {
            for &mark in marks {
                if let Some(count) = counts.get_mut(mark) {
                    *count -= 1;
                }
            }
        }
    }

    /// Whether an offer of these marks is not granted together with what was granted.
    pub fn excludes(&self, marks: &Marks) -> bool {
        let any = |counts: &[u32], marks: &[usize]| {
            marks.iter().any(|&mark| counts.get(mark).is_some_and(|&count| count > 0))
        };
        any(&self.groups, &marks.groups)
            || any(&self.not_with, &marks.tags)
            || any(&self.tags, &marks.not_with)
    }

    fn counted<'m>(&mut self, marks: &'m Marks) -> [(&mut Vec<u32>, &'m [usize]); 3] {
        [
            (&mut self.groups, &marks.groups),
            (&mut self.tags, &marks.tags),
            (&mut self.not_with, &marks.not_with),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(groups: &[usize], tags: &[usize], not_with: &[usize]) -> Marks {
        Marks { groups: groups.to_vec(), tags: tags.to_vec(), not_with: not_with.to_vec() }
    }

    fn check(one: &Marks, other: &Marks, excluded: bool) {
        for (granted, asked) in [(one, other), (other, one)] {
            assert_eq!(granted.exclude(asked), excluded);
            let mut held = Held::default();
            held.add(granted);
            assert_eq!(held.excludes(asked), excluded);
            held.add(granted);
            held.remove(granted);
            assert_eq!(held.excludes(asked), excluded);
            held.remove(granted);
            assert!(!held.excludes(asked));
        }
    }

    #[test]
    fn groups_and_tags_exclude_in_both_directions() {
        check(&marks(&[1], &[], &[]), &marks(&[0, 1], &[], &[]), true);
        check(&marks(&[1], &[], &[]), &marks(&[0, 2], &[], &[]), false);
        check(&marks(&[], &[3], &[]), &marks(&[], &[], &[3]), true);
        check(&marks(&[], &[3], &[]), &marks(&[], &[3], &[]), false);
        check(&marks(&[3], &[], &[]), &marks(&[], &[3], &[3]), false);
        check(&marks(&[], &[3], &[3]), &marks(&[], &[3], &[3]), true);
    }
}
