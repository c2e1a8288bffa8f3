//! The hidden side of `bagu demo run`: does one job in a limited child process, and starts it.
//!
//! The parent runs its own binary as `bagu __demo <job as JSON>`; the answer comes back on stdout
//! in the form of `lab::wire`. Everything else the child prints goes to stderr, where the parent
//! keeps head and tail.
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::demo::Demo;
use super::explore::explore;
use super::options::{Engine, Platform, RunOptions};
use super::runner;
use super::sandbox::{self, Limits, Watched};
use super::wire::{self, Message, WireError};

/// First argument that makes the binary a child.
pub const HIDDEN: &str = "__demo";

/// What the child is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// One run.
    Once,
    /// Every step of a full check with so many seeds.
    Check { seeds: u64 },
    /// So many seeds, grouped by outcome.
    Explore { seeds: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
struct Job {
    id: String,
    work: Work,
    engine: String,
    platform: String,
    procs: u16,
    seed: u64,
    mutation: Option<String>,
    max_events: usize,
    wall_ms: u64,
    memory_mb: u64,
    output: usize,
    parent: u32,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Everything said before the end, in order.
    pub messages: Vec<Message>,
    /// `None` when the child said it was done.
    pub broken: Option<WireError>,
}

/// Starts the child from `exe` and waits for it. `each` hears every message as it arrives.
///
/// # Errors
/// When the binary cannot be started.
pub fn run(
    exe: &Path,
    demo: &Demo,
    work: Work,
    opts: &RunOptions,
    limits: &Limits,
    each: impl Fn(&Message) + Send + 'static,
) -> io::Result<Watched<Answer>> {
    let job = Job {
        id: demo.id.to_owned(),
        work,
        engine: opts.engine.name().to_owned(),
        platform: opts.platform.name().to_owned(),
        procs: opts.procs,
        seed: opts.seed,
        mutation: opts.mutation.clone(),
        max_events: opts.max_events,
        wall_ms: limits.wall.as_millis() as u64,
        memory_mb: limits.memory_mb,
        output: limits.output,
        parent: std::process::id(),
    };
    let mut command = Command::new(exe);
    command.arg(HIDDEN).arg(serde_json::to_string(&job).map_err(io::Error::from)?);
    sandbox::watch(command, limits, move |pipe| read(&mut io::BufReader::new(pipe), each))
}

fn read(pipe: &mut impl io::Read, each: impl Fn(&Message)) -> Answer {
    let mut messages = vec![];
    let broken = match wire::expect_header(pipe) {
        Err(e) => Some(e),
        Ok(()) => loop {
            match wire::receive(pipe) {
                Ok(Some(Message::Done)) => break None,
                Ok(Some(m)) => {
                    each(&m);
                    messages.push(m);
                }
                Ok(None) => break Some(WireError::Cut),
                Err(e) => break Some(e),
            }
        },
    };
    // What follows the end is not ours to judge, but the child must not block on a full pipe.
    let _ = io::copy(pipe, &mut io::sink());
    Answer { messages, broken }
}

/// The child's main; `find` knows the demos (self-tests are found here). Exit code 0 after [`Message::Done`], 70 when the job cannot even begin.
#[must_use]
pub fn main(job: &str, find: fn(&str) -> Option<&'static Demo>) -> u8 {
    const CANNOT: u8 = 70;
    let Ok(job) = serde_json::from_str::<Job>(job) else { return CANNOT };
    let limits = Limits { wall: Duration::from_millis(job.wall_ms), memory_mb: job.memory_mb, output: job.output };
    if sandbox::limit_self(&limits, job.parent).and_then(|()| sandbox::name_overflows()).is_err() {
        return CANNOT;
    }
    let (Some(demo), Some(engine), Some(platform)) = (
        find(&job.id).or_else(|| super::selftest::get(&job.id)),
        Engine::parse(&job.engine),
        Platform::parse(&job.platform),
    ) else {
        return CANNOT;
    };
    let opts = RunOptions {
        engine,
        platform,
        procs: job.procs,
        seed: job.seed,
        mutation: job.mutation,
        record: true,
        max_events: job.max_events,
        slow: 0,
    };
    match sandbox::claim_stdout().and_then(|pipe| work(&mut io::BufWriter::new(pipe), demo, job.work, &opts)) {
        Ok(()) => 0,
        Err(_) => CANNOT,
    }
}

fn work(to: &mut impl io::Write, demo: &Demo, work: Work, opts: &RunOptions) -> io::Result<()> {
    wire::begin(to)?;
    match work {
        Work::Once => {
            wire::send(to, &Message::Begin(demo.id.to_owned()))?;
            wire::send(to, &Message::Ran(Box::new(runner::run_once(demo, opts))))?;
        }
        Work::Check { seeds } => {
            for step in runner::steps(demo, seeds) {
                let label = step.label();
                wire::send(to, &Message::Begin(label.clone()))?;
                let (problems, attempts) = runner::take_patiently(demo, &step);
                wire::send(to, &Message::Checked { label, problems, attempts })?;
            }
        }
        Work::Explore { seeds } => {
            wire::send(to, &Message::Begin(demo.id.to_owned()))?;
            wire::send(to, &Message::Explored(explore(demo, opts, seeds)))?;
        }
    }
    wire::send(to, &Message::Done)
}
