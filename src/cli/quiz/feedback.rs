//! What was found in the answer: points said and missed, wrong claims with the truth, the short
//! model answer. Always shown: learners who must fetch feedback do not.
use std::ops::Range;

use crate::bank::model::ChoiceOption;
use crate::bank::model::Drill;
use crate::bank::model::Question;
use crate::cli::session::span_words;
use crate::cli::term::Term;
use crate::study::grade::drill::Cloze;
use crate::study::grade::drill::Outcome;
use crate::study::grade::drill::Printed;
use crate::study::grade::drill::Score;
use crate::study::grade::points::Sheet;
use crate::study::queue::Asked;
use crate::study::session::Item;
use crate::study::session::Judging;
use crate::study::session::overtime;

/// Time used and allowed: `用时 1:48 / 限时 2:00`, with 超时 when it was.
pub(super) fn time_words(seconds: f64, limit_s: u32) -> String {
    let over = if overtime(seconds, limit_s) { "，超时" } else { "" };
    format!("用时 {} / 限时 {}{over}", span_words(seconds), span_words(f64::from(limit_s)))
}

/// The check list of an open question.
pub(super) fn sheet(term: &Term, question: &Question, judging: &Judging, sheet: &Sheet, limit_s: u32) -> Vec<String> {
    let must = question.points.iter().zip(&sheet.ticks).filter(|(p, _)| p.must);
    let (said_must, all_must) = must.fold((0, 0), |(s, n), (_, t)| (s + usize::from(t.said), n + 1));
    let mut head = format!("得分点 {}/{}", sheet.said(), sheet.ticks.len());
    if all_must > 0 {
        head = format!("{head}，必答 {said_must}/{all_must}");
    }
    head = format!("{head}；{}", time_words(judging.seconds, limit_s));
    let mut lines = term.wrap(&head);
    for (i, (point, tick)) in question.points.iter().zip(&sheet.ticks).enumerate() {
        let must = if point.must { "【必答】" } else { "" };
        let mark = if tick.said { term.good("✓") } else { term.bad("✗") };
        let mut text = format!("{must}{}", point.text);
        if !tick.words.is_empty() && tick.said {
            text = format!("{text}（{}）", quoted(term, &judging.answer, &tick.words));
        }
        lines.extend(term.hang(&format!("  {mark} {} ", i + 1), &text));
    }
    for (i, claim) in sheet.claims.iter().enumerate() {
        let Some(wrong) = question.wrongs.get(claim.wrong) else { continue };
        let number = question.points.len() + i + 1;
        let words = quoted(term, &judging.answer, &claim.words);
        if claim.dropped {
            lines.extend(term.hang(&format!("  - {number} "), &format!("不算：{}", wrong.text)));
            continue;
        }
        let text = format!("说错了：{}（{words}）。其实：{}", wrong.text, wrong.truth);
        lines.extend(term.hang(&format!("  {} {number} ", term.bad("!")), &text));
    }
    lines
}

/// 「先读完」「零值」 from the typed answer.
fn quoted(term: &Term, answer: &str, words: &[Range<usize>]) -> String {
    let shown = words.iter().filter_map(|w| answer.get(w.clone()));
    shown.map(|w| if term.color() { term.hit(w) } else { format!("「{w}」") }).collect::<Vec<_>>().join(" ")
}

/// The 30-second answer, and where to see it happen.
pub(super) fn model_answer(term: &Term, question: &Question) -> Vec<String> {
    let mut lines = term.hang("30 秒答案：", &question.short);
    lines.push(term.dim(&format!("完整答案：bagu show {}", question.id)));
    if let Some(demo) = question.demos.first() {
        lines.push(term.dim(&format!("跑给你看：bagu demo run {demo}")));
    }
    lines
}

/// The outcome of a drill.
pub(super) fn drill(
    term: &Term,
    item: &Item<'_>,
    judging: &Judging,
    outcome: &Outcome,
    printed: Option<&Printed>,
) -> Vec<String> {
    let word = match (outcome.score, judging.help.peeked) {
        (_, true) => term.warn("看了答案"),
        (Score::Right, _) => term.good("✓ 对"),
        (Score::Almost, _) => term.warn("≈ 几乎：差一个字母"),
        (Score::Wrong, _) => term.bad("✗ 不对"),
    };
    let mut lines = term.wrap(&format!("{word}；{}", time_words(judging.seconds, item.limit_s)));
    match item.drill {
        Some(Drill::Choice { options, .. } | Drill::Multi { options, .. }) => {
            lines.extend(options_why(term, options, outcome, item));
        }
        Some(Drill::Cloze { text }) => {
            let cloze = Cloze::new(text);
            let fill = |i: usize| term.good(cloze.gaps[i].first().map_or("", String::as_str));
            lines.extend(term.wrap(&cloze.filled(fill)));
        }
        Some(Drill::Order { steps, .. }) => {
            lines.push("正确的次序：".to_owned());
            lines.extend(steps.iter().enumerate().flat_map(|(i, s)| term.hang(&format!("  {} ", i + 1), s)));
        }
        Some(Drill::Predict { demo, .. }) => lines.extend(predicted(term, demo, outcome, printed)),
        None => {}
    }
    lines
}

/// Why the right ones are right, and why the picked wrong ones are wrong; numbers as shown.
fn options_why(term: &Term, options: &[ChoiceOption], outcome: &Outcome, item: &Item<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (shown, index) in super::ask::option_order(options, item.seed).into_iter().enumerate() {
        let option = &options[index];
        let picked = outcome.wrong.contains(&option.text);
        if option.ok || picked {
            let mark = if option.ok { term.good("✓") } else { term.bad("✗") };
            let text =
                if option.why.is_empty() { option.text.clone() } else { format!("{}：{}", option.text, option.why) };
            lines.extend(term.hang(&format!("  {mark} {} ", shown + 1), &text));
        }
    }
    lines
}

fn predicted(term: &Term, demo: &str, outcome: &Outcome, printed: Option<&Printed>) -> Vec<String> {
    let mut lines = vec![format!("真跑一遍 {demo}，输出是：")];
    let mut missed = outcome.missed.clone();
    for line in printed.map_or(&[][..], |p| &p.lines) {
        let at = missed.iter().position(|m| m == line);
        let mark = if at.is_some() { term.bad("✗") } else { term.good("✓") };
        if let Some(at) = at {
            missed.remove(at);
        }
        lines.push(format!("  {mark} {line}"));
    }
    if !outcome.wrong.is_empty() {
        lines.push("你写的、实际没有的（或位置不对的）行：".to_owned());
        lines.extend(outcome.wrong.iter().map(|w| format!("  {} {w}", term.bad("-"))));
    }
    lines
}

/// The line under the check list that says what the digits do.
pub(super) fn grade_help(asked: Asked, lines_to_toggle: usize) -> String {
    let toggle = match asked {
        Asked::SelfGrade if lines_to_toggle > 0 => "；漏说了第 2、4 点就先输入 024",
        Asked::Type if lines_to_toggle > 0 => "；判错了就先输入 0 加编号，如 024 翻转第 2、4 行",
        _ => "",
    };
    format!("评分：1 忘了  2 费力  3 记得  4 很轻松{toggle}")
}
