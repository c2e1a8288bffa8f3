//! What Enter means to the line editor.
//!
//! An answer of several lines is read as one input of the editor, not line by line: the arrow keys reach
//! every line, a paste stays whole, and nothing typed ahead gets lost between two reads. Enter ends it
//! when the last line is empty, or is an order such as `:h`.
use rustyline::Helper;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::ValidationContext;
use rustyline::validate::ValidationResult;
use rustyline::validate::Validator;

use super::Command;

/// The editor's helper: everything plain, except that an answer may have several lines.
#[derive(Debug, Default)]
pub struct AnswerHelper {
    /// Several lines are wanted.
    pub several: bool,
}

/// Whether Enter ends this input.
fn ends(several: bool, input: &str) -> bool {
    let last = input.rsplit('\n').next().unwrap_or(input);
    !several || last.trim().is_empty() || Command::parse(last).is_some()
}

impl Validator for AnswerHelper {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if ends(self.several, ctx.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for AnswerHelper {
    type Candidate = String;
}
impl Hinter for AnswerHelper {
    type Hint = String;
}
impl Highlighter for AnswerHelper {}
impl Helper for AnswerHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_an_empty_line_or_an_order() {
        for input in ["", "  ", "一\n", "一\n二\n", "：ｈ", "一\n退出", "一\n\n"] {
            assert!(ends(true, input), "{input:?}");
        }
        for input in ["一", "一\n二", "一\n\n二", "我要退出"] {
            assert!(!ends(true, input), "{input:?}");
            assert!(ends(false, input), "{input:?}");
        }
    }
}
