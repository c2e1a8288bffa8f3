//! What the go statement evaluates at once, and where a nil function blows up.
//!
//! Answers    goroutine-go-stmt-eval
//! Watch for  1  the value is the old one, what the pointer points at is new
//!            2  a nil function with an argument panics in the new goroutine   3  a nil interface in the starter
//!            4  a nil function without arguments is fatal at once
//! Try        --mutate capture-variable, --mutate check-first, --mutate only-panics
//! Go         spec Go statements; runtime/proc.go newproc1 (go1.27.3)
//! Differs    Rust has no nil functions: an empty Option stands for one
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/go-eval",
    title: "go 语句当场求值；nil 函数在哪里出事",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "Rust 没有 nil 函数值和 nil 接口，用空的 Option 代替，并由演示自己做 newproc1 的那项检查",
    ),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "实参在执行 go 语句时就已求值",
            check: |s| {
                Verdict::eq("求值的次序", &s.lines()[..2], &["求值实参", "go 语句之后"]).and(Verdict::eq(
                    "值参数",
                    s.note("value"),
                    1,
                ))
            },
        },
        Claim {
            text: "指针指向的对象以后再改，新 goroutine 看得见",
            check: |s| Verdict::eq("经指针读到", s.note("pointee"), 2),
        },
        Claim {
            text: "带参数的 nil 函数，panic 出在新 goroutine 里",
            check: |s| {
                Verdict::eq("发起者 recover 到", s.note("caught_call"), 0).and(Verdict::eq(
                    "在别的 goroutine 里 panic",
                    s.note("panicked_elsewhere"),
                    1,
                ))
            },
        },
        Claim {
            text: "panic 发生在 go 语句处，发起者可以 recover",
            check: |s| Verdict::eq("发起者 recover 到", s.note("caught_method"), 1),
        },
        Claim {
            text: "当场 fatal error: go of nil func value，不能 recover",
            check: |s| {
                Verdict::eq("结局", s.lines()[5], "无参数的 nil 函数：fatal error: go of nil func value")
                    .and(Verdict::eq("发起者 recover 到", s.note("caught_plain"), 0))
            },
        },
    ],
    mutations: &[
        Mutation { name: "capture-variable", what: "闭包捕获变量，而不是传值", breaks: &[0] },
        Mutation { name: "copy-pointee", what: "传参时把指向的对象也拷贝一份", breaks: &[1] },
        Mutation { name: "check-first", what: "发起者先看函数是不是空，再 go", breaks: &[2] },
        Mutation { name: "method-late", what: "接口里的方法到新 goroutine 里才取", breaks: &[3] },
        Mutation { name: "only-panics", what: "启动无参数的 nil 函数时只是 panic", breaks: &[4] },
    ],
    next: &[("为什么发起者接不住", "bagu demo run goroutine/panic-one")],
};

const NIL: &str = "invalid memory address or nil pointer dereference";

fn argument(n: &Var<i64>) -> i64 {
    out!("求值实参");
    n.get()
}

fn arguments() {
    let (n, pointee) = (Var::new(1), Var::new(1));
    let (go_on, done) = (chan::<()>(0), chan::<()>(0));
    let (wait, end) = (go_on.clone(), done.clone());

    let (late, value) = (n.clone(), argument(&n)); // go f(argument(n), &pointee)
    let pointer = if mutated("copy-pointee") { Var::new(pointee.get()) } else { pointee.clone() };
    go("f", move || {
        wait.recv();
        let value = if mutated("capture-variable") { late.get() } else { value };
        note("value", value);
        note("pointee", pointer.get());
        out!("新 goroutine：值参数 {value}，经指针读到 {}", pointer.get());
        end.send(());
    });
    out!("go 语句之后");
    n.set(2);
    pointee.set(2);
    go_on.send(());
    done.recv();
}

/// A program that runs `start` with a recover around it.
fn started(start: impl FnOnce() + Send + 'static) -> Seen {
    case("nil", move || {
        func(|d| {
            d.defer(|| {
                if recover().is_some() {
                    out!("接住");
                }
            });
            start();
            sleep(ms(5));
        });
    })
}

fn need<F>(f: Option<F>) -> F {
    let Some(f) = f else { panic!("{NIL}") };
    f
}

/// `go f()` for a function without arguments and results: it is looked at before there is a goroutine.
fn start(f: Option<fn()>) {
    match f {
        Some(f) => go("plain", f),
        None if mutated("only-panics") => panic!("{NIL}"),
        None => throw("go of nil func value"),
    }
}

fn run() {
    arguments();

    let call = started(|| {
        let f: Option<fn(i64)> = None;
        if mutated("check-first") {
            need(f);
        }
        go("call", move || need(f)(1));
    });
    let elsewhere = call.recording.of(Kind::GoEnd).any(|(_, e)| e.why == 2 && e.g != 1);
    note("caught_call", i64::from(call.printed("接住")));
    note("panicked_elsewhere", i64::from(elsewhere));
    out!("带参数的 nil 函数：{}", if call.printed("接住") { "发起者接住" } else { "发起者接不住，进程结束" });

    let method = started(|| {
        let i: Option<fn()> = None;
        if mutated("method-late") {
            go("method", move || need(i)());
        } else {
            go("method", need(i));
        }
    });
    note("caught_method", i64::from(method.printed("接住")));
    out!("nil 接口的方法：{}", if method.printed("接住") { "发起者接住" } else { "发起者接不住，进程结束" });

    let plain = started(|| start(None));
    note("caught_plain", i64::from(plain.printed("接住")));
    let how = match &plain.end {
        End::Fatal(text) => format!("fatal error: {}", text.trim_start_matches("fatal error: ")),
        _ if plain.printed("接住") => "发起者接住".to_owned(),
        other => format!("{other:?}"),
    };
    out!("无参数的 nil 函数：{how}");
}
