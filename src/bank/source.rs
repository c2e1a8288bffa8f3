//! A bank file as text, and the way from a byte to `line:column`.
//!
//! Whatever is in a file, the result is text or one sentence about why not: too big, not UTF-8
//! (with a guess at what it is), NUL bytes. A byte order mark and CRLF line ends are accepted.
use std::borrow::Cow;

use crate::bank::problem::{Place, Problem};

/// Largest bank file. A bank of 1,000 long questions is about 5 MB.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// One file, decoded.
#[derive(Debug, Clone)]
pub struct Source {
    /// As shown in messages.
    pub name: String,
    /// Without byte order mark, with LF line ends.
    pub text: Cow<'static, str>,
    /// Part of the program: a test holds that it is flawless, so it is not searched for control
    /// characters each time.
    pub shipped: bool,
}

impl Source {
    /// A shipped bank, known to be text.
    #[must_use]
    pub fn embedded(name: &str, text: &'static str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = if has_crlf(text) { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
        Self { name: name.to_owned(), text, shipped: true }
    }

    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// The problem that keeps it from being text.
    pub fn decode(name: &str, bytes: Vec<u8>) -> Result<Self, Box<Problem>> {
        let whole = || Place { file: name.to_owned(), line: 0, column: 0 };
        if bytes.len() > FILE_BYTES_MAX {
            return Err(Box::new(
                Problem::fault("file-too-big", whole(), format!("文件有 {} MB", bytes.len() >> 20))
                    .why(format!("一个题库文件最多 {} MB", FILE_BYTES_MAX >> 20))
                    .mend("拆成几个文件"),
            ));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Box::new(
                Problem::fault("not-utf8", whole(), "文件是 UTF-16 编码")
                    .why("题库要用 UTF-8")
                    .mend("在编辑器里另存为 UTF-8"),
            ));
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let before = String::from_utf8_lossy(&bytes[..valid]).into_owned();
                let place = Lines::new(&before).place(name, valid);
                return Err(Box::new(
                    Problem::fault("not-utf8", place, format!("这里的字节 0x{:02x} 不是有效的 UTF-8", bytes[valid]))
                        .why("题库要用 UTF-8（旧文件可能是 GBK）")
                        .mend("另存为 UTF-8，例如 iconv -f GBK -t UTF-8"),
                ));
            }
        };
        if let Some(at) = text.find('\0') {
            return Err(Box::new(
                Problem::fault("nul-byte", Lines::new(&text).place(name, at), "这里有一个 NUL 字节")
                    .why("这多半不是文本文件，或者写盘时断了电")
                    .mend("从备份恢复，或删掉这个字节"),
            ));
        }
        Ok(Self { name: name.to_owned(), text: Cow::Owned(unified(text)), shipped: false })
    }
}

/// Without byte order mark, CRLF as LF. Keeps the buffer when nothing changes.
fn unified(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if has_crlf(&text) { text.replace("\r\n", "\n") } else { text }
}

/// Looking for one byte is several times faster than looking for two, and there is usually none.
fn has_crlf(text: &str) -> bool {
    text.contains('\r') && text.contains("\r\n")
}

/// Starts of the lines of a text.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Indexes a text.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { text, starts }
    }
    /// Line and column (from 1, in characters) of a byte; beyond the end gives the end.
    #[must_use]
    pub fn place(&self, file: &str, byte: usize) -> Place {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|&s| s <= byte);
        let column = self.text[self.starts[line - 1]..byte].chars().count() + 1;
        Place { file: file.to_owned(), line: line as u32, column: column as u32 }
    }
    /// Line of a byte, from 1.
    #[must_use]
    pub fn line(&self, byte: usize) -> u32 {
        self.starts.partition_point(|&s| s <= byte) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(bytes: &[u8], expected: &str) {
        let problem = Source::decode("a.toml", bytes.to_vec()).expect_err("not text");
        assert_eq!(problem.place.to_string() + " " + &problem.what, expected);
    }

    #[test]
    fn what_is_not_text_is_told_with_its_place() {
        refused(b"\xff\xfea\0", "a.toml 文件是 UTF-16 编码");
        refused("一\n二".as_bytes()[..5].to_vec().as_slice(), "a.toml:2:1 这里的字节 0xe4 不是有效的 UTF-8");
        refused(b"x = 1\ny\0", "a.toml:2:2 这里有一个 NUL 字节");
        let big = vec![b' '; FILE_BYTES_MAX + 1];
        refused(&big, "a.toml 文件有 16 MB");
    }

    #[test]
    fn mark_and_line_ends_are_accepted() {
        let source = Source::decode("a.toml", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n".to_vec()).expect("text");
        assert_eq!(source.text, "a = 1\nb = 2\n");
    }

    #[test]
    fn columns_count_characters() {
        let lines = Lines::new("一二\n三四五");
        assert_eq!(lines.place("f", 13).to_string(), "f:2:3");
        assert_eq!(lines.place("f", 14).to_string(), "f:2:3", "inside a character");
        assert_eq!(lines.place("f", 999).to_string(), "f:2:4");
        assert_eq!(lines.line(7), 2);
    }
}
