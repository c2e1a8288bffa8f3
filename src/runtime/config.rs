//! What a run is given and what it leaves behind.
use super::preempt::Signals;
use crate::trace::{Recording, WaitReason};

/// Which scheduler runs the goroutines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Engine {
    /// Ours: G, M, P as in Go.
    #[default]
    Gmp,
    /// The `may` crate: a second, independent scheduler under the same primitives.
    May,
}

/// What threads and time are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Platform {
    /// One OS thread, a virtual clock, every choice from the seed: the same bytes each time.
    #[default]
    Virtual,
    /// OS threads and the machine's clock.
    Real,
}

impl Engine {
    /// Both engines, the default first.
    pub const ALL: [Engine; 2] = [Engine::Gmp, Engine::May];
    /// The word of the command line and of JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Gmp => "gmp",
            Engine::May => "may",
        }
    }
    /// The engine called `s`, if any.
    #[must_use]
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == s)
    }
}

impl Platform {
    /// Both platforms, the default first.
    pub const ALL: [Platform; 2] = [Platform::Virtual, Platform::Real];
    /// The word of the command line and of JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Platform::Virtual => "virtual",
            Platform::Real => "real",
        }
    }
    /// The platform called `s`, if any.
    #[must_use]
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == s)
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Main returned.
    Ok,
    /// All goroutines asleep. The text is Go's message with the dump.
    Deadlock(String),
    /// A goroutine panicked and nobody recovered: the value's text, as Go prints it after `panic: `.
    Panic(String),
    /// `fatal error: …` that cannot be recovered.
    Fatal(String),
    /// A limit of the run (events, steps, wall clock) was reached.
    Limit(String),
}

/// A goroutine that was still there when main returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaked {
    pub name: String,
    /// `None`: it was runnable or running.
    pub reason: Option<WaitReason>,
}

/// How a run is started.
#[derive(Clone, Debug)]
pub struct Config {
    pub engine: Engine,
    pub platform: Platform,
    /// Number of processors, at least 1 (GOMAXPROCS).
    pub procs: u16,
    pub seed: u64,
    /// A runtime switch, or a word the program asks for with [`super::mutated`].
    pub mutation: Option<String>,
    /// Keep events.
    pub record: bool,
    pub events_max: usize,
    pub lines_max: usize,
    /// Virtual platform: chance in 1000 that a scheduling point preempts the goroutine.
    pub preempt_permille: u32,
    /// Virtual platform: the run ends with [`End::Limit`] after so many scheduling points.
    pub points_max: u64,
    /// Stack of a goroutine: rounded up to 64 KiB, 256 KiB, 1 MiB or 8 MiB of address space.
    pub stack_bytes: usize,
    /// SIGQUIT prints every goroutine and ends the process, as in a Go program. Off for a library
    /// that must leave signals alone.
    pub dump_on_quit: bool,
    /// More threads end the run (Go: debug.SetMaxThreads, 10000).
    pub threads_max: usize,
    /// Threads and `may`: the clock of the run goes 2^`slow` times slower than the machine's, so that a
    /// program whose steps are milliseconds apart keeps their order on a loaded machine.
    pub slow: u8,
    /// Threads, for tests: an extra thread sends preemption signals to threads of the run, as the monitor
    /// would, at random moments this many ns apart on average. 0: it does not.
    pub storm_ns: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            engine: Engine::Gmp,
            platform: Platform::Virtual,
            procs: 2,
            seed: 1,
            mutation: None,
            record: false,
            events_max: 1 << 20,
            lines_max: 100_000,
            preempt_permille: 0,
            points_max: 20_000_000,
            stack_bytes: 64 << 10,
            dump_on_quit: false,
            threads_max: 10_000,
            slow: 0,
            storm_ns: 0,
        }
    }
}

/// What a run left behind.
#[derive(Clone, Debug)]
pub struct Report {
    pub end: End,
    pub out: Vec<String>,
    pub notes: Vec<(String, i64)>,
    pub leaked: Vec<Leaked>,
    pub recording: Recording,
    /// Most threads alive at once.
    pub threads: usize,
    /// On the run's own clock.
    pub elapsed_ns: u64,
    /// Preemption signals to threads that had ended by the end of the run.
    pub signals: Signals,
}

/// A live goroutine, for dumps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GInfo {
    pub id: u32,
    pub name: String,
    /// As a dump names it: running, runnable, syscall, or what it waits for.
    pub state: &'static str,
    /// What it waits for, if it waits.
    pub reason: Option<WaitReason>,
    /// The goroutine that created it, 0 for main.
    pub parent: u32,
}
