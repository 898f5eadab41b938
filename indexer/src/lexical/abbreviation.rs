//! What is written short in code and in full in questions.

/// The abbreviations that are usual in code of all kinds, in order, and what they stand for.
const USUAL: &[(&str, &str)] = &[
    ("addr", "address"),
    ("alloc", "allocate"),
    ("arg", "argument"),
    ("async", "asynchronous"),
    ("attr", "attribute"),
    ("auth", "authentication"),
    ("bool", "boolean"),
    ("buf", "buffer"),
    ("calc", "calculate"),
    ("cb", "callback"),
    ("cert", "certificate"),
    ("cfg", "config"),
    ("char", "character"),
    ("cls", "class"),
    ("cmd", "command"),
    ("cmp", "compare"),
    ("cnt", "count"),
    ("col", "column"),
    ("concat", "concatenate"),
    ("cond", "condition"),
    ("conf", "config"),
    ("conn", "connection"),
    ("coord", "coordinate"),
    ("ctrl", "control"),
    ("ctx", "context"),
    ("cur", "current"),
    ("curr", "current"),
    ("db", "database"),
    ("decl", "declaration"),
    ("del", "delete"),
    ("dep", "dependency"),
    ("desc", "description"),
    ("dest", "destination"),
    ("dict", "dictionary"),
    ("diff", "difference"),
    ("dim", "dimension"),
    ("dir", "directory"),
    ("doc", "document"),
    ("dst", "destination"),
    ("elem", "element"),
    ("env", "environment"),
    ("eq", "equal"),
    ("err", "error"),
    ("eval", "evaluate"),
    ("exc", "exception"),
    ("exec", "execute"),
    ("expr", "expression"),
    ("ext", "extension"),
    ("fmt", "format"),
    ("func", "function"),
    ("gen", "generate"),
    ("hdr", "header"),
    ("idx", "index"),
    ("img", "image"),
    ("impl", "implement"),
    ("info", "information"),
    ("init", "initialize"),
    ("int", "integer"),
    ("iter", "iterate"),
    ("kwarg", "keyword"),
    ("lang", "language"),
    ("len", "length"),
    ("lib", "library"),
    ("loc", "location"),
    ("lvl", "level"),
    ("max", "maximum"),
    ("mem", "memory"),
    ("mgr", "manager"),
    ("min", "minimum"),
    ("mod", "module"),
    ("msg", "message"),
    ("mut", "mutable"),
    ("num", "number"),
    ("obj", "object"),
    ("op", "operation"),
    ("opt", "option"),
    ("param", "parameter"),
    ("perm", "permission"),
    ("pkg", "package"),
    ("pos", "position"),
    ("pred", "predicate"),
    ("pref", "preference"),
    ("prev", "previous"),
    ("proc", "process"),
    ("prop", "property"),
    ("ptr", "pointer"),
    ("pwd", "password"),
    ("rand", "random"),
    ("recv", "receive"),
    ("ref", "reference"),
    ("repo", "repository"),
    ("repr", "representation"),
    ("req", "request"),
    ("resp", "response"),
    ("ret", "return"),
    ("seq", "sequence"),
    ("sess", "session"),
    ("sig", "signature"),
    ("spec", "specification"),
    ("src", "source"),
    ("stat", "statistic"),
    ("stmt", "statement"),
    ("str", "string"),
    ("sym", "symbol"),
    ("sync", "synchronous"),
    ("sys", "system"),
    ("temp", "temporary"),
    ("tmp", "temporary"),
    ("txt", "text"),
    ("tz", "timezone"),
    ("usr", "user"),
    ("util", "utility"),
    ("val", "value"),
    ("var", "variable"),
    ("vec", "vector"),
    ("ver", "version"),
];

/// What a word in lower case stands for; nothing if it stands for itself.
pub(super) fn meaning(word: &str) -> Option<&'static str> {
    exact(word).or_else(|| exact(word.strip_suffix('s')?))
}

fn exact(word: &str) -> Option<&'static str> {
    let at = USUAL.binary_search_by(|(short, _)| (*short).cmp(word)).ok()?;
    Some(USUAL[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_stand_in_order_and_once() {
        assert!(USUAL.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn plurals_are_known_too_and_other_words_are_left_alone() {
        assert_eq!(meaning("attrs"), Some("attribute"));
        assert_eq!(meaning("this"), None);
        assert_eq!(meaning("s"), None);
    }
}
