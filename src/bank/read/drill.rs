//! The exercises of a question: read and judged in one go, because what makes one valid is its shape.
use crate::bank::fields::{Fields, LINE_CHARS_MAX, Notes, Text};
use crate::bank::model::{ChoiceOption, Drill, cloze_gaps};
use crate::bank::read::{Spot, at, words};
use crate::base::nearest::nearest;

const KINDS: [&str; 5] = ["choice", "multi", "cloze", "order", "predict"];

/// Every `[[question.drill]]`, and where each stands.
pub(super) fn read_all(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> (Vec<Drill>, Vec<Spot>) {
    let (mut drills, mut spots) = (Vec::new(), Vec::new());
    for table in notes.tables(fields, "drill", "练习") {
        let Some(kind) = notes.text(&table, "kind", 64) else { continue };
        if let Some((drill, list)) = read(notes, &table, &kind) {
            drills.push(drill);
            spots.push(Spot { at: kind.at, list });
        }
    }
    (drills, spots)
}

fn read(notes: &mut Notes<'_>, table: &Fields<'_, '_>, kind: &Text) -> Option<(Drill, Vec<usize>)> {
    match kind.text.as_str() {
        "choice" | "multi" => {
            notes.known(table, &["kind", "ask", "options"]);
            let ask = notes.text(table, "ask", LINE_CHARS_MAX);
            let options = options(notes, table, kind);
            let (ask, options) = (ask?.text, options?);
            let drill =
                if kind.text == "choice" { Drill::Choice { ask, options } } else { Drill::Multi { ask, options } };
            Some((drill, Vec::new()))
        }
        "cloze" => {
            notes.known(table, &["kind", "text"]);
            let text = notes.text(table, "text", 2000)?;
            if cloze_gaps(&text.text).is_none_or(|gaps| gaps.is_empty()) {
                let what = "填空题里没有可填的空".to_owned();
                notes.broken(
                    "drill-cloze",
                    text.at,
                    what,
                    "把要填的词写成 {{sendq}}，多种写法用 | 隔开：{{128|一百二十八}}",
                );
            }
            Some((Drill::Cloze { text: text.text }, vec![text.at]))
        }
        "order" => {
            notes.known(table, &["kind", "ask", "steps"]);
            let ask = notes.text(table, "ask", LINE_CHARS_MAX);
            let steps = notes.texts(table, "steps");
            steps_are_good(notes, kind, &steps);
            let list = at(&steps);
            Some((Drill::Order { ask: ask?.text, steps: words(steps) }, list))
        }
        "predict" => {
            notes.known(table, &["kind", "ask", "demo"]);
            let ask = notes.text(table, "ask", LINE_CHARS_MAX);
            let demo = notes.text(table, "demo", 128)?;
            Some((Drill::Predict { ask: ask?.text, demo: demo.text }, vec![demo.at]))
        }
        other => {
            let mend = nearest(other, KINDS)
                .map_or_else(|| format!("可用的练习：{}", KINDS.join("、")), |k| format!("你是不是想写 \"{k}\"？"));
            notes.broken("bad-drill-kind", kind.at, format!("没有「{other}」这种练习"), mend);
            None
        }
    }
}

fn options(notes: &mut Notes<'_>, table: &Fields<'_, '_>, kind: &Text) -> Option<Vec<ChoiceOption>> {
    if !table.table.contains_key("options") {
        notes.missing(table, "options");
        return None;
    }
    let mut options: Vec<ChoiceOption> = Vec::new();
    for option in notes.tables(table, "options", "选项") {
        notes.known(&option, &["text", "ok", "why"]);
        let text = notes.text(&option, "text", LINE_CHARS_MAX);
        let ok = notes.flag(&option, "ok");
        let why = notes.text(&option, "why", LINE_CHARS_MAX);
        let (Some(text), Some(why)) = (text, why) else { continue };
        if options.iter().any(|o| o.text == text.text) {
            notes.broken("drill-options", text.at, format!("选项「{}」写了两次", text.text), "删掉一个");
        }
        options.push(ChoiceOption { text: text.text, ok, why: why.text });
    }
    let right = options.iter().filter(|o| o.ok).count();
    let single = kind.text == "choice";
    if options.len() < 2 || options.len() > 9 {
        let what = format!("选择题有 {} 个选项", options.len());
        notes.broken("drill-options", kind.at, what, "写 2 到 9 个选项");
    } else if single && right != 1 {
        let what = format!("单选题有 {right} 个选项标了 ok = true");
        notes.broken("drill-options", kind.at, what, "恰好标一个；要多选就写 kind = \"multi\"");
    } else if !single && right == 0 {
        notes.broken("drill-options", kind.at, "多选题没有一个正确选项".to_owned(), "给正确的选项加 ok = true");
    }
    Some(options)
}

fn steps_are_good(notes: &mut Notes<'_>, kind: &Text, steps: &[Text]) {
    if steps.len() < 3 || steps.len() > 9 {
        let what = format!("排序题有 {} 步", steps.len());
        notes.broken("drill-order", kind.at, what, "写 3 到 9 步，按正确次序");
    }
    for (i, step) in steps.iter().enumerate() {
        if steps[..i].iter().any(|s| s.text == step.text) {
            let what = format!("步骤「{}」写了两次", step.text);
            notes.broken("drill-order", step.at, what, "相同的步骤排不出唯一次序，改写其中一个");
        }
    }
}
