//! The [`select!`](crate::select) macro: Go's `select` statement as an expression.
//!
//! First it collects the cases into a list, whatever commas and braces they were written with; then
//! it writes the records of `cases`, one call of `wait`, and a chain of `if`s that runs the winner's
//! body.

/// Waits for the first of several channel operations.
///
/// ```
/// use bagu::runtime::{self, Chan, Config, End};
/// let report = runtime::run(Config::default(), || {
///     let (jobs, out) = (Chan::<i32>::new(1), Chan::<i32>::new(0));
///     jobs.send(7);
///     let got = bagu::select! {
///         recv(jobs) -> v => { v }          // v: Option<i32>, None = closed
///         send(out, 1) => { None }          // sent
///         default => { None }               // nothing was ready
///     };
///     assert_eq!(got, Some(7));
/// });
/// assert_eq!(report.end, End::Ok);
/// ```
/// Channel and value expressions are evaluated once, in source order. It is an expression.
#[macro_export]
macro_rules! select {
    // ── collect ──
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:block , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:block $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:expr , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) {$body}}] $($rest)*)
    };
    (@p [$($acc:tt)*] recv($ch:expr) -> $v:pat => $body:expr) => {
        $crate::select!(@p [$($acc)* {recv slot ($ch) ($v) {$body}}])
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:block , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:block $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () $body}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:expr , $($rest:tt)*) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () {$body}}] $($rest)*)
    };
    (@p [$($acc:tt)*] send($ch:expr, $val:expr) => $body:expr) => {
        $crate::select!(@p [$($acc)* {send slot ($ch, $val) () {$body}}])
    };
    (@p [$($acc:tt)*] default => $body:block $(,)?) => { $crate::select!(@go true [$($acc)*] $body) };
    (@p [$($acc:tt)*] default => $body:expr $(,)?) => { $crate::select!(@go true [$($acc)*] {$body}) };
    (@p [$($acc:tt)*]) => {
        $crate::select!(@go false [$($acc)*] { unreachable!("a select without default waits for a case") })
    };
    // ── emit ── (a select of one case is that one operation, as Go's compiler has it)
    (@go false [{recv $slot:ident ($ch:expr) ($v:pat) $body:block}] $else:block) => {{
        let $v = $crate::runtime::Chan::recv(&$ch);
        $body
    }};
    (@go false [{send $slot:ident ($ch:expr, $val:expr) () $body:block}] $else:block) => {{
        $crate::runtime::Chan::send(&$ch, $val);
        $body
    }};
    (@go $default:literal [$({$kind:ident $slot:ident ($($arg:expr),*) ($($v:pat)?) $body:block})*] $else:block) => {
        // A match, so that channels made by the expressions live until the select is over.
        match ($( $crate::select!(@arg $kind ($($arg),*)), )*) {
            ($( $slot, )*) => {
                $( let mut $slot = $crate::select!(@new $kind $slot); )*
                let mut cases = [$( $slot.case() ),*];
                let mut picked = $crate::runtime::select::wait(&mut cases, $default);
                $( if picked.is_next() { $crate::select!(@run $kind $slot picked ($($v)?) $body) } else )* $else
            }
        }
    };
    (@arg recv ($ch:expr)) => { &$ch };
    (@arg send ($ch:expr, $val:expr)) => { (&$ch, $val) };
    (@new recv $slot:ident) => { $crate::runtime::select::RecvCase::by_ref($slot) };
    (@new send $slot:ident) => { $crate::runtime::select::SendCase::new($slot.0, $slot.1) };
    (@run recv $slot:ident $picked:ident ($v:pat) $body:block) => {{
        let $v = $slot.take(&$picked);
        $body
    }};
    (@run send $slot:ident $picked:ident () $body:block) => {{
        $slot.done();
        drop($slot);
        $body
    }};
    // ── entry (last, so that the internal rules are tried first) ──
    ($($all:tt)+) => { $crate::select!(@p [] $($all)+) };
}
