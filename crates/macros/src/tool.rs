//! What `#[tool(…)]` may say, and the declaration that it becomes.

use conversimple_wire::Effect;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    FnArg, Ident, ImplItemFn, Lit, LitStr, Pat, ReturnType, Token, Type, bracketed,
    punctuated::Punctuated,
};

use crate::effect::Declared;
use crate::rules::Rules;

const KNOWN: &str = "effect, public, limit, caller_limit, sum, confirm, no_confirm, role, examples, say, currency and step_up";

/// The attribute's content.
pub(crate) struct Attribute {
    description: LitStr,
    calls: Vec<TokenStream>,
    login: bool,
    is_logout: bool,
    effect: Option<LitStr>,
    public: bool,
    /// Whether `confirm` (true) or `no_confirm` (false) was written.
    confirms: Option<bool>,
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attribute = Self {
            description: description(input)?,
            calls: Vec::new(),
            login: false,
            is_logout: false,
            effect: None,
            public: false,
            confirms: None,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            attribute.take(&key, input)?;
        }
        Ok(attribute)
    }
}

/// What the tool does, in the words that stand first.
fn description(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let missing = "a tool says first what it does: #[tool(\"Get account balance\")]";
    if !input.peek(LitStr) {
        return Err(syn::Error::new(input.span(), missing));
    }
    let description: LitStr = input.parse()?;
    match description.value().trim().is_empty() {
        true => Err(syn::Error::new(description.span(), missing)),
        false => Ok(description),
    }
}

impl Attribute {
    /// Takes one key with its value.
    fn take(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let call = match key.to_string().as_str() {
            "confirm" | "no_confirm" => self.confirm(key, input),
            "effect" => self.effect(input),
            "public" => Ok(self.public()),
            "sum" => sum(input),
            "role" => self.role(input),
            "examples" => examples(input),
            "limit" => limited(input),
            "caller_limit" | "step_up" | "say" | "currency" => checked(key, input),
            _ => Err(syn::Error::new(
                key.span(),
                format!("#[tool] knows {KNOWN}"),
            )),
        };
        self.calls.push(call?);
        Ok(())
    }

    fn public(&mut self) -> TokenStream {
        self.public = true;
        quote!(.public())
    }

    fn role(&mut self, input: ParseStream<'_>) -> syn::Result<TokenStream> {
        let role = text(input)?;
        if !["login", "logout"].contains(&role.value().as_str()) {
            let message = "a role is \"login\" or \"logout\"";
            return Err(syn::Error::new(role.span(), message));
        }
        self.login |= role.value() == "login";
        self.is_logout |= role.value() == "logout";
        Ok(quote!(.role(#role)))
    }
}

/// A call with the key's name and its text, which must be what the key takes.
fn checked(key: &Ident, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let value = text(input)?;
    if key == "caller_limit" {
        check_limit(&value)?;
    } else if key == "step_up" {
        check_age(&value)?;
    }
    Ok(quote!(.#key(#value)))
}

fn limited(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let limit = limit(input)?;
    Ok(quote!(.limit(#limit)))
}

fn sum(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let (argument, limit) = sum_parts(&text(input)?)?;
    Ok(quote!(.sum(#argument, #limit)))
}

fn examples(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    let sentences = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
    let sentences = sentences.iter();
    Ok(quote!(.examples(&[#(#sentences),*])))
}

impl Attribute {
    fn confirm(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<TokenStream> {
        let asks = key == "confirm";
        if self
            .confirms
            .replace(asks)
            .is_some_and(|before| before != asks)
        {
            return Err(syn::Error::new(
                key.span(),
                "a tool waits for a yes (`confirm`) or does not (`no_confirm`)",
            ));
        }
        if !asks {
            return Ok(quote!(.no_confirm()));
        }
        if !input.peek(Token![=]) {
            return Ok(quote!(.confirm()));
        }
        let words = text(input)?;
        check_word(&words)?;
        Ok(quote!(.confirm_with(#words)))
    }

    fn effect(&mut self, input: ParseStream<'_>) -> syn::Result<TokenStream> {
        let effect = text(input)?;
        if Effect::parse(&effect.value()).is_none() {
            return Err(syn::Error::new(
                effect.span(),
                "an effect is \"read\", \"write\", \"send\", \"pay\", \"delete\", \"login\" or \"logout\"",
            ));
        }
        self.login |= effect.value() == "login";
        let call = quote!(.effect(#effect));
        self.effect = Some(effect);
        Ok(call)
    }

    fn check(&self, method: &ImplItemFn, parameters: &[ToolParameter]) -> syn::Result<()> {
        let arguments = parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), &parameter.ty));
        Declared {
            name: &method.sig.ident,
            description: &self.description,
            effect: self.effect.as_ref(),
            public: self.public,
            has_role: self.login || self.is_logout,
            arguments: arguments.collect(),
        }
        .check()
    }
}

/// Takes the `#[tool]` attribute and the parameters' `#[input]` attributes off a method and writes the tool's
/// declaration. `None` when the method is no tool.
pub(crate) fn take(method: &mut ImplItemFn, agent: &Type) -> syn::Result<Option<TokenStream>> {
    let Some(at) = method.attrs.iter().position(|a| a.path().is_ident("tool")) else {
        return Ok(None);
    };
    let attribute = method.attrs.remove(at);
    let attribute: Attribute = match &attribute.meta {
        syn::Meta::List(list) => list.parse_args()?,
        other => {
            return Err(syn::Error::new(
                other.span(),
                "a tool says what it does: #[tool(\"Get account balance\")]",
            ));
        }
    };
    check_signature(method)?;
    let parameters = parameters(method)?;
    attribute.check(method, &parameters)?;
    Ok(Some(declaration(method, agent, &attribute, &parameters)))
}

struct ToolParameter {
    name: String,
    ty: Type,
    rules: Rules,
}

fn declaration(
    method: &ImplItemFn,
    agent: &Type,
    attribute: &Attribute,
    parameters: &[ToolParameter],
) -> TokenStream {
    let ident = &method.sig.ident;
    let name = ident.to_string();
    let Attribute {
        description, calls, ..
    } = attribute;
    let declares = parameters.iter().map(|parameter| parameter.declare(agent));
    let locals: Vec<Ident> = (0..parameters.len())
        .map(|i| Ident::new(&format!("parameter_{i}"), Span::mixed_site()))
        .collect();
    let takes = parameters
        .iter()
        .zip(&locals)
        .map(|(parameter, local)| parameter.take(agent, local));
    let wait = method.sig.asyncness.map(|_| quote!(.await));
    let answer = answer(method, attribute.login);
    quote! {{
        let mut declaration = ::conversimple::__private::Declaration::<#agent>::new(#name, #description) #(#calls)*;
        #(#declares)*
        declaration.body(|agent, mut permitted| ::std::boxed::Box::pin(async move {
            #(#takes)*
            ::core::mem::drop(permitted);
            let reply = #agent::#ident(&agent, #(#locals),*) #wait;
            #answer
        }))
    }}
}

impl ToolParameter {
    /// The statement that adds it to the declaration.
    fn declare(&self, agent: &Type) -> TokenStream {
        let Self { name, ty, rules } = self;
        let checks = rules.checks(ty);
        let amend = (!rules.is_empty()).then(|| {
            let calls = rules.calls();
            quote!(declaration.amend(#name, argument, |property| property #calls);)
        });
        quote_spanned! {ty.span()=> {
            #checks
            #[allow(unused_variables, reason = "only amended arguments are looked at again")]
            let argument = <#ty as ::conversimple::__private::Parameter<#agent>>::declare(#name, &mut declaration);
            #amend
        }}
    }

    /// The statement that takes it out of the permit.
    fn take(&self, agent: &Type, local: &Ident) -> TokenStream {
        let Self { name, ty, .. } = self;
        quote_spanned! {ty.span()=>
            let #local = <#ty as ::conversimple::__private::Parameter<#agent>>::take(#name, &mut permitted)?;
        }
    }
}

/// The expression that makes an answer of what the method returned. It has the place of the return type, so that the
/// compiler shows a type that is no reply there.
fn answer(method: &ImplItemFn, login: bool) -> TokenStream {
    let output = match &method.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => method.sig.ident.span(),
    };
    match login {
        true => quote_spanned!(output=> ::conversimple::__private::login_answer(reply)),
        false => quote_spanned!(output=> ::conversimple::__private::answer(reply)),
    }
}

fn parameters(method: &mut ImplItemFn) -> syn::Result<Vec<ToolParameter>> {
    let mut parameters = Vec::new();
    for input in method.sig.inputs.iter_mut().skip(1) {
        let FnArg::Typed(typed) = input else { continue };
        let Pat::Ident(pat) = typed.pat.as_ref() else {
            return Err(syn::Error::new_spanned(
                &typed.pat,
                "a tool's parameter is a plain name: its name is the argument's",
            ));
        };
        if let Type::Reference(reference) = typed.ty.as_ref() {
            return Err(syn::Error::new_spanned(
                reference,
                "a tool owns its arguments: write `String` for text, or a type of your own with #[derive(Input)]",
            ));
        }
        let rules = Rules::read(&typed.attrs)?;
        let name = rules
            .name
            .clone()
            .unwrap_or_else(|| pat.ident.to_string().trim_start_matches('_').to_owned());
        parameters.push(ToolParameter {
            name,
            ty: (*typed.ty).clone(),
            rules,
        });
        typed.attrs.retain(|a| !a.path().is_ident("input"));
    }
    Ok(parameters)
}

fn check_signature(method: &ImplItemFn) -> syn::Result<()> {
    let receiver = method.sig.receiver().ok_or_else(|| {
        syn::Error::new_spanned(
            &method.sig,
            "a tool is a method of the agent: its first parameter is `&self`",
        )
    })?;
    if receiver.reference.is_none() || receiver.mutability.is_some() {
        return Err(syn::Error::new_spanned(
            receiver,
            "a tool takes `&self`: many calls run at the same time. What changes goes behind a lock, \
             or into the conversation's state (`Conversation`)",
        ));
    }
    if !method.sig.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &method.sig.generics,
            "a tool has no type parameters: its arguments are one schema",
        ));
    }
    if matches!(method.sig.output, ReturnType::Default) {
        return Err(syn::Error::new_spanned(
            &method.sig,
            "a tool answers: write `-> Reply<T>`, where T is serde's Serialize",
        ));
    }
    Ok(())
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    match input.parse::<Lit>()? {
        Lit::Str(text) => Ok(text),
        other => Err(syn::Error::new(other.span(), "this is a text in quotes")),
    }
}

/// A rate, or `none`.
fn limit(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek2(Ident) {
        return unlimited(input);
    }
    let limit = text(input)?;
    check_limit(&limit)?;
    Ok(limit)
}

/// The word `none` in place of a rate.
fn unlimited(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    let word: Ident = input.parse()?;
    match word == "none" {
        true => Ok(LitStr::new("none", word.span())),
        false => Err(syn::Error::new(
            word.span(),
            "a limit is a rate such as \"5/min\", or none",
        )),
    }
}

fn check_limit(limit: &LitStr) -> syn::Result<()> {
    let text = limit.value();
    let good = text.split_once('/').is_some_and(|(count, unit)| {
        count.parse::<u32>().is_ok_and(|count| count > 0)
            && ["s", "sec", "min", "hour", "h", "day"].contains(&unit)
    });
    if good {
        Ok(())
    } else {
        Err(syn::Error::new(
            limit.span(),
            "a limit is a count and a unit: \"5/min\", \"1/sec\", \"20/hour\" or \"100/day\"",
        ))
    }
}

/// `"amount: 20000/day"`.
fn sum_parts(sum: &LitStr) -> syn::Result<(String, String)> {
    let text = sum.value();
    match text.split_once(':') {
        Some((argument, limit)) if limit.contains('/') => {
            Ok((argument.trim().to_owned(), limit.trim().to_owned()))
        }
        _ => Err(syn::Error::new(
            sum.span(),
            "a sum is an argument and a limit: \"amount: 20000/day\"",
        )),
    }
}

/// The words of a confirmation, as the guard reads them at the start.
fn check_word(words: &LitStr) -> syn::Result<()> {
    let text = words.value();
    let letters = text
        .split(' ')
        .all(|word| !word.is_empty() && word.chars().all(char::is_alphabetic));
    if letters && text.len() <= 40 {
        return Ok(());
    }
    Err(syn::Error::new(
        words.span(),
        "confirm takes words of letters that the caller must say, such as \"confirm\", or \"keys\"",
    ))
}

fn check_age(age: &LitStr) -> syn::Result<()> {
    let text = age.value();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = ["s", "sec", "min", "h", "hour"].contains(&&text[digits.len()..]);
    match digits.parse::<u32>() {
        Ok(1..) if unit => Ok(()),
        _ => Err(syn::Error::new(
            age.span(),
            "an age is a count and a unit: \"5min\", \"30sec\" or \"1hour\"",
        )),
    }
}
