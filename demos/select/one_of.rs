//! A select does exactly one of its communications; the channels it did not choose keep everything.
//!
//! Answers    select-basics, select-vs-select2
//! Watch for  1  two channels ready, one value left   2  three queues hold the waiter, then none
//! Try        --mutate drain-all, --mutate select-keeps-losers, --mutate poll
//! Go         runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/one-of",
    title: "一次 select 恰好执行一个分支，其余原样",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("out"),
    run,
    claims: &[
        Claim {
            text: "一次 select 恰好执行一个分支",
            check: |s| Verdict::eq("两路各一个值，一次 select 后还剩", s.note("left"), 1),
        },
        Claim {
            text: "没被选中的 channel 不受任何影响",
            check: |s| Verdict::eq("三轮之后各队列里留下的等待者", s.notes("after"), vec![0, 0, 0]),
        },
        Claim {
            text: "阻塞期间每个非 nil 分支各排一个等待者",
            check: |s| Verdict::eq("三轮阻塞期间的等待者", s.notes("queued"), vec![3, 3, 3]),
        },
    ],
    mutations: &[
        Mutation { name: "drain-all", what: "像 select(2) 那样把就绪的都处理掉", breaks: &[0] },
        Mutation { name: "select-keeps-losers", what: "醒来后不摘除其余分支", breaks: &[1] },
        Mutation { name: "poll", what: "用 default 轮询代替阻塞等待", breaks: &[2] },
    ],
    next: &[
        ("多个就绪时选哪个", "bagu demo run select/random"),
        ("落选的分支留在队列里会怎样", "bagu demo run select/one-of --mutate select-keeps-losers"),
    ],
};

/// The three channels of the second half: to receive from, to send to, to be told to quit.
#[derive(Clone)]
struct Three {
    input: Chan<i64>,
    output: Chan<i64>,
    quit: Chan<bool>,
}

impl Three {
    fn waiters(&self) -> i64 {
        let queued =
            self.input.snapshot().recvq.len() + self.output.snapshot().sendq.len() + self.quit.snapshot().recvq.len();
        queued as i64
    }
}

fn run() {
    let (a, b) = (named("a", 1), named("b", 1));
    a.send(1);
    b.send(2);
    select! {
        recv(a) -> _v => {}
        recv(b) -> _v => {}
    }
    if mutated("drain-all") {
        a.try_recv();
        b.try_recv();
    }
    note("left", (a.len() + b.len()) as i64);
    out!("两路就绪，一次 select 后还剩 {}", a.len() + b.len());

    let three = Three { input: named("in", 0), output: named("out", 0), quit: named("quit", 0) };
    for who in ["in", "out", "quit"] {
        let (peer, back) = (three.clone(), chan::<()>(0));
        let end = back.clone();
        go(who, move || {
            sleep(us(50));
            note("queued", peer.waiters());
            match who {
                "in" => peer.input.send(7),
                "out" => drop(peer.output.recv()),
                _ => peer.quit.send(true),
            }
            end.close();
        });
        out!("{}", wait(&three));
        back.recv();
        note("after", three.waiters());
    }
    let Three { input, output, quit } = &three;
    out!("之后三路长度 {} {} {}", input.len(), output.len(), quit.len());
}

fn wait(three: &Three) -> String {
    let Three { input, output, quit } = three;
    while mutated("poll") {
        if let TryRecv::Value(v) = input.try_recv() {
            return format!("收到 {v}");
        } else if output.try_send(8) {
            return "发出 8".into();
        } else if let TryRecv::Value(_) = quit.try_recv() {
            return "退出信号".into();
        }
        gosched();
    }
    select! {
        recv(input) -> v => { format!("收到 {}", v.unwrap_or(0)) }
        send(output, 8) => { "发出 8".to_string() }
        recv(quit) -> _v => { "退出信号".to_string() }
    }
}
