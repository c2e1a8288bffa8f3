//! Pinyin, whole or by initials, looked for in short Chinese texts.
//!
//! What was typed must eat its way along neighbouring characters: by a whole syllable, by an
//! initial, and at the very end by the beginning of a syllable (`guanb` finds 关闭). Latin words on
//! the way must be typed whole. Characters with several readings match by any of them.
use std::ops::Range;

use pinyin::ToPinyin;
use pinyin::ToPinyinMulti;

use crate::base::text::is_han;

/// How sure a match is: all syllables whole, all initials, or a mixture.
const WHOLE: f32 = 1.0;
const INITIALS: f32 = 0.8;
const MIXED: f32 = 0.45;
/// Shortest run of units a match must cover; one syllable alone means nothing.
const UNITS_MIN: usize = 2;
/// First and last character whose initials are remembered.
const FIRST: char = '\u{4e00}';
const LAST: char = '\u{9fff}';

/// Looks for pinyin; remembers the initials of characters it has met.
pub(super) struct Speller {
    /// Bit 31: known. Bits 0–25: a reading begins with this letter.
    initials: Vec<u32>,
}

impl Speller {
    /// One that has met no character yet.
    pub fn new() -> Self {
        Self { initials: vec![0; LAST as usize - FIRST as usize + 1] }
    }

    /// Letters that readings of a character begin with, as bits.
    fn initials(&mut self, c: char) -> u32 {
        let Some(known) = (c as usize).checked_sub(FIRST as usize).and_then(|i| self.initials.get_mut(i)) else {
            return initials(c);
        };
        if *known == 0 {
            *known = initials(c) | 1 << 31;
        }
        *known
    }

    /// The surest place of `typed` (lower-case letters) in a text: how sure, and the bytes it covers.
    pub fn find(&mut self, text: &str, typed: &str) -> Option<(f32, Range<usize>)> {
        let first = typed.bytes().next().filter(u8::is_ascii_lowercase)?;
        let wanted = 1u32 << (first - b'a');
        let mut best: Option<(f32, Range<usize>)> = None;
        for (start, c) in text.char_indices() {
            // It must begin at a Chinese character: Latin words are found by the scan.
            if !is_han(c) || self.initials(c) & wanted == 0 {
                continue;
            }
            if let Some((sure, left)) = eat(&text[start..], typed, Eaten::default())
                && best.as_ref().is_none_or(|(s, _)| sure > *s)
            {
                best = Some((sure, start..text.len() - left));
                if sure >= WHOLE {
                    break;
                }
            }
        }
        best
    }
}

fn initials(c: char) -> u32 {
    readings(c).fold(0, |bits, reading| bits | 1 << (reading.as_bytes()[0].wrapping_sub(b'a') & 31))
}

/// Eats `typed` along `text`; gives how sure and how many bytes of the text are left.
fn eat(text: &str, typed: &str, eaten: Eaten) -> Option<(f32, usize)> {
    if typed.is_empty() {
        return (eaten.units >= UNITS_MIN).then(|| (eaten.sure(), text.len()));
    }
    let text = text.trim_start_matches([' ', '\t']);
    let c = text.chars().next()?;
    if c.is_ascii_alphanumeric() {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        let head = typed.get(..end).filter(|head| head.eq_ignore_ascii_case(&text[..end]))?;
        return eat(&text[end..], &typed[head.len()..], Eaten { units: eaten.units + 1, ..eaten });
    }
    if !is_han(c) {
        return None;
    }
    let rest = &text[c.len_utf8()..];
    readings(c)
        .flat_map(|reading| {
            let whole = typed.strip_prefix(reading).map(|left| (left, eaten.whole()));
            let initial = typed.strip_prefix(&reading[..1]).map(|left| (left, eaten.initial()));
            // The beginning of the last syllable.
            let begun = (typed.len() > 1 && typed.len() < reading.len() && reading.starts_with(typed))
                .then_some(("", eaten.whole()));
            [whole, begun, initial].into_iter().flatten()
        })
        .filter_map(|(left, eaten)| eat(rest, left, eaten))
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// What was eaten so far.
#[derive(Clone, Copy, Default)]
struct Eaten {
    units: usize,
    wholes: usize,
    initials: usize,
}

impl Eaten {
    fn whole(self) -> Self {
        Self { units: self.units + 1, wholes: self.wholes + 1, ..self }
    }
    fn initial(self) -> Self {
        Self { units: self.units + 1, initials: self.initials + 1, ..self }
    }
    fn sure(self) -> f32 {
        match (self.wholes, self.initials) {
            (_, 0) => WHOLE,
            (0, _) => INITIALS,
            _ => MIXED,
        }
    }
}

/// Every reading of a character, without tones.
fn readings(c: char) -> impl Iterator<Item = &'static str> {
    c.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain).filter(|r| !r.is_empty() && r.is_ascii())
}

/// The usual pinyin of a Chinese word in one piece, to find homophones; `None` when a character has none.
pub(super) fn spelled(word: &str) -> Option<String> {
    word.chars().map(|c| c.to_pinyin().map(pinyin::Pinyin::plain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, typed: &str, expected: Option<&str>) {
        let found = Speller::new().find(text, typed).map(|(_, bytes)| text[bytes].to_owned());
        assert_eq!(found.as_deref(), expected, "{typed} in {text}");
    }

    #[test]
    fn whole_initials_begun_and_mixed() {
        check("向已关闭的 channel 写", "guanbi", Some("关闭"));
        check("向已关闭的 channel 写", "guanb", Some("关闭"));
        check("向已关闭的 channel 写", "gb", Some("关闭"));
        check("向已关闭的 channel 写", "gbdchannel", Some("关闭的 channel"));
        check("向已关闭的 channel 写", "guanbd", Some("关闭的"));
        check("三次握手", "scws", Some("三次握手"));
        check("三次握手", "ciwo", Some("次握"));
        check("三次握手", "iwo", None);
        check("三次握手", "san", None);
        check("三次握手", "", None);
        check("", "sc", None);
    }

    #[test]
    fn characters_with_several_readings() {
        check("调度", "diaodu", Some("调度"));
        check("调用", "tiaoyong", Some("调用"));
        check("重新", "chongxin", Some("重新"));
    }

    #[test]
    fn nothing_is_found_across_punctuation() {
        check("关。闭", "guanbi", None);
        check("关 闭", "guanbi", Some("关 闭"));
    }

    #[test]
    fn homophones_are_spelled_alike() {
        assert_eq!(spelled("携程"), spelled("协程"));
        assert_eq!(spelled("a"), None);
    }
}
