//! What a switch costs without any scheduler: corosensei's coroutines, resumed in turn by a loop.
//!
//! Only `switch`, the yardstick for the workload of that name. A goroutine that gives way leaves its stack
//! and another is entered: two changes of the stack. So is one turn here, a `resume` and its `suspend`.
//! There is no queue, no other thread and no preemption; WORKERS changes nothing.
use std::time::Instant;

use bagu_peers::*;
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult};

type Turns = Coroutine<(), (), ()>;

/// A coroutine that gives way `each` times.
fn turns(each: usize) -> Turns {
    let stack = DefaultStack::new(16 << 10).expect("a stack");
    Coroutine::with_stack(stack, move |y, ()| (0..each).for_each(|_| y.suspend(())))
}

/// `each` turns of `n` coroutines: ns a turn.
fn rounds(n: usize, each: usize) -> f64 {
    let mut all: Vec<Turns> = (0..n).map(|_| turns(each)).collect();
    // The first turn touches the stack.
    for c in &mut all {
        assert!(matches!(c.resume(()), CoroutineResult::Yield(())));
    }
    let t = Instant::now();
    for _ in 0..each {
        for c in &mut all {
            c.resume(());
        }
    }
    let took = ns(t) / (n * each) as f64;
    assert!(all.iter().all(Coroutine::done));
    took
}

fn switch() {
    let n = count(4_000_000);
    report("hot-ns", rounds(2, n / 2));
    report("10k-ns", rounds(10_000, n.div_ceil(10_000)));
}

const WORKLOADS: &[Workload<fn()>] = &[("switch", switch)];

fn main() {
    arguments(WORKLOADS).0();
}
