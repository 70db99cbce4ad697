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
    let mut tools = Vec::new();
    let mut mistakes: Option<syn::Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        match tool::take(method, &agent) {
            Ok(tool) => tools.extend(tool),
            Err(mistake) => match &mut mistakes {
                Some(all) => all.combine(mistake),
                None => mistakes = Some(mistake),
            },
        }
    }
    if tools.is_empty() && mistakes.is_none() {
        mistakes = Some(syn::Error::new_spanned(
            &block.self_ty,
            "an agent has at least one method marked #[tool(\"…\")]",
        ));
    }
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

fn name(arguments: TokenStream, agent: &Type) -> syn::Result<String> {
    if !arguments.is_empty() {
        let name: LitStr = syn::parse2(arguments).map_err(|e| {
            syn::Error::new(
                e.span(),
                "#[agent] takes at most a name: #[agent(\"guide\")]",
            )
        })?;
        let text = name.value();
        let plain = !text.is_empty()
            && text.len() <= 64
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !plain {
            return Err(syn::Error::new(
                name.span(),
                "an agent's name is 1 to 64 letters, digits, '-' or '_'",
            ));
        }
        return Ok(text);
    }
    let Type::Path(path) = agent else {
        return Err(syn::Error::new_spanned(agent, "an agent is a named type"));
    };
    let last = path.path.segments.last().map(|s| s.ident.to_string());
    Ok(words(&last.unwrap_or_default(), '-'))
}

/// `BankDesk` becomes `bank-desk`.
pub(crate) fn words(ident: &str, joint: char) -> String {
    let mut out = String::new();
    let letters: Vec<char> = ident.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        let starts = letter.is_uppercase()
            && i > 0
            && (letters[i - 1].is_lowercase()
                || letters.get(i + 1).is_some_and(|next| next.is_lowercase()));
        if starts && !out.ends_with(joint) {
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
