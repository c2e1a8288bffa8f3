//! `bagu search WORDS…`: the questions that fit best, with what matched.
use serde::Serialize;

use crate::bank::model::Bank;
use crate::cli::args::SearchArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::json::Items;
use crate::cli::lookup;
use crate::search::{Hit, Options, search};

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    topic: &'a str,
    ask: &'a str,
    score: f32,
    snippet: &'a str,
    demos: &'a [String],
}

/// Runs the command.
///
/// # Errors
/// Usage when the topic does not exist; I/O when stdout cannot be written.
pub fn run(ctx: &Ctx, args: &SearchArgs) -> CliResult {
    let bank = ctx.bank()?;
    let topic = args.topic.as_deref().map(|t| lookup::topic(bank, t)).transpose()?;
    let typed = args.words.join(" ");
    let hits = search(bank, &typed, Options { limit: usize::from(args.n), topic });
    if args.json {
        ctx.json(&Items::new(hits.iter().map(item).collect()))?;
    } else {
        for (i, hit) in hits.iter().enumerate() {
            tell(ctx, i + 1, hit)?;
        }
    }
    if !hits.is_empty() {
        return Ok(Exit::Done);
    }
    nothing(ctx, bank, &typed, topic)?;
    Ok(Exit::Negative)
}

fn item<'a>(hit: &'a Hit<'_>) -> Item<'a> {
    let q = hit.question;
    // Two digits are more than the ranking means.
    let score = (hit.score * 100.0).round() / 100.0;
    Item { id: &q.id, topic: &q.topic, ask: &q.ask, score, snippet: &hit.snippet.text, demos: &q.demos }
}

fn tell(ctx: &Ctx, number: usize, hit: &Hit<'_>) -> Result<(), CliError> {
    let term = &ctx.term;
    let q = hit.question;
    if term.plain() {
        return ctx.line(&format!("{}\t{}\t{}", q.id, q.topic, q.ask));
    }
    // Wrapped before it is marked: escape codes must not get between a word and its line break.
    let lead = format!("{number:>2} ");
    ctx.lines(term.hang(&lead, &q.ask).iter().map(|l| mark_line(l, &hit.ask, term)))?;
    let demo = if q.demos.is_empty() { "" } else { "  [可运行]" };
    ctx.line(&format!("   {}", term.dim(&format!("{}  {}{demo}", q.id, q.topic))))?;
    if !hit.snippet.text.is_empty() {
        let lines = term.hang("   ", &bare(&hit.snippet.text));
        ctx.lines(lines.iter().map(|l| mark_line(l, &hit.snippet, term)))?;
    }
    Ok(())
}

/// Inline marks of the answer's Markdown say nothing in a snippet.
fn bare(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

/// Marks in one wrapped line every word that matched.
fn mark_line(line: &str, found: &crate::search::Snippet, term: &crate::cli::term::Term) -> String {
    if !term.color() {
        return line.to_owned();
    }
    let mut words: Vec<String> =
        found.hits.iter().map(|h| bare(&found.text[h.clone()])).filter(|w| !w.is_empty()).collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    words.dedup();
    let mut out = String::new();
    let mut rest = line;
    while let Some((at, word)) = words
        .iter()
        .filter_map(|w| rest.find(w.as_str()).map(|at| (at, w)))
        .min_by_key(|(at, w)| (*at, std::cmp::Reverse(w.len())))
    {
        out.push_str(&rest[..at]);
        out.push_str(&term.hit(&rest[at..at + word.len()]));
        rest = &rest[at + word.len()..];
    }
    out + rest
}

/// Says that nothing was found and what to try, on stderr: stdout stays empty data.
fn nothing(ctx: &Ctx, bank: &Bank, typed: &str, topic: Option<&str>) -> Result<(), CliError> {
    let whole = topic.map(|t| search(bank, typed, Options { limit: 3, topic: None }).len().min(1) * t.len());
    let mut lines = vec![format!("没有找到「{typed}」。")];
    match topic {
        Some(topic) if whole.is_some_and(|n| n > 0) => {
            lines.push(format!("{topic} 里没有，别的主题里有：去掉 --topic 再搜。"));
        }
        _ => {
            let near = suggestions(bank, typed);
            if !near.is_empty() {
                lines.push(format!("你是不是要找：{}", near.join("、")));
            }
            lines.push("换个说法、英文、拼音或首字母试试，或者看看有什么：bagu list topics".to_owned());
        }
    }
    lines.iter().try_for_each(|line| ctx.notice(line))
}

/// Tags nearest to what was typed.
fn suggestions<'b>(bank: &'b Bank, typed: &str) -> Vec<&'b str> {
    let folded = typed.to_lowercase();
    let mut scored: Vec<(usize, &str)> = Vec::new();
    for tag in bank.questions.iter().flat_map(|q| &q.tags) {
        let shared = tag.to_lowercase().chars().filter(|c| folded.contains(*c) && c.is_alphanumeric()).count();
        let enough = shared * 2 > tag.chars().count();
        if enough && !scored.iter().any(|(_, t)| t == tag) {
            scored.push((shared, tag));
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, tag)| tag).collect()
}
