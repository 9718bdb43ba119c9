//! The same work on many things, in order or side by side.
//!
//! With the feature `rayon` it is spread over all cores. What comes out does not depend on that:
//! answers stand in the order of the things, and whoever sums them up does so in that order.

/// What `answer` makes of each item, in the order of the items.
#[cfg(feature = "rayon")]
pub(crate) fn each<T: Sync, A: Send>(
    items: &[T],
    answer: impl Fn(&T) -> A + Send + Sync,
) -> Vec<A> {
    use rayon::prelude::*;

    items.par_iter().map(answer).collect()
}

/// What `answer` makes of each item, in the order of the items.
#[cfg(not(feature = "rayon"))]
pub(crate) fn each<T, A>(items: &[T], answer: impl Fn(&T) -> A) -> Vec<A> {
    items.iter().map(answer).collect()
}

/// What `answer` makes of each number from 0 to `count`, in order.
#[cfg(feature = "rayon")]
pub(crate) fn each_number<A: Send>(
    count: usize,
    answer: impl Fn(usize) -> A + Send + Sync,
) -> Vec<A> {
    use rayon::prelude::*;

    (0..count).into_par_iter().map(answer).collect()
}

/// What `answer` makes of each number from 0 to `count`, in order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn each_number<A>(count: usize, answer: impl Fn(usize) -> A) -> Vec<A> {
    (0..count).map(answer).collect()
}

/// Lets `fill` write each chunk of `size` places; the last can be shorter.
#[cfg(feature = "rayon")]
pub(crate) fn fill_chunks<T: Send>(
    places: &mut [T],
    size: usize,
    fill: impl Fn(usize, &mut [T]) + Sync,
) {
    use rayon::prelude::*;

    places.par_chunks_mut(size).enumerate().for_each(|(number, chunk)| fill(number, chunk));
}

/// Lets `fill` write each chunk of `size` places; the last can be shorter.
#[cfg(not(feature = "rayon"))]
pub(crate) fn fill_chunks<T>(places: &mut [T], size: usize, fill: impl Fn(usize, &mut [T])) {
    places.chunks_mut(size).enumerate().for_each(|(number, chunk)| fill(number, chunk));
}
