//! Which operation exists on which end of a channel: the compiler is asked, not a table.
//!
//! Answers    channel-operators-direction
//! Watch for  1  the receiving end has no close   2  both ends are one channel
//! Try        --mutate two-way (hands out the channel itself)
//! Go         ref/spec Channel types; the twin asks go/types. Here `Receiver::close` names the type's own
//!            method if there is one, else the one of the trait `Absent`; the result type tells which.
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

/// The result type of an operation that does not exist.
struct Missing;

/// Stands in for the operations that an end lacks.
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

/// The result type tells which of the two the compiler chose.
trait Answer {
    const WORD: &'static str = "可以";
}
impl Answer for () {}
impl Answer for Option<i64> {}
impl Answer for Missing {
    const WORD: &'static str = "编译不过";
}

fn plain<End, R: Answer>(_: fn(&End) -> R) -> &'static str {
    R::WORD
}

fn with_value<End, R: Answer>(_: fn(&End, i64) -> R) -> &'static str {
    R::WORD
}

fn run() {
    out!("发送端 发送：{}", with_value(Sender::<i64>::send));
    out!("发送端 接收：{}", plain(Sender::<i64>::recv));
    out!("发送端 关闭：{}", plain(Sender::<i64>::close));
    out!("只收端 发送：{}", with_value(Receiver::<i64>::send));
    out!("只收端 接收：{}", plain(Receiver::<i64>::recv));
    let close = if mutated("two-way") { plain(Chan::<i64>::close) } else { plain(Receiver::<i64>::close) };
    out!("只收端 关闭：{close}");

    let ch = named("ch", 1);
    let (tx, own) = (ch.sender(), ch.receiver());
    tx.send(5);
    let rx = if mutated("another-channel") { chan::<i64>(1).receiver() } else { own };
    let TryRecv::Value(v) = rx.try_recv() else { return };
    note("through", v);
    out!("从发送端放进 5，只收端取到 {v}，同一个 hchan {}", ch.is_empty());
}
