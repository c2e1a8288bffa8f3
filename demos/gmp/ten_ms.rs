//! Ten milliseconds are a threshold, not a rotation: who blocks is switched by what happens, who only
//! computes by the clock.
//!
//! Answers    gmp-10ms-roundrobin
//! Watch for  1  the pair on a channel changes hands once a message and is never preempted
//!            2  the computing ones hold the processor 10 to 20 ms
//! Try        --mutate poll, --mutate no-preempt
//! Go         runtime/proc.go retake, forcePreemptNS, goschedImpl (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/ten-ms",
    title: "10ms 是门槛：会阻塞的看事件，纯计算的看时间",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "会阻塞的 goroutine 切换多少次由事件数决定",
            check: |s| {
                let g = s.gid("reader");
                let of = |kind: Kind, why: u8| s.recording.of(kind).filter(|(_, e)| e.g == g && e.why == why).count();
                let parks = s.recording.of(Kind::GoPark).filter(|(_, e)| e.g == g).count();
                let (polled, preempted) = (of(Kind::GoYield, 0), of(Kind::GoYield, 1));
                let text = format!("收 {MESSAGES} 条消息：阻塞 {parks} 次，空转让出 {polled} 次，被抢占 {preempted} 次");
                Verdict::new((parks + polled).abs_diff(MESSAGES) <= 2 && preempted == 0, text)
            },
        },
        Claim {
            text: "纯计算的 goroutine 一次占住 P 约 10～20ms",
            check: |s| {
                let spans = spans(s, "compute");
                let cut: Vec<u64> = spans.iter().filter(|(_, by_clock)| *by_clock).map(|(ns, _)| ns / 1_000_000).collect();
                let longest = spans.iter().map(|(ns, _)| ns / 1_000_000).max().unwrap_or(0);
                let ok = cut.len() >= 2 && cut.iter().all(|t| (10..=20).contains(t)) && longest <= 20;
                Verdict::new(ok, format!("被时间打断的几段各 {cut:?} ms，最长的一段 {longest} ms"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "poll", what: "收消息不阻塞，转着圈试", breaks: &[0] },
        Mutation { name: "no-preempt", what: "没有人请求抢占", breaks: &[1] },
    ],
    next: &[("没有抢占会怎样", "bagu demo run gmp/ten-ms --mutate no-preempt")],
};

const MESSAGES: usize = 100;

/// Stretches a goroutine held the processor: ns, and whether the clock ended it.
fn spans(s: &Seen, name: &str) -> Vec<(u64, bool)> {
    let (g, mut since, mut all) = (s.gid(name), None, vec![]);
    for e in s.recording.events.iter().filter(|e| e.g == g) {
        match e.kind {
            Kind::GoStart => since = Some(e.time),
            Kind::GoYield | Kind::GoPark | Kind::GoEnd => {
                if let Some(from) = since.take() {
                    all.push((e.time - from, e.kind == Kind::GoYield && e.why == 1));
                }
            }
            _ => {}
        }
    }
    all
}

fn run() {
    let wg = WaitGroup::new();
    let (ch, back) = (named::<i64>("ch", 0), named::<i64>("back", 0));
    let (rx, tx) = (ch.clone(), back.clone());
    wg.go("reader", move || {
        for _ in 0..MESSAGES {
            let v = if mutated("poll") { poll(&rx) } else { rx.recv() };
            burn(us(5));
            tx.send(v.unwrap_or_default());
        }
    });
    for _ in 0..MESSAGES {
        sleep(us(20));
        ch.send(1);
        back.recv();
    }
    out!("I/O 型收发 {MESSAGES} 次");
    for _ in 0..2 {
        wg.go("compute", || burn(ms(35)));
    }
    wg.wait();
    out!("计算型跑完 2 个");
}

fn poll(rx: &Chan<i64>) -> Option<i64> {
    loop {
        match rx.try_recv() {
            TryRecv::Value(v) => return Some(v),
            TryRecv::Closed => return None,
            TryRecv::Empty => gosched(),
        }
    }
}
