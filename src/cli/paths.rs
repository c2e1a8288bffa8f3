//! `bagu paths`: where everything is, and who decided it.
use serde::Serialize;

use crate::cli::args::PathsArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliResult, Exit};
use crate::cli::places::Origin;

#[derive(Serialize)]
struct Report {
    schema: u32,
    origin: &'static str,
    config: String,
    data: String,
    progress: String,
    banks: String,
    state: String,
}

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(ctx: &Ctx, args: &PathsArgs) -> CliResult {
    let places = &ctx.places;
    let show = |path: &std::path::Path| path.display().to_string();
    let report = Report {
        schema: 1,
        origin: match places.origin {
            Origin::Flag => "--home",
            Origin::Variable => "BAGU_HOME",
            Origin::System => "xdg",
        },
        config: show(&places.config_file),
        data: show(&places.data),
        progress: show(&places.progress),
        banks: show(&places.banks),
        state: show(&places.state),
    };
    if args.json {
        ctx.json(&report)?;
        return Ok(Exit::Done);
    }
    for (label, path, what) in [
        ("设置", &places.config_file, "可以没有"),
        ("进度", &places.progress, "每次作答和下次复习时间"),
        ("题库", &places.banks, "你自己的 *.toml 放这里"),
        ("状态", &places.state, "输入历史，可以删"),
    ] {
        let there = if path.exists() { "" } else { "，还没有" };
        ctx.line(&format!("{label}  {}  {}", path.display(), ctx.term.dim(&format!("{what}{there}"))))?;
    }
    let why = match places.origin {
        Origin::Flag => "由 --home 决定",
        Origin::Variable => "由环境变量 BAGU_HOME 决定",
        Origin::System => {
            "按 XDG 约定（XDG_CONFIG_HOME、XDG_DATA_HOME、XDG_STATE_HOME）；想放在一处就用 --home 或 BAGU_HOME"
        }
    };
    ctx.lines(ctx.term.wrap(why))?;
    Ok(Exit::Done)
}
