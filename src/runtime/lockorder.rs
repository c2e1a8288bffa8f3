//! The one order in which a `select` takes the locks of its channels (X1).
//!
//! Two selects that name the same channels in different orders would otherwise each hold what the
//! other wants.
//!
//! Models: `models/src/select.rs`
//! Go: runtime/select.go selectgo (heap sort of lockorder, go1.27.3)
use crate::base::atomic::planted;

/// Sorts by `key` and keeps each once. Returns how many are left, at the front.
#[inline]
pub(crate) fn sort_once<T: Copy + PartialEq, K: Ord>(all: &mut [T], mut key: impl FnMut(&T) -> K) -> usize {
    if !planted("select-locks-in-case-order") {
        all.sort_unstable_by_key(|h| key(h));
    }
    let mut n = 0;
    for i in 0..all.len() {
        if n == 0 || all[n - 1] != all[i] {
            all[n] = all[i];
            n += 1;
        }
    }
    n
}
