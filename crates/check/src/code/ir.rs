//! The common form of Python, JavaScript and Rust: only what the rules ask for. Decides nothing; the three lowerings
//! beside it fill it, and everything that they do not know becomes `Other` with its parts, so that values still flow.

/// A range of bytes in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// An expression and where it stands.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What an expression is.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A text literal, escapes decoded.
    Text(String),
    /// A number, a truth value or nothing, as written.
    Literal(String),
    Name(String),
    Member(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    /// A part of a text or list, such as the last four characters.
    Slice(Box<Expr>),
    Call(Box<Call>),
    /// A text with values inside (f-string, template literal, `format!`): literals are `Text`.
    Joined(Vec<Expr>),
    /// Operands of `+`, flattened.
    Sum(Vec<Expr>),
    /// `left % right` where it can mean formatting, and other arithmetic.
    Binary(String, Box<Expr>, Box<Expr>),
    /// A comparison or membership test; its value is a truth value.
    Compare(Vec<Expr>),
    /// `a or b`, `a || b`, `a ?? b`.
    Either(Vec<Expr>),
    List(Vec<Expr>),
    /// A dict, object or struct literal; a spread has no key.
    Map(Vec<(Option<String>, Expr)>),
    Function(Box<Function>),
    /// Statements used as a value (Rust blocks, matches).
    Block(Vec<Stmt>),
    Other(Vec<Expr>),
}

/// A call, a constructor, a macro or a tagged template.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: Expr,
    pub(crate) args: Vec<Arg>,
    /// A tagged template literal: the tag sees text and values apart.
    pub(crate) tagged: bool,
}

/// One argument.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) name: Option<String>,
    pub(crate) value: Expr,
}

/// A statement.
#[derive(Debug)]
pub(crate) enum Stmt {
    Assign {
        target: Expr,
        value: Expr,
        /// `+=`.
        append: bool,
    },
    Expr(Expr),
    Return(Expr),
    Raise(Expr),
    /// Conditions, loops, tries and matches: every arm is looked at in turn.
    Branch {
        condition: Option<Expr>,
        arms: Vec<Arm>,
    },
    Function(Function),
    Class(Class),
}

/// One arm of a branch.
#[derive(Debug, Default)]
pub(crate) struct Arm {
    /// The name under which this arm sees an error.
    pub(crate) error: Option<String>,
    /// Names that take the condition's value.
    pub(crate) binds: Vec<String>,
    pub(crate) body: Vec<Stmt>,
}

/// A function, method, closure or arrow.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) params: Vec<Param>,
    pub(crate) decorators: Vec<Expr>,
    pub(crate) body: Vec<Stmt>,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    /// The type as written, empty when there is none.
    pub(crate) kind: String,
    pub(crate) default: Option<Expr>,
    /// An attribute on it declares its range or choice, as `#[input(min = 0, max = 100)]`.
    pub(crate) is_bounded: bool,
    pub(crate) span: Span,
}

/// A class, an `impl` block or a struct.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) decorators: Vec<Expr>,
    pub(crate) body: Vec<Stmt>,
    /// Declared fields of a Rust struct or a Python class; elsewhere empty.
    pub(crate) fields: Vec<Field>,
}

/// A declared field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) span: Span,
    /// The type as written.
    pub(crate) kind: String,
    /// Attributes as written.
    pub(crate) attributes: String,
}

impl Expr {
    pub(crate) fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    /// The last name of a path: `open` of `self.db.open`.
    pub(crate) fn last_name(&self) -> &str {
        match &self.kind {
            Kind::Name(name) | Kind::Member(_, name) => name.rsplit("::").next().unwrap_or(name),
            Kind::Call(call) => call.callee.last_name(),
            _ => "",
        }
    }

    /// The whole path with dots, as far as it is made of names; calls inside show as `()`.
    pub(crate) fn path(&self) -> String {
        match &self.kind {
            Kind::Name(name) => name.replace("::", "."),
            Kind::Member(base, name) => {
                let mut path = base.path();
                path.push('.');
                path.push_str(name);
                path
            }
            Kind::Call(call) => {
                let mut path = call.callee.path();
                path.push_str("()");
                path
            }
            Kind::Index(base, _) | Kind::Slice(base) => base.path(),
            _ => String::new(),
        }
    }

    /// Calls `visit` for the expressions of which this one is made; statements inside are left out.
    pub(crate) fn parts<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match &self.kind {
            Kind::Text(_) | Kind::Literal(_) | Kind::Name(_) => {}
            Kind::Function(_) | Kind::Block(_) => {}
            Kind::Member(base, _) | Kind::Slice(base) => visit(base),
            Kind::Index(left, right) | Kind::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
            Kind::Call(call) => {
                visit(&call.callee);
                call.args.iter().for_each(|arg| visit(&arg.value));
            }
            Kind::Joined(parts)
            | Kind::Sum(parts)
            | Kind::Compare(parts)
            | Kind::Either(parts)
            | Kind::List(parts)
            | Kind::Other(parts) => parts.iter().for_each(visit),
            Kind::Map(entries) => entries.iter().for_each(|(_, value)| visit(value)),
        }
    }

    /// Calls `visit` for this expression and all below it, functions and blocks included.
    pub(crate) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match &self.kind {
            Kind::Function(function) => walk_all(&function.body, visit),
            Kind::Block(body) => walk_all(body, visit),
            _ => self.parts(&mut |part| part.walk(visit)),
        }
    }
}

/// Calls `visit` for every expression in these statements.
pub(crate) fn walk_all<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Expr)) {
    for stmt in body {
        match stmt {
            Stmt::Assign { target, value, .. } => {
                target.walk(visit);
                value.walk(visit);
            }
            Stmt::Expr(expr) | Stmt::Return(expr) | Stmt::Raise(expr) => expr.walk(visit),
            Stmt::Branch { condition, arms } => {
                if let Some(condition) = condition {
                    condition.walk(visit);
                }
                for arm in arms {
                    walk_all(&arm.body, visit);
                }
            }
            Stmt::Function(function) => walk_all(&function.body, visit),
            Stmt::Class(class) => walk_all(&class.body, visit),
        }
    }
}
