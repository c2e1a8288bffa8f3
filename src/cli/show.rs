//! `bagu show ID`: one question with everything that belongs to it.
use serde_json::json;

use crate::bank::model::{Bank, Question, level_title};
use crate::base::span::clock;
use crate::cli::args::ShowArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::json::FullQuestion;
use crate::cli::{lookup, markdown};

/// Runs the command.
///
/// # Errors
/// Usage when there is no such question; I/O when stdout cannot be written.
pub fn run(ctx: &Ctx, args: &ShowArgs) -> CliResult {
    let bank = ctx.bank()?;
    let q = lookup::question(bank, &args.id)?;
    if args.json {
        show_json(ctx, q, args)?;
        return Ok(Exit::Done);
    }
    if args.short || args.points || args.sources {
        if args.short {
            ctx.lines(markdown::inline(&q.short, &ctx.term, "", ""))?;
        }
        if args.points {
            points(ctx, q, "")?;
        }
        if args.sources {
            ctx.lines(q.sources.iter().flat_map(|s| ctx.term.hang("", s)))?;
        }
        return Ok(Exit::Done);
    }
    whole(ctx, bank, q)?;
    Ok(Exit::Done)
}

/// Without a part asked for: everything. With parts: the id and those parts.
fn show_json(ctx: &Ctx, q: &Question, args: &ShowArgs) -> Result<(), CliError> {
    if !(args.short || args.points || args.sources) {
        return ctx.json(&FullQuestion::of(q));
    }
    let mut object = json!({ "schema": 1, "id": q.id });
    if args.short {
        object["short"] = json!(q.short);
    }
    if args.points {
        object["points"] = json!(q.points);
        object["wrong"] = json!(q.wrongs);
    }
    if args.sources {
        object["sources"] = json!(q.sources);
    }
    ctx.json(&object)
}

fn whole(ctx: &Ctx, bank: &Bank, q: &Question) -> Result<(), CliError> {
    let term = &ctx.term;
    let limit = clock(std::time::Duration::from_secs(u64::from(q.limit_s)));
    let head = format!("{} · {} · {} · {} · 限时 {limit}", q.id, q.topic, level_title(q.level), q.kind.title());
    ctx.lines(term.wrap(&head).iter().map(|l| term.dim(l)))?;
    ctx.lines(term.wrap(&q.ask).iter().map(|l| term.bold(l)))?;
    section(ctx, "30 秒答案")?;
    ctx.lines(markdown::inline(&q.short, term, "  ", "  "))?;
    section(ctx, "完整答案")?;
    ctx.lines(markdown::render(&q.answer, term, "  "))?;
    section(ctx, "得分点与常见错误")?;
    points(ctx, q, "  ")?;
    versions(ctx, q)?;
    if !q.sources.is_empty() {
        section(ctx, "来源")?;
        ctx.lines(q.sources.iter().flat_map(|s| term.hang("  - ", s)))?;
    }
    followups(ctx, bank, q)?;
    next(ctx, q)
}

fn section(ctx: &Ctx, title: &str) -> Result<(), CliError> {
    ctx.line("")?;
    ctx.line(&ctx.term.title(title))
}

/// Points with their numbers, then wrong claims, each with the truth.
fn points(ctx: &Ctx, q: &Question, indent: &str) -> Result<(), CliError> {
    for (i, point) in q.points.iter().enumerate() {
        let must = if point.must { "【必答】" } else { "" };
        let lead = format!("{indent}{}. ", i + 1);
        ctx.lines(markdown::inline(&format!("{must}{}", point.text), &ctx.term, &lead, &" ".repeat(lead.len())))?;
    }
    for wrong in &q.wrongs {
        let lines = markdown::inline(&wrong.text, &ctx.term, &format!("{indent}✗ 错："), &format!("{indent}      "));
        ctx.lines(mark_first(&lines, "✗ 错：", |s| ctx.term.bad(s)))?;
        let lines = markdown::inline(&wrong.truth, &ctx.term, &format!("{indent}✓ 对："), &format!("{indent}      "));
        ctx.lines(mark_first(&lines, "✓ 对：", |s| ctx.term.good(s)))?;
    }
    Ok(())
}

/// Colours the sign at the head of the first line; it was wrapped without colour.
fn mark_first(lines: &[String], sign: &str, paint: impl Fn(&str) -> String) -> Vec<String> {
    let mut lines = lines.to_vec();
    if let Some(first) = lines.first_mut() {
        *first = first.replacen(sign, &paint(sign), 1);
    }
    lines
}

fn versions(ctx: &Ctx, q: &Question) -> Result<(), CliError> {
    if q.go.since.is_empty() && q.go.changed.is_empty() {
        return Ok(());
    }
    section(ctx, "Go 版本")?;
    if !q.go.since.is_empty() {
        ctx.line(&format!("  Go {} 起成立", q.go.since))?;
    }
    for change in &q.go.changed {
        let lead = format!("  Go {} 变化：", change.at);
        let rest = " ".repeat(crate::base::text::width(&lead));
        ctx.lines(markdown::inline(&change.what, &ctx.term, &lead, &rest))?;
    }
    Ok(())
}

fn followups(ctx: &Ctx, bank: &Bank, q: &Question) -> Result<(), CliError> {
    let known: Vec<&Question> = q.followups.iter().filter_map(|id| bank.get(id)).collect();
    if known.is_empty() {
        return Ok(());
    }
    section(ctx, "可能的追问")?;
    for next in known {
        ctx.lines(ctx.term.hang("  - ", &next.ask))?;
        ctx.line(&format!("    {}", ctx.term.code(&format!("bagu show {}", next.id))))?;
    }
    Ok(())
}

fn next(ctx: &Ctx, q: &Question) -> Result<(), CliError> {
    section(ctx, "眼见为实")?;
    for id in &q.demos {
        let title = crate::demos::get(id).map_or("", |d| d.title);
        let lead = format!("  bagu demo run {id}");
        ctx.line(&ctx.term.code(&lead))?;
        if !title.is_empty() {
            ctx.lines(ctx.term.hang("    ", title))?;
        }
    }
    ctx.line(&ctx.term.code(&format!("  bagu quiz --ids {}", q.id)))
}
