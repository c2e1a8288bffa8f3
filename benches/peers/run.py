#!/usr/bin/env python3
"""Runs benches/sched and its peers (real Go, tokio, may, OS threads) side by side; prints the table.

One cell is one process, `PROGRAM WORKLOAD WORKERS`, that prints lines `R metric value`. For each
workload and number of workers the order is ours, Go, tokio, may, threads, ours, Go, ... so that a
change of the machine's speed meets all of them; the first round warms up and is dropped; a figure is
the median of the others with its least and greatest. The ratio divides the medians, its range the
figures of the same round. A goal is met or missed by the ratio; `~` says that the rounds disagree.

`--only` takes names of workloads and of groups: `goals` (those with goals beside other systems), `own`
(what concerns ourselves: a bare switch, an event, a step back), `more` (further ones beside Go alone),
`all`. Without it, goals and own. `--markdown` is a short table of ratios in Chinese, for the README.

A peer that cannot be built is left out with a sentence. Needs python3 and nothing beside it.
Rejected: all rounds of one program in a row (drift of the machine reads as a difference between
programs); means (one disturbed round moves them).
"""
import argparse
import csv
import glob
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OURS, GO = "ours", "go"
RUST_PEERS = ["tokio", "may", "threads", "coro"]
SYSTEMS = [OURS, GO, *RUST_PEERS]

# Workload: the N of --quick. `parked-1000000` is `parked` with that N.
GROUPS = {
    "goals": {
        "spawn": 2000, "yield": 1000, "pingpong": 500, "chan1p1c": 5000, "chan4p4c": 4000, "sieve": 50,
        "select2": 300, "select4": 400, "mutex8": 8000, "parked": 500, "parked-1000000": 2000,
        "skynet": 100, "sleep": 200, "echo": 100, "fib": 28,
    },
    "own": {"switch": 20_000, "events": 1000, "stepback": 8000},
    "more": {
        "fanin": 800, "pool": 1000, "pipe1": 200, "pipe64": 400, "ring": 2000, "semchan": 1600, "closeall": 50,
        "large": 1000, "tryselect": 4000, "select8": 800, "selectloop": 1000, "actor": 400, "future": 500,
        "tree": 512, "deep": 200, "fanout": 500, "rwmutex": 8000, "mutex1": 1000, "once": 1000, "cond": 500,
        "mutex64": 6400, "atomic": 8000, "ctxtree": 2000, "ctxrequest": 200, "ctxwait": 1000, "calls": 400,
        "timeout": 200, "newstop": 400, "reset": 400, "afterfunc": 400, "tickers": 5, "naps": 5,
        "tcp1": 50, "tcp1000": 200, "udp": 100, "short": 80,
    },
}
WORKLOADS = {name: n for group in GROUPS.values() for name, n in group.items()}

# What the table shows of each workload (the CSV has all), and what the short table calls it.
SHOWN = {
    "spawn": {"ns/op": "启动并等待"}, "yield": {"ns/switch": "Gosched"},
    "pingpong": {"ns/roundtrip": "无缓冲来回"}, "chan1p1c": {"ns/item": "缓冲 128，1→1"},
    "chan4p4c": {"ns/item": "缓冲 128，4→4"}, "sieve": {"ms": "素数筛 2000（ms）"},
    "select2": {"ns/op": "select 两个就绪"}, "select4": {"ns/item": "select 四路供数"},
    "mutex8": {"ns/op": "互斥锁，8 个协程"},
    "parked": {"B/goroutine": "10⁵ 个停着：每个字节", "create-ns": "10⁵ 个停着：创建", "wakeall-ns": "10⁵ 个停着：全部唤醒"},
    "parked-1000000": {"B/goroutine": "10⁶ 个停着：每个字节", "create-ns": "10⁶ 个停着：创建",
                       "wakeall-ns": "10⁶ 个停着：全部唤醒"},
    "skynet": {"ns/task": "skynet 10⁶"},
    "sleep": {"late-p50-us": "10⁵ 个睡眠，晚 p50（µs）", "late-p99-us": "10⁵ 个睡眠，晚 p99（µs）"},
    "echo": {"req/s": "TCP 回显 64 连接（次/秒）", "p50-us": "TCP 回显 p50（µs）", "p99-us": "TCP 回显 p99（µs）"},
    "fib": {"ms": "分治 fib(40)（ms）", "speedup": "分治 fib，对单协程的加速"},
    "switch": {"hot-ns": "一次切换，2 个协程", "10k-ns": "一次切换，1 万个协程"},
    "events": {"ns/event": "记录一个事件"},
    "stepback": {"few-worst-ms": "10⁶ 个事件退一步，最慢（ms）", "many-worst-ms": "同上，10⁵ 个协程都活着（ms）"},
    "fanin": {"ns/item": "8 个生产者，无缓冲"}, "pool": {"ns/item": "工人池，8 个"},
    "pipe1": {"ns/item": "流水线 10 级，缓冲 1"}, "pipe64": {"ns/item": "流水线 10 级，缓冲 64"},
    "ring": {"ns/hop": "1000 个协程传令牌"}, "semchan": {"ns/op": "channel 作信号量"},
    "closeall": {"ns/goroutine": "关闭唤醒 1 万个，含创建", "wake-ns": "关闭唤醒 1 万个"},
    "large": {"ns/item": "128 字节的值"}, "tryselect": {"empty-ns": "select+default，空", "ready-ns": "select+default，就绪"},
    "select8": {"ns/item": "select 八路供数"}, "selectloop": {"ns/item": "select 循环：数据或退出"},
    "actor": {"ns/op": "请求带回信 channel"}, "future": {"ns/op": "协程算一个值"}, "tree": {"ns/goroutine": "协程二叉树 2¹⁹"},
    "deep": {"ns/goroutine": "协程用 16 KB 栈"}, "fanout": {"ns/task": "100 个小任务一批"},
    "rwmutex": {"ns/op": "读写锁，多读"}, "mutex1": {"ns/op": "互斥锁，无竞争"}, "once": {"ns/op": "Once 已完成"},
    "cond": {"ns/wake": "Cond 广播，100 个"}, "mutex64": {"ns/op": "互斥锁，64 个协程"}, "atomic": {"ns/op": "原子计数，8 个协程"},
    "ctxtree": {"ns/context": "取消 1000 个 context"}, "ctxrequest": {"ns/op": "带超时的请求"},
    "ctxwait": {"ns/goroutine": "1000 个协程等 Done"}, "calls": {"ns/call": "短系统调用"},
    "timeout": {"ns/op": "select 带 time.After"}, "newstop": {"ns/op": "NewTimer 后 Stop"}, "reset": {"ns/op": "Reset 空闲计时"},
    "afterfunc": {"fired-ns": "AfterFunc 到点", "stopped-ns": "AfterFunc 后 Stop"},
    "tickers": {"late-p50-us": "100 个 Ticker，晚 p50（µs）", "late-p99-us": "100 个 Ticker，晚 p99（µs）"},
    "naps": {"late-p50-us": "睡 200 µs，晚 p50（µs）", "late-p99-us": "睡 200 µs，晚 p99（µs）"},
    "tcp1": {"req/s": "TCP 一个连接（次/秒）", "p99-us": "TCP 一个连接 p99（µs）"},
    "tcp1000": {"req/s": "TCP 1000 连接（次/秒）", "p99-us": "TCP 1000 连接 p99（µs）"},
    "udp": {"ns/roundtrip": "UDP 来回"}, "short": {"us/connection": "短连接（µs）"},
}
MORE_IS_BETTER = {"req/s", "speedup"}

# A smaller N where the workload's own takes minutes, or cannot be held: figures per operation
# compare, those of `sleep` only roughly. Key: system, workload, workers (None: any).
SMALLER = {
    ("may", "select2", 1): 50_000, ("may", "select2", None): 5_000, ("may", "parked", None): 30_000,
    ("may", "skynet", None): 10_000, ("may", "sleep", None): 30_000,
    ("threads", "spawn", None): 20_000, ("threads", "yield", None): 300_000,
    ("threads", "pingpong", 1): 100_000, ("threads", "pingpong", None): 20_000,
    ("threads", "select4", None): 200_000, ("threads", "parked", None): 10_000,
    ("threads", "skynet", None): 10_000, ("threads", "sleep", None): 10_000,
}
ABSENT = {("may", "parked-1000000"), ("threads", "parked-1000000")}


def runs(system, workload):
    """Does this system have this workload?"""
    if workload in GROUPS["more"]:
        return system in (OURS, GO)
    if workload in GROUPS["own"]:
        return system == OURS or (workload == "switch" and system in (GO, "coro"))
    return system != "coro" and (system, workload) not in ABSENT


# Goals: ours ÷ Go at most (or at least); for the speed-up and what is in ALONE, ours itself.
SPEEDUP = "speedup 1→2"
GOALS = {
    ("spawn", "ns/op"): ("≤", 0.3), ("yield", "ns/switch"): ("≤", 0.2), ("pingpong", "ns/roundtrip"): ("≤", 0.35),
    ("chan1p1c", "ns/item"): ("≤", 0.5), ("chan4p4c", "ns/item"): ("≤", 0.6), ("sieve", "ms"): ("≤", 0.35),
    ("select2", "ns/op"): ("≤", 0.6), ("select4", "ns/item"): ("≤", 0.5), ("mutex8", "ns/op"): ("≤", 0.9),
    ("parked-1000000", "B/goroutine"): ("≤", 1.6), ("parked-1000000", "create-ns"): ("≤", 0.9),
    ("parked-1000000", "wakeall-ns"): ("≤", 0.6), ("skynet", "ns/task"): ("≤", 0.35),
    ("sleep", "late-p99-us"): ("≤", 0.3), ("echo", "req/s"): ("≥", 1.4), ("echo", "p99-us"): ("≤", 0.6),
    ("fib", SPEEDUP): ("≥", 1.95), ("switch", "hot-ns"): ("≤", 2), ("switch", "10k-ns"): ("≤", 2),
    ("events", "ns/event"): ("≤", 80), ("stepback", "few-worst-ms"): ("≤", 16), ("stepback", "many-worst-ms"): ("≤", 16),
}
ALONE = {"events", "stepback"}
BESIDE = {"switch": "coro"}  # the goal is over this peer and not over Go
NOT_BELOW = {("echo", "req/s"): "may"}  # a further goal: not below this peer

# Settings from outside that would change one program and not the others.
CLEARED = ["N", "ENGINE", "GOGC", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "TOKIO_WORKER_THREADS"]
COLUMNS = ["workload", "workers", "system", "round", "n", "metric", "value"]
FAILED = "FAILED"


def family(workload):
    """The workload as the programs know it."""
    return workload.partition("-")[0]


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- programs

def cargo(args, target):
    """Builds with cargo; the executables by the names of their targets. RuntimeError in a sentence."""
    env = dict(os.environ, **({"CARGO_TARGET_DIR": target} if target else {}))
    tool = os.environ.get("CARGO", "cargo")
    try:
        done = subprocess.run([tool, *args, "--message-format=json-render-diagnostics"], cwd=ROOT, env=env,
                              stdout=subprocess.PIPE, text=True)
    except OSError as e:
        raise RuntimeError(f"cannot start {tool}: {e.strerror}") from e
    if done.returncode != 0:
        raise RuntimeError(f"`cargo {' '.join(args)}` failed (see above)")
    found = {}
    for line in done.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("executable"):
            found[message["target"]["name"]] = message["executable"]
    return found


def go_tool():
    """The Go toolchain: GO=, else PATH, else what `just go-install` made; None when there is none."""
    named = os.environ.get("GO")
    if named:
        return shutil.which(named)
    here = sorted(glob.glob(os.path.join(ROOT, ".go/lib/python3*/site-packages/go/bin/go")))
    return shutil.which("go") or (here[-1] if here else None)


def build_go(out):
    tool = go_tool()
    if not tool:
        raise RuntimeError("no Go toolchain (put `go` on the PATH, set GO=, or run `just go-install`)")
    env = dict(os.environ, GO111MODULE="off", GOTOOLCHAIN="local", GOFLAGS="")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    done = subprocess.run([tool, "build", "-o", out, "."], cwd=os.path.join(HERE, "go"), env=env)
    if done.returncode != 0:
        raise RuntimeError(f"`{tool} build` failed (see above)")
    version = subprocess.run([tool, "env", "GOVERSION"], env=env, stdout=subprocess.PIPE, text=True)
    say(f"Go is {version.stdout.strip()}.")


def ours(args):
    if args.ours:
        path = shutil.which(os.path.abspath(args.ours))
        if not path:
            sys.exit(f"--ours {args.ours}: no such program")
        return path
    try:
        return cargo(["bench", "--bench", "sched", "--no-run"], None)["sched"]
    except (RuntimeError, KeyError) as e:
        sys.exit(f"our own program is missing: {e}")


def programs(args):
    """The programs that are there, in the order of a round."""
    found = {OURS: ours(args)}
    ready = {s: os.path.join(args.target, "release", f"peer-{s}") for s in args.peers}
    if not args.no_build:
        if GO in args.peers:
            try:
                build_go(ready[GO])
            except RuntimeError as e:
                say(f"Without Go: {e}.")
                ready.pop(GO)
        if set(args.peers) & set(RUST_PEERS):
            try:
                cargo(["build", "--release", "--manifest-path", os.path.join(HERE, "Cargo.toml")], args.target)
            except RuntimeError as e:
                say(f"Without the Rust peers: {e}.")
                ready = {s: p for s, p in ready.items() if s not in RUST_PEERS}
    for system, path in ready.items():
        if os.access(path, os.X_OK):
            found[system] = path
        else:
            say(f"Without {system}: {path} is not there.")
    return {s: found[s] for s in SYSTEMS if s in found}


# ---- measuring

def size(system, workload, workers, quick):
    """N for this cell, or None for the workload's own."""
    name, _, fixed = workload.partition("-")
    if quick:
        return WORKLOADS[workload]
    small = SMALLER.get((system, name, workers), SMALLER.get((system, name, None)))
    return int(fixed) if fixed else small


def cell(path, workload, workers, n, timeout):
    """One process: its metrics, or a word for what went wrong."""
    env = {k: v for k, v in os.environ.items() if k not in CLEARED}
    if n is not None:
        env["N"] = str(n)
    try:
        done = subprocess.run([path, family(workload), str(workers)], env=env, timeout=timeout, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return {}, f"over {timeout:g} s"
    except OSError as e:
        return {}, f"cannot start: {e.strerror}"
    if done.returncode != 0:
        code = done.returncode
        last = (done.stderr.strip().splitlines() or [""])[-1][:120]
        return {}, (f"exit {code}" if code > 0 else f"signal {-code}") + (f": {last}" if last else "")
    try:
        found = {m: float(v) for r, m, v in (line.split() for line in done.stdout.splitlines()) if r == "R"}
    except ValueError:
        return {}, "prints something else than `R metric value`"
    return found, "" if found else "printed no figure"


def busy():
    """Seconds of CPU that the whole machine has used; None where there is no /proc/stat."""
    try:
        with open("/proc/stat") as f:
            t = [int(x) for x in f.readline().split()[1:9]]
    except OSError:
        return None
    return (sum(t) - t[3] - t[4]) / os.sysconf("SC_CLK_TCK")


def own():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))


def measure(args, found, keep):
    """Runs every cell; `keep` is called with each row as soon as it is there."""
    for workload in args.only:
        for workers in args.workers:
            given_up = {}
            for r in range(args.rounds + 1):
                for system, path in found.items():
                    if not runs(system, workload) or system in given_up:
                        continue
                    n = size(system, workload, workers, args.quick)
                    metrics, wrong = cell(path, workload, workers, n, args.timeout)
                    row = [workload, workers, system, r, "" if n is None else n]
                    for metric, value in metrics.items():
                        keep([*row, metric, value])
                    if wrong:
                        keep([*row, FAILED, wrong])
                        say(f"{system} {workload} {workers}, round {r}: {wrong}")
                        # What fails while warming up would fail, or wait for the timeout, each time.
                        if r == 0:
                            given_up[system] = wrong
            say(f"{time.strftime('%H:%M:%S')}  {workload}, {plural(workers, 'worker')}: done")


# ---- the table

def short(x):
    a = abs(x)
    if a >= 99_950:
        return f"{x / 1000:,.0f}k"
    return f"{x:,.0f}" if a >= 99.95 else f"{x:.1f}" if a >= 9.995 else f"{x:.2f}"


def plural(n, what):
    return f"{n} {what}" + ("" if n == 1 else "s")


def spread(values):
    middle = statistics.median(values)
    return (max(values) - min(values)) / abs(middle) if middle else 0.0


class Figures:
    """Figures by (workload, metric, workers) and system, each with its round; round 0 is left out."""

    def __init__(self, rows):
        self.by, self.failed, self.sizes, self.systems = {}, {}, {}, []
        for workload, workers, system, r, n, metric, value in rows:
            workers, r = int(workers), int(r)
            if system not in self.systems:
                self.systems.append(system)
            self.sizes[workload, workers, system] = str(n)
            if metric == FAILED:
                self.failed.setdefault((workload, workers, system), []).append(value)
            elif r > 0:
                self.by.setdefault((workload, metric, workers), {}).setdefault(system, {})[r] = float(value)
        self.systems.sort(key=lambda s: SYSTEMS.index(s) if s in SYSTEMS else 99)
        one, two = self.by.get(("fib", "ms", 1), {}), self.by.get(("fib", "ms", 2), {})
        for s in one.keys() & two.keys():
            both = {r: one[s][r] / two[s][r] for r in one[s].keys() & two[s].keys()}
            if both:
                self.by.setdefault(("fib", SPEEDUP, 2), {})[s] = both

    def rows(self):
        """(workload, metric, workers) of the lines of the table, failures too, in order."""
        seen = {(w, k) for w, k, _ in self.sizes}
        for workload in WORKLOADS:
            extra = [SPEEDUP] if workload == "fib" else []
            for metric in [*SHOWN[workload], *extra]:
                for workers in sorted(k for w, k in seen if w == workload):
                    if metric != SPEEDUP or (workload, metric, workers) in self.by:
                        yield workload, metric, workers

    def values(self, key, system):
        return list(self.by.get(key, {}).get(system, {}).values())

    def median(self, key, system):
        v = self.values(key, system)
        return statistics.median(v) if v else None

    def pairs(self, key, a, b):
        """a ÷ b of each round that both ended."""
        x, y = (self.by.get(key, {}).get(s, {}) for s in (a, b))
        return [x[r] / y[r] for r in x.keys() & y.keys() if y[r]]

    def cell(self, key, system):
        workload, _, workers = key
        v = self.values(key, system)
        lost = len(self.failed.get((workload, workers, system), []))
        if not v:
            return "fails" if lost else "–"
        text = short(statistics.median(v)) + (f" ({short(min(v))}–{short(max(v))})" if len(v) > 1 else "")
        own_size = self.sizes.get((workload, workers, OURS), "")
        mark = "*" if self.sizes.get((workload, workers, system), "") != own_size else ""
        return text + mark + (f" !{lost} failed" if lost else "")

    def ratio(self, key, to=GO):
        """ours ÷ Go (or another): the ratio of the medians, and that of each round."""
        a, b = self.median(key, OURS), self.median(key, to)
        return (a / b, self.pairs(key, OURS, to)) if a is not None and b else (None, [])

    def best_other(self, key):
        """The best of the systems beside Go and ours."""
        there = [(self.median(key, s), s) for s in RUST_PEERS]
        there = [(v, s) for v, s in there if v is not None]
        if not there:
            return None
        return (max if key[1] in MORE_IS_BETTER or key[1] == SPEEDUP else min)(there)[1]


def met(sign, limit, value):
    return value <= limit if sign == "≤" else value >= limit


def verdict(f, key, judged):
    """The goal of a line with its mark: ✓, ✗, `~` where rounds disagree, – where it cannot be told."""
    workload, metric, _ = key
    if (workload, metric) not in GOALS:
        return ""
    sign, limit = GOALS[workload, metric]
    text = f"{sign} {limit:g}"
    if metric == SPEEDUP or workload in ALONE:
        value, each = f.median(key, OURS), f.values(key, OURS)
    else:
        value, each = f.ratio(key, BESIDE.get(workload, GO))
        text += f" × {BESIDE[workload]}" if workload in BESIDE else ""
    beside = NOT_BELOW.get((workload, metric))
    if beside:
        text += f", ≥ {beside}"
    if f.failed.get((workload, key[2], OURS)):
        return f"{text} ✗"
    if value is None or not judged:
        return f"{text} –"
    ok = met(sign, limit, value)
    torn = any(met(sign, limit, e) != ok for e in each)
    if beside:
        a, b = f.median(key, OURS), f.median(key, beside)
        if b is None and ok:
            return f"{text} – (no {beside})"
        if b is not None:
            further = a >= b
            torn = torn or any((e >= 1) != further for e in f.pairs(key, OURS, beside))
            ok = ok and further
    return f"{text} {'✓' if ok else '✗'}{'~' if torn else ''}"


def lines(f, judged):
    head = ["workload", "metric", "w", *f.systems, "ours÷Go", "spread", "goal"]
    body = []
    for key in f.rows():
        value, each = f.ratio(key)
        ratio = "–" if value is None else f"{value:.2f}" + (f" ({min(each):.2f}–{max(each):.2f})" if len(each) > 1 else "")
        worst = max((spread(f.values(key, s)) for s in f.systems if f.values(key, s)), default=0)
        body.append([key[0], key[1], str(key[2]), *(f.cell(key, s) for s in f.systems), ratio,
                     f"{worst:.0%}", verdict(f, key, judged)])
    return head, body


def short_lines(f, judged):
    """The table of the README: a line for each figure, one worker / two workers."""
    workers = sorted({k for _, k, _ in f.sizes})
    pairs = {}
    for workload, metric, w in f.rows():
        pairs.setdefault((workload, metric), []).append(w)

    def each(text):
        there = [text(w) for w in workers]
        return " / ".join(there) if any(t != "–" for t in there) else "–"

    for (workload, metric), there in pairs.items():
        def by(show_one):
            return each(lambda w: show_one((workload, metric, w)) if w in there else "–")

        def ours(key):
            v = f.median(key, OURS)
            return "–" if v is None else short(v)

        def to_go(key):
            v = f.ratio(key)[0]
            return "–" if v is None else f"{v:.2f}"

        def to_best(key):
            other = f.best_other(key)
            v = f.ratio(key, other)[0] if other else None
            return "–" if v is None else f"{v:.2f} {other}"

        goals = [verdict(f, (workload, metric, w), judged) for w in there]
        goal = goals[0].rstrip(" ✓✗~–") + " " + " ".join(g.rsplit(" ", 1)[-1] for g in goals) if goals[0] else ""
        name = "分治 fib，1→2 个工作线程的加速" if metric == SPEEDUP else SHOWN[workload][metric]
        yield [name, by(ours), by(to_go), by(to_best), goal]


def show(f, markdown, judged):
    if markdown == "short":
        print("| 负载（未注明的为 ns） | 我们 w=1 / 2 | ÷ Go | ÷ 其余最快 | 目标 |\n|---|---|---|---|---|")
        for line in short_lines(f, judged):
            print("| " + " | ".join(line) + " |")
        print()
        return notes(f, judged, lines(f, judged)[1])
    head, body = lines(f, judged)
    if markdown:
        print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
        for line in body:
            print("| " + " | ".join(line) + " |")
    else:
        widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
        for line in [head, *body]:
            print("  ".join(t.ljust(w) for t, w in zip(line, widths)).rstrip())
    print()
    notes(f, judged, body)


def notes(f, judged, body):
    small = sorted({f"{s} {w} {n}" for (w, k, s), n in f.sizes.items()
                    if s != OURS and n != f.sizes.get((w, k, OURS), n)})
    rounds = max((len(v) for by in f.by.values() for v in by.values()), default=0)
    print(f"Median (least–greatest) of {plural(rounds, 'round')} after one that is dropped; spread: the widest "
          "(greatest−least)÷median of the line.")
    if small:
        print(f"* with a smaller N: {', '.join(small)}.")
    for (workload, workers, system), why in f.failed.items():
        print(f"{system} failed {len(why)}×: {workload}, {plural(workers, 'worker')}: {why[0]}.")
    if judged:
        goals = [line[-1] for line in body if line[-1]]
        print(f"Goals met {sum('✓' in g for g in goals)}, missed {sum('✗' in g for g in goals)}, "
              f"not to be told {sum('–' in g for g in goals)}; rounds disagree (~) in {sum('~' in g for g in goals)}.")
        if rounds < 5:
            print("Fewer than 5 rounds: these figures are a hint, no result.")
    else:
        print("Small counts: whether the programs work, not how fast they are. No goal is judged.")


# ---- command line

def arguments():
    p = argparse.ArgumentParser(description="The scheduler workloads on ours and on the peers, side by side.")
    p.add_argument("--only", default="goals,own",
                   help="workloads or groups (goals, own, more, all), by commas; `parked` is both of its sizes (goals,own)")
    p.add_argument("--workers", default="1,2", help="numbers of workers, by commas (1,2)")
    p.add_argument("--peers", default=",".join(SYSTEMS[1:]), help="peers, by commas")
    p.add_argument("--rounds", type=int, help="rounds that count, after the one that is dropped (5; with --quick 1)")
    p.add_argument("--quick", action="store_true", help="small counts: only shows that every program works")
    p.add_argument("--ours", metavar="PATH", help="a ready program of ours instead of building benches/sched")
    p.add_argument("--target", metavar="DIR", default=os.path.join(ROOT, "target", "peers"),
                   help="where the peers are built (target/peers)")
    p.add_argument("--no-build", action="store_true", help="use the peers that are in DIR/release already")
    p.add_argument("--timeout", type=float, default=120, help="seconds for one process (120)")
    p.add_argument("--csv", metavar="FILE", help="write every figure there as it comes")
    p.add_argument("--read", metavar="FILE", help="print the table of such a file and run nothing")
    p.add_argument("--markdown", nargs="?", const="short", choices=["short", "full"],
                   help="print a Markdown table: short (ratios alone, for the README) or full")
    args = p.parse_args()
    groups = {**{name: list(g) for name, g in GROUPS.items()}, "all": list(WORKLOADS)}
    args.only = [w for o in args.only.split(",") for w in groups.get(o, [o])]
    args.peers = [s for s in args.peers.split(",") if s]
    unknown = [w for w in args.only if w not in WORKLOADS] + [s for s in args.peers if s not in SYSTEMS[1:]]
    if unknown:
        p.error(f"unknown: {', '.join(unknown)}; workloads: {', '.join(WORKLOADS)}; peers: {', '.join(SYSTEMS[1:])}")
    args.only = [w for w in WORKLOADS if w in args.only or family(w) in args.only]
    try:
        args.workers = [int(w) for w in args.workers.split(",")]
    except ValueError:
        p.error("--workers wants numbers, by commas")
    args.rounds = args.rounds if args.rounds is not None else 1 if args.quick else 5
    if args.rounds < 1 or min(args.workers) < 1:
        p.error("at least one round and one worker")
    args.target = os.path.abspath(args.target)
    return args


def read(path):
    try:
        with open(path, newline="") as f:
            rows = list(csv.reader(f))
    except OSError as e:
        sys.exit(f"{path}: {e.strerror}")
    if not rows or rows[0] != COLUMNS:
        sys.exit(f"{path}: no table of this program (wanted the columns {','.join(COLUMNS)})")
    return rows[1:]


def main():
    args = arguments()
    if args.read:
        show(Figures(read(args.read)), args.markdown, not args.quick)
        return 0
    found = programs(args)
    say(f"{platform.platform()}, {os.cpu_count()} CPUs; {', '.join(found)}; {plural(args.rounds, 'round')} and one to warm up.")
    rows, out = [], None
    if args.csv:
        out = open(args.csv, "w", newline="")
        csv.writer(out).writerow(COLUMNS)

    def keep(row):
        rows.append(row)
        if out:
            csv.writer(out).writerow(row)
            out.flush()

    wall, machine, mine = time.monotonic(), busy(), own()
    try:
        measure(args, found, keep)
    except KeyboardInterrupt:
        say("Stopped; the table of what was measured until now:")
    wall = time.monotonic() - wall
    figures = Figures(rows)
    show(figures, args.markdown, not args.quick)
    if machine is not None and wall > 0:
        others = max(0.0, busy() - machine - (own() - mine)) / (wall * (os.cpu_count() or 1))
        print(f"Other programs used {others:.1%} of the machine in these {wall:.0f} s"
              + (": too much for figures that count." if others > 0.05 else "."))
    return 1 if any(system == OURS for _, _, system in figures.failed) else 0


if __name__ == "__main__":
    sys.exit(main())
