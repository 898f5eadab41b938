//! Secrets in texts that are sent to others: keys, passwords and tokens that somebody wrote down.
//!
//! They are known by their form (`sk-..`, `AKIA..`, a private key, the password in a URL) or by the
//! name of what they are assigned to. A word that says nothing takes their place, and can be turned
//! back into the secret.

mod form;

/// How the words begin that stand for secrets.
pub(super) const MARK: &str = "FAULT_REDACTED_";

/// Secrets that were taken out of texts, and can be put back.
#[derive(Clone, Default)]
pub struct Secrets {
    found: Vec<String>,
}

impl Secrets {
    /// A text with a word in the place of each secret: the same word for the same secret.
    pub fn hide(&mut self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        let mut rest = 0;
        for secret in form::secrets(text) {
            hidden.push_str(&text[rest..secret.start]);
            hidden.push_str(&self.word(&text[secret.clone()]));
            rest = secret.end;
        }
        hidden + &text[rest..]
    }

    /// A text with the secrets in the place of their words.
    pub fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(MARK) {
            let (before, marked) = rest.split_at(at);
            let digits = marked[MARK.len()..].bytes().take_while(u8::is_ascii_digit).count();
            let (word, after) = marked.split_at(MARK.len() + digits);
            let number = word[MARK.len()..].parse::<usize>().ok();
            let secret = number.and_then(|number| self.found.get(number.checked_sub(1)?));
            restored.push_str(before);
            restored.push_str(secret.map_or(word, String::as_str));
            rest = after;
        }
        restored + rest
    }

    fn word(&mut self, secret: &str) -> String {
        let known = self.found.iter().position(|found| found == secret);
        let at = known.unwrap_or_else(|| {
            self.found.push(secret.to_owned());
            self.found.len() - 1
        });
        format!("{MARK}{}", at + 1)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Secrets({})", self.found.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide(text: &str) -> String {
        Secrets::default().hide(text)
    }

    #[test]
    fn what_has_the_form_of_a_secret_is_hidden() {
        for text in [
            "key = make('sk-abcdefghijklmnopqrstuvwx')",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "headers = {'Authorization': 'Bearer abcdefghijklmnop1234'}",
            "db = connect('postgres://ann:s3cretword@db.local/shop')",
            "PASSWORD = \"correct-horse\"",
            "  \"api_key\": \"0123456789ab\",",
            "client_secret: 'abcdef123456'",
            "const dbPassword = `hunter2hunter2`;",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAbc=\n-----END RSA PRIVATE KEY-----\n",
            "jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'",
        ] {
            let mut secrets = Secrets::default();
            let hidden = secrets.hide(text);
            assert!(hidden.contains("FAULT_REDACTED_1"), "{text}: {hidden}");
            assert_eq!(secrets.restore(&hidden), text);
            assert_eq!(secrets.hide(&hidden), hidden, "what is hidden stays as it is");
        }
    }

    #[test]
    fn code_that_only_speaks_of_secrets_stays() {
        for text in [
            "password = os.environ['DB_PASSWORD']",
            "password: str = Field(default=\"\")",
            "token_url = \"https://auth.local/token\"",
            "url = f\"postgres://{user}:{password}@{host}/shop\"",
            "if password == other: raise ValueError('password is wrong')",
            "headers = {\"Authorization\": f\"Bearer {token}\"}",
            "task-runner, disk-usage and risk-of-loss",
            "http.get(\"http://127.0.0.1:8080/a@b\")",
            "SECRET_NAME = \"{{ name }}\"",
            "token_header = \"X-Token\"",
        ] {
            assert_eq!(hide(text), text);
        }
    }

    #[test]
    fn one_secret_has_one_word_in_all_texts() {
        let mut secrets = Secrets::default();
        let one = secrets.hide("password = 'correct-horse'; api_key = 'battery-staple'");
        assert_eq!(one, "password = 'FAULT_REDACTED_1'; api_key = 'FAULT_REDACTED_2'");
        let other = secrets.hide("secret = 'battery-staple'");
        assert_eq!(other, "secret = 'FAULT_REDACTED_2'");
        let answer = "x('FAULT_REDACTED_2', 'FAULT_REDACTED_10', 'FAULT_REDACTED_')";
        let restored = "x('battery-staple', 'FAULT_REDACTED_10', 'FAULT_REDACTED_')";
        assert_eq!(secrets.restore(answer), restored);
        assert!(!format!("{secrets:?}").contains("horse"));
    }
}
