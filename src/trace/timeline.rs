//! A recording with keyframes: the state at any event, forwards or backwards, at the same price.
//!
//! A keyframe every [`STEP`] events is kept; `at(n)` clones the nearest earlier one and applies at
//! most `STEP - 1` events.
use super::event::{Recording, Seq};
use super::state::State;

/// Events between two keyframes.
pub const STEP: usize = 1024;

/// A recording that can be asked for its state at any point.
pub struct Timeline<'a> {
    rec: &'a Recording,
    frames: Vec<State>,
}

impl<'a> Timeline<'a> {
    /// Folds the recording once and keeps the keyframes.
    #[must_use]
    pub fn new(rec: &'a Recording) -> Self {
        let mut state = State::new(rec);
        let mut frames = vec![state.clone()];
        for (i, e) in rec.events.iter().enumerate() {
            state.apply(e);
            if (i + 1) % STEP == 0 {
                frames.push(state.clone());
            }
        }
        Self { rec, frames }
    }

    /// The recording.
    #[must_use]
    pub fn recording(&self) -> &'a Recording {
        self.rec
    }

    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rec.events.len()
    }

    /// True when nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rec.events.is_empty()
    }

    /// The state after the first `n` events (all of them when `n` is larger).
    #[must_use]
    pub fn at(&self, n: Seq) -> State {
        let n = (n as usize).min(self.len());
        let frame = (n / STEP).min(self.frames.len() - 1);
        let mut state = self.frames[frame].clone();
        for e in &self.rec.events[frame * STEP..n] {
            state.apply(e);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;

    #[test]
    fn stepping_back_equals_replay_from_the_start() {
        let rec = fixture::ping_pong(900);
        let line = Timeline::new(&rec);
        assert!(line.frames.len() > 3, "{} events", line.len());
        let mut forward = vec![State::new(&rec)];
        for e in &rec.events {
            let mut next = forward.last().cloned().unwrap_or_default();
            next.apply(e);
            forward.push(next);
        }
        for n in (0..=line.len()).rev() {
            assert_eq!(line.at(n as Seq), forward[n], "at {n}");
        }
        assert_ne!(line.at(3), line.at(4), "the states differ at all");
    }
}
