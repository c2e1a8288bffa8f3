//! Atomics: the classic shapes of the memory model. Go's atomics are sequentially consistent, so
//! what no interleaving gives is forbidden.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq, merges};

/// The shared cells of a shape, all zero.
#[derive(Clone)]
struct Cells {
    x: Atomic,
    y: Atomic,
    z: Atomic,
    r: Atomic,
    q: Atomic,
    p: Atomic,
    o: Atomic,
}

type Body = fn(&Cells);

fn run(bodies: &[Body]) -> Cells {
    let zero = || Atomic::new(0);
    let c = Cells { x: zero(), y: zero(), z: zero(), r: zero(), q: zero(), p: zero(), o: zero() };
    let wg = WaitGroup::new();
    for f in bodies {
        let (f, c) = (*f, c.clone());
        wg.go("", move || f(&c));
    }
    wg.wait();
    c
}

/// Runs the bodies on fresh cells and prints what is left in the named ones.
fn shape(show: &str, bodies: &[Body]) -> String {
    let c = run(bodies);
    let cell = |n| match n {
        'x' => &c.x,
        'y' => &c.y,
        'r' => &c.r,
        'q' => &c.q,
        'p' => &c.p,
        _ => &c.o,
    };
    show.chars().map(|n| cell(n).load().to_string()).collect()
}

/// Notes who is inside; each body enters once.
fn critical(enter: fn(&Cells, &Seq, u8)) -> String {
    let (s, wg) = (Seq::new(), WaitGroup::new());
    let c = run(&[]);
    for me in 0..2 {
        let (c, s) = (c.clone(), s.clone());
        wg.go("", move || enter(&c, &s, me));
    }
    wg.wait();
    s.line()
}

fn in_and_out(s: &Seq, me: u8) {
    s.put(char::from(b'a' + me));
    s.put(char::from(b'A' + me));
}

/// Is it the outcome of three bits in which not all of `forbidden` holds?
fn bits(o: &str, n: usize, forbidden: &str) -> bool {
    o.len() == n && o.chars().all(|c| c == '0' || c == '1') && o != forbidden
}

pub const ALL: &[Litmus] = &[
    Litmus::set("atomic/store-buffering", &["01", "10", "11"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.x.store(1);
                    c.r.store(c.y.load());
                },
                |c| {
                    c.y.store(1);
                    c.q.store(c.x.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::fit(
        "atomic/store-buffering-3",
        "whoever stores last must see one of the others",
        |o| bits(o, 3, "000"),
        || {
            shape(
                "rqp",
                &[
                    |c| {
                        c.x.store(1);
                        c.r.store(c.y.load());
                    },
                    |c| {
                        c.y.store(1);
                        c.q.store(c.z.load());
                    },
                    |c| {
                        c.z.store(1);
                        c.p.store(c.x.load());
                    },
                ],
            )
        },
    ),
    Litmus::set("atomic/message-passing", &["00", "01", "11"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.x.store(1);
                    c.y.store(1);
                },
                |c| {
                    c.r.store(c.y.load());
                    c.q.store(c.x.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/load-buffering", &["00", "01", "10"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.r.store(c.x.load());
                    c.y.store(1);
                },
                |c| {
                    c.q.store(c.y.load());
                    c.x.store(1);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::fit(
        "atomic/iriw",
        "the two readers may not see the two stores in opposite orders",
        |o| bits(o, 4, "1010"),
        || {
            shape(
                "rqpo",
                &[
                    |c| c.x.store(1),
                    |c| c.y.store(1),
                    |c| {
                        c.r.store(c.x.load());
                        c.q.store(c.y.load());
                    },
                    |c| {
                        c.p.store(c.y.load());
                        c.o.store(c.x.load());
                    },
                ],
            )
        },
    ),
    Litmus::set("atomic/read-read-coherence", &["00", "01", "11"], || {
        shape(
            "rq",
            &[
                |c| c.x.store(1),
                |c| {
                    c.r.store(c.x.load());
                    c.q.store(c.x.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/write-write-coherence", &["00", "01", "02", "11", "12", "22"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.x.store(1);
                    c.x.store(2);
                },
                |c| {
                    c.r.store(c.x.load());
                    c.q.store(c.x.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/2+2w", &["12", "21", "22"], || {
        shape(
            "xy",
            &[
                |c| {
                    c.x.store(1);
                    c.y.store(2);
                },
                |c| {
                    c.y.store(1);
                    c.x.store(2);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/s", &["10", "11", "20"], || {
        shape(
            "xr",
            &[
                |c| {
                    c.x.store(2);
                    c.y.store(1);
                },
                |c| {
                    c.r.store(c.y.load());
                    c.x.store(1);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/r", &["10", "11", "21"], || {
        shape(
            "yr",
            &[
                |c| {
                    c.x.store(1);
                    c.y.store(1);
                },
                |c| {
                    c.y.store(2);
                    c.r.store(c.x.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::fit(
        "atomic/write-to-read-causality",
        "what was seen through another is seen",
        |o| bits(o, 3, "110"),
        || {
            shape(
                "rqp",
                &[
                    |c| c.x.store(1),
                    |c| {
                        c.r.store(c.x.load());
                        c.y.store(1);
                    },
                    |c| {
                        c.q.store(c.y.load());
                        c.p.store(c.x.load());
                    },
                ],
            )
        },
    ),
    Litmus::fit(
        "atomic/isa2",
        "a message passed on twice still carries the first store",
        |o| bits(o, 3, "110"),
        || {
            shape(
                "rqp",
                &[
                    |c| {
                        c.x.store(1);
                        c.y.store(1);
                    },
                    |c| {
                        c.r.store(c.y.load());
                        c.z.store(1);
                    },
                    |c| {
                        c.q.store(c.z.load());
                        c.p.store(c.x.load());
                    },
                ],
            )
        },
    ),
    Litmus::set("atomic/two-stores-one-cell", &["1", "2"], || shape("x", &[|c| c.x.store(1), |c| c.x.store(2)]))
        .wider(ANY),
    Litmus::set("atomic/store-against-add", &["5", "6"], || {
        shape(
            "x",
            &[
                |c| c.x.store(5),
                |c| {
                    c.x.add(1);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/add-gives-places", &["12", "21"], || {
        shape("rq", &[|c| c.r.store(c.x.add(1)), |c| c.q.store(c.x.add(1))])
    })
    .wider(ANY),
    Litmus::merge("atomic/add-gives-places-3", &["1", "2", "3"], || {
        shape("rqp", &[|c| c.r.store(c.x.add(1)), |c| c.q.store(c.x.add(1)), |c| c.p.store(c.x.add(1))])
    }),
    Litmus::set("atomic/cas-one-winner", &["1", "2"], || {
        shape(
            "x",
            &[
                |c| {
                    let _ = c.x.cas(0, 1);
                },
                |c| {
                    let _ = c.x.cas(0, 2);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/cas-chain", &["1", "2", "3"], || {
        shape(
            "x",
            &[
                |c| {
                    let _ = c.x.cas(0, 1);
                },
                |c| {
                    let _ = c.x.cas(1, 2);
                },
                |c| {
                    let _ = c.x.cas(2, 3);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/cas-does-not-see-aba", &["17", "10", "00"], || {
        shape(
            "rx",
            &[
                |c| {
                    let v = c.x.load();
                    if c.x.cas(v, 7) {
                        c.r.store(1);
                    }
                },
                |c| {
                    c.x.store(1);
                    c.x.store(0);
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::one("atomic/cas-loop", &["3"], || {
        let add: Body = |c| loop {
            let v = c.x.load();
            if c.x.cas(v, v + 1) {
                return;
            }
        };
        shape("x", &[add, add, add])
    }),
    Litmus::set("atomic/flags-of-dekker", &["00", "01", "10"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.x.store(1);
                    if c.y.load() == 0 {
                        c.r.store(1);
                    }
                },
                |c| {
                    c.y.store(1);
                    if c.x.load() == 0 {
                        c.q.store(1);
                    }
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/spin-lock", &["aAbB", "bBaA"], || {
        critical(|c, s, me| {
            while !c.x.cas(0, 1) {
                gosched();
            }
            in_and_out(s, me);
            c.x.store(0);
        })
    })
    .wider(ANY),
    Litmus::set("atomic/peterson", &["aAbB", "bBaA"], || {
        critical(|c, s, me| {
            let (mine, other) = if me == 0 { (&c.x, &c.y) } else { (&c.y, &c.x) };
            let yours = i64::from(1 - me);
            mine.store(1);
            c.z.store(yours);
            while other.load() == 1 && c.z.load() == yours {
                gosched();
            }
            in_and_out(s, me);
            mine.store(0);
        })
    })
    .wider(ANY),
    Litmus::set("atomic/torn-pair", &["00", "01", "02", "10", "11", "12", "21", "22"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.x.store(1);
                    c.y.store(1);
                    c.x.store(2);
                    c.y.store(2);
                },
                |c| {
                    c.r.store(c.x.load());
                    c.q.store(c.y.load());
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::set("atomic/seqlock", &["00", "11"], || {
        shape(
            "rq",
            &[
                |c| {
                    c.z.add(1);
                    c.x.store(1);
                    c.y.store(1);
                    c.z.add(1);
                },
                |c| loop {
                    let before = c.z.load();
                    let (x, y) = (c.x.load(), c.y.load());
                    if before % 2 == 0 && c.z.load() == before {
                        c.r.store(x);
                        c.q.store(y);
                        return;
                    }
                    gosched();
                },
            ],
        )
    })
    .wider(ANY),
    Litmus::fit(
        "atomic/ticket-lock",
        "the ticket decides, whoever draws first",
        |o| o.strip_prefix("true ").is_some_and(|l| merges(l, &["a", "b"])),
        || {
            let first = Atomic::new(0);
            let (s, wg, c) = (Seq::new(), WaitGroup::new(), run(&[]));
            for me in [b'a', b'b'] {
                let (s, c, first) = (s.clone(), c.clone(), first.clone());
                wg.go("", move || {
                    let mine = c.x.add(1) - 1;
                    while c.y.load() != mine {
                        gosched();
                    }
                    s.put(char::from(me));
                    if mine == 0 {
                        first.store(i64::from(me));
                    }
                    c.y.add(1);
                });
            }
            wg.wait();
            let line = s.line();
            format!("{} {line}", line.bytes().next().map(i64::from) == Some(first.load()))
        },
    ),
    Litmus::one("atomic/wait-for-flag", &["1"], || {
        shape(
            "r",
            &[
                |c| {
                    c.x.store(1);
                    c.y.store(1);
                },
                |c| {
                    while c.y.load() == 0 {
                        gosched();
                    }
                    c.r.store(c.x.load());
                },
            ],
        )
    }),
];
