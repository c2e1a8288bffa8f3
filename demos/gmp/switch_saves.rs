//! Why a goroutine that gives way saves three words, and one that is preempted by a signal saves all.
//!
//! Answers    gmp-switch-content
//! Watch for  1  at a call the live value is on the stack already   2  at any other instruction it is
//!            only in a register, which the next goroutine overwrites
//! Try        --mutate no-spill, --mutate save-three
//! Go         runtime/asm_amd64.s mcall; runtime/preempt_amd64.s asyncPreempt; abi-internal.md (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/switch-saves",
    title: "自愿让出存三个字，异步抢占存全部寄存器",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("用一台玩具机器演：16 个通用寄存器加标志；向量寄存器没有演"),
    go: GoMatch::None("标准库看不到寄存器；真的保存列表见 runtime/preempt_amd64.s"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "同步切换只存三个字，活跃值早已在自己的栈上",
            check: |s| {
                Verdict::eq("存下的字数", s.note("sync_words"), 3).and(Verdict::eq(
                    "回来后，循环变量和累加值",
                    (s.note("sync_i"), s.note("sync_sum")),
                    (7, 1000),
                ))
            },
        },
        Claim {
            text: "异步抢占要把全部寄存器存下来",
            check: |s| {
                Verdict::eq("压到栈上的字数（15 个通用寄存器加标志）", s.note("async_words"), 16).and(Verdict::eq(
                    "回来后，循环变量和累加值",
                    (s.note("async_i"), s.note("async_sum")),
                    (7, 1000),
                ))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-spill", what: "编译器在调用点不把活跃值溢出到栈上", breaks: &[0] },
        Mutation { name: "save-three", what: "异步抢占也只存三个字", breaks: &[1] },
    ],
    next: &[("异步抢占也只存三个字", "bagu demo run gmp/switch-saves --mutate save-three")],
};

/// Register numbers; 4 is SP, 5 is BP as on amd64. The loop keeps its values in `I` and `SUM`.
const I: usize = 1;
const SUM: usize = 2;
const SP: usize = 4;
const BP: usize = 5;

#[derive(Clone, Copy)]
struct Cpu {
    regs: [i64; 16],
    flags: i64,
    pc: i64,
}

/// The goroutine's own stack.
type Stack = Vec<i64>;

/// A loop in the middle of its work.
fn busy() -> Cpu {
    let mut cpu = Cpu { regs: [0; 16], flags: 0b100, pc: 0x4010 };
    (cpu.regs[I], cpu.regs[SUM], cpu.regs[SP], cpu.regs[BP]) = (7, 1000, 0xff0, 0xff8);
    cpu
}

/// Another goroutine runs on the same core: every register is overwritten.
fn others_run(cpu: &mut Cpu) {
    *cpu = Cpu { regs: [-1; 16], flags: -1, pc: -1 };
}

/// The loop calls a function that gives way. The compiler spilled what it still needs.
fn gives_way() {
    let (mut cpu, mut stack) = (busy(), Stack::new());
    if !mutated("no-spill") {
        stack.extend([cpu.regs[I], cpu.regs[SUM]]);
    }
    let gobuf = [cpu.pc, cpu.regs[SP], cpu.regs[BP]]; // mcall
    others_run(&mut cpu);
    (cpu.pc, cpu.regs[SP], cpu.regs[BP]) = (gobuf[0], gobuf[1], gobuf[2]); // gogo
    if let [i, sum] = stack[..] {
        (cpu.regs[I], cpu.regs[SUM]) = (i, sum); // reloaded after the call
    }
    note("sync_words", gobuf.len() as i64);
    note("sync_i", cpu.regs[I]);
    note("sync_sum", cpu.regs[SUM]);
    out!("自愿让出：存 {} 个字，回来后 i={} sum={}", gobuf.len(), cpu.regs[I], cpu.regs[SUM]);
}

/// A signal stops the loop between two instructions: nothing was spilled.
fn is_preempted() {
    let (mut cpu, mut stack) = (busy(), Stack::new());
    let keep = |r: &usize| if mutated("save-three") { *r == BP } else { *r != SP };
    let saved: Vec<usize> = (0..16).filter(keep).collect();
    stack.extend(saved.iter().map(|r| cpu.regs[*r])); // asyncPreempt
    stack.push(cpu.flags);
    let (pc, sp) = (cpu.pc, cpu.regs[SP]);
    others_run(&mut cpu);
    (cpu.pc, cpu.regs[SP]) = (pc, sp);
    let words = stack.len();
    cpu.flags = stack.pop().unwrap_or_default();
    saved.iter().zip(&stack).for_each(|(r, v)| cpu.regs[*r] = *v);
    note("async_words", words as i64);
    note("async_i", cpu.regs[I]);
    note("async_sum", cpu.regs[SUM]);
    out!("异步抢占：栈上存 {words} 个字，回来后 i={} sum={}", cpu.regs[I], cpu.regs[SUM]);
}

fn run() {
    gives_way();
    is_preempted();
}
