//! Three ways out of blocking: queues of its own, the poller, the hand-off of a processor.
//!
//! Answers    thread-model-why-mn
//! Watch for  1  six hundred waiting goroutines on a handful of threads   2  network waits park the
//!            goroutine; a blocking call gives its processor up and others go on
//! Try        --mutate raw-wait, --mutate syscall-keeps-p
//! Go         runtime/proc.go gopark, entersyscall, handoffp; runtime/netpoll.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "thread-model/wait-paths",
    title: "三种等待，三条不卡线程的路",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "大量等待的 goroutine 只用几个线程",
            check: |s| {
                let (waiting, threads) = (s.note("waiting"), s.note("threads"));
                Verdict::new(waiting == 3 * EACH as i64 && threads <= 8, format!("{waiting} 个在等，共 {threads} 个线程"))
            },
        },
        Claim {
            text: "可轮询的 I/O 挂起 goroutine，阻塞的系统调用交出 P",
            check: |s| {
                let io = WaitReason::IoWait as u8;
                let readers: Vec<u32> = ids(s, "reader");
                let parked = s.recording.of(Kind::GoPark).filter(|(_, e)| e.why == io && readers.contains(&e.g)).count();
                let calls = s.recording.of(Kind::SyscallEnter).filter(|(_, e)| readers.contains(&e.g)).count();
                let taken = s.recording.of(Kind::Retake).filter(|(_, e)| e.why == 1).count();
                let went_on = s.note("went_on");
                let text = format!("网络读挂起 {parked} 次、进系统调用 {calls} 次；P 被交出 {taken} 次，期间别人推进 {went_on} 步");
                Verdict::new(parked >= EACH && calls == 0 && taken >= CALLS && went_on > 0, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "raw-wait", what: "等网络改成阻塞的系统调用", breaks: &[0, 1] },
        Mutation { name: "syscall-keeps-p", what: "P 跟着线程卡在调用里", breaks: &[1] },
    ],
    next: &[("没有 netpoller 的世界", "bagu demo run thread-model/wait-paths --mutate raw-wait")],
};

const EACH: usize = 200;
const CALLS: usize = 4;

/// Ids of all goroutines of a name.
fn ids(s: &Seen, name: &str) -> Vec<u32> {
    s.recording.of(Kind::GoCreate).filter(|(_, e)| s.recording.text(e.b as u32) == name).map(|(_, e)| e.a).collect()
}

fn run() {
    let Ok(listener) = listen() else { return };
    let (ch, mut conns) = (chan::<i64>(0), vec![]);
    for _ in 0..EACH {
        let rx = ch.clone();
        go("receiver", move || _ = rx.recv());
        go("sleeper", || sleep(ms(40)));
        let (Ok(near), Ok(far)) = (dial(&listener.addr()), listener.accept()) else { continue };
        conns.push(near);
        go("reader", move || {
            if mutated("raw-wait") {
                syscall(ms(40));
            } else {
                _ = far.read(&mut [0]);
            }
        });
    }
    sleep(ms(2));
    note("waiting", num_goroutine() as i64 - 1);
    note("threads", threads() as i64);
    out!("{} 个 goroutine 在等，线程不到 20 个： {}", num_goroutine() - 1, threads() < 20);
    let steps = Atomic::new(0);
    let wg = WaitGroup::new();
    for _ in 0..CALLS {
        wg.go("caller", || syscall(ms(5)));
    }
    let counted = steps.clone();
    wg.go("counter", move || {
        for _ in 0..50 {
            counted.add(1);
            gosched();
        }
    });
    sleep(ms(2));
    note("went_on", steps.load());
    out!("{CALLS} 个系统调用卡着的时候，别的 goroutine 还在跑： {}", steps.load() > 0);
    wg.wait();
    ch.close();
}
