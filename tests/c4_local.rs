use bagu::lab::prelude::*;
use bagu::lab::options::{Engine, Platform, RunOptions};
use bagu::lab::world::run_demo;

fn verdicts(d: &Demo, s: &Seen) -> Vec<(bool, String)> {
    d.claims.iter().map(|c| {
        let check = c.check;
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(s))) {
            Ok(v) => (v.ok, v.measured),
            Err(_) => (false, "panicked".into()),
        }
    }).collect()
}

#[test]
fn mine() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut bad = 0;
    for d in bagu::demos::all().filter(|d| d.id.starts_with("context/") && d.id.contains(&only)) {
        let path = format!("demos/{}.go.out", d.id.replace('-', "_"));
        let rec: Vec<String> = std::fs::read_to_string(&path).unwrap_or_default().lines().skip(1).map(String::from).collect();
        let s = run_demo(d, &RunOptions::of(d));
        let t = std::time::Instant::now();
        if s.out != rec { bad += 1; println!("## {} TWIN\n ours {:#?}\n go {:#?}", d.id, s.out, rec); }
        println!("{} events {} end {:?} virt {} ms wall {:?}", d.id, s.recording.events.len(), s.end, s.elapsed_ns / 1_000_000, t.elapsed());
        for (i, (ok, m)) in verdicts(d, &s).iter().enumerate() { if !ok { bad += 1; println!("  ✗ {} {} {m}", d.id, i); } }
        for procs in [1u16, 2, 4] { for seed in 0..60 {
            let mut o = RunOptions::of(d).seed(seed); o.procs = procs;
            let s = run_demo(d, &o);
            let v = verdicts(d, &s);
            if s.end != End::Ok || s.out != rec || v.iter().any(|x| !x.0) { bad += 1; println!("  ✗ {} procs {procs} seed {seed} {:?} {:?} {:?}", d.id, s.end, s.out, v); break; }
        } }
        for (e, p) in [(Engine::Gmp, Platform::Real), (Engine::May, Platform::Real)] {
            if (e == Engine::May && !d.setup.may) || !d.setup.real { continue; }
            for _ in 0..3 {
                let s = run_demo(d, &RunOptions::of(d).on(e, p));
                let v = verdicts(d, &s);
                if s.end != End::Ok || s.out != rec || v.iter().any(|x| !x.0) { bad += 1; println!("  ✗ {} {e:?} {p:?} {:?} {:?} {:?}", d.id, s.end, s.out, v); break; }
            }
        }
        for m in d.mutations {
            for (procs, seed) in [(d.setup.procs, d.setup.seed), (1, 3), (4, 7), (2, 11)] {
                let mut o = RunOptions::of(d).mutate(m.name).seed(seed); o.procs = procs;
                let s = run_demo(d, &o);
                let got: Vec<usize> = verdicts(d, &s).iter().enumerate().filter(|(_, v)| !v.0).map(|(i, _)| i).collect();
                if got != m.breaks { bad += 1; println!("  ~ {} {} procs {procs} seed {seed}: breaks {:?}, says {:?} end {:?}", d.id, m.name, got, m.breaks, s.end); }
            }
        }
        for i in 0..d.claims.len() { if !d.mutations.iter().any(|m| m.breaks.contains(&i)) { bad += 1; println!("  ? {} claim {i} unbroken", d.id); } }
    }
    assert_eq!(bad, 0);
}
