//! The macros of the SDK: what a developer may write, and the words in which a mistake is told.
//!
//! They read declarations and write calls into the SDK's runtime (`conversimple::__private`); they decide no policy.
//! Every tool becomes a function that takes a guard's permit, and gets its parameters out of it: nothing generated
//! here can run a tool without one.

mod agent;
mod effect;
mod input;
mod relation;
mod rules;
mod tool;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemImpl, parse_macro_input};

/// Makes an `impl` block an agent: each method marked `#[tool("…")]` becomes a tool of it.
///
/// The agent's name is the type's in kebab case (`BankDesk` is `bank-desk`), or the one given: `#[agent("guide")]`.
#[proc_macro_attribute]
pub fn agent(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let block = parse_macro_input!(item as ItemImpl);
    agent::expand(arguments.into(), block)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Marks a method of an `#[agent]` block as a tool.
///
/// The first argument says what it does, in the words in which a caller would ask for it. Then, in any order:
/// `effect = "pay"`, `limit = "5/min"`, `caller_limit = "20/hour"`, `sum = "amount: 20000/day"`, `confirm` or
/// `confirm = "word"`, `role = "login"`,
/// `examples = ["…"]`, `say = "Your balance is {balance}."`, `currency = "USD"`, `step_up = "5min"`.
///
/// The effect is `read`, `write`, `send`, `pay`, `delete`, `login` or `logout`; where none is written it is judged from the tool's
/// name, its description and its arguments. `pay`, `send` and `delete` need a parameter `caller: Caller` and a yes; `write`, and
/// what reads personal data, need a login. `public` (no caller), `no_confirm` (no yes) and `limit = none` (as often and as much as it is
/// asked for) loosen that.
///
/// A tool with `role = "login"` returns `Reply<Login>`. How often it may fail is counted by conversation and by account: the
/// first of its arguments that is a text or a number, no secret, and no choice among a few words.
#[proc_macro_attribute]
pub fn tool(_: TokenStream, item: TokenStream) -> TokenStream {
    let item = proc_macro2::TokenStream::from(item);
    let error = syn::Error::new_spanned(
        item,
        "#[tool] stands on a method inside an impl block marked #[agent]",
    );
    error.into_compile_error().into()
}

/// Makes a struct the arguments of a tool, or an enum a choice among words, from one declaration: the Rust type, the
/// JSON Schema that a model sees, and the check.
///
/// On a field, `#[input(…)]` takes `min`, `max`, `above`, `below`, `step` (numbers), `length = 2..=40`,
/// `pattern = "…"` (texts), `secret = "pin"`, `ask = "How much?"`, `about = "…"`, `default = …`, `name = "…"`; `code`
/// and `say` tell what is answered when the bounds in the same attribute are broken. On an enum, `code` and `say`; where
/// no code is given, an unknown word for `Currency` is refused with `invalid_currency`.
///
/// On a struct, each `#[input(…)]` is a rule between its fields, also with `code` and `say`: `less(from, to)`, `at_most`,
/// `equal` and `differ` between two; `exactly_one(email, phone)`, `at_least_one` and `together` between optional ones.
#[proc_macro_derive(Input, attributes(input, serde, default))]
pub fn input(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    input::expand(item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
