//! Which cards a session asks, and in which order.
//!
//! Invariants
//!   Q1  pure: the same bank, cards, moment, wish and seed give the same list
//!   Q2  at most one card of a question (siblings give the answer away)
//!   Q3  `--ids` is obeyed as typed: those questions, that order, whatever the schedule says
//!
//! Otherwise: due cards first, the one most likely forgotten in front; then new ones in bank order,
//! at most ten a day unless the person asked for more (by topic, number or `--only new`); then, if
//! the person asked for more than there is, cards ahead of their day. Within this order topics are
//! interleaved: the same topic does not come twice in a row while another waits close behind.
//! (Learners dislike interleaving; studies find that it works.)
use std::collections::HashSet;

use super::card::CardKey;
use super::card::Form;
use super::card::cards_of;
use super::clock::Moment;
use super::schedule::CardState;
use super::schedule::Cards;
use super::schedule::Grade;
use super::schedule::Scheduler;
use super::schedule::fnv1a;
use crate::bank::model::Bank;
use crate::bank::model::Question;
use crate::base::Rng;

/// New cards a day, unless asked for.
pub const NEW_PER_DAY: usize = 10;
/// Questions in a session, unless asked for.
pub const SESSION_LEN: usize = 10;
/// How far ahead another topic is looked for.
const INTERLEAVE_REACH: usize = 8;

/// How a question is put to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Spoken, ticked by hand.
    SelfGrade,
    /// Typed, matched against the key points.
    Type,
    Choice,
    Multi,
    Cloze,
    Order,
    Predict,
}

impl Asked {
    /// The word in `--json` and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Asked::SelfGrade => "self",
            Asked::Type => "type",
            Asked::Choice => "choice",
            Asked::Multi => "multi",
            Asked::Cloze => "cloze",
            Asked::Order => "order",
            Asked::Predict => "predict",
        }
    }
    /// The opposite of [`Asked::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        use Asked::{Choice, Cloze, Multi, Order, Predict, SelfGrade, Type};
        [SelfGrade, Type, Choice, Multi, Cloze, Order, Predict].into_iter().find(|a| a.name() == name)
    }
    /// How a card of this form is put; open ones as `open`.
    #[must_use]
    fn of(form: Form, open: Asked) -> Self {
        match form {
            Form::Open => open,
            Form::Choice => Asked::Choice,
            Form::Multi => Asked::Multi,
            Form::Cloze => Asked::Cloze,
            Form::Order => Asked::Order,
            Form::Predict => Asked::Predict,
        }
    }
}

/// `--kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KindWish {
    #[default]
    Mixed,
    /// Everything, open questions spoken (`bagu review`).
    MixedSpoken,
    SelfGrade,
    Type,
    /// Choice and multi.
    Choice,
    Cloze,
    Order,
    Predict,
}

impl KindWish {
    fn wants(self, form: Form) -> bool {
        match self {
            KindWish::Mixed | KindWish::MixedSpoken => true,
            KindWish::SelfGrade | KindWish::Type => form == Form::Open,
            KindWish::Choice => matches!(form, Form::Choice | Form::Multi),
            KindWish::Cloze => form == Form::Cloze,
            KindWish::Order => form == Form::Order,
            KindWish::Predict => form == Form::Predict,
        }
    }
    fn open(self) -> Asked {
        match self {
            KindWish::SelfGrade | KindWish::MixedSpoken => Asked::SelfGrade,
            _ => Asked::Type,
        }
    }
}

/// `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnlyWish {
    Due,
    New,
    /// Last answer was 忘了.
    Wrong,
    Leech,
}

/// What the person asked for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Empty: all.
    pub topics: Vec<String>,
    /// Empty: not by id. Else exactly these, in this order.
    pub ids: Vec<String>,
    pub only: Option<OnlyWish>,
    pub kind: KindWish,
    /// `-n`; `None`: [`SESSION_LEN`].
    pub n: Option<usize>,
    pub seed: u64,
}

/// Why a card is in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    Due,
    New,
    /// Before its day, because the person asked for more.
    Ahead,
    /// Named by `--ids` or picked by `--only wrong|leech`.
    Wanted,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub key: CardKey,
    pub topic: String,
    pub asked: Asked,
    pub why: Why,
}

/// A question's best card, with what it is ordered by.
struct Candidate {
    at: usize,
    planned: Planned,
    /// Chance of recall now; 0 for a new card.
    recall: f32,
}

/// The list for a session.
#[must_use]
pub fn plan(bank: &Bank, cards: &Cards, now: Moment, wish: &Wish) -> Vec<Planned> {
    let scheduler = Scheduler::new();
    let picker = Picker { cards, now, wish, scheduler: &scheduler };
    if !wish.ids.is_empty() {
        let named = wish.ids.iter().filter_map(|id| bank.get(id));
        let mut list: Vec<Planned> = named.filter_map(|q| picker.wanted(q)).collect();
        list.truncate(wish.n.unwrap_or(usize::MAX));
        return list;
    }
    let in_topic = |q: &&Question| wish.topics.is_empty() || wish.topics.contains(&q.topic);
    let mut groups: [Vec<Candidate>; 3] = [Vec::new(), Vec::new(), Vec::new()];
    for (at, question) in bank.questions.iter().enumerate().filter(|(_, q)| in_topic(q)) {
        if let Some(candidate) = picker.candidate(at, question) {
            let group = match candidate.planned.why {
                Why::Due | Why::Wanted => 0,
                Why::New => 1,
                Why::Ahead => 2,
            };
            groups[group].push(candidate);
        }
    }
    for group in &mut groups {
        group.sort_by(|a, b| a.recall.total_cmp(&b.recall).then(a.at.cmp(&b.at)));
    }
    let [due, new, ahead] = groups;
    let asked_for_more = wish.n.is_some() || !wish.topics.is_empty() || wish.only == Some(OnlyWish::New);
    let length = wish.n.unwrap_or(SESSION_LEN);
    let fresh = if asked_for_more { usize::MAX } else { NEW_PER_DAY.saturating_sub(new_today(cards, now)) };
    let mut list: Vec<Planned> = due.into_iter().map(|c| c.planned).take(length).collect();
    let room = (length - list.len()).min(fresh);
    let mut new: Vec<Planned> = new.into_iter().map(|c| c.planned).take(room).collect();
    Rng::new(wish.seed).shuffle(&mut new);
    list.extend(new);
    if asked_for_more {
        let room = length - list.len();
        list.extend(ahead.into_iter().map(|c| c.planned).take(room));
    }
    interleave(list)
}

/// Cards answered for the first time on this study day.
#[must_use]
pub fn new_today(cards: &Cards, now: Moment) -> usize {
    cards.values().filter(|c| c.first_day == now.day).count()
}

struct Picker<'a> {
    cards: &'a Cards,
    now: Moment,
    wish: &'a Wish,
    scheduler: &'a Scheduler,
}

impl Picker<'_> {
    /// The cards of a question that the wished kind allows, with their states.
    fn eligible(&self, question: &Question) -> Vec<(CardKey, Option<CardState>)> {
        cards_of(question)
            .into_iter()
            .filter(|k| self.wish.kind.wants(k.form))
            .map(|k| {
                let state = self.cards.get(&k.to_string()).copied();
                (k, state)
            })
            .collect()
    }

    fn planned(&self, question: &Question, key: CardKey, why: Why) -> Planned {
        let asked = Asked::of(key.form, self.wish.kind.open());
        Planned { key, topic: question.topic.clone(), asked, why }
    }

    /// The card for a question that was named: due before new before the rest, else the open one.
    fn wanted(&self, question: &Question) -> Option<Planned> {
        let mut eligible = self.eligible(question);
        if let Some(only) = self.wish.only {
            eligible.retain(|(_, s)| self.passes(only, s.as_ref()));
        }
        let rank = |(key, state): &(CardKey, Option<CardState>)| match state {
            Some(s) if s.is_due(self.now) => 0,
            None if key.form == Form::Open => 1,
            None => 2,
            Some(_) => 3,
        };
        eligible.sort_by_key(rank);
        let (key, _) = eligible.into_iter().next()?;
        Some(self.planned(question, key, Why::Wanted))
    }

    fn passes(&self, only: OnlyWish, state: Option<&CardState>) -> bool {
        match only {
            OnlyWish::Due => state.is_some_and(|s| s.is_due(self.now)),
            OnlyWish::New => state.is_none(),
            OnlyWish::Wrong => state.is_some_and(|s| s.last_grade == Grade::Again),
            OnlyWish::Leech => state.is_some_and(CardState::is_leech),
        }
    }

    /// The one card of a question that may come up, if any.
    fn candidate(&self, at: usize, question: &Question) -> Option<Candidate> {
        let eligible = self.eligible(question);
        let found = match self.wish.only {
            Some(only @ (OnlyWish::Wrong | OnlyWish::Leech | OnlyWish::Due)) => {
                let why = if only == OnlyWish::Due { Why::Due } else { Why::Wanted };
                self.weakest(&eligible, |s| self.passes(only, Some(s))).map(|(k, r)| (k, r, why))
            }
            Some(OnlyWish::New) => {
                // A question is new when none of its cards was ever answered.
                let seen = cards_of(question).iter().any(|k| self.cards.contains_key(&k.to_string()));
                if seen { None } else { self.fresh(&eligible, question) }
            }
            None => self
                .weakest(&eligible, |s| s.is_due(self.now))
                .map(|(k, r)| (k, r, Why::Due))
                .or_else(|| self.fresh_unless_seen_today(&eligible, question))
                .or_else(|| self.weakest(&eligible, |_| true).map(|(k, r)| (k, r, Why::Ahead))),
        };
        let (key, recall, why) = found?;
        Some(Candidate { at, planned: self.planned(question, key, why), recall })
    }

    /// Of the answered cards that `pass`, the one most likely forgotten.
    fn weakest(
        &self,
        eligible: &[(CardKey, Option<CardState>)],
        pass: impl Fn(&CardState) -> bool,
    ) -> Option<(CardKey, f32)> {
        let states = eligible.iter().filter_map(|(k, s)| s.as_ref().filter(|s| pass(s)).map(|s| (k, s)));
        states
            .map(|(k, s)| (k, self.scheduler.retrievability(s, self.now)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(k, r)| (k.clone(), r))
    }

    /// In a mixed list a new card waits when one of its siblings was answered today; who asks for a
    /// kind gets it.
    fn fresh_unless_seen_today(
        &self,
        eligible: &[(CardKey, Option<CardState>)],
        question: &Question,
    ) -> Option<(CardKey, f32, Why)> {
        let today = |k: &CardKey| self.cards.get(&k.to_string()).is_some_and(|s| s.last.day == self.now.day);
        let mixed = matches!(self.wish.kind, KindWish::Mixed | KindWish::MixedSpoken);
        if mixed && cards_of(question).iter().any(today) { None } else { self.fresh(eligible, question) }
    }

    /// Of the new cards: the question itself in half of the cases, else one of its drills, by seed.
    fn fresh(&self, eligible: &[(CardKey, Option<CardState>)], question: &Question) -> Option<(CardKey, f32, Why)> {
        let new: Vec<&CardKey> = eligible.iter().filter(|(_, s)| s.is_none()).map(|(k, _)| k).collect();
        let mut rng = Rng::new(self.wish.seed ^ fnv1a(&question.id));
        let key = match new.as_slice() {
            [] => return None,
            [only] => *only,
            [open, drills @ ..] if open.form == Form::Open => {
                if rng.below(2) == 0 {
                    *open
                } else {
                    drills[rng.below(drills.len() as u32) as usize]
                }
            }
            drills => drills[rng.below(drills.len() as u32) as usize],
        };
        Some((key.clone(), 0.0, Why::New))
    }
}

/// Keeps the order, except that a card of the topic just asked lets the next of another topic pass.
fn interleave(list: Vec<Planned>) -> Vec<Planned> {
    let mut rest: Vec<Planned> = list;
    let mut out: Vec<Planned> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let last = out.last().map(|p| p.topic.as_str());
        let other = rest.iter().take(INTERLEAVE_REACH).position(|p| Some(p.topic.as_str()) != last);
        let next = rest.remove(other.unwrap_or(0));
        out.push(next);
    }
    out
}

/// Topics of the bank in bank order.
#[must_use]
pub fn topics(bank: &Bank) -> Vec<String> {
    let mut seen = HashSet::new();
    bank.questions.iter().map(|q| q.topic.clone()).filter(|t| seen.insert(t.clone())).collect()
}

#[cfg(test)]
mod tests;
