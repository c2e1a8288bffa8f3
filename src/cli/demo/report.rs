//! The result of one run: on the page, and as JSON.
use serde_json::{Value, json};

use crate::cli::args::demo::ViewArg;
use crate::cli::ctx::Ctx;
use crate::cli::demo::ending::Failure;
use crate::cli::demo::predict::{self, Guess};
use crate::cli::error::CliError;
use crate::lab::gotwin::{self, TwinResult};
use crate::lab::verdicts::end_text;
use crate::lab::{Demo, End, Engine, Fidelity, GoMatch, Outcome, Picture, Platform, RunOptions};
use crate::trace::text::{event_line, time};
use crate::view::{self, Look};

/// Printed lines shown at most; the rest is counted.
const OUT_MAX: usize = 200;

/// Everything about a run, from the title to what to try next.
pub(super) fn page(
    ctx: &Ctx,
    demo: &Demo,
    o: &Outcome,
    view: Option<ViewArg>,
    guess: Option<&Guess>,
) -> Result<(), CliError> {
    heading(ctx, demo, &o.opts)?;
    output(ctx, o)?;
    if let Some(Guess::Lines(lines)) = guess {
        compared(ctx, demo, lines, &o.seen.out)?;
    }
    claims(ctx, demo, o)?;
    lints(ctx, o)?;
    picture(ctx, demo, o, view)?;
    fidelity(ctx, demo, o)?;
    mutation(ctx, demo, o)?;
    next(ctx, demo, o)
}

fn section(ctx: &Ctx, title: &str) -> Result<(), CliError> {
    ctx.line("")?;
    ctx.line(&ctx.term.title(title))
}

fn heading(ctx: &Ctx, demo: &Demo, opts: &RunOptions) -> Result<(), CliError> {
    ctx.lines(ctx.term.wrap(demo.title).iter().map(|l| ctx.term.bold(l)))?;
    ctx.lines(ctx.term.wrap(&which_run(demo, opts)).iter().map(|l| ctx.term.dim(l)))
}

/// Which run it was: demo, scheduler, clock, what was chosen for it.
pub(super) fn which_run(demo: &Demo, opts: &RunOptions) -> String {
    let how = match (opts.engine, opts.platform) {
        (Engine::May, _) => format!("may 引擎 · 真线程 · {} 个工作线程", opts.procs),
        (Engine::Gmp, Platform::Real) => format!("真线程 · {} P", opts.procs),
        // What it measures is the machine, whatever the scheduler's clock says.
        (Engine::Gmp, Platform::Virtual) if demo.setup.wall => format!("在这台机器上实测 · {} P", opts.procs),
        (Engine::Gmp, Platform::Virtual) => format!("虚拟时间 · {} P · 种子 {}", opts.procs, opts.seed),
    };
    let broken = opts.mutation.as_ref().map_or_else(String::new, |m| format!(" · 变异 {m}"));
    format!("{} · {how}{broken}", demo.id)
}

fn output(ctx: &Ctx, o: &Outcome) -> Result<(), CliError> {
    section(ctx, "输出")?;
    let lines: Vec<&str> = o.seen.out.iter().flat_map(|l| l.split('\n')).collect();
    if lines.is_empty() {
        ctx.line(&ctx.term.dim("  （没有打印）"))?;
    }
    ctx.lines(lines.iter().take(OUT_MAX).map(|l| format!("  {l}")))?;
    if lines.len() > OUT_MAX {
        ctx.line(&ctx.term.dim(&format!("  …还有 {} 行", lines.len() - OUT_MAX)))?;
    }
    if o.seen.end != End::Ok {
        for line in end_lines(&o.seen.end) {
            ctx.lines(ctx.term.hang("  ", &line).iter().map(|l| ctx.term.warn(l)))?;
        }
    }
    Ok(())
}

/// The abnormal end as Go prints it.
fn end_lines(end: &End) -> Vec<String> {
    const SHOWN: usize = 20;
    match end {
        End::Deadlock(text) | End::Fatal(text) => {
            let mut lines: Vec<String> = vec![end_text(end)];
            lines.extend(text.trim().lines().skip(1).take(SHOWN).map(str::to_owned));
            lines
        }
        other => vec![end_text(other)],
    }
}

fn compared(ctx: &Ctx, demo: &Demo, guess: &[String], out: &[String]) -> Result<(), CliError> {
    section(ctx, "你的预测")?;
    if guess.is_empty() {
        return ctx.line("  （你没有写）");
    }
    let all = predict::compare(demo, guess, out);
    for c in &all {
        let nothing = "（没有这一行）".to_owned();
        let (g, p) = (c.guess.as_ref().unwrap_or(&nothing), c.printed.as_ref().unwrap_or(&nothing));
        if c.same {
            ctx.lines(ctx.term.hang(&format!("  {} ", ctx.term.good("✓")), p))?;
        } else {
            ctx.lines(ctx.term.hang(&format!("  {} ", ctx.term.bad("✗")), &format!("你写 {g}")))?;
            ctx.lines(ctx.term.hang("     ", &format!("实际 {p}")))?;
        }
    }
    let right = all.iter().filter(|c| c.same).count();
    ctx.line(&format!("  对了 {right}/{} 行", all.len()))
}

fn claims(ctx: &Ctx, demo: &Demo, o: &Outcome) -> Result<(), CliError> {
    section(ctx, "论断")?;
    for (claim, verdict) in demo.claims.iter().zip(&o.claims) {
        let mark = if verdict.ok { ctx.term.good("✓") } else { ctx.term.bad("✗") };
        ctx.lines(ctx.term.hang(&format!("  {mark} "), claim.text))?;
        ctx.lines(ctx.term.hang("      ", &verdict.measured).iter().map(|l| ctx.term.dim(l)))?;
    }
    if !o.end_ok(demo) {
        ctx.lines(
            ctx.term.hang(&format!("  {} ", ctx.term.bad("✗")), &format!("没有正常结束：{}", end_text(&o.seen.end))),
        )?;
    }
    for fault in &o.faults {
        ctx.lines(ctx.term.hang(&format!("  {} ", ctx.term.bad("✗")), &format!("记录不合规则：{fault}")))?;
    }
    Ok(())
}

/// What the run did that its author may not have meant.
fn lints(ctx: &Ctx, o: &Outcome) -> Result<(), CliError> {
    let found = view::lints(&o.seen.recording);
    if !found.is_empty() {
        section(ctx, "留意")?;
    }
    for lint in found {
        ctx.lines(ctx.term.hang(&format!("  {} ", ctx.term.warn("!")), &format!("{}（@{}）", lint.text, lint.seq)))?;
    }
    Ok(())
}

fn picture(ctx: &Ctx, demo: &Demo, o: &Outcome, asked: Option<ViewArg>) -> Result<(), CliError> {
    let rec = &o.seen.recording;
    if rec.events.is_empty() && asked.is_none() {
        return Ok(());
    }
    let look = Look::new(ctx.term.width(), ctx.term.color());
    let name = match demo.picture {
        Picture::Chan(name) => Some(name),
        _ => None,
    };
    let view = asked.unwrap_or(match demo.picture {
        Picture::Lanes => ViewArg::Sched,
        Picture::Chan(_) => ViewArg::Chan,
        Picture::Context => ViewArg::Ctx,
        Picture::Timeline => ViewArg::Time,
    });
    section(ctx, "过程")?;
    match view {
        ViewArg::Sched => ctx.lines(view::lanes_view(rec, look)),
        ViewArg::Chan => ctx.lines(view::chan_view(rec, name, look)),
        ViewArg::Ctx => ctx.lines(view::context_view(rec, look)),
        ViewArg::Time => ctx.lines(view::time_view(rec, look)),
        ViewArg::Events => ctx.lines((0..rec.events.len() as u32).map(|seq| event_line(rec, seq))),
    }
}

fn fidelity(ctx: &Ctx, demo: &Demo, o: &Outcome) -> Result<(), CliError> {
    let same = match demo.fidelity {
        Fidelity::Same => "和 Go 一致：同样的机制，同样的结果。".to_owned(),
        Fidelity::Model(what) => format!("Go 机制的模型：{what}"),
        Fidelity::Differs(how) => format!("和 Go 不同：{how}"),
    };
    let version = gotwin::sources(demo.id).and_then(|s| s.recorded()).map_or("真 Go", |r| r.version);
    let twin = match (&o.twin, demo.go) {
        (_, GoMatch::None(why)) => format!("真 Go 没有对照：{why}"),
        (Some(TwinResult::Same), how) => format!("输出和 {version} 的录制{}。", match_words(&how)),
        (Some(TwinResult::Differs(d)), _) => format!("输出和 {version} 的录制不同：{d}"),
        (Some(TwinResult::Missing), _) => "缺少真 Go 的录制输出。".to_owned(),
        (Some(TwinResult::None) | None, _) => String::new(),
    };
    section(ctx, "和 Go 比")?;
    for line in [same, twin].iter().filter(|l| !l.is_empty()) {
        ctx.lines(ctx.term.hang("  ", line))?;
    }
    Ok(())
}

fn match_words(how: &GoMatch) -> &'static str {
    match how {
        GoMatch::Set => "是同样的行（次序不定）",
        GoMatch::Pattern => "逐行吻合（数字按模式比较）",
        GoMatch::Exact | GoMatch::None(_) => "逐行相同",
    }
}

/// What was broken on purpose, and whether the claims fell that should.
fn mutation(ctx: &Ctx, demo: &Demo, o: &Outcome) -> Result<(), CliError> {
    let Some(m) = o.opts.mutation.as_deref().and_then(|name| demo.mutations.iter().find(|m| m.name == name)) else {
        return Ok(());
    };
    section(ctx, "变异")?;
    ctx.lines(ctx.term.hang("  ", &format!("{}：{}", m.name, m.what)))?;
    let failed = o.failed();
    let list = |items: &[usize]| items.iter().map(|i| (i + 1).to_string()).collect::<Vec<_>>().join("、");
    let missing: Vec<usize> = m.breaks.iter().copied().filter(|i| !failed.contains(i)).collect();
    let others: Vec<usize> = failed.iter().copied().filter(|i| !m.breaks.contains(i)).collect();
    let mut text = format!("预计倒下的论断：{}。", list(m.breaks));
    text.push_str(&match missing.as_slice() {
        [] => "果然都倒下了：这些论断确实量到了东西。".to_owned(),
        some => format!("但论断 {} 还成立，这不对。", list(some)),
    });
    if !others.is_empty() {
        text.push_str(&format!("一起倒下的还有：{}。", list(&others)));
    }
    ctx.lines(ctx.term.hang("  ", &text))
}

fn next(ctx: &Ctx, demo: &Demo, o: &Outcome) -> Result<(), CliError> {
    let lines = suggestions(demo, o.opts.mutation.as_deref());
    if !lines.is_empty() {
        section(ctx, "接下来")?;
    }
    for (what, command) in lines {
        ctx.lines(ctx.term.hang("  ", &what))?;
        ctx.line(&format!("      {}", ctx.term.code(&command)))?;
    }
    if ctx.global.verbose > 0 {
        let took = format!(
            "用时 {}（程序自己的钟：{}），{} 个事件，内存最高 {} MiB",
            time(o.wall_ns),
            time(o.seen.elapsed_ns),
            o.seen.recording.events.len(),
            o.max_rss_kb / 1024
        );
        ctx.notice(&took)?;
    }
    Ok(())
}

/// A run that did not come to its end.
pub(super) fn failed(ctx: &Ctx, demo: &Demo, f: &Failure) -> Result<(), CliError> {
    ctx.lines(ctx.term.wrap(demo.title).iter().map(|l| ctx.term.bold(l)))?;
    ctx.lines(ctx.term.hang(&format!("  {} ", ctx.term.bad("✗")), &f.what))?;
    if !f.mend.is_empty() {
        ctx.lines(ctx.term.hang("    ", &f.mend))?;
    }
    if !f.tail.is_empty() {
        ctx.line(&ctx.term.dim("    它最后说的："))?;
        for line in &f.tail {
            ctx.lines(ctx.term.hang("      ", line).iter().map(|l| ctx.term.dim(l)))?;
        }
    }
    Ok(())
}

/// Exit status as a Go program would give it: 2 for panics, deadlocks and fatal errors.
fn exit_code(end: &End) -> i32 {
    if *end == End::Ok { 0 } else { 2 }
}

fn head(demo: &Demo, opts: &RunOptions) -> Value {
    json!({
        "schema": 1,
        "id": demo.id,
        "title": demo.title,
        "engine": opts.engine.name(),
        "platform": opts.platform.name(),
        "procs": opts.procs,
        "seed": opts.seed,
        "mutation": opts.mutation,
    })
}

/// The object of `--json`.
pub(super) fn json(demo: &Demo, o: &Outcome) -> Value {
    let claims: Vec<Value> = demo
        .claims
        .iter()
        .zip(&o.claims)
        .map(|(c, v)| json!({ "text": c.text, "ok": v.ok, "measured": v.measured }))
        .collect();
    let version = gotwin::sources(demo.id).and_then(|s| s.recorded()).map(|r| r.version);
    let matches = match &o.twin {
        Some(TwinResult::Same) => Some(true),
        Some(TwinResult::Differs(_) | TwinResult::Missing) => Some(false),
        Some(TwinResult::None) | None => None,
    };
    let mut v = head(demo, &o.opts);
    v["ok"] = json!(o.ok(demo));
    v["exit"] = json!(exit_code(&o.seen.end));
    v["end"] = json!(end_text(&o.seen.end));
    v["claims"] = json!(claims);
    v["out"] = json!(o.seen.out);
    v["go"] = json!({ "version": version, "match": matches });
    v["faults"] = json!(o.faults);
    let lints = view::lints(&o.seen.recording);
    let lints = lints.iter().map(|l| json!({ "rule": l.rule, "g": l.g, "event": l.seq, "n": l.n, "text": l.text }));
    v["lints"] = json!(lints.collect::<Vec<_>>());
    v["events"] = json!(o.seen.recording.events.len());
    v["truncated"] = json!(o.seen.recording.truncated);
    v["elapsed_ns"] = json!(o.seen.elapsed_ns);
    v["wall_ms"] = json!(o.wall_ns as f64 / 1e6);
    v["max_rss_kb"] = json!(o.max_rss_kb);
    v
}

/// What to try after a run of `demo`, in words and as a command: each command once, and not the one that
/// has just run.
fn suggestions(demo: &Demo, mutation: Option<&str>) -> Vec<(String, String)> {
    let breaking = |name: &str| format!("bagu demo run {} --mutate {name}", demo.id);
    let plain = format!("bagu demo run {}", demo.id);
    let mut lines: Vec<(String, String)> = vec![];
    match (mutation, demo.mutations.first()) {
        (Some(_), _) => lines.push(("恢复原样".to_owned(), plain.clone())),
        (None, Some(m)) => lines.push((format!("弄坏它（{}）", m.what), breaking(m.name))),
        (None, None) => {}
    }
    lines.extend(demo.next.iter().map(|(what, command)| ((*what).to_owned(), (*command).to_owned())));
    if !matches!(demo.go, GoMatch::None(_)) {
        lines.push(("看同一个程序的 Go 写法".to_owned(), format!("bagu demo go {}", demo.id)));
    }
    let mut told = vec![mutation.map_or(plain, breaking)];
    lines.retain(|(_, command)| {
        let new = !told.contains(command);
        told.push(command.clone());
        new
    });
    lines
}

/// The object of `--json` for a child that did not come to its end.
pub(super) fn failed_json(demo: &Demo, opts: &RunOptions, f: &Failure) -> Value {
    let claims: Vec<Value> =
        demo.claims.iter().map(|c| json!({ "text": c.text, "ok": false, "measured": "没有跑完" })).collect();
    let mut v = head(demo, opts);
    v["ok"] = json!(false);
    v["exit"] = json!(f.code);
    v["end"] = json!(f.what);
    v["claims"] = json!(claims);
    v["out"] = json!([]);
    v["stderr"] = json!(f.tail);
    v
}

#[cfg(test)]
mod tests {
    use super::suggestions;

    #[test]
    fn each_suggestion_is_made_once_and_is_something_new() {
        for demo in crate::demos::all() {
            for mutation in [None].into_iter().chain(demo.mutations.iter().map(|m| Some(m.name))) {
                let commands: Vec<String> = suggestions(demo, mutation).into_iter().map(|(_, c)| c).collect();
                let mut once = commands.clone();
                once.sort();
                once.dedup();
                assert_eq!(once.len(), commands.len(), "{} {mutation:?}: {commands:?}", demo.id);
                let ran = mutation.map_or_else(String::new, |m| format!(" --mutate {m}"));
                let ran = format!("bagu demo run {}{ran}", demo.id);
                assert!(!commands.contains(&ran), "{ran} suggests itself");
            }
        }
    }
}
