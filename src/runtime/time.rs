//! Time, sleep, timers and tickers with the semantics of Go 1.23 and later.
//!
//! A timer's channel looks unbuffered: `len` and `cap` are 0, and after `stop` or `reset` no stale
//! value can be received. A timer nobody refers to and nobody waits on costs nothing.
//! Go: time/sleep.go, time/tick.go (go1.27.3)
use std::fmt;
use std::ops::{Add, Sub};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use super::chan::Chan;
use super::fault::Faults;
use super::hchan::Hchan;
use super::rt::Rt;
use super::virt::{OP_NS, POLL_NS};
use super::{g, panics, seam, timers};
use crate::trace::Kind;
use crate::trace::event::{NO_CAUSE, Seq};

/// A moment: nanoseconds since the start of the run, on its own clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

impl Time {
    /// Whole milliseconds since the start of the run.
    #[must_use]
    pub fn as_ms(self) -> u64 {
        self.0 / 1_000_000
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, d: Duration) -> Time {
        Time(self.0.saturating_add(u64::try_from(d.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Time {
    type Output = Duration;
    /// Zero when `o` is later.
    fn sub(self, o: Time) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(o.0))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}ms", self.0 as f64 / 1e6)
    }
}

/// The present moment of the run.
///
/// # Panics
/// Outside a goroutine.
#[must_use]
pub fn now() -> Time {
    let g = g::me();
    seam::point(g, OP_NS);
    Time(g.rt().now())
}

/// Sleeps at least `d`; not at all when it is zero.
pub fn sleep(d: Duration) {
    let g = g::me();
    seam::point(g, OP_NS);
    if !d.is_zero() {
        seam::sleep_until((Time(g.rt().now()) + d).0);
    }
}

/// A channel that gets the time once `d` has passed.
#[must_use]
pub fn after(d: Duration) -> Chan<Time> {
    Timer::new(d).ch
}

/// One shot in the future: into a channel ([`Timer::new`]) or a function ([`after_func`]).
#[derive(Clone)]
pub struct Timer {
    ch: Chan<Time>,
    inner: Arc<timers::Timer>,
}

/// A channel that gets the time every period; slow receivers miss ticks.
#[derive(Clone)]
pub struct Ticker(Timer);

fn channel_timer(rt: &Rt) -> Timer {
    let old = rt.faults.has(Faults::TIMER_GO122);
    if old {
        // Before 1.23 the runtime's timer kept the channel alive.
        let chan = Arc::new(Hchan::<Time>::new(rt, "", 1, None));
        let strong = Arc::clone(&chan);
        let inner = timers::Timer::new(rt, false, move |rt, now, cause| strong.timer_send(rt, Time(now), cause));
        return Timer { ch: Chan(Some(chan)), inner };
    }
    let mut inner = None;
    // The channel owns its timer; `Timer` holds both. No cycle: the timer holds the channel weakly.
    let chan = Arc::new_cyclic(|weak: &Weak<Hchan<Time>>| {
        let mut chan = Hchan::new(rt, "", 1, None);
        let weak = Weak::clone(weak);
        let timer = timers::Timer::new(rt, true, move |rt: &Rt, now: u64, cause: Seq| {
            if let Some(c) = weak.upgrade() {
                c.timer_send(rt, Time(now), cause);
            }
        });
        chan.hdr.timer = OnceLock::from(Arc::clone(&timer));
        inner = Some(timer);
        chan
    });
    let Some(inner) = inner else { unreachable!("made with the channel") };
    Timer { ch: Chan(Some(chan)), inner }
}

impl Timer {
    /// Fires once after `d`.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new(d: Duration) -> Self {
        let g = g::me();
        seam::point(g, OP_NS);
        let t = channel_timer(g.rt());
        t.inner.set(g.rt(), (Time(g.rt().now()) + d).0, 0);
        t
    }

    /// The channel; nil for [`after_func`].
    #[must_use]
    pub fn chan(&self) -> Chan<Time> {
        self.ch.clone()
    }

    fn drain(&self, rt: &Rt) -> bool {
        match &self.ch.0 {
            Some(c) if c.hdr.timer.get().is_some() => {
                let had = c.hdr.qcount.load(std::sync::atomic::Ordering::Acquire) > 0;
                if had {
                    rt.event(Kind::ChanDrain, c.hdr.id, 0, 0, NO_CAUSE);
                }
                c.drain(rt);
                had
            }
            _ => false,
        }
    }

    /// Stops it. True if it had not fired yet, as far as anybody can tell: a value that nobody
    /// received counts as not fired.
    pub fn stop(&self) -> bool {
        let g = g::me();
        seam::point(g, OP_NS);
        let was = self.inner.stop(g.rt());
        self.drain(g.rt()) || was
    }

    /// Sets it again, to `d` from now. The result is as for [`Timer::stop`].
    pub fn reset(&self, d: Duration) -> bool {
        let g = g::me();
        seam::point(g, OP_NS);
        if g.rt().faults.has(Faults::TIMER_RESET_NOT_SIFTED) && self.inner.in_heap() {
            return true;
        }
        let was = !self.ch.is_nil() && {
            let was = self.inner.stop(g.rt());
            self.drain(g.rt()) || was
        };
        self.inner.set(g.rt(), (Time(g.rt().now()) + d).0, 0) || was
    }
}

/// Runs `f` in its own goroutine after `d`.
///
/// # Panics
/// Outside a goroutine.
pub fn after_func<F: Fn() + Send + Sync + 'static>(d: Duration, f: F) -> Timer {
    let g = g::me();
    seam::point(g, OP_NS);
    let f = Arc::new(f);
    let fire = move |rt: &Rt, _: u64, _: Seq| {
        let f = Arc::clone(&f);
        seam::spawn(rt, "AfterFunc", move || f());
    };
    let inner = timers::Timer::new(g.rt(), false, fire);
    inner.set(g.rt(), (Time(g.rt().now()) + d).0, 0);
    Timer { ch: Chan::nil(), inner }
}

impl Ticker {
    /// Ticks every `d`.
    ///
    /// # Panics
    /// `non-positive interval for NewTicker`.
    #[must_use]
    pub fn new(d: Duration) -> Self {
        if d.is_zero() {
            panics::throw("non-positive interval for NewTicker");
        }
        let g = g::me();
        seam::point(g, OP_NS);
        let t = channel_timer(g.rt());
        t.inner.set(g.rt(), (Time(g.rt().now()) + d).0, d.as_nanos() as u64);
        Self(t)
    }
    /// The channel of ticks.
    #[must_use]
    pub fn chan(&self) -> Chan<Time> {
        self.0.chan()
    }
    /// No more ticks; the channel is not closed.
    pub fn stop(&self) {
        self.0.stop();
    }
    /// Ticks every `d` from now on.
    ///
    /// # Panics
    /// `non-positive interval for Ticker.Reset`.
    pub fn reset(&self, d: Duration) {
        if d.is_zero() {
            panics::throw("non-positive interval for Ticker.Reset");
        }
        let g = g::me();
        seam::point(g, POLL_NS);
        self.0.inner.stop(g.rt());
        self.0.drain(g.rt());
        self.0.inner.set(g.rt(), (Time(g.rt().now()) + d).0, d.as_nanos() as u64);
    }
}
