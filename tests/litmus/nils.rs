//! The nil channel: never ready, never an error, and useful for that.
use std::collections::VecDeque;

use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{Litmus, Seq};
use crate::par;
use crate::unbuffered::look;

pub const ALL: &[Litmus] = &[
    Litmus::one("nil/try", &["false empty"], || {
        let c = Chan::nil();
        format!("{} {}", c.try_send(1), look(&c))
    }),
    Litmus::one("nil/len-cap", &["0 0"], || {
        let c = Chan::<i32>::nil();
        format!("{} {}", c.len(), c.cap())
    }),
    Litmus::one("nil/case-is-never-taken", &["other"], || {
        let (c, d) = (Chan::<i32>::nil(), chan(1));
        d.send(1);
        select! {
            recv(c) -> _ => { "nil received".into() }
            send(c, 1) => { "nil sent".into() }
            recv(d) -> _ => { "other".into() }
        }
    }),
    Litmus::merge("nil/merge-until-both-closed", &["ab", "c"], || {
        let (a, b, s) = (chan(0), chan(0), Seq::new());
        par!([a, b, s] { a.send('a'); a.send('b'); a.close(); } { b.send('c'); b.close(); } {
            let (mut a, mut b) = (a, b);
            while !a.is_nil() || !b.is_nil() {
                select! {
                    recv(a) -> v => {
                        match v {
                            Some(v) => s.put(v),
                            None => a = Chan::nil(),
                        }
                    }
                    recv(b) -> v => {
                        match v {
                            Some(v) => s.put(v),
                            None => b = Chan::nil(),
                        }
                    }
                }
            }
        });
        s.line()
    }),
    Litmus::one("nil/send-only-when-something-is-there", &["ab"], || {
        let (input, out, s) = (chan(0), chan(0), Seq::new());
        par!([input, out, s] { input.send('a'); input.send('b'); input.close(); } {
            let (mut input, mut queue) = (input, VecDeque::new());
            while !input.is_nil() || !queue.is_empty() {
                let (to, first) = queue.front().map_or((Chan::nil(), ' '), |v| (out.clone(), *v));
                select! {
                    recv(input) -> v => {
                        match v {
                            Some(v) => queue.push_back(v),
                            None => input = Chan::nil(),
                        }
                    }
                    send(to, first) => { queue.pop_front(); }
                }
            }
            out.close();
        } {
            for v in &out {
                s.put(v);
            }
        });
        s.line()
    }),
    Litmus::one("nil/close-text", &["close of nil channel"], || {
        let c = Chan::<i32>::nil();
        catch(|| c.close()).err().unwrap_or_default()
    }),
];
