//! The machine against the numbers and sentences of Go's source.
use super::park::POINTS;
use super::*;

/// A machine whose one goroutine is in `main`, with a function `f` of so many bytes.
fn in_main(frame: u64) -> (Machine, FuncId) {
    let mut m = Machine::new(1);
    let main = m.define(Func::new("main", 128).ptrs(&[0, 1]));
    let f = m.define(Func::new("f", frame).ptrs(&[0]).args(1, &[0]));
    m.spawn(main, &[]).expect("no fatal error");
    (m, f)
}

fn sizes(m: &Machine) -> Vec<u64> {
    m.moves().iter().map(|v| v.new.size()).collect()
}

#[track_caller]
fn dive(m: &mut Machine, f: FuncId, n: usize) -> Result<(), Fatal> {
    (0..n).try_for_each(|_| m.call(f, &[0]))
}

#[track_caller]
fn climb(m: &mut Machine, n: usize) {
    (0..n).for_each(|_| drop(m.ret()));
}

#[test]
fn the_guard_is_928_bytes_above_the_low_end() {
    let (m, _) = in_main(64);
    assert_eq!(m.stack().size(), 2048);
    assert_eq!(m.guard() - m.stack().lo, 928);
}

#[test]
fn the_three_checks_turn_where_the_compiler_says() {
    let guard = 10_000;
    for (frame, last_pass) in
        [(64, 10_001), (128, 10_001), (136, 10_009), (4096, 13_969), (4104, 13_977), (65_536, 75_409)]
    {
        assert_eq!(check_word(last_pass, frame, guard), Check::Pass, "{frame}");
        assert_eq!(check_word(last_pass - 1, frame, guard), Check::More, "{frame}");
    }
    assert_eq!(check_word(5000, 65_536, guard), Check::More, "would wrap");
    assert_eq!(Sequence::Big.compared(5000, 65_536), Some(5000_u64.wrapping_sub(65_408)), "what the wrap looks like");
    for frame in [8, 128, 4096, 1 << 20] {
        assert_eq!(check_word(u64::MAX / 2, frame, STACK_PREEMPT), Check::More);
    }
}

#[test]
fn growth_doubles_and_values_survive() {
    let (mut m, f) = in_main(1024);
    m.set(2, 42);
    let x = m.addr(2);
    m.set(0, x);
    dive(&mut m, f, 900).expect("no fatal error");
    assert_eq!(sizes(&m), [4096, 8192, 16384, 32768, 65536, 131_072, 262_144, 524_288, 1 << 20]);
    climb(&mut m, 900);
    assert_eq!((m.get(2), m.load(m.get(0))), (42, 42));
    assert_ne!(m.addr(2), x, "it moved");
    assert_eq!(m.load(x), POISON, "the bare address is stale");
}

#[test]
fn a_large_frame_grows_in_one_step() {
    let (mut m, f) = in_main(100_000);
    dive(&mut m, f, 1).expect("no fatal error");
    assert_eq!(sizes(&m), [131_072]);
}

#[test]
fn one_growth_step_by_step() {
    let (mut m, f) = in_main(2048);
    m.call(f, &[0]).expect("no fatal error");
    let steps = m.take_steps();
    let names: Vec<&str> = steps.iter().map(step_name).collect();
    assert_eq!(names, ["check", "g0", "alloc", "copy", "adjust", "swap", "free", "retry"]);
}

fn step_name(s: &Step) -> &'static str {
    match s {
        Step::CheckFailed { .. } => "check",
        Step::OnG0 => "g0",
        Step::PreemptRequest { .. } => "preempt",
        Step::Allocated { .. } => "alloc",
        Step::Copied { .. } => "copy",
        Step::Adjusted { .. } => "adjust",
        Step::Swapped { .. } => "swap",
        Step::FreedOld { .. } => "free",
        Step::Retry => "retry",
    }
}

#[test]
fn the_limit_is_decimal_so_the_largest_stack_is_half_a_gibibyte() {
    let (mut m, f) = in_main(65_536);
    let end = dive(&mut m, f, 20_000).unwrap_err();
    let text = end.text();
    assert!(text.starts_with("runtime: goroutine stack exceeds 1000000000-byte limit\n"), "{text}");
    assert!(text.ends_with("fatal error: stack overflow"), "{text}");
    assert_eq!(m.stack().size(), 512 << 20);
}

#[test]
fn the_ceiling_holds_whatever_is_set() {
    let (mut m, f) = in_main(65_536);
    assert_eq!(m.set_max_stack(u64::MAX / 4), MAX_STACK_64);
    m.ceiling = 1 << 20;
    let Err(Fatal::StackOverflow { limit, .. }) = dive(&mut m, f, 100) else { panic!("no overflow") };
    assert_eq!((limit, m.stack().size()), (1 << 20, 1 << 20));
}

#[test]
fn a_collection_halves_once_and_stops_at_a_quarter() {
    let (mut m, f) = in_main(1024);
    dive(&mut m, f, 900).expect("no fatal error");
    climb(&mut m, 900);
    let mut seen = vec![];
    for _ in 0..12 {
        let s = m.gc().expect("no fatal error")[0];
        seen.push(s.after);
        assert!(s.after == s.before || s.after == s.before / 2);
        assert_eq!(s.after < s.before, s.used + 800 < s.before / 4 && s.before > 2048);
    }
    assert_eq!(seen[6..], [8192, 4096, 2048, 2048, 2048, 2048], "{seen:?}");
}

#[test]
fn the_quarter_is_exact() {
    let (mut m, f) = in_main(2048);
    let leaf = m.define(Func::new("leaf", 8).nosplit());
    dive(&mut m, f, 2).expect("no fatal error");
    climb(&mut m, 2);
    assert_eq!(m.stack().size(), 8192);
    let mut shrunk = m.clone();
    // 8192/4 = 2048: with 800 added, 1247 bytes are too few by one word to stay.
    while m.used() + 800 < 2048 {
        m.call(leaf, &[]).expect("no fatal error");
    }
    m.gc().expect("no fatal error");
    assert_eq!(m.stack().size(), 8192);
    while shrunk.used() + 16 + 800 < 2048 {
        shrunk.call(leaf, &[]).expect("no fatal error");
    }
    shrunk.gc().expect("no fatal error");
    assert_eq!(shrunk.stack().size(), 4096);
}

#[test]
fn a_preemption_request_uses_the_same_check_and_moves_nothing() {
    let (mut m, f) = in_main(64);
    m.ask_preempt();
    assert_eq!(m.guard(), STACK_PREEMPT);
    m.call(f, &[0]).expect("no fatal error");
    assert_eq!((m.yields(), m.moves().len()), (1, 0));
    assert_eq!(m.guard(), m.stack().lo + 928);
    m.busy = true;
    m.ask_preempt();
    m.call(f, &[0]).expect("no fatal error");
    assert_eq!((m.yields(), m.moves().len()), (1, 0), "not while a lock is held");
}

#[test]
fn forced_moves_keep_the_size_and_forks_refuse() {
    let (mut m, f) = in_main(64);
    let before = m.stack();
    m.ask_move();
    m.call(f, &[0]).expect("no fatal error");
    assert_eq!(m.stack().size(), before.size());
    assert_ne!(m.stack(), before);
    m.fork_start();
    assert_eq!(m.call(f, &[0]), Err(Fatal::GrowthAfterFork));
}

#[test]
fn small_integers_in_pointer_slots_are_fatal() {
    let (mut m, f) = in_main(2048);
    m.set(1, 7);
    let Err(Fatal::InvalidPointer { func, value, .. }) = m.call(f, &[0]) else { panic!("not seen") };
    assert_eq!((func, value), ("main", 7));
}

#[test]
fn nosplit_functions_live_on_the_reserve_and_no_further() {
    let (mut m, _) = in_main(64);
    let leaf = m.define(Func::new("leaf", 72).nosplit());
    let mut n = 0;
    let end = loop {
        match m.call(leaf, &[]) {
            Ok(()) => n += 1,
            Err(e) => break e,
        }
    };
    assert!(matches!(end, Fatal::SplitStackOverflow { .. }), "{end:?}");
    assert!(n >= 10, "{n}");
    assert_eq!(m.moves().len(), 0);
}

#[test]
fn in_a_blocking_call_the_stack_neither_grows_nor_shrinks() {
    let (mut m, f) = in_main(4096);
    dive(&mut m, f, 4).expect("no fatal error");
    climb(&mut m, 4);
    m.syscall_enter(3);
    let g = m.cur;
    let scan = m.gc().expect("no fatal error")[0];
    assert_eq!((scan.put_off, scan.before), (Some("syscallsp"), scan.after));
    m.kernel_writes(g, 99);
    assert_eq!(m.clone().call(f, &[0]), Err(Fatal::SplitAtBadTime));
    m.syscall_exit();
    assert_eq!(m.get(3), 99);
    // The shrink that was put off happens when the goroutine gives way.
    let leaf = m.define(Func::new("leaf", 64));
    m.ask_preempt();
    m.call(leaf, &[]).expect("no fatal error");
    assert_eq!(m.moves().last().map(|v| v.why), Some(Why::Shrink));
}

#[test]
fn a_sender_may_come_at_any_point_of_a_move() {
    for bug in [None, Some(Bug::ChannelsNotLocked)] {
        let mut wrong = 0;
        for point in 0..POINTS {
            let (mut m, f) = in_main(4096);
            dive(&mut m, f, 4).expect("no fatal error");
            climb(&mut m, 4);
            let c = m.new_chan();
            m.set(3, 0);
            m.park_begin(c, 3);
            m.park_commit();
            m.bug = bug;
            m.send_during_move(point, c, 42);
            m.gc().expect("no fatal error");
            assert_eq!(m.moves().last().map(|v| v.why), Some(Why::Shrink));
            wrong += u8::from(m.get(3) != 42);
        }
        assert_eq!(wrong > 0, bug.is_some());
    }
}

#[test]
fn a_word_one_past_the_stack_is_left_alone() {
    for bug in [None, Some(Bug::UpperBoundIncluded)] {
        let (mut m, f) = in_main(30_000);
        dive(&mut m, f, 1).expect("no fatal error"); // 32 KiB and more: a span of its own
        let object = m.new_object(1);
        assert_eq!(object, m.stack().hi, "its neighbour");
        m.store(object, 5);
        m.set(0, object);
        m.bug = bug;
        dive(&mut m, f, 1).expect("no fatal error");
        climb(&mut m, 1);
        assert_eq!(m.get(0) == object, bug.is_none());
    }
}

#[test]
fn small_stacks_come_from_the_cache_large_ones_from_the_heap() {
    let mut pool = pool::Pool::new(2);
    for size in [2048, 4096, 8192, 16384] {
        let (s, first) = pool.alloc(0, size);
        assert_eq!(first, Origin::Refill { spans: 1 });
        assert_eq!(pool.cached(0, size), STACK_CACHE / 2 - size);
        assert_eq!(pool.free(0, s), Freed::Cache { released: false });
        assert_eq!(pool.alloc(0, size).1, Origin::Cache);
    }
    let (s, o) = pool.alloc(0, 32768);
    assert_eq!(o, Origin::Heap);
    assert_eq!(pool.free(0, s), Freed::Heap);
    assert_eq!(pool.alloc(1, 2048).1, Origin::Refill { spans: 0 }, "the other half of the span");
}

#[test]
fn a_full_cache_gives_half_to_the_pool() {
    let mut pool = pool::Pool::new(1);
    let stacks: Vec<Stack> = (0..40).map(|_| pool.alloc(0, 2048).0).collect();
    let freed: Vec<bool> = stacks.iter().map(|&s| matches!(pool.free(0, s), Freed::Cache { released: true })).collect();
    assert_eq!(freed.iter().filter(|&&r| r).count(), 3, "{freed:?}");
    assert!(pool.cached(0, 2048) <= STACK_CACHE);
    pool.flush_caches();
    assert_eq!(pool.pages.stack_bytes(), 0);
}

#[test]
fn during_a_collection_nothing_goes_back_to_the_page_heap() {
    let mut pool = pool::Pool::new(1);
    let (big, small) = (pool.alloc(0, 65536).0, pool.alloc(0, 2048).0);
    pool.gc_running = true;
    assert_eq!(pool.free(0, big), Freed::LargeList);
    assert_eq!(pool.alloc(0, 65536), (big, Origin::Large));
    pool.free(0, big);
    pool.free(0, small);
    pool.flush_caches();
    assert_eq!(pool.pages.stack_bytes(), 65536 + STACK_CACHE);
    pool.gc_running = false;
    pool.free_spans();
    assert_eq!(pool.pages.stack_bytes(), 0);
}

#[test]
fn the_starting_size_follows_the_average_and_reaches_reused_records_only() {
    let mut m = Machine::new(1);
    let deep = m.define(Func::new("deep", 10_000));
    let main = m.define(Func::new("main", 64));
    m.spawn(main, &[]).expect("no fatal error");
    let gs: Vec<GoId> = (0..100).map(|_| m.spawn(deep, &[]).expect("no fatal error")).collect();
    m.gc().expect("no fatal error");
    assert_eq!(m.starting_size(), 16384);
    m.spawn(main, &[]).expect("no fatal error");
    assert_eq!(m.stack().size(), 2048, "a record that never was starts at the minimum");
    for &g in &gs {
        m.switch_to(g);
        m.ret();
    }
    m.spawn(main, &[]).expect("no fatal error");
    assert_eq!(m.stack().size(), 16384, "a reused one does not");
    m.gc().expect("no fatal error");
    assert_eq!(m.starting_size(), 2048);
    m.adaptive = false;
    m.spawn(deep, &[]).expect("no fatal error");
    m.gc().expect("no fatal error");
    assert_eq!(m.starting_size(), 2048);
}

#[test]
fn segments_split_hot_at_a_border_and_nowhere_else() {
    let mut s = Segmented::new();
    while s.left() > 300 {
        s.call(64);
    }
    let before = s.taken;
    for _ in 0..1000 {
        s.call(512);
        s.ret();
    }
    assert_eq!((s.taken - before, s.returned), (1000, 1000));
    s.ret();
    s.ret();
    s.ret();
    s.ret();
    let before = s.taken;
    for _ in 0..1000 {
        s.call(512);
        s.ret();
    }
    assert_eq!(s.taken, before, "a few frames further up nothing splits");
}
