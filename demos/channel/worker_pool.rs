//! Jobs, three workers, results: who closes what and when; then the order that deadlocks.
//!
//! Answers    channel-worker-pool
//! Watch for  1  results is closed when no worker is left   2  waiting before receiving never ends
//! Try        --mutate close-early, --mutate roomy-results
//! Go         go.dev/blog/pipelines, sync/waitgroup.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/worker-pool",
    title: "worker pool 的关闭次序，与会死锁的那一种",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("results"),
    run,
    claims: &[
        Claim {
            text: "全部 worker 退出之后才关闭 results",
            check: |s| {
                let closed = |name| s.on_chan(name, Kind::ChanClose).first().map(|e| e.time);
                let order = closed("jobs") < closed("results") && closed("jobs").is_some();
                Verdict::eq("关闭 results 时还在的 worker", s.note("workers_at_close"), 0)
                    .and(Verdict::new(order, format!("jobs、results 关闭于 {:?}、{:?} ns", closed("jobs"), closed("results"))))
                    .and(Verdict::eq("结果", s.lines()[0], "完成 12 个，平方和 650，同时工作 3"))
            },
        },
        Claim {
            text: "先 wg.Wait 再收结果会死锁",
            check: |s| {
                let dead = "先 Wait 再收： fatal error: all goroutines are asleep - deadlock!";
                Verdict::eq("另一种次序", s.lines()[1], dead)
            },
        },
    ],
    mutations: &[
        Mutation { name: "close-early", what: "不等 worker 就关闭 results", breaks: &[0] },
        Mutation { name: "roomy-results", what: "results 容得下全部结果", breaks: &[1] },
    ],
    next: &[("关早了会怎样", "bagu demo run channel/worker-pool --mutate close-early")],
};

const WORKERS: i64 = 3;
const JOBS: i64 = 12;

fn worker(jobs: &Chan<i64>, results: &Chan<i64>, busy: &Atomic, most: &Atomic) {
    for j in jobs {
        let n = busy.add(1);
        let mut max = most.load();
        while n > max && !most.cas(max, n) {
            max = most.load();
        }
        sleep(ms(1));
        busy.add(-1);
        results.send(j * j);
    }
}

fn pool(wait_first: bool) -> String {
    let room = if mutated("roomy-results") { JOBS as usize } else { 0 };
    let (jobs, results) = (named::<i64>("jobs", 4), named::<i64>("results", room));
    let (wg, here) = (WaitGroup::new(), Atomic::new(WORKERS));
    let (busy, most) = (Atomic::new(0), Atomic::new(0));
    for _ in 0..WORKERS {
        let (jobs, results, busy, most, here) =
            (jobs.clone(), results.clone(), busy.clone(), most.clone(), here.clone());
        wg.go("worker", move || {
            worker(&jobs, &results, &busy, &most);
            here.add(-1);
        });
    }
    go("feeder", move || {
        (1..=JOBS).for_each(|j| jobs.send(j));
        jobs.close();
    });
    let out = results.clone();
    let finish = move || {
        if !mutated("close-early") {
            wg.wait();
        }
        note("workers_at_close", here.load());
        out.close();
    };
    if wait_first {
        finish();
    } else {
        go("closer", finish);
    }
    let (mut n, mut sum) = (0, 0);
    for r in &results {
        n += 1;
        sum += r;
    }
    format!("完成 {n} 个，平方和 {sum}，同时工作 {}", most.load())
}

fn run() {
    out!("{}", pool(false));
    let seen = case("wait-first", || out!("{}", pool(true)));
    let how = match &seen.end {
        End::Deadlock(text) | End::Panic(text) => text.lines().next().unwrap_or(""),
        _ => seen.lines().first().copied().unwrap_or(""),
    };
    out!("先 Wait 再收： {how}");
}
