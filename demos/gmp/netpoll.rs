//! Waiting for the network: no threads, and each ready connection wakes exactly who waits on it.
//!
//! Answers    gmp-netpoll
//! Watch for  1  a hundred readers parked as "IO wait", no thread more   2  each write wakes one
//!            goroutine, the right one
//! Try        --mutate raw-read, --mutate write-all
//! Go         runtime/netpoll.go netpollblock, netpollready; internal/poll/fd_unix.go Read (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/netpoll",
    title: "一百个读等待：不占线程，写谁醒谁",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "等网络的 goroutine 只是挂起，不占线程",
            check: |s| {
                let (waiting, more) = (s.note("io_wait"), s.note("more_threads"));
                Verdict::new(
                    waiting == READERS as i64 && more < 5,
                    format!("状态为 IO wait 的 {waiting} 个，线程多了 {more} 个"),
                )
            },
        },
        Claim {
            text: "每个就绪的连接只唤醒等它的那个 goroutine",
            check: |s| {
                let (right, ready) = (s.note("right_one"), s.recording.of(Kind::NetPoll).map(|(_, e)| e.a).sum::<u32>());
                let polls = s.recording.of(Kind::NetPoll).filter(|(_, e)| e.a > 0);
                let (mut look, mut slept, mut sysmon) = (0, 0, 0);
                polls.for_each(|(_, e)| *[&mut look, &mut slept, &mut sysmon][usize::from(e.why.min(2))] += e.a);
                let text = format!("写 {READERS} 次，恰好醒对的一个 {right} 次；由调度循环取出 {look} 个，空闲线程 {slept} 个，sysmon {sysmon} 个");
                Verdict::new(right == READERS as i64 && ready as usize >= READERS, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "raw-read", what: "读改成阻塞的系统调用", breaks: &[0] },
        Mutation { name: "write-all", what: "第一次就给所有连接都写", breaks: &[1] },
    ],
    next: &[("不走 netpoller 会怎样", "bagu demo run gmp/netpoll --mutate raw-read")],
};

const READERS: usize = 100;

fn in_io_wait() -> i64 {
    goroutines().iter().filter(|g| g.reason == Some(WaitReason::IoWait)).count() as i64
}

fn run() {
    let Ok(listener) = listen() else { return };
    let got = chan::<usize>(READERS);
    sleep(us(100));
    let before = threads();
    let mut conns = vec![];
    for i in 0..READERS {
        let (Ok(near), Ok(far)) = (dial(&listener.addr()), listener.accept()) else { continue };
        conns.push(near);
        let got = got.clone();
        go("reader", move || {
            if mutated("raw-read") {
                syscall(ms(2));
            }
            if far.read(&mut [0]).is_ok() {
                got.send(i);
            }
        });
    }
    sleep(ms(1));
    note("io_wait", in_io_wait());
    note("more_threads", threads() as i64 - before as i64);
    out!("{READERS} 个 goroutine 等在连接上，线程增加不到 5 个： {}", threads() - before < 5);
    let mut right = 0;
    for i in 0..READERS {
        if i == 0 && mutated("write-all") {
            for c in &conns {
                _ = c.write(b"x");
            }
        }
        _ = conns[i].write(b"x");
        let woken = got.recv();
        sleep(us(50));
        right += i64::from(woken == Some(i) && matches!(got.try_recv(), TryRecv::Empty));
    }
    note("right_one", right);
    out!("写一个连接只醒一个： {} 次", right);
}
