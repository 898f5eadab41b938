//! What types are: their names without what they are made of, and what is behind wrappers.

/// The longest text that is read as a type.
const LONGEST: usize = 1000;

/// Types that are used as what is in them.
const WRAPPERS: &str = "Annotated Arc AsyncGenerator AsyncIterable AsyncIterator Awaitable Box Cell \
    ClassVar CompletableFuture Coroutine Cow Data Extension Final Future Generator Iterator Lazy \
    LazyCell LazyLock Mono Mutex OnceCell OnceLock Option Optional Partial Pin Promise Rc Readonly \
    RefCell Required Result RwLock State ThreadLocal Union Weak";

/// Words before a type that say how it is held.
const HELD: [&str; 7] = ["mut", "dyn", "impl", "const", "readonly", "unsafe", "typeof"];

/// What stands for no value among several types.
const NOTHING: [&str; 4] = ["None", "null", "undefined", "nil"];

/// What a type is, as a path of words, behind all that only wraps it: `redis.Redis` of
/// `Optional[redis.Redis]`, `reqwest.Client` of `&Arc<reqwest::Client>`.
pub(super) fn path_of(text: &str) -> String {
    if text.len() > LONGEST {
        return String::new();
    }
    let alternatives = parts(text, '|');
    let one = alternatives.into_iter().find(|one| !NOTHING.contains(one)).unwrap_or_default();
    let bare = bare(one.trim_matches(['"', '\'', '`', ' ']));
    let (head, inside) = opened(bare);
    let path = super::path_of(head);
    let last = path.rsplit('.').next().unwrap_or_default();
    match inside {
        Some(inside) if WRAPPERS.split_whitespace().any(|wrapper| wrapper == last) => {
            parts(inside, ',').first().map(|first| path_of(first)).unwrap_or_default()
        }
        // A tuple is as good as its first part, such as a value with an error.
        Some(inside) if head.is_empty() && bare.starts_with('(') => {
            parts(inside, ',').first().map(|first| path_of(first)).unwrap_or_default()
        }
        _ => path,
    }
}

/// The name of a type without what it is made of: `Server` of `&mut Server<'a, T>`.
pub(super) fn name_of(text: &str) -> String {
    let bare = bare(text.trim());
    let head = opened(bare).0.trim_end_matches(':');
    let name = if head.is_empty() { bare } else { head };
    name.split_whitespace().collect()
}

/// A type without marks of how it is held.
fn bare(text: &str) -> &str {
    let mut text = text.trim_start_matches(['&', '*', '?', ' ', ':']);
    loop {
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        let held = HELD.contains(&word) || (word.starts_with('\'') && !word.ends_with('\''));
        if !held || word.len() == text.len() {
            return text;
        }
        text = text[word.len()..].trim_start_matches(['&', '*', ' ', '\n', '\t']);
    }
}

/// What stands before the first bracket, and what in it.
fn opened(text: &str) -> (&str, Option<&str>) {
    match text.find(['<', '[', '(', '{']) {
        Some(at) => {
            let inside = &text[at + 1..];
            let end = inside.rfind(['>', ']', ')', '}']).unwrap_or(inside.len());
            (text[..at].trim_end(), Some(&inside[..end]))
        }
        None => (text, None),
    }
}

/// The parts between marks that do not stand in brackets.
fn parts(text: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '<' | '[' | '(' | '{' => depth += 1,
            '>' | ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ if c == mark && depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_is_behind_its_wrappers() {
        for (text, path) in [
            ("redis.Redis", "redis.Redis"),
            ("Optional[redis.Redis]", "redis.Redis"),
            ("redis.Redis | None", "redis.Redis"),
            ("None | \"redis.Redis\"", "redis.Redis"),
            ("Annotated[Session, Depends(get_session)]", "Session"),
            ("AsyncGenerator[AsyncSession, None]", "AsyncSession"),
            ("&'a mut reqwest::Client", "reqwest.Client"),
            ("Arc<Mutex<reqwest::Client>>", "reqwest.Client"),
            ("web::Data<PgPool>", "PgPool"),
            ("Pool<Postgres>", "Pool"),
            ("Box<dyn Fn(A) -> B>", "Fn"),
            ("*redis.Client", "redis.Client"),
            ("(*redis.Client, error)", "redis.Client"),
            ("[]*http.Client", ""),
            ("Promise<Client | undefined>", "Client"),
            (": Client", "Client"),
        ] {
            assert_eq!(path_of(text), path, "{text}");
        }
    }

    #[test]
    fn the_name_of_a_type_is_without_what_it_is_made_of() {
        for (text, name) in [
            ("Server", "Server"),
            ("*Server[K, V]", "Server"),
            ("&'a mut Server<T>", "Server"),
            ("Vec < T >", "Vec"),
            ("io::Error", "io::Error"),
            ("[T; N]", "[T;N]"),
            ("(A, B)", "(A,B)"),
            ("MyApp.Accounts", "MyApp.Accounts"),
        ] {
            assert_eq!(name_of(text), name, "{text}");
        }
    }
}
