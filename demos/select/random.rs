//! Several cases ready: each is chosen equally often; a channel written twice gets two shares.
//!
//! Answers    select-random
//! Watch for  1  three shares of about 100   2  about 200 to 100   3  always the only one that is ready
//! Try        --seed 7, --mutate select-first
//! Go         runtime/select.go selectgo, pollorder (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/random",
    title: "都就绪时等概率抽一个，写两次占两份",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "多个分支同时可行时等概率随机选一个",
            check: |s| {
                let got = s.notes("three");
                // 100 expected, standard deviation 8.2: five of them to either side
                let fair = got.len() == 3 && got.iter().all(|n| (59..=141).contains(n));
                Verdict::new(fair, format!("{ROUNDS} 轮三路各 {got:?}"))
            },
        },
        Claim {
            text: "同一个 channel 写两个 case 就占两份概率",
            check: |s| {
                let got = s.note("twice");
                Verdict::new((159..=241).contains(&got), format!("{ROUNDS} 轮里写了两次的选中 {got}"))
            },
        },
        Claim {
            text: "只有一个分支可行时必定选它",
            check: |s| Verdict::eq("20 轮里选中唯一可行的分支", s.note("only"), 20),
        },
    ],
    mutations: &[
        Mutation { name: "select-first", what: "按书写次序取第一个就绪的", breaks: &[0, 1] },
        Mutation { name: "both-ready", what: "让另一个分支也可行", breaks: &[2] },
    ],
    next: &[
        ("公平不等于不饿死", "bagu demo run select/starvation"),
        ("按书写次序选会怎样", "bagu demo run select/random --mutate select-first"),
    ],
};

const ROUNDS: i64 = 300;

fn run() {
    let (a, b, c) = (named::<i64>("a", 0), named::<i64>("b", 0), named::<i64>("c", 0));
    a.close();
    b.close();
    c.close();
    let mut n = [0; 3];
    for _ in 0..ROUNDS {
        let i = select! {
            recv(a) -> _v => { 0 }
            recv(b) -> _v => { 1 }
            recv(c) -> _v => { 2 }
        };
        n[i] += 1;
    }
    for count in n {
        note("three", count);
    }
    out!("三路各 {} {} {}", n[0], n[1], n[2]);

    let (mut twice, mut once) = (0, 0);
    for _ in 0..ROUNDS {
        select! {
            recv(a) -> _v => { twice += 1; }
            recv(b) -> _v => { once += 1; }
            recv(a) -> _v => { twice += 1; }
        }
    }
    note("twice", twice);
    out!("写了两次的 {twice} 写了一次的 {once}");

    let other = if mutated("both-ready") { b } else { Chan::nil() };
    let mut only = 0;
    for _ in 0..20 {
        select! {
            recv(a) -> _v => { only += 1; }
            recv(other) -> _v => {}
        }
    }
    note("only", only);
    out!("只有一路可行 {only}");
}
