//! The virtual platform: threads are coroutines on one OS thread, the clock is a number, and every
//! choice comes from the seed.
//!
//! Invariants
//!   V1  one OS thread runs everything of the run, so plain cells are enough here
//!   V2  time moves by the cost of operations and, when no thread can move, straight to the next
//!       deadline
//!   V3  the same configuration gives the same sequence of choices: nothing here reads the machine
//!
//! A scheduling point costs virtual time (an operation 100 ns, a miss or a yield 1 µs), so that a
//! program that polls makes time pass, as it would.
#![allow(unsafe_code)]
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::coro::{Fiber, Suspender, Yield};
use super::g;
use super::rt::Rt;
use super::sched::{self, M};
use super::sysmon::Rounds;
use super::{Config, End};
use crate::base::Rng;

/// What an operation costs, in virtual ns.
pub(crate) const OP_NS: u64 = 100;
/// What a miss, a poll or a yield costs.
pub(crate) const POLL_NS: u64 = 1_000;

struct Thread {
    /// Its record; a foreign thread has one only while it has borrowed it.
    m: Rc<Cell<*const M>>,
    coro: Fiber,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Runnable,
    /// Asleep until woken, or until this time.
    Asleep(Option<u64>),
    Done,
}

pub(crate) struct Virt {
    clock: Cell<u64>,
    threads: RefCell<Vec<Rc<Thread>>>,
    rng: RefCell<Rng>,
    points: Cell<u64>,
    runnable: Cell<u32>,
    /// Earliest deadline of a sleeping thread.
    next_deadline: Cell<u64>,
    /// Chance in 1000 that a point preempts the goroutine.
    preempt_permille: u32,
    points_max: u64,
    /// The monitor, as the recording tells it.
    pub(crate) rounds: Rounds,
}

impl Virt {
    pub(crate) fn new(cfg: &Config) -> Self {
        Self {
            clock: Cell::new(0),
            threads: RefCell::new(vec![]),
            rng: RefCell::new(Rng::new(cfg.seed)),
            points: Cell::new(0),
            runnable: Cell::new(0),
            next_deadline: Cell::new(u64::MAX),
            preempt_permille: cfg.preempt_permille,
            points_max: cfg.points_max,
            rounds: Rounds::default(),
        }
    }

    pub(crate) fn clock(&self) -> u64 {
        self.clock.get()
    }

    /// A number below `n`, from the seed.
    pub(crate) fn pick(&self, n: u32) -> u32 {
        self.rng.borrow_mut().below(n)
    }

    /// Lets `cost` ns pass. True when another thread may want to move, so that the caller should
    /// suspend with [`Yield::Point`].
    pub(crate) fn tick(&self, cost: u64) -> bool {
        self.clock.set(self.clock.get() + cost);
        self.points.set(self.points.get() + 1);
        self.points.get() > self.points_max
            || self.clock.get() >= self.next_deadline.get()
            || (self.runnable.get() > 1 && self.pick(2) == 0)
    }

    pub(crate) fn wants_preempt(&self) -> bool {
        self.preempt_permille > 0 && self.pick(1000) < self.preempt_permille
    }

    /// Adds a thread that will run the scheduler loop.
    pub(crate) fn start_m(&self, rt: &Rt, m: *const M) {
        let rt: *const Rt = rt;
        let coro = Fiber::new(move |s: Suspender| {
            // SAFETY: the driver keeps both alive until the thread is done or abandoned.
            unsafe {
                (*m).suspender.set(s);
                sched::mstart(&*rt, &*m);
            }
        });
        self.add(Rc::new(Cell::new(m)), coro);
    }

    /// Adds a thread that is not the scheduler's. `f` gets its suspender and where its borrowed record goes.
    pub(crate) fn start_foreign(&self, f: impl FnOnce(Suspender, Rc<Cell<*const M>>) + 'static) {
        let m = Rc::new(Cell::new(std::ptr::null()));
        let its = Rc::clone(&m);
        self.add(m, Fiber::new(move |s: Suspender| f(s, its)));
    }

    fn add(&self, m: Rc<Cell<*const M>>, coro: Fiber) {
        let t = Thread { m, coro, state: Cell::new(State::Runnable) };
        self.threads.borrow_mut().push(Rc::new(t));
        self.runnable.set(self.runnable.get() + 1);
    }

    /// Makes a sleeping thread runnable; nothing happens when it is awake.
    pub(crate) fn wake_m(&self, m: *const M) {
        let threads = self.threads.borrow();
        if let Some(t) = threads.iter().find(|t| std::ptr::eq(t.m.get(), m))
            && matches!(t.state.get(), State::Asleep(_))
        {
            t.state.set(State::Runnable);
            self.runnable.set(self.runnable.get() + 1);
        }
    }

    /// Runs threads until the run is dying or nobody can ever move again.
    pub(crate) fn drive(&self, rt: &Rt) {
        let outer = g::cur_m();
        while !rt.is_dying() {
            if self.points.get() > self.points_max {
                rt.finish(End::Limit(format!("超过 {} 个调度点仍未结束（可能是死循环）", self.points_max)));
                break;
            }
            g::set_cur_m(std::ptr::null());
            rt.forced_gc.look(rt);
            let Some(t) = self.next_thread(rt) else {
                rt.finish(End::Limit("所有虚拟线程都在睡，且没有定时器".into()));
                break;
            };
            g::set_cur_m(t.m.get());
            let y = t.coro.resume();
            self.after(&t, y);
        }
        g::set_cur_m(outer);
    }

    fn after(&self, t: &Thread, y: Option<Yield>) {
        match y {
            None => t.state.set(State::Done),
            Some(Yield::SleepM(until)) => t.state.set(State::Asleep(until)),
            Some(_) => return,
        }
        self.runnable.set(self.runnable.get() - 1);
        if y.is_none() {
            self.threads.borrow_mut().retain(|t| t.state.get() != State::Done);
        }
        self.refresh_deadline();
    }

    fn refresh_deadline(&self) {
        let min = self
            .threads
            .borrow()
            .iter()
            .filter_map(|t| if let State::Asleep(Some(u)) = t.state.get() { Some(u) } else { None })
            .min();
        self.next_deadline.set(min.unwrap_or(u64::MAX));
    }

    fn next_thread(&self, rt: &Rt) -> Option<Rc<Thread>> {
        loop {
            self.wake_due();
            let ready: Vec<Rc<Thread>> =
                self.threads.borrow().iter().filter(|t| t.state.get() == State::Runnable).cloned().collect();
            if !ready.is_empty() {
                let i = if ready.len() == 1 { 0 } else { self.pick(ready.len() as u32) as usize };
                return Some(ready[i].clone());
            }
            if self.next_deadline.get() == u64::MAX {
                return None;
            }
            // V2; the monitor does not oversleep what it has to do.
            self.clock.set(self.next_deadline.get().min(rt.forced_gc.due(rt).max(self.clock.get())));
            rt.forced_gc.look(rt);
        }
    }

    fn wake_due(&self) {
        if self.clock.get() < self.next_deadline.get() {
            return;
        }
        for t in self.threads.borrow().iter() {
            if let State::Asleep(Some(u)) = t.state.get()
                && u <= self.clock.get()
            {
                t.state.set(State::Runnable);
                self.runnable.set(self.runnable.get() + 1);
            }
        }
        self.refresh_deadline();
    }
}
