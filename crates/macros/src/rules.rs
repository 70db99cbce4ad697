//! What `#[input(…)]` may say about one argument, and the calls that say it to the runtime.
//!
//! The same attribute stands on a field of an `Input` struct and on a parameter of a tool.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprRange, Lit, LitStr, RangeLimits, Token, Type};

const KNOWN: &str = "min, max, above, below, step, length, pattern, secret, ask, about, default, name, code and say";

/// Bounds of a number: the key, the keyword of JSON Schema, and the call on a `Property`.
const NUMBER_BOUNDS: [(&str, &str, &str); 5] = [
    ("min", "minimum", "minimum"),
    ("max", "maximum", "maximum"),
    ("above", "exclusiveMinimum", "above"),
    ("below", "exclusiveMaximum", "below"),
    ("step", "multipleOf", "step"),
];

/// The rules of one argument.
#[derive(Default)]
pub(crate) struct Rules {
    /// Calls on a `Property`, in the order written.
    calls: Vec<TokenStream>,
    /// Another name than the field's.
    pub(crate) name: Option<String>,
    /// What stands in for an absent value: a JSON literal of the schema.
    pub(crate) default: Option<Expr>,
    bounds_number: bool,
    bounds_text: bool,
}

/// One attribute's parts, before its `code` and `say` are joined to its bounds.
#[derive(Default)]
struct Parts {
    bounds: Vec<(&'static str, TokenStream)>,
    code: Option<LitStr>,
    say: Option<LitStr>,
}

impl Parts {
    fn number_bound(
        &mut self,
        keyword: &'static str,
        method: &str,
        meta: &ParseNestedMeta<'_>,
    ) -> syn::Result<()> {
        let value = number_literal(meta.value()?)?;
        let method = syn::Ident::new(method, meta.path.span());
        let call = quote!(.#method(::conversimple::__private::json!(#value)));
        self.bounds.push((keyword, call));
        Ok(())
    }

    fn text_bound(&mut self, key: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if key == "pattern" {
            let pattern = text(meta)?;
            self.bounds.push(("pattern", quote!(.pattern(#pattern))));
            return Ok(());
        }
        let (least, most) = length(meta.value()?)?;
        let call = quote!(.length(#least, #most));
        // One call sets both ends; a refusal of its own is declared for each.
        self.bounds.push(("minLength", call));
        self.bounds.push(("maxLength", TokenStream::new()));
        Ok(())
    }

    fn refusal(&mut self, key: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match key {
            "code" => self.code = Some(code(meta.value()?)?),
            _ => self.say = Some(text(meta)?),
        }
        Ok(())
    }
}

/// The text behind a key.
pub(crate) fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

impl Rules {
    /// Reads the `#[input(…)]` attributes and the doc comment.
    pub(crate) fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut rules = Self::default();
        if let Some(about) = doc_comment(attributes) {
            rules.calls.push(quote!(.about(#about)));
        }
        for attribute in attributes.iter().filter(|a| a.path().is_ident("input")) {
            let mut parts = Parts::default();
            attribute.parse_nested_meta(|meta| {
                let key = meta
                    .path
                    .get_ident()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                rules
                    .take(&key, &mut parts, &meta)
                    .map_err(|e| tell(e, &meta))
            })?;
            rules.join(parts, attribute)?;
        }
        Ok(rules)
    }

    /// The calls on the `Property`.
    pub(crate) fn calls(&self) -> TokenStream {
        let calls = &self.calls;
        let default = self
            .default
            .as_ref()
            .map(|value| quote!(.default(::conversimple::__private::json!(#value))));
        quote!(#(#calls)* #default)
    }

    /// Whether anything was said that the property must be told.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.default.is_none()
    }

    /// Statements that do not compile when a bound stands on a type that cannot have it.
    pub(crate) fn checks(&self, ty: &Type) -> TokenStream {
        let number = self
            .bounds_number
            .then(|| quote!(::conversimple::__private::bounded::<#ty>();));
        let text = self
            .bounds_text
            .then(|| quote!(::conversimple::__private::textual::<#ty>();));
        quote!(#number #text)
    }

    /// Takes one key of the attribute with its value.
    fn take(
        &mut self,
        key: &str,
        parts: &mut Parts,
        meta: &ParseNestedMeta<'_>,
    ) -> syn::Result<()> {
        if let Some((_, keyword, method)) = NUMBER_BOUNDS.iter().find(|(known, ..)| *known == key) {
            self.bounds_number = true;
            return parts.number_bound(keyword, method, meta);
        }
        match key {
            "pattern" | "length" => {
                self.bounds_text = true;
                parts.text_bound(key, meta)
            }
            "code" | "say" => parts.refusal(key, meta),
            "secret" | "ask" | "about" => self.say(key, meta),
            "default" => meta
                .value()?
                .parse()
                .map(|value| self.default = Some(value)),
            "name" => text(meta).map(|name| self.name = Some(name.value())),
            _ => Err(meta.error(format!("#[input] knows {KNOWN}"))),
        }
    }

    /// Takes what the property says of itself.
    fn say(&mut self, key: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let is_bare = key == "secret" && !meta.input.peek(Token![=]);
        let value = match is_bare {
            true => LitStr::new("password", meta.path.span()),
            false => text(meta)?,
        };
        let method = syn::Ident::new(key, meta.path.span());
        self.calls.push(quote!(.#method(#value)));
        Ok(())
    }

    fn join(&mut self, parts: Parts, attribute: &Attribute) -> syn::Result<()> {
        let refused: Vec<&str> = parts.bounds.iter().map(|(keyword, _)| *keyword).collect();
        self.calls
            .extend(parts.bounds.iter().map(|(_, call)| call.clone()));
        match (&parts.code, &parts.say) {
            (Some(code), say) if !refused.is_empty() => {
                let say = option(say.as_ref());
                for keyword in refused {
                    self.calls.push(quote!(.refuse(#keyword, #code, #say)));
                }
            }
            (Some(code), say) => {
                let say = option(say.as_ref());
                self.calls.push(quote!(.refuse_all(#code, #say)));
            }
            (None, Some(say)) => {
                return Err(syn::Error::new_spanned(
                    attribute,
                    format!(
                        "`say = {:?}` needs a code beside it: #[input(code = \"invalid_…\", say = …)]",
                        say.value()
                    ),
                ));
            }
            (None, None) => {}
        }
        Ok(())
    }
}

fn tell(error: syn::Error, meta: &ParseNestedMeta<'_>) -> syn::Error {
    if error.to_string().starts_with("expected `=`") {
        meta.error("this needs a value: `key = value`")
    } else {
        error
    }
}

pub(crate) fn option(text: Option<&LitStr>) -> TokenStream {
    text.map_or_else(
        || quote!(::core::option::Option::None),
        |text| quote!(::core::option::Option::Some(#text)),
    )
}

/// A public code: lower-case words joined by `_`.
pub(crate) fn code(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let code: LitStr = input.parse()?;
    let text = code.value();
    let plain = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !plain {
        return Err(syn::Error::new(
            code.span(),
            "a code is lower-case words joined by `_`, such as \"invalid_amount\"",
        ));
    }
    Ok(code)
}

fn number_literal(input: ParseStream<'_>) -> syn::Result<Expr> {
    let value: Expr = input.parse()?;
    let bare = match &value {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => unary.expr.as_ref(),
        other => other,
    };
    match bare {
        Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_) | Lit::Float(_)) => Ok(value),
        _ => Err(syn::Error::new_spanned(
            value,
            "a bound is a number, such as 0.01 or 10_000",
        )),
    }
}

/// `2..=40`, `..=40` or `2..`.
fn length(input: ParseStream<'_>) -> syn::Result<(TokenStream, TokenStream)> {
    let range: ExprRange = input.parse().map_err(|e| {
        syn::Error::new(
            e.span(),
            "a length is a range, such as `2..=40` or `..=100`",
        )
    })?;
    let least = range
        .start
        .as_ref()
        .map_or_else(|| quote!(0), |start| quote!(#start));
    let most = match (&range.end, range.limits) {
        (Some(end), RangeLimits::Closed(_)) => quote!(::core::option::Option::Some(#end)),
        (Some(end), RangeLimits::HalfOpen(_)) => quote!(::core::option::Option::Some(#end - 1)),
        (None, _) => quote!(::core::option::Option::None),
    };
    Ok((least, most))
}

/// The first paragraph of the doc comment, as one line.
fn doc_comment(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(lit) = &pair.value
            && let Lit::Str(text) = &lit.lit
        {
            let line = text.value().trim().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| lines.join(" "))
}
