//! Three ways to let at most eight of sixty tasks work at once; and a cancel in between.
//!
//! Answers    goroutine-limit-concurrency
//! Watch for  1  never more than eight at work   2  the semaphore inside leaves sixty goroutines queueing
//!            3  after the cancel nothing new begins
//! Try        --mutate no-limit, --mutate acquire-first, --mutate deaf-queue
//! Go         runtime/chan.go chansend (a full buffer makes the sender wait) (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/limit",
    title: "限制并发的三种写法，取消之后不再开始",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "同时执行的任务不超过 N 个",
            check: |s| Verdict::eq("三种写法里最多同时执行", s.notes("most"), vec![LIMIT; 3]),
        },
        Claim {
            text: "信号量放在 goroutine 里面，goroutine 数仍等于任务数",
            check: |s| {
                let peak = s.notes("peak");
                Verdict::new(
                    peak[0] == TASKS && peak[1] <= LIMIT + 1 && peak[2] <= LIMIT + 1,
                    format!("{TASKS} 个任务：里面取 {} 个，启动前取 {} 个，worker {} 个", peak[0], peak[1], peak[2]),
                )
            },
        },
        Claim {
            text: "取消之后，还没开始的任务不再执行",
            check: |s| {
                let (before, total) = (s.note("before_cancel"), s.note("began"));
                Verdict::new(before == total && total < TASKS, format!("取消时开始了 {before} 个，最后 {total} 个"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-limit", what: "名额多到等于没有", breaks: &[0, 1] },
        Mutation { name: "acquire-first", what: "第一种写法也在启动之前取名额", breaks: &[1] },
        Mutation { name: "deaf-queue", what: "排队时不看 ctx", breaks: &[2] },
    ],
    next: &[("用 channel 做信号量的细节", "bagu demo run channel/semaphore-chan")],
};

const TASKS: i64 = 60;
const LIMIT: i64 = 8;

#[derive(Clone)]
struct Gauge {
    now: Atomic,
    most: Atomic,
    peak: Atomic,
}

impl Gauge {
    fn new() -> Self {
        Self { now: Atomic::new(0), most: Atomic::new(0), peak: Atomic::new(0) }
    }
    /// One task: counts itself while it works.
    fn work(&self) {
        self.most.store(self.most.load().max(self.now.add(1)));
        sleep(ms(1));
        self.now.add(-1);
    }
    /// Remembers the most goroutines alive besides main.
    fn look(&self) {
        self.peak.store(self.peak.load().max(num_goroutine() as i64 - 1));
    }
    fn report(&self, how: &str) {
        note("most", self.most.load());
        note("peak", self.peak.load());
        let many = if self.peak.load() == TASKS { "等于任务数" } else { "不超过名额" };
        out!("{how}：最多同时执行 {} 个，goroutine {many}", self.most.load());
    }
}

fn names() -> usize {
    if mutated("no-limit") { 2 * TASKS as usize } else { LIMIT as usize }
}

fn semaphore(before_start: bool) -> Gauge {
    let (gauge, wg, sem) = (Gauge::new(), WaitGroup::new(), chan::<()>(names()));
    for _ in 0..TASKS {
        let (g, s) = (gauge.clone(), sem.clone());
        if before_start {
            sem.send(());
        }
        wg.go("task", move || {
            if !before_start {
                s.send(());
            }
            g.work();
            s.recv();
        });
        gauge.look();
    }
    wg.wait();
    gauge
}

fn workers() -> Gauge {
    let (gauge, wg, jobs) = (Gauge::new(), WaitGroup::new(), chan::<()>(0));
    for _ in 0..names() {
        let (g, jobs) = (gauge.clone(), jobs.clone());
        wg.go("worker", move || {
            for () in &jobs {
                g.work();
            }
        });
    }
    for _ in 0..TASKS {
        jobs.send(());
        gauge.look();
    }
    jobs.close();
    wg.wait();
    gauge
}

fn cancelled() {
    let (ctx, cancel) = with_cancel(&background());
    let (began, wg, sem) = (Atomic::new(0), WaitGroup::new(), chan::<()>(LIMIT as usize));
    for _ in 0..TASKS {
        let (began, sem, ctx) = (began.clone(), sem.clone(), ctx.clone());
        wg.go("task", move || {
            let done = if mutated("deaf-queue") { Chan::nil() } else { ctx.done() };
            select! {
                recv(done) -> _ => return,
                send(sem, ()) => {}
            }
            if !mutated("deaf-queue") && ctx.err().is_some() {
                return; // both were ready and the slot was picked
            }
            began.add(1);
            sleep(ms(1));
            sem.recv();
        });
    }
    sleep(us(2_500));
    let before = began.load();
    note("before_cancel", before);
    cancel.call();
    wg.wait();
    note("began", began.load());
    out!("取消之后又开始的：{} 个", began.load() - before);
}

fn run() {
    semaphore(mutated("acquire-first")).report("信号量放在里面");
    semaphore(true).report("启动之前取名额");
    workers().report("固定 worker");
    cancelled();
}
