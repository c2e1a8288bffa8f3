//! A channel as events tell it: ring contents, both wait queues, closed.
//!
//! Values are text ids; an unnamed channel shows none (id 0), its ring still has the right length.
use std::collections::VecDeque;

use super::event::{Event, Kind, TextId};

/// A goroutine in a wait queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    pub g: u32,
    /// The value it offers; 0 for receivers and unnamed channels.
    pub value: TextId,
}

/// A channel at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Chan {
    /// False for ids that were never made.
    pub made: bool,
    pub cap: usize,
    /// One entry a slot; `None` is free.
    pub ring: Vec<Option<TextId>>,
    pub sendx: usize,
    pub recvx: usize,
    pub closed: bool,
    pub sendq: VecDeque<Waiter>,
    pub recvq: VecDeque<Waiter>,
}

/// Slots drawn and tracked at most; a damaged or absurd capacity must not eat the memory.
const SLOTS_MAX: usize = 1 << 16;

impl Chan {
    /// Number of values in the ring.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.iter().flatten().count()
    }
    /// True when the ring holds no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// True when `g` stands in one of the queues.
    #[must_use]
    pub fn waits(&self, g: u32) -> bool {
        self.sendq.iter().chain(&self.recvq).any(|w| w.g == g)
    }
    /// Takes `g` out of both queues, however often it stands there (a select may name a channel twice).
    pub fn drop_waiter(&mut self, g: u32) {
        self.sendq.retain(|w| w.g != g);
        self.recvq.retain(|w| w.g != g);
    }
    /// Takes `g`, which stands in one queue once, out of it. Served in order, it is the first; `close`
    /// wakes from the end.
    pub(crate) fn drop_one(&mut self, g: u32) {
        for queue in [&mut self.recvq, &mut self.sendq] {
            if queue.back().is_some_and(|w| w.g == g) {
                queue.pop_back();
                return;
            }
            if leave(queue, g) {
                return;
            }
        }
    }

    fn push(&mut self, value: TextId) {
        let n = self.ring.len();
        if let Some(slot) = self.ring.get_mut(self.sendx) {
            *slot = Some(value);
            self.sendx = (self.sendx + 1) % n;
        }
    }
    fn pop(&mut self) {
        let n = self.ring.len();
        if let Some(slot) = self.ring.get_mut(self.recvx) {
            *slot = None;
            self.recvx = (self.recvx + 1) % n;
        }
    }
    /// Takes the sender whose value was received: the first that offers `value`, else the first.
    fn take_sender(&mut self, value: TextId) -> Option<u32> {
        let at = self.sendq.iter().position(|w| w.value == value).unwrap_or(0);
        self.sendq.remove(at).map(|w| w.g)
    }

    /// Takes one channel event in; `sending` is the value `e.g` offered with its last send,
    /// `selects` that it may still stand in a queue although it was woken. Gives the waiter that was
    /// served by this event.
    pub(crate) fn apply(&mut self, e: &Event, sending: TextId, selects: bool) -> Option<u32> {
        let value = e.b as TextId;
        match (e.kind, e.why) {
            (Kind::ChanMake, _) => {
                let cap = (e.b as usize).min(SLOTS_MAX);
                *self = Self { made: true, cap: e.b as usize, ring: vec![None; cap], ..Self::default() };
            }
            (Kind::ChanSendDone, 0) => return leave(&mut self.recvq, e.b as u32).then_some(e.b as u32),
            (Kind::ChanSendDone, 1) => self.push(sending),
            (Kind::ChanRecvDone, 0) => return self.take_sender(value),
            (Kind::ChanRecvDone, 1) => self.pop(),
            (Kind::ChanRecvDone, 4) => {
                self.pop();
                let moved = self.sendq.pop_front();
                self.push(moved.map_or(0, |w| w.value));
                return moved.map(|w| w.g);
            }
            // Nothing was left, whatever we believed (a mutation drops the buffer at close).
            (Kind::ChanRecvDone, 3) => self.ring.fill(None),
            (Kind::ChanDrain, _) => {
                self.ring.fill(None);
                self.recvx = self.sendx;
            }
            (Kind::ChanWait, 0) => self.sendq.push_back(Waiter { g: e.g, value }),
            (Kind::ChanWait, _) => self.recvq.push_back(Waiter { g: e.g, value: 0 }),
            (Kind::ChanUnwait, 0) => _ = leave(&mut self.sendq, e.b as u32),
            (Kind::ChanUnwait, _) => _ = leave(&mut self.recvq, e.b as u32),
            (Kind::ChanClose, _) => self.closed = true,
            (Kind::SelectDone | Kind::ChanSendDone | Kind::ChanRecvDone, _) if selects => self.drop_waiter(e.g),
            _ => {}
        }
        None
    }
}

/// Takes the first place of `g` out of a queue; false when it has none.
fn leave(queue: &mut VecDeque<Waiter>, g: u32) -> bool {
    match queue.iter().position(|w| w.g == g) {
        None => false,
        Some(0) => queue.pop_front().is_some(),
        Some(at) => queue.remove(at).is_some(),
    }
}
