//! Literals of text in code, found without a grammar.

/// A literal of text on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal<'a> {
    /// Where it begins, in bytes: at its quote.
    pub(crate) start: usize,
    /// Where it ends, behind its quote.
    pub(crate) end: usize,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is between the quotes.
    pub(crate) text: &'a str,
}

/// The literals of a text, in order. One that goes over lines, as documentation does, is left out.
pub(crate) fn all(text: &str) -> impl Iterator<Item = Literal<'_>> {
    text.split_inclusive('\n')
        .scan((0, 0), |(offset, number), line| {
            let (start, line_number) = (*offset, *number + 1);
            *offset += line.len();
            *number += 1;
            Some(of_line(line, start, line_number))
        })
        .flatten()
}

fn of_line(line: &str, offset: usize, number: usize) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = line[at..].find(['"', '\'', '`']).map(|open| at + open) {
        let quote = line[open..].chars().next().unwrap_or('"');
        let Some(close) = line[open + 1..].find(quote).map(|close| open + 1 + close) else { break };
        found.push(Literal {
            start: offset + open,
            end: offset + close + 1,
            line: number,
            text: &line[open + 1..close],
        });
        at = close + 1;
    }
    found
}

/// Where the parenthesis closes that is open at the beginning of a text.
pub(super) fn closing(text: &str) -> Option<usize> {
    outside(text)
        .find(|(_, letter, depth)| *depth < 0 && ")]}".contains(*letter))
        .map(|(at, ..)| at)
}

/// The arguments in the text between two parentheses.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut from = 0;
    let mut found = Vec::new();
    for (at, letter, depth) in outside(text) {
        if letter == ',' && depth == 0 {
            found.push(&text[from..at]);
            from = at + 1;
        }
    }
    found.push(&text[from..]);
    found.retain(|argument| !argument.trim().is_empty());
    found
}

/// The letters outside of literals, each with how many parentheses are open behind it.
fn outside(text: &str) -> impl Iterator<Item = (usize, char, i32)> {
    let mut depth = 0;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    text.char_indices().filter_map(move |(at, letter)| {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), letter) if letter == open || (letter == '\n' && open != '`') => {
                quote = None;
            }
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) => {}
        }
        quote.is_none().then_some((at, letter, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_their_lines_and_parentheses_their_ends() {
        let text = "a('/x', b)\nc(\"/y\")";
        let found: Vec<(usize, &str)> = all(text).map(|it| (it.line, it.text)).collect();
        assert_eq!(found, [(1, "/x"), (2, "/y")]);
        assert_eq!(closing("'/x)', b(1, [2]))x"), Some(16));
        assert_eq!(closing("'/x', b("), None);
        assert_eq!(arguments(" a, f(b, 'x,y'), c=[1, 2],"), [" a", " f(b, 'x,y')", " c=[1, 2]"]);
    }
}
