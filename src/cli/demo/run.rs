//! `bagu demo run ID`: one demo in its child process.
use crate::cli::args::demo::{DemoRunArgs, EngineArg, PlatformArg};
use crate::cli::ctx::Ctx;
use crate::cli::demo::launch::{in_child, limits, mutation};
use crate::cli::demo::{find, predict, report, trace_file, watch};
use crate::cli::error::{CliError, CliResult, Exit};
use crate::lab::{Demo, Engine, Platform, RunOptions};

/// Default wall clock of one run, seconds.
const WALL_S: u64 = 10;

/// Runs the command.
///
/// # Errors
/// Usage for names that do not exist or do not go together; I/O when the trace cannot be written.
pub fn run(ctx: &Ctx, args: &DemoRunArgs) -> CliResult {
    let demo = find(args.id.as_deref().unwrap_or_default())?;
    let opts = options(demo, args)?;
    let limits = limits(args.timeout, WALL_S);
    let trace = trace_file::wanted(args)?;
    watch::possible(ctx, args)?;
    let guess = if args.predict { Some(predict::ask(ctx, demo)?) } else { None };
    if let Some(predict::Guess::Interrupted) = guess {
        return Ok(Exit::Interrupted);
    }
    let outcome = match in_child(demo, &opts, &limits)? {
        Ok(outcome) => outcome,
        Err(failure) if failure.interrupted => {
            ctx.notice(&failure.what)?;
            return Ok(Exit::Interrupted);
        }
        Err(failure) if args.json => {
            ctx.json(&report::failed_json(demo, &opts, &failure))?;
            return Ok(Exit::Negative);
        }
        Err(failure) => {
            report::failed(ctx, demo, &failure)?;
            return Ok(Exit::Negative);
        }
    };
    if let Some(wanted) = &trace {
        trace_file::write(ctx, demo, &outcome, wanted)?;
    }
    if watch::wanted(args) {
        return watch::run(ctx, demo, args, &opts, &limits, &outcome);
    }
    if args.json {
        ctx.json(&report::json(demo, &outcome))?;
    } else {
        report::page(ctx, demo, &outcome, args.view, guess.as_ref())?;
    }
    Ok(if outcome.ok(demo) { Exit::Done } else { Exit::Negative })
}

/// What was typed, checked against what the demo can do.
fn options(demo: &Demo, args: &DemoRunArgs) -> Result<RunOptions, CliError> {
    let engine = match args.engine {
        Some(EngineArg::May) => Engine::May,
        Some(EngineArg::Gmp) | None => Engine::Gmp,
    };
    let platform = match (args.platform, engine) {
        (Some(PlatformArg::Real), _) | (None, Engine::May) => Platform::Real,
        (Some(PlatformArg::Virtual) | None, _) => Platform::Virtual,
    };
    if engine == Engine::May && platform == Platform::Virtual {
        return Err(CliError::usage("may 引擎只能跑在真线程上").mend("去掉 --platform virtual，或换回 --engine gmp"));
    }
    if engine == Engine::May && !demo.setup.may {
        return Err(CliError::usage(format!("演示 {} 不能用 may 引擎", demo.id))
            .why("它的论断看的是 gmp 调度器自己的过程（线程、队列、交接），may 里没有这些")
            .mend("去掉 --engine may"));
    }
    if platform == Platform::Real && !demo.setup.real {
        return Err(CliError::usage(format!("演示 {} 只能跑在虚拟平台上", demo.id))
            .why("它的论断要求精确的时间或选定的次序，真线程给不出来")
            .mend("去掉 --platform real 和 --engine may"));
    }
    let mut opts = RunOptions::of(demo).on(engine, platform);
    opts.procs = args.procs.unwrap_or(opts.procs);
    opts.seed = args.seed.unwrap_or(opts.seed);
    opts.mutation = args.mutate.as_deref().map(|m| mutation(demo, m)).transpose()?;
    Ok(opts)
}
