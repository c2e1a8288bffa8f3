//! A waiter's stack moves while a sender may write into it: the pointer is mended, under the lock.
//!
//! Answers    channel-stack-shrink
//! Watch for  1  elem moves by as much as the stack   2  the sender waits for the move and writes
//!               to the new place
//! Try        --mutate no-adjust, --mutate no-lock
//! Go         runtime/stack.go copystack, syncadjustsudogs (go1.27.3)
//! Differs    our own stacks never move, so the stack here is a piece of an array
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/stack-shrink",
    title: "等待者的栈搬家，发送者仍写对地方",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("我们的协程栈固定不动；这里用一段数组当等待者的栈，用一把锁当 hchan.lock，重演 copystack 的步骤"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "copystack 按位移改写 sudog.elem",
            check: |s| {
                let moved = s.note("elem_new") - s.note("elem_old");
                Verdict::new(moved == s.note("delta"), format!("栈位移 {} 字，elem 位移 {moved} 字", s.note("delta")))
            },
        },
        Claim {
            text: "收缩前先锁住涉及的 channel",
            check: |s| {
                Verdict::eq("发送者写到", s.note("written_at"), (NEW_HI - X) as i64)
                    .and(Verdict::eq("等待者", s.lines()[1], "收到 42"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-adjust", what: "搬栈时不改 elem", breaks: &[0, 1] },
        Mutation { name: "no-lock", what: "搬栈时不锁 channel", breaks: &[1] },
    ],
    next: &[("不锁就搬会丢值", "bagu demo run channel/stack-shrink --mutate no-lock")],
};

/// The old stack is words 0..32, the new one 48..64; stacks grow down from `hi`.
const OLD_HI: usize = 32;
const NEW_HI: usize = 64;
/// The variable that receives lies this far below `hi`; so many words are in use.
const X: usize = 2;
const USED: usize = 4;

fn run() {
    let memory = Var::new(vec![0_i64; NEW_HI]);
    let (hi, elem) = (Var::new(OLD_HI), Var::new(OLD_HI - X));
    let (lock, wake, done) = (Mutex::new(), chan::<()>(0), chan::<()>(0));

    let (words, top, rung, end) = (memory.clone(), hi.clone(), wake.clone(), done.clone());
    go("waiter", move || {
        rung.recv();
        out!("栈搬家了： {}", top.get() != OLD_HI);
        out!("收到 {}", words.get()[top.get() - X]);
        end.close();
    });

    let (words, target, guard) = (memory.clone(), elem.clone(), lock.clone());
    go("sender", move || {
        sleep(ms(5)); // comes in the middle of the move
        guard.lock();
        let (at, mut all) = (target.get(), words.get());
        all[at] = 42;
        words.set(all);
        note("written_at", at as i64);
        guard.unlock();
        sleep(ms(20));
        wake.send(());
    });

    let locked = !mutated("no-lock");
    if locked {
        lock.lock();
    }
    let mut all = memory.get();
    all.copy_within(OLD_HI - USED..OLD_HI, NEW_HI - USED);
    memory.set(all);
    sleep(ms(10)); // copying takes its time
    note("delta", (NEW_HI - OLD_HI) as i64);
    note("elem_old", elem.get() as i64);
    if !mutated("no-adjust") {
        elem.set(elem.get() + NEW_HI - OLD_HI);
    }
    note("elem_new", elem.get() as i64);
    hi.set(NEW_HI);
    if locked {
        lock.unlock();
    }
    done.recv();
}
