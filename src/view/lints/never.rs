//! Who waits for something that nobody alive can reach.
//!
//! A recording does not show references, so what a goroutine may hold is bounded from above: what it
//! touched, what its creator could hold when it was created, and what anybody could hold who
//! passed it something (a value, a lock, a wake-up). Whoever waits for an object outside the bounds
//! of all that can still run is never woken; those that could be woken count as able to run, until
//! nothing changes. A timer that is set runs for the one who set it.
//!
//! Two questions: with main alive (at its last event), and once it has ended. The second is what
//! a program that goes on serving would leak.
use std::collections::HashMap;

use super::{Lint, worst};
use crate::trace::event::{Event, Kind, Recording, Seq, WaitReason};
use crate::trace::state::{Goroutine, State, Status};
use crate::view::explain::{waits_for, who};

/// What is waited for: a channel, or another object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Object {
    Chan(u32),
    Sync(u32),
}

/// Objects followed at most; waiting for more than that is not judged.
const OBJECTS_MAX: usize = 256;
/// Names listed in a sentence.
const NAMES_MAX: usize = 4;

/// A set of followed objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set([u64; OBJECTS_MAX / 64]);

impl Set {
    fn add(&mut self, i: usize) {
        self.0[i / 64] |= 1 << (i % 64);
    }
    fn join(&mut self, other: Set) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
    }
    fn meets(&self, other: &Set) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}

/// A goroutine that waits for something only others can give.
struct Waiter {
    g: u32,
    reason: WaitReason,
    /// `None`: nobody can ever give it (nil channels, empty select).
    needs: Option<Set>,
}

pub(super) fn find(rec: &Recording) -> Vec<Lint> {
    let main_ends = rec.of(Kind::GoEnd).find(|(_, e)| e.g == 1).map(|(seq, _)| seq as usize);
    let upto = main_ends.unwrap_or(rec.events.len());
    let mut state = State::new(rec);
    rec.events[..upto].iter().for_each(|e| state.apply(e));
    let mut index = HashMap::new();
    let waiters: Vec<Waiter> = state.live().filter_map(|(id, g)| waiter(id, g, &mut index)).collect();
    if waiters.is_empty() {
        return vec![];
    }
    let reach = Reach::over(&state, &rec.events[..upto], &index);
    let never = stuck(&state, &waiters, &reach, None);
    let mut found = tell(rec, &state, &waiters, &never, "never-woken");
    if main_ends.is_some() {
        let mut left = stuck(&state, &waiters, &reach, Some(1));
        left.retain(|i| !never.contains(i) && waiters[*i].g != 1);
        found.extend(tell(rec, &state, &waiters, &left, "left-at-exit"));
    }
    found
}

fn waiter(id: u32, g: &Goroutine, index: &mut HashMap<Object, usize>) -> Option<Waiter> {
    let Status::Waiting(reason) = g.status else { return None };
    let objects: Vec<Object> = match reason {
        WaitReason::ChanReceiveNil | WaitReason::ChanSendNil | WaitReason::SelectNoCases => vec![],
        WaitReason::ChanReceive | WaitReason::ChanSend => vec![Object::Chan(g.object)],
        WaitReason::Select => g.joined.iter().map(|&c| Object::Chan(c)).collect(),
        WaitReason::MutexLock
        | WaitReason::RWMutexLock
        | WaitReason::RWMutexRLock
        | WaitReason::WaitGroupWait
        | WaitReason::CondWait
        | WaitReason::SemAcquire => vec![Object::Sync(g.object)],
        // Time, the network, the runtime itself may wake it.
        WaitReason::Zero | WaitReason::Sleep | WaitReason::IoWait | WaitReason::Preempted | WaitReason::Syscall => {
            return None;
        }
    };
    if objects.is_empty() {
        return Some(Waiter { g: id, reason, needs: None });
    }
    let mut needs = Set::default();
    for object in objects {
        let next = index.len();
        let at = *index.entry(object).or_insert(next);
        if at >= OBJECTS_MAX {
            return None;
        }
        needs.add(at);
    }
    Some(Waiter { g: id, reason, needs: Some(needs) })
}

/// Upper bounds of what each goroutine can hold, and what was passed on through each object.
struct Reach<'a> {
    index: &'a HashMap<Object, usize>,
    /// Contexts → the followed done channels that a cancellation there closes.
    contexts: HashMap<u32, Set>,
    held: Vec<Set>,
    passed: HashMap<Object, Set>,
}

impl<'a> Reach<'a> {
    fn over(state: &State, events: &[Event], index: &'a HashMap<Object, usize>) -> Self {
        let mut reach = Self { index, contexts: contexts(state, index), held: vec![], passed: HashMap::new() };
        reach.held.resize(state.gs.len().max(2), Set::default());
        for e in events {
            reach.take(e);
        }
        reach
    }

    fn touch(&mut self, g: u32, object: Object) {
        if let (Some(&i), Some(held)) = (self.index.get(&object), self.held.get_mut(g as usize))
            && i < OBJECTS_MAX
        {
            held.add(i);
        }
    }

    /// What `from` holds, `to` may hold from now on.
    fn hand(&mut self, from: u32, to: u32) {
        let Some(set) = self.held.get(from as usize).copied() else { return };
        if let Some(held) = self.held.get_mut(to as usize) {
            held.join(set);
        }
    }

    /// `g` leaves what it holds with an object and takes what others left there.
    fn exchange(&mut self, g: u32, object: Object) {
        let Some(held) = self.held.get_mut(g as usize) else { return };
        let there = self.passed.entry(object).or_default();
        there.join(*held);
        held.join(*there);
    }

    fn take(&mut self, e: &Event) {
        match e.kind {
            Kind::GoCreate | Kind::GoReady => self.hand(e.g, e.a),
            Kind::ChanMake
            | Kind::ChanSend
            | Kind::ChanSendDone
            | Kind::ChanRecv
            | Kind::ChanRecvDone
            | Kind::ChanWait
            | Kind::ChanClose
            | Kind::ChanMiss
            | Kind::SelectLock => self.meet(e.g, Object::Chan(e.a)),
            Kind::SelectPoll | Kind::SelectDone => self.meet(e.g, Object::Chan(e.b as u32)),
            Kind::LockAcquire | Kind::LockRelease | Kind::WaitGroupAdd | Kind::SemAcquire | Kind::SemRelease => {
                self.meet(e.g, Object::Sync(e.a));
            }
            Kind::GoPark => match WaitReason::from_u8(e.why) {
                WaitReason::ChanReceive | WaitReason::ChanSend => self.meet(e.g, Object::Chan(e.a)),
                WaitReason::Sleep | WaitReason::IoWait | WaitReason::Select => {}
                _ => self.meet(e.g, Object::Sync(e.a)),
            },
            Kind::CtxMake | Kind::CtxDone | Kind::CtxCancel | Kind::CtxChild => {
                let set = self.contexts.get(&e.a).copied().unwrap_or_default();
                if let Some(held) = self.held.get_mut(e.g as usize) {
                    held.join(set);
                }
            }
            _ => {}
        }
    }

    fn meet(&mut self, g: u32, object: Object) {
        self.touch(g, object);
        self.exchange(g, object);
    }
}

/// For each context the followed done channels of itself and everything derived from it.
fn contexts(state: &State, index: &HashMap<Object, usize>) -> HashMap<u32, Set> {
    let mut sets: HashMap<u32, Set> = HashMap::new();
    for (id, c) in (0..).zip(&state.ctxs) {
        let Some(&i) = c.done_chan.and_then(|ch| index.get(&Object::Chan(ch))) else { continue };
        let (mut at, mut steps) = (id, 0);
        // Bounded: a damaged recording may hold a circle.
        while at != 0 && i < OBJECTS_MAX && steps <= state.ctxs.len() {
            sets.entry(at).or_default().add(i);
            at = state.ctxs.get(at as usize).map_or(0, |c| c.parent);
            steps += 1;
        }
    }
    sets
}

/// Positions of the waiters that nobody able to run can reach; `gone` has ended.
fn stuck(state: &State, waiters: &[Waiter], reach: &Reach<'_>, gone: Option<u32>) -> Vec<usize> {
    let mut waits = vec![false; state.gs.len()];
    for w in waiters {
        waits[w.g as usize] = true;
    }
    let held = |g: u32| reach.held.get(g as usize).copied().unwrap_or_default();
    let mut alive = Set::default();
    for (id, _) in state.live().filter(|(id, _)| !waits[*id as usize] && Some(*id) != gone) {
        alive.join(held(id));
    }
    for timer in state.timers.values() {
        alive.join(held(timer.by));
    }
    let mut left: Vec<usize> = (0..waiters.len()).collect();
    loop {
        let before = left.len();
        left.retain(|&i| {
            let w = &waiters[i];
            let woken = w.needs.as_ref().is_some_and(|needs| needs.meets(&alive));
            if woken && Some(w.g) != gone {
                alive.join(held(w.g));
            }
            !woken
        });
        if left.len() == before {
            return left;
        }
    }
}

/// One sentence for all that wait for the same thing.
fn tell(rec: &Recording, s: &State, waiters: &[Waiter], stuck: &[usize], rule: &'static str) -> Vec<Lint> {
    let mut groups: Vec<(WaitReason, u32, Vec<u32>)> = vec![];
    for w in stuck.iter().map(|&i| &waiters[i]) {
        let object = s.gs.get(w.g as usize).map_or(0, |g| g.object);
        match groups.iter_mut().find(|(r, o, _)| (*r, *o) == (w.reason, object)) {
            Some((_, _, gs)) => gs.push(w.g),
            None => groups.push((w.reason, object, vec![w.g])),
        }
    }
    let lint = |(reason, object, gs): (WaitReason, u32, Vec<u32>)| {
        let mut names: Vec<String> = gs.iter().take(NAMES_MAX).map(|&g| who(rec, s, g)).collect();
        if gs.len() > NAMES_MAX {
            names.push(format!("等 {} 个", gs.len()));
        }
        let what = match reason {
            WaitReason::Select => "等着 select 的某个分支".to_owned(),
            _ => waits_for(rec, reason, object),
        };
        let names = names.join("、");
        let certain =
            matches!(reason, WaitReason::ChanReceiveNil | WaitReason::ChanSendNil | WaitReason::SelectNoCases);
        let text = match rule {
            _ if certain => format!("{names} 再也不会被唤醒：{what}"),
            "never-woken" => format!("{names} 再也不会被唤醒：{what}，而活着的 goroutine 谁也碰不到它"),
            _ => format!("main 结束时 {names} 还{what}，剩下的谁也叫不醒：程序要是还跑下去，就泄漏了"),
        };
        let first = gs.first().copied().unwrap_or(0);
        Lint { rule, g: first, seq: parked(rec, first), n: gs.len() as u64, text }
    };
    worst(groups.into_iter().map(lint).collect())
}

/// The event with which a goroutine went to wait.
fn parked(rec: &Recording, g: u32) -> Seq {
    rec.events.iter().rposition(|e| e.g == g && e.kind == Kind::GoPark).unwrap_or(0) as Seq
}
