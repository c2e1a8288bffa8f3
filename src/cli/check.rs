//! `bagu check`: judges banks and demos, and says for each fault where, why and what to do.
use serde::Serialize;

use crate::bank::check::{self, Checked, DemoFacts};
use crate::bank::load;
use crate::bank::problem::{Problem, Severity};
use crate::cli::args::CheckArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit};

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    ok: bool,
    questions: usize,
    demos: usize,
    faults: usize,
    notices: usize,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    severity: &'static str,
    code: &'a str,
    place: String,
    file: &'a str,
    line: u32,
    column: u32,
    question: &'a str,
    what: &'a str,
    why: &'a str,
    mend: &'a str,
}

/// Runs the command.
///
/// # Errors
/// When a given path does not exist, or stdout cannot be written.
pub fn run(ctx: &Ctx, args: &CheckArgs) -> CliResult {
    if let Some(path) = args.paths.iter().find(|p| !p.exists()) {
        return Err(CliError::usage("要检查的路径不存在").at(path.display().to_string()).mend("检查有没有写错"));
    }
    let demos = demo_facts();
    let checked = judge(ctx, args, &demos);
    let faults = checked.problems.iter().filter(|p| p.severity == Severity::Fault).count();
    let notices = checked.problems.len() - faults;
    if args.json {
        ctx.json(&Report {
            schema: 1,
            ok: faults == 0,
            questions: checked.judged,
            demos: demos.len(),
            faults,
            notices,
            items: checked.problems.iter().map(item).collect(),
        })?;
    } else {
        let detailed = ctx.global.verbose > 0;
        for problem in checked.problems.iter().filter(|p| detailed || p.severity == Severity::Fault) {
            tell(ctx, problem)?;
        }
        let counts = format!("检查了 {} 道题、{} 个演示", checked.judged, demos.len());
        let verdict = match (faults, notices) {
            (0, 0) => ctx.term.good("✓ 没有问题"),
            (0, n) => ctx.term.good(&format!("✓ 没有错误，{n} 条提示")),
            (f, 0) => ctx.term.bad(&format!("✗ {f} 处错误")),
            (f, n) => ctx.term.bad(&format!("✗ {f} 处错误，{n} 条提示")),
        };
        ctx.line(&format!("{verdict}（{counts}）"))?;
        if notices > 0 && !detailed {
            ctx.notice("提示不算错误；要看就加 -v")?;
        }
    }
    Ok(if faults == 0 { Exit::Done } else { Exit::Negative })
}

/// Without paths: everything. With paths: those files, the rest being context for ids.
fn judge(ctx: &Ctx, args: &CheckArgs, demos: &[DemoFacts]) -> Checked {
    let mut sources = load::shipped();
    let mut own = ctx.own_banks();
    own.extend(ctx.global.bank.iter().cloned());
    let (more, mut unreadable) = load::gather(&own);
    sources.extend(more);
    let mut from = 0;
    if !args.paths.is_empty() {
        let (judged, problems) = load::gather(&args.paths);
        // A path that is also loaded as context (or is the source of a shipped bank) stands for itself.
        sources.retain(|s| !judged.iter().any(|j| same_file(&j.name, &s.name) || j.text == s.text));
        from = sources.len();
        sources.extend(judged);
        unreadable = problems;
    }
    let mut checked = check::check(&sources, from, demos);
    unreadable.append(&mut checked.problems);
    checked.problems = unreadable;
    checked
}

/// True when a given path ends in the name of a loaded one: `./questions/a.toml` is `questions/a.toml`.
fn same_file(given: &str, loaded: &str) -> bool {
    std::path::Path::new(given).ends_with(loaded)
}

/// The demos of this program as plain data.
pub(super) fn demo_facts() -> Vec<DemoFacts> {
    crate::demos::all()
        .map(|d| DemoFacts { id: d.id.to_owned(), claims: d.claims.iter().map(|c| c.text.to_owned()).collect() })
        .collect()
}

fn tell(ctx: &Ctx, problem: &Problem) -> Result<(), CliError> {
    let mark = match problem.severity {
        Severity::Fault => ctx.term.bad("错误"),
        Severity::Notice => ctx.term.warn("提示"),
    };
    // The place stands alone at the start of the line so that editors can jump to it.
    ctx.line(&format!("{}: {mark} {}", ctx.term.bold(&problem.place.to_string()), problem.code))?;
    let whose = if problem.question.is_empty() { String::new() } else { format!("{}：", problem.question) };
    ctx.lines(ctx.term.hang("    ", &format!("{whose}{}", problem.what)))?;
    for (label, part) in [("原因：", &problem.why), ("怎么办：", &problem.mend)] {
        if !part.is_empty() {
            ctx.lines(ctx.term.hang("    ", &format!("{label}{part}")))?;
        }
    }
    Ok(())
}

fn item(problem: &Problem) -> Item<'_> {
    Item {
        severity: match problem.severity {
            Severity::Fault => "fault",
            Severity::Notice => "notice",
        },
        code: problem.code,
        place: problem.place.to_string(),
        file: &problem.place.file,
        line: problem.place.line,
        column: problem.place.column,
        question: &problem.question,
        what: &problem.what,
        why: &problem.why,
        mend: &problem.mend,
    }
}
