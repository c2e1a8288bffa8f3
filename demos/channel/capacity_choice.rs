//! A producer three times as fast as its consumer, with three capacities.
//!
//! Answers    channel-capacity-choice
//! Watch for  1  the total is the consumer's, whatever the capacity   2  only the queueing grows
//! Try        --mutate bursty (then capacity does matter), --mutate fast-consumer
//! Go         a program, no runtime source; times are virtual here and real in the twin
use crate::lab::prelude::*;

const ITEMS: i64 = 24;
const PRODUCE_MS: u64 = 2;
const CONSUME_MS: u64 = 6;

pub const DEMO: Demo = Demo {
    id: "channel/capacity-choice",
    title: "消费慢，把容量调大：总耗时不变，只是排得更久",
    setup: Setup { procs: 2, real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "总吞吐由慢的一方决定，与容量无关",
            check: |s| {
                let t = s.notes("total_ms");
                let spread = (t[0] - t[1]).abs().max((t[1] - t[2]).abs());
                Verdict::new(spread * 10 < t[0], format!("容量 0、4、16 的总耗时 {t:?} ms"))
            },
        },
        Claim {
            text: "容量越大，平均排队时间越长",
            check: |s| {
                let w = s.notes("wait_ms");
                Verdict::new(w[0] < w[1] && w[1] < w[2], format!("容量 0、4、16 的平均排队 {w:?} ms"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "bursty", what: "生产变成一阵一阵的：六条一起来，再歇 36 ms", breaks: &[0] },
        Mutation { name: "fast-consumer", what: "消费者改成每条 1 ms，比生产快", breaks: &[1] },
    ],
    next: &[("缓冲不满时发送为什么不等", "bagu demo run channel/unbuffered-buffered")],
};

fn produce(ch: &Chan<Time>, bursty: bool) {
    for i in 0..ITEMS {
        if !bursty {
            sleep(ms(PRODUCE_MS));
        } else if i % 6 == 0 {
            sleep(ms(36));
        }
        ch.send(now());
    }
    ch.close();
}

/// Total time and mean time in the queue, in ms.
fn pace(cap: usize) -> (i64, i64) {
    let (ch, bursty) = (chan::<Time>(cap), mutated("bursty"));
    let (tx, start) = (ch.clone(), now());
    go("producer", move || produce(&tx, bursty));
    let consume = if mutated("fast-consumer") { 1 } else { CONSUME_MS };
    let mut waited = ms(0);
    for made in &ch {
        waited += now() - made;
        sleep(ms(consume));
    }
    ((now() - start).as_millis() as i64, waited.as_millis() as i64 / ITEMS)
}

fn run() {
    let mut seen = vec![];
    for cap in [0, 4, 16] {
        let (total, wait) = pace(cap);
        out!("cap={cap} 总耗时 {total}ms 平均排队 {wait}ms");
        note("total_ms", total);
        note("wait_ms", wait);
        seen.push((total, wait));
    }
    let totals = seen.iter().map(|s| s.0);
    let spread = totals.clone().max().unwrap_or(0) - totals.min().unwrap_or(0);
    out!("总耗时相差不到一成 {}", spread * 10 < seen[0].0);
    out!("平均排队随容量变长 {}", seen.is_sorted_by(|a, b| a.1 < b.1));
}
