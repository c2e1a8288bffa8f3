//! Lines about the clock that appear while a person types.
//!
//! The line editor cannot stop reading after a time, and a line half typed must not be lost. So a
//! thread of its own waits for the next alarm and hands a whole line to the editor's external
//! printer, which puts it above the line being typed.
//!
//! Rejected: redrawing a running clock in the prompt. It fights with the input method's own window.
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

#[derive(Debug, Default)]
struct State {
    /// Alarms to come, earliest last.
    alarms: Vec<(Instant, String)>,
    stop: bool,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    /// A panic while holding the lock leaves a list of times behind: nothing that could be broken.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that speaks about the clock. Dropping it ends the thread.
#[derive(Debug)]
pub struct ClockLines {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl ClockLines {
    /// Says nothing, ever.
    #[must_use]
    pub fn silent() -> Self {
        Self { shared: Arc::default(), thread: None }
    }

    /// Starts the thread; `say` gets whole lines.
    pub fn start(mut say: impl FnMut(String) + Send + 'static) -> Self {
        let shared: Arc<Shared> = Arc::default();
        let theirs = Arc::clone(&shared);
        let run = move || {
            let mut state = theirs.lock();
            while !state.stop {
                let now = Instant::now();
                match state.alarms.last().map(|(at, _)| at.saturating_duration_since(now)) {
                    None => {
                        state = theirs.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    }
                    Some(Duration::ZERO) => {
                        if let Some((_, line)) = state.alarms.pop() {
                            // Said under the lock: after `disarm` returns nothing more appears.
                            say(line);
                        }
                    }
                    Some(wait) => {
                        let woken = theirs.changed.wait_timeout(state, wait);
                        state = woken.unwrap_or_else(PoisonError::into_inner).0;
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("clock".into()).spawn(run).ok();
        Self { shared, thread }
    }

    /// Sets the alarms of a question: milliseconds from now, and what to say.
    pub fn arm(&mut self, alarms: Vec<(u64, String)>) {
        if self.thread.is_none() {
            return;
        }
        let now = Instant::now();
        let mut alarms: Vec<(Instant, String)> =
            alarms.into_iter().map(|(ms, line)| (now + Duration::from_millis(ms), line)).collect();
        alarms.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        self.shared.lock().alarms = alarms;
        self.shared.changed.notify_one();
    }

    /// Nothing more is said until the next [`ClockLines::arm`].
    pub fn disarm(&mut self) {
        self.shared.lock().alarms.clear();
    }
}

impl Drop for ClockLines {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It ends at once; a panic of `say` has nothing left to tell.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn lines_come_in_order_and_stop_when_disarmed() {
        let (tx, rx) = mpsc::channel();
        let mut clock = ClockLines::start(move |line| drop(tx.send(line)));
        clock.arm(vec![(30, "二".into()), (1, "一".into()), (60_000, "永不".into())]);
        let wait = Duration::from_secs(5);
        assert_eq!(rx.recv_timeout(wait).as_deref(), Ok("一"));
        assert_eq!(rx.recv_timeout(wait).as_deref(), Ok("二"));
        clock.arm(vec![(20, "三".into())]);
        clock.disarm();
        assert!(rx.recv_timeout(Duration::from_millis(60)).is_err(), "disarmed");
        drop(clock);
        assert!(rx.recv().is_err(), "the thread has ended and dropped its sender");
    }
}
