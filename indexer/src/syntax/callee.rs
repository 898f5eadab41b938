//! What is called, as a path of words.

/// The longest text that is made a path of; longer ones are data.
const LONGEST: usize = 2000;

/// What `reqwest::Client::new()\n.get(url).send()` calls: `reqwest.Client.new.get.send`.
///
/// What stands in brackets is left out, and words are parted by dots, whatever the language writes.
pub(crate) fn path_of(text: &str) -> String {
    if plain(text) {
        return text.to_owned();
    }
    let mut path = String::with_capacity(text.len().min(LONGEST));
    let (mut open, mut quote, mut parted): (Vec<char>, Option<char>, bool) = Default::default();
    let mut before = ' ';
    for c in text.chars().take(LONGEST) {
        match (quote, c) {
            (Some(mark), _) if c == mark && before != '\\' => quote = None,
            (Some(_), _) => {}
            // Between `<` and `>` a lone `'` is a lifetime.
            (None, '\'') if open.last() == Some(&'<') => {}
            (None, '"' | '`' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{' | '<') => open.push(c),
            (None, ')' | ']' | '}') => close(&mut open, c),
            (None, '>') if open.last() == Some(&'<') && before != '-' && before != '=' => {
                open.pop();
            }
            (None, _) if !open.is_empty() => {}
            (None, _) if is_word(c) => {
                if parted && !path.is_empty() {
                    path.push('.');
                }
                parted = false;
                path.push(c);
            }
            (None, _) => parted = true,
        }
        before = c;
    }
    path.split('.').filter(|word| !NOISE.contains(word)).collect::<Vec<_>>().join(".")
}

/// Closes a bracket, with each `<` in it that was no bracket.
fn close(open: &mut Vec<char>, bracket: char) {
    let opening = match bracket {
        ')' => '(',
        ']' => '[',
        _ => '{',
    };
    if let Some(at) = open.iter().rposition(|c| *c == opening) {
        open.truncate(at);
    }
}

/// Words that say how and not what is called.
const NOISE: [&str; 6] = ["await", "new", "mut", "ref", "dyn", "const"];

fn plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '@'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_a_path_of_words() {
        for (text, path) in [
            ("get", "get"),
            ("self.client.get", "self.client.get"),
            (
                "reqwest::Client::builder().timeout(T::from(3))\n  .build",
                "reqwest.Client.builder.timeout.build",
            ),
            ("sqlx::query_as::<_, User>", "sqlx.query_as"),
            ("(await fetch(url)).json", "json"),
            ("session?.user!.load", "session.user.load"),
            ("Repo.all", "Repo.all"),
            ("\"a.b(\".join", "join"),
            ("items[0].save", "items.save"),
            ("foo('(').bar", "foo.bar"),
            ("pick(a < b).bar", "pick.bar"),
            ("load::<'a, T<'b>>(x).bar('c').run", "load.bar.run"),
            ("Map<String, List<X>>.of", "Map.of"),
        ] {
            assert_eq!(path_of(text), path, "{text}");
        }
    }
}
