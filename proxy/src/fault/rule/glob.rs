//! Patterns with stars: `*` stands for anything within a segment, `**` for anything.

/// A pattern that a text fits or not.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Byte(u8),
    /// Anything up to the next slash.
    Within,
    Anything,
}

impl Piece {
    fn is_star(self) -> bool {
        !matches!(self, Self::Byte(_))
    }

    /// Whether a star can stand for this byte and more.
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Byte(_) => false,
            Self::Within => byte != b'/',
            Self::Anything => true,
        }
    }
}

impl Glob {
    /// A pattern of a path: one star stays within a segment.
    pub(super) fn path(text: &str) -> Self {
        Self::read(text, Piece::Within)
    }

    /// A pattern of a text without segments, so that one star is as good as two.
    pub(super) fn text(text: &str) -> Self {
        Self::read(text, Piece::Anything)
    }

    fn read(text: &str, star: Piece) -> Self {
        let mut pieces: Vec<Piece> = Vec::with_capacity(text.len());
        let mut bytes = text.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let piece = match byte {
                b'*' if bytes.next_if_eq(&b'*').is_some() => Piece::Anything,
                b'*' => star,
                byte => Piece::Byte(byte),
            };
            // Two stars side by side say no more than the wider of them.
            match pieces.last_mut() {
                Some(last) if last.is_star() && piece.is_star() => {
                    *last = if *last == piece { piece } else { Piece::Anything };
                }
                _ => pieces.push(piece),
            }
        }
        Self { pieces }
    }

    /// Whether every text fits.
    pub(super) fn is_everything(&self) -> bool {
        self.pieces == [Piece::Anything]
    }

    /// Whether the whole text fits.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        // at[i]: the first i pieces can stand for what was read so far.
        let mut at = vec![false; self.pieces.len() + 1];
        at[0] = true;
        self.skip_stars(&mut at);
        for byte in text {
            for i in (0..at.len()).rev() {
                let read = i > 0 && at[i - 1] && self.pieces[i - 1] == Piece::Byte(*byte);
                let stays = at[i] && self.pieces.get(i).is_some_and(|piece| piece.takes(*byte));
                at[i] = read || stays;
            }
            self.skip_stars(&mut at);
        }
        at[self.pieces.len()]
    }

    /// A star can stand for nothing.
    fn skip_stars(&self, at: &mut [bool]) {
        for (i, piece) in self.pieces.iter().enumerate() {
            at[i + 1] |= at[i] && piece.is_star();
        }
    }

    /// Whether there is a text that fits both; segments do not count.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (ours, theirs) = (&self.pieces, &other.pieces);
        let width = theirs.len() + 1;
        // rest[i * width + j]: our pieces from i on and theirs from j on have a text in common.
        let mut rest = vec![false; (ours.len() + 1) * width];
        for i in (0..=ours.len()).rev() {
            for j in (0..width).rev() {
                let rest_at =
                    |i: usize, j: usize| rest.get(i * width + j).is_some_and(|rest| *rest);
                let found = match (ours.get(i), theirs.get(j)) {
                    (None, None) => true,
                    (Some(one), two) if one.is_star() => {
                        rest_at(i + 1, j) || (two.is_some() && rest_at(i, j + 1))
                    }
                    (one, Some(two)) if two.is_star() => {
                        rest_at(i, j + 1) || (one.is_some() && rest_at(i + 1, j))
                    }
                    (Some(one), Some(two)) => one == two && rest_at(i + 1, j + 1),
                    _ => false,
                };
                rest[i * width + j] = found;
            }
        }
        rest[0]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, fitting: &[&str], others: &[&str]) {
        let glob = Glob::path(pattern);
        for text in fitting {
            assert!(glob.matches(text.as_bytes()), "{pattern} {text}");
        }
        for text in others {
            assert!(!glob.matches(text.as_bytes()), "{pattern} {text}");
        }
    }

    #[test]
    fn one_star_stays_within_a_segment_and_two_go_across() {
        check("/users/*", &["/users/1", "/users/"], &["/users", "/users/1/orders", "/user/1"]);
        check("/users/**", &["/users/1", "/users/1/orders"], &["/users", "/other/users/1"]);
        check("/a/*/c", &["/a/b/c", "/a//c"], &["/a/c", "/a/b/b/c"]);
        check("/a/**/c", &["/a/b/c", "/a/b/b/c"], &["/a/c", "/a/b/b/cc"]);
        check("/*.json", &["/x.json", "/.json"], &["/x.json.gz", "/y/x.json"]);
        check("**", &["", "/", "/a/b"], &[]);
        check("***", &["", "/", "/a/b"], &[]);
        check("/", &["/"], &["", "//"]);
    }

    #[test]
    fn in_a_text_one_star_is_as_good_as_two() {
        assert!(Glob::text("*.example.com").matches(b"a.b.example.com"));
        assert!(Glob::text("text/*").matches(b"text/a/b"));
        assert!(!Glob::text("*.example.com").matches(b"example.com"));
    }

    #[test]
    fn patterns_meet_where_a_text_fits_both() {
        for (one, two, meet) in [
            ("*.example.com", "api.example.com", true),
            ("*.example.com", "*.com", true),
            ("api.*", "*.example.com", true),
            ("*", "", true),
            ("example.com", "*.example.com", false),
            ("a*", "b*", false),
            ("a*b", "*c", false),
            ("a", "a", true),
            ("a", "ab", false),
        ] {
            assert_eq!(Glob::text(one).meets(&Glob::text(two)), meet, "{one} {two}");
            assert_eq!(Glob::text(two).meets(&Glob::text(one)), meet, "{two} {one}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_meets_a_text_exactly_if_the_text_fits(pattern in "[ab*]{0,6}", text in "[ab]{0,6}") {
            let glob = Glob::text(&pattern);
            prop_assert_eq!(glob.matches(text.as_bytes()), glob.meets(&Glob::text(&text)));
        }

        #[test]
        fn any_pattern_and_any_text_can_be_asked_about(pattern in ".*", text in ".*") {
            let _ = Glob::path(&pattern).matches(text.as_bytes());
        }
    }
}
