//! Rust: `syn`, on tokio.

use std::{
    collections::BTreeMap,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use syn::{
    Attribute, Block, ForeignItemFn, ImplItem, ImplItemFn, Item, ItemFn, Meta, Pat, Signature,
    TraitItem, TraitItemFn, Type, Visibility,
    parse::{Parse, ParseStream, Parser},
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{Difference, Fact, Reference, compare, say, skip};

#[test]
fn extraction_agrees_with_syn_on_tokio() {
    let Some(folder) = tokio() else { return };
    let mut told = Told::default();
    read(&folder, Path::new(""), &mut told);
    let explain = |difference: &Difference<'_>| {
        let ours = difference.ours.filter(|_| difference.theirs.is_none())?;
        let opaque = told.opaque.get(difference.path)?;
        let inside = opaque.iter().any(|lines| lines.contains(&ours.first));
        inside.then_some("stands in a macro whose tokens are no items for syn, such as `mock!`")
    };
    compare("rust", &folder, &told.reference, explain).hold("Rust, tokio");
}

/// What `syn` tells of files, and the lines of macros that it cannot look into.
#[derive(Default)]
struct Told {
    reference: Reference,
    opaque: BTreeMap<String, Vec<RangeInclusive<usize>>>,
}

/// The folder of the tokio that this workspace is built with.
fn tokio() -> Option<PathBuf> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .other_options(["--offline".to_owned()])
        .exec();
    let packages = metadata.map(|metadata| metadata.packages).unwrap_or_default();
    let tokio = packages.into_iter().find(|package| package.name.as_str() == "tokio");
    let folder = tokio.and_then(|package| package.manifest_path.parent().map(PathBuf::from));
    if folder.is_none() {
        skip("cargo does not tell where tokio is");
    }
    folder
}

/// Adds what `syn` tells of the files of a folder.
fn read(root: &Path, folder: &Path, told: &mut Told) {
    for entry in fs_err::read_dir(root.join(folder)).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = folder.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            read(root, &path, told);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            let text = fs_err::read_to_string(root.join(&path)).expect("a text");
            let path = path.to_string_lossy().into_owned();
            match syn::parse_file(&text) {
                Ok(file) => {
                    let mut teller = Teller::default();
                    teller.visit_file(&file);
                    told.opaque.insert(path.clone(), teller.opaque);
                    told.reference.insert(path, teller.facts);
                }
                Err(error) => say(&format!("not read: {path}: {error}")),
            }
        }
    }
}

/// Collects the functions of a file, and those in macros around items.
#[derive(Default)]
struct Teller {
    facts: Vec<Fact>,
    opaque: Vec<RangeInclusive<usize>>,
    within: Vec<String>,
    in_function: bool,
}

impl Teller {
    fn inside(&mut self, name: String, walk: impl FnOnce(&mut Self)) {
        self.within.push(name);
        walk(self);
        self.within.pop();
    }

    fn function(
        &mut self,
        attributes: &[Attribute],
        visibility: Option<&Visibility>,
        signature: &Signature,
        body: Option<&Block>,
        last: usize,
    ) {
        let name = signature.ident.to_string();
        let shown = visibility.filter(|visibility| !matches!(visibility, Visibility::Inherited));
        let first = shown.map_or(signature.span(), Spanned::span).start().line;
        let is_comment = |attribute: &&Attribute| {
            attribute.path().is_ident("doc") && matches!(attribute.meta, Meta::NameValue(_))
        };
        let written = attributes.iter().filter(|attribute| !is_comment(attribute));
        let whole_first = written.map(|attribute| attribute.span().start().line).min();
        self.tell(&name, signature.asyncness.is_some(), whole_first.unwrap_or(first), first, last);
        let outside = std::mem::replace(&mut self.in_function, true);
        self.inside(name, |teller| {
            visit::visit_signature(teller, signature);
            if let Some(body) = body {
                visit::visit_block(teller, body);
            }
        });
        self.in_function = outside;
    }

    fn tell(&mut self, name: &str, is_async: bool, whole_first: usize, first: usize, last: usize) {
        let qualified = self.within.iter().map(String::as_str).chain([name]).collect::<Vec<_>>();
        let qualified = qualified.join("::");
        self.facts.push(Fact { qualified, is_async, whole_first, first, last });
    }

    /// The items in a macro around items, where they are nothing else.
    fn inside_macro<T: Parse>(&mut self, tokens: &TokenStream, visit: fn(&mut Self, &T)) {
        let items = |input: ParseStream<'_>| {
            let mut items = Vec::new();
            while !input.is_empty() {
                items.push(input.parse::<T>()?);
            }
            Ok(items)
        };
        match items.parse2(tokens.clone()) {
            Ok(items) => items.iter().for_each(|item| visit(self, item)),
            Err(_) => {
                let span = tokens.span();
                self.opaque.push(span.start().line..=span.end().line);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Teller {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let last = item.block.span().end().line;
        self.function(&item.attrs, Some(&item.vis), &item.sig, Some(&item.block), last);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        let last = item.block.span().end().line;
        self.function(&item.attrs, Some(&item.vis), &item.sig, Some(&item.block), last);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        let last = item.span().end().line;
        self.function(&item.attrs, None, &item.sig, item.default.as_ref(), last);
    }

    fn visit_foreign_item_fn(&mut self, item: &'ast ForeignItemFn) {
        let last = item.span().end().line;
        self.function(&item.attrs, Some(&item.vis), &item.sig, None, last);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let pattern = match &local.pat {
            Pat::Type(typed) => &typed.pat,
            other => other,
        };
        if let (Pat::Ident(name), Some(init)) = (pattern, &local.init)
            && name.by_ref.is_none()
            && name.subpat.is_none()
            && let syn::Expr::Closure(closure) = init.expr.as_ref()
        {
            let span = local.span();
            let (first, last) = (local.let_token.span.start().line, span.end().line);
            let whole = local.attrs.iter().map(|attribute| attribute.span().start().line).min();
            let name = name.ident.to_string();
            let whole_first = whole.unwrap_or(first);
            self.tell(&name, closure.asyncness.is_some(), whole_first, first, last);
            self.inside(name, |teller| visit::visit_local(teller, local));
        } else {
            visit::visit_local(self, local);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inside(item.ident.to_string(), |teller| visit::visit_item_mod(teller, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.inside(item.ident.to_string(), |teller| visit::visit_item_trait(teller, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.inside(name_of(&item.self_ty), |teller| visit::visit_item_impl(teller, item));
    }

    // Of macros only those around items are looked into: others hold what is no code yet.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() && !self.in_function {
            self.inside_macro(&item.mac.tokens, |teller, item: &Item| teller.visit_item(item));
        }
    }

    fn visit_trait_item_macro(&mut self, item: &'ast syn::TraitItemMacro) {
        let visit = |teller: &mut Self, item: &TraitItem| teller.visit_trait_item(item);
        self.inside_macro(&item.mac.tokens, visit);
    }

    fn visit_impl_item_macro(&mut self, item: &'ast syn::ImplItemMacro) {
        let visit = |teller: &mut Self, item: &ImplItem| teller.visit_impl_item(item);
        self.inside_macro(&item.mac.tokens, visit);
    }
}

/// The name of a type without what it is made of.
fn name_of(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            let names = path.path.segments.iter().map(|segment| segment.ident.to_string());
            names.collect::<Vec<_>>().join("::")
        }
        Type::Reference(reference) => name_of(&reference.elem),
        Type::Ptr(pointer) => name_of(&pointer.elem),
        other => {
            let text = other.span().source_text().unwrap_or_default();
            text.split_whitespace().collect()
        }
    }
}
