//! How a question looks.
use crate::bank::model::ChoiceOption;
use crate::bank::model::Drill;
use crate::cli::demo::highlight;
use crate::cli::demo::program;
use crate::cli::session::span_words;
use crate::cli::term::Term;
use crate::study::grade::drill::Cloze;
use crate::study::grade::drill::shuffled;
use crate::study::queue::Asked;
use crate::study::session::Item;

/// 校招 社招 资深.
pub(super) fn level_word(level: u8) -> &'static str {
    match level {
        1 => "校招",
        2 => "社招",
        _ => "资深",
    }
}

/// What the person does with this kind of question, in a word and in a sentence.
fn kind_words(asked: Asked, drill: Option<&Drill>) -> (&'static str, &'static str) {
    match asked {
        Asked::SelfGrade => ("口述", "说给自己听，说完按 Enter 看答案"),
        Asked::Type => ("问答", "写下要点，空行结束；想口述就直接按 Enter"),
        Asked::Choice => ("单选", "输入编号"),
        Asked::Multi => ("多选", "输入所有对的编号，如 13"),
        Asked::Cloze => match drill {
            Some(Drill::Cloze { text }) if Cloze::new(text).gaps.len() > 1 => ("填空", "几个空之间用分号隔开"),
            _ => ("填空", "输入空里的词"),
        },
        Asked::Order => ("排序", "按先后输入编号，如 3142"),
        Asked::Predict => ("猜输出", "逐行写下程序的输出，空行结束"),
    }
}

/// The prompt of a kind; narrow ASCII after one Han character.
pub(super) fn prompt(asked: Asked) -> &'static str {
    match asked {
        Asked::SelfGrade | Asked::Type => "答> ",
        Asked::Choice | Asked::Multi => "选> ",
        Asked::Cloze => "填> ",
        Asked::Order => "序> ",
        Asked::Predict => "猜> ",
    }
}

/// The head line and the question itself. `at` counts from 1.
pub(super) fn question(term: &Term, item: &Item<'_>, at: usize, of: usize, repeat: bool) -> Vec<String> {
    let q = item.question;
    let (kind, how) = kind_words(item.asked, item.drill);
    let count = if repeat { "再来一次".to_owned() } else { format!("第 {at}/{of} 题") };
    let limit = span_words(f64::from(item.limit_s));
    let head = format!("{count}  {kind}  {}  {}  限时 {limit}", q.topic, level_word(q.level));
    let mut lines = vec![String::new()];
    lines.extend(term.wrap(&head).iter().map(|l| term.title(l)));
    let ask = match item.drill {
        Some(
            Drill::Choice { ask, .. }
            | Drill::Multi { ask, .. }
            | Drill::Order { ask, .. }
            | Drill::Predict { ask, .. },
        ) => ask,
        Some(Drill::Cloze { .. }) => "",
        None => &q.ask,
    };
    if !ask.is_empty() {
        lines.extend(term.wrap(ask).iter().map(|l| term.bold(l)));
    }
    if let Some(drill) = item.drill {
        lines.extend(body(term, drill, item.seed));
    }
    lines.extend(term.wrap(&format!("（{how}）")).iter().map(|l| term.dim(l)));
    lines
}

fn body(term: &Term, drill: &Drill, seed: u64) -> Vec<String> {
    match drill {
        Drill::Choice { options, .. } | Drill::Multi { options, .. } => {
            let order = option_order(options, seed);
            numbered(term, order.iter().map(|i| options[*i].text.as_str()))
        }
        Drill::Order { steps, .. } => {
            let order = step_order(steps, seed);
            numbered(term, order.iter().map(|i| steps[*i].as_str()))
        }
        Drill::Cloze { text } => {
            let cloze = Cloze::new(text);
            let many = cloze.gaps.len() > 1;
            let gap = |i: usize| if many { format!("___({})", i + 1) } else { "______".to_owned() };
            term.wrap(&cloze.filled(gap)).iter().map(|l| term.bold(l)).collect()
        }
        Drill::Predict { demo, .. } => {
            let source = crate::demos::get(demo).map_or("", program);
            source.lines().map(|l| format!("  {}", highlight(&l.replace('\t', "    "), term))).collect()
        }
    }
}

fn numbered<'t>(term: &Term, lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    lines.enumerate().flat_map(|(i, text)| term.hang(&format!("  {} ", i + 1), text)).collect()
}

/// Options as shown: bank indexes.
pub(super) fn option_order(options: &[ChoiceOption], seed: u64) -> Vec<usize> {
    shuffled(options.len(), seed, false)
}

/// Steps as shown: bank indexes, never already in order.
pub(super) fn step_order(steps: &[String], seed: u64) -> Vec<usize> {
    shuffled(steps.len(), seed, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::width;

    fn options(n: usize) -> Vec<ChoiceOption> {
        (0..n)
            .map(|i| ChoiceOption {
                text: format!("第{i}个选项，相当长，一行放不下，要折行才行"),
                ok: i == 0,
                why: String::new(),
            })
            .collect()
    }

    #[test]
    fn options_keep_their_numbers_in_front_and_fit() {
        let term = Term::colourless(30);
        let drill = Drill::Choice { ask: "哪个对？".into(), options: options(4) };
        let lines = body(&term, &drill, 7);
        assert!(lines.iter().all(|l| width(l) <= 30), "{lines:#?}");
        let heads: Vec<_> =
            lines.iter().filter_map(|l| l.trim_start().chars().next()).filter(char::is_ascii_digit).collect();
        assert_eq!(heads, ['1', '2', '3', '4']);
    }

    #[test]
    fn a_gap_shows_nothing_of_its_word() {
        let term = Term::colourless(60);
        let lines = body(&term, &Drill::Cloze { text: "环大小是 {{256|二百五十六}}，轮询每 {{61}} 次".into() }, 1);
        let text = lines.concat();
        assert!(!text.contains("256") && !text.contains("61") && !text.contains('{'), "{text}");
        assert!(text.contains("___(1)") && text.contains("___(2)"), "{text}");
    }
}
