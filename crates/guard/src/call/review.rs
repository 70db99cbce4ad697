//! What is told of an agent's tools under the operator's policy: what holds, what is withheld and why, and what is looser
//! than the default. Decides nothing about any of it.

use conversimple_wire::ToolSpec;
use conversimple_wire::effect;
use conversimple_wire::rest::{Loosened, ToolReview, ToolRules};

use super::operator::{Oversight, declaration_digest};
use super::policy::Author;
use super::toolset::{self, Toolset};

impl Oversight {
    /// The tools of an agent under the policy, and what is told of them.
    pub fn review(&self, specs: &[ToolSpec]) -> (Vec<ToolSpec>, ToolReview) {
        let toolset = Toolset::under(specs, Author::Foreign, self);
        let withheld = toolset.withheld();
        let tools: Vec<ToolSpec> = toolset.tools.into_iter().map(|(spec, _)| spec).collect();
        let visible = tools.iter().filter(|spec| !spec.internal());
        let rules = visible.map(|spec| ToolRules {
            tool: spec.name.clone(),
            effect: effect::judge(spec)
                .map_or("", |it| it.effect.as_str())
                .to_owned(),
            caller: spec.caller(),
            confirm: spec.confirm(),
            digest: specs
                .iter()
                .find(|declared| declared.name == spec.name)
                .map(declaration_digest)
                .unwrap_or_default(),
        });
        let review = ToolReview {
            withheld,
            loosened: self.loosened(specs),
            tools: rules.collect(),
        };
        (tools, review)
    }

    /// The tools that their declaration or the operator makes looser than the default.
    pub fn loosened(&self, specs: &[ToolSpec]) -> Vec<Loosened> {
        let rows = specs.iter().map(|spec| self.loosened_tool(spec));
        rows.filter(|row| !row.words.is_empty()).collect()
    }

    fn loosened_tool(&self, spec: &ToolSpec) -> Loosened {
        let applied = self.applied(spec).unwrap_or_else(|_| spec.clone());
        let declared = toolset::loosened(spec);
        let mut words = toolset::loosened(&applied);
        let is_none = |name: &&String| {
            let argument = |spec: &'_ ToolSpec| spec.argument(name).and_then(|it| it.secret());
            argument(spec).is_some() && argument(&applied).is_none()
        };
        let row = self.policy.tools.get(&spec.name);
        if row.is_some_and(|row| row.arguments.keys().any(|name| is_none(&name))) {
            words.push("secret = false");
        }
        Loosened {
            tool: spec.name.clone(),
            by_policy: words.iter().any(|word| !declared.contains(word)),
            words: words.into_iter().map(str::to_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use conversimple_wire::policy::AgentPolicy;
    use serde_json::{Value, json};

    use super::*;

    fn spec(name: &str, properties: Value) -> ToolSpec {
        ToolSpec {
            name: name.to_owned(),
            description: String::new(),
            parameters: json!({"type": "object", "properties": properties}),
        }
    }

    fn tools() -> Vec<ToolSpec> {
        let text = json!({"type": "string"});
        vec![
            spec(
                "login",
                json!({"bank": text, "username": text, "password": text}),
            ),
            spec("delete_account", json!({"reason": text})),
            spec(
                "pay_bill",
                json!({"amount": {"type": "number"}, "memo": text}),
            ),
            spec("get_weather", json!({"city": text})),
        ]
    }

    fn oversight(document: Value) -> Oversight {
        Oversight {
            policy: AgentPolicy::read(&document).expect("a policy"),
            seen: BTreeMap::new(),
        }
    }

    /// Caller and yes of a tool; nothing when it is withheld.
    fn rules(document: Value, tool: &str) -> Option<(bool, bool)> {
        let toolset = Toolset::under(&tools(), Author::Foreign, &oversight(document));
        let found = toolset.tools.iter().find(|(spec, _)| spec.name == tool);
        found.map(|(_, policy)| (policy.needs_caller(), policy.confirm()))
    }

    #[test]
    fn policy_is_looser_only_where_it_says_so() {
        for (row, rules_of_it) in [
            (json!({}), (true, true)),
            (json!({"limit": "100/min"}), (true, true)),
            (json!({"public": true}), (false, true)),
            (json!({"confirm": false}), (true, false)),
            (json!({"public": true, "confirm": false}), (false, false)),
            (json!({"effect": "read"}), (true, false)),
            (json!({"effect": "read", "public": true}), (false, false)),
            (json!({"confirm": "delete it"}), (true, true)),
        ] {
            let document = json!({"tools": {"delete_account": row}});
            assert_eq!(
                rules(document.clone(), "delete_account"),
                Some(rules_of_it),
                "{document}"
            );
        }
        let stricter = json!({"tools": {"get_weather": {"caller": true, "confirm": true}}});
        assert_eq!(rules(stricter, "get_weather"), Some((true, true)));
    }

    #[test]
    fn tool_that_changed_since_it_was_looked_at_is_withheld() {
        let digest = declaration_digest(&tools()[1]);
        let mut written =
            oversight(json!({"tools": {"delete_account": {"public": true, "digest": digest}}}));
        let mut changed = tools();
        changed[1].description = "Deletes everybody's account".into();
        for oversight in [
            &mut written,
            &mut oversight(json!({"tools": {"delete_account": {"public": true}}})),
        ] {
            let new = oversight.newly_seen(&tools());
            oversight.seen.extend(new);
            let toolset = Toolset::under(&tools(), Author::Foreign, oversight);
            assert!(toolset.withheld.is_empty(), "{:?}", toolset.withheld);
            let toolset = Toolset::under(&changed, Author::Foreign, oversight);
            let withheld = toolset.withheld();
            assert_eq!(withheld[0].tool, "delete_account");
            let now = declaration_digest(&changed[1]);
            assert!(withheld[0].reason.contains(&now), "{}", withheld[0].reason);
        }
    }

    #[test]
    fn row_about_argument_that_tool_has_not_withholds_it() {
        for row in [
            json!({"arguments": {"sum": {"secret": "pin"}}}),
            json!({"account": ["user"]}),
            json!({"sums": [{"argument": "total", "limit": "5/h"}]}),
        ] {
            let document = json!({"tools": {"pay_bill": row}});
            assert_eq!(rules(document.clone(), "pay_bill"), None, "{document}");
        }
    }

    #[test]
    fn policy_says_which_argument_is_secret_own_and_account() {
        let document = json!({"tools": {
            "pay_bill": {"arguments": {"memo": {"secret": "pin"}}},
            "get_weather": {"arguments": {"city": {"own": "town"}}},
            "login": {"account": ["bank"]},
        }});
        let toolset = Toolset::under(&tools(), Author::Foreign, &oversight(document));
        let spec = |at: usize| &toolset.tools[at].0;
        assert_eq!(
            spec(2).argument("memo").and_then(|it| it.secret()),
            Some("pin")
        );
        assert_eq!(
            spec(3).argument("city").and_then(|it| it.own()),
            Some("town")
        );
        let arguments = json!({"bank": "b", "username": "u"});
        let arguments = arguments.as_object().expect("an object");
        assert_eq!(toolset.tools[0].1.accounts(arguments), ["b"]);
    }

    #[test]
    fn what_policy_loosens_is_listed_as_its_own() {
        let document = json!({"tools": {
            "pay_bill": {"public": true, "limit": "none", "confirm": false},
            "login": {"arguments": {"password": {"secret": false}}},
        }});
        let found = oversight(document).loosened(&tools());
        let rows: Vec<(&str, Vec<&str>, bool)> = found
            .iter()
            .map(|row| {
                let words = row.words.iter().map(String::as_str).collect();
                (row.tool.as_str(), words, row.by_policy)
            })
            .collect();
        assert_eq!(
            rules_text(&rows),
            "login: secret = false (true)\npay_bill: public, no_confirm, limit = none (true)"
        );
    }

    fn rules_text(rows: &[(&str, Vec<&str>, bool)]) -> String {
        let line = |(tool, words, by): &(&str, Vec<&str>, bool)| {
            format!("{tool}: {} ({by})", words.join(", "))
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
