//! Timers: equal deadlines, Stop and Reset against firing. Durations are microseconds, so that a
//! stalled machine changes nothing that the virtual clock could not show.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus, Seq};
use crate::par;

/// Is a value there?
fn fired(t: &Timer) -> &'static str {
    match t.chan().try_recv() {
        TryRecv::Value(_) => "value",
        TryRecv::Closed | TryRecv::Empty => "empty",
    }
}

/// Computes for a short or a long moment, as the seed of the run would have it.
fn moment() {
    burn(us(bagu::runtime::config().seed % 5));
}

/// Functions called after the same time.
fn after_funcs(letters: &[char]) -> String {
    let (s, wg) = (Seq::new(), WaitGroup::new());
    wg.add(letters.len() as i64);
    for c in letters.iter().copied() {
        let (s, wg) = (s.clone(), wg.clone());
        after_func(us(20), move || {
            s.put(c);
            wg.done();
        });
    }
    wg.wait();
    s.line()
}

const HOUR: std::time::Duration = secs(3600);
const HOW_LONG: &str = "it depends on how long the other takes";

pub const ALL: &[Litmus] = &[
    Litmus::merge("time/two-sleepers", &["a", "b"], || {
        let s = Seq::new();
        par!([s] { sleep(us(20)); s.put('a'); } { sleep(us(20)); s.put('b'); });
        s.line()
    }),
    Litmus::merge("time/two-after-funcs", &["a", "b"], || after_funcs(&['a', 'b'])),
    Litmus::merge("time/three-after-funcs", &["a", "b", "c"], || after_funcs(&['a', 'b', 'c'])),
    Litmus::merge("time/after-0-or-main", &["f", "m"], || {
        let (s, done) = (Seq::new(), chan(0));
        let (t, d) = (s.clone(), done.clone());
        after_func(us(0), move || {
            t.put('f');
            d.send(true);
        });
        s.put('m');
        done.recv();
        s.line()
    }),
    Litmus::set("time/select-of-two-timers", &["a", "b"], || {
        let (a, b) = (after(us(10)), after(us(10)));
        select! { recv(a) -> _ => { "a".into() } recv(b) -> _ => { "b".into() } }
    })
    .wider("both may be due when the select looks")
    .unreached(&[("b", "the machine must stall the thread before the select; virtual threads never stall")]),
    Litmus::set("time/work-then-two-timers", &["a", "b"], || {
        let (a, b) = (after(us(2)), after(us(2)));
        moment();
        select! { recv(a) -> _ => { "a".into() } recv(b) -> _ => { "b".into() } }
    }),
    Litmus::set("time/select-of-two-due", &["a", "b"], || {
        let (a, b) = (after(us(0)), after(us(0)));
        sleep(us(20));
        select! { recv(a) -> _ => { "a".into() } recv(b) -> _ => { "b".into() } }
    }),
    Litmus::set("time/timer-or-sender", &["timeout", "value"], || {
        let (c, r) = (chan(1), Var::new(""));
        par!([c, r] { moment(); c.send(1); } {
            select! { recv(after(us(2))) -> _ => { r.set("timeout"); } recv(c) -> _ => { r.set("value"); } }
        });
        r.get().into()
    })
    .wider(HOW_LONG),
    Litmus::set("time/stop-or-fire", &["stopped", "ran"], || {
        let ran = chan(1);
        let r = ran.clone();
        let t = after_func(us(2), move || r.send(true));
        moment();
        if t.stop() {
            return "stopped".into();
        }
        ran.recv();
        "ran".into()
    })
    .wider(HOW_LONG),
    Litmus::one("time/stop-leaves-nothing", &["true empty"], || {
        let t = Timer::new(us(0));
        sleep(us(10));
        let was = t.stop();
        format!("{was} {}", fired(&t))
    }),
    Litmus::one("time/reset-leaves-nothing", &["true empty"], || {
        let t = Timer::new(us(0));
        sleep(us(10));
        let was = t.reset(HOUR);
        format!("{was} {}", fired(&t))
    }),
    Litmus::one("time/stop-after-receive", &["false empty"], || {
        let t = Timer::new(us(1));
        t.chan().recv();
        format!("{} {}", t.stop(), fired(&t))
    }),
    Litmus::one("time/reset-after-func-ran", &["false"], || {
        let ran = chan(0);
        let r = ran.clone();
        let t = after_func(us(1), move || r.send(true));
        ran.recv();
        let was = t.reset(us(1));
        ran.recv();
        was.to_string()
    }),
    Litmus::set("time/two-stoppers", &["true false", "false true"], || {
        let (t, a, b) = (after_func(HOUR, || ()), Var::new(false), Var::new(false));
        par!([t, a, b] { a.set(t.stop()); } { b.set(t.stop()); });
        format!("{} {}", a.get(), b.get())
    })
    .wider(ANY),
    Litmus::set("time/stop-against-reset", &["true false true", "true true false"], || {
        let (t, s, r) = (after_func(HOUR, || ()), Var::new(false), Var::new(false));
        par!([t, s, r] { s.set(t.stop()); } { r.set(t.reset(HOUR)); });
        format!("{} {} {}", s.get(), r.get(), t.stop())
    })
    .wider(ANY),
    Litmus::set("time/one-timer-two-receivers", &["1", "2"], || {
        let (t, quit, hit) = (Timer::new(us(10)), chan::<i32>(0), Atomic::new(0));
        let get = |me: i64, t: &Timer, quit: &Chan<i32>, hit: &Atomic| {
            select! {
                recv(t.chan()) -> _ => {
                    hit.store(me);
                    quit.close();
                }
                recv(quit) -> _ => {}
            }
        };
        par!([t, quit, hit] { get(1, &t, &quit, &hit); } { get(2, &t, &quit, &hit); });
        hit.load().to_string()
    })
    .wider(ANY),
    Litmus::one("time/len-of-a-due-timer", &["0 0 value"], || {
        let t = Timer::new(us(0));
        sleep(us(10));
        format!("{} {} {}", t.chan().len(), t.chan().cap(), fired(&t))
    }),
    Litmus::one("time/poll-until-due", &["empty"], || {
        let t = Timer::new(us(1));
        while fired(&t) == "empty" {}
        fired(&t).into()
    }),
    Litmus::one("time/negative-is-now", &["now"], || {
        // Our durations are never negative; zero is what Go makes of a negative one.
        after(us(0)).recv();
        sleep(us(0));
        "now".into()
    }),
    Litmus::one("time/shorter-reset-wins", &["true"], || {
        let ran = chan(0);
        let r = ran.clone();
        let t = after_func(HOUR, move || r.send(true));
        let was = t.reset(us(1));
        ran.recv();
        was.to_string()
    }),
    Litmus::one("time/ticks-are-not-kept", &["0"], || {
        let t = Ticker::new(us(5));
        sleep(us(60));
        t.chan().recv();
        let before = t.chan().len();
        t.chan().recv();
        t.stop();
        before.to_string()
    }),
    Litmus::merge("time/sleeper-and-worker", &["s", "w"], || {
        let s = Seq::new();
        par!([s] { sleep(us(2)); s.put('s'); } { moment(); s.put('w'); });
        s.line()
    }),
];
