//! The workloads on tokio's multi-thread runtime with WORKERS worker threads.
//!
//! tokio has no rendezvous channel and no channel of many receivers: an `mpsc` of capacity 1 stands
//! for Go's unbuffered one, and async-channel serves `chan4p4c` and `parked`. The body runs as a task,
//! as Go's `main` is a goroutine. A task is a state machine without a stack: its bytes in `parked` are
//! no stack's bytes.
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bagu_peers::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, yield_now};
use tokio::{spawn as go, time};

type Task<T = ()> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn join<T>(all: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    let mut results = vec![];
    for h in all {
        results.push(h.await.expect("a task's result"));
    }
    results
}

async fn spawn() {
    let n = count(1_000_000);
    let mut batch = Vec::with_capacity(1000);
    let t = Instant::now();
    for _ in 0..n / 1000 {
        batch.extend((0..1000).map(|_| go(async {})));
        for h in batch.drain(..) {
            h.await.expect("a task");
        }
    }
    report("ns/op", ns(t) / n as f64);
}

async fn yields() {
    let n = count(2_000_000);
    let turns = move || async move {
        for _ in 0..n {
            yield_now().await;
        }
    };
    let t = Instant::now();
    join([go(turns()), go(turns())]).await;
    report("ns/switch", ns(t) / (2 * n) as f64);
}

async fn pingpong() {
    let n = count(1_000_000);
    let (to, mut there) = mpsc::channel::<usize>(1);
    let (back, mut from) = mpsc::channel(1);
    go(async move {
        while let Some(v) = there.recv().await {
            if back.send(v).await.is_err() {
                break;
            }
        }
    });
    let t = Instant::now();
    for i in 0..n {
        to.send(i).await.expect("send");
        from.recv().await.expect("recv");
    }
    report("ns/roundtrip", ns(t) / n as f64);
}

async fn chan1p1c() {
    let n = count(5_000_000);
    let (tx, mut rx) = mpsc::channel(128);
    let t = Instant::now();
    go(async move {
        for i in 0..n {
            tx.send(i).await.expect("send");
        }
    });
    let mut sum = 0;
    while let Some(v) = rx.recv().await {
        sum += v;
    }
    assert_eq!(sum, sum_below(n));
    report("ns/item", ns(t) / n as f64);
}

async fn chan4p4c() {
    let n = count(4_000_000);
    let (tx, rx) = async_channel::bounded(128);
    let t = Instant::now();
    let mut consumers = vec![];
    for _ in 0..4 {
        let (tx, rx) = (tx.clone(), rx.clone());
        go(async move {
            for i in 0..n / 4 {
                tx.send(i).await.expect("send");
            }
        });
        consumers.push(go(async move {
            let mut got = 0_usize;
            while rx.recv().await.is_ok() {
                got += 1;
            }
            got
        }));
    }
    drop(tx);
    assert_eq!(join(consumers).await.iter().sum::<usize>(), n / 4 * 4);
    report("ns/item", ns(t) / n as f64);
}

async fn sieve() {
    let n = count(2000);
    let t = Instant::now();
    let (first, mut numbers) = mpsc::channel(1);
    go(async move {
        let mut i = 2_usize;
        while first.send(i).await.is_ok() {
            i += 1;
        }
    });
    let mut prime = 0;
    for _ in 0..n {
        prime = numbers.recv().await.expect("a prime");
        let (to, next) = mpsc::channel(1);
        let mut from = std::mem::replace(&mut numbers, next);
        go(async move {
            while let Some(i) = from.recv().await {
                if i % prime != 0 && to.send(i).await.is_err() {
                    break;
                }
            }
        });
    }
    assert!(n != 2000 || prime == 17_389);
    report("ms", ns(t) / 1e6);
}

async fn select2() {
    let n = count(3_000_000);
    let (to_a, mut a) = mpsc::channel(1);
    let (to_b, mut b) = mpsc::channel(1);
    to_a.send(0_u8).await.and(to_b.send(0_u8).await).expect("room for one");
    let t = Instant::now();
    let turns = go(async move {
        for _ in 0..n {
            tokio::select! {
                Some(v) = a.recv() => to_a.send(v).await,
                Some(v) = b.recv() => to_b.send(v).await,
                else => unreachable!("both senders are here"),
            }
            .expect("room");
        }
    });
    join([turns]).await;
    report("ns/op", ns(t) / n as f64);
}

async fn select4() {
    let n = count(1_000_000) / 4 * 4;
    let t = Instant::now();
    let feed = || {
        let (tx, rx) = mpsc::channel(1);
        go(async move {
            for k in 0..n / 4 {
                tx.send(k).await.expect("send");
            }
        });
        rx
    };
    let (mut a, mut b, mut c, mut d) = (feed(), feed(), feed(), feed());
    let turns = go(async move {
        let mut sum = 0;
        for _ in 0..n {
            sum += tokio::select! {
                Some(v) = a.recv() => v,
                Some(v) = b.recv() => v,
                Some(v) = c.recv() => v,
                Some(v) = d.recv() => v,
                else => unreachable!("fewer than n values"),
            };
        }
        sum
    });
    assert_eq!(join([turns]).await, [4 * sum_below(n / 4)]);
    report("ns/item", ns(t) / n as f64);
}

async fn mutex8() {
    let n = count(4_000_000);
    let x = Arc::new(Mutex::new(0_usize));
    let t = Instant::now();
    let add = |x: Arc<Mutex<usize>>| async move {
        for _ in 0..n / 8 {
            *x.lock().await += 1;
        }
    };
    let tasks: Vec<_> = (0..8).map(|_| go(add(x.clone()))).collect();
    join(tasks).await;
    assert_eq!(*x.lock().await, n / 8 * 8);
    report("ns/op", ns(t) / n as f64);
}

async fn parked() {
    let n = count(100_000);
    let (open, gate) = async_channel::bounded::<()>(1);
    let started = Arc::new(AtomicUsize::new(0));
    let mut all = Vec::with_capacity(n);
    let before = rss();
    let t = Instant::now();
    for _ in 0..n {
        let (gate, started) = (gate.clone(), started.clone());
        all.push(go(async move {
            started.fetch_add(1, Relaxed);
            gate.recv().await.is_err()
        }));
    }
    while started.load(Relaxed) < n {
        time::sleep(Duration::from_micros(100)).await;
    }
    let created = ns(t);
    time::sleep(Duration::from_millis(20)).await;
    let held = rss();
    let t = Instant::now();
    open.close();
    for h in all {
        assert!(h.await.expect("a task"));
    }
    let woken = ns(t);
    report("B/goroutine", (held - before) / n as f64);
    report("create-ns", created / n as f64);
    report("wakeall-ns", woken / n as f64);
}

fn sky(up: mpsc::Sender<usize>, num: usize, size: usize) -> Task {
    Box::pin(async move {
        if size == 1 {
            return up.send(num).await.expect("send");
        }
        let (tx, mut rx) = mpsc::channel(1);
        let part = size / 10;
        for i in 0..10 {
            go(sky(tx.clone(), num + i * part, part));
        }
        let mut sum = 0;
        for _ in 0..10 {
            sum += rx.recv().await.expect("a part");
        }
        up.send(sum).await.expect("send");
    })
}

async fn skynet() {
    let n = count(1_000_000);
    let (tx, mut rx) = mpsc::channel(1);
    let t = Instant::now();
    go(sky(tx, 0, n));
    assert_eq!(rx.recv().await, Some(sum_below(n)));
    report_skynet(t, n);
}

async fn sleeps() {
    let t = Instant::now();
    let one = |d| async move {
        let begun = Instant::now();
        time::sleep(d).await;
        lateness(begun, d)
    };
    let all: Vec<_> = durations(count(100_000)).map(|d| go(one(d))).collect();
    report_sleeps(t, join(all).await);
}

async fn serve(mut c: TcpStream) {
    let mut buf = [0; 64];
    while c.read_exact(&mut buf).await.is_ok() && c.write_all(&buf).await.is_ok() {}
}

async fn echo() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let to = listener.local_addr().expect("address");
    go(async move {
        while let Ok((c, _)) = listener.accept().await {
            c.set_nodelay(true).expect("nodelay");
            go(serve(c));
        }
    });
    let start = Instant::now();
    let end = echo_end(start);
    let client = move || async move {
        let mut c = TcpStream::connect(to).await.expect("dial");
        c.set_nodelay(true).expect("nodelay");
        let (mut buf, mut late) = ([0; 64], Latencies::start());
        while late.before(end) {
            c.write_all(&buf).await.expect("write");
            c.read_exact(&mut buf).await.expect("read");
            late.answered();
        }
        late.take()
    };
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| go(client())).collect();
    let all = join(clients).await;
    report_echo(start.elapsed().as_secs_f64(), all.concat());
}

fn fib_par(n: u32) -> Task<u64> {
    Box::pin(async move {
        if n <= FIB_CUT {
            return fib_seq(n);
        }
        let a = go(fib_par(n - 1));
        fib_par(n - 2).await + a.await.expect("a half")
    })
}

async fn fib() {
    let n = count(40) as u32;
    let (alone, seq) = fib_alone(n);
    let t = Instant::now();
    assert_eq!(fib_par(n).await, alone);
    report_fib(t, seq);
}

const WORKLOADS: &[Workload<fn() -> Task>] = &[
    ("spawn", || Box::pin(spawn())),
    ("yield", || Box::pin(yields())),
    ("pingpong", || Box::pin(pingpong())),
    ("chan1p1c", || Box::pin(chan1p1c())),
    ("chan4p4c", || Box::pin(chan4p4c())),
    ("sieve", || Box::pin(sieve())),
    ("select2", || Box::pin(select2())),
    ("select4", || Box::pin(select4())),
    ("mutex8", || Box::pin(mutex8())),
    ("parked", || Box::pin(parked())),
    ("skynet", || Box::pin(skynet())),
    ("sleep", || Box::pin(sleeps())),
    ("echo", || Box::pin(echo())),
    ("fib", || Box::pin(fib())),
];

fn main() {
    let (program, workers) = arguments(WORKLOADS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .expect("a runtime with that many workers");
    if runtime.block_on(async { go(program()).await }).is_err() {
        std::process::exit(1);
    }
    // Tasks of the sieve and of the echo server are still there; nobody waits for them.
    std::process::exit(0);
}
