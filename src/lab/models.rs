//! The same work in four ways of putting tasks on threads: one thread each, all on one worker, and
//! many on few, twice (our scheduler and the crate `may`). Real threads, real time.
//!
//! Invariants
//!   O1  what is told was observed by the tasks themselves: the thread each found itself on, the
//!       rounds others made while a call blocked, clock and resident memory around the work
//!   O2  every measurement runs on a thread of its own and is over when the function returns
//!
//! Demos that use it declare `Setup::wall`: no two runs give the same figures.
//!
//! Not done: counting the threads of the process in /proc, which counts everybody else's, too.
use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use super::seen::Seen;
use crate::runtime::{self, Chan, Config, Engine, Platform};

/// A way of putting tasks on threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// 1:1, a thread of the system for each task.
    Threads,
    /// N:1, our scheduler with one processor.
    OneWorker,
    /// M:N, our scheduler with two processors.
    Gmp,
    /// M:N, the crate `may`.
    May,
}

/// How the blocking call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The scheduler is told, and hands the processor on.
    Told,
    /// It is not told; the call sits on whatever thread runs the task.
    Hidden,
}

/// The work: all tasks count rounds and yield; the first `blockers` of them make one call that blocks.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub tasks: usize,
    pub blockers: usize,
    pub call: Call,
    pub blocks_for: Duration,
}

/// What was observed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// Different threads of the system the tasks found themselves on.
    pub threads: usize,
    /// Rounds other tasks made while the first call blocked.
    pub rounds_meanwhile: u64,
}

/// Shared by the tasks of one run.
#[derive(Default)]
struct Board {
    rounds: AtomicU64,
    meanwhile: AtomicU64,
    blocked: AtomicUsize,
    over: AtomicBool,
    ids: Mutex<HashSet<ThreadId>>,
}

impl Board {
    /// One task, once all have started (a scheduler may prefer those that already run and yield).
    /// `pause` gives way, `block` blocks the thread.
    fn task(&self, nth: usize, work: Work, pause: impl Fn(), block: impl Fn()) {
        let mut seen = None;
        self.saw(&mut seen); // all may be over before this task first runs
        if nth < work.blockers {
            let before = self.rounds.load(Relaxed);
            block();
            if nth == 0 {
                self.meanwhile.store(self.rounds.load(Relaxed) - before, Relaxed);
            }
            if self.blocked.fetch_add(1, AcqRel) + 1 == work.blockers {
                self.over.store(true, Release);
            }
        }
        while !self.over.load(Acquire) {
            self.round(&mut seen);
            pause();
        }
    }
    fn round(&self, seen: &mut Option<ThreadId>) {
        self.saw(seen);
        self.rounds.fetch_add(1, Relaxed);
    }
    /// Notes the thread the task is on, when it is another one than last time.
    #[inline(never)] // a thread-local address must not be kept across a switch
    fn saw(&self, seen: &mut Option<ThreadId>) {
        let now = thread::current().id();
        if seen.replace(now) != Some(now) {
            self.here();
        }
    }
    /// Notes the thread this runs on.
    fn here(&self) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(thread::current().id());
    }
    /// The blocking call.
    fn block(&self, work: Work) {
        self.here();
        thread::sleep(work.blocks_for);
    }
    fn took(&self) -> Took {
        Took {
            threads: self.ids.lock().unwrap_or_else(PoisonError::into_inner).len(),
            rounds_meanwhile: self.meanwhile.load(Relaxed),
        }
    }
}

fn config(model: Model) -> Config {
    let engine = if model == Model::May { Engine::May } else { Engine::Gmp };
    let procs = if model == Model::OneWorker { 1 } else { 2 };
    Config { engine, platform: Platform::Real, procs, record: false, ..Config::default() }
}

/// Runs `f` as the main goroutine of a run of its own (O2).
fn inside(model: Model, f: impl FnOnce() + Send + 'static) {
    _ = thread::spawn(move || runtime::run(config(model), f)).join();
}

/// Runs `f` as the main goroutine of a run of its own on real threads, recorded, with the switches of
/// the present run: what only threads with stacks of their own can show.
#[must_use]
pub fn on_threads<F: FnOnce() + Send + 'static>(procs: u16, f: F) -> Seen {
    let Config { mutation, slow, .. } = runtime::config();
    let cfg = Config { platform: Platform::Real, procs, mutation, slow, record: true, ..Config::default() };
    let ran = thread::spawn(move || super::world::seen(runtime::run(cfg, f))).join();
    ran.unwrap_or_else(|_| panic!("the run on real threads panicked"))
}

/// Does the work.
#[must_use]
pub fn same_work(model: Model, work: Work) -> Took {
    let board = Arc::new(Board::default());
    if model == Model::Threads {
        let start = Arc::new(Barrier::new(work.tasks));
        let tasks: Vec<_> = (0..work.tasks)
            .map(|nth| {
                let (board, start) = (board.clone(), start.clone());
                small_thread(move || {
                    start.wait();
                    board.task(nth, work, thread::yield_now, || board.block(work));
                })
            })
            .collect();
        for t in tasks {
            _ = t.join();
        }
        return board.took();
    }
    let shared = board.clone();
    inside(model, move || {
        let (ready, start, done) = (Chan::new(work.tasks), Chan::<()>::new(0), Chan::new(work.tasks));
        for nth in 0..work.tasks {
            let (board, ready, start, done) = (shared.clone(), ready.clone(), start.clone(), done.clone());
            runtime::spawn(move || {
                ready.send(());
                start.recv();
                board.task(nth, work, runtime::gosched, || match work.call {
                    Call::Told => runtime::run_blocking(|| board.block(work)),
                    Call::Hidden => board.block(work),
                });
                done.send(());
            });
        }
        (0..work.tasks).for_each(|_| _ = ready.recv());
        start.close();
        (0..work.tasks).for_each(|_| _ = done.recv());
    });
    board.took()
}

fn small_thread(f: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    let builder = thread::Builder::new().stack_size(256 << 10);
    builder.spawn(f).unwrap_or_else(|e| panic!("no thread to be had: {e}"))
}

/// ns of one round trip of a value between two tasks over a channel without a buffer.
#[must_use]
pub fn round_trip_ns(model: Model, times: u32) -> u64 {
    let took = Arc::new(AtomicU64::new(0));
    let result = took.clone();
    let store = move |start: Instant| result.store(start.elapsed().as_nanos() as u64 / u64::from(times), Release);
    if model == Model::Threads {
        let ((there, ping), (back, pong)) = (sync_channel::<u32>(0), sync_channel::<u32>(0));
        let echo = small_thread(move || ping.iter().for_each(|v| _ = back.send(v)));
        let start = Instant::now();
        (0..times).for_each(|i| {
            _ = there.send(i);
            _ = pong.recv();
        });
        store(start);
        drop(there);
        _ = echo.join();
    } else {
        inside(model, move || {
            let (there, back) = (Chan::new(0), Chan::new(0));
            let (ping, pong) = (there.clone(), back.clone());
            runtime::spawn(move || {
                while let Some(v) = ping.recv() {
                    pong.send(v);
                }
            });
            let start = Instant::now();
            (0..times).for_each(|i| {
                there.send(i);
                back.recv();
            });
            store(start);
            there.close();
        });
    }
    took.load(Acquire)
}

/// Resident bytes a waiting task costs; 0 where the system does not tell. Memory of an earlier run may
/// be used again and then does not count: ask first, and once for each scheduler.
#[must_use]
pub fn bytes_each(model: Model, tasks: usize) -> u64 {
    _ = grown_by(model, 4); // what is set up once
    grown_by(model, tasks) / tasks.max(1) as u64
}

/// Resident bytes by which the process grew while so many tasks waited.
fn grown_by(model: Model, tasks: usize) -> u64 {
    let before = resident();
    let grown = Arc::new(AtomicU64::new(0));
    let result = grown.clone();
    if model == Model::Threads {
        let (ready, go_on) = (Arc::new(Barrier::new(tasks + 1)), Arc::new(Barrier::new(tasks + 1)));
        let all: Vec<_> = (0..tasks)
            .map(|_| {
                let (ready, go_on) = (ready.clone(), go_on.clone());
                small_thread(move || {
                    ready.wait();
                    go_on.wait();
                })
            })
            .collect();
        ready.wait();
        grown.store(resident().saturating_sub(before), Release);
        go_on.wait();
        for t in all {
            _ = t.join();
        }
    } else {
        inside(model, move || {
            let (ready, go_on, gone) = (Chan::new(tasks), Chan::<()>::new(0), Chan::new(tasks));
            for _ in 0..tasks {
                let (ready, go_on, gone) = (ready.clone(), go_on.clone(), gone.clone());
                runtime::spawn(move || {
                    ready.send(());
                    go_on.recv();
                    gone.send(());
                });
            }
            (0..tasks).for_each(|_| _ = ready.recv());
            result.store(resident().saturating_sub(before), Release);
            go_on.close();
            (0..tasks).for_each(|_| _ = gone.recv());
        });
    }
    grown.load(Acquire)
}

/// Resident bytes of this process (Linux), 0 elsewhere.
fn resident() -> u64 {
    const PAGE: u64 = 4096;
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: Work = Work { tasks: 12, blockers: 1, call: Call::Told, blocks_for: Duration::from_millis(5) };

    #[test]
    fn a_thread_each_is_as_many_threads_as_tasks() {
        assert_eq!(same_work(Model::Threads, WORK).threads, WORK.tasks);
    }

    #[test]
    fn one_worker_stands_while_a_hidden_call_blocks() {
        let took = same_work(Model::OneWorker, Work { call: Call::Hidden, ..WORK });
        assert_eq!((took.threads, took.rounds_meanwhile), (1, 0));
    }

    #[test]
    fn told_of_the_call_the_scheduler_lets_others_go_on() {
        // The monitor, too, needs a processor of the machine before the call is over.
        let long = |blocks_for| same_work(Model::OneWorker, Work { blocks_for, ..WORK }).rounds_meanwhile;
        assert!([5, 50, 500].into_iter().any(|ms| long(Duration::from_millis(ms)) > 0));
    }

    #[test]
    fn a_round_trip_takes_time() {
        for model in [Model::Threads, Model::OneWorker, Model::Gmp] {
            assert!(round_trip_ns(model, 50) > 0, "{model:?}");
        }
    }
}
