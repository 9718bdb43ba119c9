//! The same work with wider vectors, where the machine has them.

use fearless_simd::Level;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::Simd;

/// Does the work in code that may use AVX2 if the machine has it, and otherwise as it is.
///
/// Only what is inlined into `work` gains, so that the closure and all that it calls must be
/// `#[inline(always)]`. The results are the same bytes: the compiler neither reorders additions of
/// floats nor contracts them with products, however wide its registers are.
#[inline]
pub(super) fn wide<A>(work: impl FnOnce() -> A) -> A {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = Level::new().as_avx2() {
        return avx2.vectorize(work);
    }
    work()
}
