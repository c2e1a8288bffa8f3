//! The one place where a failure becomes a sentence: what, where, why, what to do.
//!
//! Libraries return small enums; the command that called them chooses the words. A closed pipe
//! (`bagu … | head`) is no failure at all: it travels as [`CliError::Pipe`] and ends in exit 0.
use std::io;

use super::term::Term;

/// How a command ended. The numbers are a contract for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Ran, but the result is negative: no hit, a claim failed, `check` found faults.
    Negative = 1,
    /// Wrong use.
    Usage = 2,
    /// A bank or the progress store holds something wrong.
    BadData = 3,
    /// Reading, writing or locking failed.
    Io = 4,
    /// Interrupted; everything answered so far is saved.
    Interrupted = 130,
}

/// A failure in the words of the person who typed the command.
#[derive(Debug)]
pub enum CliError {
    /// Something to say.
    Said(Box<Said>),
    /// The reader of our output went away.
    Pipe,
}

/// The four parts. `place`, `why` and `mend` may be empty and are then left out.
#[derive(Debug, Clone)]
pub struct Said {
    pub exit: Exit,
    /// What failed, one clause.
    pub what: String,
    /// `file:line:col`, a path, or the argument.
    pub place: String,
    pub why: String,
    pub mend: String,
}

/// Result of everything in a command.
pub type CliResult = Result<Exit, CliError>;

impl CliError {
    /// A failure with its exit code and what failed; add the rest with the methods below.
    #[must_use]
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self::Said(Box::new(Said {
            exit,
            what: what.into(),
            place: String::new(),
            why: String::new(),
            mend: String::new(),
        }))
    }
    /// Wrong use: exit 2.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }
    /// Wrong data: exit 3.
    #[must_use]
    pub fn bad_data(what: impl Into<String>) -> Self {
        Self::new(Exit::BadData, what)
    }
    /// A failed read or write: exit 4, with the operating system's reason in Chinese.
    #[must_use]
    pub fn io(what: impl Into<String>, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Pipe;
        }
        Self::new(Exit::Io, what).why(io_reason(error))
    }
    /// Where it happened.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        if let Self::Said(said) = &mut self {
            said.place = place.into();
        }
        self
    }
    /// Why it happened.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        if let Self::Said(said) = &mut self {
            said.why = why.into();
        }
        self
    }
    /// What to do about it.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        if let Self::Said(said) = &mut self {
            said.mend = mend.into();
        }
        self
    }
    /// The exit code this failure ends in.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Said(said) => said.exit,
            Self::Pipe => Exit::Done,
        }
    }
}

impl Said {
    fn parts(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let more = [("  位置：", &self.place), ("  原因：", &self.why), ("  怎么办：", &self.mend)];
        std::iter::once(("出错了：", &self.what)).chain(more.into_iter().filter(|(_, part)| !part.is_empty()))
    }

    /// A line for each part, as other programs get them on stderr: without colour and without a final newline.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts().map(|(lead, part)| format!("{lead}{part}")).collect::<Vec<_>>().join("\n")
    }

    /// The same for a person: lines that fit the terminal.
    #[must_use]
    pub fn wrapped(&self, term: &Term) -> String {
        self.parts().flat_map(|(lead, part)| term.hang(lead, part)).collect::<Vec<_>>().join("\n")
    }
}

impl From<io::Error> for CliError {
    /// For writes to stdout and stderr, where `?` is wanted.
    fn from(error: io::Error) -> Self {
        Self::io("写不出去", &error)
    }
}

/// The operating system's reason, in Chinese where it is one of the usual ones.
#[must_use]
pub fn io_reason(error: &io::Error) -> String {
    use io::ErrorKind as K;
    let text = match error.kind() {
        K::NotFound => "文件或目录不存在",
        K::PermissionDenied => "没有权限",
        K::AlreadyExists => "已经存在",
        K::IsADirectory => "这是一个目录，不是文件",
        K::NotADirectory => "路径中间有一段不是目录",
        K::StorageFull => "磁盘满了",
        K::ReadOnlyFilesystem => "文件系统是只读的",
        K::InvalidData => "内容不是有效的 UTF-8 文本",
        K::FileTooLarge => "文件太大",
        K::TimedOut => "超时",
        K::Interrupted => "被信号打断",
        K::WouldBlock => "被别的进程占用",
        _ => return error.to_string(),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_parts_and_empty_ones_left_out() {
        let CliError::Said(said) =
            CliError::usage("没有主题「gm」").at("bagu quiz gm").why("题库里没有").mend("用 bagu list")
        else {
            panic!("a usage error says something")
        };
        assert_eq!(
            said.text(),
            "出错了：没有主题「gm」\n  位置：bagu quiz gm\n  原因：题库里没有\n  怎么办：用 bagu list"
        );
        assert_eq!(
            said.wrapped(&Term::colourless(20)),
            "出错了：没有主题\n        「gm」\n  位置：bagu quiz gm\n  原因：题库里没有\n  怎么办：用 bagu\n          list"
        );
        let CliError::Said(said) = CliError::bad_data("坏了") else { panic!("said") };
        assert_eq!(said.text(), "出错了：坏了");
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let e = CliError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(e.exit(), Exit::Done);
        assert_eq!(CliError::from(io::Error::from(io::ErrorKind::StorageFull)).exit(), Exit::Io);
    }
}
