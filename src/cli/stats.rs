//! `bagu stats`: figures from the log and the cards.
use serde_json::json;

use crate::bank::Bank;
use crate::cli::args::StatsArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliResult;
use crate::cli::error::Exit;
use crate::cli::session;
use crate::cli::session::span_words;
use crate::cli::term::Term;
use crate::study::card::CardKey;
use crate::study::clock::Moment;
use crate::study::clock::date_text;
use crate::study::queue;
use crate::study::schedule::Grade;
use crate::study::stats;
use crate::study::stats::Counts;
use crate::study::stats::History;

/// Days shown as a bar each.
const DAYS_SHOWN: i32 = 14;

/// Runs the command.
///
/// # Errors
/// Usage for an unknown topic; bad data or I/O from bank and store.
pub fn run(ctx: &Ctx, args: &StatsArgs) -> CliResult {
    let failed = |e| session::store_failed(&ctx.places.progress, e);
    let all = ctx.bank()?;
    session::known_topics(all, args.topic.as_slice())?;
    let of_topic =
        |topic: &String| Bank { questions: all.questions.iter().filter(|q| q.topic == *topic).cloned().collect() };
    let chosen = args.topic.as_ref().map(of_topic);
    let bank = chosen.as_ref().unwrap_or(all);
    let store = session::read_store(ctx)?;
    let now = session::moment(ctx);
    let cards = store.cards().map_err(failed)?;
    let mut reviews = store.reviews().map_err(failed)?;
    if args.topic.is_some() {
        let in_bank = |card: &str| card.parse::<CardKey>().is_ok_and(|k| bank.get(&k.question).is_some());
        reviews.retain(|r| in_bank(&r.card));
    }
    let history = History::of(&reviews);
    let (counts, topics) = stats::counts(bank, &cards, now);
    let fresh_left = queue::NEW_PER_DAY.saturating_sub(queue::new_today(&cards, now));
    if args.json {
        ctx.json(&object(&counts, &topics, &history, now, fresh_left))?;
    } else {
        ctx.lines(page(&ctx.term, &counts, &topics, &history, now))?;
    }
    Ok(Exit::Done)
}

/// Share in whole per cent; measured figures deserve no decimals at these numbers.
fn percent(part: usize, whole: usize) -> Option<usize> {
    (whole > 0).then(|| (part * 100 + whole / 2) / whole)
}

fn object(
    counts: &Counts,
    topics: &[(String, Counts)],
    history: &History,
    now: Moment,
    fresh_left: usize,
) -> serde_json::Value {
    let of = |c: &Counts| {
        json!({ "questions": c.questions, "seen": c.seen, "new": c.unseen(), "due": c.due, "wrong": c.wrong,
                "leech": c.leech, "recall": c.recall })
    };
    let topics: Vec<_> = topics
        .iter()
        .map(|(topic, c)| {
            let mut value = of(c);
            value["topic"] = json!(topic);
            value
        })
        .collect();
    let days: Vec<_> = history.days.iter().map(|(day, n)| json!({ "date": date_text(*day), "reviews": n })).collect();
    let mut value = of(counts);
    let more = json!({
        "schema": 1,
        "date": date_text(now.day),
        "new_left_today": fresh_left.min(counts.unseen()),
        "reviews": history.reviews,
        "reviews_today": history.days.get(&now.day).copied().unwrap_or(0),
        "grades": history.grades,
        "seconds": session::rounded(history.seconds),
        "overtime": history.overtime,
        "retention": { "asked": history.retention.0, "kept": history.retention.1 },
        "streak_days": history.streak(now.day),
        "days": days,
        "topics": topics,
    });
    if let (Some(value), serde_json::Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}

fn page(term: &Term, counts: &Counts, topics: &[(String, Counts)], history: &History, now: Moment) -> Vec<String> {
    let mut lines = vec![term.title("总计")];
    lines
        .push(format!("  题目 {}  做过 {}  到期 {}  没过 {}", counts.questions, counts.seen, counts.due, counts.wrong));
    if history.reviews == 0 {
        lines.push("  还没有评过分的题。开始：bagu quiz".to_owned());
        return lines;
    }
    lines.extend(term.hang(
        "  ",
        &format!(
            "评分 {} 次，用时 {}，超时 {} 次，连续 {} 天",
            history.reviews,
            span_words(history.seconds),
            history.overtime,
            history.streak(now.day)
        ),
    ));
    let grades: Vec<String> = Grade::ALL
        .iter()
        .rev()
        .map(|g| format!("{} {}", g.label(), history.grades[usize::from(g.number()) - 1]))
        .collect();
    lines.push(format!("  {}", grades.join("  ")));
    if let Some(kept) = percent(history.retention.1, history.retention.0) {
        let text = format!("隔天再问时仍记得：{kept}%（{}/{}；目标 90%）", history.retention.1, history.retention.0);
        lines.extend(term.hang("  ", &text));
    }
    if counts.leech > 0 {
        lines.extend(term.hang("  ", &format!("反复错 {} 题：bagu quiz --only leech", counts.leech)));
    }
    lines.push(String::new());
    lines.push(term.title("主题"));
    for (topic, c) in topics {
        let recall = c.recall.map_or(String::new(), |r| format!("，大约记得 {:.0}%", r * 100.0));
        let text = format!("{topic}  做过 {}/{}，到期 {}，没过 {}{recall}", c.seen, c.questions, c.due, c.wrong);
        lines.extend(term.hang("  ", &text));
    }
    lines.push(String::new());
    lines.push(term.title("最近两周"));
    lines.extend(bars(term, history, now));
    lines
}

/// One line per day, `#` per answer, scaled down when a day does not fit.
fn bars(term: &Term, history: &History, now: Moment) -> Vec<String> {
    let first = now.day - DAYS_SHOWN + 1;
    let count = |day: i32| history.days.get(&day).copied().unwrap_or(0);
    let most = (first..=now.day).map(count).max().unwrap_or(0).max(1);
    let room = term.width().saturating_sub(22).clamp(5, 60);
    (first..=now.day)
        .map(|day| {
            let n = count(day);
            let bar = if most <= room { n } else { (n * room).div_ceil(most) };
            format!("  {} {:>4} {}", date_text(day), n, "#".repeat(bar)).trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::width;

    #[test]
    fn the_page_fits_and_bars_scale() {
        let now = Moment { ms: 0, day: 20_000 };
        let mut history = History { reviews: 501, ..History::default() };
        history.days.insert(20_000, 500);
        history.days.insert(19_999, 1);
        let counts = Counts { questions: 90, seen: 12, due: 5, wrong: 2, leech: 1, recall: Some(0.8) };
        let topics = [("channel".to_owned(), counts.clone())];
        for columns in [40, 60, 80] {
            let lines = page(&Term::colourless(columns), &counts, &topics, &history, now);
            assert!(lines.iter().all(|l| width(l) <= columns), "{columns}: {lines:#?}");
        }
        let bars = bars(&Term::colourless(80), &history, now);
        assert_eq!(bars.len(), 14);
        assert_eq!(bars[13].matches('#').count(), 58);
        assert_eq!(bars[12].matches('#').count(), 1, "one answer is never invisible");
    }

    #[test]
    fn json_carries_the_contracted_fields() {
        let value = object(&Counts::default(), &[], &History::default(), Moment { ms: 0, day: 0 }, 10);
        for key in ["schema", "questions", "due", "new", "reviews", "grades", "topics", "retention", "days"] {
            assert!(value.get(key).is_some(), "{key}");
        }
        assert_eq!(value["new_left_today"], 0, "an empty bank has nothing new");
    }
}
