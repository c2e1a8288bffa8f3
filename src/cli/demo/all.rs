//! `bagu demo run --all`: every demo, every way it promises to hold, two children at a time.
//!
//! One child per demo does all its steps (`lab::runner::steps`), so a crash costs one demo and the
//! price of starting processes is paid once a demo.
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::args::demo::DemoRunArgs;
use crate::cli::ctx::Ctx;
use crate::cli::demo::ending;
use crate::cli::demo::launch::{limits, own_exe};
use crate::cli::error::{CliError, CliResult, Exit};
use crate::lab::child::{self, Work};
use crate::lab::sandbox::Limits;
use crate::lab::wire::Message;
use crate::lab::{Demo, RunOptions, runner};

/// Children at a time.
const WORKERS: usize = 2;
/// Default wall clock of one demo's full check, seconds.
const WALL_S: u64 = 60;
/// Seeds on the virtual platform.
const SEEDS: u64 = 3;

/// One demo, checked.
struct Checked {
    demo: &'static Demo,
    steps: usize,
    problems: Vec<String>,
    /// Steps on real threads that held only at a later attempt.
    again: Vec<String>,
    wall: Duration,
    interrupted: bool,
}

/// Runs the command.
///
/// # Errors
/// Usage for flags that make no sense here; I/O when children cannot be started.
pub fn run(ctx: &Ctx, args: &DemoRunArgs) -> CliResult {
    refuse(args)?;
    let demos: Vec<&'static Demo> = crate::demos::all().collect();
    let limits = limits(args.timeout, WALL_S);
    let start = Instant::now();
    let bar = progress(ctx, demos.len(), args.json);
    let mut done = vec![];
    let outcome = check_all(&demos, &limits, |checked: Checked| {
        let line = summary_line(ctx, &checked);
        match &bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(checked.demo.id);
                if !checked.problems.is_empty() {
                    bar.println(format!("✗ {}", checked.demo.id));
                }
            }
            None if args.json => {}
            None => ctx.line(&line)?,
        }
        done.push(checked);
        Ok(())
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    outcome?;
    finish(ctx, args.json, done, start.elapsed())
}

fn refuse(args: &DemoRunArgs) -> Result<(), CliError> {
    let given = [
        ("--mutate", args.mutate.is_some()),
        ("--trace", args.trace.is_some()),
        ("--view", args.view.is_some()),
        ("--engine", args.engine.is_some()),
        ("--platform", args.platform.is_some()),
        ("--procs", args.procs.is_some()),
        ("--seed", args.seed.is_some()),
        ("--rows", args.look.rows.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(CliError::usage(format!("--all 不能和 {flag} 一起用"))
            .why("--all 会在每个平台和引擎上跑每个演示和它的每个变异")
            .mend(format!("去掉 {flag}，或者写出演示编号"))),
    }
}

fn progress(ctx: &Ctx, total: usize, as_json: bool) -> Option<ProgressBar> {
    if as_json || ctx.global.quiet || !ctx.err_term.tty() || !ctx.term.tty() {
        return None;
    }
    let bar = ProgressBar::new(total as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} [{bar:24}] {elapsed} {msg}") {
        bar.set_style(style.progress_chars("#>-"));
    }
    Some(bar)
}

/// Checks all demos; `each` hears the results in order of completion.
fn check_all(
    demos: &[&'static Demo],
    limits: &Limits,
    mut each: impl FnMut(Checked) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let exe = own_exe()?;
    let todo: Mutex<VecDeque<&'static Demo>> = Mutex::new(demos.iter().copied().collect());
    let stop = AtomicBool::new(false);
    let (tx, rx) = channel();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let (tx, exe, todo, stop) = (tx.clone(), &exe, &todo, &stop);
            scope.spawn(move || work(exe, todo, stop, limits, &tx));
        }
        drop(tx);
        let mut result = Ok(());
        for got in rx {
            result = result.and(got).and_then(&mut each);
            if result.is_err() {
                stop.store(true, SeqCst);
            }
        }
        result
    })
}

/// One worker: takes demos until none is left. Its thread outlives its children, so that they may
/// die with it.
fn work(
    exe: &std::path::Path,
    todo: &Mutex<VecDeque<&'static Demo>>,
    stop: &AtomicBool,
    limits: &Limits,
    tx: &Sender<Result<Checked, CliError>>,
) {
    while !stop.load(SeqCst) {
        let next = todo.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(demo) = next else { return };
        let got = check(exe, demo, limits);
        if got.as_ref().is_ok_and(|c| c.interrupted) {
            stop.store(true, SeqCst);
        }
        if tx.send(got).is_err() {
            return;
        }
    }
}

fn check(exe: &std::path::Path, demo: &'static Demo, limits: &Limits) -> Result<Checked, CliError> {
    let opts = RunOptions::of(demo);
    let watched = child::run(exe, demo, Work::Check { seeds: SEEDS }, &opts, limits, |_| {})
        .map_err(|e| ending::cannot_start(&e))?;
    let mut problems = runner::declared(demo);
    let mut steps = 0;
    let mut again = vec![];
    let failure = ending::failure(demo, &watched, limits);
    let wall = watched.wall;
    for message in watched.stdout.into_iter().flat_map(|a| a.messages) {
        if let Message::Checked { label, problems: found, attempts } = message {
            steps += 1;
            if attempts > 1 && found.is_empty() {
                again.push(format!("{label}（第 {attempts} 次才成立）"));
            }
            problems.extend(found.into_iter().map(|p| format!("{label}：{p}")));
        }
    }
    let interrupted = failure.as_ref().is_some_and(|f| f.interrupted);
    if let Some(f) = failure {
        problems.push(f.what);
        problems.extend(f.tail);
    }
    Ok(Checked { demo, steps, problems, again, wall, interrupted })
}

fn summary_line(ctx: &Ctx, c: &Checked) -> String {
    let mark = if c.problems.is_empty() { ctx.term.good("✓") } else { ctx.term.bad("✗") };
    format!("{mark} {}  {} 步  {} ms", c.demo.id, c.steps, c.wall.as_millis())
}

fn finish(ctx: &Ctx, as_json: bool, mut done: Vec<Checked>, wall: Duration) -> CliResult {
    let interrupted = done.iter().any(|c| c.interrupted);
    done.sort_by_key(|c| c.demo.id);
    let failed: Vec<&Checked> = done.iter().filter(|c| !c.problems.is_empty()).collect();
    let exit = match (interrupted, failed.is_empty()) {
        (true, _) => Exit::Interrupted,
        (_, false) => Exit::Negative,
        _ => Exit::Done,
    };
    if as_json {
        let items: Vec<_> = done
            .iter()
            .map(|c| json!({ "id": c.demo.id, "ok": c.problems.is_empty(), "steps": c.steps, "problems": c.problems, "again": c.again, "wall_ms": c.wall.as_millis() as u64 }))
            .collect();
        ctx.json(&json!({ "schema": 1, "ok": failed.is_empty(), "failed": failed.len(), "wall_ms": wall.as_millis() as u64, "items": items }))?;
        return Ok(exit);
    }
    for c in &failed {
        ctx.line("")?;
        ctx.line(&format!("{} {}", ctx.term.bad("✗"), ctx.term.bold(c.demo.id)))?;
        for problem in &c.problems {
            ctx.lines(ctx.term.hang("    ", problem))?;
        }
    }
    for c in done.iter().filter(|c| !c.again.is_empty()) {
        ctx.lines(
            ctx.term.hang(&format!("{} ", ctx.term.warn("!")), &format!("{}：{}", c.demo.id, c.again.join("、"))),
        )?;
    }
    let steps: usize = done.iter().map(|c| c.steps).sum();
    let claims: usize = done.iter().map(|c| c.demo.claims.len()).sum();
    let mutations: usize = done.iter().map(|c| c.demo.mutations.len()).sum();
    if interrupted {
        ctx.notice("被中断了，下面只是已经跑完的部分。")?;
    }
    let verdict =
        if failed.is_empty() { "全部成立".to_owned() } else { format!("{} 个演示有问题", failed.len()) };
    let text = format!(
        "{} 个演示，{claims} 条论断，{mutations} 个变异，{steps} 步，{:.1} 秒：{verdict}。",
        done.len(),
        wall.as_secs_f64()
    );
    ctx.lines(ctx.term.wrap(&text))?;
    Ok(exit)
}
