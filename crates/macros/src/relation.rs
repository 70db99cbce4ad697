//! What `#[input(…)]` may say on a struct: rules between its fields, such as `#[input(less(from, to))]`.
//!
//! Decides how a rule is written and that its fields are there. Whether the arguments of a call obey is decided by the
//! schema that the rule becomes a part of.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Token};

use crate::rules::{code, option, text};

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
    /// Takes one key with its value, or a rule with its fields.
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let key = meta.path.require_ident()?;
        match key.to_string().as_str() {
            "code" => code(meta.value()?).map(|code| self.code = Some(code)),
            "say" => text(meta).map(|say| self.say = Some(say)),
            name if COMPARISONS.contains(&name) => self.relate(key, Width::Two, meta),
            name if COUNTS.contains(&name) => self.relate(key, Width::TwoOrMore, meta),
            _ => Err(meta.error(KNOWN)),
        }
    }

    fn relate(
        &mut self,
        rule: &Ident,
        width: Width,
        meta: &ParseNestedMeta<'_>,
    ) -> syn::Result<()> {
        if self.rule.is_some() {
            return Err(meta.error("one rule an attribute: write another #[input(…)] below it"));
        }
        if !meta.input.peek(syn::token::Paren) {
            return Err(meta.error(format!("name the fields: `{rule}(one, other)`")));
        }
        let inner;
        syn::parenthesized!(inner in meta.input);
        let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
        let fields: Vec<Ident> = fields.into_iter().collect();
        width.check(rule, fields.len(), meta)?;
        self.rule = Some((rule.clone(), fields));
        Ok(())
    }
}

/// How many fields a rule stands between.
enum Width {
    Two,
    TwoOrMore,
}

impl Width {
    fn check(&self, rule: &Ident, fields: usize, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let (fits, count) = match self {
            Self::Two => (fields == 2, "exactly"),
            Self::TwoOrMore => (fields >= 2, "at least"),
        };
        match fits {
            true => Ok(()),
            false => Err(meta.error(format!("`{rule}` stands between {count} two fields"))),
        }
    }
}
