//! Runs demos in this process and judges them: once, or every way a demo promises to hold.
//!
//! The command line does this in a child process (`lab::sandbox`); tests do it directly.
use std::time::Duration;

use std::time::Instant;

use super::demo::Demo;
use super::options::{Engine, Platform, RunOptions};
use super::verdicts::{Outcome, faults, judge, twin};
use super::world::run_demo;

/// Runs once and judges.
#[must_use]
pub fn run_once(demo: &Demo, opts: &RunOptions) -> Outcome {
    let start = Instant::now();
    let seen = run_demo(demo, opts);
    let wall_ns = start.elapsed().as_nanos() as u64;
    Outcome {
        claims: judge(demo, &seen),
        twin: twin(demo, opts, &seen),
        faults: faults(opts, &seen),
        opts: opts.clone(),
        seen,
        wall_ns,
        max_rss_kb: super::sandbox::max_rss_kb(),
    }
}

/// Where a demo's claims must hold.
#[must_use]
pub fn grounds(demo: &Demo) -> Vec<(Engine, Platform)> {
    let mut all = vec![(Engine::Gmp, Platform::Virtual)];
    if demo.setup.real {
        all.push((Engine::Gmp, Platform::Real));
    }
    if demo.setup.real && demo.setup.may {
        all.push((Engine::May, Platform::Real));
    }
    all
}

/// One step of a full check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything must hold.
    Hold { engine: Engine, platform: Platform, seed: u64 },
    /// The same seed twice: the recordings must be equal.
    Repeat,
    /// The named claims must fail.
    Break(&'static str),
}

impl Step {
    /// Short words for progress and problems: `gmp/virtual 种子 1`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Step::Hold { engine, platform, seed } => format!("{}/{} 种子 {seed}", engine.name(), platform.name()),
            Step::Repeat => "同种子重放".to_owned(),
            Step::Break(name) => format!("变异 {name}"),
        }
    }
}

/// The steps of a full check: `seeds` of them on the virtual platform, one run on each other
/// ground, one replay (unless it measures the machine), every mutation.
#[must_use]
pub fn steps(demo: &Demo, seeds: u64) -> Vec<Step> {
    let mut all = vec![];
    for (engine, platform) in grounds(demo) {
        let n = if platform == Platform::Virtual { seeds.max(1) } else { 1 };
        all.extend((0..n).map(|i| Step::Hold { engine, platform, seed: demo.setup.seed + i }));
    }
    if !demo.setup.wall {
        all.push(Step::Repeat);
    }
    all.extend(demo.mutations.iter().map(|m| Step::Break(m.name)));
    all
}

/// Attempts where real time counts, and how slow each is: a loaded machine may spoil the timing of one
/// run, and 8 ms between two steps are more often kept than 1 ms.
const ATTEMPTS: [u8; 10] = [0, 0, 1, 1, 2, 2, 2, 3, 3, 3];
/// Pause before the next attempt, times the number of attempts so far.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes a step; on the real platform, or when the demo measures the machine, up to ten times, in ever
/// slower motion ([`RunOptions::slow`]). What is wrong after the last attempt, and how many there were:
/// a step that needed several is told, never hidden.
#[must_use]
pub fn take_patiently(demo: &Demo, step: &Step) -> (Vec<String>, u32) {
    if !takes_real_time(demo, step) {
        return (take(demo, step, 0), 1);
    }
    let mut problems = vec![];
    for (attempt, slow) in (1..).zip(ATTEMPTS) {
        problems = take(demo, step, slow);
        if problems.is_empty() {
            return (problems, attempt);
        }
        std::thread::sleep(PAUSE * attempt);
    }
    (problems, ATTEMPTS.len() as u32)
}

/// The machine's clock has a say in how the step goes.
#[must_use]
pub fn takes_real_time(demo: &Demo, step: &Step) -> bool {
    demo.setup.wall || matches!(step, Step::Hold { platform: Platform::Real, .. })
}

/// Takes one step. What is wrong, as Chinese sentences; empty when all is well.
#[must_use]
pub fn take(demo: &Demo, step: &Step, slow: u8) -> Vec<String> {
    let opts = RunOptions::of(demo).slow(slow);
    match step {
        Step::Hold { engine, platform, seed } => {
            let o = run_once(demo, &opts.on(*engine, *platform).seed(*seed));
            problems(demo, &o)
        }
        Step::Repeat => {
            let (a, b) = (run_demo(demo, &opts), run_demo(demo, &opts));
            let same = a.recording == b.recording && a.out == b.out;
            if same { vec![] } else { vec!["同一个种子跑两次，过程不一样".to_owned()] }
        }
        Step::Break(name) => broken(demo, &opts, name),
    }
}

/// What is wrong with a run in which everything should hold.
#[must_use]
pub fn problems(demo: &Demo, o: &Outcome) -> Vec<String> {
    let mut all = vec![];
    if !o.end_ok(demo) {
        all.push(format!("没有正常结束：{}", super::verdicts::end_text(&o.seen.end)));
    }
    for i in o.failed() {
        all.push(format!("论断 {} 不成立：{}（{}）", i + 1, demo.claims[i].text, o.claims[i].measured));
    }
    all.extend(o.faults.iter().map(|f| format!("记录不合规则：{f}")));
    match &o.twin {
        Some(super::gotwin::TwinResult::Differs(d)) => all.push(format!("和真 Go 的输出不同：{d}")),
        Some(super::gotwin::TwinResult::Missing) => all.push("缺少真 Go 的录制输出（.go.out）".to_owned()),
        _ => {}
    }
    all
}

/// A mutation must turn the claims it names red.
fn broken(demo: &Demo, opts: &RunOptions, name: &str) -> Vec<String> {
    let Some(m) = demo.mutations.iter().find(|m| m.name == name) else { return vec![] };
    let o = run_once(demo, &opts.clone().mutate(name));
    m.breaks
        .iter()
        .filter(|i| o.claims.get(**i).is_none_or(|v| v.ok))
        .map(|i| match o.claims.get(*i) {
            Some(v) => format!("论断 {} 应当倒下，却仍成立：{}（{}）", i + 1, demo.claims[*i].text, v.measured),
            None => format!("变异点名了不存在的论断 {}", i + 1),
        })
        .collect()
}

/// Faults of the demo as written, without running it.
#[must_use]
pub fn declared(demo: &Demo) -> Vec<String> {
    let unbroken = (0..demo.claims.len()).filter(|i| !demo.mutations.iter().any(|m| m.breaks.contains(i)));
    let mut all: Vec<String> = unbroken.map(|i| format!("论断 {} 没有任何变异能让它倒下", i + 1)).collect();
    if demo.claims.is_empty() {
        all.push("一条论断也没有".to_owned());
    }
    all.extend(demo.mutations.iter().filter(|m| m.breaks.is_empty()).map(|m| format!("变异 {} 没有点名论断", m.name)));
    all
}
