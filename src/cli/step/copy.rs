//! The copy key: the screen as text on the clipboard (OSC 52, which works through ssh and tmux where
//! it is allowed) and in a file, because whether the terminal took it cannot be known.
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::cli::error::io_reason;

/// Copies and says where to.
pub(super) fn copy(text: &str, name: &str, dir: &Path) -> String {
    let sent = io::stdout().write_all(osc52(text).as_bytes()).and_then(|()| io::stdout().flush());
    let clipboard = if sent.is_ok() { "已交给终端的剪贴板" } else { "终端的剪贴板没有收" };
    let path = dir.join(format!("{}.txt", name.replace(['/', '\\'], "-")));
    match fs::create_dir_all(dir).and_then(|()| fs::write(&path, text)) {
        Ok(()) => format!("{clipboard}；也存在 {}", path.display()),
        Err(e) => format!("{clipboard}；存不进 {}：{}", path.display(), io_reason(&e)),
    }
}

/// "Set the clipboard" (xterm, ctlseqs: Operating System Commands, 52).
fn osc52(text: &str) -> String {
    format!("\u{1b}]52;c;{}\u{7}", base64(text.as_bytes()))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const TABLE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let used = i <= chunk.len();
            out.push(if used { TABLE[(n >> (18 - 6 * i)) as usize & 63] as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn base64_as_the_rfc_has_it() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(osc52("foo"), "\u{1b}]52;c;Zm9v\u{7}");
    }

    #[test]
    fn the_file_is_told_and_so_is_a_failure() {
        let dir = std::env::temp_dir().join(format!("bagu-copy-{}", std::process::id()));
        let told = copy("一屏\n", "channel/x-7", &dir);
        assert!(told.ends_with("channel-x-7.txt"), "{told}");
        assert_eq!(fs::read_to_string(dir.join("channel-x-7.txt")).expect("written"), "一屏\n");
        let told = copy("", "x", &dir.join("channel-x-7.txt"));
        assert!(told.contains("存不进"), "{told}");
        fs::remove_dir_all(&dir).expect("ours");
    }
}
