//! A recording with keyframes: the state at any event, forwards or backwards, at the same price.
//!
//! A keyframe is kept every [`STEP`] events, farther apart when the state itself is large (a hundred
//! thousand goroutines): the copies of a recording then weigh about as much as its events, and never
//! farther than [`STEP_MAX`], so that stepping back stays under 16 ms. `at(n)` clones the nearest
//! earlier keyframe and applies what follows.
//!
//! Not done: one distance for all recordings. At 1,024 events a run with 10⁵ goroutines would keep a
//! thousand copies of all of them.
use super::event::{Recording, Seq};
use super::state::State;

/// Events between two keyframes at least.
pub const STEP: usize = 1024;
/// Events between two keyframes at most.
pub const STEP_MAX: usize = 1 << 17;

/// A recording that can be asked for its state at any point.
pub struct Timeline<'a> {
    rec: &'a Recording,
    /// Sorted by `seq`; the first is the state before everything.
    frames: Vec<State>,
}

impl<'a> Timeline<'a> {
    /// Folds the recording once and keeps the keyframes.
    #[must_use]
    pub fn new(rec: &'a Recording) -> Self {
        let mut state = State::new(rec);
        let mut frames = vec![state.clone()];
        let mut next = STEP;
        for (i, e) in (1..).zip(&rec.events) {
            state.apply(e);
            if i == next {
                next += (4 * state.weight()).clamp(STEP, STEP_MAX);
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
        let after = self.frames.partition_point(|f| f.seq as usize <= n);
        let Some(frame) = after.checked_sub(1).and_then(|i| self.frames.get(i)) else {
            return State::new(self.rec);
        };
        let mut state = frame.clone();
        for e in &self.rec.events[frame.seq as usize..n] {
            state.apply(e);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::trace::event::{Event, Kind};
    use crate::trace::fixture::{self, Script};
    use crate::trace::state::Seat;
    use crate::trace::text;

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

    #[test]
    fn keyframes_stand_farther_apart_when_the_state_is_large() {
        let mut s = Script::new(1);
        for g in 1..=20_000 {
            s.create(1, g, "");
        }
        let line = Timeline::new(&s.rec);
        let weight: usize = line.frames.iter().map(State::weight).sum();
        assert!(weight <= line.len(), "{weight} records kept for {} events", line.len());
        assert_eq!(line.at(15_000).gs.len(), 15_001);
        assert_eq!(line.at(u32::MAX), line.at(20_000));
    }

    prop_compose! {
        fn any_event()(
            kind in 0..Kind::ALL.len(), time in any::<u64>(), g in prop_oneof![0..6u32, any::<u32>()],
            a in prop_oneof![0..6u32, any::<u32>()], b in prop_oneof![0..6u64, any::<u64>()],
            cause in any::<u32>(), p in any::<u8>(), m in any::<u8>(), why in 0..8u8, near in any::<bool>(),
        ) -> Event {
            let (p, m) = if near { (p % 3, m % 3) } else { (p, m) };
            Event { time, b, g, a, cause, p, m, kind: Kind::ALL[kind], why }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever a file holds: no panic, and both ways of folding agree.
        #[test]
        fn any_events_are_folded_and_printed(events in prop::collection::vec(any_event(), 0..200), procs in 0..4u16) {
            // A capacity near the bound would make the test slow, not the fold wrong.
            let events = events.into_iter().map(|e| if e.kind == Kind::ChanMake { Event { b: e.b % 9, ..e } } else { e });
            let rec = Recording { events: events.collect(), procs, ..Recording::default() };
            let line = Timeline::new(&rec);
            let mut state = State::new(&rec);
            for (seq, e) in (0..).zip(&rec.events) {
                prop_assert!(text::event_line(&rec, seq).contains(e.kind.name()));
                state.apply(e);
            }
            prop_assert!(line.at(u32::MAX) == state);
            let seated = state.gs.iter().filter(|g| g.seat != Seat::None).count();
            let queued: usize = state.ps.iter().map(|p| p.queue.len() + usize::from(p.runnext.is_some())).sum();
            prop_assert_eq!(seated, queued + state.global.len());
            prop_assert!(text::sched_detail(&state, state.time).len() > state.ps.len());
            let _ = text::dump(&rec, &state);
        }
    }
}
