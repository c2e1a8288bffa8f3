//! A demo is a value: what it runs, the sentences it proves, and the switch that breaks them.
//!
//! Invariants
//!   D1  every claim is checked against the recording, the printed lines or noted numbers of the
//!       run it is asked about; none is a constant
//!   D2  every claim is broken by at least one mutation of its demo, and every mutation names the
//!       claims it breaks by their position (held by `tests/demos.rs`, which runs them all)
use super::seen::Seen;

/// One idea, runnable. Lives in `demos/<topic>/<name>.rs` as `pub const DEMO`.
#[derive(Clone, Copy)]
pub struct Demo {
    /// `topic/name`, the path of its file.
    pub id: &'static str,
    /// One Chinese line.
    pub title: &'static str,
    pub setup: Setup,
    /// Where it stands beside real Go.
    pub fidelity: Fidelity,
    /// How its printed lines compare with the recorded ones of the Go twin.
    pub go: GoMatch,
    /// The picture that shows the idea best.
    pub picture: Picture,
    /// Runs as the main goroutine.
    pub run: fn(),
    pub claims: &'static [Claim],
    pub mutations: &'static [Mutation],
    /// What to type next: `("说明", "bagu demo run … --procs 4")`.
    pub next: &'static [(&'static str, &'static str)],
}

/// How a demo is started unless the command line says otherwise.
#[allow(clippy::struct_excessive_bools)] // promises that hold or not, each by itself
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub procs: u16,
    pub seed: u64,
    /// False when the claims need the `gmp` scheduler's own events (threads, queues, hand-off).
    pub may: bool,
    /// False when the claims hold only on the virtual platform (exact times, chosen order).
    pub real: bool,
    /// True when an abnormal end (panic, deadlock) of the demo itself is what it shows.
    pub may_fail: bool,
    /// True when it measures the machine (wall time, memory, threads): two runs of one seed differ.
    pub wall: bool,
}

impl Setup {
    /// Two processors, seed 1, every engine and platform, must end normally.
    pub const DEFAULT: Setup = Setup { procs: 2, seed: 1, may: true, real: true, may_fail: false, wall: false };
}

/// Where a demo stands beside real Go.
#[derive(Clone, Copy, Debug)]
pub enum Fidelity {
    /// The same mechanism, the same result.
    Same,
    /// A model of Go's mechanism; the sentence says what is modelled.
    Model(&'static str),
    /// Behaves differently; the sentence says how.
    Differs(&'static str),
}

/// How our printed lines compare with those recorded from the Go twin.
#[derive(Clone, Copy, Debug)]
pub enum GoMatch {
    /// Line by line.
    Exact,
    /// The same lines in any order.
    Set,
    /// Every recorded line is a pattern: `*` matches any run of characters. Line by line.
    Pattern,
    /// Go cannot show this; the reason is shown to the person.
    None(&'static str),
}

/// The picture shown under the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Lanes of goroutines over time.
    Lanes,
    /// Rings and wait queues of the named channel, step by step.
    Chan(&'static str),
    /// The context tree.
    Context,
    /// Numbered time line of printed lines and waits.
    Timeline,
}

/// A sentence of the answer, and how it is measured.
#[derive(Clone, Copy)]
pub struct Claim {
    pub text: &'static str,
    pub check: fn(&Seen) -> Verdict,
}

/// A switch that breaks the behaviour, and the claims (by index) that must then fail.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    /// ASCII, `kebab-case`; the demo asks for it with `mutated("name")`, the runtime by its fault table.
    pub name: &'static str,
    /// One Chinese line: what is broken.
    pub what: &'static str,
    pub breaks: &'static [usize],
}

/// Did the claim hold, and what was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub ok: bool,
    /// Shown behind the tick: the numbers, never just "yes".
    pub measured: String,
}

impl Verdict {
    /// A verdict with the measured value in words.
    pub fn new(ok: bool, measured: impl Into<String>) -> Self {
        Self { ok, measured: measured.into() }
    }
    /// Holds when `got == want`; shows both.
    #[allow(clippy::needless_pass_by_value)] // reads better at the many places of use
    pub fn eq<T: PartialEq + std::fmt::Debug>(label: &str, got: T, want: T) -> Self {
        let ok = got == want;
        let measured = if ok { format!("{label} = {got:?}") } else { format!("{label} = {got:?}，应为 {want:?}") };
        Self { ok, measured }
    }
    /// Both must hold.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)]
    pub fn and(self, other: Self) -> Self {
        Self { ok: self.ok && other.ok, measured: format!("{}；{}", self.measured, other.measured) }
    }
}
