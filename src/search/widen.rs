//! A second chance for what was found nowhere: the run that sounds the same for Chinese, what it
//! spells in pinyin for Latin letters, else the nearest word of the bank.
use crate::bank::model::Bank;
use crate::base::nearest::edits_chars;
use crate::search::pinyin::{Speller, spelled};
use crate::search::query::{Query, Term};
use crate::search::words::same;

/// A strength that only a wording, a tag or an id gives.
const NAMED: f32 = 3.5;
/// Most readings of letters as pinyin.
const READINGS_MAX: usize = 6;
/// How much a homophone counts, and a corrected slip.
const HOMOPHONE: f32 = 0.6;
const SLIP: f32 = 0.7;
/// How long a run may be to be looked up by its sound.
const RUN_ALIKE: std::ops::RangeInclusive<usize> = 2..=6;
/// Shortest word in which a slip of the keyboard is looked for, and in which two are.
const SLIP_LEN_MIN: usize = 4;
const TWO_SLIPS_LEN_MIN: usize = 8;

/// Adds alternatives to the groups that need them: those not `found` with more than a strength.
/// True when something was added.
pub(super) fn widen(bank: &Bank, query: &mut Query, found: impl Fn(usize, f32) -> bool) -> bool {
    let lost: Vec<bool> = (0..query.groups.len())
        .map(|i| {
            // Letters that stand in some answer may still have been meant as pinyin.
            let least = if query.groups[i].pinyin.is_some() { NAMED } else { 0.0 };
            !found(i, least)
        })
        .collect();
    if !lost.contains(&true) {
        return false;
    }
    let mut speller = Speller::new();
    let alike: Vec<Option<Vec<char>>> =
        (0..query.runs.len()).map(|n| sounds_like(bank, &mut speller, query, n, &lost)).collect();
    let mut widened = false;
    for (group, _) in query.groups.iter_mut().zip(&lost).filter(|(_, lost)| **lost) {
        let word = group.terms[0].text.clone();
        let mut others: Vec<(String, f32)> = match (group.cut_from, &group.pinyin) {
            (Some((run, at)), _) => {
                let cut = alike[run].as_ref().map(|w| w[at..w.len().min(at + 2)].iter().collect());
                cut.map(|w| (w, HOMOPHONE)).into_iter().collect()
            }
            (None, Some(typed)) => spelled_words(bank, &mut speller, typed),
            (None, None) => Vec::new(),
        };
        if others.is_empty() && group.cut_from.is_none() && word.len() >= SLIP_LEN_MIN {
            others.extend(near_word(bank, &word).map(|w| (w, SLIP)));
        }
        for (other, weight) in others {
            group.terms.push(Term::new(&other, weight));
            group.terms.extend(same(&other).map(|w| Term::new(w, weight * SLIP)));
            widened = true;
        }
    }
    widened
}

/// The short texts that may be typed in pinyin.
fn spoken(bank: &Bank) -> impl Iterator<Item = &str> {
    bank.questions.iter().flat_map(|q| std::iter::once(&q.ask).chain(&q.tags).chain(&q.aka)).map(String::as_str)
}

/// Run `n` of the query was not found as it is: what sounds the same in the bank, character by
/// character.
fn sounds_like(bank: &Bank, speller: &mut Speller, query: &Query, n: usize, lost: &[bool]) -> Option<Vec<char>> {
    let run = &query.runs[n];
    let length = run.chars().count();
    let broken = query.groups.iter().zip(lost).any(|(g, lost)| *lost && g.cut_from.is_some_and(|(r, _)| r == n));
    if !broken || !RUN_ALIKE.contains(&length) {
        return None;
    }
    let sound = spelled(run)?;
    let found = spoken(bank).find_map(|text| {
        let (sure, bytes) = speller.find(text, &sound)?;
        (sure >= 1.0).then(|| text[bytes].to_lowercase().chars().collect::<Vec<char>>())
    })?;
    (found.len() == length).then_some(found)
}

/// What letters spell in the wordings and tags of the bank: the surest and commonest readings.
fn spelled_words(bank: &Bank, speller: &mut Speller, typed: &str) -> Vec<(String, f32)> {
    let mut found: Vec<(String, f32, usize)> = Vec::new();
    for text in spoken(bank) {
        let Some((sure, bytes)) = speller.find(text, typed) else { continue };
        let word = text[bytes].to_lowercase();
        match found.iter_mut().find(|(w, ..)| *w == word) {
            Some((_, _, times)) => *times += 1,
            None => found.push((word, sure, 1)),
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)).then_with(|| a.0.cmp(&b.0)));
    found.into_iter().take(READINGS_MAX).map(|(word, sure, _)| (word, sure)).collect()
}

/// The Latin word of the bank with the fewest slips between it and what was typed; the first in
/// alphabetical order of equally near ones.
fn near_word(bank: &Bank, typed: &str) -> Option<String> {
    let letters: Vec<char> = typed.chars().collect();
    let most = if letters.len() >= TWO_SLIPS_LEN_MIN { 2 } else { 1 };
    let typed_bits = letter_bits(typed);
    let mut best: Option<(usize, String)> = None;
    for q in &bank.questions {
        let points = q.points.iter().flat_map(|p| std::iter::once(&p.text).chain(&p.any));
        for text in [&q.ask, &q.id, &q.short].into_iter().chain(&q.tags).chain(&q.aka).chain(points) {
            for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 3) {
                // One slip changes at most two letters of the set.
                let far = |word| (letter_bits(word) ^ typed_bits).count_ones() as usize > 2 * most;
                if word.len().abs_diff(letters.len()) > most || far(word) {
                    continue;
                }
                let word = word.to_ascii_lowercase();
                let chars: Vec<char> = word.chars().collect();
                let Some(edits) = edits_chars(&letters, &chars, most) else { continue };
                if best.as_ref().is_none_or(|(e, w)| (edits, &word) < (*e, w)) {
                    best = Some((edits, word));
                }
            }
        }
    }
    best.map(|(_, word)| word)
}

/// The set of letters and digits of a word, one bit each, either case.
fn letter_bits(word: &str) -> u64 {
    word.bytes().fold(0, |bits, b| bits | 1 << (b.to_ascii_lowercase() & 63))
}
