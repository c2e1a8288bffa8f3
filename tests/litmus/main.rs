//! Litmus programs: small races whose outcomes real Go was asked for, 10,000 times each.
//!
//! Every program exists twice under one name: `FAMILY.go` (run by real Go, `just litmus-record`)
//! and `FAMILY.rs` (run here on the virtual platform). It prints one line, its outcome. Two things
//! are held for every program:
//!
//! - **nothing forbidden**: what we show lies within what the language allows. `allowed` is stated
//!   beside the program; where it is wider than what Go showed, with the reason;
//! - **nothing missing**: every outcome that Go showed (`outcomes.txt`) is reached by some seed
//!   below 10⁵. Those that the first seeds do not reach are pinned in `pins.txt` with a seed that
//!   does. A pin is a shortcut, no promise: when the scheduler has changed and the seed leads
//!   elsewhere, the search goes on to 10⁵ (`just litmus-pin` writes the pins anew).
//!
//! `BAGU_SEEDS=n` changes the number of seeds. Rejected: comparing how often an outcome occurs
//! (frequencies are the machine's, not the language's); running the Go side in CI (no toolchain
//! there, and a loaded machine would make a rare outcome look lost).
// The programs keep the shape of the Go program beside them.
#![allow(clippy::needless_for_each)]
mod atomics;
mod buffered;
mod check;
mod closing;
mod conds;
mod contexts;
mod deadlocks;
mod kit;
mod locks;
mod nils;
mod panics;
mod patterns;
mod record;
mod selects;
mod spawning;
mod timing;
mod unbuffered;

use check::family;
use kit::Litmus;

/// Every family with its programs.
const FAMILIES: &[(&str, &[Litmus])] = &[
    ("spawn", spawning::ALL),
    ("unbuf", unbuffered::ALL),
    ("buf", buffered::ALL),
    ("select", selects::ALL),
    ("close", closing::ALL),
    ("nil", nils::ALL),
    ("lock", locks::ALL),
    ("cond", conds::ALL),
    ("atomic", atomics::ALL),
    ("ctx", contexts::ALL),
    ("time", timing::ALL),
    ("panic", panics::ALL),
    ("dead", deadlocks::ALL),
    ("pattern", patterns::ALL),
];

macro_rules! families {
    ($($test:ident $programs:expr;)*) => { $(
        #[test]
        fn $test() {
            family($programs);
        }
    )* };
}

families! {
    spawn spawning::ALL;
    unbuf unbuffered::ALL;
    buf buffered::ALL;
    select selects::ALL;
    close closing::ALL;
    nil nils::ALL;
    lock locks::ALL;
    cond conds::ALL;
    atomic atomics::ALL;
    ctx contexts::ALL;
    time timing::ALL;
    panic panics::ALL;
    dead deadlocks::ALL;
    pattern patterns::ALL;
}
