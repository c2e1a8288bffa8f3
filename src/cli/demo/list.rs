//! `bagu demo list [TOPIC…]`.
use crate::cli::args::demo::DemoListArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::json::Items;
use crate::cli::json::demo_item;
use crate::lab::Demo;

/// Runs the command.
///
/// # Errors
/// Usage for a topic without demos; I/O when stdout cannot be written.
pub fn run(ctx: &Ctx, args: &DemoListArgs) -> CliResult {
    let topics = topics();
    if let Some(wrong) = args.topics.iter().find(|t| !topics.contains(&t.as_str())) {
        let near = crate::cli::session::meant_topic(wrong).filter(|t| topics.contains(t));
        let near = near.or_else(|| crate::base::nearest::nearest(wrong, topics.iter().copied()));
        let mend =
            near.map_or_else(|| format!("有演示的主题：{}", topics.join("、")), |t| format!("你是不是想找 {t}？"));
        return Err(CliError::usage(format!("没有主题「{wrong}」的演示")).mend(mend));
    }
    let chosen: Vec<&Demo> =
        crate::demos::all().filter(|d| args.topics.is_empty() || args.topics.iter().any(|t| t == topic(d))).collect();
    if args.json {
        let bank = ctx.bank()?;
        ctx.json(&Items::new(chosen.iter().map(|d| demo_item(d, bank)).collect()))?;
        return Ok(Exit::Done);
    }
    if ctx.term.plain() {
        ctx.lines(chosen.iter().map(|d| format!("{}\t{}", d.id, d.title)))?;
        return Ok(Exit::Done);
    }
    let mut last = "";
    for demo in &chosen {
        if topic(demo) != last {
            last = topic(demo);
            let n = chosen.iter().filter(|d| topic(d) == last).count();
            ctx.line(&ctx.term.title(&format!("{last}（{n} 个）")))?;
        }
        ctx.line(&format!("  {}", ctx.term.code(demo.id)))?;
        ctx.lines(ctx.term.hang("      ", demo.title))?;
    }
    if let Some(first) = chosen.first() {
        ctx.notice(&format!("共 {} 个演示。运行一个：bagu demo run {}", chosen.len(), first.id))?;
    }
    Ok(Exit::Done)
}

/// The part of an id before the slash.
pub(super) fn topic(demo: &Demo) -> &'static str {
    demo.id.split('/').next().unwrap_or(demo.id)
}

fn topics() -> Vec<&'static str> {
    let mut all: Vec<&str> = vec![];
    for demo in crate::demos::all() {
        if !all.contains(&topic(demo)) {
            all.push(topic(demo));
        }
    }
    all
}
