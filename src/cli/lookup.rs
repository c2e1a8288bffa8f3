//! Finding what an argument names: a question, a topic, a demo; with suggestions when there is none.
use crate::bank::model::{Bank, Question};
use crate::base::nearest::nearest;
use crate::cli::error::CliError;
use crate::lab::Demo;

/// The question with this id (case does not matter).
///
/// # Errors
/// Usage, with the nearest ids.
pub fn question<'b>(bank: &'b Bank, id: &str) -> Result<&'b Question, CliError> {
    let id = id.trim();
    if let Some(found) = bank.get(id).or_else(|| bank.questions.iter().find(|q| q.id.eq_ignore_ascii_case(id))) {
        return Ok(found);
    }
    let mend = suggestion(id, bank.questions.iter().map(|q| q.id.as_str())).map_or_else(
        || format!("用 bagu search {id} 搜一下，或 bagu list questions 看全部"),
        |s| format!("你是不是想找 {s}？"),
    );
    Err(CliError::usage(format!("没有编号为「{id}」的题")).mend(mend))
}

/// The demo with this id (case does not matter).
///
/// # Errors
/// Usage, with the nearest ids.
pub fn demo(id: &str) -> Result<&'static Demo, CliError> {
    let id = id.trim();
    if let Some(found) = crate::demos::get(id).or_else(|| crate::demos::all().find(|d| d.id.eq_ignore_ascii_case(id))) {
        return Ok(found);
    }
    let mend = suggestion(id, crate::demos::all().map(|d| d.id))
        .map_or_else(|| "用 bagu demo list 看全部".to_owned(), |s| format!("你是不是想找 {s}？"));
    Err(CliError::usage(format!("没有编号为「{id}」的演示")).mend(mend))
}

/// The topics of a bank, in the order of the bank, each once.
#[must_use]
pub fn topics(bank: &Bank) -> Vec<&str> {
    let mut topics: Vec<&str> = Vec::new();
    for q in &bank.questions {
        if !topics.contains(&q.topic.as_str()) {
            topics.push(&q.topic);
        }
    }
    topics
}

/// The topic as the bank writes it.
///
/// # Errors
/// Usage, with the nearest topic or the list of them.
pub fn topic<'b>(bank: &'b Bank, typed: &str) -> Result<&'b str, CliError> {
    let topics = topics(bank);
    if let Some(found) = topics.iter().find(|t| t.eq_ignore_ascii_case(typed.trim())) {
        return Ok(found);
    }
    let mend = suggestion(typed, topics.iter().copied()).map_or_else(
        || format!("现有主题：{}", topics.join("、")),
        |s| format!("你是不是想找 {s}？（现有主题：{}）", topics.join("、")),
    );
    Err(CliError::usage(format!("没有「{typed}」这个主题")).mend(mend))
}

/// Known names that may have been meant, at most three: those that go on where the typed one stops,
/// else the nearest by slips of the keyboard, else those that contain what was typed.
fn suggestion<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    let folded = typed.to_lowercase();
    let some = |fits: &dyn Fn(&str) -> bool| {
        let found: Vec<&str> = known.iter().copied().filter(|k| fits(k)).take(3).collect();
        (folded.chars().count() > 1 && !found.is_empty()).then(|| found.join("、"))
    };
    some(&|k| k.starts_with(&folded))
        .or_else(|| nearest(typed, known.iter().copied()).map(str::to_owned))
        .or_else(|| some(&|k| k.contains(&folded)))
}
