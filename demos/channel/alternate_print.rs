//! 1A2B3C…: two goroutines pass a baton; then the version that hands it to nobody.
//!
//! Answers    channel-alternate-print
//! Watch for  1  the text is the same for every seed   2  one more hand-over leaves a goroutine behind
//! Try        --procs 4, --seed 7, --mutate no-baton, --mutate roomy
//! Go         go.dev/ref/mem, runtime/chan.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/alternate-print",
    title: "两个 goroutine 交替打印，难在收尾",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "两个无缓冲 channel 互相交棒，次序就定了",
            check: |s| {
                let texts: Vec<&str> = s.lines().iter().filter_map(|l| l.split(' ').next()).collect();
                Verdict::eq("两次打印", texts, vec!["1A2B3C4D5E"; 2])
            },
        },
        Claim {
            text: "最后一棒交给已经退出的一方，就会永远卡住",
            check: |s| {
                Verdict::eq("不交、多交一棒各剩下", s.notes("left"), vec![0, 1])
                    .and(Verdict::eq("卡在 chan send 的", s.leaked_for(WaitReason::ChanSend), vec!["letters"]))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-baton", what: "不等棒，各打各的", breaks: &[0] },
        Mutation { name: "roomy", what: "两个 channel 容量改成 1", breaks: &[1] },
    ],
    next: &[("容量 1 能解决收尾", "bagu demo run channel/alternate-print --mutate roomy")],
};

const ROUNDS: u8 = 5;

fn append(text: &Var<String>, piece: &str) {
    let mut all = text.get();
    all.push_str(piece);
    text.set(all);
}

fn alternate(last_hand_over: bool) -> (String, i64) {
    let before = num_goroutine();
    let (baton, room) = (!mutated("no-baton"), usize::from(mutated("roomy")));
    let (num, letter, done) = (chan::<()>(room), chan::<()>(room), chan::<()>(0));
    let (text, ended) = (Var::new(String::new()), WaitGroup::new());

    let (wait, pass, page) = (num.clone(), letter.clone(), text.clone());
    ended.go("numbers", move || {
        for i in 1..=ROUNDS {
            if baton {
                wait.recv();
            }
            append(&page, &i.to_string());
            if baton {
                pass.send(());
            }
        }
    });
    let (pass, page, end) = (num.clone(), text.clone(), done.clone());
    go("letters", move || {
        for i in 0..ROUNDS {
            if baton {
                letter.recv();
            }
            append(&page, &char::from(b'A' + i).to_string());
            let last = i == ROUNDS - 1;
            if last {
                end.close();
            }
            if baton && (!last || last_hand_over) {
                pass.send(()); // after the last letter nobody is left to take it
            }
        }
    });
    if baton {
        num.send(());
    }
    done.recv();
    ended.wait();
    sleep(ms(10));
    (text.get(), num_goroutine() as i64 - before as i64)
}

fn run() {
    for last_hand_over in [false, true] {
        let (text, left) = alternate(last_hand_over);
        note("left", left);
        out!("{text} 剩下 {left}");
    }
}
