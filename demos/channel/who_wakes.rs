//! A hundred goroutines wait on a channel each; the sender wakes exactly one, and nobody scans.
//!
//! Answers    channel-who-wakes
//! Watch for  1  one wake-up, of the receiver on channel 42   2  it is done by the goroutine that sends
//! Try        --mutate wake-all, --mutate patrol
//! Go         runtime/chan.go send, runtime/proc.go goready (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/who-wakes",
    title: "一百个等待者，一次发送只叫醒一个",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "一次发送只唤醒一个等待者",
            check: |s| Verdict::eq("被唤醒的等待者", wakeups(s).len(), 1),
        },
        Claim {
            text: "唤醒者就是执行发送的那个 goroutine",
            check: |s| {
                let wakers: Vec<u32> = wakeups(s).iter().map(|e| e.g).collect();
                let main = s.gid("main");
                let all = !wakers.is_empty() && wakers.iter().all(|g| *g == main);
                Verdict::new(all, format!("发送者 G{main}，唤醒者 {wakers:?}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "wake-all", what: "向一百个 channel 都发送", breaks: &[0] },
        Mutation { name: "patrol", what: "main 只投信，由巡逻的 goroutine 代发", breaks: &[1] },
    ],
    next: &[("改成有人巡逻代发", "bagu demo run channel/who-wakes --mutate patrol")],
};

const WAITERS: usize = 100;

/// Wake-ups of waiters, by whomever.
fn wakeups(s: &Seen) -> Vec<Event> {
    let (first, last) = (s.gid("w0"), s.gid("w99"));
    s.recording.of(Kind::GoReady).map(|(_, e)| *e).filter(|e| (first..=last).contains(&e.a)).collect()
}

fn run() {
    let woken = Atomic::new(0);
    let chans: Vec<Chan<i64>> = (0..WAITERS).map(|_| chan(0)).collect();
    for (i, ch) in chans.iter().enumerate() {
        let (ch, woken) = (ch.clone(), woken.clone());
        go(&format!("w{i}"), move || {
            let v = ch.recv_ok().0;
            woken.add(1);
            out!("w{i} 收到 {v}");
        });
    }
    sleep(ms(10));
    if mutated("patrol") {
        let post = chan::<(usize, i64)>(1);
        let (letters, doors) = (post.clone(), chans.clone());
        go("patrol", move || {
            for (k, v) in &letters {
                doors[k].send(v);
            }
        });
        post.send((42, 7));
    } else if mutated("wake-all") {
        for ch in &chans {
            ch.send(7);
        }
    } else {
        chans[42].send(7);
    }
    sleep(ms(10));
    let n = woken.load();
    out!("醒来 {n} 个，还在等 {} 个", WAITERS as i64 - n);
}
