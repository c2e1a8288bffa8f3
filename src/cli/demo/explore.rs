//! `bagu demo explore ID`: the same program under many seeds.
use serde_json::json;

use crate::cli::args::demo::DemoExploreArgs;
use crate::cli::ctx::Ctx;
use crate::cli::demo::launch::{limits, mutation, own_exe};
use crate::cli::demo::{ending, find, report};
use crate::cli::error::{CliError, CliResult, Exit};
use crate::lab::child::{self, Work};
use crate::lab::explore::{Explored, Group};
use crate::lab::wire::Message;
use crate::lab::{Demo, RunOptions};

/// Default wall clock of the whole exploration, seconds.
const WALL_S: u64 = 60;
/// Outcomes shown with their schedule.
const SCHEDULES: usize = 3;
/// Outcomes listed.
const LISTED: usize = 12;
/// Printed lines shown of an outcome.
const OUT_SHOWN: usize = 8;

/// Runs the command.
///
/// # Errors
/// Usage for names that do not exist; I/O when the child cannot be started.
pub fn run(ctx: &Ctx, args: &DemoExploreArgs) -> CliResult {
    let demo = find(&args.id)?;
    let mut opts = RunOptions::of(demo);
    opts.procs = args.procs.unwrap_or(opts.procs);
    opts.seed = 1;
    opts.mutation = args.mutate.as_deref().map(|m| mutation(demo, m)).transpose()?;
    let limits = limits(args.timeout, WALL_S);
    let work = Work::Explore { seeds: u64::from(args.seeds) };
    let watched = child::run(&own_exe()?, demo, work, &opts, &limits, |_| {}).map_err(|e| ending::cannot_start(&e))?;
    if let Some(failure) = ending::failure(demo, &watched, &limits) {
        if failure.interrupted {
            ctx.notice(&failure.what)?;
            return Ok(Exit::Interrupted);
        }
        report::failed(ctx, demo, &failure)?;
        return Ok(Exit::Negative);
    }
    let found = watched.stdout.into_iter().flat_map(|a| a.messages).find_map(|m| match m {
        Message::Explored(x) => Some(x),
        _ => None,
    });
    let found = found.ok_or_else(|| CliError::new(Exit::Io, "演示的子进程没有交回结果"))?;
    if args.json {
        ctx.json(&as_json(demo, &opts, &found))?;
    } else {
        page(ctx, demo, &opts, &found)?;
    }
    let bad = !demo.setup.may_fail && found.groups.iter().any(|g| !g.ok);
    Ok(if bad { Exit::Negative } else { Exit::Done })
}

fn page(ctx: &Ctx, demo: &Demo, opts: &RunOptions, x: &Explored) -> Result<(), CliError> {
    ctx.lines(ctx.term.wrap(demo.title).iter().map(|l| ctx.term.bold(l)))?;
    let broken = opts.mutation.as_ref().map_or_else(String::new, |m| format!(" · 变异 {m}"));
    let head = format!("{} · {} P · 种子 1–{}{broken} · {} 种结果", demo.id, opts.procs, x.seeds, x.groups.len());
    ctx.lines(ctx.term.wrap(&head).iter().map(|l| ctx.term.dim(l)))?;
    for (i, g) in x.groups.iter().take(LISTED).enumerate() {
        ctx.line("")?;
        group(ctx, i, g, x.seeds)?;
    }
    let hidden: u64 = x.groups.iter().skip(LISTED).map(|g| g.count).sum::<u64>() + x.other;
    if hidden > 0 {
        ctx.line("")?;
        ctx.line(&format!("还有 {hidden} 次是别的结果，没有一一列出。"))?;
    }
    let surprising: Vec<&Group> = x.groups.iter().filter(|g| !g.schedule.is_empty()).collect();
    // What ended badly first: that is what one explores for.
    let (bad, rest): (Vec<&Group>, Vec<&Group>) = surprising.into_iter().partition(|g| !g.ok);
    for g in bad.into_iter().chain(rest).take(SCHEDULES) {
        ctx.line("")?;
        ctx.line(&ctx.term.title(&format!("最短的过程：种子 {}（{} 个事件，{}）", g.seed, g.events, g.end)))?;
        ctx.lines(g.schedule.iter().map(|l| format!("  {l}")))?;
    }
    if let Some(g) = x.groups.last().filter(|_| x.groups.len() > 1) {
        ctx.line("")?;
        ctx.line("看其中一次的全过程：")?;
        let mutate = opts.mutation.as_ref().map_or_else(String::new, |m| format!(" --mutate {m}"));
        ctx.line(&format!("    {}", ctx.term.code(&format!("bagu demo run {} --seed {}{mutate}", demo.id, g.seed))))?;
    }
    Ok(())
}

fn group(ctx: &Ctx, i: usize, g: &Group, seeds: u64) -> Result<(), CliError> {
    let share = g.count as f64 * 100.0 / seeds.max(1) as f64;
    let bar = "#".repeat(((share / 5.0).round() as usize).max(1));
    let end = if g.ok { ctx.term.good(&g.end) } else { ctx.term.bad(&g.end) };
    ctx.line(&format!("结果 {}  {} 次  {share:.1}%  {bar}", i + 1, g.count))?;
    ctx.lines(ctx.term.hang("    ", &end))?;
    let lines: Vec<&str> = g.out.iter().flat_map(|l| l.split('\n')).collect();
    ctx.lines(lines.iter().take(OUT_SHOWN).map(|l| format!("    | {l}")))?;
    if lines.len() > OUT_SHOWN {
        ctx.line(&ctx.term.dim(&format!("    | …还有 {} 行", lines.len() - OUT_SHOWN)))?;
    }
    Ok(())
}

fn as_json(demo: &Demo, opts: &RunOptions, x: &Explored) -> serde_json::Value {
    let items: Vec<_> = x
        .groups
        .iter()
        .map(|g| {
            json!({ "count": g.count, "end": g.end, "ok": g.ok, "out": g.out, "seed": g.seed, "events": g.events, "schedule": g.schedule })
        })
        .collect();
    json!({ "schema": 1, "id": demo.id, "procs": opts.procs, "mutation": opts.mutation, "seeds": x.seeds, "items": items, "other": x.other })
}
