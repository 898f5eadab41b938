//! A text that matches a regular expression, if that is a simple one: characters, classes, groups and repetition.

/// How often something without an upper limit is repeated at most.
const REPEATED: usize = 1000;

/// How deep groups may be nested.
const DEPTH: usize = 16;

/// How many characters and groups are written at most.
const STEPS: usize = 10_000;

/// What unbounded classes are filled with, as far as they allow it.
const FILLING: &str = "value";

/// A part of a pattern, and how often it stands.
#[derive(Debug)]
struct Piece {
    atom: Atom,
    least: usize,
    most: usize,
}

#[derive(Debug)]
enum Atom {
    /// One of these characters; each range includes both ends.
    Class(Vec<(char, char)>),
    Group(Vec<Piece>),
}

/// A text of `least` to `most` characters that matches; `None` if the pattern is not simple.
pub(super) fn matching(pattern: &str, least: usize, most: usize) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0 };
    let pieces = reader.sequence(0)?;
    if reader.at < chars.len() {
        return None;
    }
    let mut text = written(&pieces, 0)?;
    // What may be repeated is, until the text is long enough.
    let short = least.max(1).saturating_sub(text.chars().count());
    if short > 0 && pieces.iter().any(|piece| piece.most > piece.least) {
        text = written(&pieces, short)?;
    }
    (least..=most).contains(&text.chars().count()).then_some(text)
}

/// The text, with so many repetitions more than there must be.
fn written(pieces: &[Piece], more: usize) -> Option<String> {
    let (mut text, mut steps) = (String::new(), STEPS);
    write(pieces, more, &mut text, &mut steps)?;
    Some(text)
}

fn write(pieces: &[Piece], mut more: usize, text: &mut String, steps: &mut usize) -> Option<()> {
    for piece in pieces {
        let extra = more.min(piece.most - piece.least);
        // Repeating a group may add more than is asked for; the caller checks the length.
        more -= extra;
        let mut filling = FILLING.chars().cycle();
        for _ in 0..piece.least + extra {
            *steps = steps.checked_sub(1)?;
            match &piece.atom {
                Atom::Group(pieces) => write(pieces, 0, text, steps)?,
                Atom::Class(ranges) => text.extend(fill(ranges, &mut filling)),
            }
        }
    }
    Some(())
}

fn fill(ranges: &[(char, char)], filling: &mut impl Iterator<Item = char>) -> Option<char> {
    let wished = filling.next().filter(|char| contains(ranges, *char));
    wished.or_else(|| ranges.first().map(|(first, _)| *first))
}

fn contains(ranges: &[(char, char)], char: char) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&char))
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    fn takes(&mut self, char: char) -> bool {
        let found = self.peek() == Some(char);
        self.at += usize::from(found);
        found
    }

    /// Pieces up to the end of the pattern or of the group; of alternatives, the first.
    fn sequence(&mut self, depth: usize) -> Option<Vec<Piece>> {
        if depth > DEPTH {
            return None;
        }
        let mut pieces = Vec::new();
        let mut first = true;
        while let Some(char) = self.peek() {
            match char {
                ')' => break,
                '^' | '$' => self.at += 1,
                '|' => {
                    self.at += 1;
                    first = false;
                }
                _ => {
                    let atom = self.atom(depth)?;
                    let (least, most) = self.repetition()?;
                    if first {
                        pieces.push(Piece { atom, least, most });
                    }
                }
            }
        }
        Some(pieces)
    }

    fn atom(&mut self, depth: usize) -> Option<Atom> {
        match self.take()? {
            '(' => {
                // Only groups that match something: no looking ahead, no names.
                if self.takes('?') && !self.takes(':') {
                    return None;
                }
                let pieces = self.sequence(depth + 1)?;
                self.takes(')').then_some(Atom::Group(pieces))
            }
            '[' => self.class().map(Atom::Class),
            '.' => Some(Atom::Class(vec![('a', 'z')])),
            '\\' => self.escape().map(Atom::Class),
            '*' | '+' | '?' | '{' => None,
            char => Some(Atom::Class(vec![(char, char)])),
        }
    }

    fn class(&mut self) -> Option<Vec<(char, char)>> {
        if self.takes('^') {
            let mut excluded = vec![];
            self.ranges(&mut excluded)?;
            let allowed = ('a'..='z').chain('A'..='Z').chain('0'..='9');
            let allowed = allowed.filter(|char| !contains(&excluded, *char));
            return Some(allowed.map(|char| (char, char)).collect())
                .filter(|left: &Vec<_>| !left.is_empty());
        }
        let mut ranges = vec![];
        self.ranges(&mut ranges)?;
        (!ranges.is_empty()).then_some(ranges)
    }

    fn ranges(&mut self, ranges: &mut Vec<(char, char)>) -> Option<()> {
        loop {
            let first = match self.take()? {
                ']' => return Some(()),
                '[' => return None,
                '\\' => {
                    let escaped = self.escape()?;
                    match escaped.as_slice() {
                        [(first, last)] if first == last => *first,
                        _ => {
                            ranges.extend(escaped);
                            continue;
                        }
                    }
                }
                char => char,
            };
            let ranged = self.peek() == Some('-')
                && self.chars.get(self.at + 1).is_some_and(|next| *next != ']');
            let mut last = first;
            if ranged {
                self.at += 1;
                last = self.take()?;
                if last == '\\' {
                    last = self.take().filter(|char| !char.is_ascii_alphanumeric())?;
                }
            }
            ranges.push((first, last));
        }
    }

    fn escape(&mut self) -> Option<Vec<(char, char)>> {
        Some(match self.take()? {
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' => vec![(' ', ' ')],
            'S' => vec![('a', 'z')],
            char if char.is_ascii_alphanumeric() => return None,
            char => vec![(char, char)],
        })
    }

    /// How often the last atom stands.
    fn repetition(&mut self) -> Option<(usize, usize)> {
        let times = match self.peek() {
            Some('*') => (0, REPEATED),
            Some('+') => (1, REPEATED),
            Some('?') => (0, 1),
            Some('{') => return self.counted(),
            _ => return Some((1, 1)),
        };
        self.at += 1;
        self.lazily();
        Some(times)
    }

    fn counted(&mut self) -> Option<(usize, usize)> {
        self.at += 1;
        let mut rest = String::new();
        loop {
            match self.take()? {
                '}' => break,
                char => rest.push(char),
            }
        }
        self.lazily();
        let (least, most) = match rest.split_once(',') {
            Some((least, "")) => (least.parse().ok()?, REPEATED),
            Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
            None => (rest.parse().ok()?, rest.parse().ok()?),
        };
        (least <= most && most <= REPEATED).then_some((least, most))
    }

    /// A `?` that asks for as little as possible changes nothing here.
    fn lazily(&mut self) {
        self.takes('?');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_have_a_text() {
        for (pattern, expected) in [
            ("^[a-z]+$", "v"),
            ("^[A-Z]{3}$", "AAA"),
            (r"^\d{4}-\d{2}$", "0000-00"),
            ("^(foo|bar)$", "foo"),
            ("^(?:ab){2}c?$", "abab"),
            (r"^\+[1-9][0-9]{2,14}$", "+100"),
            ("^[^a-y]$", "z"),
            ("^v?[0-9.]+$", "0"),
            (r"^[\w-]{4}$", "valu"),
            ("^a|b$", "a"),
            ("^arn:aws:[a-z]*$", "arn:aws:"),
        ] {
            assert_eq!(matching(pattern, 0, 100).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn texts_are_as_long_as_they_must_be() {
        assert_eq!(matching("^[a-z]*$", 5, 10).as_deref(), Some("value"));
        assert_eq!(matching("^[a-z]*$", 0, 10).as_deref(), Some("v"));
        assert_eq!(matching("^[A-Z]{2}$", 5, 10), None);
        assert_eq!(matching("^x{2,8}$", 5, 6).as_deref(), Some("xxxxx"));
    }

    #[test]
    fn what_is_not_simple_has_none() {
        for pattern in [
            "(?=a)b",
            "(?<name>a)",
            r"\p{L}+",
            r"\bword",
            "[[:alpha:]]",
            "a{2",
            "a{9999999}",
            "(a",
            "*",
            "[a",
            "a{3,2}",
            r"\1",
            "((((a{1000}){1000}){1000}){1000})",
            &"(".repeat(1000),
        ] {
            assert_eq!(matching(pattern, 0, 100), None, "{pattern}");
        }
    }
}
