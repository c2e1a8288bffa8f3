//! Main is stuck in all of these; when does the runtime say so?
//!
//! Answers    leak-deadlock-detector
//! Watch for  1  nobody can move and no timer is set: at once   2  a timer is set: only when it has gone off
//!            3  a timer nobody waits on does not count   4  two of three stuck: never
//! Try        --mutate no-deadlock-check, --mutate timers-stopped, --mutate timer-go122, --mutate main-joins
//! Go         runtime/proc.go checkdead; runtime/time.go needsAdd (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo =
    Demo {
        id: "leak/blind-spots",
        title: "死锁检测看得见与看不见的",
        setup: Setup { real: false, may: false, ..Setup::DEFAULT },
        fidelity: Fidelity::Same,
        go: GoMatch::Exact,
        picture: Picture::Timeline,
        run,
        claims: &[
            Claim {
                text: "全员等待且没有定时器，立刻报死锁",
                check: |s| Verdict::eq("只有 main", s.lines()[0], "什么都没有：立刻报死锁"),
            },
            Claim {
                text: "还有待触发的定时器就不报",
                check: |s| {
                    Verdict::eq(
                        "Sleep 与 AfterFunc",
                        &s.lines()[1..3],
                        &["有人在 Sleep：定时器触发之后才报死锁", "设了 AfterFunc：定时器触发之后才报死锁"],
                    )
                },
            },
            Claim {
                text: "没人等的 NewTimer 不妨碍报死锁",
                check: |s| Verdict::eq("NewTimer", s.lines()[3], "没人等的 NewTimer：立刻报死锁"),
            },
            Claim {
                text: "局部死锁不报",
                check: |s| {
                    Verdict::eq("交叉持锁", s.lines()[4], "两个 goroutine 交叉持锁：不报，main 正常返回")
                        .and(Verdict::eq("永远等锁的", s.note("stuck"), 2))
                },
            },
        ],
        mutations: &[
            Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[0, 1, 2] },
            Mutation { name: "timers-stopped", what: "定时器设好就停掉，也没有人 Sleep", breaks: &[1] },
            Mutation { name: "timer-go122", what: "Go 1.22 的定时器：总在堆里", breaks: &[2] },
            Mutation { name: "main-joins", what: "main 最后等那两个 goroutine", breaks: &[3] },
        ],
        next: &[("两把锁怎样成环", "bagu demo run leak/abba")],
    };

fn stuck() {
    chan::<()>(0).send(());
}

/// Runs `program` and says when a deadlock was reported.
fn report(name: &str, program: fn()) -> Seen {
    let seen = case(name, program);
    let how = match &seen.end {
        End::Deadlock(text) if text.contains("no goroutines") => "报 no goroutines",
        End::Deadlock(_) if seen.elapsed_ns < 2_000_000 => "立刻报死锁",
        End::Deadlock(_) => "定时器触发之后才报死锁",
        End::Ok => "不报，main 正常返回",
        _ => "没有报告",
    };
    out!("{name}：{how}");
    seen
}

fn cross_locks() {
    let (a, b, wg) = (Mutex::new(), Mutex::new(), WaitGroup::new());
    for (first, second) in [(a.clone(), b.clone()), (b, a)] {
        wg.go("crossed", move || {
            first.lock();
            sleep(us(100));
            second.lock();
        });
    }
    sleep(ms(1));
    if mutated("main-joins") {
        wg.wait();
    }
}

fn run() {
    report("什么都没有", stuck);
    report("有人在 Sleep", || {
        if !mutated("timers-stopped") {
            go("sleeper", || sleep(ms(5)));
        }
        stuck();
    });
    report("设了 AfterFunc", || {
        let timer = after_func(ms(5), || {});
        if mutated("timers-stopped") {
            timer.stop();
        }
        stuck();
    });
    report("没人等的 NewTimer", || {
        let _timer = Timer::new(ms(5));
        stuck();
    });
    let crossed = report("两个 goroutine 交叉持锁", cross_locks);
    note("stuck", crossed.leaked_for(WaitReason::MutexLock).len() as i64);
    report("main 调用 Goexit", || goexit());
}
