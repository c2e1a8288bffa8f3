//! Two goroutines hand one processor to and fro: no thread notices, no variable moves.
//!
//! Answers    goroutine-user-space-switch
//! Watch for  1  two hundred switches without a thread going to sleep or being woken
//!            2  the local variable has kept its address and its value
//! Try        --mutate sleep-instead, --mutate new-frame
//! Go         runtime/asm_amd64.s mcall, gogo; runtime/proc.go gosched_m, schedule (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/switch",
    title: "来回切换两百次：线程不知情，变量没有动",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "单 P 上来回切换，没有线程睡下或被叫醒",
            check: |s| {
                let yields: Vec<u32> = s.recording.of(Kind::GoYield).map(|(at, _)| at).collect();
                let (Some(&from), Some(&to)) = (yields.first(), yields.last()) else {
                    return Verdict::new(false, "没有一次让出");
                };
                let threads = [Kind::ThreadStart, Kind::ThreadPark, Kind::ThreadWake];
                let noticed = s.recording.events[from as usize..to as usize]
                    .iter()
                    .filter(|e| threads.contains(&e.kind) && e.m == s.recording.events[from as usize].m)
                    .count();
                Verdict::new(
                    yields.len() >= 200 && noticed == 0,
                    format!("让出 {} 次，其间线程睡下、醒来、新建 {noticed} 次", yields.len()),
                )
            },
        },
        Claim {
            text: "切回来时局部变量的地址和值都不变",
            check: |s| Verdict::eq("两个 goroutine 没变的次数", s.notes("same"), vec![ROUNDS, ROUNDS]),
        },
    ],
    mutations: &[
        Mutation { name: "sleep-instead", what: "不让出，改成睡 10 µs", breaks: &[0] },
        Mutation { name: "new-frame", what: "每次回来都换一个新的栈帧", breaks: &[1] },
    ],
    next: &[("线程多的时候谁占着线程", "bagu demo run goroutine/vs-thread")],
};

const ROUNDS: i64 = 100;

fn give_way() {
    if mutated("sleep-instead") { sleep(us(10)) } else { gosched() }
}

/// Gives way so often and counts how often `local` was found where and as it was left.
fn count_same(mark: i64) -> i64 {
    let local = mark;
    let address = address_of(&local);
    let mut same = 0;
    for _ in 0..ROUNDS {
        give_way();
        let found = if mutated("new-frame") { elsewhere(mark) } else { address_of(&local) };
        same += i64::from(found == address && local == mark);
    }
    same
}

fn address_of(variable: &i64) -> usize {
    std::hint::black_box(std::ptr::from_ref(variable)).addr()
}

/// The address of a variable in a frame of its own.
#[inline(never)]
fn elsewhere(mark: i64) -> usize {
    address_of(&std::hint::black_box(mark))
}

fn run() {
    let wg = WaitGroup::new();
    for mark in [11, 22] {
        wg.go("switcher", move || {
            let same = count_same(mark);
            note("same", same);
            out!("切走又回来 {ROUNDS} 次，地址和值都没变的 {same} 次");
        });
    }
    wg.wait();
}
