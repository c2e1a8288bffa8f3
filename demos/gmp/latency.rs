//! What the scheduler does not do: no priorities, and under full load runnable goroutines wait.
//!
//! Answers    gmp-advantages-limits
//! Watch for  1  idle: started at once; loaded: after everybody before it   2  "urgent" is a word, not
//!            a place in the queue
//! Try        --mutate light, --mutate urgent-last
//! Go         runtime/proc.go runqput, schedule; /sched/latencies:seconds (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/latency",
    title: "没有优先级：满载时急的活也要排队",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "满载时可运行的 G 要排队等 P",
            check: |s| {
                let (light, loaded) = (s.note("light_ns") / 1000, s.note("loaded_ns") / 1000);
                let text = format!("从可运行到运行：低载 {light} µs，满载 {loaded} µs");
                Verdict::new(light < 100 && loaded >= 1000 * AHEAD as i64, text)
            },
        },
        Claim {
            text: "没有优先级，急的活也只能排队",
            check: |s| Verdict::eq("急的第几个开始（前面 10 个，加 runnext 里的一个）", s.note("place"), AHEAD as i64 + 2),
        },
    ],
    mutations: &[
        Mutation { name: "light", what: "前面的活几乎不花时间", breaks: &[0] },
        Mutation { name: "urgent-last", what: "急的最后创建，占住 runnext", breaks: &[1] },
    ],
    next: &[("最后创建的反而最先跑", "bagu demo run gmp/latency --mutate urgent-last")],
};

const AHEAD: usize = 10;

/// Starts a goroutine that says how long it took to start, and as which.
fn urgent(wg: &WaitGroup, place: &Atomic, start: &Atomic, key: &'static str) {
    let (created, place, start) = (now(), place.clone(), start.clone());
    wg.go("urgent", move || {
        let waited = now() - created;
        note(key, waited.as_nanos() as i64);
        start.store(place.add(1));
        note("place", start.load());
    });
}

fn crowd(wg: &WaitGroup, place: &Atomic) {
    let work = if mutated("light") { us(10) } else { ms(1) };
    for _ in 0..AHEAD {
        let place = place.clone();
        wg.go("crowd", move || {
            place.add(1);
            burn(work);
        });
    }
}

fn run() {
    let wg = WaitGroup::new();
    let alone = Atomic::new(0);
    urgent(&wg, &alone, &alone, "light_ns");
    wg.wait();
    out!("低载：第 {} 个开始", alone.load());
    let (place, start) = (Atomic::new(0), Atomic::new(0));
    crowd(&wg, &place);
    if !mutated("urgent-last") {
        urgent(&wg, &place, &start, "loaded_ns");
    }
    crowd(&wg, &place);
    if mutated("urgent-last") {
        urgent(&wg, &place, &start, "loaded_ns");
    }
    wg.wait();
    out!("满载：急的第 {} 个开始", start.load());
    out!("满载：一共开始了 {} 个", place.load());
}
