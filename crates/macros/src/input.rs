//! `#[derive(Input)]`: a struct is a tool's arguments, an enum a choice among words.
//!
//! serde's `rename`, `rename_all` and `default` are understood, so that a type may be `Deserialize` too and mean the
//! same by both.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Expr, Field, Fields, FieldsNamed, Ident, LitStr,
};

use crate::agent::words;
use crate::relation;
use crate::rules::{Rules, code, option};

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
    let fallback = match (&serde.default, container.default.is_some()) {
        (Some(Fallback::Path(path)), _) => Some(quote!(#path())),
        (Some(Fallback::Trait), _) | (None, true) => {
            Some(quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default()))
        }
        (None, false) => None,
    };
    let optional = fallback.as_ref().map(|_| quote!(.optional()));
    let declare = quote_spanned! {ty.span()=>
        #checks
        declaration.property(::conversimple::__private::Property::of::<#ty>(#name) #calls #optional);
    };
    let take = match (fallback, &rules.default) {
        (_, Some(value)) => quote_spanned! {ty.span()=>
            #ident: permitted.argument_or::<#ty>(#name, || ::conversimple::__private::read_default::<#ty>(
                ::conversimple::__private::json!(#value)))?
        },
        (Some(fallback), None) => quote_spanned! {ty.span()=>
            #ident: permitted.argument_or::<#ty>(#name, || ::core::result::Result::Ok(#fallback))?
        },
        (None, None) => quote_spanned! {ty.span()=>
            #ident: permitted.argument::<#ty>(#name)?
        },
    };
    Ok(Argument {
        field: ident.clone(),
        name,
        declare,
        take,
    })
}

fn choice(item: &DeriveInput, choices: &DataEnum) -> syn::Result<TokenStream> {
    let ident = &item.ident;
    let serde = Serde::read(&item.attrs)?;
    let (code, say) = refusal(item)?;
    let mut idents = Vec::new();
    let mut names = Vec::new();
    for variant in &choices.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(
                variant,
                "a choice is a plain word: a variant without fields",
            ));
        }
        let own = Serde::read(&variant.attrs)?;
        names.push(
            own.rename
                .unwrap_or_else(|| serde.rename(&variant.ident.to_string(), true)),
        );
        idents.push(&variant.ident);
    }
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

fn refusal(item: &DeriveInput) -> syn::Result<(String, TokenStream)> {
    let mut found = format!("invalid_{}", words(&item.ident.to_string(), '_'));
    let mut say = None;
    for attribute in item.attrs.iter().filter(|a| a.path().is_ident("input")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("code") {
                found = code(meta.value()?)?.value();
            } else if meta.path.is_ident("say") {
                say = Some(meta.value()?.parse::<LitStr>()?);
            } else {
                return Err(meta.error("#[input] on an enum knows code and say"));
            }
            Ok(())
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
        if meta.path.is_ident("rename") {
            self.rename = Some(meta.value()?.parse::<LitStr>()?.value());
        } else if meta.path.is_ident("rename_all") {
            self.rename_all = Some(meta.value()?.parse::<LitStr>()?.value());
        } else if meta.path.is_ident("default") {
            self.default = Some(Fallback::read(meta)?);
        } else {
            read_over(meta)?;
        }
        Ok(())
    }

    /// The name that serde would give: of a variant (written `LikeThis`) or of a field (written `like_this`).
    fn rename(&self, ident: &str, variant: bool) -> String {
        let Some(style) = self.rename_all.as_deref() else {
            return ident.to_owned();
        };
        let snake = if variant {
            words(ident, '_')
        } else {
            ident.to_owned()
        };
        let capital = |word: &str| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        };
        let pascal = || snake.split('_').map(capital).collect::<String>();
        match style {
            "lowercase" => ident.to_lowercase(),
            "UPPERCASE" => ident.to_uppercase(),
            "snake_case" => snake,
            "SCREAMING_SNAKE_CASE" => snake.to_uppercase(),
            "kebab-case" => snake.replace('_', "-"),
            "SCREAMING-KEBAB-CASE" => snake.to_uppercase().replace('_', "-"),
            "PascalCase" => pascal(),
            "camelCase" => {
                let pascal = pascal();
                let mut letters = pascal.chars();
                letters
                    .next()
                    .map(|first| first.to_lowercase().chain(letters).collect())
                    .unwrap_or_default()
            }
            _ => ident.to_owned(),
        }
    }
}
