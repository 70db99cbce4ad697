//! The tools of an agent as they serve: compiled, by name, with the internal one where it is needed.
//!
//! Decides whether the declarations can work together; an agent whose declarations cannot does not start.

use std::collections::HashMap;
use std::sync::Arc;

use conversimple_guard::call::{Author, Policy, Toolset};
use conversimple_wire::ToolSpec;
use conversimple_wire::tool::Role;
use serde_json::{Map, Value, json};

use crate::error::AgentError;
use crate::own;
use crate::tool::{Body, Finder, Tool};

/// A tool whose policy was compiled.
pub(crate) struct Ready<A> {
    pub(crate) policy: Arc<Policy>,
    pub(crate) finders: HashMap<String, Finder<A>>,
    pub(crate) body: Body<A>,
    /// The names of its arguments.
    pub(crate) arguments: Vec<String>,
}

impl<A> Ready<A> {
    /// Arguments as they may be recorded: secret ones as their kind, and of undeclared ones only that there were some,
    /// because nobody knows what they hold.
    pub(crate) fn shown(&self, arguments: &Map<String, Value>) -> Map<String, Value> {
        let mut shown = self.policy.without_secrets(arguments);
        let given = shown.len();
        shown.retain(|name, _| self.arguments.contains(name));
        if shown.len() < given {
            shown.insert("(unknown)".into(), json!(given - shown.len()));
        }
        shown
    }
}

/// The tools of an agent, by name.
pub(crate) struct Toolbox<A> {
    tools: HashMap<String, Ready<A>>,
    specs: Vec<ToolSpec>,
}

impl<A: Send + Sync + 'static> Toolbox<A> {
    /// Compiles the tools, and adds the internal one that lists the caller's own things where any tool needs it.
    pub(crate) fn open(mut tools: Vec<Tool<A>>) -> Result<Self, AgentError> {
        let listers = tools.iter_mut().flat_map(|tool| tool.listers.drain(..));
        if let Some(own_things) = own::tool(listers.collect()) {
            tools.push(own_things);
        }
        let specs: Vec<ToolSpec> = tools.iter().map(|tool| tool.spec.clone()).collect();
        if let Some((tool, problem)) = mistake(&tools, &specs) {
            return Err(AgentError::Declaration { tool, problem });
        }
        let mut toolbox = Self {
            tools: HashMap::new(),
            specs: Vec::new(),
        };
        let compiled = Toolset::of(&specs, Author::Ours).tools;
        for (tool, (spec, policy)) in tools.into_iter().zip(compiled) {
            toolbox.add(tool, spec, policy);
        }
        if toolbox.specs.len() > ToolSpec::COUNT_LIMIT {
            return Err(AgentError::Declaration {
                tool: toolbox.specs[ToolSpec::COUNT_LIMIT].name.clone(),
                problem: format!("an agent has at most {} tools", ToolSpec::COUNT_LIMIT),
            });
        }
        Ok(toolbox)
    }

    fn add(&mut self, tool: Tool<A>, spec: ToolSpec, policy: Policy) {
        let arguments = spec.arguments();
        let arguments = arguments.map(|argument| argument.name.to_owned()).collect();
        let ready = Ready {
            arguments,
            policy: Arc::new(policy),
            finders: tool.finders,
            body: tool.body,
        };
        self.tools.insert(spec.name.clone(), ready);
        self.specs.push(spec);
    }

    pub(crate) fn specs(&self) -> Vec<ToolSpec> {
        self.specs.clone()
    }

    pub(crate) fn has_login(&self) -> bool {
        let mut tools = self.tools.values();
        tools.any(|tool| tool.policy.role() == Role::Login)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Ready<A>> {
        self.tools.get(name)
    }
}

/// The first tool that cannot work, and why.
fn mistake<A>(tools: &[Tool<A>], specs: &[ToolSpec]) -> Option<(String, String)> {
    let declared = tools.iter().find_map(|tool| {
        let problem = tool.problem.clone()?;
        Some((tool.spec.name.clone(), problem))
    });
    let doubled = specs.iter().enumerate().find_map(|(at, spec)| {
        let is_known = specs[..at].iter().any(|other| other.name == spec.name);
        is_known.then(|| (spec.name.clone(), "another tool has this name".to_owned()))
    });
    let withheld = || {
        let (tool, reason) = Toolset::of(specs, Author::Ours)
            .withheld
            .into_iter()
            .next()?;
        Some((tool, reason.to_string()))
    };
    declared.or(doubled).or_else(withheld)
}
