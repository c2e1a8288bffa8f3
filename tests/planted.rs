//! Each bug planted in the scheduler is caught by a small program, and the program passes without it.
//!
//! The table in `tests/planted.md` is written by `just planted` and held up to date here. Bugs that
//! only another thread's timing can show are planted in the models (`models/src/planted.rs`), and what a
//! signal does on threads in `tests/conformance/storm.rs`.
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config};

const SEEDS: u64 = 100;

/// Bug, what it is (with its number in the list of bug classes), processors, the program, and whether
/// a run of it went as it must.
type Row = (&'static str, &'static str, u16, fn(), fn(&End) -> bool);

fn fine(e: &End) -> bool {
    *e == End::Ok
}

const ALL: &[Row] = &[
    ("no-wakep", "12 就绪后不唤醒空闲处理器", 2, a_spawned_goroutine_finds_the_idle_processor, fine),
    ("no-global-poll", "14 从不看全局队列", 1, the_global_queue_has_its_turn, fine),
    ("select-dequeues-all", "15 select 清空落选通道的整个队列", 2, losing_cases_leave_others_alone, fine),
    ("close-wakes-one", "17 close 只唤醒一个接收者", 2, close_wakes_all, fine),
    ("mutex-no-handoff", "18 互斥锁没有饥饿模式", 2, the_mutex_is_handed_over, fine),
    ("wg-reuse-unchecked", "19 不检查 WaitGroup 复用", 1, reuse_is_reported, reused),
    ("timer-reset-not-sifted", "20 定时器提前后不重新排序", 2, a_timer_set_earlier_fires_earlier, fine),
    ("preempt-locked", "21 持有运行时的锁时被抢占", 2, a_lock_is_not_kept_through_a_stop, fine),
    ("syscall-keeps-p", "22 系统调用不交出处理器", 1, a_call_gives_the_processor_away, fine),
    ("dead-ignores-timers", "23 死锁检测不看定时器", 1, a_sleeper_is_no_deadlock, fine),
    ("no-preempt", "从不要求让出处理器", 1, a_loop_gives_way, fine),
];

fn reused(e: &End) -> bool {
    matches!(e, End::Panic(t) if t.contains("reused"))
}

fn waited(since: Time, at_most: std::time::Duration) {
    let d = now() - since;
    assert!(d < at_most, "waited {d:?}");
}

fn a_spawned_goroutine_finds_the_idle_processor() {
    let done = chan::<()>(1);
    let (d, since) = (done.clone(), now());
    go("other", move || {
        waited(since, ms(2));
        d.send(());
    });
    burn(ms(5));
    done.recv();
}

/// The local queue is never empty: each goroutine that comes from the ring leaves two behind, one for
/// `runnext` and one for the ring.
fn the_global_queue_has_its_turn() {
    fn relay(steps: &Atomic, stop: &Atomic) {
        steps.add(1);
        if stop.load() == 0 {
            let (s, t) = (steps.clone(), stop.clone());
            go("relay", move || relay(&s, &t));
            go("leaf", || ());
        }
    }
    let (steps, stop) = (Atomic::new(0), Atomic::new(0));
    let (s, t) = (steps.clone(), stop.clone());
    go("relay", move || relay(&s, &t));
    gosched(); // to the global queue
    assert!(steps.load() <= 61, "{} turns", steps.load());
    stop.store(1);
}

/// Fifty that sleep 1 µs and compute 2 µs keep the local queue busy for ever, two of them at a time
/// through `runnext`, which counts no turns: who is in the global queue waits until each of the others has
/// had its time slice of 10 ms and is there, too (as in Go, where the monitor counts the turns).
fn sleepers_do_not_starve_the_global_queue() {
    let stop = Atomic::new(0);
    for _ in 0..SLEEPERS {
        let stop = stop.clone();
        go("sleeper", move || {
            while stop.load() == 0 {
                sleep(us(1));
                burn(us(2));
            }
        });
    }
    let since = now();
    gosched();
    waited(since, ms(10 * (SLEEPERS + 1)));
    note("waited_us", (now() - since).as_micros() as i64);
    stop.store(1);
}

const SLEEPERS: u64 = 50;

fn a_lock_is_not_kept_through_a_stop() {
    let c = chan::<i32>(0);
    let d = c.clone();
    go("sender", move || (0..20).for_each(|i| d.send(i)));
    for i in 0..20 {
        assert_eq!(c.recv(), Some(i));
    }
}

fn losing_cases_leave_others_alone() {
    let (a, b) = (chan::<i32>(0), chan::<i32>(0));
    let (b2, done) = (b.clone(), chan::<()>(0));
    let d = done.clone();
    go("waits on b", move || {
        b2.recv();
        d.send(());
    });
    sleep(ms(1));
    let a2 = a.clone();
    go("sends on a", move || {
        sleep(ms(1));
        a2.send(1);
    });
    select! {
        recv(a) -> _ => {},
        recv(b) -> _ => {},
    }
    b.send(2);
    done.recv();
}

fn close_wakes_all() {
    let ch = chan::<()>(0);
    let wg = WaitGroup::new();
    for _ in 0..3 {
        let ch = ch.clone();
        wg.go("waits", move || _ = ch.recv());
    }
    sleep(ms(1));
    ch.close();
    wg.wait();
}

fn the_mutex_is_handed_over() {
    let m = Mutex::new();
    let m2 = m.clone();
    go("hog", move || {
        loop {
            m2.lock();
            burn(ms(1));
            m2.unlock();
        }
    });
    sleep(ms(2));
    for _ in 0..3 {
        let since = now();
        m.lock();
        waited(since, ms(8));
        m.unlock();
        sleep(ms(1));
    }
}

fn reuse_is_reported() {
    let wg = WaitGroup::new();
    wg.add(1);
    let w = wg.clone();
    go("reuses", move || {
        sleep(ms(1));
        w.done();
        w.add(1);
        w.done();
    });
    wg.wait();
    sleep(ms(1));
}

fn a_timer_set_earlier_fires_earlier() {
    let t = Timer::new(ms(1000));
    let (c, done) = (t.chan(), chan::<()>(0));
    let (d, since) = (done.clone(), now());
    go("waits", move || {
        c.recv();
        waited(since, ms(100));
        d.send(());
    });
    sleep(ms(1));
    t.reset(ms(10));
    done.recv();
}

fn a_loop_gives_way() {
    let since = now();
    let done = chan::<()>(1);
    let d = done.clone();
    go("other", move || {
        waited(since, ms(30));
        d.send(());
    });
    go("loop", || burn(ms(200)));
    done.recv();
}

fn a_call_gives_the_processor_away() {
    let since = now();
    let done = chan::<()>(1);
    let d = done.clone();
    go("other", move || {
        waited(since, ms(20));
        d.send(());
    });
    syscall(ms(100));
    done.recv();
}

fn a_sleeper_is_no_deadlock() {
    sleep(ms(1));
}

/// The first seed (counted from 1) at which the run does not go as it must.
fn first_red(row: &Row, planted: bool) -> Option<(u64, End)> {
    (1..=SEEDS).find_map(|seed| {
        let c = Config {
            seed,
            procs: row.2,
            mutation: planted.then(|| row.0.to_string()),
            points_max: 200_000,
            ..Config::default()
        };
        let end = runtime::run(c, row.3).end;
        (!row.4(&end)).then_some((seed, end))
    })
}

#[test]
fn inherited_time_slices_end() {
    for seed in 1..=3 {
        let r = runtime::run(Config { seed, procs: 1, ..Config::default() }, sleepers_do_not_starve_the_global_queue);
        assert_eq!(r.end, End::Ok, "seed {seed}");
        println!("seed {seed}: {:?}", r.notes);
    }
}

#[test]
fn every_planted_bug_is_caught_and_the_table_says_so() {
    let mut table = String::from("| 缺陷 | 名称 | 第几个种子 |\n|---|---|---|\n");
    let mut bad = vec![];
    for row in ALL {
        assert!(runtime::FAULT_NAMES.contains(&row.0), "{} is no switch", row.0);
        if let Some((seed, end)) = first_red(row, false) {
            bad.push(format!("{}: red without the bug at seed {seed}: {end:?}", row.0));
        }
        match first_red(row, true) {
            Some((seed, _)) => table += &format!("| {} | `{}` | {seed} |\n", row.1, row.0),
            None => bad.push(format!("{}: not caught in {SEEDS} seeds", row.0)),
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/planted.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- programs -->\n", "<!-- /programs -->");
    let (head, rest) = page.split_once(begin).unwrap();
    let (is, tail) = rest.split_once(end).unwrap();
    if std::env::var_os("BAGU_WRITE").is_some() {
        std::fs::write(path, format!("{head}{begin}{table}{end}{tail}")).unwrap();
    } else {
        assert_eq!(is, table, "tests/planted.md is out of date: `just planted` writes it");
    }
}
