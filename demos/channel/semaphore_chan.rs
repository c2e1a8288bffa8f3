//! A channel of capacity 3 as a counting semaphore, taken before or inside the goroutine.
//!
//! Answers    channel-semaphore
//! Watch for  1  never more than three at work, three tokens in the buffer   2  but 12 goroutines
//!               exist when the token is taken inside
//! Try        --mutate no-acquire, --mutate acquire-inside
//! Go         go.dev/ref/mem: receive k before the end of send k+C (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/semaphore-chan",
    title: "容量 3 的 channel 当信号量：在哪里获取",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("sem"),
    run,
    claims: &[
        Claim {
            text: "缓冲里的元素数是在用的令牌数，容量就是最大并发",
            check: |s| {
                let tokens = s.notes("tokens").into_iter().max();
                Verdict::eq("同时工作的最大值", s.notes("work"), vec![3, 3])
                    .and(Verdict::eq("缓冲里元素的最大值", tokens, Some(3)))
            },
        },
        Claim {
            text: "在 go 语句之前获取令牌，才能限制 goroutine 的个数",
            check: |s| Verdict::eq("同时存在：go 之前获取、协程里获取", s.notes("alive"), vec![3, 12]),
        },
    ],
    mutations: &[
        Mutation { name: "no-acquire", what: "不拿令牌就干活", breaks: &[0] },
        Mutation { name: "acquire-inside", what: "两次都在协程里获取", breaks: &[1] },
    ],
    next: &[("不拿令牌会怎样", "bagu demo run channel/semaphore-chan --mutate no-acquire")],
};

const TASKS: usize = 12;

/// A level and its highest value so far.
#[derive(Clone)]
struct Peak(Atomic, Atomic);
impl Peak {
    fn new() -> Self {
        Self(Atomic::new(0), Atomic::new(0))
    }
    fn up(&self) {
        let n = self.0.add(1);
        let mut max = self.1.load();
        while n > max && !self.1.cas(max, n) {
            max = self.1.load();
        }
    }
    fn down(&self) {
        self.0.add(-1);
    }
}

fn tasks(before: bool) -> (i64, i64) {
    let sem = named::<()>("sem", 3);
    let (wg, work, alive) = (WaitGroup::new(), Peak::new(), Peak::new());
    for _ in 0..TASKS {
        if before {
            acquire(&sem);
        }
        alive.up();
        let (sem, work, alive) = (sem.clone(), work.clone(), alive.clone());
        wg.go("task", move || {
            if !before {
                acquire(&sem);
            }
            work.up();
            note("tokens", sem.len() as i64);
            sleep(ms(2));
            work.down();
            alive.down();
            if !mutated("no-acquire") {
                sem.recv();
            }
        });
    }
    wg.wait();
    (work.1.load(), alive.1.load())
}

fn acquire(sem: &Chan<()>) {
    if !mutated("no-acquire") {
        sem.send(());
    }
}

fn run() {
    for (label, before) in [("go 之前获取", !mutated("acquire-inside")), ("协程里获取", false)] {
        let (work, alive) = tasks(before);
        note("work", work);
        note("alive", alive);
        out!("{label}：同时工作 {work}，同时存在 {alive}");
    }
}
