//! The head of a bank file: `format`, `topic`, `planned`.
use crate::bank::fields::{Fields, Notes};

/// The newest `format` this program reads.
pub const FORMAT: i64 = 1;

pub(super) struct Head {
    pub topic: String,
    pub planned: Vec<String>,
}

/// Reads the head; `None` when the rest of the file cannot be read (noted).
pub(super) fn read(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> Option<Head> {
    match notes.number(fields, "format") {
        Some((FORMAT, _)) => {}
        Some((newer, at)) if newer > FORMAT => {
            let what = format!("这个题库是 format = {newer}，此版本只认识到 {FORMAT}");
            notes.broken("newer-format", at, what, "升级 bagu，或者找 format = 1 的题库");
            return None;
        }
        Some((odd, at)) => {
            notes.fault("bad-format", at, format!("没有 format = {odd} 这种格式"), "写 format = 1");
        }
        None if fields.table.contains_key("format") => {}
        None => notes.missing(fields, "format"),
    }
    notes.known(fields, &["format", "topic", "planned", "question"]);
    let topic = notes.text(fields, "topic", 64);
    if let Some(topic) = &topic {
        let good = topic.text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !good {
            let what = format!("主题「{}」的写法不对", topic.text);
            notes.fault("bad-topic", topic.at, what, "只用小写英文字母、数字和 -，如 channel");
        }
    }
    let planned = notes.texts(fields, "planned").into_iter().map(|t| t.text).collect();
    if !fields.table.contains_key("question") {
        notes.fault("no-question", 0, "文件里没有题目".to_owned(), "一道题以 [[question]] 开头");
    }
    // Without a topic every question would stand nowhere; with one of them readable, go on.
    topic.map(|topic| Head { topic: topic.text, planned })
}
