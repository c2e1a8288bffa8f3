//! How a program ends: runtime/crash_test.go, runtime/testdata/testprog/{deadlock,crash}.go (go1.27.3).
//!
//! What is compared is the text that Go prints first: `fatal error: …`, or the chain of panics. The
//! command that runs demos turns these ends into sentences and exit codes; `tests/demo_sandbox.rs`
//! holds those. A stack overflow ends the process, so it runs as a child here.
//!
//! Not ported: TestInitDeadlock (no package initialisation), TestGoexitCrash's finaliser and
//! TestFinalizerOrCleanupDeadlock (no collector), TestGoNil (a goroutine's function cannot be nil in
//! Rust), TestPanicLoop, TestDoublePanic, TestPanicWhilePanicking, TestPanicOnUnsafeSlice (printing
//! a panic's value runs no code of the program here), TestRuntimePanicWithRuntimeError (panics carry
//! texts, not types), TestConcurrentMap… (no maps of the language), TestBreakpoint, TestAbort,
//! TestBadTraceback, TestTracebackRuntime…, TestG0StackOverflow, TestVDSO, TestCrashHandler,
//! TestMemPprof, TestTimePprof, TestCrashWhileTracing (machine and profiler), TestSynctest… (no
//! bubbles). TestMainGoroutineID and TestNoHelperGoroutines are `go_num_goroutine` of `threads`.
use std::process::Command;

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform};

const ASLEEP: &str = "fatal error: all goroutines are asleep - deadlock!";
const GONE: &str = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!";

/// What Go would print first.
fn told(end: &End) -> String {
    match end {
        End::Ok => "ok".into(),
        End::Deadlock(t) => t.lines().next().unwrap_or_default().into(),
        End::Panic(t) => format!("panic: {t}"),
        End::Fatal(t) if t.starts_with("runtime:") => t.clone(),
        End::Fatal(t) => format!("fatal error: {t}"),
        End::Limit(t) => format!("limit: {t}"),
    }
}

/// Seeds and threads on which each end is tried.
fn configs() -> impl Iterator<Item = Config> {
    let virt = (0..334).flat_map(|seed| [1, 2, 4].map(|procs| (seed, procs, Platform::Virtual)));
    let real = (0..2).flat_map(|seed| [1, 2, 4].map(|procs| (seed, procs, Platform::Real)));
    virt.chain(real).map(|(seed, procs, platform)| Config {
        seed,
        procs,
        platform,
        preempt_permille: (seed % 3) as u32 * 40,
        points_max: 1_000_000,
        ..Config::default()
    })
}

/// The program prints `lines` and then ends with `want`, everywhere.
#[track_caller]
fn ends_so(lines: &[&str], want: &str, program: fn()) {
    for c in configs() {
        let label = format!("{:?} procs={} seed={}", c.platform, c.procs, c.seed);
        let r = runtime::run(c, program);
        assert_eq!(told(&r.end), want, "{label}");
        assert_eq!(r.out, lines, "{label}");
    }
    crate::storm::ends(program, |e| told(e) == want);
}

fn say(r: Option<String>) {
    out!("{}", r.unwrap_or_else(|| "<nil>".into()));
}

/// A Go function with defers and no result.
fn function<'a>(f: impl FnOnce(&Defers<'a>)) {
    func::<()>(f);
}

/// TestSimpleDeadlock: nothing can ever run again.
#[test]
fn go_simple_deadlock() {
    ends_so(&[], ASLEEP, || select_forever());
}

/// TestLockedDeadlock: main tied to its thread.
#[test]
fn go_locked_deadlock() {
    ends_so(&[], ASLEEP, || {
        lock_os_thread();
        select_forever()
    });
}

/// TestLockedDeadlock2: another goroutine tied to its thread.
#[test]
fn go_locked_deadlock_2() {
    ends_so(&[], ASLEEP, || {
        go("tied", || {
            lock_os_thread();
            select_forever()
        });
        sleep(ms(1));
        select_forever()
    });
}

/// TestGoexitDeadlock, TestGoexitCrash: main has ended by Goexit and so has everybody else.
#[test]
fn go_goexit_deadlock() {
    ends_so(&[], GONE, || {
        for _ in 0..2 {
            go("short", gosched);
        }
        go("sleeper", || sleep(ms(1)));
        goexit()
    });
}

/// TestGoexitInPanic: Goexit in a deferred function stops the panic, not the program.
#[test]
fn go_goexit_in_panic() {
    ends_so(&[], GONE, || {
        go("panics", || {
            function(|d| {
                d.defer(|| goexit());
                panic!("hello")
            });
        });
        goexit()
    });
}

/// TestPanicAfterGoexit: a panic in a deferred function that Goexit runs is a panic.
#[test]
fn go_panic_after_goexit() {
    ends_so(&[], "panic: hello", || {
        function(|d| {
            d.defer(|| panic!("hello"));
            goexit()
        });
    });
}

/// TestRecoveredPanicAfterGoexit: recovered, Goexit goes on.
#[test]
fn go_recovered_panic_after_goexit() {
    ends_so(&[], GONE, || {
        function(|d| {
            d.defer(|| {
                function(|d| {
                    d.defer(|| assert!(recover().is_some(), "bad recover"));
                    panic!("hello")
                });
            });
            goexit()
        });
    });
}

/// TestRecoverBeforePanicAfterGoexit: the recovering deferred function belongs to the same call;
/// Goexit still goes on.
#[test]
fn go_recover_before_panic_after_goexit() {
    ends_so(&[], GONE, || {
        function(|d| {
            d.defer(|| assert!(recover().is_some(), "bad recover"));
            d.defer(|| panic!("hello"));
            goexit()
        });
    });
}

/// TestRecoverBeforePanicAfterGoexit2: the same below other deferred functions.
#[test]
fn go_recover_before_panic_after_goexit_2() {
    ends_so(&["last"], GONE, || {
        function(|d| {
            d.defer(|| out!("last"));
            d.defer(|| assert!(recover().is_some(), "bad recover"));
            d.defer(|| panic!("hello"));
            goexit()
        });
    });
}

/// TestGoexitDefer: a deferred function that runs because of Goexit recovers nothing.
#[test]
fn go_goexit_defer() {
    ends_so(&["<nil>"], "ok", || {
        let c = chan(0);
        let done = c.clone();
        go("exits", move || {
            function(|d| {
                d.defer(|| {
                    say(recover());
                    done.send(());
                });
                goexit()
            });
        });
        c.recv();
    });
}

/// TestRecursivePanic: a panic raised while recovering takes the first one's place.
#[test]
fn go_recursive_panic() {
    ends_so(&["wrap: bad"], "panic: again", || {
        function(|d| {
            d.defer(|| say(recover()));
            function(|d| {
                d.defer(|| {
                    if let Some(e) = recover() {
                        panic!("wrap: {e}")
                    }
                });
                panic!("bad")
            });
        });
        panic!("again")
    });
}

/// TestRecursivePanic2: recover and new panic in two deferred functions.
#[test]
fn go_recursive_panic_2() {
    ends_so(&["first panic", "second panic"], "panic: third panic", || {
        function(|d| {
            d.defer(|| say(recover()));
            function(|d| {
                d.defer(|| panic!("second panic"));
                d.defer(|| say(recover()));
                panic!("first panic")
            });
        });
        panic!("third panic")
    });
}

/// TestRecursivePanic3: a second panic that was recovered does not save the first.
#[test]
fn go_recursive_panic_3() {
    ends_so(&[], "panic: first panic", || {
        function(|d| {
            d.defer(|| {
                function(|d| {
                    d.defer(|| {
                        recover();
                    });
                    panic!("second panic")
                });
            });
            panic!("first panic")
        });
    });
}

/// TestRecursivePanic4: recovered and followed by another in one deferred function: both are told.
#[test]
fn go_recursive_panic_4() {
    ends_so(&[], "panic: first panic [recovered]\n\tpanic: second panic", || {
        function(|d| {
            d.defer(|| {
                recover();
                panic!("second panic")
            });
            panic!("first panic")
        });
    });
}

/// TestRecursivePanic5: deferred functions further up still run after all that.
#[test]
fn go_recursive_panic_5() {
    ends_so(&["first panic", "second panic", "up"], "panic: third panic", || {
        function(|d| {
            d.defer(|| out!("up"));
            function(|d| {
                d.defer(|| ());
                d.defer(|| say(recover()));
                d.defer(|| {
                    say(recover());
                    panic!("second panic")
                });
                panic!("first panic")
            });
        });
        panic!("third panic")
    });
}

/// TestRepanickedPanic: the same value again is told once.
#[test]
fn go_repanicked_panic() {
    ends_so(&[], "panic: message [recovered, repanicked]", || {
        function(|d| {
            d.defer(|| panic!("{}", recover().unwrap_or_default()));
            panic!("message")
        });
    });
}

/// TestRepanickedMiddlePanic: in the middle of a chain.
#[test]
fn go_repanicked_middle_panic() {
    let want = "panic: inner [recovered]\n\tpanic: middle [recovered, repanicked]\n\tpanic: outer";
    ends_so(&[], want, || {
        function(|d| {
            d.defer(|| {
                recover();
                panic!("outer")
            });
            function(|d| {
                d.defer(|| panic!("{}", recover().unwrap_or_default()));
                function(|d| {
                    d.defer(|| {
                        recover();
                        panic!("middle")
                    });
                    panic!("inner")
                });
            });
        });
    });
}

/// TestRepanickedPanicSandwich: with another panic between, both are told.
#[test]
fn go_repanicked_panic_sandwich() {
    ends_so(&[], "panic: outer [recovered]\n\tpanic: inner [recovered]\n\tpanic: outer", || {
        let outer = Var::new(String::new());
        function(|d| {
            d.defer(|| {
                recover();
                panic!("{}", outer.get())
            });
            function(|d| {
                d.defer(|| {
                    outer.set(recover().unwrap_or_default());
                    panic!("inner")
                });
                panic!("outer")
            });
        });
    });
}

/// TestDoublePanicWithSameValue: not recovered between: told once.
#[test]
fn go_double_panic_with_same_value() {
    ends_so(&[], "panic: message", || {
        function(|d| {
            d.defer(|| panic!("message"));
            panic!("message")
        });
    });
}

/// TestPanicTraceback: a chain is told in the order in which the panics were raised.
#[test]
fn go_panic_traceback() {
    ends_so(&[], "panic: hello\n\tpanic: panic pt2\n\tpanic: panic pt1", || {
        function(|d| {
            d.defer(|| panic!("panic pt1"));
            function(|d| {
                d.defer(|| panic!("panic pt2"));
                panic!("hello")
            });
        });
    });
}

/// TestPanicDeadlockGosched, TestPanicDeadlockSyscall: a panicking goroutine that yields, or makes a
/// blocking call, on its way out still ends the program with its text.
#[test]
fn go_panic_with_yield_and_call_on_the_way() {
    ends_so(&["1", "2"], "panic: 3", || {
        function(|d| {
            d.defer(|| {
                out!("1");
                gosched();
                syscall(us(10));
                out!("2");
            });
            panic!("3")
        });
    });
}

/// TestPanicRace: of panics at the same moment exactly one is told, in full.
#[test]
fn go_panic_race() {
    for c in configs() {
        let label = format!("{:?} procs={} seed={}", c.platform, c.procs, c.seed);
        let r = runtime::run(c, || {
            for _ in 0..4 {
                go("panics", || panic!("one of many"));
            }
            select_forever()
        });
        assert_eq!(told(&r.end), "panic: one of many", "{label}");
    }
}

/// TestNetpollDeadlock: a goroutine that waits in the poller is no deadlock, whatever else waits.
#[test]
fn go_netpoll_deadlock() {
    ends_so(&["accepted"], "ok", || {
        let l = listen().expect("a port");
        let (addr, c) = (l.addr(), chan(0));
        let d = c.clone();
        go("accepts", move || {
            let ok = l.accept().is_ok();
            d.send(ok);
        });
        // For a while nobody can run and no timer is set but this one.
        sleep(ms(2));
        go("dials", move || {
            let _ = dial(&addr);
        });
        if c.recv() == Some(true) {
            out!("accepted");
        }
    });
}

/// TestThreadExhaustion: one thread too many ends the program with Go's two lines.
#[test]
fn go_thread_exhaustion() {
    for c in configs().step_by(10) {
        let label = format!("{:?} procs={} seed={}", c.platform, c.procs, c.seed);
        let r = runtime::run(Config { threads_max: 10, ..c }, || {
            let c = chan(0);
            for _ in 0..100 {
                let d = c.clone();
                go("tied", move || {
                    lock_os_thread();
                    d.send(());
                    select_forever()
                });
                c.recv();
            }
        });
        assert_eq!(told(&r.end), "runtime: program exceeds 10-thread limit\nfatal error: thread exhaustion", "{label}");
    }
}

/// A child that runs off a goroutine's stack.
fn overflow(platform: Platform) -> std::process::Output {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "ending::stack_overflow_child", "--ignored", "--nocapture"])
        .env("BAGU_OVERFLOW_ON", platform.name())
        .output()
        .expect("a child")
}

fn overflow_is_told(platform: Platform) {
    let child = overflow(platform);
    let text = String::from_utf8_lossy(&child.stderr);
    assert_eq!(child.status.code(), Some(2), "{platform:?}: {text}");
    for part in ["runtime: goroutine stack exceeds 65536-byte limit\n", "fatal error: stack overflow"] {
        assert!(text.contains(part), "{platform:?}: {part:?} is not in: {text}");
    }
}

/// TestStackOverflow: Go's message and exit status 2.
#[test]
fn go_stack_overflow() {
    overflow_is_told(Platform::Real);
}

/// The same on the virtual platform.
#[test]
fn go_stack_overflow_virtual() {
    overflow_is_told(Platform::Virtual);
}

/// Runs off its stack.
#[test]
#[ignore = "ends the process; run by go_stack_overflow"]
fn stack_overflow_child() {
    fn deeper(n: u64) -> u64 {
        if n == u64::MAX { 0 } else { std::hint::black_box(deeper(n + 1)) + 1 }
    }
    let on = std::env::var("BAGU_OVERFLOW_ON").unwrap_or_default();
    let Some(platform) = Platform::parse(&on) else { return };
    runtime::run(Config { platform, ..Config::default() }, || {
        go("recursive", || out!("{}", deeper(0)));
        select_forever()
    });
}

/// Takes a value when it is dropped.
struct Takes(Chan<i32>);

impl Drop for Takes {
    fn drop(&mut self) {
        self.0.recv();
    }
}

/// No counterpart in Go: Rust's destructors run while a panic unwinds. One that waits does wait, and then the
/// panic goes on.
#[test]
fn a_destructor_that_waits_while_a_panic_unwinds() {
    ends_so(&["main sends", "caught x"], "ok", || {
        let (c, done) = (Chan::new(0), Chan::new(0));
        let (taken, end) = (c.clone(), done.clone());
        go("panics", move || {
            let caught = catch(|| {
                let _last = Takes(taken);
                panic!("x")
            });
            out!("caught {}", caught.err().unwrap_or_default());
            end.send(0);
        });
        gosched();
        out!("main sends");
        c.send(1);
        done.recv();
    });
}

/// A goroutine that the end of its run leaves in such a destructor leaves the count of panics behind, too.
/// Later runs on the thread are as on any other.
#[test]
fn a_run_after_one_that_was_left_in_a_destructor() {
    fn left() {
        let c = Chan::new(0);
        go("panics", move || {
            let _last = Takes(c);
            panic!("x")
        });
        gosched();
        gosched();
    }
    fn pair() {
        let (c, done) = (Chan::new(1), Chan::new(0));
        let (taken, end) = (c.clone(), done.clone());
        go("takes", move || end.send((0..50).map(|_| taken.recv().unwrap_or_default()).sum::<i32>()));
        (0..50).for_each(|n| c.send(n));
        out!("{:?}", done.recv());
    }
    let run = |program: fn()| {
        let r = runtime::run(Config { procs: 1, preempt_permille: 40, record: true, ..Config::default() }, program);
        (told(&r.end), r.out, r.elapsed_ns, format!("{:?}", r.recording.events))
    };
    let on_a_thread = |before: bool| {
        let (was, after) = std::thread::scope(|s| {
            s.spawn(|| {
                let was = before.then(|| run(left).0);
                assert_eq!(std::thread::panicking(), before, "the count is the thread's");
                (was, run(pair))
            })
            .join()
            .expect("a run")
        });
        assert_eq!(was, before.then(|| "ok".into()));
        after
    };
    assert_eq!(on_a_thread(true), on_a_thread(false));
}
