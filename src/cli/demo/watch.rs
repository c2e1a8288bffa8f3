//! `bagu demo run ID --step`, `--versus`, `--print`, `--at`, `--schedtrace`, `--dump`: one moment of a
//! run, or a walk through it, instead of the report.
use std::io::IsTerminal;

use crate::cli::args::demo::{DemoRunArgs, ViewArg};
use crate::cli::ctx::Ctx;
use crate::cli::demo::launch::{in_child, mutation};
use crate::cli::demo::report;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::step::{self, Ended, Walk};
use crate::lab::sandbox::Limits;
use crate::lab::{Demo, Outcome, Picture, RunOptions};
use crate::trace::text::{dump, sched_steps};
use crate::trace::{Kind, Recording, Timeline};
use crate::view::chan::pick;
use crate::view::step::{Model, Pane, Versus};

/// Rows of a printed screen unless asked otherwise.
const ROWS: u16 = 24;
/// Columns of a printed screen when nothing says how many.
const COLUMNS: usize = 80;
/// Moments of `--schedtrace` at most.
const MOMENTS_MAX: usize = 100_000;

/// Whether one of these flags was given.
#[must_use]
pub(super) fn wanted(args: &DemoRunArgs) -> bool {
    args.look.given().is_some()
}

/// What can be said before anything runs.
///
/// # Errors
/// Usage: there is no terminal to walk in.
pub(super) fn possible(ctx: &Ctx, args: &DemoRunArgs) -> Result<(), CliError> {
    let here = ctx.term.tty() && std::io::stdin().is_terminal();
    if args.look.step && !here {
        let id = args.id.as_deref().unwrap_or("编号");
        return Err(CliError::usage("--step 要在终端里用，这里不是终端")
            .why("输入或输出被接到了管道或文件")
            .mend(format!("打印一屏文字：bagu demo run {id} --print，或 bagu demo run {id} --view sched --at 118")));
    }
    Ok(())
}

/// Shows what was asked for.
///
/// # Errors
/// Usage for an event that does not exist and for a second run that makes no sense; I/O for the
/// terminal.
pub(super) fn run(
    ctx: &Ctx,
    demo: &Demo,
    args: &DemoRunArgs,
    opts: &RunOptions,
    limits: &Limits,
    outcome: &Outcome,
) -> CliResult {
    let rec = &outcome.seen.recording;
    let exit = if outcome.ok(demo) { Exit::Done } else { Exit::Negative };
    if let Some(every) = args.look.schedtrace {
        schedtrace(ctx, rec, every, args.look.scheddetail)?;
        return Ok(exit);
    }
    check_at(rec, args.look.at)?;
    let line = Timeline::new(rec);
    if args.look.dump {
        let at = args.look.at.map_or_else(|| main_ends(rec), |at| at.saturating_add(1));
        let text = dump(rec, &line.at(at));
        if text.is_empty() {
            ctx.notice("这一刻没有活着的 goroutine")?;
        }
        ctx.lines(text.lines().map(str::to_owned))?;
        return Ok(exit);
    }
    let mut model = Model::new(&line);
    settle(&mut model, demo, args, rec);
    let Some(with) = &args.look.versus else {
        model.go(args.look.at.map_or(if args.look.step { 0 } else { i64::MAX }, i64::from));
        return show(ctx, demo, args, Walk::One(Box::new(model)), exit);
    };
    let (second, names) = second(demo, opts, with)?;
    let other = match in_child(demo, &second, limits)? {
        Ok(other) => other,
        Err(failure) => {
            report::failed(ctx, demo, &failure)?;
            return Ok(if failure.interrupted { Exit::Interrupted } else { Exit::Negative });
        }
    };
    let other_line = Timeline::new(&other.seen.recording);
    let mut right = Model::new(&other_line);
    settle(&mut right, demo, args, &other.seen.recording);
    let mut both = Versus::new(model, right, names);
    if let Some(at) = args.look.at {
        both.go(i64::from(at));
    }
    show(ctx, demo, args, Walk::Two(Box::new(both)), Exit::Done)
}

/// The number of events before main ended, all of them when it did not: after that nobody is left to
/// be seen waiting.
fn main_ends(rec: &Recording) -> u32 {
    let mut ends = rec.of(Kind::GoEnd).filter(|(_, e)| e.g == 1).map(|(seq, _)| seq);
    ends.next().unwrap_or(rec.events.len() as u32)
}

fn schedtrace(ctx: &Ctx, rec: &Recording, every: u64, detailed: bool) -> Result<(), CliError> {
    let end = rec.events.last().map_or(0, |e| e.time);
    if end / every >= MOMENTS_MAX as u64 {
        return Err(CliError::usage("--schedtrace 的间隔太短")
            .why(format!("这次运行历时 {}，会打印超过 {MOMENTS_MAX} 次", crate::trace::text::time(end)))
            .mend("把间隔写长一些"));
    }
    for step in sched_steps(rec, every, detailed, MOMENTS_MAX) {
        ctx.lines(step.lines)?;
        // Go counts whole milliseconds; a finer step needs a line of our own to be told apart.
        if !every.is_multiple_of(1_000_000) {
            ctx.line(&format!("  bagu: {}", crate::trace::text::time(step.at)))?;
        }
    }
    Ok(())
}

fn check_at(rec: &Recording, at: Option<u32>) -> Result<(), CliError> {
    let Some(at) = at.filter(|&at| at as usize >= rec.events.len()) else { return Ok(()) };
    let err = CliError::usage(format!("没有事件 @{at}"));
    Err(match rec.events.len() {
        0 => err.why("这次运行没有记录到过程").mend("换回 --engine gmp"),
        n => err.why(format!("这次运行有 {n} 个事件，最后一个是 @{}", n - 1)),
    })
}

/// The view and the channel that were asked for, or that the demo is about.
fn settle(model: &mut Model<'_>, demo: &Demo, args: &DemoRunArgs, rec: &Recording) {
    if let Picture::Chan(name) = demo.picture
        && let Some(id) = pick(rec, Some(name))
    {
        model.pick_chan(id);
    }
    model.pane = match args.view {
        None | Some(ViewArg::Sched) => Pane::Sched,
        Some(ViewArg::Chan) => Pane::Chan,
        Some(ViewArg::Ctx) => Pane::Ctx,
        Some(ViewArg::Time | ViewArg::Events) => Pane::Events,
    };
}

/// The second run of `--versus` and what the two are called.
fn second(demo: &Demo, opts: &RunOptions, with: &str) -> Result<(RunOptions, [String; 2]), CliError> {
    let name = |o: &RunOptions| match &o.mutation {
        Some(m) => format!("种子 {} 变异 {m}", o.seed),
        None => format!("种子 {}", o.seed),
    };
    let mut other = opts.clone();
    match (with.parse::<u64>(), demo.mutations.first()) {
        (Ok(seed), _) => other.seed = seed,
        (Err(_), Some(m)) if with.is_empty() && opts.mutation.is_none() => other.mutation = Some(m.name.to_owned()),
        (Err(_), _) if with.is_empty() && opts.mutation.is_some() => other.mutation = None,
        (Err(_), _) if with.is_empty() => other.seed = opts.seed.wrapping_add(1),
        (Err(_), _) => other.mutation = Some(mutation(demo, with)?),
    }
    if other == *opts {
        return Err(CliError::usage("--versus 的两次运行是同一次")
            .why(format!("两次都是 {}", name(opts)))
            .mend("换一个种子，或写一个变异的名字"));
    }
    let names = [name(opts), name(&other)];
    Ok((other, names))
}

fn show(ctx: &Ctx, demo: &Demo, args: &DemoRunArgs, walk: Walk<'_>, exit: Exit) -> CliResult {
    if !args.look.step && (args.look.print || args.look.at.is_some() || !ctx.term.tty()) {
        let rows = usize::from(args.look.rows.unwrap_or(ROWS));
        // `--plain` has no width of its own: a screen has one.
        let columns = if ctx.term.plain() { COLUMNS } else { ctx.term.width() };
        ctx.lines(walk.screen(columns, rows).text().lines().map(str::to_owned))?;
        return Ok(exit);
    }
    ctx.flush()?;
    let ended = step::walk(walk, ctx.term.color(), demo.id, &ctx.places.state.join("screens"));
    match ended {
        Ok(Ended::Quit) => Ok(exit),
        Ok(Ended::Interrupted) => Ok(Exit::Interrupted),
        Err(e) => Err(CliError::io("终端读写不了", &e)),
    }
}
