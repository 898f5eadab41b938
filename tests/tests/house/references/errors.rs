//! The codes of errors, as the sources name them, and the page that explains them.

use std::collections::BTreeSet;

use fault_tests::repository::File;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Lit, Member, Pat};

/// The rooms whose errors reach somebody.
const ROOMS: [&str; 7] = [
    "cli/src/",
    "indexer/src/",
    "prompts/src/",
    "proxy/src/",
    "server/src/",
    "tools/src/",
    "tools/scenario/src/",
];

/// Functions that give an error its code first.
const MAKERS: [&str; 2] = ["environment", "input"];

/// The type whose values come before a code where an error is put together from its parts.
const KIND: &str = "ErrorKind";

/// The types whose `new` takes a code first.
const CODED: [&str; 3] = ["ModelError", "Problem", "StoreError"];

/// The codes that the sources name.
pub(super) fn codes_in(files: &[File]) -> BTreeSet<String> {
    let sources = files.iter().filter(|file| ROOMS.iter().any(|room| file.path.starts_with(room)));
    let sources = sources.filter(|file| !file.path.contains("/tests"));
    sources.filter_map(|file| codes_of(&file.text).ok()).flatten().collect()
}

/// The codes that a file names, its tests aside.
pub(super) fn codes_of(text: &str) -> syn::Result<BTreeSet<String>> {
    let mut codes = Codes::default();
    codes.visit_file(&syn::parse_file(text)?);
    Ok(codes.found)
}

/// Codes that the page does not explain.
pub(super) fn missing(page: &str, codes: &BTreeSet<String>) -> Vec<String> {
    let told = told(page);
    codes.iter().filter(|code| !told.contains(*code)).cloned().collect()
}

/// Codes that the page explains and no source names.
pub(super) fn invented(page: &str, codes: &BTreeSet<String>) -> Vec<String> {
    told(page).into_iter().filter(|code| !codes.contains(code)).collect()
}

/// The first cells of the page's tables.
fn told(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

#[derive(Default)]
struct Codes {
    found: BTreeSet<String>,
    /// Whether every text here is a code.
    inside: bool,
    /// The type that is being implemented.
    of: String,
}

impl Codes {
    fn within(&mut self, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.inside, true);
        look(self);
        self.inside = before;
    }

    fn function(&mut self, name: &syn::Ident, block: &Block) {
        if name == "code" || name == "as_str" && self.of.ends_with("Code") {
            self.within(|codes| codes.visit_block(block));
        } else {
            self.visit_block(block);
        }
    }
}

/// The last name of a path.
fn last(path: &syn::Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The name before the last: the type of a function that belongs to one.
fn owner(path: &syn::Path) -> String {
    let owner = path.segments.iter().rev().nth(1);
    owner.map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn path(expr: &Expr) -> Option<&syn::Path> {
    match expr {
        Expr::Path(path) => Some(&path.path),
        _ => None,
    }
}

/// The code in a call that makes an error; `this` is what `Self` stands for.
fn made<'a>(call: &'a syn::ExprCall, this: &str) -> Option<&'a Expr> {
    let function = path(&call.func)?;
    let (maker, owner) = (last(function), owner(function));
    let owner = if owner == "Self" { this } else { &owner };
    let of_kind = |expr| {
        let first = path(expr).and_then(|path| path.segments.first());
        first.is_some_and(|name| name.ident == KIND)
    };
    let code = match call.args.first() {
        Some(first) if MAKERS.contains(&maker.as_str()) => first,
        Some(first) if maker == "new" && of_kind(first) => call.args.get(1)?,
        Some(first) if maker == "new" && CODED.contains(&owner) => first,
        _ => return None,
    };
    matches!(code, Expr::Lit(_)).then_some(code)
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

impl<'ast> Visit<'ast> for Codes {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let name = match &*item.self_ty {
            syn::Type::Path(path) => last(&path.path),
            _ => String::new(),
        };
        let before = std::mem::replace(&mut self.of, name);
        visit::visit_item_impl(self, item);
        self.of = before;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.block);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Some(code) = made(call, &self.of) {
            self.within(|codes| codes.visit_expr(code));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        if matches!(&field.member, Member::Named(name) if name == "code") {
            self.within(|codes| codes.visit_expr(&field.expr));
        } else {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if matches!(&local.pat, Pat::Ident(name) if name.ident == "code") {
            self.within(|codes| visit::visit_local(codes, local));
        } else {
            visit::visit_local(self, local);
        }
    }

    fn visit_lit(&mut self, literal: &'ast Lit) {
        if let Lit::Str(text) = literal
            && self.inside
        {
            self.found.insert(text.value());
        }
    }
}
