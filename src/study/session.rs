//! A quiz session as a state machine. Time is passed in; nothing is printed, read or stored here.
//!
//! ```text
//!            next()            answer()/peek()            graded()
//!   Ready ───────────▶ Asking ────────────────▶ Judging ───────────▶ Ready … ▶ Over
//!                      │  ▲  ▲                   │   │
//!                skip()│  │  └──── again() ──────┘   │ toggle()
//!                      ▼  └ undo() of the answer before (from Asking or Over)
//!                    Ready
//! ```
//!
//! Invariants
//!   N1  an answer enters [`Session::done`] only by [`Session::graded`], which the command line calls
//!       after the store has committed it
//!   N2  time limits never end an answer; the session's limit is looked at between questions only
//!   N3  seconds of an answer run from the question being shown to the answer being given; thinking
//!       about the grade is not counted
//!   N4  an answer 忘了 comes back once, when its ten minutes are over and everything else was asked
use serde::Deserialize;
use serde::Serialize;

use super::card::CardKey;
use super::card::Form;
use super::grade::Help;
use super::grade::drill::Outcome;
use super::grade::points::Sheet;
use super::queue::Asked;
use super::queue::Planned;
use super::schedule::Grade;
use super::schedule::RELEARN_MS;
use super::schedule::fnv1a;
use super::store::Recorded;
use super::store::Review;
use crate::bank::model::Bank;
use crate::bank::model::Drill;
use crate::bank::model::Question;

/// What is stored of a session so that it can be continued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub seed: u64,
    /// Seconds for every question; `None`: each question's own limit.
    pub per_s: Option<u32>,
    /// Minutes for the whole session.
    pub minutes: Option<u32>,
    pub items: Vec<PlanItem>,
}

/// One question of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// [`CardKey`] as text.
    pub card: String,
    /// [`Asked::name`].
    pub asked: String,
}

impl Plan {
    /// A plan for a list of cards.
    #[must_use]
    pub fn new(list: &[Planned], seed: u64, per_s: Option<u32>, minutes: Option<u32>) -> Self {
        let item = |p: &Planned| PlanItem { card: p.key.to_string(), asked: p.asked.name().to_owned() };
        Self { seed, per_s, minutes, items: list.iter().map(item).collect() }
    }

    /// The form in which the store keeps it.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Numbers and strings only: cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Plan::to_text`] wrote.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn from_text(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }
}

/// One question to ask.
#[derive(Debug, Clone)]
pub struct Item<'b> {
    pub key: CardKey,
    pub asked: Asked,
    pub question: &'b Question,
    /// `None` for an open question.
    pub drill: Option<&'b Drill>,
    pub limit_s: u32,
    /// Shuffles options and steps; the same in a continued session.
    pub seed: u64,
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Between two questions.
    Ready,
    Asking,
    Judging,
    Over(Over),
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Everything was asked.
    Finished,
    /// The session's minutes are used up.
    TimeUp,
    /// The person left.
    Quit,
}

/// The judgement that waits for a grade.
#[derive(Debug, Clone)]
pub struct Judging {
    pub seconds: f64,
    pub help: Help,
    pub answer: String,
    /// How it was answered in the end: a typed question answered by an empty line was spoken.
    pub asked: Asked,
    pub verdict: Verdict,
}

/// What was found in the answer.
#[derive(Debug, Clone)]
pub enum Verdict {
    Open(Sheet),
    Drill(Outcome),
}

/// A graded answer.
#[derive(Debug, Clone)]
pub struct Done<'b> {
    pub item: Item<'b>,
    pub review: Review,
    pub recorded: Recorded,
    /// It was the second time in this session.
    pub repeat: bool,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    item: usize,
    /// Stopwatch time from which it may be asked; only repeats wait.
    from_ms: u64,
    repeat: bool,
}

/// A running session.
#[derive(Debug)]
pub struct Session<'b> {
    items: Vec<Item<'b>>,
    queue: Vec<Slot>,
    current: Option<Slot>,
    shown_ms: u64,
    help: Help,
    judging: Option<Judging>,
    done: Vec<Done<'b>>,
    skipped: Vec<usize>,
    over: Option<Over>,
    minutes: Option<u32>,
    /// Time used before a continued session went on.
    spent_ms: u64,
    /// Answers given before a continued session went on.
    answered_before: usize,
    number: Option<i64>,
}

impl<'b> Session<'b> {
    /// A session over a plan. Cards that the bank no longer has are left out; `answered` are the
    /// keys of cards that were graded before the session was interrupted, with the seconds used.
    #[must_use]
    pub fn new(plan: &Plan, bank: &'b Bank, answered: &[(String, f64)]) -> Self {
        let mut items = Vec::new();
        for planned in &plan.items {
            if !answered.iter().any(|(card, _)| *card == planned.card) {
                items.extend(item(plan, planned, bank));
            }
        }
        let queue = (0..items.len()).map(|item| Slot { item, from_ms: 0, repeat: false }).collect();
        let spent: f64 = answered.iter().map(|(_, seconds)| seconds).sum();
        Self {
            items,
            queue,
            current: None,
            shown_ms: 0,
            help: Help::default(),
            judging: None,
            done: Vec::new(),
            skipped: Vec::new(),
            over: None,
            minutes: plan.minutes,
            spent_ms: (spent.max(0.0) * 1000.0) as u64,
            answered_before: answered.len(),
            number: None,
        }
    }

    /// Says under which number the store knows this session.
    pub fn set_number(&mut self, number: i64) {
        self.number = Some(number);
    }
    /// The number given by the store.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        self.number
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match (self.over, self.current, &self.judging) {
            (Some(over), _, _) => Phase::Over(over),
            (None, Some(_), Some(_)) => Phase::Judging,
            (None, Some(_), None) => Phase::Asking,
            (None, None, _) => Phase::Ready,
        }
    }

    /// Goes to the next question and starts its clock; `None` when the session is over.
    pub fn next(&mut self, now_ms: u64) -> Option<&Item<'b>> {
        if self.over.is_none() && self.left_ms(now_ms) == Some(0) {
            self.over = Some(Over::TimeUp);
        }
        if self.over.is_some() {
            return None;
        }
        if self.current.is_none() {
            let ready = self.queue.iter().position(|s| s.from_ms <= now_ms);
            let Some(at) = ready else {
                self.over = Some(Over::Finished);
                return None;
            };
            self.current = Some(self.queue.remove(at));
            self.help = Help::default();
        }
        self.judging = None;
        self.shown_ms = now_ms;
        self.item()
    }

    /// The question being asked or judged.
    #[must_use]
    pub fn item(&self) -> Option<&Item<'b>> {
        self.items.get(self.current?.item)
    }
    /// The judgement that waits for a grade.
    #[must_use]
    pub fn judging(&self) -> Option<&Judging> {
        self.judging.as_ref()
    }
    /// Graded answers of this run, oldest first.
    #[must_use]
    pub fn done(&self) -> &[Done<'b>] {
        &self.done
    }
    /// Answers given before this session was continued.
    #[must_use]
    pub fn answered_before(&self) -> usize {
        self.answered_before
    }
    /// Questions in this run.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// Nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// First-time answers so far, skipped ones included.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.done.iter().filter(|d| !d.repeat).count() + self.skipped.len()
    }
    /// Questions not yet graded, skipped ones included, the present one too.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        let current = self.current.is_some_and(|s| !s.repeat);
        self.queue.iter().filter(|s| !s.repeat).count() + self.skipped.len() + usize::from(current)
    }
    /// Number of skipped questions.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped.len()
    }
    /// This is the second time the present question is asked.
    #[must_use]
    pub fn is_repeat(&self) -> bool {
        self.current.is_some_and(|s| s.repeat)
    }
    /// Help taken with the present question.
    #[must_use]
    pub fn help(&self) -> Help {
        self.help
    }

    /// Milliseconds left for the whole session; `None` without a limit.
    #[must_use]
    pub fn left_ms(&self, now_ms: u64) -> Option<u64> {
        let limit = u64::from(self.minutes?) * 60_000;
        Some(limit.saturating_sub(self.spent_ms + now_ms))
    }

    /// Takes a hint; returns which one (1, 2, …).
    pub fn hint(&mut self) -> u8 {
        self.help.hints = self.help.hints.saturating_add(1);
        self.help.hints
    }

    /// The person looks at the answer instead of giving one.
    pub fn peek(&mut self, now_ms: u64) {
        self.help.peeked = true;
        let Some(item) = self.item() else { return };
        let verdict = match item.drill {
            None => Verdict::Open(Sheet::blank(item.question)),
            Some(_) => Verdict::Drill(Outcome {
                score: super::grade::drill::Score::Wrong,
                hit: vec![],
                missed: vec![],
                wrong: vec![],
            }),
        };
        let asked = item.asked;
        self.answer(String::new(), asked, verdict, now_ms);
    }

    /// An answer was given and judged.
    pub fn answer(&mut self, answer: String, asked: Asked, verdict: Verdict, now_ms: u64) {
        let seconds = now_ms.saturating_sub(self.shown_ms) as f64 / 1000.0;
        self.judging = Some(Judging { seconds, help: self.help, answer, asked, verdict });
    }

    /// Back from judging to answering the same question; its clock starts anew.
    pub fn again(&mut self, now_ms: u64) {
        self.judging = None;
        self.shown_ms = now_ms;
    }

    /// Turns a line of the check list round. False when there is no such line.
    pub fn toggle(&mut self, number: usize) -> bool {
        match self.judging.as_mut().map(|j| &mut j.verdict) {
            Some(Verdict::Open(sheet)) => sheet.toggle(number),
            _ => false,
        }
    }

    /// The grade the machine suggests; 忘了 while nothing is judged.
    #[must_use]
    pub fn suggested(&self) -> Grade {
        match (&self.judging, self.item()) {
            (Some(j), Some(item)) => match &j.verdict {
                Verdict::Open(sheet) => sheet.suggest(item.question, j.help),
                Verdict::Drill(outcome) => outcome.score.suggest(j.help),
            },
            _ => Grade::Again,
        }
    }

    /// The review to store for a grade; `None` while nothing is judged.
    #[must_use]
    pub fn review(&self, grade: Grade) -> Option<Review> {
        let (judging, item) = (self.judging.as_ref()?, self.item()?);
        let (hit, missed, wrong) = match &judging.verdict {
            Verdict::Open(sheet) => (
                sheet.sentences(item.question, true),
                sheet.sentences(item.question, false),
                sheet.wrong_sentences(item.question),
            ),
            Verdict::Drill(o) => (o.hit.clone(), o.missed.clone(), o.wrong.clone()),
        };
        Some(Review {
            card: item.key.to_string(),
            asked: judging.asked.name().to_owned(),
            grade,
            suggested: self.suggested(),
            seconds: judging.seconds,
            limit_s: item.limit_s,
            hints: judging.help.hints,
            peeked: judging.help.peeked,
            answer: judging.answer.clone(),
            hit,
            missed,
            wrong,
            session: self.number,
        })
    }

    /// The store has committed the review of the present question.
    pub fn graded(&mut self, review: Review, recorded: Recorded, now_ms: u64) {
        let Some(slot) = self.current.take() else { return };
        self.judging = None;
        if review.grade == Grade::Again && !slot.repeat {
            let from_ms = now_ms + RELEARN_MS.unsigned_abs();
            self.queue.push(Slot { from_ms, repeat: true, ..slot });
        }
        let item = self.items[slot.item].clone();
        self.done.push(Done { item, review, recorded, repeat: slot.repeat });
    }

    /// Leaves the present question unanswered.
    pub fn skip(&mut self) {
        if let Some(slot) = self.current.take() {
            self.judging = None;
            if !slot.repeat {
                self.skipped.push(slot.item);
            }
        }
    }

    /// The store has taken back the last answer: it is asked again, then the present question.
    /// Returns the answer taken back.
    pub fn undo(&mut self) -> Option<Done<'b>> {
        let done = self.done.pop()?;
        let item = self.items.iter().position(|i| i.key == done.item.key)?;
        if let Some(slot) = self.current.take() {
            self.queue.insert(0, slot);
        }
        self.queue.retain(|s| !(s.repeat && s.item == item));
        self.queue.insert(0, Slot { item, from_ms: 0, repeat: done.repeat });
        self.judging = None;
        self.over = None;
        Some(done)
    }

    /// The person leaves.
    pub fn quit(&mut self) {
        self.over.get_or_insert(Over::Quit);
    }
}

fn item<'b>(plan: &Plan, planned: &PlanItem, bank: &'b Bank) -> Option<Item<'b>> {
    let key: CardKey = planned.card.parse().ok()?;
    let asked = Asked::from_name(&planned.asked)?;
    let question = bank.get(&key.question)?;
    let drill = key.drill(question);
    if drill.is_none() && key.form != Form::Open {
        return None;
    }
    let limit_s = plan.per_s.unwrap_or(question.limit_s);
    Some(Item { seed: plan.seed ^ fnv1a(&planned.card), key, asked, question, drill, limit_s })
}

/// Did an answer take longer than allowed? From the moment on at which [`Alarm::QuestionUp`] says so.
#[must_use]
pub fn overtime(seconds: f64, limit_s: u32) -> bool {
    limit_s > 0 && seconds >= f64::from(limit_s)
}

/// When to speak about the clock while a question is being answered, in ms after it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// 30 seconds are left for this question.
    Question30,
    QuestionUp,
    /// A minute is left for the session.
    Session60,
    SessionUp,
}

/// The alarms of one question, earliest first. A limit under a minute has no warning before it.
#[must_use]
pub fn alarms(limit_s: u32, session_left_ms: Option<u64>) -> Vec<(u64, Alarm)> {
    let limit_ms = u64::from(limit_s) * 1000;
    let mut alarms = Vec::new();
    if limit_ms >= 60_000 {
        alarms.push((limit_ms - 30_000, Alarm::Question30));
    }
    if limit_ms > 0 {
        alarms.push((limit_ms, Alarm::QuestionUp));
    }
    if let Some(left) = session_left_ms.filter(|l| *l > 0) {
        if left > 60_000 {
            alarms.push((left - 60_000, Alarm::Session60));
        }
        alarms.push((left, Alarm::SessionUp));
    }
    alarms.sort_by_key(|(at, _)| *at);
    alarms
}

#[cfg(test)]
mod tests;
