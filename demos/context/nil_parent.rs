//! A nil context: derivation refuses it by name, a method call is a nil dereference, TODO just works.
//!
//! Answers    context-nil
//! Watch for  1  the same sentence from every function that derives   2  a method on nil has no such sentence
//!            3  TODO can be derived from and cancelled
//! Try        --mutate use-todo
//! Go         context/context.go withCancel, WithDeadlineCause, WithValue (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/nil-parent",
    title: "传 nil 会怎样，拿不准时传什么",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("Rust 没有空接口值，nil_ctx() 代表 Go 的 nil Context：对它的每次使用都像 Go 那样 panic"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "用 nil 作父派生会 panic",
            check: |s| {
                let refused =
                    s.lines()[..3].iter().filter(|l| l.ends_with("：cannot create context from nil parent")).count();
                Verdict::eq("被拒绝的派生", refused, 3)
            },
        },
        Claim {
            text: "对 nil 的 ctx 调方法是空指针",
            check: |s| Verdict::new(s.lines()[3].ends_with("nil pointer dereference"), s.lines()[3]),
        },
        Claim {
            text: "TODO 可以照常派生和取消",
            check: |s| Verdict::eq("TODO", s.lines()[4], "TODO 派生后取消：context canceled"),
        },
    ],
    mutations: &[
        Mutation { name: "use-todo", what: "该传 nil 的地方传了 TODO", breaks: &[0, 1] },
        Mutation { name: "nil-for-todo", what: "该传 TODO 的地方传了 nil", breaks: &[2] },
    ],
    next: &[("Background 与 TODO 的区别", "bagu demo run context/background-todo")],
};

/// What `recover()` gives after `f`, or `<nil>` when it did not panic.
fn attempt(what: &str, f: impl FnOnce() + 'static) {
    let text = catch(f).err().unwrap_or_else(|| "<nil>".to_string());
    out!("{what}：{text}");
}

fn run() {
    let none = || if mutated("use-todo") { todo() } else { nil_ctx() };
    attempt("WithCancel(nil)", move || drop(with_cancel(&none())));
    attempt("WithTimeout(nil)", move || drop(with_timeout(&none(), secs(1))));
    attempt("WithValue(nil)", move || drop(with_value(&none(), "k", 1)));
    attempt("nil.Done()", move || drop(none().done()));
    let parent = if mutated("nil-for-todo") { nil_ctx() } else { todo() };
    let end = catch(move || {
        let (ctx, cancel) = with_cancel(&parent);
        cancel.call();
        ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
    });
    out!("TODO 派生后取消：{}", end.unwrap_or_else(|panicked| panicked));
}
