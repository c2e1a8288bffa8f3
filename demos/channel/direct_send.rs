//! A receiver waits, a value comes: past the ring, and who runs next.
//!
//! Answers    channel-direct-send
//! Watch for  1  len is 0 right after the send   2  the sender goes on   3  the receiver runs before A and B,
//!            which were ready earlier
//! Try        --mutate no-direct-send, --mutate ready-to-tail
//! Go         runtime/chan.go send, sendDirect; runtime/proc.go ready, runqput (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/direct-send",
    title: "直接交接：不进缓冲，接收者优先运行",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "接收者先等，发送者后到：值直接拷给接收者，一次也不进缓冲",
            check: |s| {
                let done = s.on_chan("ch", Kind::ChanSendDone)[0];
                Verdict::eq("交给的 goroutine 就是接收者", done.b, u64::from(s.gid("receiver")))
                    .and(Verdict::eq("走法（0 = 直交）", done.why, 0))
                    .and(Verdict::eq("搬运次数", s.note("copies"), 1))
            },
        },
        Claim {
            text: "发送方继续运行，被唤醒的接收者排在更早就绪的 goroutine 之前",
            check: |s| Verdict::eq("次序", s.lines(), vec!["发送方继续 len = 0", "接收者 得到 1", "A", "B"]),
        },
    ],
    mutations: &[
        Mutation { name: "no-direct-send", what: "有接收者在等也先走一遍缓冲", breaks: &[0] },
        Mutation { name: "ready-to-tail", what: "被唤醒的 goroutine 排到队尾", breaks: &[1] },
    ],
    next: &[("发送者先等的另一半", "bagu demo run channel/full-with-waiter")],
};

fn run() {
    let (ch, all) = (named("ch", 1), WaitGroup::new());
    let rx = ch.receiver();
    all.go("receiver", move || out!("接收者 得到 {}", rx.recv_ok().0));
    sleep(ms(1)); // the receiver waits by now
    all.go("A", || out!("A"));
    all.go("B", || out!("B"));
    ch.send(1);
    out!("发送方继续 len = {}", ch.len());
    note("copies", ch.snapshot().copies as i64);
    all.wait();
}
