//! Reading what the person types: a line editor at a terminal, plain lines from a pipe.
//!
//! Invariants
//!   I1  a terminal is always read through the line editor (the kernel's own line mode deletes half
//!       a Chinese character), a pipe never
//!   I2  nothing depends on a single key: digits, words and Enter, full width accepted, so that an
//!       input method left in Chinese mode does no harm
//!   I3  prompts are ASCII and narrow: terminals disagree about the width of anything prettier
//!
//! Input is lines; what a line means is decided here ([`Command`]) and by the caller.
use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Stdin;
use std::io::stdin;

use rustyline::Behavior;
use rustyline::Config;
use rustyline::Editor;
use rustyline::ExternalPrinter as _;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use unicode_normalization::UnicodeNormalization;

use crate::cli::error::CliError;
use crate::cli::error::Exit;

mod answer;
mod clock;
pub use answer::AnswerHelper;
pub use clock::ClockLines;

/// Longest line taken from a pipe, in bytes; more is cut. Keeps a stray binary file harmless.
const LINE_MAX: u64 = 1 << 20;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Text(String),
    /// End of input: Ctrl-D, or the pipe is empty.
    End,
    /// Ctrl-C.
    Interrupted,
}

/// A line that is an order to the program, not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Hint,
    Answer,
    Skip,
    Undo,
    Quit,
    Help,
}

/// Order, letter, words.
const COMMANDS: &[(Command, &str, &[&str])] = &[
    (Command::Hint, "h", &["提示"]),
    (Command::Answer, "a", &["答案", "看答案"]),
    (Command::Skip, "s", &["跳过", "下一题"]),
    (Command::Undo, "u", &["撤销", "撤消"]),
    (Command::Quit, "q", &["退出", "结束"]),
    (Command::Help, "?", &["帮助", "?"]),
];

impl Command {
    /// Reads `:h`, `：ｈ`, `提示`, `:提示`, `?`. Only a whole line is an order.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let plain: String = line.nfkc().flat_map(char::to_lowercase).collect();
        let plain = plain.trim();
        let (colon, word) = match plain.strip_prefix(':') {
            Some(rest) => (true, rest.trim()),
            None => (false, plain),
        };
        let is = |(_, letter, words): &&(Command, &str, &[&str])| words.contains(&word) || (colon && *letter == word);
        COMMANDS.iter().find(is).map(|(command, _, _)| *command)
    }
}

/// Help on the orders, one line.
pub const COMMANDS_HELP: &str =
    "提示 :h  看答案 :a  跳过 :s  撤销 :u  退出 :q  帮助 :?（整行输入中文词或冒号加字母，全角也行）";

/// Where lines come from.
pub enum Input {
    Terminal { editor: Box<Editor<AnswerHelper, DefaultHistory>>, clock: ClockLines },
    Pipe(Stdin),
}

impl Input {
    /// A line editor when stdin is a terminal, else the pipe. With `quiet_clock` no clock lines.
    ///
    /// # Errors
    /// I/O when the terminal cannot be used.
    pub fn open(quiet_clock: bool) -> Result<Self, CliError> {
        if !stdin().is_terminal() {
            return Ok(Self::Pipe(stdin()));
        }
        let behavior = if std::io::stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm };
        let config = Config::builder().behavior(behavior).auto_add_history(false).bracketed_paste(true).build();
        let mut editor = Editor::with_config(config).map_err(|e| terminal_failed(&e))?;
        editor.set_helper(Some(AnswerHelper::default()));
        let printer = if quiet_clock { None } else { editor.create_external_printer().ok() };
        let clock = match printer {
            Some(mut printer) => ClockLines::start(move |line| drop(printer.print(line))),
            None => ClockLines::silent(),
        };
        Ok(Self::Terminal { editor: Box::new(editor), clock })
    }

    /// True when a person sits there.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal { .. })
    }

    /// The clock lines of the terminal.
    pub fn clock(&mut self) -> Option<&mut ClockLines> {
        match self {
            Self::Terminal { clock, .. } => Some(clock),
            Self::Pipe(_) => None,
        }
    }

    /// One line. The prompt is shown at a terminal only.
    ///
    /// # Errors
    /// I/O when reading fails.
    pub fn line(&mut self, prompt: &str) -> Result<Line, CliError> {
        self.read(prompt, false)
    }

    /// At a terminal a whole answer: lines up to an empty one or an order. From a pipe one line.
    ///
    /// # Errors
    /// I/O when reading fails.
    pub fn answer(&mut self, prompt: &str) -> Result<Line, CliError> {
        self.read(prompt, true)
    }

    fn read(&mut self, prompt: &str, several: bool) -> Result<Line, CliError> {
        let editor = match self {
            Self::Terminal { editor, .. } => editor,
            Self::Pipe(stdin) => return pipe_line(stdin.lock()),
        };
        if let Some(helper) = editor.helper_mut() {
            helper.several = several;
        }
        match editor.readline(prompt) {
            Ok(text) => {
                if text.chars().count() > 1 {
                    // A failure means only that the text cannot be recalled with the arrow key.
                    drop(editor.add_history_entry(text.as_str()));
                }
                Ok(Line::Text(text))
            }
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
            Err(e) => Err(terminal_failed(&e)),
        }
    }
}

fn terminal_failed(error: &ReadlineError) -> CliError {
    match error {
        ReadlineError::Io(e) => CliError::io("读不到终端输入", e),
        other => CliError::new(Exit::Io, "读不到终端输入").why(other.to_string()),
    }
    .mend("已经评分的都保存了；用 bagu quiz --resume 接着做")
}

fn pipe_line(input: impl BufRead) -> Result<Line, CliError> {
    let mut input = input;
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(&mut input, LINE_MAX);
    let n = limited.read_until(b'\n', &mut bytes).map_err(|e| CliError::io("读不到标准输入", &e))?;
    if n == 0 {
        return Ok(Line::End);
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Line::Text(text.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}').to_owned()))
}

/// Digits of a short line, full width accepted: `３` → `3`. `None` when anything else is in it.
#[must_use]
pub fn digits(line: &str) -> Option<String> {
    let plain: String = line.nfkc().filter(|c| !c.is_whitespace() && !",、，.".contains(*c)).collect();
    (!plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_in_every_spelling() {
        for line in [":h", "：h", "：ｈ", ":H", " :h ", "提示", ":提示", "： 提示"] {
            assert_eq!(Command::parse(line), Some(Command::Hint), "{line}");
        }
        assert_eq!(Command::parse("退出"), Some(Command::Quit));
        assert_eq!(Command::parse("：？"), Some(Command::Help));
        for line in ["h", "q", "提示：先看缓冲", "我要退出", "", ":x", ":"] {
            assert_eq!(Command::parse(line), None, "{line}");
        }
    }

    #[test]
    fn digits_of_any_width() {
        assert_eq!(digits("３").as_deref(), Some("3"));
        assert_eq!(digits(" 0 3，5 ").as_deref(), Some("035"));
        assert_eq!(digits(""), None);
        assert_eq!(digits("3a"), None);
    }

    #[test]
    fn a_pipe_gives_lines_and_then_the_end() {
        let mut input = std::io::Cursor::new("\u{feff}一\r\n\n二".as_bytes().to_vec());
        let mut next = || pipe_line(&mut input).expect("memory can be read");
        assert_eq!(next(), Line::Text("一".into()));
        assert_eq!(next(), Line::Text(String::new()));
        assert_eq!(next(), Line::Text("二".into()));
        assert_eq!(next(), Line::End);
    }

    #[test]
    fn bytes_that_are_no_text_are_read_anyway() {
        let mut input = std::io::Cursor::new(vec![0xff, 0xfe, b'a', b'\n']);
        assert!(matches!(pipe_line(&mut input), Ok(Line::Text(t)) if t.ends_with('a')));
    }
}
