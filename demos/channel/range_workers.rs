//! Three workers range over one channel; then a consumer that breaks early.
//!
//! Answers    channel-range
//! Watch for  1  nine jobs, each done once   2  close ends all three   3  break leaves the sender stuck
//! Try        --mutate close-wakes-one, --seed 7
//! Go         runtime/chan.go chanrecv2, closechan (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/range-workers",
    title: "多个 worker range 同一个 channel",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "每个元素只会被其中一个 worker 取到",
            check: |s| Verdict::eq("处理、不同的", (s.note("handled"), s.note("different")), (9, 9)),
        },
        Claim { text: "关闭后全部 worker 退出", check: |s| Verdict::eq("退出的 worker", s.note("ended"), 3) },
        Claim {
            text: "循环体里提前 break，仍在发送的一方会被卡住",
            check: |s| Verdict::eq("停在 chan send 的发送者", s.note("stuck"), 1),
        },
    ],
    mutations: &[
        Mutation {
            name: "copy-for-each", what: "每个任务放进三份，想让每个 worker 都收到", breaks: &[0]
        },
        Mutation { name: "close-wakes-one", what: "close 只唤醒一个 worker", breaks: &[1] },
        Mutation { name: "room-for-all", what: "第二段的缓冲放得下全部三个值", breaks: &[2] },
    ],
    next: &[("不关闭会怎样", "bagu demo run channel/close-or-leak")],
};

/// Nine jobs for three workers; notes what was done and how many workers came to their end.
fn workers() {
    let (jobs, seen, ended) = (named("jobs", 4), chan::<i64>(32), Atomic::new(0));
    for i in 0..3 {
        let (rx, log, end) = (jobs.receiver(), seen.clone(), ended.clone());
        go(&format!("worker{i}"), move || {
            for v in &rx {
                log.send(v);
            }
            end.add(1);
        });
    }
    let copies = if mutated("copy-for-each") { 3 } else { 1 };
    for v in 1..=9 {
        (0..copies).for_each(|_| jobs.send(v));
    }
    sleep(ms(1)); // everything is taken; all three wait for more
    jobs.close();
    sleep(ms(1));
    let mut all = vec![];
    while let TryRecv::Value(v) = seen.try_recv() {
        all.push(v);
    }
    let handled = all.len();
    all.sort_unstable();
    all.dedup();
    note("handled", handled as i64);
    note("different", all.len() as i64);
    note("ended", ended.load());
    out!("发出 9 个 处理 {handled} 个 重复 {} 个", handled - all.len());
    out!("关闭后 {} 个 worker 全部退出", ended.load());
}

fn run() {
    workers();
    let early = case("提前 break", || {
        let ch = chan::<i64>(if mutated("room-for-all") { 3 } else { 0 });
        let tx = ch.clone();
        go("sender", move || {
            (1..=3).for_each(|v| tx.send(v));
            tx.close();
        });
        if let Some(_first) = ch.iter().next() {} // `for range ch { break }`
        sleep(ms(2));
    });
    let stuck = early.leaked_for(WaitReason::ChanSend).len();
    note("stuck", stuck as i64);
    out!("提前 break 卡在 chan send 的发送者 {stuck} 个");
}
