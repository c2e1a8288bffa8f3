//! What a litmus program is, and the few words it is written with.
//!
//! `par!` is Go's `wg.Go` for several bodies and a `Wait`; `spawn!` is a bare `go`. Both clone the
//! handles named in brackets, as a Go closure captures variables. [`Seq`] notes who came when: the
//! place in the line is taken by an atomic add, which is a scheduling point, so that noting does
//! not order more than the program does.
use std::sync::{Arc, Mutex as Host, PoisonError};

use bagu::lab::prelude::Atomic;

/// Outcomes that the language allows.
#[derive(Clone, Copy)]
pub enum Allowed {
    /// These, no others.
    Set(&'static [&'static str]),
    /// Every interleaving of these lines, each of which keeps its own order.
    Merge(&'static [&'static str]),
    /// What the function accepts.
    Fit(fn(&str) -> bool),
}

/// One program.
#[derive(Clone, Copy)]
pub struct Litmus {
    pub name: &'static str,
    pub allowed: Allowed,
    /// Why `allowed` may be wider than what Go showed; empty when it is not.
    pub wider: &'static str,
    /// Outcomes of Go that no seed reaches, with the reason.
    pub unreached: &'static [(&'static str, &'static str)],
    pub run: fn() -> String,
}

/// The usual reason.
pub const ANY: &str = "nothing synchronises the goroutines, so the language allows every order";

impl Litmus {
    const fn new(name: &'static str, allowed: Allowed, wider: &'static str, run: fn() -> String) -> Self {
        Self { name, allowed, wider, unreached: &[], run }
    }
    /// Only one outcome is allowed.
    pub const fn one(name: &'static str, outcome: &'static [&'static str; 1], run: fn() -> String) -> Self {
        Self::new(name, Allowed::Set(outcome), "", run)
    }
    /// Exactly these, and Go showed them all (see [`Litmus::wider`]).
    pub const fn set(name: &'static str, outcomes: &'static [&'static str], run: fn() -> String) -> Self {
        Self::new(name, Allowed::Set(outcomes), "", run)
    }
    /// Every interleaving of these lines.
    pub const fn merge(name: &'static str, lines: &'static [&'static str], run: fn() -> String) -> Self {
        Self::new(name, Allowed::Merge(lines), ANY, run)
    }
    /// What `fits` accepts; `why` says what that is.
    pub const fn fit(name: &'static str, why: &'static str, fits: fn(&str) -> bool, run: fn() -> String) -> Self {
        Self::new(name, Allowed::Fit(fits), why, run)
    }
    /// The set is wider than Go's: the reason.
    pub const fn wider(self, why: &'static str) -> Self {
        Self { wider: why, ..self }
    }
    /// Outcomes of Go that we do not reach, each with the reason.
    pub const fn unreached(self, which: &'static [(&'static str, &'static str)]) -> Self {
        Self { unreached: which, ..self }
    }
    /// Does the language allow this outcome?
    pub fn allows(&self, outcome: &str) -> bool {
        match self.allowed {
            Allowed::Set(s) => s.contains(&outcome),
            Allowed::Merge(lines) => merges(outcome, lines),
            Allowed::Fit(f) => f(outcome),
        }
    }
}

/// Is `outcome` an interleaving of `lines`, which share no letter?
pub fn merges(outcome: &str, lines: &[&str]) -> bool {
    outcome.len() == lines.iter().map(|l| l.len()).sum::<usize>()
        && lines.iter().all(|l| outcome.chars().filter(|c| l.contains(*c)).eq(l.chars()))
}

/// Does the first `a` stand before the first `b`?
pub fn before(outcome: &str, a: char, b: char) -> bool {
    matches!((outcome.find(a), outcome.find(b)), (Some(i), Some(j)) if i < j)
}

/// Who came when.
#[derive(Clone)]
pub struct Seq(Atomic, Arc<Host<Vec<(i64, char)>>>);

impl Seq {
    pub fn new() -> Self {
        Self(Atomic::new(0), Arc::default())
    }
    /// Notes `c` at the next place.
    pub fn put(&self, c: char) {
        let at = self.0.add(1);
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push((at, c));
    }
    /// The line so far.
    pub fn line(&self) -> String {
        let mut all = self.1.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_unstable();
        all.into_iter().map(|(_, c)| c).collect()
    }
}

/// `go func() { body }()`, with clones of the handles in brackets.
#[macro_export]
macro_rules! spawn {
    ([$($v:ident),*] $body:block) => {{
        $( #[allow(unused_variables)] let $v = $v.clone(); )*
        bagu::lab::prelude::go("", move || $body);
    }};
}

/// Runs the bodies in a goroutine each and waits for all.
#[macro_export]
macro_rules! par {
    ($vars:tt $($body:block)+) => {{
        let wg = bagu::lab::prelude::WaitGroup::new();
        $( $crate::par!(@one wg $vars $body); )+
        wg.wait();
    }};
    (@one $wg:ident [$($v:ident),*] $body:block) => {{
        $( #[allow(unused_variables)] let $v = $v.clone(); )*
        $wg.go("", move || $body);
    }};
}
