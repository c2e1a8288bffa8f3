//! Scores every question and picks the best.
//!
//! score = Σ over groups of rarity(group) × strength in the question, × coverage, where coverage is
//! the share of the query (by rarity) that the question contains. A question that contains all of a
//! query beats one that repeats half of it.
use std::ops::Range;

use crate::bank::model::{Bank, Question};
use crate::base::nearest::edits_chars;
use crate::search::pinyin::{Sounds, spelled};
use crate::search::query::{Group, Query, Term, parse};
use crate::search::scan::{Page, places};
use crate::search::snippet::Snippet;
use crate::search::words::same;
use crate::search::{Hit, Options};

/// Extra for a whole Chinese run standing together, per unit of field weight.
const PHRASE: f32 = 0.8;
/// Strength at which a group counts half of the most it can.
const SATURATION: f32 = 8.0;
/// A hit weaker than this share of the best one is left out.
const TAIL: f32 = 0.12;
/// A strength that only a wording, a tag or an id gives.
const NAMED: f32 = 3.5;
/// Most readings of letters as pinyin.
const READINGS_MAX: usize = 6;
/// How much a single character counts beside the word it was cut from.
const SINGLE: f32 = 0.15;
/// How much a homophone counts, and a corrected slip.
const HOMOPHONE: f32 = 0.6;
const SLIP: f32 = 0.7;
/// How long a run may be to be looked up by its sound.
const RUN_ALIKE: std::ops::RangeInclusive<usize> = 2..=6;
/// Shortest word in which a slip of the keyboard is looked for.
const SLIP_LEN_MIN: usize = 4;

/// Strength of every group in one question.
struct Row {
    groups: Vec<f32>,
    singles: Vec<f32>,
    phrase: f32,
}

/// The best questions for what was typed, best first.
#[must_use]
pub fn search<'b>(bank: &'b Bank, typed: &str, options: Options<'_>) -> Vec<Hit<'b>> {
    let mut query = parse(typed);
    if query.groups.is_empty() || bank.questions.is_empty() {
        return Vec::new();
    }
    let mut rows = scan_all(bank, &query);
    if widen(bank, &mut query, &rows) {
        rows = scan_all(bank, &query);
    }
    let rarity = rarity(&query, &rows);
    let singles = rarity_of(rows.len(), query.singles.len(), |i, r| r.singles[i] > 0.0, &rows);
    let mut scored: Vec<(f32, &Question)> = bank
        .questions
        .iter()
        .zip(&rows)
        .filter(|(q, _)| options.topic.is_none_or(|t| q.topic == t))
        .filter_map(|(q, row)| score(&query, row, &rarity, &singles).map(|s| (s, q)))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let least = scored.first().map_or(0.0, |s| s.0) * TAIL;
    scored
        .into_iter()
        .take_while(|(s, _)| *s >= least)
        .take(options.limit)
        .map(|(score, question)| hit(question, score, &query, &rarity))
        .collect()
}

/// Scans the bank on as many threads as help; the result does not depend on how many.
fn scan_all(bank: &Bank, query: &Query) -> Vec<Row> {
    const PER_THREAD_MIN: usize = 128;
    let questions = &bank.questions;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let chunk = questions.len().div_ceil(threads).max(PER_THREAD_MIN);
    if questions.len() <= chunk {
        return scan(questions, query);
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = questions.chunks(chunk).map(|part| scope.spawn(move || scan(part, query))).collect();
        // A panic in a worker is a bug; pass it on.
        workers.into_iter().flat_map(|w| w.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    })
}

fn scan(questions: &[Question], query: &Query) -> Vec<Row> {
    let mut page = Page::default();
    let phrases: Vec<Term> = query.phrases.iter().map(|p| Term::new(p, PHRASE)).collect();
    questions
        .iter()
        .map(|q| {
            page.fill(q);
            let strength = |g: &Group| g.terms.iter().map(|t| page.strength(t)).fold(0.0, f32::max);
            Row {
                groups: query.groups.iter().map(strength).collect(),
                singles: query.singles.iter().map(|t| page.strength(t)).collect(),
                phrase: phrases.iter().map(|t| page.strength(t)).sum(),
            }
        })
        .collect()
}

/// Gives groups that were found nowhere another chance: for Chinese the run that sounds the same,
/// for Latin what it spells in pinyin, else the nearest word of the bank. True when something was
/// added.
fn widen(bank: &Bank, query: &mut Query, rows: &[Row]) -> bool {
    let lost: Vec<bool> = (0..query.groups.len())
        .map(|i| {
            // Letters that stand in some answer may still have been meant as pinyin.
            let least = if query.groups[i].pinyin.is_some() { NAMED } else { 0.0 };
            !rows.iter().any(|r| r.groups[i] > least)
        })
        .collect();
    let alike: Vec<Option<Vec<char>>> = query
        .runs
        .iter()
        .enumerate()
        .map(|(n, run)| {
            let broken = query.groups.iter().zip(&lost).any(|(g, lost)| *lost && g.cut_from.is_some_and(|(r, _)| r == n));
            let sound = (broken && RUN_ALIKE.contains(&run.chars().count())).then(|| spelled(run)).flatten()?;
            homophone(bank, &sound).map(|w| w.chars().collect()).filter(|w: &Vec<char>| w.len() == run.chars().count())
        })
        .collect();
    let mut vocabulary: Option<Vec<Vec<char>>> = None;
    let mut widened = false;
    for (group, _) in query.groups.iter_mut().zip(&lost).filter(|(_, lost)| **lost) {
        let word = group.terms[0].text.clone();
        let mut others = match (group.cut_from, &group.pinyin) {
            (Some((run, at)), _) => {
                let cut = alike[run].as_ref().map(|w| w[at..w.len().min(at + 2)].iter().collect::<String>());
                cut.map(|w| (w, HOMOPHONE)).into_iter().collect()
            }
            (None, Some(typed)) => spelled_words(bank, typed),
            (None, None) => Vec::new(),
        };
        if others.is_empty() && group.cut_from.is_none() && word.len() >= SLIP_LEN_MIN {
            let vocabulary = vocabulary.get_or_insert_with(|| latin_words(bank));
            others.extend(near_word(&word, vocabulary).map(|w| (w, SLIP)));
        }
        for (other, weight) in others {
            group.terms.push(Term::new(&other, weight));
            group.terms.extend(same(&other).map(|w| Term::new(w, weight * SLIP)));
            widened = true;
        }
    }
    widened
}

/// What letters spell in the wordings and tags of the bank: the surest and commonest readings.
fn spelled_words(bank: &Bank, typed: &str) -> Vec<(String, f32)> {
    let mut found: Vec<(String, f32, usize)> = Vec::new();
    for q in &bank.questions {
        for text in std::iter::once(&q.ask).chain(&q.tags).chain(&q.aka) {
            let Some((sure, bytes)) = Sounds::new(text).find(typed) else { continue };
            let word = text[bytes].to_lowercase();
            match found.iter_mut().find(|(w, ..)| *w == word) {
                Some((_, _, times)) => *times += 1,
                None => found.push((word, sure, 1)),
            }
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.cmp(&a.2)).then_with(|| a.0.cmp(&b.0)));
    found.into_iter().take(READINGS_MAX).map(|(word, sure, _)| (word, sure)).collect()
}

/// The word of the bank with the fewest slips between it and what was typed.
fn near_word(word: &str, vocabulary: &[Vec<char>]) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    let most = if letters.len() >= 8 { 2 } else { 1 };
    vocabulary
        .iter()
        .filter_map(|w| edits_chars(&letters, w, most).map(|d| (d, w)))
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, w)| w.iter().collect())
}

/// The word of the bank's questions, tags and other wordings that sounds like this.
fn homophone(bank: &Bank, sound: &str) -> Option<String> {
    for q in &bank.questions {
        for text in std::iter::once(&q.ask).chain(&q.tags).chain(&q.aka) {
            if let Some((sure, bytes)) = Sounds::new(text).find(sound)
                && sure >= 1.0
            {
                return Some(text[bytes].to_lowercase());
            }
        }
    }
    None
}

/// Every Latin word of the bank's questions, tags, ids, other wordings and points, sorted, once.
fn latin_words(bank: &Bank) -> Vec<Vec<char>> {
    let mut words = std::collections::BTreeSet::new();
    for q in &bank.questions {
        let points = q.points.iter().flat_map(|p| std::iter::once(&p.text).chain(&p.any));
        for text in [&q.ask, &q.id, &q.short].into_iter().chain(&q.tags).chain(&q.aka).chain(points) {
            for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 3) {
                words.insert(word.to_ascii_lowercase().chars().collect::<Vec<_>>());
            }
        }
    }
    words.into_iter().collect()
}

/// How much finding each group says: rare ones much, ones that every question has little.
fn rarity(query: &Query, rows: &[Row]) -> Vec<f32> {
    let mut rarity = rarity_of(rows.len(), query.groups.len(), |i, r| r.groups[i] > 0.0, rows);
    for (rarity, group) in rarity.iter_mut().zip(&query.groups) {
        if group.empty {
            *rarity *= 0.1;
        }
    }
    rarity
}

fn rarity_of(total: usize, count: usize, has: impl Fn(usize, &Row) -> bool, rows: &[Row]) -> Vec<f32> {
    let total = total as f32;
    (0..count)
        .map(|i| {
            let having = rows.iter().filter(|r| has(i, r)).count() as f32;
            (1.0 + (total - having + 0.5) / (having + 0.5)).ln()
        })
        .collect()
}

/// `None` when no group that carries meaning was found.
fn score(query: &Query, row: &Row, rarity: &[f32], singles: &[f32]) -> Option<f32> {
    if !query.groups.iter().zip(&row.groups).any(|(g, s)| !g.empty && *s > 0.0) {
        return None;
    }
    let (mut sum, mut found, mut all) = (0.0, 0.0, 0.0);
    for (strength, rarity) in row.groups.iter().zip(rarity) {
        all += rarity;
        if *strength > 0.0 {
            found += rarity;
            // Saying it more often helps less and less.
            sum += rarity * (strength / (strength + SATURATION)) * 10.0;
        }
    }
    for (strength, rarity) in row.singles.iter().zip(singles) {
        sum += SINGLE * rarity * (strength / (strength + SATURATION)) * 10.0;
    }
    let coverage = found / all;
    Some((sum + row.phrase * 2.0) * coverage)
}

/// The hit as shown: the wording and a piece of the answer, both with what matched.
fn hit<'b>(question: &'b Question, score: f32, query: &Query, rarity: &[f32]) -> Hit<'b> {
    let ask = Snippet::whole(&question.ask, matches(&question.ask, query));
    // The rarest groups choose the place; a text without any match is shown from its beginning.
    let texts = std::iter::once(&question.short)
        .chain(question.points.iter().map(|p| &p.text))
        .chain(std::iter::once(&question.answer));
    let worth = |text: &str| -> f32 {
        query.groups.iter().zip(rarity).filter(|(g, _)| g.terms.iter().any(|t| !places(text, t).is_empty())).map(|(_, r)| r).sum()
    };
    let best = texts.map(|t| (worth(t), t)).fold((0.0, &question.short), |best, next| if next.0 > best.0 { next } else { best });
    let snippet = Snippet::around(best.1, matches(best.1, query));
    Hit { question, score, ask, snippet }
}

/// Where the terms of a query stand in a text.
fn matches(text: &str, query: &Query) -> Vec<Range<usize>> {
    let groups = query.groups.iter().filter(|g| !g.empty);
    groups.flat_map(|g| &g.terms).flat_map(|t| places(text, t)).collect()
}
