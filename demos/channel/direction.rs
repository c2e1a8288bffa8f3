//! Which operation exists on which end of a channel: the compiler is asked, not a table.
//!
//! Answers    channel-operators-direction
//! Watch for  1  the receiving end has no close   2  both ends are one channel
//! Try        --mutate two-way (hands out the channel itself)
//! Go         ref/spec Channel types; the twin asks go/types. How it asks here: a method that an end
//!            lacks is found in the trait `Absent` instead, because methods of the type itself come first.
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/direction",
    title: "发送端与只收端：编译器允许什么",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "发送端可以 close，只收端没有 close",
            check: |s| {
                let close: Vec<&str> = s.lines().into_iter().filter(|l| l.contains("关闭")).collect();
                Verdict::eq("关闭", close.as_slice(), ["发送端 关闭：可以", "只收端 关闭：编译不过"].as_slice())
            },
        },
        Claim {
            text: "方向只存在于静态类型里，运行时是同一个 hchan",
            check: |s| Verdict::eq("从发送端放进 5，只收端取到", s.note("through"), 5),
        },
    ],
    mutations: &[
        Mutation { name: "two-way", what: "交出去的不是单向端，而是双向 channel", breaks: &[0] },
        Mutation { name: "another-channel", what: "只收端来自另一个 channel", breaks: &[1] },
    ],
    next: &[("谁来关闭", "bagu demo run channel/ownership")],
};

struct Missing;

/// Operations that an end does not have.
trait Absent {
    fn send(&self, _: i64) -> Missing {
        Missing
    }
    fn recv(&self) -> Missing {
        Missing
    }
    fn close(&self) -> Missing {
        Missing
    }
}
impl Absent for Sender<i64> {}
impl Absent for Receiver<i64> {}

/// What the chosen method gave back tells whose it was.
trait Answer: Sized {
    fn word(self) -> &'static str {
        "可以"
    }
}
impl Answer for () {}
impl Answer for Option<i64> {}
impl Answer for Missing {
    fn word(self) -> &'static str {
        "编译不过"
    }
}

fn ends() -> (Sender<i64>, Receiver<i64>) {
    let ch = chan::<i64>(1);
    (ch.sender(), ch.receiver())
}

fn run() {
    let ((tx, _keep), (_also, rx)) = (ends(), ends());
    out!("发送端 发送：{}", tx.send(1).word());
    out!("发送端 接收：{}", tx.recv().word());
    out!("发送端 关闭：{}", tx.close().word());
    _also.send(1);
    out!("只收端 发送：{}", rx.send(2).word());
    out!("只收端 接收：{}", rx.recv().word());
    let closes = if mutated("two-way") { chan::<i64>(1).close().word() } else { rx.close().word() };
    out!("只收端 关闭：{closes}");

    let ch = named("ch", 1);
    let (tx, rx) = (ch.sender(), ch.receiver());
    tx.send(5);
    let rx = if mutated("another-channel") { chan::<i64>(1).receiver() } else { rx };
    let TryRecv::Value(v) = rx.try_recv() else { return };
    note("through", v);
    out!("从发送端放进 5，只收端取到 {v}，同一个 hchan {}", ch.is_empty());
}
