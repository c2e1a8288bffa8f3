//! Each mechanism of the scheduler, on both platforms: blocking calls, the monitor, preemption, the
//! poller, processors and threads, stacks, callbacks from outside.
mod calls;
mod net;
mod outside;
mod stacks;
mod threads;

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform, Report};
use bagu::trace::{Fault, validate};

pub fn virt(procs: u16, seed: u64) -> Config {
    Config { procs, seed, record: true, ..Config::default() }
}

pub fn real(procs: u16) -> Config {
    Config { procs, platform: Platform::Real, record: true, ..Config::default() }
}

pub fn with(mutation: &str, c: &Config) -> Config {
    Config { mutation: Some(mutation.into()), ..c.clone() }
}

pub fn ok(c: Config, f: fn()) -> Report {
    let label = format!("{:?} procs {} seed {} {:?}", c.platform, c.procs, c.seed, c.mutation);
    let r = runtime::run(c, f);
    assert_eq!(r.end, End::Ok, "{label}: {:?}", r.out);
    r
}

/// What the judge says about the schedule. Events of channels may stand in another order than they happened
/// when threads record them.
pub fn faults(r: &Report) -> Vec<Fault> {
    validate(&r.recording).into_iter().filter(|f| !matches!(f.rule, "ring" | "direct")).collect()
}

pub fn count(r: &Report, kind: Kind) -> usize {
    r.recording.of(kind).count()
}

pub fn noted(r: &Report, name: &str) -> i64 {
    r.notes.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no note {name}")).1
}
