//! How it will look: too wide to wrap, too long to say, Markdown that the renderer does not know.
use crate::bank::check::Case;
use crate::bank::model::Drill;
use crate::bank::problem::Problem;
use crate::base::text::{is_han, longest_run, width};

/// Widest stretch without a place to break, in columns: a terminal of 60 columns still shows it.
const RUN_COLUMNS_MAX: usize = 60;
/// Widest line of a code block.
const CODE_COLUMNS_MAX: usize = 80;
/// Most Chinese characters that can be said in 30 seconds.
const SHORT_HAN_MAX: usize = 120;

pub(super) fn judge(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    let han = q.short.chars().filter(|&c| is_han(c)).count();
    if han > SHORT_HAN_MAX {
        problems.push(
            case.fault("long-short", case.spots.short, format!("short 有 {han} 个汉字"))
                .why("30 秒说不完")
                .mend(format!("压到 {SHORT_HAN_MAX} 个以内，细节放进 answer")),
        );
    }
    prose(case, case.spots.ask, &q.ask, problems);
    prose(case, case.spots.short, &q.short, problems);
    answer(case, problems);
    for (point, spot) in q.points.iter().zip(&case.spots.points) {
        prose(case, spot.at, &point.text, problems);
    }
    for (wrong, spot) in q.wrongs.iter().zip(&case.spots.wrongs) {
        prose(case, spot.at, &wrong.text, problems);
        prose(case, spot.at, &wrong.truth, problems);
    }
    for (drill, spot) in q.drills.iter().zip(&case.spots.drills) {
        for text in drill_texts(drill) {
            prose(case, spot.at, text, problems);
        }
    }
}

fn drill_texts(drill: &Drill) -> Vec<&str> {
    match drill {
        Drill::Choice { ask, options } | Drill::Multi { ask, options } => {
            let texts = options.iter().flat_map(|o| [o.text.as_str(), o.why.as_str()]);
            std::iter::once(ask.as_str()).chain(texts).collect()
        }
        Drill::Cloze { text } => vec![text],
        Drill::Order { ask, steps } => std::iter::once(ask).chain(steps).map(String::as_str).collect(),
        Drill::Predict { ask, .. } => vec![ask],
    }
}

/// Notes a stretch of running text that cannot be wrapped.
fn prose(case: &Case<'_>, at: usize, text: &str, problems: &mut Vec<Problem>) {
    for line in text.lines() {
        let (columns, start) = longest_run(line);
        if columns > RUN_COLUMNS_MAX {
            let run: String = line[start..].chars().take_while(|c| !c.is_whitespace()).collect();
            let what = format!("这一段有 {columns} 列宽，中间没有可以折行的地方");
            let problem = Problem::fault("too-wide", case.place_of(at, &run), what).of(&case.question.id);
            problems.push(problem.mend("加空格或标点断开，或者放进代码块"));
        }
    }
}

/// The answer line by line: fences, code width, inline marks, what the renderer does not know.
fn answer(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let at = case.spots.answer;
    let mut fence: Option<&str> = None;
    for line in case.question.answer.lines() {
        let mut note = |code, what: String, mend: &str, fault: bool| {
            let place = case.place_of(at, line);
            let problem = if fault { Problem::fault(code, place, what) } else { Problem::notice(code, place, what) };
            problems.push(problem.of(&case.question.id).mend(mend));
        };
        if line.trim_start().starts_with("```") {
            fence = if fence.is_some() { None } else { Some(line) };
            continue;
        }
        if fence.is_some() {
            if width(line) > CODE_COLUMNS_MAX {
                note("wide-code", format!("代码行有 {} 列宽", width(line)), "代码不折行，最好在 80 列以内", false);
            }
            continue;
        }
        let start = line.trim_start();
        if start.starts_with('|') && start.ends_with('|') && start.len() > 1 {
            note("markdown", "不支持表格".to_owned(), "改成列表：终端里对不齐中文表格", true);
        } else if start.starts_with("![") || start.starts_with("<br") || start.starts_with("<img") {
            note("markdown", "不支持图片和 HTML".to_owned(), "用文字说，图交给演示来画", true);
        } else if !marks_are_closed(line) {
            note("markdown", "这一行的 ` 或 ** 没有成对".to_owned(), "补上另一半", true);
        }
        prose(case, at, line, problems);
    }
    if let Some(line) = fence {
        let problem = Problem::fault("markdown", case.place_of(at, line), "代码块没有结束");
        problems.push(problem.of(&case.question.id).mend("在末尾加一行 ```"));
    }
}

/// Backquotes come in pairs; `**` outside of them too.
fn marks_are_closed(line: &str) -> bool {
    let pieces: Vec<&str> = line.split('`').collect();
    let prose = || pieces.iter().step_by(2);
    pieces.len() % 2 == 1 && prose().map(|p| p.matches("**").count()).sum::<usize>() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_marks_in_pairs() {
        for good in ["", "`a` 和 **b**", "`**` 是两个星号", "**`x`**", "p *int"] {
            assert!(marks_are_closed(good), "{good}");
        }
        for bad in ["`a", "**a", "**a** **", "`a` `b"] {
            assert!(!marks_are_closed(bad), "{bad}");
        }
    }
}
