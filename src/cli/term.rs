//! How lines look: colour, emphasis, width. Nothing here prints.
//!
//! Invariants
//!   S1  colour is never the only signal: every mark that matters is also a word or a sign
//!   S2  no right-hand borders and no columns to the right of free text, so characters whose width
//!       terminals disagree about can do no harm
//!   S3  with colour off not one escape byte is written
//!
//! Colour: `--color`, then `NO_COLOR` (any non-empty value), `FORCE_COLOR`, `TERM=dumb`, then
//! whether the stream is a terminal (no-color.org, force-color.org).
use std::cell::OnceCell;
use std::io::IsTerminal;

use owo_colors::{OwoColorize, Style};

use crate::base::text;
use crate::cli::args::ColorWhen;

/// Lines are filled to at most this many columns when the width comes from the terminal.
const COLUMNS_MAX: usize = 100;
/// Used when there is no terminal to ask.
const COLUMNS_DEFAULT: usize = 80;

/// Which stream a [`Term`] is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// The look of one output stream.
#[derive(Debug)]
pub struct Term {
    color: bool,
    plain: bool,
    tty: bool,
    asked_width: Option<usize>,
    width: OnceCell<usize>,
}

impl Term {
    /// The look the flags and the environment ask for.
    #[must_use]
    pub fn new(stream: Stream, when: ColorWhen, width: Option<u16>, plain: bool) -> Self {
        let tty = match stream {
            Stream::Out => std::io::stdout().is_terminal(),
            Stream::Err => std::io::stderr().is_terminal(),
        };
        let color = !plain && wants_color(when, tty, |name| std::env::var(name).ok());
        Self { color, plain, tty, asked_width: width.map(usize::from), width: OnceCell::new() }
    }

    /// A look without colour, for tests and for text that goes into files.
    #[must_use]
    pub fn colourless(width: usize) -> Self {
        Self { color: false, plain: false, tty: false, asked_width: Some(width), width: OnceCell::new() }
    }

    /// True when escape codes may be written.
    #[must_use]
    pub fn color(&self) -> bool {
        self.color
    }
    /// `--plain`: no colour and no wrapping.
    #[must_use]
    pub fn plain(&self) -> bool {
        self.plain
    }
    /// True when the stream is a terminal.
    #[must_use]
    pub fn tty(&self) -> bool {
        self.tty
    }
    /// Columns to fill. Asks the terminal at most once.
    #[must_use]
    pub fn width(&self) -> usize {
        *self.width.get_or_init(|| match self.asked_width {
            Some(columns) => columns,
            None if self.plain => usize::MAX / 4,
            None if self.tty => terminal_columns().unwrap_or(COLUMNS_DEFAULT).clamp(20, COLUMNS_MAX),
            None => COLUMNS_DEFAULT,
        })
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.color { text.style(style).to_string() } else { text.to_owned() }
    }
    /// A heading or the thing the line is about.
    #[must_use]
    pub fn bold(&self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }
    /// Secondary: ids, sources, hints.
    #[must_use]
    pub fn dim(&self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }
    /// A section title.
    #[must_use]
    pub fn title(&self, text: &str) -> String {
        self.paint(text, Style::new().bold().cyan())
    }
    /// Holds, right, done. Use beside ✓ or a word.
    #[must_use]
    pub fn good(&self, text: &str) -> String {
        self.paint(text, Style::new().green())
    }
    /// Fails, wrong. Use beside ✗ or a word.
    #[must_use]
    pub fn bad(&self, text: &str) -> String {
        self.paint(text, Style::new().red().bold())
    }
    /// Needs attention. Use beside `!` or a word.
    #[must_use]
    pub fn warn(&self, text: &str) -> String {
        self.paint(text, Style::new().yellow())
    }
    /// Code, identifiers, commands to type.
    #[must_use]
    pub fn code(&self, text: &str) -> String {
        self.paint(text, Style::new().cyan())
    }
    /// What a search or an answer matched. Without colour it is put in `[ ]`.
    #[must_use]
    pub fn hit(&self, text: &str) -> String {
        if self.color { self.paint(text, Style::new().bold().yellow()) } else { format!("[{text}]") }
    }

    /// Wraps to this stream's width.
    #[must_use]
    pub fn wrap(&self, text: &str) -> Vec<String> {
        text::wrap(text, self.width())
    }
    /// Wraps with a lead before the first line and an indent of the same width before the rest.
    #[must_use]
    pub fn hang(&self, lead: &str, text: &str) -> Vec<String> {
        text::wrap_hanging(text, self.width(), lead, &" ".repeat(text::width(lead)))
    }
}

/// The colour decision; `env` reads the environment (a parameter so that tests need none).
fn wants_color(when: ColorWhen, tty: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).filter(|v| !v.is_empty());
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if set("NO_COLOR").is_some() => false,
        ColorWhen::Auto => match set("FORCE_COLOR").as_deref() {
            Some("0" | "false") => false,
            Some(_) => true,
            None => tty && set("TERM").as_deref() != Some("dumb"),
        },
    }
}

/// Asks the terminal through the line editor, which knows how on every system.
fn terminal_columns() -> Option<usize> {
    // Also when only stderr is a terminal (`bagu quiz --json > file`).
    let config = rustyline::Config::builder().behavior(rustyline::Behavior::PreferTerm).build();
    let mut editor = rustyline::DefaultEditor::with_config(config).ok()?;
    editor.dimensions().map(|(columns, _)| usize::from(columns)).filter(|&c| c > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_about_colour() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        };
        use ColorWhen::{Always, Auto, Never};
        assert!(wants_color(Auto, true, env(&[])));
        assert!(!wants_color(Auto, false, env(&[])));
        assert!(!wants_color(Auto, true, env(&[("NO_COLOR", "1")])));
        assert!(wants_color(Auto, true, env(&[("NO_COLOR", "")])));
        assert!(wants_color(Auto, false, env(&[("FORCE_COLOR", "1")])));
        assert!(!wants_color(Auto, true, env(&[("TERM", "dumb")])));
        assert!(wants_color(Always, false, env(&[("NO_COLOR", "1")])));
        assert!(!wants_color(Never, true, env(&[("FORCE_COLOR", "1")])));
    }

    #[test]
    fn without_colour_not_one_escape_and_the_hit_is_marked() {
        let term = Term::colourless(60);
        let all = [term.bold("x"), term.bad("x"), term.good("x"), term.hit("x"), term.title("x")].concat();
        assert!(!all.contains('\u{1b}'));
        assert_eq!(term.hit("缓冲"), "[缓冲]");
    }
}
