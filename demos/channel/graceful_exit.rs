//! Four workers, ten jobs, three ways to say "stop".
//!
//! Answers    channel-graceful-exit
//! Watch for  1  one value stops one worker   2  close(done) stops all   3  close(jobs) stops all,
//!               after the backlog
//! Try        --mutate send-four, --mutate close-wakes-one, --mutate close-drops-buffer
//! Go         runtime/chan.go closechan (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/graceful-exit",
    title: "通知退出：发一个值、关 done、关 jobs",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "发送一次只能通知一个 goroutine",
            check: |s| Verdict::eq("发送一次", s.lines()[0], "发送一次：处理 0 个，没退出 3 个"),
        },
        Claim {
            text: "close(done) 一次通知全部",
            check: |s| Verdict::eq("关闭 done", s.lines()[1], "close(done)：处理 0 个，没退出 0 个"),
        },
        Claim {
            text: "关闭 jobs 则先做完积压再退",
            check: |s| Verdict::eq("关闭 jobs", s.lines()[2], "close(jobs)：处理 10 个，没退出 0 个"),
        },
    ],
    mutations: &[
        Mutation { name: "send-four", what: "有几个 worker 就发几次", breaks: &[0] },
        Mutation { name: "close-wakes-one", what: "close 只叫醒一个等待者", breaks: &[1] },
        Mutation { name: "close-drops-buffer", what: "close 丢掉缓冲里的任务", breaks: &[2] },
    ],
    next: &[("close 只叫醒一个会怎样", "bagu demo run channel/graceful-exit --mutate close-wakes-one")],
};

const WORKERS: usize = 4;
const JOBS: i64 = 10;

#[derive(Clone, Copy, PartialEq)]
enum How {
    SendOnce,
    CloseDone,
    CloseJobs,
}

fn stop_workers(how: How) -> (i64, i64) {
    let before = num_goroutine();
    let (jobs, done, handled) = (chan::<i64>(JOBS as usize), chan::<()>(0), Atomic::new(0));
    if how == How::CloseJobs {
        (0..JOBS).for_each(|j| jobs.send(j));
    }
    for _ in 0..WORKERS {
        let (jobs, done, handled) = (jobs.clone(), done.clone(), handled.clone());
        go("worker", move || loop {
            let more = select! {
                recv(done) -> _d => { false }
                recv(jobs) -> j => { j.is_some() }
            };
            if !more {
                return;
            }
            handled.add(1);
        });
    }
    match how {
        How::CloseJobs => jobs.close(),
        How::CloseDone => {
            sleep(ms(10));
            done.close();
        }
        How::SendOnce => {
            sleep(ms(10));
            for _ in 0..if mutated("send-four") { WORKERS } else { 1 } {
                done.send(());
            }
        }
    }
    sleep(ms(10));
    (handled.load(), num_goroutine() as i64 - before as i64)
}

fn run() {
    let ways = [("发送一次", How::SendOnce), ("close(done)", How::CloseDone), ("close(jobs)", How::CloseJobs)];
    for (label, how) in ways {
        let (handled, left) = stop_workers(how);
        out!("{label}：处理 {handled} 个，没退出 {left} 个");
    }
}
