//! Coroutine switching on a toy machine: what is saved, where a new coroutine comes from and goes to,
//! and why a goroutine parks from the scheduler's stack.
//!
//! Answers    gmp-simulator
//! Watch for  1  saved registers come back as they were   2  the entry function returns into the exit
//!            trampoline   3  no interleaving puts two threads on one stack
//! Try        --mutate forget-rbx, --mutate no-trampoline, --mutate enqueue-first
//! Go         runtime/asm_amd64.s gogo, mcall; runtime/proc.go newproc1, gopark, park_m (go1.27.3)
//! Differs    words instead of instructions: the machine has a memory, a stack pointer, six registers
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/simulator",
    title: "手写协程切换：保存什么、从哪来、回哪去",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("玩具机器：内存、SP、六个被调用者保存的寄存器；两个线程的先后用穷举代替"),
    go: GoMatch::None("Go 里不能手工换栈：没有内联汇编，栈会被 GC 和栈检查当成非法"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "切换前后被调用者保存的寄存器一致",
            check: |s| Verdict::eq("换回来时核对过的寄存器不一致的次数", s.note("spoiled"), 0),
        },
        Claim {
            text: "入口函数返回后落到退出蹦床",
            check: |s| Verdict::eq("落到退出蹦床的协程数、跑飞的次数", (s.note("exits"), s.note("wild")), (2, 0)),
        },
        Claim {
            text: "先切回调度栈再入队，就不会有两个线程用同一个栈",
            check: |s| {
                let (all, bad) = (s.note("orders"), s.note("two_on_one"));
                Verdict::new(all > 0 && bad == 0, format!("{all} 种先后里，两个线程同用一个栈的有 {bad} 种"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "forget-rbx", what: "切换时漏存一个寄存器", breaks: &[0] },
        Mutation { name: "no-trampoline", what: "新栈上不放退出函数的地址", breaks: &[1] },
        Mutation { name: "enqueue-first", what: "还站在自己的栈上就入队", breaks: &[2] },
    ],
    next: &[("漏存一个寄存器会怎样", "bagu demo run gmp/simulator --mutate forget-rbx")],
};

/// rbx, rbp, r12–r15.
const SAVED: usize = 6;
const STACK: usize = 32;
const ROUNDS: u64 = 3;
/// "Addresses" of code.
const LOOP: u64 = 0x1000;
const ENTRY: u64 = 0x2000;
const BODY: u64 = 0x2010;
const EXIT: u64 = 0x3000;

/// Contexts: 0 is the scheduling loop (g0), 1 and 2 are coroutines.
struct Machine {
    mem: [u64; 3 * STACK],
    sp: usize,
    pc: u64,
    regs: [u64; SAVED],
    saved_sp: [usize; 3],
}

impl Machine {
    fn push(&mut self, v: u64) {
        self.sp -= 1;
        self.mem[self.sp] = v;
    }
    fn pop(&mut self) -> u64 {
        self.sp += 1;
        self.mem[self.sp - 1]
    }
    /// Lays out a new stack: exit, entry, and room for the registers that the first switch restores.
    fn make(&mut self, who: usize) {
        self.sp = (who + 1) * STACK - 2;
        self.push(if mutated("no-trampoline") { 0xdead } else { EXIT });
        self.push(ENTRY);
        (0..kept()).for_each(|_| self.push(0));
        self.saved_sp[who] = self.sp;
    }
    /// Save on the old stack, change SP, restore from the new one, return.
    fn switch(&mut self, from: usize, to: usize, back_to: u64) {
        self.push(back_to);
        (SAVED - kept()..SAVED).for_each(|r| self.push(self.regs[r]));
        self.saved_sp[from] = self.sp;
        self.sp = self.saved_sp[to];
        (SAVED - kept()..SAVED).rev().for_each(|r| self.regs[r] = self.pop());
        self.pc = self.pop();
    }
}

fn kept() -> usize {
    if mutated("forget-rbx") { SAVED - 1 } else { SAVED }
}

fn switching() {
    let mut m =
        Machine { mem: [0; 3 * STACK], sp: STACK - 2, pc: LOOP, regs: [0; SAVED], saved_sp: [STACK - 2; 3] };
    let sp = m.sp;
    (1..3).for_each(|who| m.make(who));
    m.sp = sp;
    let (mut rounds, mut done, mut who) = ([0; 3], [false; 3], 0);
    let (mut spoiled, mut exits, mut wild) = (0, 0, 0);
    loop {
        match m.pc {
            LOOP => {
                let Some(next) = (1..3).map(|i| (who + i) % 3).find(|&i| i != 0 && !done[i]) else { break };
                who = next;
                m.switch(0, next, LOOP);
            }
            ENTRY => {
                m.regs = [who as u64 * 0x1111; SAVED];
                m.switch(who, 0, BODY);
            }
            BODY => {
                spoiled += m.regs.iter().filter(|r| **r != who as u64 * 0x1111).count();
                rounds[who] += 1;
                if rounds[who] < ROUNDS {
                    m.switch(who, 0, BODY);
                } else {
                    m.pc = m.pop(); // the entry function returns
                }
            }
            EXIT => {
                out!("协程 {who} 跑了 {} 轮，返回后到了退出蹦床", rounds[who]);
                exits += 1;
                done[who] = true;
                m.switch(who, 0, EXIT);
            }
            other => {
                out!("协程 {who} 返回到 {other:#x}：跑飞了");
                wild += 1;
                done[who] = true;
                m.switch(who, 0, EXIT);
            }
        }
    }
    out!("换回来时寄存器不一致：{spoiled} 次");
    note("spoiled", spoiled as i64);
    note("exits", exits);
    note("wild", wild);
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    SaveContext,
    LeaveStack,
    MarkWaiting,
    Enqueue,
    PickNext,
}

const FROM_G0: [Step; 5] = [Step::SaveContext, Step::LeaveStack, Step::MarkWaiting, Step::Enqueue, Step::PickNext];
const ENQUEUE_FIRST: [Step; 5] =
    [Step::Enqueue, Step::SaveContext, Step::LeaveStack, Step::MarkWaiting, Step::PickNext];

/// Every order of thread A parking a goroutine and thread B taking it from the queue: (orders, bad).
fn explore(steps: &[Step], on_stack: bool, queued: bool) -> (i64, i64) {
    let mut total = (0, 0);
    if queued {
        // B takes it now and runs on its stack.
        total = (1, i64::from(on_stack));
    }
    if let Some((step, rest)) = steps.split_first() {
        let (o, q) = (on_stack && *step != Step::LeaveStack, queued || *step == Step::Enqueue);
        let (all, bad) = explore(rest, o, q);
        total = (total.0 + all, total.1 + bad);
    }
    total
}

fn run() {
    switching();
    let (all, bad) = explore(&ENQUEUE_FIRST, true, false);
    out!("先入队再切走：另一个线程来取的时机 {all} 种，两个线程同用一个栈 {bad} 种");
    let steps = if mutated("enqueue-first") { ENQUEUE_FIRST } else { FROM_G0 };
    let (all, bad) = explore(&steps, true, false);
    out!("先切回调度栈再入队：时机 {all} 种，两个线程同用一个栈 {bad} 种");
    note("orders", all);
    note("two_on_one", bad);
}
