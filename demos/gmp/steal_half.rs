//! A thief takes half of the victim's queue, rounded up, from its oldest end.
//!
//! Answers    gmp-work-stealing
//! Watch for  1  each theft from P0 takes ceil(n/2)   2  the one that the thief runs first is the
//!            youngest of the oldest half
//! Try        --mutate steal-one, --mutate no-steal, --seed 2
//! Go         runtime/proc.go runqgrab, runqsteal, stealWork (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/steal-half",
    title: "偷走队头的一半，向上取整",
    setup: Setup { procs: 2, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::None("标准库看不到每一次窃取；go tool trace 里能看到 goroutine 换了 P"),
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "一次偷走队列的一半，向上取整",
            check: |s| {
                let all = thefts(s);
                let ok = !all.is_empty() && all.iter().all(|t| t.taken == t.queue.div_ceil(2));
                let told: Vec<String> = all.iter().map(|t| format!("{} 个里偷 {}", t.queue, t.taken)).collect();
                Verdict::new(ok, told.join("，"))
            },
        },
        Claim {
            text: "偷的是队头最老的那些",
            check: |s| {
                let all = thefts(s);
                let ok = !all.is_empty() && all.iter().all(|t| t.runs == t.oldest + t.taken - 1);
                let told: Vec<String> =
                    all.iter().map(|t| format!("队头是第 {} 个，先跑第 {} 个", t.oldest + 1, t.runs + 1)).collect();
                Verdict::new(ok, told.join("；"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "steal-one", what: "一次只偷一个", breaks: &[0] },
        Mutation { name: "no-steal", what: "没有工作窃取", breaks: &[0, 1] },
    ],
    next: &[("一次只偷一个", "bagu demo run gmp/steal-half --mutate steal-one")],
};

const TASKS: usize = 60;

/// One theft from main's processor while main was making tasks. Places count from 0 in the order
/// in which the tasks were made.
struct Theft {
    queue: usize,
    taken: usize,
    /// Place of the oldest task in the queue.
    oldest: usize,
    /// Place of the task that the thief runs first.
    runs: usize,
}

fn thefts(s: &Seen) -> Vec<Theft> {
    let first = s.gid("task");
    let home = s.recording.of(Kind::GoStart).find(|(_, e)| e.g == 1).map_or(0, |(_, e)| e.p);
    let (mut made, mut gone, mut all) = (0, 0, vec![]);
    for e in &s.recording.events {
        match e.kind {
            Kind::GoCreate if e.g == 1 => made += 1,
            Kind::GoPark if e.g == 1 => break,
            Kind::Steal if e.b == u64::from(home) => {
                let taken = e.a as usize;
                if e.why == 0 {
                    // The youngest stands in runnext, not in the queue.
                    all.push(Theft { queue: made - 1 - gone, taken, oldest: gone, runs: (e.g - first) as usize });
                }
                gone += taken;
            }
            _ => {}
        }
    }
    all
}

fn run() {
    let wg = WaitGroup::new();
    for _ in 0..TASKS {
        wg.go("task", || burn(us(20)));
    }
    burn(us(300)); // the other processor helps itself meanwhile
    wg.wait();
    out!("{TASKS} 个任务做完");
}
