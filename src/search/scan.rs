//! Where the terms of a query stand in one question.
//!
//! All texts of a question are put behind each other into one buffer, the weighty fields first, and
//! lower-cased in place (ASCII only, so that bytes keep their offsets). One `contains` per term
//! rules most questions out; only then are the places looked at.
use std::ops::Range;

use crate::bank::model::Question;
use crate::search::query::Term;

/// A field of a question, in the order of the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Ask,
    Aka,
    Tags,
    Id,
    Points,
    Wrong,
    Short,
    Answer,
}

impl Field {
    /// How much a word in this field says about what the question is about.
    pub fn weight(self) -> f32 {
        match self {
            Field::Ask => 6.0,
            Field::Aka | Field::Tags => 5.0,
            Field::Id => 4.0,
            Field::Points | Field::Wrong | Field::Short => 2.0,
            Field::Answer => 1.0,
        }
    }
}

/// Most places looked at per term; the weighty fields come first.
const PLACES_MAX: usize = 24;
/// A word found inside an identifier, not at its beginning.
const INSIDE: f32 = 0.6;
/// Latin words of up to this length must stand alone.
const ALONE_MAX: usize = 3;

/// The texts of one question in one buffer.
#[derive(Default)]
pub(super) struct Page {
    /// Lower case.
    pub text: String,
    /// As written; the same offsets.
    written: String,
    /// End of each field.
    ends: Vec<(Field, usize)>,
    /// A word says more in a short question than in a long one.
    terse: f32,
}

/// Bytes of a question of usual length.
const ASK_BYTES_USUAL: f32 = 80.0;

impl Page {
    /// Fills the buffer, keeping its memory.
    pub fn fill(&mut self, q: &Question) {
        self.written.clear();
        self.ends.clear();
        let written = &mut self.written;
        let mut add = |field: Field, texts: &mut dyn Iterator<Item = &str>| {
            for text in texts {
                written.push_str(text);
                written.push('\n');
            }
            self.ends.push((field, written.len()));
        };
        self.terse = (ASK_BYTES_USUAL / (q.ask.len() as f32 + 1.0)).sqrt().clamp(0.7, 1.3);
        add(Field::Ask, &mut std::iter::once(q.ask.as_str()));
        add(Field::Aka, &mut q.aka.iter().map(String::as_str));
        add(Field::Tags, &mut q.tags.iter().map(String::as_str));
        add(Field::Id, &mut std::iter::once(q.id.as_str()));
        let points = q.points.iter().flat_map(|p| std::iter::once(&p.text).chain(&p.any));
        add(Field::Points, &mut points.map(String::as_str));
        add(Field::Wrong, &mut q.wrongs.iter().flat_map(|w| [w.text.as_str(), w.truth.as_str()]));
        add(Field::Short, &mut std::iter::once(q.short.as_str()));
        add(Field::Answer, &mut std::iter::once(q.answer.as_str()));
        self.text.clear();
        self.text.push_str(&self.written);
        self.text.make_ascii_lowercase();
    }

    fn field(&self, at: usize) -> Field {
        self.ends.iter().find(|(_, end)| at < *end).map_or(Field::Answer, |(field, _)| *field)
    }

    /// How strongly a term stands in this question; 0 when it does not.
    pub fn strength(&self, term: &Term) -> f32 {
        if !self.text.contains(&term.text) {
            return 0.0;
        }
        let mut total = 0.0;
        let mut last: Option<(Field, u32)> = None;
        for (at, _) in self.text.match_indices(&term.text).take(PLACES_MAX) {
            let sure = if term.latin { self.latin_place(at, term.text.len()) } else { 1.0 };
            if sure == 0.0 {
                continue;
            }
            let field = self.field(at);
            let times = match last {
                Some((f, n)) if f == field => n + 1,
                _ => 1,
            };
            last = Some((field, times));
            // Said again in the same field: a third, then a ninth, then nothing.
            let again = match times {
                1 => 1.0,
                2 => 0.33,
                3 => 0.11,
                _ => 0.0,
            };
            let terse = if field == Field::Ask { self.terse } else { 1.0 };
            total += field.weight() * terse * sure * again;
        }
        total * term.weight
    }

    /// 1 at the beginning of a word, less inside an identifier, 0 where a short word is only a part.
    fn latin_place(&self, at: usize, len: usize) -> f32 {
        let bytes = self.written.as_bytes();
        let end = at + len;
        let letter = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_alphanumeric);
        let begins = at == 0
            || !letter(at - 1)
            || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase())
            || (bytes[at].is_ascii_alphabetic() && bytes[at - 1].is_ascii_digit());
        let ends = !letter(end) || (bytes[end].is_ascii_uppercase() && bytes[end - 1].is_ascii_lowercase());
        let plural = bytes.get(end) == Some(&b's') && !letter(end + 1);
        match (begins, ends || plural) {
            (true, true) => 1.0,
            _ if len <= ALONE_MAX => 0.0,
            (true, false) => 0.8,
            (false, _) => INSIDE,
        }
    }
}

/// Byte ranges of the places of `term` in a text as written.
pub(super) fn places(text: &str, term: &Term) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let ends = vec![(Field::Ask, text.len())];
    let page = Page { written: text.to_owned(), text: lower, ends, terse: 1.0 };
    page.text
        .match_indices(&term.text)
        .filter(|(at, m)| !term.latin || page.latin_place(*at, m.len()) > 0.0)
        .map(|(at, m)| at..at + m.len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, expected: usize) {
        assert_eq!(places(text, &Term::new(word, 1.0)).len(), expected, "{word} in {text}");
    }

    #[test]
    fn words_begin_end_and_stand_alone() {
        check("hchan 和 chan", "chan", 2);
        check("ctxErr ERR error", "err", 2);
        check("G0 和 Gs 和 mg", "g", 1);
        check("runtime.gopark", "park", 1);
        check("关闭后关闭", "关闭", 2);
    }
}
