//! Five hundred goroutines blocked on one channel: they wait in its queue, not on threads.
//!
//! Answers    channel-block-g-not-m
//! Watch for  1  all are in the state "chan receive"   2  for the whole wait none of them gets a thread
//! Try        --mutate spin, --procs 4
//! Go         runtime/proc.go gopark, park_m, schedule (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/block-g-not-m",
    title: "阻塞的是 goroutine：五百个等待者不占线程",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "阻塞的 G 处于等待状态，不在任何运行队列里",
            check: |s| Verdict::eq("状态为 chan receive 的 goroutine", s.note("waiting"), WAITERS as i64),
        },
        Claim {
            text: "阻塞期间 G 不再占用线程",
            check: |s| {
                let (from, to) = (s.note("window_from"), s.note("window_to"));
                let waiter = s.gid("waiter");
                let inside = |e: &Event| (from..to).contains(&(e.time as i64)) && e.g >= waiter;
                let runs = s.recording.of(Kind::GoStart).filter(|(_, e)| inside(e)).count();
                let few = s.threads < usize::from(s.recording.procs) + 8;
                Verdict::new(runs == 0 && few, format!("等待期间上线程 {runs} 次，线程共 {} 个", s.threads))
            },
        },
    ],
    mutations: &[Mutation { name: "spin", what: "不阻塞，循环试着接收再让出", breaks: &[0, 1] }],
    next: &[("改成忙等，看它们抢线程", "bagu demo run channel/block-g-not-m --mutate spin")],
};

const WAITERS: usize = 500;

fn waiting() -> usize {
    goroutines().iter().filter(|g| g.reason == Some(WaitReason::ChanReceive)).count()
}

fn run() {
    let ch = named::<i64>("ch", 0);
    let wg = WaitGroup::new();
    for _ in 0..WAITERS {
        let ch = ch.clone();
        wg.go("waiter", move || {
            if mutated("spin") {
                while matches!(ch.try_recv(), TryRecv::Empty) {
                    gosched();
                }
            } else {
                ch.recv();
            }
        });
    }
    for _ in 0..20 {
        if waiting() == WAITERS {
            break;
        }
        sleep(us(500));
    }
    out!("阻塞的 goroutine： {}", num_goroutine() - 1);
    out!("线程只有几个： {}", threads() < usize::from(procs()) + 8);
    note("waiting", waiting() as i64);
    note("window_from", now().0 as i64);
    sleep(us(500));
    note("window_to", now().0 as i64);
    ch.close();
    wg.wait();
    out!("全部醒来并结束");
}
