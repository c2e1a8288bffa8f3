//! Pinyin, whole or by initials, looked for in short Chinese texts.
//!
//! A text is a row of units: a Chinese character with its readings, or a Latin word. What was typed
//! must eat its way along neighbouring units: by a whole syllable, by an initial, and at the very
//! end by the beginning of a syllable (`guanb` finds 关闭). Characters with several readings match
//! by any of them.
use std::ops::Range;

use pinyin::ToPinyinMulti;

use crate::base::text::is_han;

/// How sure a match is: all syllables whole, all initials, or a mixture.
const WHOLE: f32 = 1.0;
const INITIALS: f32 = 0.8;
const MIXED: f32 = 0.45;
/// Shortest run of units a match must cover; one syllable alone means nothing.
const UNITS_MIN: usize = 2;

/// One character or Latin word of a text.
struct Unit<'t> {
    sound: Sound<'t>,
    bytes: Range<usize>,
}

#[derive(Clone, Copy)]
enum Sound<'t> {
    Han(char),
    Word(&'t str),
    /// Punctuation and everything else: no match goes across it.
    Gap,
}

/// A text as units.
pub(super) struct Sounds<'t>(Vec<Unit<'t>>);

impl<'t> Sounds<'t> {
    /// Reads a text.
    pub fn new(text: &'t str) -> Self {
        let mut units: Vec<Unit<'t>> = Vec::with_capacity(text.len() / 3 + 1);
        let mut word: Option<usize> = None;
        for (at, c) in text.char_indices() {
            if c.is_ascii_alphanumeric() {
                word.get_or_insert(at);
                continue;
            }
            if let Some(start) = word.take() {
                units.push(Unit { sound: Sound::Word(&text[start..at]), bytes: start..at });
            }
            let bytes = at..at + c.len_utf8();
            if is_han(c) {
                units.push(Unit { sound: Sound::Han(c), bytes });
            } else if !c.is_whitespace() {
                units.push(Unit { sound: Sound::Gap, bytes });
            }
        }
        if let Some(start) = word {
            units.push(Unit { sound: Sound::Word(&text[start..]), bytes: start..text.len() });
        }
        Self(units)
    }

    /// The surest place of `typed` (lower-case letters): how sure, and the bytes it covers.
    pub fn find(&self, typed: &str) -> Option<(f32, Range<usize>)> {
        let mut best: Option<(f32, Range<usize>)> = None;
        for start in 0..self.0.len() {
            // The first unit must be Chinese: Latin words are found by the scan.
            let begins = matches!(self.0[start].sound, Sound::Han(c) if readings(c).any(|r| typed.starts_with(&r[..1])));
            if !begins {
                continue;
            }
            if let Some((sure, end)) = self.eat(typed, start, Eaten::default())
                && best.as_ref().is_none_or(|(s, _)| sure > *s)
            {
                best = Some((sure, self.0[start].bytes.start..self.0[end - 1].bytes.end));
            }
        }
        best
    }

    /// Eats `typed` from unit `at`; gives how sure and the unit behind the last one.
    fn eat(&self, typed: &str, at: usize, eaten: Eaten) -> Option<(f32, usize)> {
        if typed.is_empty() {
            return (eaten.units >= UNITS_MIN).then(|| (eaten.sure(), at));
        }
        let unit = self.0.get(at)?;
        match unit.sound {
            Sound::Gap => None,
            Sound::Word(word) => {
                let head = typed.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
                self.eat(&typed[head.len()..], at + 1, Eaten { units: eaten.units + 1, ..eaten })
            }
            Sound::Han(c) => readings(c)
                .flat_map(|reading| {
                    let whole = typed.strip_prefix(reading).map(|rest| (rest, eaten.whole()));
                    let initial = typed.strip_prefix(&reading[..1]).map(|rest| (rest, eaten.initial()));
                    // The beginning of the last syllable.
                    let begun = (typed.len() > 1 && typed.len() < reading.len() && reading.starts_with(typed))
                        .then_some(("", eaten.whole()));
                    [whole, begun, initial].into_iter().flatten()
                })
                .filter_map(|(rest, eaten)| self.eat(rest, at + 1, eaten))
                .max_by(|a, b| a.0.total_cmp(&b.0)),
        }
    }
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
    use pinyin::ToPinyin;
    word.chars().map(|c| c.to_pinyin().map(pinyin::Pinyin::plain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, typed: &str, expected: Option<&str>) {
        let found = Sounds::new(text).find(typed).map(|(_, bytes)| text[bytes].to_owned());
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
