//! A short piece of text around what matched, with the places of the matches.
use std::ops::Range;

use crate::base::text::width;

/// Columns a snippet may take.
const COLUMNS_MAX: usize = 64;
/// Columns kept before the first match.
const BEFORE: usize = 20;

/// A piece of text and what matched in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// Byte ranges of the matches, sorted, not overlapping.
    pub hits: Vec<Range<usize>>,
}

impl Snippet {
    /// The whole text with its matches.
    #[must_use]
    pub fn whole(text: &str, hits: Vec<Range<usize>>) -> Self {
        Self { text: text.to_owned(), hits: merged(hits) }
    }

    /// A piece of the text around its first match, on one line, `…` where it was cut.
    #[must_use]
    pub fn around(text: &str, hits: Vec<Range<usize>>) -> Self {
        let hits = merged(hits);
        let first = hits.first().map_or(0, |h| h.start);
        let line_start = text[..first].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[first..].find('\n').map_or(text.len(), |i| first + i);
        let start = cut_before(text, line_start, first);
        let end = cut_after(text, start, line_end);
        let mut piece = String::new();
        if start > line_start {
            piece.push('…');
        }
        let shift = piece.len();
        piece.push_str(&text[start..end]);
        let hits = hits
            .into_iter()
            .filter(|h| h.start >= start && h.end <= end)
            .map(|h| h.start - start + shift..h.end - start + shift)
            .collect();
        if end < line_end {
            piece.push('…');
        }
        Self { text: piece, hits }
    }

    /// The text with each match passed through `mark`.
    #[must_use]
    pub fn marked(&self, mark: impl Fn(&str) -> String) -> String {
        let mut out = String::new();
        let mut from = 0;
        for hit in &self.hits {
            out.push_str(&self.text[from..hit.start]);
            out.push_str(&mark(&self.text[hit.clone()]));
            from = hit.end;
        }
        out.push_str(&self.text[from..]);
        out
    }
}

/// Sorted, overlapping and touching ranges joined.
fn merged(mut hits: Vec<Range<usize>>) -> Vec<Range<usize>> {
    hits.sort_by_key(|h| (h.start, h.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        match out.last_mut() {
            Some(last) if hit.start <= last.end => last.end = last.end.max(hit.end),
            _ => out.push(hit),
        }
    }
    out
}

/// At most [`BEFORE`] columns before `at`, starting at a character, better after punctuation.
fn cut_before(text: &str, line_start: usize, at: usize) -> usize {
    let mut start = at;
    for (i, c) in text[line_start..at].char_indices().rev() {
        if width(&text[line_start + i..at]) > BEFORE {
            break;
        }
        start = line_start + i;
        if matches!(c, '。' | '；' | '！' | '？') {
            return line_start + i + c.len_utf8();
        }
    }
    start
}

/// As much as fits from `start`.
fn cut_after(text: &str, start: usize, line_end: usize) -> usize {
    let mut end = start;
    for (i, c) in text[start..line_end].char_indices() {
        let next = start + i + c.len_utf8();
        if width(&text[start..next]) > COLUMNS_MAX {
            break;
        }
        end = next;
    }
    end
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // one hit is one range
mod tests {
    use super::*;

    #[test]
    fn matches_are_marked_and_joined() {
        let s = Snippet::whole("关闭后读", vec![0..6, 3..9, 9..12]);
        assert_eq!(s.marked(|m| format!("[{m}]")), "[关闭后读]");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_match() {
        let text = "甲".repeat(60) + "缓冲" + &"乙".repeat(60);
        let at = text.find("缓冲").expect("it is there");
        let s = Snippet::around(&text, vec![at..at + 6]);
        assert!(width(&s.text) <= COLUMNS_MAX + 4, "{}", s.text);
        assert_eq!(&s.text[s.hits[0].clone()], "缓冲");
        assert!(s.text.starts_with('…') && s.text.ends_with('…'));
    }

    #[test]
    fn only_the_line_of_the_match_is_shown() {
        let text = "第一行\n第二行有缓冲\n第三行";
        let at = text.find("缓冲").expect("it is there");
        assert_eq!(Snippet::around(text, vec![at..at + 6]).text, "第二行有缓冲");
        assert_eq!(Snippet::around("没有", vec![]).text, "没有");
    }
}
