//! What the Rust peers share: size, report, clock, memory, the durations of `sleep`, `fib`.
//!
//! The peers are the workloads of `benches/sched` written as a user of each library would write
//! them; sizes and metric names are the same, and a change there belongs here too. A library that
//! cannot express a workload runs the nearest thing, and its file says what.
//!
//! Rejected: one generic program over a trait (async and blocking code do not share a body, and a
//! trait of futures would put boxes into tokio's figures that a user would not have).
use std::time::{Duration, Instant};

/// One workload of a peer: its name and what runs it.
pub type Workload<F> = (&'static str, F);

/// Connections of `echo`.
pub const CONNECTIONS: usize = 64;

/// `N` of the environment, or the workload's own size.
pub fn count(own: usize) -> usize {
    std::env::var("N").ok().and_then(|s| s.parse().ok()).filter(|n| *n > 0).unwrap_or(own)
}

/// Prints one figure in the form that the runner reads.
pub fn report(metric: &str, value: f64) {
    println!("R {metric} {value:.4}");
}

/// Nanoseconds since `t`.
pub fn ns(t: Instant) -> f64 {
    t.elapsed().as_nanos() as f64
}

/// Resident memory in bytes (pages of 4 KiB); 0 where there is no `/proc`.
pub fn rss() -> f64 {
    let s = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    s.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) * 4096.0
}

/// The durations of `sleep`, 1 to 100 ms, the same in every peer and every run (xorshift).
pub fn durations(n: usize) -> impl Iterator<Item = Duration> {
    let mut state = 12_345_u64;
    (0..n).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Duration::from_nanos(1_000_000 + state % 99_000_000)
    })
}

fn percentile(sorted: &[f64], p: f64) -> f64 {
    sorted.get(((sorted.len() as f64 - 1.0) * p) as usize).copied().unwrap_or(0.0)
}

/// How much later than `d` a sleep that began at `begun` ended, in µs.
pub fn lateness(begun: Instant, d: Duration) -> f64 {
    (begun.elapsed().as_nanos() as f64 - d.as_nanos() as f64) / 1000.0
}

/// The figures of `sleep`: the whole time since `start`, and how late (µs) each sleeper woke.
pub fn report_sleeps(start: Instant, mut late: Vec<f64>) {
    report("total-ms", ns(start) / 1e6);
    late.sort_by(f64::total_cmp);
    report("late-p50-us", percentile(&late, 0.5));
    report("late-p99-us", percentile(&late, 0.99));
    report("late-max-us", percentile(&late, 1.0));
}

/// When `echo` stops asking: its own 3 s, or `N` milliseconds.
pub fn echo_end(start: Instant) -> Instant {
    start + Duration::from_millis(count(3000) as u64)
}

/// The figures of `echo`: requests a second since `start`, and latencies (µs).
pub fn report_echo(seconds: f64, mut late: Vec<f64>) {
    late.sort_by(f64::total_cmp);
    report("req/s", late.len() as f64 / seconds);
    report("p50-us", percentile(&late, 0.5));
    report("p99-us", percentile(&late, 0.99));
}

/// The latencies of one client of `echo`, in µs.
pub struct Latencies {
    last: Instant,
    all: Vec<f64>,
}

impl Latencies {
    /// Starts the clock of the first request.
    pub fn start() -> Self {
        Self { last: Instant::now(), all: Vec::with_capacity(200_000) }
    }

    /// Whether another request may begin.
    pub fn before(&self, end: Instant) -> bool {
        self.last < end
    }

    /// One request has been answered.
    pub fn answered(&mut self) {
        let now = Instant::now();
        self.all.push((now - self.last).as_nanos() as f64 / 1000.0);
        self.last = now;
    }

    /// The latencies, unsorted.
    pub fn take(self) -> Vec<f64> {
        self.all
    }
}

/// The figures of `skynet` over `n` leaves (1.11111 tasks a leaf).
pub fn report_skynet(start: Instant, n: usize) {
    let took = ns(start);
    report("ms", took / 1e6);
    report("ns/task", took / (n as f64 * 1.11111));
}

/// The size from which `fib` is not split any more.
pub const FIB_CUT: u32 = 25;

/// Fibonacci in one piece, kept from being folded into a loop.
pub fn fib_seq(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { std::hint::black_box(fib_seq)(n - 1) + std::hint::black_box(fib_seq)(n - 2) }
}

/// `fib` in one piece: the number and how long it took in ns.
pub fn fib_alone(n: u32) -> (u64, f64) {
    let t = Instant::now();
    (fib_seq(n), ns(t))
}

/// The figures of `fib`: forked since `start`, in one piece `seq_ns`.
pub fn report_fib(start: Instant, seq_ns: f64) {
    let par = ns(start);
    report("ms", par / 1e6);
    report("speedup", seq_ns / par);
}

/// The sum of `0..n`.
pub fn sum_below(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// `WORKLOAD WORKERS` of the command line; says how to call and ends with 2 when they are not there.
pub fn arguments<F: Copy>(workloads: &[Workload<F>]) -> (F, usize) {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let program = args.first().and_then(|a| workloads.iter().find(|(name, _)| name == a));
    match (program, args.get(1).and_then(|w| w.parse().ok()).filter(|w| *w > 0)) {
        (Some((_, f)), Some(workers)) => (*f, workers),
        _ => {
            let names: Vec<&str> = workloads.iter().map(|(name, _)| *name).collect();
            eprintln!("usage: WORKLOAD WORKERS\nworkloads: {}", names.join(" "));
            std::process::exit(2)
        }
    }
}
