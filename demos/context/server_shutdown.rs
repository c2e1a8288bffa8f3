//! A server with three requests in hand and one idle connection is shut down.
//!
//! Answers    context-server-shutdown
//! Watch for  1  a new connection is refused   2  the requests in hand are not cancelled and all get
//!            their response   3  the time is up: the error comes back, one request is still at work
//! Try        --mutate keep-listening, --mutate cancel-requests, --mutate no-deadline
//! Go         net/http/server.go Shutdown, closeIdleConns (go1.27.3)
//! Differs    listener and connections are channels; the polling goes by Go's intervals without jitter
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/server-shutdown",
    title: "Shutdown：拒绝新连接，等在途请求，到点返回错误",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("监听器和连接是 channel；轮询间隔与 net/http 相同，没有抖动"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "Shutdown 之后新连接被拒绝",
            check: |s| Verdict::eq("停机期间的连接", s.lines()[0], "新连接被拒绝 true"),
        },
        Claim {
            text: "Shutdown 不会取消在途请求的 ctx",
            check: |s| Verdict::eq("三个在途请求", s.lines()[4], "在途请求的 Err [<nil> <nil> <nil>]"),
        },
        Claim {
            text: "等待超时就返回 ctx.Err()，没结束的连接还在",
            check: |s| {
                let err = Verdict::eq("返回", s.lines()[1], "Shutdown 返回 context deadline exceeded");
                err.and(Verdict::eq("那一刻", s.lines()[2], "已关闭的连接 3 仍在处理的请求 1"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "keep-listening", what: "停机时不关监听器", breaks: &[0, 2] },
        Mutation { name: "cancel-requests", what: "停机时取消所有请求的根 ctx", breaks: &[1] },
        Mutation { name: "no-deadline", what: "给 Shutdown 的 ctx 没有截止", breaks: &[2] },
    ],
    next: &[("给 Background 会等到底", "bagu demo run context/server-shutdown --mutate no-deadline")],
};

#[derive(Clone)]
struct Server {
    listener: Chan<(Duration, Chan<()>)>,
    /// Closed when the listener is.
    down: Chan<()>,
    /// Closed when idle connections are told to go.
    close_idle: Chan<()>,
    base: (Ctx, Cancel),
    active: Atomic,
    closed: Atomic,
    /// What `ctx.Err()` was when each working request ended.
    errs: Chan<String>,
}

impl Server {
    fn serve(&self) {
        let s = self.clone();
        go("accept", move || {
            loop {
                let got = select! { recv(s.listener) -> c => c, recv(s.down) -> _ => None };
                let Some((work, response)) = got else { return };
                let s = s.clone();
                s.active.add(1);
                go("conn", move || s.connection(work, &response));
            }
        });
    }

    /// One request, then idle until the server closes the connection.
    fn connection(&self, work: Duration, response: &Chan<()>) {
        let (ctx, cancel) = with_cancel(&self.base.0);
        sleep(work);
        if work > ms(0) {
            self.errs.send(shown(ctx.err()));
        }
        cancel.call();
        self.active.add(-1);
        response.send(());
        self.close_idle.recv();
        self.closed.add(1);
    }

    /// True when the server took the request.
    fn get(&self, work: Duration, response: &Chan<()>) -> bool {
        select! {
            recv(self.down) -> _ => false,
            send(self.listener, (work, response.clone())) => true,
        }
    }

    fn shutdown(&self, ctx: &Ctx) -> Option<Error> {
        if !mutated("keep-listening") {
            self.down.close();
        }
        if mutated("cancel-requests") {
            self.base.1.call();
        }
        self.close_idle.close();
        let mut interval = ms(1);
        while self.active.load() > 0 {
            select! { recv(ctx.done()) -> _ => return ctx.err(), recv(after(interval)) -> _ => {} }
            interval = (interval * 2).min(ms(500));
        }
        None
    }
}

fn shown(err: Option<Error>) -> String {
    err.map_or_else(|| "<nil>".to_owned(), |e| e.to_string())
}

fn run() {
    let (listener, down, close_idle) = (chan(0), chan(0), chan(0));
    let base = with_cancel(&background());
    let (active, closed) = (Atomic::new(0), Atomic::new(0));
    let srv = Server { listener, down, close_idle, base, active, closed, errs: chan(3) };
    srv.serve();
    let (idle, responses) = (chan(1), chan(3));
    srv.get(ms(0), &idle); // leaves an idle connection
    idle.recv();
    for work in [20, 20, 300] {
        srv.get(ms(work), &responses);
    }

    let (late, refused) = (srv.clone(), chan(1));
    let answer = refused.clone();
    go("late client", move || {
        sleep(ms(10));
        answer.send(!late.get(ms(0), &chan(1)));
    });
    let limit = if mutated("no-deadline") { secs(3600) } else { ms(100) };
    let (ctx, cancel) = with_timeout(&background(), limit);
    let err = srv.shutdown(&ctx);
    cancel.call();
    out!("新连接被拒绝 {}", refused.recv() == Some(true));
    out!("Shutdown 返回 {}", shown(err));
    out!("已关闭的连接 {} 仍在处理的请求 {}", srv.closed.load(), srv.active.load());
    let got = (0..3).filter(|_| responses.recv().is_some()).count();
    out!("收到响应的客户端 {got}");
    srv.errs.close();
    let errs: Vec<String> = srv.errs.iter().collect();
    out!("在途请求的 Err [{}]", errs.join(" "));
}
