//! What every command gets: places, clock, look, the bank, and the two streams.
//!
//! Invariants
//!   X1  stdout is data, stderr is prompts, clock and notices
//!   X2  the bank is read at most once, and only by commands that ask for it
//!   X3  the study side asks [`Ctx::now`], never the system, so `BAGU_NOW` fixes every date
use std::cell::{OnceCell, RefCell, RefMut};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use jiff::Zoned;
use jiff::fmt::temporal::Pieces;

use crate::bank::{Bank, Problem};
use crate::cli::args::GlobalArgs;
use crate::cli::error::{CliError, Exit};
use crate::cli::places::Places;
use crate::cli::term::{Stream, Term};

/// The surroundings of one command.
pub struct Ctx {
    /// The flags that every command takes.
    pub global: GlobalArgs,
    /// Where files live.
    pub places: Places,
    /// The look of stdout.
    pub term: Term,
    /// The look of stderr.
    pub err_term: Term,
    fixed_now: Option<Zoned>,
    bank: OnceCell<(Bank, Vec<Problem>)>,
    out: RefCell<Box<dyn Write>>,
    err: RefCell<Box<dyn Write>>,
}

impl Ctx {
    /// The surroundings the flags and the environment ask for.
    ///
    /// # Errors
    /// Usage: `BAGU_NOW` is no time. I/O: no home directory.
    pub fn new(global: GlobalArgs) -> Result<Self, CliError> {
        let term = Term::new(Stream::Out, global.color, global.width, global.plain);
        let err_term = Term::new(Stream::Err, global.color, global.width, global.plain);
        let out: Box<dyn Write> = Box::new(BufWriter::new(io::stdout().lock()));
        Ok(Self {
            places: Places::find(global.home.as_deref())?,
            fixed_now: fixed_now()?,
            term,
            err_term,
            bank: OnceCell::new(),
            out: RefCell::new(out),
            err: RefCell::new(Box::new(io::stderr())),
            global,
        })
    }

    /// The present moment in the person's time zone, or the one `BAGU_NOW` fixes.
    #[must_use]
    pub fn now(&self) -> Zoned {
        self.fixed_now.clone().unwrap_or_else(Zoned::now)
    }

    /// True under `BAGU_NOW`: then nothing on the study side moves, the stopwatch included.
    #[must_use]
    pub fn now_is_fixed(&self) -> bool {
        self.fixed_now.is_some()
    }

    /// True when questions may be asked and someone sits at a terminal.
    #[must_use]
    pub fn interactive(&self) -> bool {
        !self.global.no_input && io::stdin().is_terminal() && self.err_term.tty()
    }

    /// Every loaded question. Problems in banks of one's own are told once on stderr and do not
    /// stop the command; what is readable is used.
    ///
    /// # Errors
    /// Bad data: a path given with `--bank` yields no question at all.
    pub fn bank(&self) -> Result<&Bank, CliError> {
        if let Some((bank, _)) = self.bank.get() {
            return Ok(bank);
        }
        let mut paths = self.own_banks();
        paths.extend(self.global.bank.iter().cloned());
        let start = Instant::now();
        let (bank, problems) = crate::bank::load::load(&paths);
        if self.global.verbose > 0 {
            let shown: Vec<_> = paths.iter().map(|p| p.display().to_string()).collect();
            let own = if shown.is_empty() { "没有别的".to_owned() } else { shown.join("、") };
            let took = start.elapsed().as_secs_f64() * 1e3;
            self.notice(&format!("题库：自带的和 {own}，共 {} 道题，读入用了 {took:.1} 毫秒", bank.questions.len()))?;
        }
        for path in &self.global.bank {
            let here = path.to_string_lossy();
            let loaded = bank.questions.iter().any(|q| q.file.starts_with(&*here));
            let fault = problems.iter().find(|p| p.place.file.starts_with(&*here));
            if let (false, Some(fault)) = (loaded, fault) {
                return Err(CliError::bad_data(fault.what.clone())
                    .at(fault.place.to_string())
                    .why(fault.why.clone())
                    .mend(fault.mend.clone()));
            }
        }
        self.tell_problems(&problems)?;
        Ok(&self.bank.get_or_init(|| (bank, problems)).0)
    }

    /// What was wrong with the loaded banks (empty before [`Ctx::bank`]).
    #[must_use]
    pub fn bank_problems(&self) -> &[Problem] {
        self.bank.get().map_or(&[], |(_, problems)| problems)
    }

    /// The directory of one's own banks, when it exists.
    #[must_use]
    pub fn own_banks(&self) -> Vec<PathBuf> {
        let dir = &self.places.banks;
        if dir.is_dir() { vec![dir.clone()] } else { Vec::new() }
    }

    fn tell_problems(&self, problems: &[Problem]) -> Result<(), CliError> {
        const SHOWN: usize = 3;
        for problem in problems.iter().take(SHOWN) {
            self.notice(&format!("题库有问题 {problem}"))?;
        }
        if problems.len() > SHOWN {
            self.notice(&format!("……还有 {} 处，运行 bagu check 查看全部", problems.len() - SHOWN))?;
        }
        Ok(())
    }

    /// stdout, buffered. Do not keep it across a prompt: [`Ctx::flush`] first.
    pub fn out(&self) -> RefMut<'_, Box<dyn Write>> {
        self.out.borrow_mut()
    }
    /// stderr.
    pub fn err(&self) -> RefMut<'_, Box<dyn Write>> {
        self.err.borrow_mut()
    }
    /// One line of data.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn line(&self, text: &str) -> Result<(), CliError> {
        Ok(writeln!(self.out(), "{text}")?)
    }
    /// Lines of data.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn lines<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<(), CliError> {
        lines.into_iter().try_for_each(|line| self.line(line.as_ref()))
    }
    /// One JSON value on a line of its own.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn json(&self, value: &impl serde::Serialize) -> Result<(), CliError> {
        let mut out = self.out();
        serde_json::to_writer(&mut **out, value).map_err(|e| CliError::from(io::Error::from(e)))?;
        Ok(writeln!(out)?)
    }
    /// A notice on stderr, unless `-q`. stdout is flushed first so that the order is kept.
    ///
    /// # Errors
    /// When a stream cannot be written.
    pub fn notice(&self, text: &str) -> Result<(), CliError> {
        if self.global.quiet {
            return Ok(());
        }
        self.flush()?;
        for line in self.err_term.wrap(text) {
            writeln!(self.err(), "{line}")?;
        }
        Ok(())
    }
    /// Hands everything buffered to the system.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn flush(&self) -> Result<(), CliError> {
        Ok(self.out().flush()?)
    }
}

/// `BAGU_NOW`: RFC 3339 with an offset, optionally with `[Area/City]`; without either it is local.
fn fixed_now() -> Result<Option<Zoned>, CliError> {
    let Some(text) = std::env::var_os("BAGU_NOW").filter(|v| !v.is_empty()) else { return Ok(None) };
    let text = text.to_string_lossy().into_owned();
    parse_now(&text).map(Some).ok_or_else(|| {
        CliError::new(Exit::Usage, "环境变量 BAGU_NOW 不是时间")
            .at(format!("BAGU_NOW={text}"))
            .mend("写成 2026-11-21T10:00:00+08:00，或者取消这个变量")
    })
}

fn parse_now(text: &str) -> Option<Zoned> {
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Some(zoned);
    }
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        let offset = Pieces::parse(text).ok()?.to_numeric_offset()?;
        return Some(timestamp.to_zoned(jiff::tz::TimeZone::fixed(offset)));
    }
    text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::system()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_clock_keeps_its_zone() {
        let zoned = parse_now("2026-11-21T10:00:00+08:00").expect("RFC 3339 with an offset");
        assert_eq!(zoned.strftime("%F %H:%M %:z").to_string(), "2026-11-21 10:00 +08:00");
        assert_eq!(zoned.timestamp().to_string(), "2026-11-21T02:00:00Z");
        let zoned = parse_now("2026-11-21T10:00:00[Asia/Shanghai]").expect("with a named zone");
        assert_eq!(zoned.timestamp().to_string(), "2026-11-21T02:00:00Z");
        assert!(parse_now("2026-11-21T10:00:00").is_some());
        assert!(parse_now("昨天").is_none());
    }
}
