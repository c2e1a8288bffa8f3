//! Where the terms of a query stand in one question.
//!
//! One pass over the texts as they are, for all terms at once: a table says which characters begin
//! a term, and only there the terms are compared. Nothing is copied, folded or indexed. Latin
//! letters match in either case; everything else byte by byte.
use std::ops::Range;

use crate::bank::model::Question;
use crate::search::query::Term;

/// A field of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    fn weight(self) -> f32 {
        match self {
            Field::Ask => 6.0,
            Field::Aka | Field::Tags => 5.0,
            Field::Id => 4.0,
            Field::Points | Field::Wrong | Field::Short => 2.0,
            Field::Answer => 1.0,
        }
    }
}

/// Bytes of a question of usual length: a word says more in a short question than in a long one.
const ASK_BYTES_USUAL: f32 = 80.0;
/// A word found inside an identifier, not at its beginning.
const INSIDE: f32 = 0.6;
/// Latin words of up to this length must stand alone.
const ALONE_MAX: usize = 3;

/// The terms of a query, ready to be looked for.
pub(super) struct Finder<'q> {
    terms: Vec<&'q Term>,
    /// One bit for each character of the basic plane that begins a term.
    heads: Box<[u64; 1024]>,
    /// The same for ASCII, lower case.
    ascii: [bool; 128],
    /// First character and index of each term, sorted.
    by_head: Vec<(char, usize)>,
    /// A term begins with a character outside of the basic plane.
    beyond: bool,
}

/// How strongly each term of a [`Finder`] stands in a question.
pub(super) struct Strengths {
    /// Per term.
    pub total: Vec<f32>,
    /// Times each term was seen in the field being read.
    times: Vec<u8>,
    touched: Vec<usize>,
}

impl<'q> Finder<'q> {
    /// Prepares terms; a term's index here is its index in the strengths.
    pub fn new(terms: Vec<&'q Term>) -> Self {
        let mut heads = Box::new([0u64; 1024]);
        let mut by_head: Vec<(char, usize)> = Vec::with_capacity(terms.len());
        let mut beyond = false;
        for (i, term) in terms.iter().enumerate() {
            let Some(head) = term.text.chars().next() else { continue };
            by_head.push((head, i));
            match heads.get_mut(head as usize / 64) {
                Some(word) => *word |= 1 << (head as usize % 64),
                None => beyond = true,
            }
        }
        by_head.sort_unstable();
        let ascii = std::array::from_fn(|c| heads[c / 64] >> (c % 64) & 1 == 1);
        Self { terms, heads, ascii, by_head, beyond }
    }

    /// Strengths of all terms in one question.
    pub fn strengths(&self, q: &Question, into: &mut Strengths) {
        into.total.clear();
        into.total.resize(self.terms.len(), 0.0);
        into.times.resize(self.terms.len(), 0);
        let terse = (ASK_BYTES_USUAL / (q.ask.len() as f32 + 1.0)).sqrt().clamp(0.7, 1.3);
        let mut present = Field::Ask;
        each_text(q, |field, text| {
            if field != present {
                into.next_field();
                present = field;
            }
            let weight = field.weight() * if field == Field::Ask { terse } else { 1.0 };
            self.places(text, |term, _, sure| into.see(term, weight * sure));
        });
        into.next_field();
        for (total, term) in into.total.iter_mut().zip(&self.terms) {
            *total *= term.weight;
        }
    }

    /// Calls `found(term, bytes, how sure)` for every place of every term in a text.
    pub fn places(&self, text: &str, mut found: impl FnMut(usize, Range<usize>, f32)) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&first) = bytes.get(at) {
            if first < 0x80 {
                let folded = first.to_ascii_lowercase();
                if self.ascii[usize::from(folded)] {
                    self.compare(bytes, at, u32::from(folded), &mut found);
                }
                at += 1;
                continue;
            }
            let (code, length) = code_at(bytes, at);
            let head = match self.heads.get(code as usize / 64) {
                Some(word) => word >> (code % 64) & 1 == 1,
                None => self.beyond,
            };
            if head {
                self.compare(bytes, at, code, &mut found);
            }
            at += length;
        }
    }

    fn compare(&self, bytes: &[u8], at: usize, head: u32, found: &mut impl FnMut(usize, Range<usize>, f32)) {
        let from = self.by_head.partition_point(|(c, _)| (*c as u32) < head);
        for &(_, index) in self.by_head[from..].iter().take_while(|(c, _)| *c as u32 == head) {
            let term = self.terms[index];
            let end = at + term.text.len();
            let same = bytes.get(at..end).is_some_and(|b| b.eq_ignore_ascii_case(term.text.as_bytes()));
            if same {
                let sure = if term.latin { latin_place(bytes, at, term.text.len()) } else { 1.0 };
                if sure > 0.0 {
                    found(index, at..end, sure);
                }
            }
        }
    }
}

impl Strengths {
    /// Empty ones, to be filled for question after question.
    pub fn new() -> Self {
        Self { total: Vec::new(), times: Vec::new(), touched: Vec::new() }
    }

    /// A term was seen. Again in the same field it counts a third, then a ninth, then nothing.
    fn see(&mut self, term: usize, worth: f32) {
        let times = &mut self.times[term];
        if *times == 0 {
            self.touched.push(term);
        }
        *times = times.saturating_add(1);
        self.total[term] += match *times {
            1 => worth,
            2 => worth * 0.33,
            3 => worth * 0.11,
            _ => 0.0,
        };
    }

    fn next_field(&mut self) {
        for term in self.touched.drain(..) {
            self.times[term] = 0;
        }
    }
}

/// The character at a boundary of UTF-8 text, not ASCII: its number and its length in bytes.
#[inline]
fn code_at(bytes: &[u8], at: usize) -> (u32, usize) {
    let low = |b: u8| u32::from(b & 0x3f);
    match bytes[at..] {
        [a @ 0xe0..0xf0, b, c, ..] => (u32::from(a & 0x0f) << 12 | low(b) << 6 | low(c), 3),
        [a @ 0xc0..0xe0, b, ..] => (u32::from(a & 0x1f) << 6 | low(b), 2),
        [a, b, c, d, ..] => (u32::from(a & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4),
        _ => (0, 1),
    }
}

/// Calls `read` for every text of a question, field after field.
fn each_text<'q>(q: &'q Question, mut read: impl FnMut(Field, &'q str)) {
    read(Field::Ask, &q.ask);
    q.aka.iter().for_each(|t| read(Field::Aka, t));
    q.tags.iter().for_each(|t| read(Field::Tags, t));
    read(Field::Id, &q.id);
    for point in &q.points {
        read(Field::Points, &point.text);
        point.any.iter().for_each(|t| read(Field::Points, t));
    }
    for wrong in &q.wrongs {
        read(Field::Wrong, &wrong.text);
        read(Field::Wrong, &wrong.truth);
    }
    read(Field::Short, &q.short);
    read(Field::Answer, &q.answer);
}

/// 1 at the beginning of a word, less inside an identifier, 0 where a short word is only a part.
fn latin_place(bytes: &[u8], at: usize, len: usize) -> f32 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, expected: usize) {
        let term = Term::new(word, 1.0);
        let mut count = 0;
        Finder::new(vec![&term]).places(text, |_, bytes, _| {
            assert!(text[bytes].eq_ignore_ascii_case(word));
            count += 1;
        });
        assert_eq!(count, expected, "{word} in {text}");
    }

    #[test]
    fn words_begin_end_and_stand_alone() {
        check("hchan 和 chan", "chan", 2);
        check("ctxErr ERR error", "err", 2);
        check("G0 和 Gs 和 mg", "g", 1);
        check("runtime.gopark", "park", 1);
        check("关闭后关闭", "关闭", 2);
        check("é 和 🦀 和 𠮷野", "𠮷野", 1);
        check("", "关", 0);
    }

    #[test]
    fn several_terms_with_the_same_head_in_one_pass() {
        let terms: Vec<Term> = ["关闭", "关", "close", "c"].map(|w| Term::new(w, 1.0)).into();
        let mut seen = Vec::new();
        Finder::new(terms.iter().collect()).places("关闭 Close c", |term, _, _| seen.push(term));
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3]);
    }
}
