//! From a grade to the next day: FSRS-6 with one ten-minute step.
//!
//! Invariants
//!   S1  pure: the same card, grade and moment give the same state (the fuzz is seeded by card and
//!       repetition), so that folding the log again gives the stored cards
//!   S2  a better grade never gives an earlier day
//!   S3  a clock that went backwards counts as no time passed; nothing overflows
//!
//! Memory follows the `fsrs` crate (FSRS-6, 21 default weights): stability is the number of days
//! after which recall is 90 % likely, difficulty runs from 1 to 10. Around it stand the habits that
//! users of such tools know: 忘了 comes back after ten minutes, intervals of 2.5 days and more are
//! spread a little so that questions learnt together do not stay together for ever, eight lapses
//! make a leech.
//!
//! Rejected: an own copy of the formulas (they change between FSRS versions, the crate follows them);
//! more than one short step (the FSRS authors advise few and short ones, and none over a day).
//! Sources: the `fsrs` 6.6 documentation; the Anki manual on learning steps, fuzz and leeches.
use std::collections::HashMap;

use fsrs::FSRS;
use fsrs::FSRS6_DEFAULT_DECAY;
use fsrs::MemoryState;
use fsrs::NextStates;
use fsrs::current_retrievability;

use super::clock::Moment;
use crate::base::Rng;

/// The chance of recall at which a card becomes due.
pub const RETENTION: f32 = 0.9;
/// How long after 忘了 a card is asked again.
pub const RELEARN_MS: i64 = 10 * 60 * 1000;
/// Lapses that make a leech, and how many more make it one again.
pub const LEECH_AT: u32 = 8;
pub const LEECH_EVERY: u32 = 4;
/// Longest interval in days. Ten years is longer than any preparation; it keeps dates printable.
pub const LONGEST_DAYS: u32 = 3650;

const MS_PER_DAY: f32 = 86_400_000.0;

/// The person's verdict on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    Again = 1,
    Hard = 2,
    Good = 3,
    Easy = 4,
}

impl Grade {
    pub const ALL: [Grade; 4] = [Grade::Again, Grade::Hard, Grade::Good, Grade::Easy];

    /// 1–4.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
    /// The grade called 1, 2, 3 or 4.
    #[must_use]
    pub fn from_number(n: i64) -> Option<Grade> {
        Self::ALL.into_iter().find(|g| i64::from(g.number()) == n)
    }
    /// What the person reads. 费力 says "right, but with effort": whoever failed must not pick it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Grade::Again => "忘了",
            Grade::Hard => "费力",
            Grade::Good => "记得",
            Grade::Easy => "很轻松",
        }
    }
}

/// When a card wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// From the start of this study day.
    Day(i32),
    /// From this instant (ms since 1970): the ten-minute step.
    At(i64),
}

/// Everything known about a card that was answered at least once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CardState {
    /// Days until recall falls to 90 %.
    pub stability: f32,
    /// 1 easy – 10 hard.
    pub difficulty: f32,
    pub due: Due,
    pub last: Moment,
    /// Study day of the first answer.
    pub first_day: i32,
    pub reps: u32,
    /// Times it was forgotten after having been learnt.
    pub lapses: u32,
    /// In the ten-minute step.
    pub relearning: bool,
    pub last_grade: Grade,
}

impl CardState {
    /// Whether it should be asked now.
    #[must_use]
    pub fn is_due(&self, now: Moment) -> bool {
        match self.due {
            Due::Day(day) => day <= now.day,
            Due::At(ms) => ms <= now.ms,
        }
    }
    /// The study day on which it becomes due.
    #[must_use]
    pub fn due_day(&self) -> i32 {
        match self.due {
            Due::Day(day) => day,
            Due::At(_) => self.last.day,
        }
    }
    /// Forgotten so often that asking again is not the cure.
    #[must_use]
    pub fn is_leech(&self) -> bool {
        self.lapses >= LEECH_AT
    }
    /// True right after the lapse that should be talked about: the 8th, 12th, 16th …
    #[must_use]
    pub fn leech_now(&self) -> bool {
        self.last_grade == Grade::Again
            && self.lapses >= LEECH_AT
            && (self.lapses - LEECH_AT).is_multiple_of(LEECH_EVERY)
    }
}

/// Every card that was answered, by [`super::card::CardKey`] as text.
pub type Cards = HashMap<String, CardState>;

/// The algorithm with its weights.
#[derive(Debug, Clone, Default)]
pub struct Scheduler {
    fsrs: FSRS,
}

impl Scheduler {
    /// FSRS-6 with its default weights.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The state after `grade` was given to card `key` at `at`.
    #[must_use]
    pub fn next(&self, key: &str, before: Option<&CardState>, grade: Grade, at: Moment) -> CardState {
        let elapsed = before.map_or(0, |b| at.day.saturating_sub(b.last.day).max(0));
        let memory = before.map(|b| MemoryState { stability: b.stability, difficulty: b.difficulty });
        let (memory, interval) = self.step(memory, grade, elapsed.unsigned_abs());
        let reps = before.map_or(0, |b| b.reps).saturating_add(1);
        let lapsed = grade == Grade::Again && before.is_some_and(|b| !b.relearning);
        let due = if grade == Grade::Again {
            Due::At(at.ms.saturating_add(RELEARN_MS))
        } else {
            Due::Day(at.day.saturating_add(fuzzed(interval, key, reps).cast_signed()))
        };
        CardState {
            stability: memory.stability,
            difficulty: memory.difficulty,
            due,
            last: at,
            first_day: before.map_or(at.day, |b| b.first_day),
            reps,
            lapses: before.map_or(0, |b| b.lapses) + u32::from(lapsed),
            relearning: grade == Grade::Again,
            last_grade: grade,
        }
    }

    /// Memory and exact interval in days after a grade, before rounding and fuzz.
    #[must_use]
    pub fn step(&self, memory: Option<MemoryState>, grade: Grade, elapsed_days: u32) -> (MemoryState, f32) {
        let sane = memory.filter(|m| m.stability.is_finite() && m.difficulty.is_finite());
        let states =
            self.fsrs.next_states(sane, RETENTION, elapsed_days).or_else(|_| self.fsrs.next_states(None, RETENTION, 0));
        match states {
            Ok(states) => pick(&states, grade),
            // The default weights give finite numbers for a new card; a day is a safe answer.
            Err(_) => (MemoryState { stability: 1.0, difficulty: 5.0 }, 1.0),
        }
    }

    /// The chance, 0–1, that the answer is still known at `now`.
    #[must_use]
    pub fn retrievability(&self, card: &CardState, now: Moment) -> f32 {
        let days = (now.ms.saturating_sub(card.last.ms)).max(0) as f32 / MS_PER_DAY;
        let memory = MemoryState { stability: card.stability, difficulty: card.difficulty };
        current_retrievability(memory, days, FSRS6_DEFAULT_DECAY)
    }
}

fn pick(states: &NextStates, grade: Grade) -> (MemoryState, f32) {
    let state = match grade {
        Grade::Again => &states.again,
        Grade::Hard => &states.hard,
        Grade::Good => &states.good,
        Grade::Easy => &states.easy,
    };
    (state.memory, state.interval)
}

/// Whole days: rounded, at least 1, spread by the seeded fuzz.
fn fuzzed(interval: f32, key: &str, reps: u32) -> u32 {
    let interval = interval.clamp(1.0, LONGEST_DAYS as f32);
    let plain = interval.round() as u32;
    if interval < 2.5 {
        return plain;
    }
    let spread = 1.0
        + 0.15 * (interval.min(7.0) - 2.5)
        + 0.10 * (interval.min(20.0) - 7.0).max(0.0)
        + 0.05 * (interval - 20.0).max(0.0);
    let low = ((interval - spread).round() as u32).max(2);
    let high = ((interval + spread).round() as u32).min(LONGEST_DAYS).max(low);
    // One fraction per (card, repetition), the same for every grade: keeps S2.
    let fraction = Rng::new(fnv1a(key) ^ u64::from(reps)).below(1 << 16) as f32 / 65_536.0;
    low + ((high - low + 1) as f32 * fraction) as u32
}

/// FNV-1a, 64 bit: a hash that stays the same in every release.
#[must_use]
pub fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests;
