//! `#[derive(Input)]`: a struct is a tool's arguments, an enum a choice among words.
//!
//! serde's `rename`, `rename_all` and `default` are understood, so that a type may be `Deserialize` too and mean the
//! same by both.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Expr, Field, Fields, FieldsNamed, Ident, LitStr, Type,
    Variant,
};

use crate::agent::words;
use crate::relation;
use crate::rules::{Rules, code, option, text};

/// Writes the trait impl.
pub(crate) fn expand(item: DeriveInput) -> syn::Result<TokenStream> {
    if !item.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &item.generics,
            "an input has no type parameters: it is one schema",
        ));
    }
    match &item.data {
        Data::Enum(choices) => choice(&item, choices),
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => arguments(&item, fields),
            _ => Err(syn::Error::new_spanned(
                &item.ident,
                "an input names its arguments: write a struct with named fields",
            )),
        },
        Data::Union(_) => Err(syn::Error::new_spanned(
            &item.ident,
            "an input is a struct or an enum",
        )),
    }
}

fn arguments(item: &DeriveInput, fields: &FieldsNamed) -> syn::Result<TokenStream> {
    let ident = &item.ident;
    let container = Serde::read(&item.attrs)?;
    let mut declares = Vec::new();
    let mut takes = Vec::new();
    let mut names = Vec::new();
    for field in &fields.named {
        let argument = argument(field, &container)?;
        declares.push(argument.declare);
        takes.push(argument.take);
        names.push((argument.field, argument.name));
    }
    let named = |field: &Ident| names.iter().find(|(ident, _)| ident == field);
    declares.extend(relation::read(&item.attrs, |field| {
        named(field).map(|(_, name)| name.clone())
    })?);
    Ok(quote! {
        #[automatically_derived]
        impl<Agent: ::core::marker::Send + ::core::marker::Sync + 'static> ::conversimple::__private::Parameter<Agent> for #ident {
            fn declare(
                _: &'static str,
                declaration: &mut ::conversimple::__private::Declaration<Agent>,
            ) -> ::core::option::Option<::std::string::String> {
                #(#declares)*
                ::core::option::Option::None
            }
            fn take(
                _: &'static str,
                permitted: &mut ::conversimple::__private::Permitted,
            ) -> ::core::result::Result<Self, ::conversimple::Failure> {
                ::core::result::Result::Ok(Self { #(#takes),* })
            }
        }
    })
}

/// What one field becomes.
struct Argument {
    field: Ident,
    /// The argument's name.
    name: String,
    declare: TokenStream,
    take: TokenStream,
}

fn argument(field: &Field, container: &Serde) -> syn::Result<Argument> {
    let ident = field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new_spanned(field, "an argument has a name"))?;
    let ty = &field.ty;
    let serde = Serde::read(&field.attrs)?;
    let rules = Rules::read(&field.attrs)?;
    let name = rules
        .name
        .clone()
        .or_else(|| serde.rename.clone())
        .unwrap_or_else(|| container.rename(ident.to_string().trim_start_matches("r#"), false));
    let (calls, checks) = (rules.calls(), rules.checks(ty));
    let fallback = serde.fallback(container, ty);
    let optional = fallback.as_ref().map(|_| quote!(.optional()));
    let declare = quote_spanned! {ty.span()=>
        #checks
        declaration.property(::conversimple::__private::Property::of::<#ty>(#name) #calls #optional);
    };
    let value = value(ty, &name, fallback, rules.default.as_ref());
    let take = quote_spanned!(ty.span()=> #ident: #value?);
    Ok(Argument {
        field: ident.clone(),
        name,
        declare,
        take,
    })
}

/// How an argument is taken out of the permit. Where it is absent, a default of `#[input]` comes before one of serde's.
fn value(
    ty: &Type,
    name: &str,
    fallback: Option<TokenStream>,
    default: Option<&Expr>,
) -> TokenStream {
    match (fallback, default) {
        (_, Some(value)) => quote_spanned! {ty.span()=>
            permitted.argument_or::<#ty>(#name, || ::conversimple::__private::read_default::<#ty>(
                ::conversimple::__private::json!(#value)))
        },
        (Some(fallback), None) => quote_spanned! {ty.span()=>
            permitted.argument_or::<#ty>(#name, || ::core::result::Result::Ok(#fallback))
        },
        (None, None) => quote_spanned! {ty.span()=>
            permitted.argument::<#ty>(#name)
        },
    }
}

fn choice(item: &DeriveInput, choices: &DataEnum) -> syn::Result<TokenStream> {
    let ident = &item.ident;
    let serde = Serde::read(&item.attrs)?;
    let (code, say) = refusal(item)?;
    let variants = choices.variants.iter();
    let idents = variants.clone().map(|variant| &variant.ident);
    let names = variants
        .map(|variant| word(variant, &serde))
        .collect::<syn::Result<Vec<String>>>()?;
    if names.is_empty() {
        return Err(syn::Error::new_spanned(
            ident,
            "a choice has at least one word",
        ));
    }
    Ok(quote! {
        #[automatically_derived]
        impl ::conversimple::Argument for #ident {
            fn schema() -> ::conversimple::__private::Value {
                ::conversimple::__private::choice(&[#(#names),*], #code, #say)
            }
            fn read(
                value: &::conversimple::__private::Value,
            ) -> ::core::result::Result<Self, ::conversimple::Refusal> {
                match value.as_str() {
                    #(::core::option::Option::Some(#names) => ::core::result::Result::Ok(Self::#idents),)*
                    _ => ::core::result::Result::Err(::conversimple::__private::refusal(#code, #say)),
                }
            }
        }
    })
}

/// The word for a variant.
fn word(variant: &Variant, container: &Serde) -> syn::Result<String> {
    if !matches!(variant.fields, Fields::Unit) {
        return Err(syn::Error::new_spanned(
            variant,
            "a choice is a plain word: a variant without fields",
        ));
    }
    let own = Serde::read(&variant.attrs)?;
    Ok(own
        .rename
        .unwrap_or_else(|| container.rename(&variant.ident.to_string(), true)))
}

/// The code and the sentence of the refusal of an unknown word.
fn refusal(item: &DeriveInput) -> syn::Result<(String, TokenStream)> {
    let mut found = format!("invalid_{}", words(&item.ident.to_string(), '_'));
    let mut say = None;
    for attribute in item.attrs.iter().filter(|a| a.path().is_ident("input")) {
        attribute.parse_nested_meta(|meta| match key(&meta).as_str() {
            "code" => code(meta.value()?).map(|code| found = code.value()),
            "say" => text(&meta).map(|text| say = Some(text)),
            _ => Err(meta.error("#[input] on an enum knows code and say")),
        })?;
    }
    Ok((found, option(say.as_ref())))
}

/// What serde's attributes say, as far as it matters here. Others are serde's own affair.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    rename_all: Option<String>,
    default: Option<Fallback>,
}

enum Fallback {
    Trait,
    Path(syn::ExprPath),
}

impl Fallback {
    fn read(meta: &ParseNestedMeta<'_>) -> syn::Result<Self> {
        if !meta.input.peek(syn::Token![=]) {
            return Ok(Self::Trait);
        }
        let path = meta.value()?.parse::<LitStr>()?.parse()?;
        Ok(Self::Path(path))
    }
}

/// The key of a part of an attribute; empty when it is a path.
fn key(meta: &ParseNestedMeta<'_>) -> String {
    meta.path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Reads the value of a key that does not matter.
fn read_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let inner;
        syn::parenthesized!(inner in meta.input);
        inner.parse::<TokenStream>()?;
    }
    Ok(())
}

impl Serde {
    fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| serde.take(&meta))?;
        }
        Ok(serde)
    }

    /// Takes one key of serde's; what does not matter here is read over.
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match key(meta).as_str() {
            "rename" => text(meta).map(|name| self.rename = Some(name.value())),
            "rename_all" => text(meta).map(|style| self.rename_all = Some(style.value())),
            "default" => Fallback::read(meta).map(|default| self.default = Some(default)),
            _ => read_over(meta),
        }
    }

    /// What stands in for an absent field, by the field's own attributes or by those of its struct.
    fn fallback(&self, container: &Self, ty: &Type) -> Option<TokenStream> {
        match (&self.default, container.default.is_some()) {
            (Some(Fallback::Path(path)), _) => Some(quote!(#path())),
            (Some(Fallback::Trait), _) | (None, true) => {
                Some(quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default()))
            }
            (None, false) => None,
        }
    }

    /// The name that serde would give: of a variant (written `LikeThis`) or of a field (written `like_this`).
    fn rename(&self, ident: &str, variant: bool) -> String {
        let Some(style) = self.rename_all.as_deref() else {
            return ident.to_owned();
        };
        let snake = match variant {
            true => words(ident, '_'),
            false => ident.to_owned(),
        };
        STYLES
            .iter()
            .find(|(known, _)| *known == style)
            .map_or_else(|| ident.to_owned(), |(_, write)| write(ident, &snake))
    }
}

/// Writes a name that is given as it stands and in words joined by `_`.
type Style = fn(&str, &str) -> String;

/// serde's styles.
const STYLES: [(&str, Style); 8] = [
    ("lowercase", |ident, _| ident.to_lowercase()),
    ("UPPERCASE", |ident, _| ident.to_uppercase()),
    ("snake_case", |_, snake| snake.to_owned()),
    ("SCREAMING_SNAKE_CASE", |_, snake| snake.to_uppercase()),
    ("kebab-case", |_, snake| snake.replace('_', "-")),
    ("SCREAMING-KEBAB-CASE", |_, snake| {
        snake.to_uppercase().replace('_', "-")
    }),
    ("PascalCase", |_, snake| pascal(snake)),
    ("camelCase", |_, snake| {
        with_first(&pascal(snake), |first| first.to_lowercase().collect())
    }),
];

/// `two_words` becomes `TwoWords`.
fn pascal(snake: &str) -> String {
    let capital = |word| with_first(word, |first| first.to_uppercase().collect());
    snake.split('_').map(capital).collect()
}

/// A word with its first letter changed.
fn with_first(word: &str, change: fn(char) -> String) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(change).unwrap_or_default();
    first + letters.as_str()
}
