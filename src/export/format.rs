//! Which file a recording becomes: named, or known by the end of the file's name.
use std::path::Path;

/// A form of file that a recording can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Chrome trace JSON.
    Chrome,
    /// Go execution trace.
    Go,
    /// One picture.
    Svg,
    /// One web page.
    Html,
}

impl Format {
    /// Every form.
    pub const ALL: &'static [Format] = &[Format::Chrome, Format::Go, Format::Svg, Format::Html];

    /// The form that the end of a file's name asks for; `None` when it says nothing known.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|f| f.endings().contains(&end.as_str()))
    }

    /// Ends of names that ask for this form, the usual one first.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Format::Chrome => &["json"],
            Format::Go => &["trace", "out"],
            Format::Svg => &["svg"],
            Format::Html => &["html", "htm"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_name_decides() {
        for (name, format) in [
            ("a.json", Some(Format::Chrome)),
            ("b/c.JSON", Some(Format::Chrome)),
            ("trace.out", Some(Format::Go)),
            ("x.trace", Some(Format::Go)),
            ("p.svg", Some(Format::Svg)),
            ("p.htm", Some(Format::Html)),
            ("trace", None),
            ("a.txt", None),
        ] {
            assert_eq!(Format::of_path(Path::new(name)), format, "{name}");
        }
        let all: Vec<_> = Format::ALL.iter().flat_map(|f| f.endings()).collect();
        assert!(all.iter().enumerate().all(|(i, e)| !all[..i].contains(e)), "an ending stands twice");
    }
}
