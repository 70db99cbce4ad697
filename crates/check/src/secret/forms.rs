//! The forms in which known providers issue keys. Decides by prefix, alphabet and length, as the providers document
//! them or as their issued keys show (2026-11-23); leaves places and names to `scan`.

/// Which characters the body of a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    Hex,
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Letters, digits, `_`, `-` and `.`.
    Dotted,
    /// Base64 with `+`, `/` and `=`.
    Base64,
}

impl Alphabet {
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Self::Dotted => byte.is_ascii_alphanumeric() || b"_-.".contains(&byte),
            Self::Base64 => byte.is_ascii_alphanumeric() || b"+/=".contains(&byte),
        }
    }
}

/// One provider's form.
#[derive(Debug)]
pub(crate) struct Form {
    /// Whose key it is, for the message.
    pub(crate) owner: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) alphabet: Alphabet,
    /// Shortest body after the prefix, in characters.
    pub(crate) least: usize,
    /// Longest body.
    pub(crate) most: usize,
}

const fn form(
    owner: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    least: usize,
    most: usize,
) -> Form {
    Form {
        owner,
        prefix,
        alphabet,
        least,
        most,
    }
}

use Alphabet::{Alnum, Base64, Dotted, Hex, Upper, Word};

/// Every form whose prefix alone names the provider.
pub(crate) const FORMS: &[Form] = &[
    form("AWS access key", "AKIA", Upper, 16, 16),
    form("AWS temporary access key", "ASIA", Upper, 16, 16),
    form("AWS Bedrock key", "ABSK", Base64, 100, 300),
    form("GitHub token", "ghp_", Alnum, 36, 255),
    form("GitHub token", "gho_", Alnum, 36, 255),
    form("GitHub token", "ghu_", Alnum, 36, 255),
    form("GitHub token", "ghs_", Alnum, 36, 255),
    form("GitHub token", "ghr_", Alnum, 36, 255),
    form("GitHub token", "github_pat_", Word, 70, 255),
    form("GitLab token", "glpat-", Word, 20, 60),
    form("GitLab token", "gldt-", Word, 20, 60),
    form("GitLab token", "glrt-", Word, 20, 60),
    form("Slack token", "xoxb-", Word, 24, 255),
    form("Slack token", "xoxp-", Word, 24, 255),
    form("Slack token", "xoxa-", Word, 24, 255),
    form("Slack token", "xoxr-", Word, 24, 255),
    form("Slack token", "xoxs-", Word, 24, 255),
    form("Slack app token", "xapp-", Word, 24, 255),
    form("Stripe key", "sk_live_", Alnum, 16, 255),
    form("Stripe key", "rk_live_", Alnum, 16, 255),
    form("Stripe test key", "sk_test_", Alnum, 24, 255),
    form("Stripe webhook secret", "whsec_", Base64, 24, 255),
    form("OpenAI key", "sk-proj-", Word, 40, 255),
    form("OpenAI key", "sk-svcacct-", Word, 40, 255),
    form("OpenAI key", "sk-admin-", Word, 40, 255),
    form("Anthropic key", "sk-ant-", Word, 40, 255),
    form("OpenRouter key", "sk-or-v1-", Hex, 40, 80),
    form("OpenAI key", "sk-", Alnum, 32, 80),
    form("ElevenLabs key", "sk_", Hex, 48, 48),
    form("Google API key", "AIza", Word, 35, 35),
    form("Google OAuth secret", "GOCSPX-", Word, 28, 28),
    form("Google OAuth token", "ya29.", Word, 30, 512),
    form("Twilio API key", "SK", Hex, 32, 32),
    form("SendGrid key", "SG.", Dotted, 60, 80),
    form("Mailgun key", "key-", Hex, 32, 32),
    form("Mailchimp key", "mcl-", Hex, 32, 40),
    form("npm token", "npm_", Alnum, 36, 36),
    form("PyPI token", "pypi-AgE", Word, 50, 255),
    form("crates.io token", "cio", Alnum, 32, 32),
    form("Hugging Face token", "hf_", Alnum, 30, 60),
    form("DigitalOcean token", "dop_v1_", Hex, 64, 64),
    form("DigitalOcean token", "doo_v1_", Hex, 64, 64),
    form("Square token", "sq0atp-", Word, 22, 22),
    form("Square secret", "sq0csp-", Word, 43, 43),
    form("Square token", "EAAA", Word, 60, 60),
    form("Shopify token", "shpat_", Hex, 32, 32),
    form("Shopify secret", "shpss_", Hex, 32, 32),
    form("Shopify token", "shpca_", Hex, 32, 32),
    form("HashiCorp Vault token", "hvs.", Word, 24, 255),
    form("HashiCorp Vault token", "hvb.", Word, 24, 255),
    form("Databricks token", "dapi", Hex, 32, 34),
    form("Doppler token", "dp.pt.", Alnum, 40, 44),
    form("Doppler token", "dp.st.", Dotted, 40, 60),
    form("Linear key", "lin_api_", Alnum, 40, 40),
    form("Notion token", "ntn_", Alnum, 40, 60),
    form("Postman key", "PMAK-", Word, 55, 65),
    form("Grafana token", "glsa_", Word, 38, 48),
    form("Grafana token", "glc_", Base64, 40, 400),
    form("Groq key", "gsk_", Alnum, 48, 60),
    form("Replicate token", "r8_", Alnum, 37, 40),
    form("Perplexity key", "pplx-", Alnum, 40, 60),
    form("xAI key", "xai-", Alnum, 60, 90),
    form("Fireworks key", "fw_", Alnum, 20, 30),
    form("NVIDIA key", "nvapi-", Word, 60, 80),
    form("Cerebras key", "csk-", Alnum, 40, 60),
    form("LangSmith key", "lsv2_pt_", Word, 40, 60),
    form("New Relic key", "NRAK-", Upper, 27, 27),
    form("Sentry token", "sntrys_", Base64, 60, 400),
    form("Sentry token", "sntryu_", Hex, 64, 64),
    form("Figma token", "figd_", Word, 38, 50),
    form("Atlassian token", "ATATT3", Word, 60, 255),
    form("Supabase token", "sbp_", Hex, 40, 40),
    form("Supabase secret key", "sb_secret_", Word, 20, 60),
    form("PlanetScale token", "pscale_tkn_", Word, 32, 64),
    form("PlanetScale password", "pscale_pw_", Word, 32, 64),
    form("Docker token", "dckr_pat_", Word, 26, 40),
    form("Tailscale key", "tskey-", Word, 24, 80),
    form("Fly.io token", "fo1_", Word, 40, 60),
    form("Pulumi token", "pul-", Hex, 40, 40),
    form("RubyGems key", "rubygems_", Hex, 48, 48),
    form("Brevo key", "xkeysib-", Word, 60, 90),
    form("Telnyx key", "KEY0", Word, 40, 60),
    form("age secret key", "AGE-SECRET-KEY-1", Upper, 58, 58),
    form("Buildkite token", "bkua_", Hex, 40, 40),
    form("CircleCI token", "CCIPAT_", Word, 40, 80),
    form("Terraform token", "atlasv1.", Word, 50, 90),
    form("Contentful token", "CFPAT-", Word, 40, 50),
    form("Plaid token", "access-production-", Word, 36, 36),
    form("Razorpay key", "rzp_live_", Alnum, 14, 14),
    form("Paystack key", "sk_prod_", Alnum, 24, 60),
    form("Resend key", "re_", Alnum, 32, 36),
];
