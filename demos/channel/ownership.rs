//! Who closes: the only sender, the receiver, a coordinator.
//!
//! Answers    channel-ownership
//! Watch for  1  the sender closes: all values, a clean end   2  the receiver closes: the sender panics
//!            3  a coordinator closes after the last sender: nothing is lost
//! Try        --mutate send-to-closed-ignored, --mutate close-at-once
//! Go         runtime/chan.go closechan; go.dev/blog/pipelines
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/ownership",
    title: "谁来关闭：发送者、接收者、协调者",
    setup: Setup { procs: 2, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "单发送者发完自己 close，接收方正常结束",
            check: |s| Verdict::eq("收到", s.notes("own"), vec![1, 2, 3]),
        },
        Claim {
            text: "接收方抢先关闭，发送方会 panic",
            check: |s| Verdict::eq("发送方 panic", s.note("sender_panics"), 1),
        },
        Claim {
            text: "多发送者由协调者在 WaitGroup 归零之后关闭，一个值都不丢",
            check: |s| Verdict::eq("收到（发出 6 个）", s.note("many"), 6),
        },
    ],
    mutations: &[
        Mutation { name: "close-drops-buffer", what: "close 时丢掉缓冲里的元素", breaks: &[0] },
        Mutation { name: "send-to-closed-ignored", what: "向已关闭发送被悄悄丢弃", breaks: &[1] },
        Mutation { name: "close-at-once", what: "协调者不等 WaitGroup 就关闭", breaks: &[2] },
    ],
    next: &[("M 个发送者怎样停下来", "bagu demo run channel/multi-sender-stop")],
};

fn sender_closes() {
    let own = chan::<i64>(3);
    let tx = own.sender();
    go("owner", move || {
        (1..=3).for_each(|v| tx.send(v));
        tx.close();
    });
    sleep(ms(1)); // all three are in the ring when it is closed
    let mut got = vec![];
    for v in &own {
        note("own", v);
        got.push(v.to_string());
    }
    out!("发送者关闭：收到 [{}]", got.join(" "));
}

fn receiver_closes() {
    let (data, closed, said) = (chan::<i64>(0), chan::<()>(0), chan::<String>(1));
    let (tx, wait, log) = (data.sender(), closed.receiver(), said.clone());
    go("sender", move || {
        tx.send(1);
        wait.recv();
        log.send(catch(|| tx.send(2)).err().unwrap_or_else(|| "没有 panic".to_owned()));
    });
    data.recv();
    data.close();
    closed.close();
    let text = said.recv().unwrap_or_default();
    note("sender_panics", i64::from(text == "send on closed channel"));
    out!("接收者抢先关闭：发送者 {text}");
}

fn coordinator_closes() {
    let (many, senders) = (chan::<i64>(2), WaitGroup::new());
    for s in 0..3 {
        let tx = many.sender();
        senders.go(&format!("sender{s}"), move || {
            // The panic of a sender that comes too late is not the point here.
            catch(|| [s, s + 10].into_iter().for_each(|v| tx.send(v))).unwrap_or_default();
        });
    }
    let tx = many.sender();
    let early = mutated("close-at-once");
    go("coordinator", move || {
        if !early {
            senders.wait();
        }
        tx.close();
    });
    let n = many.iter().count();
    note("many", n as i64);
    out!("协调者关闭：发出 6 个 收到 {n} 个");
}

fn run() {
    sender_closes();
    receiver_closes();
    coordinator_closes();
}
