//! Four senders, three receivers, five concurrent requests to stop, one close.
//!
//! Answers    channel-close-multi-sender
//! Watch for  1  stop is closed once   2  data is closed when no sender is left   3  nobody stays behind
//! Try        --mutate everyone-closes, --mutate deaf-sender, --seed 9
//! Go         runtime/chan.go closechan, runtime/select.go selectgo (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/multi-sender-stop",
    title: "M 个发送者、N 个接收者：只关 stop，再关 data",
    setup: Setup { procs: 2, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "并发触发 5 次停止，stop 只关闭一次",
            check: |s| {
                Verdict::eq("成功的 close", s.note("closes"), 1).and(Verdict::eq(
                    "重复关闭的 panic",
                    s.note("panics"),
                    0,
                ))
            },
        },
        Claim {
            text: "结束后没有留下任何 goroutine", check: |s| Verdict::eq("留下的 goroutine", s.note("left"), 0)
        },
        Claim {
            text: "收到的条数等于发出的条数",
            check: |s| {
                let (sent, got) = (s.note("sent"), s.note("got"));
                Verdict::new(sent > 0 && sent == got, format!("发出 {sent}，收到 {got}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "everyone-closes", what: "每个触发者自己 close(stop)", breaks: &[0] },
        Mutation { name: "deaf-sender", what: "其中一个发送者不听 stop", breaks: &[1] },
        Mutation { name: "drop-rest", what: "停止之后接收者不再取剩余的数据", breaks: &[2] },
    ],
    next: &[("关闭怎样唤醒全部", "bagu demo run channel/close-wakes-all")],
};

#[derive(Clone)]
struct World {
    data: Chan<i64>,
    stop: Chan<()>,
    to_stop: Chan<i64>,
    sent: Atomic,
    got: Atomic,
    closes: Atomic,
    panics: Atomic,
}

fn sender(w: &World, id: i64) {
    let deaf = id == 0 && mutated("deaf-sender");
    let stop = if deaf { Chan::nil() } else { w.stop.clone() };
    loop {
        select! {
            recv(stop) -> _ => { return; }
            send(w.data, id) => { w.sent.add(1); }
        }
    }
}

fn receiver(w: &World) {
    let drop_rest = mutated("drop-rest");
    for _ in &w.data {
        w.got.add(1);
        sleep(us(200));
        if drop_rest && matches!(w.stop.try_recv(), TryRecv::Closed) {
            return;
        }
    }
}

fn close_stop(w: &World) {
    match catch(|| w.stop.close()) {
        Ok(()) => w.closes.add(1),
        Err(_) => w.panics.add(1),
    };
}

fn trigger(w: &World, id: i64) {
    if mutated("everyone-closes") {
        close_stop(w);
    } else {
        w.to_stop.try_send(id);
    }
}

fn start(n: i64, name: &str, w: &World, f: fn(&World, i64)) -> WaitGroup {
    let group = WaitGroup::new();
    for id in 0..n {
        let w = w.clone();
        group.go(&format!("{name}{id}"), move || f(&w, id));
    }
    group
}

fn run() {
    let w = World {
        data: named("data", 4),
        stop: named("stop", 0),
        to_stop: chan(1),
        sent: Atomic::new(0),
        got: Atomic::new(0),
        closes: Atomic::new(0),
        panics: Atomic::new(0),
    };
    let before = num_goroutine();
    let senders = start(4, "sender", &w, sender);
    let receivers = start(3, "receiver", &w, |w, _| receiver(w));
    let arbiter = w.clone();
    go("arbiter", move || {
        if arbiter.to_stop.recv().is_some() {
            close_stop(&arbiter);
        }
    });
    sleep(ms(1));
    start(5, "trigger", &w, trigger).wait();
    sleep(ms(1)); // the senders have seen stop
    let stuck = num_goroutine() - before > 3 + usize::from(mutated("everyone-closes"));
    if !stuck {
        senders.wait();
        w.data.close();
        receivers.wait();
    }
    finish(&w, before);
}

fn finish(w: &World, before: usize) {
    sleep(ms(1));
    note("closes", w.closes.load());
    note("panics", w.panics.load());
    note("sent", w.sent.load());
    note("got", w.got.load());
    let left = num_goroutine() - before;
    note("left", left as i64);
    out!("触发 5 次 关闭 {} 次", w.closes.load());
    out!("收到等于发出 {}", w.sent.load() == w.got.load() && w.sent.load() > 0);
    out!("留下的 goroutine {left} 个");
}
