//! One send wakes one waiter; close wakes all the rest. Senders that wait are woken to panic.
//!
//! Answers    channel-close-broadcast, channel-close-semantics
//! Watch for  1  after the send only waiter 0   2  after close 1, then 4 3 2   3  two panics
//! Try        --mutate close-wakes-one, --mutate ready-to-tail
//! Go         runtime/chan.go closechan, runtime/proc.go ready, runqput (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/close-wakes-all",
    title: "发送唤醒一个，关闭唤醒全部",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("done"),
    run,
    claims: &[
        Claim {
            text: "发送一个值只唤醒一个等待者",
            check: |s| Verdict::eq("发送之后醒来", s.notes("by_send"), vec![0]),
        },
        Claim {
            text: "close 一次唤醒全部等待者",
            check: |s| {
                let mut woke = s.notes("by_close");
                woke.sort_unstable();
                Verdict::eq("关闭之后醒来", woke, vec![1, 2, 3, 4])
            },
        },
        Claim {
            text: "最早等待的最先运行，其余按等待次序的逆序",
            check: |s| Verdict::eq("关闭之后的运行次序", s.notes("by_close"), vec![1, 4, 3, 2]),
        },
        Claim {
            text: "关闭时阻塞中的发送者也全部被唤醒，并各自 panic",
            check: |s| Verdict::eq("panic 的发送者", s.note("panics"), 2),
        },
    ],
    mutations: &[
        Mutation { name: "close-instead", what: "第一步就用关闭代替发送", breaks: &[0, 1] },
        Mutation { name: "close-wakes-one", what: "close 只唤醒一个等待者", breaks: &[1, 3] },
        Mutation { name: "ready-to-tail", what: "被唤醒的 goroutine 排到队尾", breaks: &[2] },
    ],
    next: &[("多处触发时怎样只关一次", "bagu demo run channel/multi-sender-stop")],
};

/// Takes what is there, notes it, and shows it as Go shows a slice.
fn drain(name: &str, woke: &Chan<i64>) -> String {
    let mut all = vec![];
    while let TryRecv::Value(v) = woke.try_recv() {
        note(name, v);
        all.push(v.to_string());
    }
    format!("[{}]", all.join(" "))
}

fn waiters() {
    let (done, woke) = (named("done", 0), chan::<i64>(8));
    for i in 0..5 {
        let (rx, log) = (done.receiver(), woke.clone());
        go(&format!("waiter{i}"), move || {
            rx.recv();
            log.send(i);
        });
        sleep(ms(1)); // waits before the next one starts
    }
    let early = mutated("close-instead");
    if early {
        done.close();
    } else {
        done.send(());
    }
    sleep(ms(1));
    out!("发送一个值 醒来 {}", drain("by_send", &woke));
    if !early {
        done.close();
    }
    sleep(ms(1));
    out!("关闭 醒来 {}", drain("by_close", &woke));
}

fn run() {
    waiters();
    let (data, said) = (chan::<i64>(0), chan::<String>(8));
    for i in 0..2 {
        let (tx, log) = (data.clone(), said.clone());
        go(&format!("sender{i}"), move || {
            if let Err(text) = catch(|| tx.send(i)) {
                log.send(text);
            }
        });
    }
    sleep(ms(1));
    data.close();
    sleep(ms(1));
    note("panics", said.len() as i64);
    while let TryRecv::Value(text) = said.try_recv() {
        out!("阻塞的发送者 {text}");
    }
}
