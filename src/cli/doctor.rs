//! `bagu doctor`: is everything there that the program needs, and can it be read and written?
//!
//! It changes nothing unless `--repair` asks for the cards to be rebuilt. Where it must know whether a directory can be written, it looks for the
//! nearest existing parent and writes and removes one file of its own there.
use serde::Serialize;

use crate::cli::args::DoctorArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit, io_reason};
use crate::cli::session::{open_failed, open_store, store_failed};
use crate::study::store::Store;

/// One finding.
#[derive(Serialize)]
struct Finding {
    name: &'static str,
    /// `ok`, `note` (works, but worth knowing) or `fault`.
    state: &'static str,
    what: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
}

impl Finding {
    fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, state: "ok", what: what.into(), mend: String::new() }
    }
    fn note(name: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: "note", what: what.into(), mend: mend.into() }
    }
    fn fault(name: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: "fault", what: what.into(), mend: mend.into() }
    }
}

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(ctx: &Ctx, args: &DoctorArgs) -> CliResult {
    if args.repair {
        let file = &ctx.places.progress;
        open_store(ctx)?.rebuild().map_err(|e| store_failed(file, e))?;
    }
    let findings = [version(), banks(ctx), own_banks(ctx), data_dir(ctx), progress(ctx), terminal(ctx), go()];
    let faults = findings.iter().filter(|f| f.state == "fault").count();
    if args.json {
        ctx.json(&serde_json::json!({ "schema": 1, "ok": faults == 0, "items": findings }))?;
    } else {
        for finding in &findings {
            let mark = match finding.state {
                "ok" => ctx.term.good("✓ 好"),
                "note" => ctx.term.warn("! 注意"),
                _ => ctx.term.bad("✗ 有问题"),
            };
            ctx.lines(ctx.term.hang(&format!("{}：", finding.name), &finding.what).iter().enumerate().map(
                |(i, line)| {
                    if i == 0 { format!("{mark} {line}") } else { format!("     {line}") }
                },
            ))?;
            if !finding.mend.is_empty() {
                ctx.lines(ctx.term.hang("     怎么办：", &finding.mend))?;
            }
        }
    }
    Ok(if faults == 0 { Exit::Done } else { Exit::Negative })
}

fn version() -> Finding {
    let debug = if cfg!(debug_assertions) { "，调试构建（会慢很多）" } else { "" };
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    Finding::ok("版本", format!("bagu {}，{os} {arch}{debug}", env!("CARGO_PKG_VERSION")))
}

/// The shipped banks must be flawless; anything else is a broken build.
fn banks(ctx: &Ctx) -> Finding {
    let (bank, problems) = crate::bank::load::load_embedded();
    let demos = crate::demos::all().count();
    if let Some(problem) = problems.first() {
        return Finding::fault("自带题库", problem.to_string(), "重新安装 bagu；仍然这样就报告一个问题");
    }
    if bank.questions.is_empty() {
        return Finding::fault("自带题库", "一道题也没有", "这次构建没有带上 questions 目录，重新构建");
    }
    let loaded = ctx.bank().map_or(0, |b| b.questions.len());
    Finding::ok("自带题库", format!("{} 道题、{demos} 个演示（加上你的共 {loaded} 道题）", bank.questions.len()))
}

fn own_banks(ctx: &Ctx) -> Finding {
    let dir = &ctx.places.banks;
    if !dir.exists() {
        return Finding::ok("你的题库", format!("还没有（放到 {}）", dir.display()));
    }
    let (sources, mut problems) = crate::bank::load::gather(&ctx.own_banks());
    let (bank, told) = crate::bank::load::load_sources(&sources);
    problems.extend(told);
    match problems.len() {
        0 => Finding::ok("你的题库", format!("{} 个文件、{} 道题", sources.len(), bank.questions.len())),
        n => Finding::fault("你的题库", format!("{n} 处错误，第一处：{}", problems[0]), "运行 bagu check 看全部"),
    }
}

fn data_dir(ctx: &Ctx) -> Finding {
    let dir = &ctx.places.data;
    let shown = dir.display();
    let Some(existing) = dir.ancestors().find(|a| a.exists()) else {
        return Finding::fault("数据目录", format!("{shown} 的上级目录都不存在"), "用 --home 换一个目录");
    };
    if !existing.is_dir() {
        let what = format!("{} 是文件，不是目录", existing.display());
        return Finding::fault("数据目录", what, "移走这个文件，或用 --home 换一个目录");
    }
    let probe = existing.join(format!(".bagu-doctor-{}", std::process::id()));
    match std::fs::write(&probe, b"") {
        Ok(()) => {
            // The probe was just created by us; when it cannot be removed the next finding is the disk.
            let _ = std::fs::remove_file(&probe);
            Finding::ok("数据目录", format!("{shown} 可以写"))
        }
        Err(error) => Finding::fault(
            "数据目录",
            format!("{shown} 不能写：{}", io_reason(&error)),
            "检查权限，或用 --home 换一个目录",
        ),
    }
}

/// Opens the store, reads every page, and compares the cards with the answers they come from.
fn progress(ctx: &Ctx) -> Finding {
    let file = &ctx.places.progress;
    let told = |error: CliError| match error {
        CliError::Said(said) => {
            let why = if said.why.is_empty() { String::new() } else { format!("：{}", said.why) };
            Finding::fault("进度", format!("{}{why}（{}）", said.what, file.display()), said.mend)
        }
        CliError::Pipe => Finding::fault("进度", "读不了", "检查权限"),
    };
    let store = match Store::open_existing(file) {
        Ok(Some(store)) => store,
        Ok(None) => return Finding::ok("进度", "还没有作答记录"),
        Err(error) => return told(open_failed(file, error)),
    };
    if let Err(error) = store.examine() {
        return told(store_failed(file, error));
    }
    match (store.check(), store.cards()) {
        (Ok(differs), _) if !differs.is_empty() => {
            let what = format!("{} 张卡片的状态和作答记录对不上，如 {}", differs.len(), differs[0].card);
            Finding::fault("进度", what, "作答记录本身是好的。按它重建卡片：bagu doctor --repair")
        }
        (Ok(_), Ok(cards)) => Finding::ok("进度", format!("{} 张卡片，和作答记录一致", cards.len())),
        (Err(error), _) | (_, Err(error)) => told(store_failed(file, error)),
    }
}

fn terminal(ctx: &Ctx) -> Finding {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()));
    let utf8 = |l: &String| {
        let l = l.to_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    };
    if cfg!(unix) && ctx.term.tty() && !locale.as_ref().is_some_and(utf8) {
        let shown = locale.unwrap_or_else(|| "（没有设置）".to_owned());
        return Finding::note(
            "终端",
            format!("语言环境是 {shown}，中文可能显示成乱码"),
            "export LANG=zh_CN.UTF-8 或 C.UTF-8",
        );
    }
    let color = if ctx.term.color() { "有颜色" } else { "没有颜色" };
    let width =
        if ctx.term.tty() { format!("{} 列，{color}", ctx.term.width()) } else { "输出不是终端".to_owned() };
    Finding::ok("终端", width)
}

/// Go is not needed; with it `bagu demo go` runs the twin as well.
fn go() -> Finding {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|dir| dir.join("go").is_file() || dir.join("go.exe").is_file())
    });
    if found {
        Finding::ok("Go", "装了，bagu demo go 会一起跑 Go 版本")
    } else {
        Finding::ok("Go", "没装，不影响使用（只是不能现场对照 Go 版本）")
    }
}
