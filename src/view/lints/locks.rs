//! Locks held by sleepers, and wake-ups for nothing.
use std::collections::HashMap;

use super::{LOCK_NS, Lint, NOTHING_MIN, worst};
use crate::trace::event::{Event, Kind, Recording, Seq, WaitReason};
use crate::trace::state::{State, Status};
use crate::trace::text::time;
use crate::view::explain::{waits_for, who};

/// A lock on the way.
#[derive(Default)]
struct Lock {
    holder: Option<u32>,
    /// The holder sleeps since, for this reason and object, told by this event.
    sleeps: Option<(Seq, WaitReason, u32)>,
    waiters: Vec<u32>,
    /// Since when both hold: the holder sleeps and somebody waits.
    since: Option<u64>,
}

/// A goroutine that was woken and has done nothing since.
#[derive(Clone, Copy, Default)]
struct Woken {
    fresh: bool,
    reason: WaitReason,
    object: u32,
}

#[derive(Default)]
struct Watch {
    locks: HashMap<u32, Lock>,
    held: HashMap<u32, Vec<u32>>,
    found: Vec<Lint>,
    woken: Vec<Woken>,
    nothing: HashMap<(u8, u32), (usize, u32, Seq)>,
}

pub(super) fn find(rec: &Recording) -> Vec<Lint> {
    let uses = |k: Kind| matches!(k, Kind::LockAcquire | Kind::GoReady);
    if !rec.events.iter().any(|e| uses(e.kind)) {
        return vec![];
    }
    let mut state = State::new(rec);
    let mut w = Watch::default();
    for (seq, e) in (0..).zip(&rec.events) {
        w.nothing(&state, seq, e);
        w.lock(rec, &state, seq, e);
        state.apply(e);
    }
    let end = state.time;
    let open: Vec<u32> = w.locks.iter().filter(|(_, l)| l.since.is_some()).map(|(id, _)| *id).collect();
    for id in open {
        w.close(rec, &state, id, end);
    }
    let mut all = worst(w.found);
    let of_nothing = |((why, object), (n, g, seq)): ((u8, u32), (usize, u32, Seq))| {
        let what = waits_for(rec, WaitReason::from_u8(why), object);
        let text = format!("#{object} 上有 {n} 次白白叫醒：醒来什么也没做，又{what}（最近是 {}）", who(rec, &state, g));
        Lint { rule: "woken-for-nothing", g, seq, n: n as u64, text }
    };
    let nothing = std::mem::take(&mut w.nothing);
    all.extend(worst(nothing.into_iter().filter(|(_, (n, ..))| *n >= NOTHING_MIN).map(of_nothing).collect()));
    all
}

fn locks_wait(reason: WaitReason) -> bool {
    matches!(reason, WaitReason::MutexLock | WaitReason::RWMutexLock | WaitReason::RWMutexRLock)
}

impl Watch {
    fn lock(&mut self, rec: &Recording, state: &State, seq: Seq, e: &Event) {
        match e.kind {
            Kind::LockAcquire => {
                let lock = self.locks.entry(e.a).or_default();
                lock.holder = Some(e.g);
                lock.waiters.retain(|&g| g != e.g);
                self.held.entry(e.g).or_default().push(e.a);
            }
            Kind::LockRelease => {
                self.close(rec, state, e.a, e.time);
                let Some(lock) = self.locks.get_mut(&e.a) else { return };
                lock.sleeps = None;
                if let Some(held) = lock.holder.take().and_then(|g| self.held.get_mut(&g)) {
                    held.retain(|&id| id != e.a);
                }
            }
            Kind::GoPark => {
                let reason = WaitReason::from_u8(e.why);
                for id in self.held.get(&e.g).cloned().unwrap_or_default() {
                    if let Some(lock) = self.locks.get_mut(&id) {
                        lock.sleeps = Some((seq, reason, e.a));
                        lock.since = (!lock.waiters.is_empty()).then_some(e.time);
                    }
                }
                if locks_wait(reason) {
                    let lock = self.locks.entry(e.a).or_default();
                    lock.waiters.push(e.g);
                    if lock.sleeps.is_some() {
                        lock.since.get_or_insert(e.time);
                    }
                }
            }
            Kind::GoReady => {
                for id in self.held.get(&e.a).cloned().unwrap_or_default() {
                    self.close(rec, state, id, e.time);
                    if let Some(lock) = self.locks.get_mut(&id) {
                        lock.sleeps = None;
                    }
                }
            }
            _ => {}
        }
    }

    /// The holder wakes, or lets go, or the recording ends.
    fn close(&mut self, rec: &Recording, state: &State, id: u32, now: u64) {
        let Some(lock) = self.locks.get_mut(&id) else { return };
        let (Some(since), Some(g), Some((seq, reason, object))) = (lock.since.take(), lock.holder, lock.sleeps) else {
            return;
        };
        let ns = now.saturating_sub(since);
        lock.waiters.retain(|&w| matches!(state.status(w), Status::Waiting(r) if locks_wait(r)));
        if ns < LOCK_NS || lock.waiters.is_empty() {
            return;
        }
        let (others, first) = (lock.waiters.len(), lock.waiters.first().copied().unwrap_or(0));
        let more = if others > 1 { format!(" 等 {others} 个") } else { String::new() };
        let text = format!(
            "{} 拿着锁 #{id} {}，让 {}{more} 多等了 {}",
            who(rec, state, g),
            waits_for(rec, reason, object),
            who(rec, state, first),
            time(ns)
        );
        self.found.push(Lint { rule: "lock-across-wait", g, seq, n: ns, text });
    }

    fn nothing(&mut self, state: &State, seq: Seq, e: &Event) {
        let g = if e.kind == Kind::GoReady { e.a } else { e.g };
        if g == 0 || g as usize >= state.gs.len() {
            return;
        }
        if self.woken.len() < state.gs.len() {
            self.woken.resize(state.gs.len(), Woken::default());
        }
        let woken = &mut self.woken[g as usize];
        match e.kind {
            Kind::GoReady => {
                let me = &state.gs[g as usize];
                *woken = Woken { fresh: true, reason: me.reason, object: me.object };
            }
            // Taking and giving back the lock of a condition is part of looking at it.
            Kind::GoStart | Kind::GoYield | Kind::LockAcquire | Kind::LockRelease => {}
            Kind::GoPark => {
                let reason = WaitReason::from_u8(e.why);
                // Not mutexes: in Go's normal mode a woken waiter competes with whoever runs, and to
                // lose there is meant.
                let counts = matches!(reason, WaitReason::CondWait | WaitReason::SemAcquire);
                if woken.fresh && counts && (woken.reason, woken.object) == (reason, e.a) {
                    let entry = self.nothing.entry((e.why, e.a)).or_insert((0, g, seq));
                    entry.0 += 1;
                }
                woken.fresh = false;
            }
            _ => woken.fresh = false,
        }
    }
}
