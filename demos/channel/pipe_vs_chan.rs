//! Three messages through a channel stay three; three writes into a kernel pipe come out as one read.
//!
//! Answers    channel-user-space
//! Watch for  1  the channel gives back what was sent, piece by piece   2  the pipe gives back bytes
//! Try        --mutate byte-chan, --mutate read-each
//! Go         runtime/chan.go makechan; pipe(7) (go1.27.3)
use std::io::{Read, Write, pipe};

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/pipe-vs-chan",
    title: "channel 传消息，pipe 传字节",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("messages"),
    run,
    claims: &[
        Claim {
            text: "channel 传的是一条条有边界的消息",
            check: |s| {
                let got: Vec<&str> = s.lines().into_iter().filter(|l| l.starts_with("channel")).collect();
                let sent = vec![r#"channel 收到 "ab""#, r#"channel 收到 "cd""#, r#"channel 收到 "e""#];
                Verdict::eq("收到的消息", got, sent)
            },
        },
        Claim {
            text: "pipe 是字节流，几次写入可能被一次读走",
            check: |s| {
                let reads: Vec<&str> = s.lines().into_iter().filter(|l| l.starts_with("pipe")).collect();
                Verdict::eq("写 3 次后的读", reads, vec![r#"pipe 一次读到 "abcde""#])
            },
        },
    ],
    mutations: &[
        Mutation { name: "byte-chan", what: "channel 的元素换成字节", breaks: &[0] },
        Mutation { name: "read-each", what: "每写一次就读一次", breaks: &[1] },
    ],
    next: &[("写一次读一次，边界像是在了", "bagu demo run channel/pipe-vs-chan --mutate read-each")],
};

const MESSAGES: [&str; 3] = ["ab", "cd", "e"];

fn run() {
    let ch = named::<String>("messages", 8);
    for m in MESSAGES {
        if mutated("byte-chan") {
            m.chars().for_each(|byte| ch.send(byte.to_string()));
        } else {
            ch.send(m.to_string());
        }
    }
    ch.close();
    for m in &ch {
        out!("channel 收到 {m:?}");
    }
    if let Err(e) = through_pipe() {
        out!("建不了 pipe：{e}");
    }
}

fn through_pipe() -> std::io::Result<()> {
    let (mut r, mut w) = pipe()?;
    let mut buf = [0; 64];
    for m in MESSAGES {
        w.write_all(m.as_bytes())?;
        if mutated("read-each") {
            let n = r.read(&mut buf)?;
            out!("pipe 一次读到 {:?}", String::from_utf8_lossy(&buf[..n]));
        }
    }
    drop(w);
    let n = r.read(&mut buf)?;
    if n > 0 {
        out!("pipe 一次读到 {:?}", String::from_utf8_lossy(&buf[..n]));
    }
    Ok(())
}
