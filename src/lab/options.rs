//! How one run is started: engine, platform, processors, seed, the switch that breaks it.
//!
//! The command line, the child process and the tests all say what they want with [`RunOptions`];
//! `lab::world::run_demo` is the one place that obeys it. Names here are the words of the command
//! line, so that an error can quote what the person typed.
use super::demo::Demo;

pub use crate::runtime::Engine;
pub use crate::runtime::Platform;

/// Everything that decides how a run goes. On the virtual platform, equal options and an equal
/// program give equal recordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    pub engine: Engine,
    pub platform: Platform,
    /// Number of processors, at least 1.
    pub procs: u16,
    pub seed: u64,
    /// The mutation that is on, if any.
    pub mutation: Option<String>,
    /// False: keep no events (claims on events will fail; printed lines and notes remain).
    pub record: bool,
    /// Later events are dropped and `Recording::truncated` is set.
    pub max_events: usize,
    /// Off the virtual platform: the run's clock goes 2^`slow` times slower than the machine's.
    pub slow: u8,
}

/// Events kept unless asked otherwise: 32 MiB at 32 bytes an event.
pub const MAX_EVENTS: usize = 1 << 20;

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            engine: Engine::Gmp,
            platform: Platform::Virtual,
            procs: 2,
            seed: 1,
            mutation: None,
            record: true,
            max_events: MAX_EVENTS,
            slow: 0,
        }
    }
}

impl RunOptions {
    /// The options a demo asks for: its processors and seed, our engine, virtual time.
    #[must_use]
    pub fn of(demo: &Demo) -> Self {
        Self { procs: demo.setup.procs, seed: demo.setup.seed, ..Self::default() }
    }
    /// The same with another engine and platform.
    #[must_use]
    pub fn on(mut self, engine: Engine, platform: Platform) -> Self {
        self.engine = engine;
        self.platform = platform;
        self
    }
    /// The same with a mutation switched on.
    #[must_use]
    pub fn mutate(mut self, name: &str) -> Self {
        self.mutation = Some(name.to_string());
        self
    }
    /// The same in slow motion.
    #[must_use]
    pub fn slow(mut self, slow: u8) -> Self {
        self.slow = slow;
        self
    }
    /// The same with another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}
