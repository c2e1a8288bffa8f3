//! One counter three ways: mutex, capacity-1 channel as a lock, owner goroutine; then a lock that
//! gives up waiting.
//!
//! Answers    channel-vs-mutex
//! Watch for  1  a hundred additions, a hundred counted, three times   2  the channel lock lets go after 2 ms
//! Try        --mutate no-lock, --mutate free-lock
//! Go         internal/sync/mutex.go, runtime/chan.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/chan-vs-mutex",
    title: "锁、容量 1 的 channel、属主 goroutine",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("lock"),
    run,
    claims: &[
        Claim {
            text: "三种写法都能保证结果正确",
            check: |s| Verdict::eq("三种写法的计数", s.notes("sum"), vec![100, 100, 100]),
        },
        Claim {
            text: "容量 1 的 channel 当锁，等不到可以放弃",
            check: |s| {
                let waited = s.note("waited_us");
                Verdict::eq("结果", s.lines()[3], "等不到，放弃")
                    .and(Verdict::new(waited >= 2_000, format!("等了 {waited} µs")))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-lock", what: "前两种写法都不加锁", breaks: &[0] },
        Mutation { name: "free-lock", what: "没有人拿着锁", breaks: &[1] },
    ],
    next: &[("不加锁会丢多少", "bagu demo run channel/chan-vs-mutex --mutate no-lock")],
};

/// Two goroutines call `f` fifty times each.
fn both(f: impl Fn() + Clone + Send + 'static) {
    let wg = WaitGroup::new();
    for _ in 0..2 {
        let f = f.clone();
        wg.go("adder", move || (0..50).for_each(|_| f()));
    }
    wg.wait();
}

fn report(how: &str, sum: i64) {
    note("sum", sum);
    out!("{how}： {sum}");
}

fn run() {
    let locked = !mutated("no-lock");
    let (n, mu) = (Var::new(0_i64), Mutex::new());
    let (m, by_mutex) = (n.clone(), mu);
    both(move || {
        if locked {
            by_mutex.lock();
        }
        m.set(m.get() + 1);
        if locked {
            by_mutex.unlock();
        }
    });
    report("Mutex", n.get());

    n.set(0);
    let lock = named::<()>("lock", 1);
    let (m, by_chan) = (n.clone(), lock.clone());
    both(move || {
        if locked {
            by_chan.send(());
        }
        m.set(m.get() + 1);
        if locked {
            by_chan.recv();
        }
    });
    report("容量 1 的 channel", n.get());

    let (add, get) = (chan::<i64>(0), chan::<i64>(0));
    let (adds, gets) = (add.clone(), get.clone());
    go("owner", move || {
        let mut sum = 0;
        loop {
            select! {
                recv(adds) -> d => { sum += d.unwrap_or(0); }
                send(gets, sum) => { return; }
            }
        }
    });
    both(move || add.send(1));
    report("属主 goroutine", get.recv_ok().0);

    if !mutated("free-lock") {
        lock.send(()); // somebody holds it
    }
    let (start, late) = (now(), after(ms(2)));
    select! {
        send(lock, ()) => { out!("拿到了锁"); }
        recv(late) -> _t => { out!("等不到，放弃"); }
    }
    note("waited_us", (now() - start).as_micros() as i64);
}
