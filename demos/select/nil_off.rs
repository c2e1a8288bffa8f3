//! Setting a channel variable to nil switches its case off; setting it back switches it on.
//!
//! Answers    select-nil-case
//! Watch for  1  five turns for three values from two inputs   2  nil is never ready
//!            3  the forwarder sends only when it has something
//! Try        --mutate keep-closed, --mutate always-on
//! Go         runtime/select.go selectgo: nil cases get no place in the orders (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/nil-off",
    title: "把 channel 变量置 nil，就关掉了这个分支",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("sink"),
    run,
    claims: &[
        Claim {
            text: "循环次数正好是元素数加输入路数",
            check: |s| Verdict::eq("3 个元素、2 路输入的循环次数", s.note("turns"), 5),
        },
        Claim {
            text: "nil channel 的分支永远不可行",
            check: |s| Verdict::eq("第二行", s.lines()[1], "nil 分支不可行"),
        },
        Claim {
            text: "输出变量为 nil 时发送分支关闭",
            check: |s| Verdict::eq("转发出去的", s.lines()[2], "转发 [10 20 30]"),
        },
    ],
    mutations: &[
        Mutation { name: "keep-closed", what: "读到关闭后不置 nil", breaks: &[0] },
        Mutation { name: "not-nil", what: "拿已关闭的 channel 冒充 nil", breaks: &[1] },
        Mutation { name: "always-on", what: "没有数据时也开着发送分支", breaks: &[2] },
    ],
    next: &[
        ("不置 nil 会空转", "bagu demo run select/nil-off --mutate keep-closed"),
        ("关闭后的空转有多快", "bagu demo run select/closed-spin"),
    ],
};

fn source(values: &'static [i64]) -> Chan<i64> {
    let ch = chan(0);
    let output = ch.clone();
    go("source", move || {
        for &v in values {
            sleep(us(100));
            output.send(v);
        }
        output.close();
    });
    ch
}

fn run() {
    merge();
    let never = Chan::<i64>::nil();
    if mutated("not-nil") {
        let closed = chan::<i64>(0);
        closed.close();
        probe(&closed);
    } else {
        probe(&never);
    }
    out!("转发 [{}]", forward().join(" "));
}

fn merge() {
    let (mut x, mut y) = (source(&[1]), source(&[2, 3]));
    let (mut turns, mut sum, mut open) = (0, 0, 2);
    let keep = mutated("keep-closed");
    let (mut x_open, mut y_open) = (true, true);
    while open > 0 {
        turns += 1;
        let (from_x, v) = select! {
            recv(x) -> v => { (true, v) }
            recv(y) -> v => { (false, v) }
        };
        match (v, from_x) {
            (Some(v), _) => sum += v,
            (None, true) if !keep => x = Chan::nil(),
            (None, false) if !keep => y = Chan::nil(),
            (None, true) => x_open = false,
            (None, false) => y_open = false,
        }
        let live = |ch: &Chan<i64>, open: bool| i32::from(!ch.is_nil() && open);
        open = live(&x, x_open) + live(&y, y_open);
    }
    note("turns", turns);
    out!("合并 {sum} 循环 {turns}");
}

fn probe(never: &Chan<i64>) {
    select! {
        recv(never) -> _v => { out!("nil 接收成功") }
        default => { out!("nil 分支不可行") }
    }
}

/// An unbounded buffer of one goroutine: `output` is the sink only while there is something to send.
fn forward() -> Vec<String> {
    let (mut input, sink, done) = (source(&[10, 20, 30]), named::<i64>("sink", 0), chan(1));
    let (taken, end) = (sink.clone(), done.clone());
    go("collector", move || {
        let mut all = Vec::new();
        for v in &taken {
            all.push(v.to_string());
        }
        end.send(all);
    });
    let mut queue: Vec<i64> = Vec::new();
    let always_on = mutated("always-on");
    while !input.is_nil() || !queue.is_empty() {
        let on = always_on || !queue.is_empty();
        let output = if on { sink.clone() } else { Chan::nil() };
        let head = queue.first().copied().unwrap_or(0);
        let got = select! {
            recv(input) -> v => { Some(v) }
            send(output, head) => { None }
        };
        match got {
            Some(Some(v)) => queue.push(v),
            Some(None) => input = Chan::nil(),
            None if queue.is_empty() => {}
            None => drop(queue.remove(0)),
        }
    }
    sink.close();
    done.recv().unwrap_or_default()
}
