//! A client posts a body and leaves while the handler works: with the body read, and without.
//!
//! Answers    context-http-disconnect
//! Watch for  1  after the whole body was read, one more read finds the end of the connection and
//!            cancels   2  with the body unread nobody looks, only the handler's return cancels
//! Try        --mutate no-background-read, --mutate server-drains
//! Go         net/http/server.go startBackgroundRead, backgroundRead, handleReadErrorLocked (go1.27.3)
//! Differs    the connection is a channel of bytes, its end is the close of the channel
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/http-disconnect",
    title: "请求体读没读完，决定能不能感知客户端断开",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("连接是字节 channel，对端关闭就是关闭 channel；后台读按 net/http 的次序启动"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "请求体读完后断开，r.Context() 会被取消",
            check: |s| Verdict::new(s.lines()[0].contains("断开之后 context canceled"), s.lines()[0]),
        },
        Claim {
            text: "请求体没读完就断开，handler 返回之前 ctx 不会被取消",
            check: |s| {
                let want = "不读请求体: 断开之后 <nil> handler 返回之后 context canceled";
                Verdict::eq("两次 Err", s.lines()[1], want)
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-background-read", what: "读完请求体也不启动后台读", breaks: &[0] },
        Mutation { name: "server-drains", what: "服务器先替 handler 读完请求体", breaks: &[1] },
    ],
    next: &[("没有后台读", "bagu demo run context/http-disconnect --mutate no-background-read")],
};

const BODY: usize = 20;

/// Reads the whole body, then keeps reading in the background: anything but a byte means the
/// client is gone.
fn read_body(wire: &Chan<u8>, cancel: &Cancel) {
    for _ in 0..BODY {
        wire.recv();
    }
    if mutated("no-background-read") {
        return;
    }
    let (wire, cancel) = (wire.clone(), cancel.clone());
    go("background read", move || {
        if wire.recv().is_none() {
            cancel.call();
        }
    });
}

fn shown(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_owned(), |e| e.to_string())
}

fn serve(name: &str, handler_reads: bool) {
    let wire = named::<u8>("wire", BODY);
    let client = wire.clone();
    go("client", move || {
        for _ in 0..BODY {
            client.send(b'x');
        }
        sleep(ms(10));
        client.close(); // leaves
    });
    let (ctx, cancel) = with_cancel(&background());
    if handler_reads || mutated("server-drains") {
        read_body(&wire, &cancel);
    }
    sleep(ms(40)); // the handler's work
    let during = shown(&ctx);
    cancel.call(); // ServeHTTP returned
    out!("{name} 断开之后 {during} handler 返回之后 {}", shown(&ctx));
}

fn run() {
    serve("读完请求体:", true);
    serve("不读请求体:", false);
}
