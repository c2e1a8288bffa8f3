//! What four kinds of `make(chan …)` cost: the three branches of makechan, on a mirror of hchan.
//!
//! Answers    channel-makechan, channel-hchan-layout
//! Watch for  1  112 bytes of header   2  no pointers: one piece   3  pointers: two pieces
//! Try        --mutate go122-layout, --mutate always-apart
//! Go         runtime/chan.go makechan, hchan (go1.27.3, 64-bit). The twin measures the real heap.
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/make-layout",
    title: "make 一个 channel 分配多少、分几次",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "照 makechan 的三个分支与 hchan 的字段计算，没有真的向 Go 的堆申请；元素大小与容量取自真的 channel",
    ),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "64 位平台上 hchan 是 112 字节",
            check: |s| Verdict::eq("字段排开之后的大小", s.note("header"), 112),
        },
        Claim {
            text: "元素不含指针时头部与缓冲一次分配",
            check: |s| Verdict::eq("make(chan int, 16) 的次数", s.notes("times")[2], 1),
        },
        Claim {
            text: "struct{} 元素容量 100 与无缓冲占用相同",
            check: |s| Verdict::eq("两者的字节数", s.notes("bytes")[1], s.notes("bytes")[0]),
        },
        Claim {
            text: "含指针的元素分两次分配",
            check: |s| Verdict::eq("make(chan *int, 16) 的次数", s.notes("times")[3], 2),
        },
    ],
    mutations: &[
        Mutation { name: "go122-layout", what: "Go 1.22 的 hchan：没有 timer 与 bubble", breaks: &[0] },
        Mutation { name: "always-apart", what: "不论有没有指针，头部与缓冲总是分开", breaks: &[1] },
        Mutation { name: "slot-at-least-8", what: "大小为 0 的元素也给 8 字节一格", breaks: &[2] },
        Mutation { name: "always-together", what: "不论有没有指针，头部与缓冲总在一起", breaks: &[3] },
    ],
    next: &[("缓冲怎么转圈", "bagu demo run channel/ring-walk")],
};

/// The fields of Go's hchan in their order, as numbers of the same size.
#[repr(C)]
struct Hchan {
    qcount: u64,
    dataqsiz: u64,
    buf: u64,
    elemsize: u16,
    closed: u32,
    timer: u64,
    elemtype: u64,
    sendx: u64,
    recvx: u64,
    recvq: [u64; 2],
    sendq: [u64; 2],
    bubble: u64,
    lock: u64,
}

fn header() -> usize {
    size_of::<Hchan>() - if mutated("go122-layout") { 16 } else { 0 }
}

/// Bytes and number of allocations for a channel like this one.
fn plan<T: Send + 'static>(ch: &Chan<T>, pointers: bool) -> (usize, usize) {
    let s = ch.snapshot();
    let slot = if mutated("slot-at-least-8") { s.elemsize.max(8) } else { s.elemsize };
    let ring = s.dataqsiz * slot;
    let apart = !mutated("always-together") && (pointers || mutated("always-apart"));
    (header() + ring, if ring > 0 && apart { 2 } else { 1 })
}

fn show(what: &str, (bytes, times): (usize, usize)) {
    note("bytes", bytes as i64);
    note("times", times as i64);
    out!("{what}：{bytes} 字节 {times} 次");
}

fn run() {
    note("header", header() as i64);
    show("make(chan int)", plan(&chan::<i64>(0), false));
    show("make(chan struct{}, 100)", plan(&chan::<()>(100), false));
    show("make(chan int, 16)", plan(&chan::<i64>(16), false));
    show("make(chan *int, 16)", plan(&chan::<Option<&'static i64>>(16), true));
}
