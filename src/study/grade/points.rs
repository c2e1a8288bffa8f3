//! Key points said and wrong claims made in a typed answer.
use std::ops::Range;

use super::Help;
use super::reading::Place;
use super::reading::Reading;
use crate::bank::model::Point;
use crate::bank::model::Question;
use crate::base::text::Norm;
use crate::study::schedule::Grade;

/// Share of the points, in per cent, from which a complete answer is 记得 and not 费力.
pub const GOOD_FROM_PERCENT: usize = 75;
/// Longest answer that is read, in characters; the rest is kept but not matched.
pub const ANSWER_MAX: usize = 20_000;

/// One line of the interviewer's check list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    pub said: bool,
    /// Byte ranges of the answer that showed it.
    pub words: Vec<Range<usize>>,
}

/// A wrong claim that the answer makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its place among the question's `wrongs`.
    pub wrong: usize,
    pub words: Vec<Range<usize>>,
    /// The person struck it out: "that is not what I meant".
    pub dropped: bool,
}

/// The judgement on an open answer. `ticks` has one entry per point of the question, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    pub ticks: Vec<Tick>,
    pub claims: Vec<Claimed>,
}

impl Sheet {
    /// Matches a typed answer.
    #[must_use]
    pub fn typed(question: &Question, answer: &str) -> Self {
        let end = answer.char_indices().nth(ANSWER_MAX).map_or(answer.len(), |(at, _)| at);
        let reading = Reading::new(&answer[..end]);
        let ticks = question.points.iter().map(|p| tick(&reading, p)).collect();
        let claims = question
            .wrongs
            .iter()
            .enumerate()
            .filter_map(|(wrong, w)| {
                // The claim word for word counts as well, whatever the bank lists.
                let itself = || claim(&reading, &[Norm::new(&w.text)]);
                let words = w.any.iter().find_map(|phrase| claim(&reading, &parts(phrase))).or_else(itself)?;
                Some(Claimed { wrong, words, dropped: false })
            })
            .collect();
        Self { ticks, claims }
    }

    /// A spoken answer: every point counts as said until the person strikes it out.
    #[must_use]
    pub fn spoken(question: &Question) -> Self {
        let said = Tick { said: true, words: Vec::new() };
        Self { ticks: vec![said; question.points.len()], claims: Vec::new() }
    }

    /// Nothing said, as after a peek.
    #[must_use]
    pub fn blank(question: &Question) -> Self {
        let silent = Tick { said: false, words: Vec::new() };
        Self { ticks: vec![silent; question.points.len()], claims: Vec::new() }
    }

    /// Turns the tick of point `number` (from 1) round; numbers behind the points turn the wrong
    /// claims. False when there is no such line.
    pub fn toggle(&mut self, number: usize) -> bool {
        let Some(at) = number.checked_sub(1) else { return false };
        if let Some(tick) = self.ticks.get_mut(at) {
            tick.said = !tick.said;
            true
        } else if let Some(claim) = self.claims.get_mut(at - self.ticks.len()) {
            claim.dropped = !claim.dropped;
            true
        } else {
            false
        }
    }

    /// The grade the rule gives: a missed `must` or a wrong claim → 1; fewer than three quarters of
    /// the points → 2; else 3. Help taken caps it.
    #[must_use]
    pub fn suggest(&self, question: &Question, help: Help) -> Grade {
        let missed_must = question.points.iter().zip(&self.ticks).any(|(p, t)| p.must && !t.said);
        let said = self.said();
        let grade = if missed_must || self.claims.iter().any(|c| !c.dropped) || (said == 0 && !self.ticks.is_empty()) {
            Grade::Again
        } else if said * 100 < GOOD_FROM_PERCENT * self.ticks.len() {
            Grade::Hard
        } else {
            Grade::Good
        };
        help.cap(grade)
    }

    /// Number of points said.
    #[must_use]
    pub fn said(&self) -> usize {
        self.ticks.iter().filter(|t| t.said).count()
    }

    /// Sentences of the points said (`true`) or missed.
    #[must_use]
    pub fn sentences(&self, question: &Question, said: bool) -> Vec<String> {
        let pairs = question.points.iter().zip(&self.ticks);
        pairs.filter(|(_, t)| t.said == said).map(|(p, _)| p.text.clone()).collect()
    }

    /// Sentences of the wrong claims that stand.
    #[must_use]
    pub fn wrong_sentences(&self, question: &Question) -> Vec<String> {
        let standing = self.claims.iter().filter(|c| !c.dropped);
        standing.filter_map(|c| question.wrongs.get(c.wrong)).map(|w| w.text.clone()).collect()
    }
}

fn tick(reading: &Reading, point: &Point) -> Tick {
    match point.any.iter().find_map(|phrase| said(reading, phrase)) {
        Some(words) => Tick { said: true, words },
        None => Tick { said: false, words: Vec::new() },
    }
}

fn parts(phrase: &str) -> Vec<Norm> {
    phrase.split(['+', '＋']).map(Norm::new).filter(|n| !n.is_empty()).collect()
}

/// A point's phrase: every part is meant somewhere. Where in the answer does not matter: people
/// enumerate, and a tick can be turned round.
fn said(reading: &Reading, phrase: &str) -> Option<Vec<Range<usize>>> {
    let parts = parts(phrase);
    let mut words = Vec::new();
    for part in &parts {
        words.push(reading.source(reading.meant(part).first()?));
    }
    (!words.is_empty()).then_some(words)
}

/// A wrong claim's phrase: its parts are meant in one statement that asserts. Stricter than a point,
/// because 「读返回零值，写会 panic」 must not become 「读会 panic」.
fn claim(reading: &Reading, parts: &[Norm]) -> Option<Vec<Range<usize>>> {
    let (anchor, others) = parts.split_last()?;
    let places = reading.meant(anchor);
    let asserted = places.iter().filter(|p| !reading.asked(p));
    'anchors: for place in asserted {
        let mut words = vec![reading.source(place)];
        for part in others {
            let near = |p: &&Place| reading.together(p, place) && !reading.asked(p);
            match reading.meant(part).iter().find(near) {
                Some(p) => words.push(reading.source(p)),
                None => continue 'anchors,
            }
        }
        words.sort_by_key(|w| w.start);
        return Some(words);
    }
    None
}
