//! Help, a little at a time: first where to look, then most of the way, then the answer.
use crate::bank::model::Drill;
use crate::bank::model::Point;
use crate::base::text::Norm;
use crate::study::grade::drill::Cloze;
use crate::study::grade::drill::Printed;
use crate::study::grade::drill::masked;
use crate::study::session::Item;

use super::ask::option_order;
use super::ask::step_order;

/// The hint of this level (1, 2, …); `None` when there is no more to give.
pub(super) fn hint(item: &Item<'_>, level: u8, printed: Option<&Printed>) -> Option<String> {
    match item.drill {
        None => open(&item.question.points, level),
        Some(Drill::Choice { options, .. }) => {
            // One wrong option a time, as long as two remain.
            let order = option_order(options, item.seed);
            let wrong: Vec<usize> =
                order.iter().enumerate().filter(|(_, i)| !options[**i].ok).map(|(shown, _)| shown + 1).collect();
            let given = usize::from(level);
            (given < wrong.len()).then(|| format!("{} 不对", list(&wrong[..given])))
        }
        Some(Drill::Multi { options, .. }) => {
            let right = options.iter().filter(|o| o.ok).count();
            (level == 1).then(|| format!("对的有 {right} 个"))
        }
        Some(Drill::Cloze { text }) => {
            let cloze = Cloze::new(text);
            let show = |i: usize| gap_hint(cloze.gaps[i].first().map_or("", String::as_str), level);
            (level <= 2).then(|| cloze.filled(show))
        }
        Some(Drill::Order { steps, .. }) => {
            let order = step_order(steps, item.seed);
            let shown = |index: usize| order.iter().position(|i| *i == index).map_or(0, |at| at + 1);
            let given = usize::from(level);
            (given + 1 < steps.len())
                .then(|| format!("前 {given} 步是 {}", list(&(0..given).map(shown).collect::<Vec<_>>())))
        }
        Some(Drill::Predict { .. }) => predict(printed?, level),
    }
}

fn open(points: &[Point], level: u8) -> Option<String> {
    match level {
        1 => {
            let must = points.iter().filter(|p| p.must).count();
            let words: Vec<String> = points
                .iter()
                .filter(|p| p.must || must == 0)
                .filter_map(|p| p.any.first())
                .map(|w| spaced(w))
                .collect();
            Some(format!("共 {} 个得分点，其中 {must} 个必答。想想：{}", points.len(), words.join("；")))
        }
        2 => {
            let lines: Vec<String> =
                points.iter().enumerate().map(|(i, p)| format!("{} {}", i + 1, skeleton(p))).collect();
            Some(format!("骨架：\n{}", lines.join("\n")))
        }
        _ => None,
    }
}

/// A point with its key words struck out; when none stands in it, its first half.
fn skeleton(point: &Point) -> String {
    let norm = Norm::new(&point.text);
    let mut places: Vec<_> =
        point.any.iter().filter_map(|phrase| norm.find(phrase)).flatten().map(|place| norm.source(place)).collect();
    if places.is_empty() {
        let half = point.text.chars().count() / 2;
        return format!("{}____", point.text.chars().take(half).collect::<String>());
    }
    places.sort_by_key(|p| (p.start, std::cmp::Reverse(p.end)));
    let (mut out, mut end) = (String::new(), 0);
    for place in places {
        if place.start >= end {
            out.push_str(&point.text[end..place.start]);
            out.push_str("____");
        }
        end = end.max(place.end);
    }
    out.push_str(&point.text[end..]);
    out
}

fn gap_hint(word: &str, level: u8) -> String {
    let length = word.chars().count();
    if level == 1 {
        return format!("___({length} 个字)");
    }
    format!("{}___", word.chars().take(1).collect::<String>())
}

fn predict(printed: &Printed, level: u8) -> Option<String> {
    match level {
        1 => Some(format!("一共 {} 行", printed.lines.len())),
        2 => Some(format!(
            "样子是这样（_ 处是值）：\n{}",
            printed.lines.iter().map(|l| masked(l)).collect::<Vec<_>>().join("\n")
        )),
        _ => None,
    }
}

fn spaced(phrase: &str) -> String {
    phrase.replace(['+', '＋'], " … ")
}

fn list(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_hides_the_words_that_score() {
        let point = |text: &str, any: &[&str]| Point {
            text: text.into(),
            any: any.iter().map(|s| (*s).to_owned()).collect(),
            must: true,
        };
        assert_eq!(skeleton(&point("关闭后先读完缓冲", &["读完缓冲", "缓冲"])), "关闭后先____");
        assert_eq!(skeleton(&point("零值 + ok=false", &["零值+ok"])), "____ + ____=false");
        assert_eq!(skeleton(&point("一二三四", &["别的词"])), "一二____");
    }

    #[test]
    fn gaps_reveal_length_then_first_letter() {
        assert_eq!(gap_hint("sudog", 1), "___(5 个字)");
        assert_eq!(gap_hint("sudog", 2), "s___");
    }

    #[test]
    fn a_prediction_is_helped_by_the_number_of_lines() {
        let printed = Printed { lines: vec!["ok=true".into(), "2".into()], any_order: false };
        assert_eq!(predict(&printed, 1).as_deref(), Some("一共 2 行"));
        assert_eq!(predict(&printed, 2).as_deref(), Some("样子是这样（_ 处是值）：\nok=_\n_"));
        assert_eq!(predict(&printed, 3), None);
    }
}
