//! Runs one demo in this process: options in, what was seen out.
use super::demo::Demo;
use super::options::RunOptions;
use super::seen::Seen;
use crate::runtime::{Config, Report, run};

/// Runs the demo's program once.
#[must_use]
pub fn run_demo(demo: &Demo, opts: &RunOptions) -> Seen {
    let main = demo.run;
    seen(run(config(opts), main))
}

fn config(o: &RunOptions) -> Config {
    Config {
        engine: o.engine,
        platform: o.platform,
        procs: o.procs.max(1),
        seed: o.seed,
        mutation: o.mutation.clone(),
        record: o.record,
        events_max: o.max_events,
        dump_on_quit: true,
        slow: o.slow,
        ..Config::default()
    }
}

/// The report of a run as claims see it.
#[must_use]
pub fn seen(r: Report) -> Seen {
    Seen {
        out: r.out,
        notes: r.notes,
        end: r.end,
        recording: r.recording,
        leaked: r.leaked,
        threads: r.threads,
        elapsed_ns: r.elapsed_ns,
    }
}
