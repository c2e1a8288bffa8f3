//! The poller: connections, datagrams, deadlines.

use bagu::lab::prelude::*;
use bagu::runtime::{self, End};

use crate::{count, noted, ok, real, virt};

fn echo_once() {
    let l = listen().unwrap();
    let addr = l.addr();
    let server = l.clone();
    go("server", move || {
        while let Ok(c) = server.accept() {
            go("conn", move || {
                let mut b = [0; 5];
                while c.read_full(&mut b) == Ok(true) && c.write(&b).is_ok() {}
            });
        }
    });
    let wg = WaitGroup::new();
    for i in 0..8u8 {
        wg.go("client", move || {
            let c = dial(&addr).unwrap();
            for k in 0..20 {
                let mut b = [i, k, 1, 2, 3];
                c.write(&b).unwrap();
                assert_eq!(c.read_full(&mut b), Ok(true));
                assert_eq!(b, [i, k, 1, 2, 3]);
            }
            c.close().unwrap();
            assert_eq!(c.close(), Err(NetError::Closed));
        });
    }
    wg.wait();
    l.close().unwrap();
    assert_eq!(dial(&addr).err(), Some(NetError::Refused));
}

#[test]
fn connections_echo_on_both_platforms() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(4, s)]).chain([real(1), real(2), real(4)]) {
        let r = ok(c, echo_once);
        assert!(count(&r, Kind::NetPoll) > 0);
    }
}

#[test]
fn deadlines_and_close_wake_who_waits() {
    let program = || {
        let l = listen().unwrap();
        let addr = l.addr();
        let (a, b) = (dial(&addr).unwrap(), l.accept().unwrap());
        let begun = now(); // before the deadline is set: the machine may stall between two lines
        b.set_read_deadline(Some(begun + ms(3)));
        assert_eq!(b.read(&mut [0; 4]), Err(NetError::Deadline));
        assert!(now() - begun >= ms(3));
        assert_eq!(b.read(&mut [0; 4]), Err(NetError::Deadline), "stays passed");
        b.set_read_deadline(None);
        let b2 = b.clone();
        let woken = chan::<Result<usize, NetError>>(0);
        let tell = woken.clone();
        go("reader", move || tell.send(b2.read(&mut [0; 4])));
        sleep(ms(1));
        b.close().unwrap();
        assert_eq!(woken.recv(), Some(Err(NetError::Closed)));
        assert_eq!(a.read(&mut [0; 4]), Ok(0), "the peer sees the end");
        l.set_deadline(Some(now() + ms(1)));
        assert_eq!(l.accept().err(), Some(NetError::Deadline));
    };
    for c in (0..50).map(|s| virt(2, s)).chain([real(1), real(2)]) {
        ok(c, program);
    }
}

fn datagrams() {
    let server = Udp::bind().unwrap();
    let at = server.addr().unwrap();
    let echo = server.clone();
    let ended = chan::<NetError>(0);
    let tell = ended.clone();
    go("server", move || {
        let mut b = [0; 64];
        loop {
            match echo.recv_from(&mut b) {
                Ok((n, from)) => _ = echo.send_to(&b[..n], &from),
                Err(e) => return tell.send(e),
            }
        }
    });
    let wg = WaitGroup::new();
    for i in 0..4u8 {
        wg.go("client", move || {
            let c = Udp::bind().unwrap();
            for k in 0..20 {
                let mut b = [0; 64];
                assert_eq!(c.send_to(&[i, k, 7], &at), Ok(3));
                assert_eq!(c.recv_from(&mut b), Ok((3, at)));
                assert_eq!(b[..3], [i, k, 7]);
            }
            assert_eq!(c.send_to(&[], &at), Ok(0), "an empty datagram is one");
            assert_eq!(c.recv_from(&mut [0; 8]), Ok((0, at)));
            let begun = now();
            c.set_read_deadline(Some(begun + ms(3)));
            assert_eq!(c.recv_from(&mut [0; 8]), Err(NetError::Deadline));
            assert!(now() - begun >= ms(3));
            assert_eq!(c.recv_from(&mut [0; 8]), Err(NetError::Deadline), "stays passed");
            c.set_read_deadline(None);
            assert_eq!(c.send_to(&[9], &at), Ok(1));
            assert_eq!(c.recv_from(&mut [0; 8]), Ok((1, at)), "lifted");
        });
    }
    wg.wait();
    server.close().unwrap();
    assert_eq!(ended.recv(), Some(NetError::Closed), "who waits is told");
    assert_eq!(server.close(), Err(NetError::Closed));
    assert_eq!(server.recv_from(&mut [0; 8]), Err(NetError::Closed));
    assert_eq!(server.send_to(&[1], &at), Err(NetError::Closed));
}

/// Loopback loses nothing while its buffers hold, and here at most five datagrams are under way.
#[test]
fn datagrams_echo_meet_deadlines_and_end_with_close() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(4, s)]).chain([real(1), real(2), real(4)]) {
        let r = ok(c, datagrams);
        assert!(count(&r, Kind::NetPoll) > 0);
    }
}

#[test]
fn datagrams_are_cut_or_lost_but_never_joined() {
    let program = || {
        let (a, b) = (Udp::bind().unwrap(), Udp::bind().unwrap());
        let (at_a, at_b) = (a.addr().unwrap(), b.addr().unwrap());
        assert_eq!(a.send_to(&[1, 2, 3], &at_b), Ok(3));
        assert_eq!(a.send_to(&[4], &at_b), Ok(1));
        let mut two = [0; 2];
        assert_eq!((b.recv_from(&mut two), two), (Ok((2, at_a)), [1, 2]), "the rest of it is lost");
        assert_eq!((b.recv_from(&mut two), two[0]), (Ok((1, at_a)), 4));
        assert!(matches!(a.send_to(&vec![0; 65_508], &at_b), Err(NetError::Io(_))), "longer than UDP can say");
        b.close().unwrap();
        assert_eq!(a.send_to(&[5], &at_b), Ok(1), "nobody there, and nobody says so");
        a.set_read_deadline(Some(now() + ms(1)));
        assert_eq!(a.recv_from(&mut two), Err(NetError::Deadline));
    };
    for c in [virt(1, 1), virt(2, 2), real(1), real(2)] {
        ok(c, program);
    }
}

/// NetpollDeadlock: a goroutine in the poller is no deadlock, for anything may come from outside.
#[test]
fn waiting_for_the_network_is_no_deadlock() {
    let r = runtime::run(virt(2, 1), || {
        let l = listen().unwrap();
        let _ = l.accept();
    });
    assert!(matches!(r.end, End::Limit(_)), "{:?}", r.end);
}

#[test]
fn a_long_runner_does_not_keep_the_network_from_being_asked() {
    let late = || {
        let r = ok(real(1), || {
            let l = listen().unwrap();
            let addr = l.addr();
            let server = l.clone();
            let got = chan::<i64>(1);
            let tell = got.clone();
            go("server", move || {
                let begun = now();
                let _ = server.accept();
                tell.send((now() - begun).as_millis() as i64);
            });
            gosched();
            let c = dial(&addr).unwrap();
            tight(ms(60));
            note("late_ms", got.recv().unwrap());
            drop(c);
        });
        noted(&r, "late_ms")
    };
    if preempts_by_signal() {
        // The monitor itself may have to wait for a processor of the machine.
        let best = (0..5).map(|_| late()).min();
        assert!(best < Some(60), "{best:?}");
    }
}
