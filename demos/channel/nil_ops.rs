//! Every operation on a nil channel, and what nil is good for in `select`.
//!
//! Answers    channel-nil
//! Watch for  1  blocked for ever, in no queue, with its own wait reason   2  close panics
//!            3  a case set to nil is switched off: four rounds, no spinning
//! Try        --mutate made-instead, --mutate keep-closed
//! Go         runtime/chan.go: the c == nil branches (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/nil-ops",
    title: "nil channel：收发永久阻塞，select 里可当开关",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "对 nil channel 收发永久阻塞",
            check: |s| {
                let want = ["阻塞接收 chan receive (nil chan)", "阻塞发送 chan send (nil chan)"];
                Verdict::eq("5 ms 之后", &s.lines()[4..6], &want)
            },
        },
        Claim {
            text: "不进任何等待队列", check: |s| Verdict::eq("进入等待队列的次数", s.note("queued"), 0)
        },
        Claim {
            text: "close(nil) 会 panic",
            check: |s| Verdict::eq("关闭", s.lines()[3], "关闭 panic close of nil channel"),
        },
        Claim { text: "len 与 cap 都是 0", check: |s| Verdict::eq("第一行", s.lines()[0], "len=0 cap=0") },
        Claim {
            text: "select 里把一个 channel 变量置 nil，等于动态关掉那个分支",
            check: |s| Verdict::eq("2 个值加 2 次关闭，循环", s.note("loops"), 4),
        },
    ],
    mutations: &[
        Mutation { name: "nil-chan-returns", what: "nil 上的操作立即返回", breaks: &[0, 2] },
        Mutation {
            name: "made-instead", what: "不用 nil，换成 make 出来的、已满的 channel", breaks: &[0, 1, 2, 3]
        },
        Mutation { name: "keep-closed", what: "关闭的一路不置 nil", breaks: &[4] },
    ],
    next: &[("十五格结果表", "bagu demo run channel/panic-table")],
};

/// What a goroutine that runs `f` waits for after 5 ms.
fn reason(name: &str, f: impl FnOnce() + Send + 'static) -> &'static str {
    go(name, f);
    sleep(ms(5));
    let me = goroutines().into_iter().find(|g| g.name == name);
    me.and_then(|g| g.reason).map_or("已返回", WaitReason::text)
}

/// The first four lines of the table: what does not block.
fn at_once(ch: &Chan<i64>) {
    out!("len={} cap={}", ch.len(), ch.cap());
    let taken = matches!(ch.try_recv(), TryRecv::Value(_));
    out!("非阻塞接收 {}", if taken { "成功" } else { "走 default" });
    out!("非阻塞发送 {}", if ch.try_send(1) { "成功" } else { "走 default" });
    match catch(|| ch.close()) {
        Err(text) => out!("关闭 panic {text}"),
        Ok(()) => out!("关闭 成功"),
    }
}

fn for_ever(nil: bool) {
    let make = move || if nil { Chan::<i64>::nil() } else { chan(0) };
    let (a, b) = (make(), make());
    out!(
        "阻塞接收 {}",
        reason("receiver", move || {
            a.recv();
        })
    );
    out!("阻塞发送 {}", reason("sender", move || b.send(1)));
}

/// Two closed inputs merged; a closed one is switched off by nil.
fn merge() {
    let (mut a, mut b) = (chan::<i64>(1), chan::<i64>(1));
    a.send(1);
    b.send(2);
    a.close();
    b.close();
    let (mut sum, mut loops, keep) = (0, 0, mutated("keep-closed"));
    while (!a.is_nil() || !b.is_nil()) && loops < 50 {
        loops += 1;
        select! {
            recv(a) -> v => {
                sum += v.unwrap_or(0);
                if v.is_none() && !keep { a = Chan::nil(); }
            }
            recv(b) -> v => {
                sum += v.unwrap_or(0);
                if v.is_none() && !keep { b = Chan::nil(); }
            }
        }
    }
    note("loops", loops);
    out!("合并两路 和 {sum} 循环 {loops} 次");
}

fn run() {
    let nil = !mutated("made-instead");
    at_once(&if nil { Chan::nil() } else { chan(1) });
    let blocked = case("阻塞的两种", move || for_ever(nil));
    for line in &blocked.out {
        out!("{line}");
    }
    note("queued", blocked.count(Kind::ChanWait) as i64);
    merge();
}
