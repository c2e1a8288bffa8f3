//! Figures for `bagu` and `bagu stats`.
//!
//! Counted per question where a person thinks in questions (seen, due, wrong), per card where the
//! schedule does (lapses). Retention is measured, not predicted: of the answers to cards that were due
//! after at least one day, the share that was not 忘了.
use std::collections::BTreeMap;
use std::collections::HashMap;

use super::card::cards_of;
use super::clock::Moment;
use super::queue;
use super::schedule::Cards;
use super::schedule::Grade;
use super::schedule::Scheduler;
use super::session::overtime;
use super::store::Reviewed;
use crate::bank::model::Bank;
use crate::bank::model::Question;

/// Counts over some questions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    pub questions: usize,
    /// Questions of which some card was answered.
    pub seen: usize,
    /// Questions with a card that is due now.
    pub due: usize,
    /// Questions with a card whose last answer was 忘了.
    pub wrong: usize,
    /// Questions with a card that was forgotten eight times or more.
    pub leech: usize,
    /// Mean chance of recall now over the seen questions, each by its weakest card; 0–1.
    pub recall: Option<f32>,
}

impl Counts {
    /// Questions never asked.
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.questions - self.seen
    }
}

/// State of one question over its cards.
#[expect(clippy::struct_excessive_bools, reason = "four independent facts, asked for one at a time")]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct QuestionState {
    pub seen: bool,
    pub due: bool,
    pub wrong: bool,
    pub leech: bool,
    /// Chance of recall of the weakest card.
    pub recall: Option<f32>,
    /// Earliest study day on which a card is due.
    pub due_day: Option<i32>,
}

/// The state of a question over all its cards.
#[must_use]
pub fn question_state(question: &Question, cards: &Cards, scheduler: &Scheduler, now: Moment) -> QuestionState {
    let mut state = QuestionState::default();
    for card in cards_of(question).iter().filter_map(|k| cards.get(&k.to_string())) {
        let recall = scheduler.retrievability(card, now);
        state.seen = true;
        state.due |= card.is_due(now);
        state.wrong |= card.last_grade == Grade::Again;
        state.leech |= card.is_leech();
        state.recall = Some(state.recall.map_or(recall, |r| r.min(recall)));
        state.due_day = Some(state.due_day.map_or(card.due_day(), |d| d.min(card.due_day())));
    }
    state
}

/// Counts over all questions, and per topic in bank order.
#[must_use]
pub fn counts(bank: &Bank, cards: &Cards, now: Moment) -> (Counts, Vec<(String, Counts)>) {
    let scheduler = Scheduler::new();
    let mut all = Counts::default();
    let mut topics: Vec<(String, Counts)> = queue::topics(bank).into_iter().map(|t| (t, Counts::default())).collect();
    let mut recalls: HashMap<String, Vec<f32>> = HashMap::new();
    for question in &bank.questions {
        let state = question_state(question, cards, &scheduler, now);
        let of_topic = topics.iter_mut().find(|(t, _)| *t == question.topic).map(|(_, c)| c);
        for counts in of_topic.into_iter().chain([&mut all]) {
            counts.questions += 1;
            counts.seen += usize::from(state.seen);
            counts.due += usize::from(state.due);
            counts.wrong += usize::from(state.wrong);
            counts.leech += usize::from(state.leech);
        }
        if let Some(recall) = state.recall {
            recalls.entry(question.topic.clone()).or_default().push(recall);
        }
    }
    for (topic, counts) in &mut topics {
        counts.recall = recalls.get(topic).and_then(|r| mean(r));
    }
    all.recall = mean(&recalls.into_values().flatten().collect::<Vec<_>>());
    (all, topics)
}

fn mean(values: &[f32]) -> Option<f32> {
    (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
}

/// What the log says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub reviews: usize,
    /// Answers by grade 1–4.
    pub grades: [usize; 4],
    pub seconds: f64,
    /// Answers that took longer than their limit.
    pub overtime: usize,
    /// Answers by study day.
    pub days: BTreeMap<i32, usize>,
    /// Answers to cards a day old or more: all, and those not forgotten.
    pub retention: (usize, usize),
}

impl History {
    /// Folds reviews, oldest first.
    #[must_use]
    pub fn of<'a>(reviews: impl IntoIterator<Item = &'a Reviewed>) -> Self {
        let mut history = Self::default();
        let mut last_day: HashMap<&str, i32> = HashMap::new();
        for review in reviews {
            history.reviews += 1;
            history.grades[usize::from(review.grade.number()) - 1] += 1;
            history.seconds += review.seconds;
            history.overtime += usize::from(overtime(review.seconds, review.limit_s));
            *history.days.entry(review.at.day).or_default() += 1;
            let before = last_day.insert(review.card.as_str(), review.at.day);
            if before.is_some_and(|day| day < review.at.day) {
                history.retention.0 += 1;
                history.retention.1 += usize::from(review.grade != Grade::Again);
            }
        }
        history
    }

    /// Days in a row with at least one answer, up to today or yesterday.
    #[must_use]
    pub fn streak(&self, today: i32) -> usize {
        let from = if self.days.contains_key(&today) { today } else { today - 1 };
        let days = self.days.range(..=from).rev().zip(0..);
        days.take_while(|((day, _), back)| **day == from - back).count()
    }
}

/// Topics to work on: seen ones with the most wrong and lowest recall first, at most `n`.
#[must_use]
pub fn weak_topics(topics: &[(String, Counts)], n: usize) -> Vec<&(String, Counts)> {
    let mut weak: Vec<&(String, Counts)> =
        topics.iter().filter(|(_, c)| c.seen > 0 && (c.wrong > 0 || c.recall.is_some_and(|r| r < 0.9))).collect();
    let share = |c: &Counts| c.wrong as f32 / c.seen as f32;
    weak.sort_by(|(_, a), (_, b)| {
        share(b).total_cmp(&share(a)).then(a.recall.unwrap_or(1.0).total_cmp(&b.recall.unwrap_or(1.0)))
    });
    weak.truncate(n);
    weak
}

#[cfg(test)]
mod tests;
