//! `#[agent]`: collects the tools of an `impl` block into the type's toolset.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, ItemImpl, LitStr, Type};

use crate::tool;

/// Writes the block back without the tools' attributes, and the toolset beside it.
pub(crate) fn expand(arguments: TokenStream, mut block: ItemImpl) -> syn::Result<TokenStream> {
    let agent = (*block.self_ty).clone();
    check_block(&block)?;
    let name = name(arguments, &agent)?;
    let (tools, mistakes) = tools(&mut block, &agent);
    let mistakes = mistakes.map(syn::Error::into_compile_error);
    Ok(quote! {
        #block
        #mistakes

        #[automatically_derived]
        impl ::conversimple::Toolset for #agent {
            const NAME: &'static str = #name;
            fn tools() -> ::std::vec::Vec<::conversimple::Tool<Self>> {
                ::std::vec![#(#tools),*]
            }
        }
    })
}

/// The declarations of all tools of a block, and all mistakes in them: a developer sees them at once, not one a build.
fn tools(block: &mut ItemImpl, agent: &Type) -> (Vec<TokenStream>, Option<syn::Error>) {
    let mut tools = Vec::new();
    let mut mistakes: Option<syn::Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        match tool::take(method, agent) {
            Ok(tool) => tools.extend(tool),
            Err(mistake) => match &mut mistakes {
                Some(all) => all.combine(mistake),
                None => mistakes = Some(mistake),
            },
        }
    }
    let lacking = (tools.is_empty() && mistakes.is_none()).then(|| {
        syn::Error::new_spanned(
            &block.self_ty,
            "an agent has at least one method marked #[tool(\"…\")]",
        )
    });
    (tools, mistakes.or(lacking))
}

fn check_block(block: &ItemImpl) -> syn::Result<()> {
    if let Some((_, path, _)) = &block.trait_ {
        return Err(syn::Error::new_spanned(
            path,
            "#[agent] stands on the type's own impl block, not on a trait's",
        ));
    }
    if !block.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &block.generics,
            "an agent is one concrete type: give the type parameters values",
        ));
    }
    Ok(())
}

/// The agent's name: the one given, or the type's.
fn name(arguments: TokenStream, agent: &Type) -> syn::Result<String> {
    if !arguments.is_empty() {
        return given_name(arguments);
    }
    let Type::Path(path) = agent else {
        return Err(syn::Error::new_spanned(agent, "an agent is a named type"));
    };
    let last = path.path.segments.last().map(|s| s.ident.to_string());
    Ok(words(&last.unwrap_or_default(), '-'))
}

fn given_name(arguments: TokenStream) -> syn::Result<String> {
    let name: LitStr = syn::parse2(arguments).map_err(|e| {
        syn::Error::new(
            e.span(),
            "#[agent] takes at most a name: #[agent(\"guide\")]",
        )
    })?;
    let text = name.value();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    match (1..=64).contains(&text.len()) && text.bytes().all(is_plain) {
        true => Ok(text),
        false => Err(syn::Error::new(
            name.span(),
            "an agent's name is 1 to 64 letters, digits, '-' or '_'",
        )),
    }
}

/// Whether the letter at a place begins a word: a capital after a small letter, or the last capital before a small one.
fn begins_word(letters: &[char], at: usize) -> bool {
    let is_small = |at: usize| letters.get(at).is_some_and(|letter| letter.is_lowercase());
    at > 0 && letters[at].is_uppercase() && (is_small(at - 1) || is_small(at + 1))
}

/// `BankDesk` becomes `bank-desk`.
pub(crate) fn words(ident: &str, joint: char) -> String {
    let mut out = String::new();
    let letters: Vec<char> = ident.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        if begins_word(&letters, at) && !out.ends_with(joint) {
            out.push(joint);
        }
        if *letter == '_' {
            out.push(joint);
        } else {
            out.extend(letter.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn type_name_is_split_into_agent_id_words() {
        for (ident, joined) in [
            ("Guide", "guide"),
            ("BankDesk", "bank-desk"),
            ("HTTPDesk", "http-desk"),
            ("Desk_Two", "desk-two"),
        ] {
            assert_eq!(words(ident, '-'), joined);
        }
    }
}
