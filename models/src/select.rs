//! A select in the queues of two channels: one sender wins it, the loser's value goes elsewhere, and
//! afterwards no queue holds anything of it. Two selects over the same channels never deadlock.
use std::cell::UnsafeCell;
use std::ptr::null_mut;

use crate::base::atomic::Ordering::{AcqRel, Acquire};
use crate::base::atomic::{AtomicBool, AtomicU32, yield_now};
use crate::kit::{Arc, Witness, holds, thread};
use crate::runtime::g::G;
use crate::runtime::lock::RawLock;
use crate::runtime::lockorder::sort_once;
use crate::runtime::waitq::{Sudog, WaitQ};

struct Chan {
    lock: RawLock,
    recvq: WaitQ,
    /// One value nobody has taken; used under the lock.
    kept: Witness,
}

// SAFETY: its queue is used under its lock.
unsafe impl Sync for Chan {}
// SAFETY: as above.
unsafe impl Send for Chan {}

struct World {
    chans: [Chan; 2],
    g: G,
    sudogs: UnsafeCell<[Sudog; 2]>,
    /// The slot that the winner writes.
    slot: Witness,
    wins: AtomicU32,
    woken: AtomicBool,
}

// SAFETY: the records are used under the locks of their channels, as in the product.
unsafe impl Sync for World {}
// SAFETY: as above.
unsafe impl Send for World {}

fn chan() -> Chan {
    Chan { lock: RawLock::new(), recvq: WaitQ::new(), kept: Witness::new(0) }
}

fn world() -> Arc<World> {
    let w = Arc::new(World {
        chans: [chan(), chan()],
        g: G::new(0),
        sudogs: UnsafeCell::new([Sudog::new(std::ptr::null(), null_mut()), Sudog::new(std::ptr::null(), null_mut())]),
        slot: Witness::new(0),
        wins: AtomicU32::new(0),
        woken: AtomicBool::new(false),
    });
    for i in 0..2 {
        // SAFETY: nobody else has it yet.
        unsafe {
            (*w.sudog(i)).g = &raw const w.g;
            (*w.sudog(i)).is_select = true;
        }
    }
    w
}

impl World {
    fn sudog(&self, i: usize) -> *mut Sudog {
        // In place: the address is all we want.
        self.sudogs.get().cast::<Sudog>().wrapping_add(i)
    }
    /// A send: to the waiter, or kept.
    fn send(&self, i: usize) {
        let c = &self.chans[i];
        c.lock.lock();
        // SAFETY: lock held.
        match unsafe { c.recvq.dequeue(false, |_| ()) } {
            Some(_) => {
                self.slot.set(i as u32 + 1);
                self.wins.fetch_add(1, AcqRel);
                c.lock.unlock();
                self.woken.store(true, crate::base::atomic::Ordering::Release);
            }
            None => {
                c.kept.set(1);
                c.lock.unlock();
            }
        }
    }
    fn lock_both(&self) {
        self.chans[0].lock.lock();
        self.chans[1].lock.lock();
    }
    fn unlock_both(&self) {
        self.chans[1].lock.unlock();
        self.chans[0].lock.unlock();
    }
    /// The three passes of a select. Returns the value.
    fn select(&self) -> u32 {
        self.lock_both();
        for (i, c) in self.chans.iter().enumerate() {
            if c.kept.get() == 1 {
                c.kept.set(0);
                self.unlock_both();
                return i as u32 + 1;
            }
        }
        for (i, c) in self.chans.iter().enumerate() {
            // SAFETY: locks held; the records outlive the model.
            unsafe { c.recvq.push_back(self.sudog(i)) };
        }
        self.unlock_both();
        while !self.woken.load(Acquire) {
            yield_now();
        }
        self.lock_both();
        for (i, c) in self.chans.iter().enumerate() {
            // SAFETY: as above.
            unsafe { c.recvq.remove(self.sudog(i)) };
        }
        self.unlock_both();
        self.slot.get()
    }
}

/// What must be true when all is over and `got` was received.
fn one_won(w: &World, got: u32) {
    let kept: Vec<u32> = (0..2).filter(|i| w.chans[*i as usize].kept.get() == 1).map(|i| i + 1).collect();
    assert!(w.wins.load(Acquire) <= 1, "two channels served one select");
    assert_eq!(kept, [3 - got], "one value received, the other kept");
    assert!(w.chans.iter().all(|c| c.recvq.is_empty()), "a queue still holds the select");
}

/// A select waits in both queues; both channels get a sender at once.
pub fn two_senders_one_select() {
    let w = world();
    for (i, c) in w.chans.iter().enumerate() {
        // SAFETY: nobody else is there yet.
        unsafe { c.recvq.push_back(w.sudog(i)) };
    }
    let other = {
        let w = Arc::clone(&w);
        thread::spawn(move || w.send(1))
    };
    w.send(0);
    other.join().unwrap();
    for (i, c) in w.chans.iter().enumerate() {
        // SAFETY: all others are done.
        unsafe { c.recvq.remove(w.sudog(i)) };
    }
    one_won(&w, w.slot.get());
}

/// All three passes of a select against a thread that sends on one channel and then on the other.
pub fn select_against_senders() {
    let w = world();
    let sender = {
        let w = Arc::clone(&w);
        thread::spawn(move || {
            w.send(0);
            w.send(1);
        })
    };
    let got = w.select();
    sender.join().unwrap();
    one_won(&w, got);
}

/// Two selects name the same two channels in opposite orders.
pub fn opposite_orders() {
    let chans = Arc::new((chan(), chan()));
    let select = |chans: &(Chan, Chan), swapped: bool| {
        let mut order =
            if swapped { [&raw const chans.1, &raw const chans.0] } else { [&raw const chans.0, &raw const chans.1] };
        let n = sort_once(&mut order, |c| *c);
        assert_eq!(n, 2);
        for c in order {
            // SAFETY: both live as long as the pair.
            unsafe { (*c).lock.lock() };
        }
        chans.0.kept.set(chans.0.kept.get() + 1);
        for c in order.iter().rev() {
            // SAFETY: as above.
            unsafe { (**c).lock.unlock() };
        }
    };
    let other = {
        let chans = Arc::clone(&chans);
        thread::spawn(move || select(&chans, true))
    };
    select(&chans, false);
    other.join().unwrap();
    assert_eq!(chans.0.kept.get(), 2);
}

#[test]
fn two_senders_one_select_holds() {
    holds("select::two_senders_one_select", two_senders_one_select);
}
#[test]
fn select_against_senders_holds() {
    holds("select::select_against_senders", select_against_senders);
}
#[test]
fn opposite_orders_hold() {
    holds("select::opposite_orders", opposite_orders);
}
