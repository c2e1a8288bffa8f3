//! The plain shapes of TOML, read without looking back. Everything gives `None` for "not plain".
use std::borrow::Cow;

use crate::bank::fields::LINE_CHARS_MAX;
use crate::bank::quick::list_fits;

pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Newlines before `counted`.
    lines: u32,
    counted: usize,
}

/// Puts a value into a place that must be free: a key written twice is not plain.
pub(super) fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// At most this many characters; bytes decide in the usual case.
pub(super) fn short_enough(text: &str, chars_max: usize) -> bool {
    text.len() <= chars_max || text.chars().count() <= chars_max
}

/// Control characters but newline and tab, or marks that reorder text, anywhere (see `fields`).
///
/// Written so that the compiler makes vector code of it: no early return, bytes as truth values.
pub(super) fn has_steering(bytes: &[u8]) -> bool {
    let mut found = 0u8;
    for &b in bytes {
        found |= u8::from(b < 0x20) & u8::from(b != b'\n') & u8::from(b != b'\t') | u8::from(b == 0x7f);
    }
    let pairs = bytes.len().saturating_sub(1);
    for (&a, &b) in bytes[..pairs].iter().zip(&bytes[bytes.len() - pairs..]) {
        // U+0080–009F is C2 80–9F.
        found |= u8::from(a == 0xc2) & u8::from(b < 0xa0);
    }
    let triples = bytes.len().saturating_sub(2);
    let (second, third) = (&bytes[bytes.len().min(1)..], &bytes[bytes.len().min(2)..]);
    for ((&a, &b), &c) in bytes[..triples].iter().zip(&second[..triples]).zip(&third[..triples]) {
        // U+2028–202E is E2 80 A8–AE; U+2066–2069 is E2 81 A6–A9; U+FFF9–FFFB is EF BF B9–BB.
        let general = u8::from(b == 0x80) & u8::from(c >= 0xa8) & u8::from(c <= 0xae);
        let isolates = u8::from(b == 0x81) & u8::from(c >= 0xa6) & u8::from(c <= 0xa9);
        let special = u8::from(b == 0xbf) & u8::from(c >= 0xb9) & u8::from(c <= 0xbb);
        found |= u8::from(a == 0xe2) & (general | isolates) | u8::from(a == 0xef) & special;
    }
    found != 0
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, lines: 1, counted: 0 }
    }

    /// The byte here; 0 at the end.
    pub fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Steps over one byte that must be here.
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek() == byte).then(|| self.at += 1)
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Steps over spaces, newlines and comments; false at the end of the file.
    pub fn more(&mut self) -> bool {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\n' => self.at += 1,
                b'#' => self.comment(),
                _ => return self.at < self.bytes.len(),
            }
        }
    }

    fn comment(&mut self) {
        self.at = self.find(b'\n').unwrap_or(self.bytes.len());
    }

    /// Where an ASCII byte stands next.
    fn find(&self, byte: u8) -> Option<usize> {
        self.text[self.at..].find(char::from(byte)).map(|i| self.at + i)
    }

    /// After a value or a header: nothing more on the line.
    pub fn line_end(&mut self) -> Option<()> {
        self.spaces();
        if self.peek() == b'#' {
            self.comment();
        }
        (self.at == self.bytes.len() || self.peek() == b'\n').then_some(())
    }

    /// Number of the present line, from 1. Each stretch is counted once.
    #[allow(clippy::naive_bytecount)] // becomes vector code; not worth a dependency
    pub fn line(&mut self) -> u32 {
        let passed = self.bytes[self.counted..self.at].iter().filter(|b| **b == b'\n').count();
        self.lines += passed as u32;
        self.counted = self.at;
        self.lines
    }

    /// `[[name]]` without spaces inside.
    pub fn header(&mut self) -> Option<&'t str> {
        self.expect(b'[')?;
        self.expect(b'[')?;
        let end = self.find(b']')?;
        let name = &self.text[self.at..end];
        self.at = end;
        self.expect(b']')?;
        self.expect(b']')?;
        Some(name)
    }

    /// `key =`, the key unquoted and undotted.
    pub fn key(&mut self) -> Option<&'t str> {
        let from = self.at;
        while matches!(self.peek(), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-') {
            self.at += 1;
        }
        let key = &self.text[from..self.at];
        self.spaces();
        self.expect(b'=')?;
        self.spaces();
        (!key.is_empty()).then_some(key)
    }

    /// A small whole number without sign or leading zero.
    pub fn number(&mut self) -> Option<u32> {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        let digits = &self.text[from..self.at];
        let plain = (1..=6).contains(&digits.len()) && (digits.len() == 1 || !digits.starts_with('0'));
        let ends = matches!(self.peek(), 0 | b' ' | b'\t' | b'\n' | b'#' | b',' | b']' | b'}');
        (plain && ends).then(|| digits.parse().ok()).flatten()
    }

    pub fn flag(&mut self) -> Option<bool> {
        for (word, value) in [("true", true), ("false", false)] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return (!self.peek().is_ascii_alphanumeric()).then_some(value);
            }
        }
        None
    }

    /// A string that is neither blank nor too long.
    pub fn text(&mut self, chars_max: usize) -> Option<Cow<'t, str>> {
        let text = self.string()?;
        let blank = text.bytes().next().is_none_or(|b| b.is_ascii_whitespace() || b >= 0x80) && text.trim().is_empty();
        (!blank && short_enough(&text, chars_max)).then_some(text)
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        let quote = self.peek();
        if quote != b'"' && quote != b'\'' {
            return None;
        }
        let triple = [quote; 3];
        if self.bytes[self.at..].starts_with(&triple) {
            return self.block(quote).map(Cow::Borrowed);
        }
        self.at += 1;
        let from = self.at;
        let inside = &self.text[from..][..self.text[from..].find(char::from(quote))?];
        if quote == b'"' && inside.contains('\\') {
            return self.escaped(from).map(Cow::Owned);
        }
        self.at += inside.len() + 1;
        (!inside.contains('\n')).then_some(Cow::Borrowed(inside))
    }

    /// The rest of a string that has escapes; only the usual four are plain.
    fn escaped(&mut self, from: usize) -> Option<String> {
        let mut text = self.text[from..self.at].to_owned();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | b'\n' | 0) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => {
                    self.at += 1;
                    text.push(match self.peek() {
                        b'"' => '"',
                        b'\\' => '\\',
                        b'n' => '\n',
                        b't' => '\t',
                        _ => return None,
                    });
                    self.at += 1;
                }
                _ => return None,
            }
        }
    }

    /// `'''…'''` or `"""…"""`, the latter without escapes. A newline right after the opening is not
    /// part of it.
    fn block(&mut self, quote: u8) -> Option<&'t str> {
        self.at += 3;
        if self.peek() == b'\n' {
            self.at += 1;
        }
        let from = self.at;
        // A quote alone may stand inside; three end it.
        let mut end = from;
        loop {
            end += self.text[end..].find(char::from(quote))?;
            if self.bytes[end..].starts_with(&[quote; 3]) {
                break;
            }
            end += 1;
        }
        let inside = &self.text[from..end];
        self.at = end + 3;
        let plain = self.peek() != quote && (quote == b'\'' || !inside.contains('\\'));
        plain.then_some(inside)
    }

    /// `[ … ]` with `item` for each entry, over several lines if need be.
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        loop {
            if !self.more() {
                return None;
            }
            if self.peek() == b']' {
                return self.expect(b']');
            }
            item(self)?;
            if !self.more() {
                return None;
            }
            if self.peek() != b']' {
                self.expect(b',')?;
            }
        }
    }

    /// A list of strings within the bounds.
    pub fn texts(&mut self) -> Option<Vec<String>> {
        let mut list = Vec::new();
        self.array(|lexer| {
            list.push(lexer.text(LINE_CHARS_MAX)?.into_owned());
            Some(())
        })?;
        list_fits(&list).then_some(list)
    }

    /// `{ key = value, … }` on one line, `entry` for each.
    pub fn inline_table(&mut self, mut entry: impl FnMut(&mut Self, &'t str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.spaces();
        if self.peek() == b'}' {
            return self.expect(b'}');
        }
        loop {
            let key = self.key()?;
            entry(self, key)?;
            self.spaces();
            if self.peek() == b'}' {
                return self.expect(b'}');
            }
            self.expect(b',')?;
            self.spaces();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_plain_and_not() {
        let read = |text: &'static str| Lexer::new(text).text(100).map(Cow::into_owned);
        assert_eq!(read(r#""甲\n\"乙\"""#), Some("甲\n\"乙\"".to_owned()));
        assert_eq!(read("'C:\\x'"), Some("C:\\x".to_owned()));
        assert_eq!(read("'''\n一\n二\n'''"), Some("一\n二\n".to_owned()));
        for odd in ["\"x", "'x\n'", "\"\\u0041\"", "''", "\"  \"", "'''x''''", "\"\"\"a\\nb\"\"\"", "x"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn steering_marks_are_seen_wherever_they_stand() {
        for c in ['\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{fffa}', '\r', '\0'] {
            for text in [format!("{c}"), format!("一{c}"), format!("{c}二"), format!("abc{c}def")] {
                assert!(has_steering(text.as_bytes()), "{text:?}");
            }
        }
        assert!(!has_steering("一\n\t“二”—… £ é".as_bytes()));
    }
}
