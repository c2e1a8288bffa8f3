//! A toy machine with the three moves of the scheduler: `mcall` leaves, `systemstack` borrows,
//! `gogo` goes back.
//!
//! Answers    gmp-mcall-gogo-systemstack
//! Watch for  1  mcall writes three words and lands on g0   2  systemstack is back on the same
//!            goroutine   3  after gogo the local variable stands where it stood
//! Try        --mutate forget-sp, --mutate borrow-and-leave
//! Go         runtime/asm_amd64.s mcall, gogo, systemstack (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/mcall-model",
    title: "mcall 一去不回，systemstack 借了就还，gogo 跳回去",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("用一台玩具机器演：三个寄存器、每个 G 一段栈，没有真的汇编"),
    go: GoMatch::None("标准库不能读写 g.sched；真的汇编见 runtime/asm_amd64.s"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "mcall 只存 PC、SP、BP 三样，然后换到 g0 栈上调用 fn，fn 不返回",
            check: |s| {
                let saved = (s.note("saved_pc"), s.note("saved_sp"), s.note("saved_bp"));
                Verdict::eq("g1.sched 里的 PC、SP、BP", saved, (PC, TOP - 24, TOP - 8)).and(Verdict::eq(
                    "fn 在 g0 上跑，跑完轮到",
                    (s.note("mcall_on"), s.note("after_mcall")),
                    (0, 2),
                ))
            },
        },
        Claim {
            text: "systemstack 执行完 fn 就切回原来的 goroutine",
            check: |s| Verdict::eq("fn 在 g0 上跑，跑完回到", (s.note("borrow_on"), s.note("after_borrow")), (0, 1)),
        },
        Claim {
            text: "局部变量都在原来的地址",
            check: |s| Verdict::eq("gogo 之后，SP 处的局部变量", s.note("local"), 42),
        },
    ],
    mutations: &[
        Mutation { name: "forget-sp", what: "mcall 忘了存 SP", breaks: &[0, 2] },
        Mutation { name: "borrow-and-leave", what: "systemstack 的 fn 执行完不切回来", breaks: &[1] },
    ],
    next: &[("忘了存 SP", "bagu demo run gmp/mcall-model --mutate forget-sp")],
};

/// Where the calling code stands, and the top of its stack.
const PC: i64 = 0x4010;
const TOP: i64 = 0x1000;

/// What Go calls `gobuf`; a G is its number here: 0 is g0.
#[derive(Clone, Copy, Default)]
struct Gobuf {
    pc: i64,
    sp: i64,
    bp: i64,
}

struct Machine {
    regs: Gobuf,
    g: usize,
    sched: [Gobuf; 3],
    memory: Vec<i64>,
}

impl Machine {
    /// Stores where the running G stands, and stands where `to` stood.
    fn switch(&mut self, to: usize) {
        self.sched[self.g] = self.regs;
        if mutated("forget-sp") {
            self.sched[self.g].sp = 0;
        }
        self.gogo(to);
    }
    fn gogo(&mut self, to: usize) {
        self.g = to;
        self.regs = self.sched[to];
    }
    /// Leaves for g0; `f` must end in [`gogo`](Self::gogo).
    fn mcall(&mut self, f: impl FnOnce(&mut Self, usize)) {
        let from = self.g;
        let g0 = self.sched[0];
        self.switch(0);
        self.sched[0] = g0; // the next visit starts at the same place
        f(self, from);
    }
    /// Runs `f` on g0 and comes back.
    fn systemstack(&mut self, f: impl FnOnce(&mut Self)) {
        let from = self.g;
        let at = self.regs;
        self.g = 0;
        self.regs = self.sched[0];
        f(self);
        if !mutated("borrow-and-leave") {
            (self.g, self.regs) = (from, at);
        }
    }
}

fn run() {
    let here = Gobuf { pc: PC, sp: TOP - 24, bp: TOP - 8 };
    let g0 = Gobuf { pc: 0x9000, sp: 0x7f00, bp: 0 };
    let g2 = Gobuf { pc: 0x5020, sp: 0x1fe0, bp: 0x1ff8 };
    let mut m = Machine { regs: here, g: 1, sched: [g0, here, g2], memory: vec![0; 0x8000] };
    m.memory[here.sp as usize] = 42; // a local variable of g1

    m.systemstack(|m| note("borrow_on", m.g as i64));
    note("after_borrow", m.g as i64);
    out!("systemstack 之后在 g{}", m.g);

    (m.g, m.regs) = (1, here);
    m.sched[1] = Gobuf::default();
    m.mcall(|m, from| {
        note("mcall_on", m.g as i64);
        out!("mcall 的 fn 在 g{} 上跑，SP 是 {:#x}；离开的是 g{from}", m.g, m.regs.sp);
        m.gogo(2); // schedule() chose g2
    });
    note("after_mcall", m.g as i64);
    let saved = m.sched[1];
    note("saved_pc", saved.pc);
    note("saved_sp", saved.sp);
    note("saved_bp", saved.bp);
    out!("存下的现场：PC {:#x}，SP {:#x}，BP {:#x}；现在跑的是 g{}", saved.pc, saved.sp, saved.bp, m.g);

    m.memory[g2.sp as usize] = 7; // g2 works on its own stack
    m.regs.sp -= 16;
    m.gogo(1);
    let local = m.memory[m.regs.sp as usize];
    note("local", local);
    out!("gogo 回到 g{}，局部变量是 {local}", m.g);
}
