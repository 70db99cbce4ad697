//! Which functions are tools. Decides by decorator, attribute, registering call or tool object, as the frameworks for
//! voice agents declare them; a function with such a name alone is no tool.

use crate::code::ir::{Arg, Call, Expr, Function, Kind, Stmt};
use crate::flow::is_route;
use crate::names::words;
use std::collections::{HashMap, HashSet};

/// A tool.
#[derive(Debug)]
pub(crate) struct Tool<'a> {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) function: &'a Function,
    /// The decorator, or the call that registers it.
    pub(crate) call: Option<&'a Call>,
    /// Where the argument schema is looked for.
    pub(crate) schemas: Vec<&'a Expr>,
    /// It is reached through a path of a web framework.
    pub(crate) is_route: bool,
}

impl Tool<'_> {
    /// A text option of the declaration, such as `limit = "5/min"`.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.call?
            .args
            .iter()
            .find_map(|arg| match &arg.value.kind {
                Kind::Text(text) if arg.name.as_deref() == Some(name) => Some(text.as_str()),
                _ => None,
            })
    }

    /// Whether the declaration has this flag or option.
    pub(crate) fn has_flag(&self, name: &str) -> bool {
        self.call.is_some_and(|call| {
            call.args.iter().any(|arg| {
                let is_on = !matches!(&arg.value.kind, Kind::Literal(text) if matches!(text.as_str(), "False" | "false"));
                let as_name = arg.name.is_none() && matches!(&arg.value.kind, Kind::Name(found) if found == name);
                let as_field = matches!(&arg.value.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.as_deref() == Some(name)));
                (arg.name.as_deref() == Some(name) && is_on) || as_name || as_field
            })
        })
    }
}

/// All functions of a file by name, and its tools.
pub(crate) fn declared<'a>(
    body: &'a [Stmt],
    text: &str,
) -> (HashMap<&'a str, &'a Function>, Vec<Tool<'a>>) {
    let mut finder = Finder {
        speaks_of_tools: ["tool", "Tool", "onversimple"]
            .iter()
            .any(|word| text.contains(word)),
        functions: HashMap::new(),
        tools: Vec::new(),
        by_name: Vec::new(),
    };
    finder.stmts(body, 0);
    let Finder {
        functions,
        mut tools,
        by_name,
        ..
    } = finder;
    for (name, registered, call) in by_name {
        if let Some(function) = functions.get(registered) {
            tools.push(Tool {
                name: if name.is_empty() {
                    registered.to_owned()
                } else {
                    name
                },
                description: call
                    .and_then(|call| text_argument(call, 1))
                    .unwrap_or_default(),
                function,
                call,
                is_route: false,
                schemas: call.map_or_else(Vec::new, |call| {
                    call.args.iter().map(|arg| &arg.value).collect()
                }),
            });
        }
    }
    let mut seen = HashSet::new();
    tools.retain(|tool| seen.insert(tool.function.name_span.start));
    (functions, tools)
}

struct Finder<'a> {
    functions: HashMap<&'a str, &'a Function>,
    tools: Vec<Tool<'a>>,
    /// Tools that are registered by the name of their function.
    by_name: Vec<(String, &'a str, Option<&'a Call>)>,
    /// The file has to do with tools, so that a table of handlers is one of theirs.
    speaks_of_tools: bool,
}

const DEPTH_LIMIT: usize = 300;
const REGISTERING: &[&str] = &[
    "tool",
    "tool_async",
    "function_tool",
    "registerTool",
    "register_tool",
    "addTool",
    "add_tool",
    "defineTool",
    "define_tool",
    "createTool",
    "create_tool",
    "functionTool",
    "register_sync_tool",
    "register_async_tool",
    "registerFunction",
    "register_function",
    "ai_callable",
    "llm_tool",
    "from_function",
    "FunctionTool",
    "DynamicStructuredTool",
    "DynamicTool",
    "StructuredTool",
    "makeTool",
    "ai_function",
    "kernel_function",
    "beta_tool",
    "registerAsyncTool",
    "toolAsync",
];
const BODIES: &[&str] = &[
    "execute",
    "handler",
    "run",
    "func",
    "fn",
    "callback",
    "call",
    "invoke",
    "implementation",
    "function",
];

impl<'a> Finder<'a> {
    fn stmts(&mut self, body: &'a [Stmt], depth: usize) {
        if depth > DEPTH_LIMIT {
            return;
        }
        for stmt in body {
            match stmt {
                Stmt::Function(function) => self.function(function, depth),
                Stmt::Class(class) => self.stmts(&class.body, depth + 1),
                Stmt::Branch { condition, arms } => {
                    if let Some(condition) = condition {
                        self.expr(condition, "", depth + 1);
                    }
                    for arm in arms {
                        self.stmts(&arm.body, depth + 1);
                    }
                }
                Stmt::Assign { target, value, .. } => {
                    self.table(target.last_name(), value);
                    self.expr(value, target.last_name(), depth + 1)
                }
                Stmt::Expr(expr) | Stmt::Return(expr) | Stmt::Raise(expr) => {
                    self.expr(expr, "", depth + 1)
                }
            }
        }
    }

    fn function(&mut self, function: &'a Function, depth: usize) {
        self.functions
            .entry(function.name.as_str())
            .or_insert(function);
        for decorator in &function.decorators {
            if let Kind::Call(call) = &decorator.kind
                && let Some(name) = route_of_tool(call)
            {
                self.tools.push(Tool {
                    name,
                    description: String::new(),
                    function,
                    call: Some(call),
                    is_route: true,
                    schemas: Vec::new(),
                });
                break;
            }
            let call = match &decorator.kind {
                Kind::Call(call) => Some(call.as_ref()),
                _ => None,
            };
            let path = decorator.path();
            let last = path
                .trim_end_matches("()")
                .rsplit('.')
                .next()
                .unwrap_or("")
                .to_owned();
            if REGISTERING.contains(&last.as_str()) {
                self.tools.push(Tool {
                    name: function.name.clone(),
                    description: call
                        .and_then(|call| text_argument(call, 0))
                        .unwrap_or_default(),
                    function,
                    call,
                    is_route: false,
                    schemas: call.map_or_else(Vec::new, |call| {
                        call.args.iter().map(|arg| &arg.value).collect()
                    }),
                });
                break;
            }
        }
        self.stmts(&function.body, depth + 1);
    }

    fn expr(&mut self, expr: &'a Expr, hint: &str, depth: usize) {
        if depth > DEPTH_LIMIT {
            return;
        }
        let next = depth + 1;
        match &expr.kind {
            Kind::Call(call) => {
                if REGISTERING.contains(&call.callee.last_name()) {
                    self.registered(call, hint);
                } else if let Some(name) = route_of_tool(call)
                    && let Some(Kind::Function(function)) =
                        call.args.last().map(|arg| &arg.value.kind)
                {
                    self.tools.push(Tool {
                        name,
                        description: String::new(),
                        function,
                        call: Some(call),
                        is_route: true,
                        schemas: Vec::new(),
                    });
                }
                self.expr(&call.callee, "", next);
                for arg in &call.args {
                    self.expr(&arg.value, "", next);
                }
            }
            Kind::Map(entries) => {
                self.object(entries, hint, None);
                for (key, value) in entries {
                    self.expr(value, key.as_deref().unwrap_or(""), next);
                }
            }
            Kind::Function(function) => self.stmts(&function.body, next),
            Kind::Block(body) => self.stmts(body, next),
            Kind::Member(base, _) | Kind::Slice(base) => self.expr(base, "", next),
            Kind::Index(left, right) | Kind::Binary(_, left, right) => {
                self.expr(left, "", next);
                self.expr(right, "", next);
            }
            Kind::Joined(parts)
            | Kind::Sum(parts)
            | Kind::Compare(parts)
            | Kind::Either(parts)
            | Kind::List(parts)
            | Kind::Other(parts) => {
                for part in parts {
                    self.expr(part, hint, next);
                }
            }
            Kind::Text(_) | Kind::Literal(_) | Kind::Name(_) => {}
        }
    }

    /// A table from names to functions, such as `const handlers = { pay, refund }`, or a list of functions.
    fn table(&mut self, name: &str, value: &'a Expr) {
        if !matches!(value.kind, Kind::Map(_) | Kind::List(_)) {
            return;
        }
        let name = words(name);
        let says = |list: &[&str]| name.iter().any(|word| list.contains(&word.as_str()));
        let is_of_tools = says(&["tool", "tools"]) && !says(&["schemas", "schema", "names"])
            || self.speaks_of_tools
                && name.last().is_some_and(|last| {
                    matches!(
                        last.as_str(),
                        "handlers" | "functions" | "actions" | "dispatch"
                    )
                });
        if !is_of_tools {
            return;
        }
        match &value.kind {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    let key = key.clone().unwrap_or_default();
                    match &value.kind {
                        Kind::Function(function) if !key.starts_with("on") => {
                            self.tools.push(Tool {
                                name: key,
                                description: String::new(),
                                function,
                                call: None,
                                is_route: false,
                                schemas: Vec::new(),
                            });
                        }
                        Kind::Name(_) | Kind::Member(..) => {
                            self.by_name.push((key, value.last_name(), None));
                        }
                        _ => {}
                    }
                }
            }
            Kind::List(parts) => {
                let names = parts
                    .iter()
                    .filter(|part| matches!(part.kind, Kind::Name(_)));
                self.by_name
                    .extend(names.map(|part| (String::new(), part.last_name(), None)));
            }
            _ => {}
        }
    }

    fn registered(&mut self, call: &'a Call, hint: &str) {
        let named = text_argument(call, 0);
        for arg in &call.args {
            match &arg.value.kind {
                Kind::Function(function) => {
                    self.tools.push(Tool {
                        name: named
                            .clone()
                            .filter(|name| !name.is_empty())
                            .unwrap_or_else(|| hint.to_owned()),
                        description: text_argument(call, 1).unwrap_or_default(),
                        function,
                        call: Some(call),
                        is_route: false,
                        schemas: call.args.iter().map(|arg| &arg.value).collect(),
                    });
                    return;
                }
                Kind::Map(entries) => {
                    let name = named.clone().unwrap_or_else(|| hint.to_owned());
                    if self.object(entries, &name, Some(call)) {
                        return;
                    }
                }
                _ => {}
            }
        }
        let by_reference = call
            .args
            .iter()
            .find(|arg| is_reference(arg))
            .map(|arg| arg.value.last_name());
        if let Some(name) = by_reference {
            self.by_name
                .push((named.unwrap_or_default(), name, Some(call)));
        }
    }

    /// An object with a description and a body.
    fn object(
        &mut self,
        entries: &'a [(Option<String>, Expr)],
        hint: &str,
        call: Option<&'a Call>,
    ) -> bool {
        let entry = |name: &str| {
            entries
                .iter()
                .find(|(key, _)| key.as_deref() == Some(name))
                .map(|(_, value)| value)
        };
        let described = entry("description").is_some()
            || entry("parameters").is_some()
            || entry("inputSchema").is_some()
            || call.is_some();
        let body = BODIES
            .iter()
            .find_map(|key| match entry(key).map(|value| &value.kind) {
                Some(Kind::Function(function)) => Some(function),
                _ => None,
            });
        let (true, Some(function)) = (described, body) else {
            return false;
        };
        let text = |name: &str| match entry(name).map(|value| &value.kind) {
            Some(Kind::Text(text)) => Some(text.clone()),
            _ => None,
        };
        self.tools.push(Tool {
            name: text("name").unwrap_or_else(|| hint.to_owned()),
            description: text("description").unwrap_or_default(),
            function,
            call,
            is_route: false,
            schemas: entries
                .iter()
                .filter(|(_, value)| !matches!(value.kind, Kind::Function(_)))
                .map(|(_, value)| value)
                .collect(),
        });
        true
    }
}

/// The name of the tool that a path serves: `app.post("/tools/pay", …)`.
fn route_of_tool(call: &Call) -> Option<String> {
    if !is_route(call) {
        return None;
    }
    let path = text_argument(call, 0)?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.find(|part| matches!(*part, "tool" | "tools" | "functions"))?;
    let name = parts.next_back()?;
    (!name.starts_with([':', '{', '<'])).then(|| name.to_owned())
}

fn is_reference(arg: &Arg) -> bool {
    matches!(arg.value.kind, Kind::Name(_) | Kind::Member(..))
}

fn text_argument(call: &Call, index: usize) -> Option<String> {
    match &call.args.get(index)?.value.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    }
}
