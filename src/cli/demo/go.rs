//! `bagu demo go ID`: the Go twin and its recorded output; with `go` on the PATH it runs as well.
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::cli::args::demo::DemoGoArgs;
use crate::cli::ctx::Ctx;
use crate::cli::demo::find;
use crate::cli::demo::launch::{in_child, limits};
use crate::cli::demo::show::highlight;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::lab::gotwin::{self, Recorded, Sources, difference};
use crate::lab::sandbox::{self, Ended};
use crate::lab::{Demo, GoMatch, RunOptions};

/// Wall clock of `go run` (it compiles first), seconds.
const WALL_S: u64 = 90;
/// Wall clock of our own run, seconds.
const OWN_WALL_S: u64 = 10;

/// What the twin printed here and now.
struct Live {
    version: String,
    out: Vec<String>,
    /// Set when it did not end by itself with 0.
    ended: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// Usage when there is no such demo; I/O when the program cannot be written down.
pub fn run(ctx: &Ctx, args: &DemoGoArgs) -> CliResult {
    let demo = find(&args.id)?;
    let sources = gotwin::sources(demo.id);
    let Some((sources, go)) = sources.and_then(|s| Some((s, s.go?))) else {
        let why = if let GoMatch::None(why) = demo.go { why } else { "没有收录" };
        return Err(CliError::new(Exit::Negative, format!("演示 {} 没有 Go 对照", demo.id))
            .why(why)
            .mend(format!("看 Rust 源码：bagu demo show {}", demo.id)));
    };
    let recorded = sources.recorded();
    if !args.json {
        twin(ctx, demo, go, recorded.as_ref())?;
        ctx.flush()?;
    }
    let ours =
        in_child(demo, &RunOptions::of(demo), &limits(None, OWN_WALL_S))?.map(|o| o.seen.out).unwrap_or_default();
    let live = live(ctx, demo, go)?;
    if args.json {
        ctx.json(&as_json(demo, &sources, recorded.as_ref(), &ours, live.as_ref()))?;
    } else {
        beside(ctx, demo, &ours, live.as_ref())?;
    }
    let same = live.as_ref().is_none_or(|l| l.ended.is_some() || differs(demo, &ours, l).is_none());
    Ok(if same { Exit::Done } else { Exit::Negative })
}

fn twin(ctx: &Ctx, demo: &Demo, go: &str, recorded: Option<&Recorded>) -> Result<(), CliError> {
    ctx.line(&ctx.term.bold(demo.title))?;
    ctx.line(&ctx.term.dim(demo.id))?;
    ctx.line("")?;
    ctx.lines(go.trim_end().lines().map(|l| highlight(l, &ctx.term)))?;
    if let Some(r) = recorded {
        ctx.line("")?;
        ctx.line(&ctx.term.title(&format!("{} 打印的", r.version)))?;
        ctx.lines(r.lines.iter().map(|l| format!("  {l}")))?;
    }
    Ok(())
}

fn differs(demo: &Demo, ours: &[String], live: &Live) -> Option<String> {
    let go: Vec<&str> = live.out.iter().map(String::as_str).collect();
    // Patterns come from the recording; two live runs can only be compared by the same patterns.
    if let (GoMatch::Pattern, Some(r)) = (demo.go, gotwin::sources(demo.id).and_then(|s| s.recorded())) {
        return difference(&demo.go, &live.out, &r.lines);
    }
    difference(&demo.go, ours, &go)
}

fn beside(ctx: &Ctx, demo: &Demo, ours: &[String], live: Option<&Live>) -> Result<(), CliError> {
    ctx.line("")?;
    ctx.line(&ctx.term.title("这里打印的（虚拟平台）"))?;
    ctx.lines(ours.iter().flat_map(|l| l.split('\n')).map(|l| format!("  {l}")))?;
    let Some(live) = live else {
        return ctx.notice("没有找到 go，所以没有现场跑 Go 版本；上面是录制的输出。");
    };
    ctx.line("")?;
    ctx.line(&ctx.term.title(&format!("你机器上的 {} 打印的", live.version)))?;
    ctx.lines(live.out.iter().map(|l| format!("  {l}")))?;
    let verdict = match (&live.ended, differs(demo, ours, live)) {
        (Some(why), _) => ctx.term.warn(&format!("! {why}")),
        (None, None) => ctx.term.good("✓ 和这里的一样"),
        (None, Some(d)) => ctx.term.bad(&format!("✗ {d}")),
    };
    ctx.line("")?;
    ctx.lines(ctx.term.hang("  ", &verdict))
}

fn as_json(
    demo: &Demo,
    sources: &Sources,
    recorded: Option<&Recorded>,
    ours: &[String],
    live: Option<&Live>,
) -> serde_json::Value {
    json!({
        "schema": 1,
        "id": demo.id,
        "source": sources.go,
        "recorded": recorded.map(|r| json!({ "version": r.version, "out": r.lines })),
        "ours": ours,
        "live": live.map(|l| json!({
            "version": l.version,
            "out": l.out,
            "ended": l.ended,
            "match": l.ended.is_none() && differs(demo, ours, l).is_none(),
        })),
    })
}

/// Runs the twin with the person's own `go`; `None` when there is none.
fn live(ctx: &Ctx, demo: &Demo, source: &str) -> Result<Option<Live>, CliError> {
    let Some(go) = on_path("go") else { return Ok(None) };
    ctx.notice("在用你机器上的 go 编译并运行……")?;
    let dir = std::env::temp_dir().join(format!("bagu-go-{}", std::process::id()));
    fs::create_dir_all(&dir).map_err(|e| CliError::io("写不了临时目录", &e).at(dir.display().to_string()))?;
    let result = run_go(&go, &dir, source);
    // A directory left behind in the temporary place does no harm.
    let _ = fs::remove_dir_all(&dir);
    result.map(Some).map_err(|e| CliError::io(format!("没法运行 {} 的 Go 对照", demo.id), &e))
}

fn run_go(go: &Path, dir: &Path, source: &str) -> std::io::Result<Live> {
    fs::write(dir.join("main.go"), source)?;
    let version = Command::new(go).arg("env").arg("GOVERSION").output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let mut command = Command::new(go);
    command.arg("run").arg("main.go").current_dir(dir).env("GO111MODULE", "off").env("GOFLAGS", "");
    let watched = sandbox::watch(command, &limits(None, WALL_S), |mut pipe| {
        let mut bytes = vec![];
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })?;
    let ended = match watched.ended {
        Ended::Exit(0) => None,
        Ended::Exit(code) => {
            let head: Vec<String> = watched.stderr.text().lines().take(3).map(str::to_owned).collect();
            Some(format!("退出码 {code}：{}", head.join(" ")))
        }
        Ended::Timeout => Some(format!("超过 {WALL_S} 秒，已经停掉")),
        Ended::Output => Some("输出太多，已经停掉".to_owned()),
        Ended::Interrupted => Some("被中断".to_owned()),
        Ended::Signal(n) => Some(format!("被信号 {n} 结束")),
    };
    let out = watched.stdout.unwrap_or_default().lines().map(str::to_owned).collect();
    Ok(Live { version, out, ended })
}

/// The program of this name on the PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|p| p.is_file())
}
