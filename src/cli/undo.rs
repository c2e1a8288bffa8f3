//! `bagu undo`: takes back the last grades. The undo itself is logged; nothing is deleted.
use crate::cli::args::UndoArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliResult;
use crate::cli::error::Exit;
use crate::cli::session;
use crate::study::clock::Moment;

/// Runs the command. Exit 1 when there is nothing to take back.
///
/// # Errors
/// Bad data or I/O from the store.
pub fn run(ctx: &Ctx, args: &UndoArgs) -> CliResult {
    let mut store = session::open_store(ctx)?;
    let now = session::moment(ctx);
    let undone =
        store.undo(u32::from(args.n), None, now).map_err(|e| session::store_failed(&ctx.places.progress, e))?;
    if args.json {
        let items: Vec<_> = undone
            .iter()
            .map(|u| serde_json::json!({ "card": u.card, "id": question_of(&u.card), "grade": u.grade.number(), "at": time_words(ctx, u.at_ms) }))
            .collect();
        ctx.json(&serde_json::json!({ "schema": 1, "items": items }))?;
    } else {
        for u in &undone {
            ctx.line(&format!("撤销了 {} 的评分「{}」（{}）", u.card, u.grade.label(), time_words(ctx, u.at_ms)))?;
        }
    }
    if undone.is_empty() {
        ctx.notice("没有可撤销的评分")?;
        return Ok(Exit::Negative);
    }
    if undone.len() < usize::from(args.n) {
        ctx.notice(&format!("只有 {} 次评分可撤销", undone.len()))?;
    }
    Ok(Exit::Done)
}

fn question_of(card: &str) -> &str {
    card.split_once('#').map_or(card, |(question, _)| question)
}

/// Local `2026-11-21 10:00`.
fn time_words(ctx: &Ctx, ms: i64) -> String {
    let zone = ctx.now().time_zone().clone();
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| Moment { ms, day: 0 }.ms.to_string(), |at| at.to_zoned(zone).strftime("%F %H:%M").to_string())
}
