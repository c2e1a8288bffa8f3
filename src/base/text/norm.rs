//! Text reduced to what was meant, and phrases looked up in it.
//!
//! Kept: letters and digits of every script, `<-` as one arrow (it tells sending from receiving),
//! and a dot between digits (`1.14` is not `114`). Everything else is dropped.
//!
//! Short ASCII words (`g`, `ok`, `len`) must stand alone, or `m` would be found in `mutex`; longer
//! ones may be part of a longer identifier (`chan` in `hchan`). Where a word begins is remembered
//! before spaces are dropped; a capital after a small letter and a letter after a digit begin one.
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// Longest ASCII word that must stand alone.
const ALONE_MAX: usize = 3;
/// Stands for `<-`.
const ARROW: char = '←';

/// A text reduced for matching, with the way back to the original.
#[derive(Debug, Clone, Default)]
pub struct Norm {
    chars: Vec<char>,
    /// Byte range in the original of each kept character.
    origin: Vec<Range<u32>>,
    /// A word begins at this character.
    begins: Vec<bool>,
}

impl Norm {
    /// Reduces a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut norm = Self::default();
        let mut gap = true;
        let mut last: Option<char> = None;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|&(_, c)| c);
            let end = (at + c.len_utf8()) as u32;
            let range = at as u32..end;
            if (c == '<' || c == '＜') && matches!(next, Some('-' | '－')) {
                let end = chars.next().map_or(end, |(i, c)| (i + c.len_utf8()) as u32);
                norm.push(ARROW, at as u32..end, true);
                (gap, last) = (true, None);
                continue;
            }
            if c == ARROW {
                norm.push(ARROW, range, true);
                (gap, last) = (true, None);
                continue;
            }
            let dot = c == '.' && last.is_some_and(|l| l.is_ascii_digit()) && next.is_some_and(|n| n.is_ascii_digit());
            if dot {
                norm.push('.', range, false);
                last = Some('.');
                continue;
            }
            if !keeps(c) {
                gap = true;
                last = None;
                continue;
            }
            let begins = gap || last.is_some_and(|l| word_begins(l, c));
            norm.push_folded(c, &range, begins);
            (gap, last) = (false, Some(c));
        }
        norm
    }

    fn push(&mut self, c: char, origin: Range<u32>, begins: bool) {
        self.chars.push(c);
        self.origin.push(origin);
        self.begins.push(begins);
    }

    /// NFKC and lower case of one character; both may give several.
    fn push_folded(&mut self, c: char, origin: &Range<u32>, begins: bool) {
        if c.is_ascii() {
            return self.push(c.to_ascii_lowercase(), origin.clone(), begins);
        }
        if is_han(c) && !('\u{f900}'..='\u{faff}').contains(&c) {
            return self.push(c, origin.clone(), begins);
        }
        let mut first = begins;
        for folded in std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter(|&c| keeps(c)) {
            self.push(folded, origin.clone(), first);
            first = false;
        }
    }

    /// The reduced text.
    #[must_use]
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Number of kept characters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// True when nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// The original byte range of a range of kept characters.
    ///
    /// # Panics
    /// When the range is empty or reaches beyond the text.
    #[must_use]
    pub fn source(&self, kept: Range<usize>) -> Range<usize> {
        assert!(!kept.is_empty() && kept.end <= self.len(), "{kept:?} of {}", self.len());
        self.origin[kept.start].start as usize..self.origin[kept.end - 1].end as usize
    }

    /// Where one word (no `+`) first stands at or after `from`, as a range of kept characters.
    #[must_use]
    pub fn find_from(&self, word: &Norm, from: usize) -> Option<Range<usize>> {
        let n = word.chars.len();
        if n == 0 || n > self.chars.len() {
            return None;
        }
        let number = word.chars.iter().all(|c| c.is_ascii_digit() || *c == '.');
        let alone = n <= ALONE_MAX && word.chars.iter().all(char::is_ascii_alphanumeric);
        (from..=self.chars.len() - n)
            .filter(|&i| self.chars[i..i + n] == word.chars[..])
            .filter(|&i| !alone || self.stands_alone(i, i + n))
            .find(|&i| !number || self.is_whole_number(i, i + n))
            .map(|i| i..i + n)
    }

    /// Where a phrase stands: for each of its `+` parts the first place, as ranges of kept
    /// characters; `None` when a part is missing or the phrase is empty.
    #[must_use]
    pub fn find(&self, phrase: &str) -> Option<Vec<Range<usize>>> {
        let mut places = Vec::new();
        for part in phrase.split(['+', '＋']) {
            let word = Norm::new(part);
            if !word.is_empty() {
                places.push(self.find_from(&word, 0)?);
            }
        }
        (!places.is_empty()).then_some(places)
    }

    /// A number is never part of a longer one: `1.1` is not in `1.14`.
    fn is_whole_number(&self, start: usize, end: usize) -> bool {
        let digit = |i: usize| self.chars.get(i).is_some_and(char::is_ascii_digit);
        let dot = |i: usize| self.chars.get(i) == Some(&'.');
        !(start > 0 && (digit(start - 1) || dot(start - 1))) && !digit(end) && !dot(end)
    }

    fn stands_alone(&self, start: usize, end: usize) -> bool {
        let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let left = start == 0 || self.begins[start] || !part_of_word(self.chars[start - 1]);
        let right = end == self.chars.len()
            || self.begins[end]
            || !part_of_word(self.chars[end])
            || (self.chars[end] == 's'
                && (end + 1 == self.chars.len() || self.begins[end + 1] || !part_of_word(self.chars[end + 1])));
        left && right
    }
}

fn keeps(c: char) -> bool {
    c.is_alphanumeric() || c == ARROW
}

/// A capital after a small letter, or a letter after a digit, begins a word inside an identifier.
fn word_begins(last: char, c: char) -> bool {
    (last.is_ascii_lowercase() && c.is_ascii_uppercase())
        || (last.is_ascii_digit() && c.is_ascii_alphabetic())
        || last.is_ascii() != c.is_ascii()
}

/// The reduced text as a string.
#[must_use]
pub fn normalise(text: &str) -> String {
    Norm::new(text).text()
}

/// True when every `+` part of the phrase stands in the text. An empty phrase matches nothing.
#[must_use]
pub fn phrase_matches(text: &Norm, phrase: &str) -> bool {
    text.find(phrase).is_some()
}

/// A Chinese character (unified ideographs, extensions, compatibility, 〇 and 々).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '〇' | '々')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, phrase: &str, expected: bool) {
        assert_eq!(phrase_matches(&Norm::new(text), phrase), expected, "{phrase:?} in {text:?}");
    }

    #[test]
    fn width_case_punctuation_and_spaces_do_not_matter() {
        assert_eq!(normalise("Ｃｈａｎ　关闭，了！\u{200b}\u{feff}"), "chan关闭了");
        assert_eq!(normalise("ctx.Done()"), "ctxdone");
        assert_eq!(normalise("Go 1.14 起"), "go1.14起");
        assert_eq!(normalise("ch <- v"), "ch←v");
        check("写会 ＰＡＮＩＣ。", "写会panic", true);
        check("读：先读完缓冲", "读先", true);
    }

    #[test]
    fn plus_joins_words_that_must_all_appear() {
        check("关闭以后还能把剩余的读出来", "剩余+读", true);
        check("关闭以后还能把剩余的读出来", "读+剩余", true);
        check("剩余的丢掉", "剩余+读", false);
        check("随便", "", false);
        check("随便", "+", false);
        check("随便", "，。", false);
    }

    #[test]
    fn short_ascii_words_stand_alone_longer_ones_need_not() {
        check("mutex 锁", "m", false);
        check("每个M都有", "m", true);
        check("每个 M 都有", "每个M", true);
        check("hchan 结构", "chan", true);
        check("ok=false", "ok", true);
        check("token", "ok", false);
        check("sleep 10ms", "ms", true);
        check("g0 是什么", "g", false);
        check("all the Gs wait", "g", true);
        check("ctxErr", "err", true);
        check("error", "err", false);
        check("Go 1.14", "1.1", false);
        check("Go1.14 起", "1.14", true);
        check("每 61 次", "61", true);
        check("161 次", "61", false);
    }

    #[test]
    fn the_arrow_tells_sending_from_receiving() {
        check("ch<-v 是发送", "ch <-", true);
        check("<-ch 是接收", "ch<-", false);
        check("＜－ch", "<-ch", true);
    }

    #[test]
    fn places_lead_back_to_the_original() {
        let text = "先，读完 Ｂｕｆ 缓冲";
        let norm = Norm::new(text);
        let places = norm.find("读完buf+缓冲").expect("both parts stand in the text");
        let shown: Vec<_> = places.into_iter().map(|p| &text[norm.source(p)]).collect();
        assert_eq!(shown, ["读完 Ｂｕｆ", "缓冲"]);
    }
}
