//! Where the words of a session go: stdout for a person, stderr beside `--json`.
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::term::Term;

/// The voice of a session.
pub(super) struct Say<'a> {
    pub ctx: &'a Ctx,
    /// stdout belongs to JSON lines.
    pub json: bool,
}

impl<'a> Say<'a> {
    pub fn new(ctx: &'a Ctx, json: bool) -> Self {
        Self { ctx, json }
    }

    /// The look of the stream the words go to.
    pub fn term(&self) -> &'a Term {
        if self.json { &self.ctx.err_term } else { &self.ctx.term }
    }

    /// Lines for the person, already wrapped.
    pub fn lines<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<(), CliError> {
        for line in lines {
            if !self.json {
                self.ctx.line(line.as_ref())?;
            } else if !self.ctx.global.quiet {
                writeln!(self.ctx.err(), "{}", line.as_ref())?;
            }
        }
        Ok(())
    }

    /// One paragraph, wrapped.
    pub fn text(&self, text: &str) -> Result<(), CliError> {
        self.lines(self.term().wrap(text))
    }

    /// A JSON line, when asked for.
    pub fn object(&self, value: &serde_json::Value) -> Result<(), CliError> {
        if !self.json {
            return Ok(());
        }
        self.ctx.json(value)?;
        // A program at the other end waits for it.
        self.ctx.flush()
    }

    /// The final object of a session that asked nothing.
    pub fn empty_summary(&self) -> Result<(), CliError> {
        self.object(&serde_json::json!({
            "schema": 1,
            "summary": { "ended": "empty", "answered": 0, "skipped": 0, "left": 0, "grades": [0, 0, 0, 0],
                         "seconds": 0.0, "overtime": 0, "wrong": [], "next": [], "resume": false }
        }))
    }
}
