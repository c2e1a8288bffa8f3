//! Runs a model: every schedule with loom, many rounds on real threads otherwise.
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

#[cfg(loom)]
pub use loom::{sync::Arc, thread};
#[cfg(not(loom))]
pub use std::{sync::Arc, thread};

/// Preemptions in one schedule; `BAGU_BOUND` overrides.
pub fn bound() -> usize {
    std::env::var("BAGU_BOUND").ok().and_then(|s| s.parse().ok()).unwrap_or(2)
}

/// Rounds on real threads.
#[cfg(not(loom))]
fn rounds() -> u64 {
    let all = if cfg!(miri) { 16 } else { 2_000 };
    std::env::var("BAGU_ROUNDS").ok().and_then(|s| s.parse().ok()).unwrap_or(all)
}

/// Runs the model to its end. `Err`: how many schedules it took until one failed, and how.
pub fn explore(model: fn()) -> Result<u64, (u64, String)> {
    static RUNNING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    static SCHEDULES: AtomicU64 = AtomicU64::new(0);
    // One at a time: the counter is shared, and the figures are for one core.
    let _one = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    SCHEDULES.store(0, Ordering::Relaxed);
    quiet();
    let counted = move || {
        SCHEDULES.fetch_add(1, Ordering::Relaxed);
        model();
    };
    let run = std::panic::catch_unwind(|| {
        #[cfg(loom)]
        {
            let mut b = loom::model::Builder::new();
            b.preemption_bound = Some(bound());
            // A schedule longer than this is a loop that never ends; no model comes near it.
            b.max_branches = 2_000;
            b.check(counted);
        }
        #[cfg(not(loom))]
        for _ in 0..rounds() {
            counted();
        }
    });
    let n = SCHEDULES.load(Ordering::Relaxed);
    run.map(|()| n).map_err(|e| {
        let text = e.downcast_ref::<String>().cloned();
        (n, text.or_else(|| e.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    })
}

/// loom ends its threads by unwinding them, and a caught bug is no news: only what `holds` reports is.
fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |i| {
            if !i.location().is_some_and(|l| l.file().contains("generator-")) && !QUIET.get() {
                told(i);
            }
        }));
    });
}

std::thread_local! {
    /// Bugs are planted on this thread.
    pub static QUIET: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The model must hold; says how many schedules there were and how long they took.
#[track_caller]
pub fn holds(name: &str, model: fn()) {
    let begun = Instant::now();
    match explore(model) {
        Ok(n) => println!("{name}: bound {}, {n} schedules, {:.1} s", bound(), begun.elapsed().as_secs_f64()),
        Err((n, text)) => panic!("{name}: schedule {n}: {text}"),
    }
}

/// Memory that only one thread may use at a time: loom, ThreadSanitizer and Miri report the second.
#[cfg(loom)]
pub struct Witness(loom::cell::UnsafeCell<u32>);
#[cfg(not(loom))]
pub struct Witness(std::cell::UnsafeCell<u32>);

// SAFETY: that it is used by one at a time is what the models prove.
unsafe impl Sync for Witness {}
// SAFETY: as above.
unsafe impl Send for Witness {}

#[cfg(loom)]
impl Witness {
    pub fn new(v: u32) -> Self {
        Self(loom::cell::UnsafeCell::new(v))
    }
    pub fn get(&self) -> u32 {
        // SAFETY: checked by loom.
        self.0.with(|p| unsafe { *p })
    }
    pub fn set(&self, v: u32) {
        // SAFETY: as above.
        self.0.with_mut(|p| unsafe { *p = v });
    }
}
#[cfg(not(loom))]
impl Witness {
    pub fn new(v: u32) -> Self {
        Self(std::cell::UnsafeCell::new(v))
    }
    pub fn get(&self) -> u32 {
        // SAFETY: checked by whoever runs this.
        unsafe { *self.0.get() }
    }
    pub fn set(&self, v: u32) {
        // SAFETY: as above.
        unsafe { *self.0.get() = v };
    }
}
