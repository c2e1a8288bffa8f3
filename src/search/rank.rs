//! Scores every question and picks the best.
//!
//! score = Σ over groups of rarity(group) × strength in the question, × coverage, where coverage is
//! the share of the query (by rarity) that the question contains. A question that contains all of a
//! query beats one that repeats half of it.
use std::ops::Range;

use crate::bank::model::{Bank, Question};
use crate::search::query::{Query, Term, parse};
use crate::search::scan::{Finder, Strengths};
use crate::search::snippet::Snippet;
use crate::search::widen::widen;
use crate::search::{Hit, Options};

/// Extra for a whole Chinese run standing together, per unit of field weight.
const PHRASE: f32 = 0.8;
/// Strength at which a group counts half of the most it can.
const SATURATION: f32 = 8.0;
/// A hit weaker than this share of the best one is left out.
const TAIL: f32 = 0.12;
/// How much a single character counts beside the word it was cut from.
const SINGLE: f32 = 0.15;

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
    if widen(bank, &mut query, |group, least| rows.iter().any(|r| r.groups[group] > least)) {
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
    let phrases: Vec<Term> = query.phrases.iter().map(|p| Term::new(p, PHRASE)).collect();
    let terms: Vec<&Term> = query.groups.iter().flat_map(|g| &g.terms).chain(&query.singles).chain(&phrases).collect();
    let finder = Finder::new(terms);
    let mut strengths = Strengths::new();
    questions
        .iter()
        .map(|q| {
            finder.strengths(q, &mut strengths);
            let mut rest = strengths.total.as_slice();
            let mut take = |count: usize| {
                let (head, tail) = rest.split_at(count);
                rest = tail;
                head
            };
            let best = |of: &[f32]| of.iter().copied().fold(0.0, f32::max);
            Row {
                groups: query.groups.iter().map(|g| best(take(g.terms.len()))).collect(),
                singles: take(query.singles.len()).to_vec(),
                phrase: take(phrases.len()).iter().sum(),
            }
        })
        .collect()
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
    let groups: Vec<usize> = (0..query.groups.len()).filter(|&i| !query.groups[i].empty).collect();
    let owners: Vec<usize> = groups.iter().flat_map(|&i| query.groups[i].terms.iter().map(move |_| i)).collect();
    let finder = Finder::new(groups.iter().flat_map(|&i| &query.groups[i].terms).collect());
    // What matched in a text, and how much of the query that is.
    let look = |text: &str| {
        let mut places: Vec<Range<usize>> = Vec::new();
        let mut found = vec![false; query.groups.len()];
        finder.places(text, |term, bytes, _| {
            found[owners[term]] = true;
            places.push(bytes);
        });
        let worth: f32 = found.iter().zip(rarity).filter(|(f, _)| **f).map(|(_, r)| r).sum();
        (worth, places)
    };
    let ask = Snippet::whole(&question.ask, look(&question.ask).1);
    let texts = std::iter::once(&question.short)
        .chain(question.points.iter().map(|p| &p.text))
        .chain(std::iter::once(&question.answer));
    // A text without any match is shown from its beginning.
    let mut best = (0.0, Vec::new(), &question.short);
    for text in texts {
        let (worth, places) = look(text);
        if worth > best.0 {
            best = (worth, places, text);
        }
    }
    Hit { question, score, ask, snippet: Snippet::around(best.2, best.1) }
}
