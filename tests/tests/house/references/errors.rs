//! The codes of errors, as the sources name them, and the page that explains them.

use std::collections::BTreeSet;

use fault_tests::repository::File;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Lit, Member, Pat};

/// The rooms whose errors reach somebody.
const ROOMS: [&str; 5] = ["cli/src/", "proxy/src/", "server/src/", "tools/src/", "tools/scenario/src/"];

/// Functions that give an error its code first.
const MAKERS: [&str; 2] = ["environment", "input"];

/// The functions that answer with a code.
const TELLERS: [&str; 2] = ["as_str", "code"];

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
}

impl Codes {
    fn within(&mut self, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.inside, true);
        look(self);
        self.inside = before;
    }

    fn function(&mut self, name: &syn::Ident, block: &Block) {
        if TELLERS.iter().any(|teller| name == teller) {
            self.within(|codes| codes.visit_block(block));
        } else {
            self.visit_block(block);
        }
    }
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

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.block);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let maker = match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        if maker.is_some_and(|maker| MAKERS.contains(&maker.as_str()))
            && let Some(first @ Expr::Lit(_)) = call.args.first()
        {
            self.within(|codes| codes.visit_expr(first));
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
