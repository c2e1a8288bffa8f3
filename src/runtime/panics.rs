//! `defer`, `panic`, `recover` and `Goexit` with Go's rules, over Rust's unwinding.
//!
//! A Go function with defers is [`func`]. Its deferred closures run last-in first-out when it
//! returns, panics or is left by `Goexit`. `recover` stops the panic only when called by a deferred
//! closure itself, not by a function it calls; the function then returns its zero value.
//!
//! Invariants
//!   D1  deferred closures run after the unwinding has been caught, so they may block
//!   D2  `Goexit` is not a panic: `recover` returns nothing, every defer still runs
//!   D3  a goroutine's panics stand in its chain from the moment they are raised until they have been
//!       recovered and the deferred function that did it has returned; what ends the program is told
//!       with everything that is in the chain, as Go prints it
//!
//! Rust's own destructors run during the unwinding. One that waits (for a channel, a lock) does wait, and
//! the panic goes on when it is woken; but the language counts panics by thread, so meanwhile
//! `std::thread::panicking` is true for whatever goroutine runs there, and nobody on that thread is made to
//! give way. Not mended: the count cannot be set. Deferred closures have none of this (D1).
//!
//! One difference: a panic that follows another with the same *text* is told once; Go asks whether it
//! is the same value, so that two strings made apart are told twice there.
//!
//! Go: runtime/panic.go gopanic, gorecover, Goexit, printpanics (go1.27.3); ref/spec Handling panics
#![allow(unsafe_code)]
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

use super::End;
use super::g::{self, G};
use crate::trace::Kind;
use crate::trace::event::NO_CAUSE;

/// Unwinds a goroutine that called `Goexit`.
struct GoexitToken;

/// A panic raised with Go's own text.
struct GoPanic(String);

#[derive(Default)]
pub(crate) struct PanicState {
    /// The chain of panics, the newest last (D3).
    stack: Vec<Rec>,
    /// How many `func`s are entered.
    depth: u32,
}

struct Rec {
    text: String,
    recovered: bool,
    /// `recover` works only at this depth.
    depth: u32,
    /// Not a panic: a `Goexit` that took the place of those before it.
    goexit: bool,
}

/// Raises a panic with this text, as the Go runtime would.
pub(crate) fn throw(text: &str) -> ! {
    resume_unwind(Box::new(GoPanic(text.to_owned())))
}

/// Is this what unwinds a goroutine that called `Goexit`?
pub(crate) fn is_goexit(e: &(dyn Any + Send)) -> bool {
    e.is::<GoexitToken>()
}

/// Ends the calling goroutine after running its deferred functions.
pub fn goexit() -> ! {
    resume_unwind(Box::new(GoexitToken))
}

/// The deferred closures of one call of [`func`].
#[derive(Default)]
pub struct Defers<'a>(RefCell<Vec<Box<dyn FnOnce() + 'a>>>);

impl<'a> Defers<'a> {
    /// Runs `f` when the function ends, in whatever way, after those deferred later.
    pub fn defer(&self, f: impl FnOnce() + 'a) {
        self.0.borrow_mut().push(Box::new(f));
    }
}

enum Exit<R> {
    Return(R),
    Recovered,
    Goexit,
    Panic(Box<dyn Any + Send>),
}

/// A Go function with defers. Returns the zero value when a panic in it was recovered.
pub fn func<'a, R: Default>(f: impl FnOnce(&Defers<'a>) -> R) -> R {
    let d = Defers::default();
    let depth = with_state(|s| {
        s.depth += 1;
        s.depth
    });
    let mut exit = match catch_unwind(AssertUnwindSafe(|| f(&d))) {
        Ok(r) => Exit::Return(r),
        Err(e) => begin(e, depth),
    };
    // A panic of a deferred function may take the place of Goexit, but when it is recovered Goexit goes on.
    let mut leaving = false;
    loop {
        leaving |= matches!(exit, Exit::Goexit);
        // Taken out first: the closure may itself defer more.
        let next = d.0.borrow_mut().pop();
        let Some(deferred) = next else { break };
        if let Err(e) = catch_unwind(AssertUnwindSafe(deferred)) {
            // A new panic, or Goexit, takes the place of the old one.
            if matches!(exit, Exit::Panic(_)) && e.is::<GoexitToken>() {
                let rec = Rec { text: String::new(), recovered: false, depth, goexit: true };
                with_state(|s| s.stack.push(rec));
            }
            exit = begin(e, depth);
        } else if matches!(exit, Exit::Panic(_)) && with_state(|s| s.stack.last().is_some_and(|r| r.recovered)) {
            with_state(|s| {
                s.stack.pop();
                while s.stack.last().is_some_and(|r| r.depth >= depth && !r.goexit) {
                    s.stack.pop(); // panics that this one had replaced
                }
            });
            exit = if leaving { Exit::Goexit } else { Exit::Recovered };
        }
    }
    with_state(|s| s.depth -= 1);
    match exit {
        Exit::Return(r) => r,
        Exit::Recovered => R::default(),
        Exit::Goexit => goexit(),
        Exit::Panic(e) => {
            with_state(|s| {
                if let Some(r) = s.stack.last_mut() {
                    r.depth = depth.saturating_sub(1);
                }
            });
            resume_unwind(Box::new(Passing(e)))
        }
    }
}

/// A panic on its way up that is already on the goroutine's panic stack.
struct Passing(Box<dyn Any + Send>);

fn begin<R>(e: Box<dyn Any + Send>, depth: u32) -> Exit<R> {
    if e.is::<GoexitToken>() {
        return Exit::Goexit;
    }
    match e.downcast::<Passing>() {
        Ok(p) => {
            with_state(|s| {
                if let Some(r) = s.stack.last_mut() {
                    r.depth = depth;
                }
            });
            Exit::Panic(p.0)
        }
        Err(e) => {
            let text = text_of(&*e);
            with_state(|s| s.stack.push(Rec { text, recovered: false, depth, goexit: false }));
            Exit::Panic(e)
        }
    }
}

/// Stops the panic in progress and returns its text. `None` when there is none, or when not called
/// by a deferred closure itself.
pub fn recover() -> Option<String> {
    with_state(|s| {
        let depth = s.depth;
        let r = s.stack.last_mut()?;
        if r.recovered || r.goexit || r.depth != depth {
            return None;
        }
        r.recovered = true;
        Some(r.text.clone())
    })
}

/// Runs `f`; a panic in it comes back as its text.
///
/// # Errors
/// The panic's text.
pub fn catch<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    let (depth, before) = with_state(|s| (s.depth, s.stack.len()));
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(r) => Ok(r),
        Err(e) if e.is::<GoexitToken>() => resume_unwind(e),
        Err(e) => {
            with_state(|s| {
                s.depth = depth;
                s.stack.truncate(before);
            });
            Err(text_of(&*e))
        }
    }
}

fn text_of(e: &(dyn Any + Send)) -> String {
    if let Some(p) = e.downcast_ref::<Passing>() {
        text_of(&*p.0)
    } else if let Some(p) = e.downcast_ref::<GoPanic>() {
        p.0.clone()
    } else if let Some(s) = e.downcast_ref::<&str>() {
        (*s).to_owned()
    } else if let Some(s) = e.downcast_ref::<String>() {
        s.clone()
    } else {
        "(panic value of unknown type)".to_owned()
    }
}

/// The chain as Go prints it, without the first `panic: `.
///
/// A value that was raised again is told once. What is recovered and yet in the chain was followed by
/// another panic of the deferred function that recovered it.
fn told(chain: &[Rec]) -> String {
    let again = |i: usize| chain.get(i + 1).is_some_and(|n| !n.goexit && !chain[i].goexit && n.text == chain[i].text);
    let mut out = String::new();
    for (i, r) in chain.iter().enumerate() {
        if i > 0 && again(i - 1) {
            continue;
        }
        if i > 0 && !chain[i - 1].goexit {
            out.push('\t');
        }
        if r.goexit {
            continue;
        }
        let note = match (r.recovered, again(i)) {
            (true, true) => " [recovered, repanicked]",
            (true, false) => " [recovered]",
            (false, _) => "",
        };
        out.push_str(&format!("panic: {}{note}\n", r.text.replace('\n', "\n\t")));
    }
    out.trim_end().strip_prefix("panic: ").unwrap_or_default().to_owned()
}

fn with_state<R>(f: impl FnOnce(&mut PanicState) -> R) -> R {
    let g = g::me();
    // SAFETY: G2: the running goroutine's own field, and `f` does not call back into this module.
    f(unsafe { &mut *g.local().panics.get() })
}

/// Runs a goroutine's function to its end and does what its end asks for.
pub(crate) fn run_top(g: &G, f: impl FnOnce()) {
    // SAFETY: a recycled record starts with a clean state.
    unsafe { *g.local().panics.get() = PanicState::default() };
    let rt = g.rt();
    let end = catch_unwind(AssertUnwindSafe(f));
    match end {
        Ok(()) => {
            rt.event(Kind::GoEnd, 0, 0, 0, NO_CAUSE);
            if g.id() == 1 {
                rt.finish(End::Ok);
            }
        }
        Err(e) if e.is::<GoexitToken>() => {
            rt.event(Kind::GoEnd, 0, 0, 1, NO_CAUSE);
            if g.id() == 1 {
                rt.sched.idle.lock().main_gone = true;
            }
        }
        Err(e) => {
            rt.event(Kind::GoEnd, 0, 0, 2, NO_CAUSE);
            // SAFETY: as above.
            let chain = unsafe { &(*g.local().panics.get()).stack };
            let text = if e.is::<Passing>() { told(chain) } else { text_of(&*e).replace('\n', "\n\t") };
            rt.finish(End::Panic(text));
        }
    }
}

/// Panics inside goroutines are results, not accidents: no message from Rust's hook for them.
pub(crate) fn quiet_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if g::cur().is_null() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::{Rec, told};

    fn chain(of: &[(&str, bool)]) -> String {
        let rec = |&(t, recovered): &(&str, bool)| Rec { text: t.into(), recovered, depth: 0, goexit: t.is_empty() };
        told(&of.iter().map(rec).collect::<Vec<_>>())
    }

    #[test]
    fn chains_are_told_as_go_prints_them() {
        assert_eq!(chain(&[("a", false)]), "a");
        assert_eq!(chain(&[("a", false), ("b", false)]), "a\n\tpanic: b");
        assert_eq!(chain(&[("a", true), ("b", false)]), "a [recovered]\n\tpanic: b");
        assert_eq!(chain(&[("a", true), ("a", false)]), "a [recovered, repanicked]");
        assert_eq!(chain(&[("a", true), ("a", true), ("a", false)]), "a [recovered, repanicked]");
        assert_eq!(chain(&[("a", false), ("a", true), ("b", false)]), "a\n\tpanic: b");
        assert_eq!(chain(&[("a", false), ("", false), ("b", false)]), "a\n\tpanic: b", "Goexit between");
        assert_eq!(chain(&[("", false), ("b", false)]), "b");
        assert_eq!(chain(&[("two\nlines", false)]), "two\n\tlines");
    }
}
