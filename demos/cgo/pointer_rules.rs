//! What may be handed to C: a check over a small heap, as cgocheck does it.
//!
//! Answers    cgo-pointer-rules
//! Watch for  1  an unpinned pointer inside what is passed: panic   2  pinned, the same call is fine
//!            3  strings, slices, maps and channels cannot be pinned
//! Try        --mutate no-cgocheck, --mutate unpin-early, --mutate pin-anything
//! Go         runtime/cgocall.go cgoCheckArg, runtime/pinner.go Pin; cmd/cgo/doc.go Passing pointers (go1.27.3)
//! Differs    the twin is a real cgo program; here heap, pinning and check are a model
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "cgo/pointer-rules",
    title: "能传什么给 C：未固定的指针、Pinner、字段与元素",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("堆、固定和检查都是模型，规则照 cgocheck；Go 对照是真的 cgo 程序"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "指向的内存里还有未固定的 Go 指针就会 panic",
            check: |s| {
                let want = format!("panic: {UNPINNED}");
                Verdict::new(
                    ["结构体里有未固定的指针", "切片的第 0 个元素"].iter().all(|w| s.printed(&format!("{w}： {want}"))),
                    s.lines()[1].to_owned(),
                )
            },
        },
        Claim {
            text: "固定之后同一次传递就合法",
            check: |s| Verdict::eq("固定之后", s.lines()[2], "固定之后再传： 合法"),
        },
        Claim {
            text: "string、slice、map、channel 固定不了",
            check: |s| {
                let refused = s.lines().iter().filter(|l| l.contains("argument is not a pointer")).count();
                Verdict::eq("被拒绝的种类", refused, 4)
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-cgocheck", what: "关掉检查（GODEBUG=cgocheck=0）", breaks: &[0] },
        Mutation { name: "unpin-early", what: "调用之前就解开固定", breaks: &[1] },
        Mutation { name: "pin-anything", what: "Pin 什么都收", breaks: &[2] },
    ],
    next: &[("关掉检查", "bagu demo run cgo/pointer-rules --mutate no-cgocheck")],
};

const UNPINNED: &str = "runtime error: argument of cgo function has Go pointer to unpinned Go pointer";

/// A block of Go memory: per element and field the block it points at.
#[derive(Default)]
struct Block {
    elements: Vec<Vec<Option<usize>>>,
    pins: u32,
}

#[derive(Default)]
struct Heap(Vec<Block>);

/// What an argument lets C see.
enum Arg {
    Whole(usize),
    Field { block: usize, field: usize },
    /// An element: the whole backing array is visible.
    Element(usize),
}

impl Heap {
    fn alloc(&mut self, elements: Vec<Vec<Option<usize>>>) -> usize {
        self.0.push(Block { elements, pins: 0 });
        self.0.len() - 1
    }
    /// cgocheck=1: the memory an argument shows must hold no pointer to unpinned memory.
    fn call(&self, arg: &Arg) -> Result<(), String> {
        let seen: Vec<Option<usize>> = match arg {
            Arg::Whole(b) | Arg::Element(b) => self.0[*b].elements.concat(),
            Arg::Field { block, field } => vec![self.0[*block].elements[0][*field]],
        };
        let bad = seen.into_iter().flatten().any(|target| self.0[target].pins == 0);
        if bad && !mutated("no-cgocheck") { Err(UNPINNED.to_owned()) } else { Ok(()) }
    }
}

/// Pinner.Pin by the kind of its argument.
fn pin(kind: &str) -> Result<(), String> {
    if kind.starts_with('*') || mutated("pin-anything") {
        return Ok(());
    }
    Err(format!("runtime error: runtime.Pinner: argument is not a pointer: {kind}"))
}

fn show(what: &str, result: Result<(), String>) {
    match result {
        Ok(()) => out!("{what}： 合法"),
        Err(e) => out!("{what}： panic: {e}"),
    }
}

fn run() {
    let mut heap = Heap::default();
    let number = heap.alloc(vec![vec![None]]);
    let plain = heap.alloc(vec![vec![None, None]]);
    let nested = heap.alloc(vec![vec![None, Some(number)]]);
    let array = heap.alloc(vec![vec![None, None], vec![None, Some(number)]]);
    show("结构体里没有指针", heap.call(&Arg::Whole(plain)));
    show("结构体里有未固定的指针", heap.call(&Arg::Whole(nested)));
    heap.0[number].pins += u32::from(!mutated("unpin-early"));
    show("固定之后再传", heap.call(&Arg::Whole(nested)));
    heap.0[number].pins = 0;
    show("只传没有指针的字段", heap.call(&Arg::Field { block: nested, field: 0 }));
    show("切片的第 0 个元素", heap.call(&Arg::Element(array)));
    for kind in ["string", "[]int", "map[int]int", "chan int", "*string"] {
        show(&format!("Pin {kind}"), pin(kind));
    }
}
