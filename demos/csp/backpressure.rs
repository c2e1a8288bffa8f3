//! A fast sender against a slow owner: a bounded mailbox makes it wait, an unbounded one piles up.
//!
//! Answers    csp-vs-actor
//! Watch for  1  the mailbox never holds more than 3   2  the sender is slowed to the owner's pace
//!            3  the unbounded queue grows with every message
//! Try        --mutate unbounded, --mutate paced
//! Go         runtime/chan.go chansend (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "csp/backpressure",
    title: "有界邮箱给出背压，无界队列越堆越长",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("mailbox"),
    run,
    claims: &[
        Claim {
            text: "有界邮箱的长度从不超过容量",
            check: |s| {
                let longest = s.notes("mailbox_len").into_iter().max().unwrap_or(-1);
                Verdict::new((1..=3).contains(&longest), format!("容量 3，最长 {longest}"))
            },
        },
        Claim {
            text: "发得快的一方会被阻塞",
            check: |s| {
                let took = s.note("send_us");
                Verdict::new(took >= 5_000, format!("发 {MESSAGES} 条用了 {took} µs"))
            },
        },
        Claim {
            text: "无界队列会越堆越长",
            check: |s| {
                let lens = s.notes("queue_len");
                let grows = lens.len() == MESSAGES as usize && lens.windows(2).all(|w| w[0] < w[1]);
                Verdict::new(grows, format!("每发一条后的长度 {lens:?}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "unbounded", what: "邮箱容量放大到 1000", breaks: &[0, 1] },
        Mutation { name: "paced", what: "无界队列的发送方按处理速度发", breaks: &[2] },
    ],
    next: &[("去掉上限会怎样", "bagu demo run csp/backpressure --mutate unbounded")],
};

const MESSAGES: i64 = 12;

fn run() {
    let mailbox = named("mailbox", if mutated("unbounded") { 1000 } else { 3 });
    let done = chan::<()>(0);
    let (inbox, end) = (mailbox.clone(), done.clone());
    go("owner", move || {
        for _ in &inbox {
            sleep(ms(1));
        }
        end.close();
    });
    let (start, mut longest) = (now(), 0);
    for i in 0..MESSAGES {
        mailbox.send(i);
        longest = longest.max(mailbox.len());
        note("mailbox_len", mailbox.len() as i64);
    }
    let took = now() - start;
    note("send_us", took.as_micros() as i64);
    mailbox.close();
    done.recv();
    out!("有界邮箱最长 {longest} 发送方被拖慢 {}", took >= ms(5));

    let (mu, queue) = (Mutex::new(), Var::new(Vec::<i64>::new()));
    let (guard, shared) = (mu.clone(), queue.clone());
    go("drainer", move || {
        loop {
            sleep(ms(1));
            guard.lock();
            let mut items = shared.get();
            if !items.is_empty() {
                items.remove(0);
            }
            shared.set(items);
            guard.unlock();
        }
    });
    let (mut peak, paced) = (0, mutated("paced"));
    for i in 0..MESSAGES {
        mu.lock();
        let mut items = queue.get();
        items.push(i);
        peak = peak.max(items.len());
        note("queue_len", items.len() as i64);
        queue.set(items);
        mu.unlock();
        if paced {
            sleep(ms(1));
        }
    }
    out!("无界队列堆到 {peak}");
}
