//! What `#[input(…)]` may say on a struct: rules between its fields, such as `#[input(less(from, to))]`.
//!
//! Decides how a rule is written and that its fields are there. Whether the arguments of a call obey is decided by the
//! schema that the rule becomes a part of.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Token};

use crate::rules::{code, option};

/// Rules between exactly two fields.
const COMPARISONS: [&str; 4] = ["less", "at_most", "equal", "differ"];

/// Rules on how many of some fields are given.
const COUNTS: [&str; 3] = ["exactly_one", "at_least_one", "together"];

const KNOWN: &str = "#[input] on a struct is a rule between its fields: less(from, to), at_most, equal, differ, \
                     exactly_one(email, phone), at_least_one or together, with `code` and `say`";

/// One attribute's parts.
#[derive(Default)]
struct Parts {
    rule: Option<(Ident, Vec<Ident>)>,
    code: Option<LitStr>,
    say: Option<LitStr>,
}

/// The calls on the declaration for all rules of a struct. `name_of` gives the argument's name of a field.
pub(crate) fn read(
    attributes: &[Attribute],
    name_of: impl Fn(&Ident) -> Option<String>,
) -> syn::Result<Vec<TokenStream>> {
    let attributes = attributes.iter().filter(|a| a.path().is_ident("input"));
    attributes
        .map(|attribute| one(attribute, &name_of))
        .collect()
}

fn one(
    attribute: &Attribute,
    name_of: &impl Fn(&Ident) -> Option<String>,
) -> syn::Result<TokenStream> {
    let mut parts = Parts::default();
    attribute.parse_nested_meta(|meta| parts.take(&meta))?;
    let Parts {
        rule: Some((rule, fields)),
        code,
        say,
    } = parts
    else {
        return Err(syn::Error::new_spanned(attribute, KNOWN));
    };
    if let (None, Some(say)) = (&code, &say) {
        return Err(syn::Error::new_spanned(
            say,
            "`say` needs a code beside it: #[input(less(from, to), code = \"invalid_…\", say = …)]",
        ));
    }
    let names = fields
        .iter()
        .map(|field| {
            name_of(field).ok_or_else(|| {
                syn::Error::new_spanned(field, format!("there is no field `{field}` here"))
            })
        })
        .collect::<syn::Result<Vec<String>>>()?;
    let rule = rule.to_string();
    let (code, say) = (option(code.as_ref()), option(say.as_ref()));
    Ok(quote!(declaration.relate(#rule, &[#(#names),*], #code, #say);))
}

impl Parts {
    fn take(&mut self, meta: &syn::meta::ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.path.is_ident("code") {
            self.code = Some(code(meta.value()?)?);
            return Ok(());
        }
        if meta.path.is_ident("say") {
            self.say = Some(meta.value()?.parse()?);
            return Ok(());
        }
        let rule = meta.path.require_ident()?;
        let name = rule.to_string();
        let compares = COMPARISONS.contains(&name.as_str());
        if !compares && !COUNTS.contains(&name.as_str()) {
            return Err(meta.error(KNOWN));
        }
        if self.rule.is_some() {
            return Err(meta.error("one rule an attribute: write another #[input(…)] below it"));
        }
        if !meta.input.peek(syn::token::Paren) {
            return Err(meta.error(format!("name the fields: `{name}(one, other)`")));
        }
        let inner;
        syn::parenthesized!(inner in meta.input);
        let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
        let fields: Vec<Ident> = fields.into_iter().collect();
        if fields.len() < 2 || (compares && fields.len() > 2) {
            let count = if compares { "exactly" } else { "at least" };
            return Err(meta.error(format!("`{name}` stands between {count} two fields")));
        }
        self.rule = Some((rule.clone(), fields));
        Ok(())
    }
}
