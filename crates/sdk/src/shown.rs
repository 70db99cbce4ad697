//! Values that are shown in part: what a caller recognises as theirs, and what is of no use to anybody else.
//!
//! Each serialises masked and has no other way out. The mask on every result would replace such a value whole; these say a
//! little more. They do not decide who may see even that: that is the tool's signature.

use serde::{Serialize, Serializer};

macro_rules! shown {
    ($(#[$doc:meta])* $name:ident, $mask:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(String);

        impl $name {
            /// Takes the whole value; only its masked form can be read.
            pub fn new(value: impl Into<String>) -> Self {
                Self(value.into())
            }

            /// The masked form.
            pub fn shown(&self) -> String {
                $mask(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.shown())
            }
        }
    };
}

shown!(
    /// An e-mail address, shown as `a***@example.com`.
    ///
    /// ```
    /// use conversimple::MaskedEmail;
    ///
    /// let address = MaskedEmail::new("alex@example.com");
    /// assert_eq!(address.shown(), "a***@example.com");
    /// ```
    MaskedEmail,
    email
);
shown!(
    /// A telephone number, shown as `***-0101`.
    MaskedPhone,
    last_four
);
shown!(
    /// A number of which only the last four digits are shown, as `***-1111`.
    ///
    /// ```
    /// use conversimple::LastFour;
    ///
    /// assert_eq!(LastFour::new("4111 1111 1111 1111").shown(), "***-1111");
    /// ```
    LastFour,
    last_four
);

fn email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, host)) => {
            let first = local.chars().next().unwrap_or('*');
            format!("{first}***@{host}")
        }
        None => "***".to_owned(),
    }
}

/// The last four digits; nothing of a number that is hardly longer than that.
fn last_four(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        8.. => format!(
            "***-{}",
            digits[digits.len() - 4..].iter().collect::<String>()
        ),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversimple_guard::reply::Clear;
    use serde_json::json;

    #[test]
    fn partially_shown_values_pass_mask_unchanged() {
        let result = json!({
            "email": MaskedEmail::new("alice@example.com"),
            "phone": MaskedPhone::new("+1 415 555 0101"),
            "card": LastFour::new("4111 1111 1111 1111"),
            "short": LastFour::new("12345"),
            "none": MaskedEmail::new("no address"),
        });
        let shown = json!({"email": "a***@example.com", "phone": "***-0101", "card": "***-1111", "short": "***", "none": "***"});
        assert_eq!(result, shown);
        assert_eq!(Clear::new(result).masked().sealed().into_value(), shown);
    }
}
