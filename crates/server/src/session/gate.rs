//! The platform's side of the guard in one conversation: what a tool may be called with, by whom, and what is kept of it.
//!
//! Every call walks the way of `conversimple_guard::call` here before it leaves, and again in the agent where the agent
//! is ours. The caller's secrets live in this conversation's vault; they enter the arguments inside the walk and are in
//! nothing that is shown, recorded or given to an engine. Each decision is in the audit trail before it has an effect.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use conversimple_conversation::calls::OpenCall;
use conversimple_dialog::read_back;
use conversimple_guard::Refusal;
use conversimple_guard::call::{
    Accepts, Author, Call, LoginTicket, Permit, Policy, Session, SessionLimits, Toolset, fits,
    stage,
};
use conversimple_guard::capture::{Capture, Caught, Correction, InputSource, Question, Token};
use conversimple_guard::consent::{Consent, ReadBack, Sentences};
use conversimple_guard::reply::{Answer, NamedCaller, received};
use conversimple_mask::{mask, mask_json};
use conversimple_store::Tenant;
use conversimple_wire::effect::{self, Effect};
use conversimple_wire::tool::{CallView, OWN_THINGS_TOOL, OwnThings, Role, ToolCall};
use conversimple_wire::{CallId, Code, ConversationId, ToolOutcome, ToolSpec, TurnId};
use serde_json::{Map, Value, json};

use super::audit_writer::{AuditWriter, Entry};
use crate::audit_event::AuditEvent;
use crate::clock;
use crate::platform::Platform;
use crate::quotas::{Shared, lock};

/// How much is shown of the name of a tool that there is not.
const UNKNOWN_TOOL_CHARS: usize = 64;

/// Verdict of a call that was let through and came back.
const ALLOWED: &str = "allowed";

pub(super) struct Gate {
    id: ConversationId,
    tools: Vec<ToolSpec>,
    /// Everything that the declarations and the table of codes have said in advance, a text a line.
    declared: String,
    policies: HashMap<String, Arc<Policy>>,
    counted: Shared,
    login: Session,
    /// Who logged in, as it may be recorded.
    who: Option<String>,
    own: BTreeMap<String, OwnThings>,
    capture: Capture,
    /// The caller is in the middle of a number that they were asked for.
    unfinished: bool,
    /// What was let through and is not back yet.
    in_flight: HashMap<CallId, InFlight>,
    audit: AuditWriter,
}

impl Drop for Gate {
    /// The conversation's own counts end with it; those of its caller stay.
    fn drop(&mut self) {
        lock(&self.counted.quotas).close(&self.id);
    }
}

/// What the gate says of a call that is about to be sent.
pub(super) struct Begun {
    /// The call as it is shown to people; nothing when it was shown before or is the SDK's own.
    pub(super) view: Option<CallView>,
    /// The arguments to send, secrets in clear, or why the call is refused.
    pub(super) verdict: Result<Map<String, Value>, Refusal>,
}

/// A call that was let through.
struct InFlight {
    tool: String,
    arguments: Map<String, Value>,
    ticket: Option<LoginTicket>,
    /// Whom the agent's reply names as the caller.
    named: Option<NamedCaller>,
    /// Its result is asked for as a list of the caller's own things.
    lists: bool,
}

impl Gate {
    pub(super) fn new(platform: Arc<Platform>, tenant: Tenant, id: ConversationId) -> Self {
        Self {
            tools: Vec::new(),
            declared: String::new(),
            policies: HashMap::new(),
            counted: platform.counters.of(tenant.customer_id()),
            login: Session::new(id.clone(), SessionLimits::default()),
            who: None,
            own: BTreeMap::new(),
            capture: Capture::new(),
            unfinished: false,
            in_flight: HashMap::new(),
            audit: AuditWriter::new(platform, &tenant, id.clone()),
            id,
        }
    }

    // ---- words ----

    /// Swaps the secrets of an utterance for tokens. Spoken words may still change until [`Gate::turn_taken`]; typed ones are
    /// whole.
    pub(super) fn hear(&mut self, words: &str, question: &Question, how: InputSource) -> Caught {
        let caught = self.capture.heard(words, question, how);
        self.unfinished = caught.unfinished;
        caught
    }

    /// Whether the caller has begun a number that they were asked for and is likely to go on.
    pub(super) fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// The turn was taken: what was heard will not change any more. What the turn before turns out to have said too much.
    pub(super) fn turn_taken(&mut self, turn: TurnId) -> Option<Correction> {
        self.capture.taken(turn)
    }

    /// The turn that was taken last is none: its words come again.
    pub(super) fn turn_taken_back(&mut self) {
        self.capture.taken_back();
    }

    /// What the platform says: a question for a number makes the next words its answer.
    pub(super) fn said(&mut self, text: &str) {
        self.capture.said(text);
    }

    /// What an engine wants to say, as it may be said aloud: hints in place of tokens.
    pub(super) fn sayable(&self, text: String) -> String {
        match text.contains('⟨') {
            true => self.capture.vault().spoken(&text, true),
            false => text,
        }
    }

    // ---- tools ----

    /// The agent is there, with this key.
    pub(super) fn agent_came(&mut self, key_id: &str) {
        self.audit.agent_came(key_id);
    }

    /// Accepts the tools that the agent registered; false when they are the same as before.
    pub(super) fn set_tools(&mut self, tools: &[ToolSpec]) -> bool {
        let toolset = Toolset::of(tools, Author::Foreign);
        let specs = toolset.tools.iter().map(|(spec, _)| spec);
        if specs.clone().eq(&self.tools) {
            return false;
        }
        self.declared = declared(tools);
        self.tools = specs.cloned().collect();
        let policies = toolset.tools.into_iter();
        self.policies = policies
            .map(|(spec, policy)| (spec.name, Arc::new(policy)))
            .collect();
        true
    }

    /// The declarations of the tools that may be called, completed by what holds where nothing is declared.
    pub(super) fn tools(&self) -> Vec<ToolSpec> {
        self.tools.clone()
    }

    /// Whether these words are declared and therefore nobody's own: their sound may be kept.
    pub(super) fn is_declared(&self, words: &str) -> bool {
        self.declared.lines().any(|text| text.contains(words))
    }

    /// A tool's declaration.
    pub(super) fn spec(&self, tool: &str) -> Option<&ToolSpec> {
        self.tools.iter().find(|spec| spec.name == tool)
    }

    /// Whether an engine may not ask for this tool by name.
    pub(super) fn is_internal(&self, tool: &str) -> bool {
        let internal = |policy: &Arc<Policy>| policy.internal();
        tool == OWN_THINGS_TOOL || self.policies.get(tool).is_some_and(internal)
    }

    /// The name of one of the caller's own things, to be said instead of its id.
    pub(super) fn own_name(&self, kind: &str, id: &str) -> Option<String> {
        self.own
            .get(kind)?
            .things
            .iter()
            .find(|thing| thing.id == id)?
            .names
            .first()
            .cloned()
    }

    /// The question for a call that the caller must say yes to. None when no yes is needed, or when the call would be
    /// refused in any case.
    pub(super) fn read_back(&self, tool: &str, arguments: &Map<String, Value>) -> Option<ReadBack> {
        let spec = self.spec(tool).filter(|spec| spec.confirm())?;
        self.question(spec, arguments, |asked| asked)
    }

    /// The question for a call that was sent and whose outcome the caller has not heard, if they want exactly the same again.
    /// None for a tool that changes nothing.
    pub(super) fn repeat_question(
        &self,
        tool: &str,
        arguments: &Map<String, Value>,
    ) -> Option<ReadBack> {
        let changes = |effect| {
            matches!(
                effect,
                Effect::Write | Effect::Send | Effect::Pay | Effect::Delete
            )
        };
        let spec = self
            .spec(tool)
            .filter(|spec| judged(spec).is_some_and(changes))?;
        self.question(spec, arguments, |asked| {
            format!("I have just sent exactly that. Do you want it once more? {asked}")
        })
    }

    /// Whether a tool changes something, so that its outcome must reach the caller.
    pub(super) fn changes(&self, tool: &str) -> bool {
        self.spec(tool)
            .and_then(judged)
            .is_some_and(|effect| effect != Effect::Read)
    }

    fn question(
        &self,
        spec: &ToolSpec,
        arguments: &Map<String, Value>,
        put: impl FnOnce(String) -> String,
    ) -> Option<ReadBack> {
        let tool = spec.name.as_str();
        let policy = self.policies.get(tool)?;
        if policy.needs_caller() && !self.login.is_live(clock::now()) {
            return None;
        }
        let given = |takes: &Accepts, text: &str| self.capture.given(takes, text);
        let word = |mut shown: Map<String, Value>| {
            // What has a token is said by a hint; the value itself is nobody's to hear.
            for (name, value) in policy.without_secrets(arguments) {
                if value.to_string().contains('⟨') {
                    shown.insert(name, self.hinted(value));
                }
            }
            let said = read_back(spec, &shown, |kind, id| self.own_name(kind, id));
            Sentences {
                ask: put(self.sayable(said.ask)),
                again: self.sayable(said.again),
            }
        };
        ReadBack::of(&self.id, policy, arguments.clone(), given, word).ok()
    }

    fn hinted(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.capture.vault().spoken(&text, false).into(),
            Value::Array(items) => items.into_iter().map(|item| self.hinted(item)).collect(),
            Value::Object(map) => map
                .into_iter()
                .map(|(name, inner)| (name, self.hinted(inner)))
                .collect(),
            plain => plain,
        }
    }

    // ---- calls ----

    /// Decides about a call. The decision is in the audit trail when this returns.
    pub(super) async fn begin(
        &mut self,
        call_id: &CallId,
        call: &OpenCall,
        consent: Consent,
    ) -> Begun {
        let verdict = self.admit(call_id, call, consent).await;
        let visible = !self.is_internal(&call.tool);
        Begun {
            view: visible.then(|| self.view(call_id, call)),
            verdict,
        }
    }

    async fn admit(
        &mut self,
        call_id: &CallId,
        call: &OpenCall,
        consent: Consent,
    ) -> Result<Map<String, Value>, Refusal> {
        let decided = self.walk(call_id, call, consent);
        let refused = decided
            .as_ref()
            .err()
            .map(|refusal| refusal.code.to_string());
        let entry = self.entry(call_id, call, refused);
        if !self.audit.write(AuditEvent::ToolCall, entry).await && decided.is_ok() {
            return Err(Code::ServiceUnavailable.into());
        }
        let mut permit = decided?;
        // A turn with a call is not taken back.
        self.capture.commit();
        let ticket = permit.login();
        let arguments = permit.take_arguments();
        self.in_flight.insert(
            call_id.clone(),
            InFlight {
                tool: self.sent_as(call).to_owned(),
                arguments: arguments.clone(),
                ticket,
                named: None,
                lists: self.lister(call).is_some(),
            },
        );
        Ok(arguments)
    }

    /// The conversation itself refuses a call: that is a decision as any other, and in the trail. What may be shown of it.
    pub(super) async fn refused(
        &mut self,
        call_id: &CallId,
        call: &OpenCall,
        code: Code,
    ) -> CallView {
        let entry = self.entry(call_id, call, Some(code.to_string()));
        // Nothing follows from a refusal, so that one that cannot be written changes nothing.
        let _written = self.audit.write(AuditEvent::ToolCall, entry).await;
        let mut view = self.view(call_id, call);
        view.verdict = Some(code.to_string());
        view.millis = Some(0.0);
        view
    }

    /// A call that was let through before is sent again.
    pub(super) fn again(&self, call_id: &CallId) -> Begun {
        let passed = self.in_flight.get(call_id);
        Begun {
            view: None,
            verdict: passed
                .map(|passed| passed.arguments.clone())
                .ok_or_else(|| Code::TurnInterrupted.into()),
        }
    }

    fn walk(
        &mut self,
        call_id: &CallId,
        call: &OpenCall,
        consent: Consent,
    ) -> Result<Permit, Refusal> {
        let now = clock::now();
        let lister = self.lister(call).map(|policy| policy.name().to_owned());
        // A tool that lists things is asked for all of them.
        let arguments = match lister {
            Some(_) => Map::new(),
            None => call.arguments.clone(),
        };
        let tool = lister.unwrap_or_else(|| call.tool.clone());
        let policy = self.policies.get(&tool);
        let asked = ToolCall {
            call_id: call_id.clone(),
            conversation_id: self.id.clone(),
            tool_name: tool,
            arguments,
            timeout_seconds: conversimple_wire::agent::TIMEOUT_SECONDS_DEFAULT,
        };
        let capture = &self.capture;
        let validated = Call::received(asked)
            .sized()?
            .identified(policy, Some(&mut self.login), now)?
            .limited(&mut lock(&self.counted.quotas), now)?
            .validated_with(|takes, text| capture.given(takes, text))?;
        self.try_login(&call.tool, &validated, now)?;
        let owned = self.own(validated)?;
        owned.permitted(consent, &mut lock(&self.counted.quotas), now)
    }

    /// A login counts as failed until the agent says that it was one, so that guesses made at once in many conversations
    /// do not all slip through before the first is answered. An agent of ours counts again by itself; another may not.
    fn try_login(
        &self,
        tool: &str,
        call: &Call<stage::Validated>,
        now: Duration,
    ) -> Result<(), Refusal> {
        let policy = self.policies.get(tool);
        let Some(policy) = policy.filter(|policy| policy.role() == Role::Login) else {
            return Ok(());
        };
        let accounts = policy.accounts(call.arguments());
        let mut logins = lock(&self.counted.logins);
        logins.check(self.id.as_str(), &accounts, now)?;
        logins.failed(self.id.as_str(), &accounts, now);
        Ok(())
    }

    /// Own things are checked against what the agent said that this caller owns. An agent that cannot be asked checks
    /// by itself.
    fn own(&self, call: Call<stage::Validated>) -> Result<Call<stage::OwnThings>, Refusal> {
        let nothing = OwnThings::default();
        let answers = self.policies.contains_key(OWN_THINGS_TOOL);
        let mut proofs = Vec::new();
        for claim in call.claims()? {
            let owned = match answers || self.lister_of(claim.kind()).is_some() {
                true => {
                    let things = self.own.get(claim.kind()).unwrap_or(&nothing);
                    claim.among(things)?
                }
                false => claim.answered(Some(()))?,
            };
            proofs.push(owned.proof());
        }
        call.owned(&proofs)
    }

    /// The tool whose result is asked for where the caller's own things are, if the agent has no tool of the SDK's for it.
    fn lister(&self, call: &OpenCall) -> Option<&Arc<Policy>> {
        if call.tool != OWN_THINGS_TOOL || self.policies.contains_key(OWN_THINGS_TOOL) {
            return None;
        }
        self.lister_of(call.arguments.get("kind")?.as_str()?)
    }

    fn lister_of(&self, kind: &str) -> Option<&Arc<Policy>> {
        let lists = |policy: &&Arc<Policy>| policy.lists().is_some_and(|it| it.kind() == kind);
        self.policies.values().find(lists)
    }

    /// The name under which a call is sent.
    pub(super) fn sent_as<'a>(&'a self, call: &'a OpenCall) -> &'a str {
        self.lister(call).map_or(&call.tool, |policy| policy.name())
    }

    /// What an agent's reply is worth. Nothing else sees it before this.
    pub(super) fn clear_reply(&mut self, call_id: &CallId, outcome: ToolOutcome) -> ToolOutcome {
        let passed = self.in_flight.get_mut(call_id);
        let tool = passed.as_ref().map(|passed| passed.tool.as_str());
        let policy = tool.and_then(|tool| self.policies.get(tool));
        let Answer { outcome, caller } =
            received(outcome, self.capture.vault(), policy.map(Arc::as_ref));
        let lists = policy.and_then(|policy| policy.lists());
        let Some(passed) = passed else {
            return outcome;
        };
        passed.named = caller;
        match (lists.filter(|_| passed.lists), outcome) {
            (Some(lists), ToolOutcome::Result(value)) => {
                ToolOutcome::Result(json!(lists.things(&value)))
            }
            (_, outcome) => outcome,
        }
    }

    /// A call ended: logins and own things follow from it, and it is in the trail.
    pub(super) async fn settled(
        &mut self,
        call_id: &CallId,
        call: &OpenCall,
        outcome: &ToolOutcome,
    ) -> CallView {
        let passed = self.in_flight.remove(call_id);
        let refused = outcome.refusal().map(str::to_owned);
        if let Some(passed) = passed {
            let entry = self.entry(call_id, call, refused.clone());
            // What is not in the trail has no effect: a login that cannot be recorded is none.
            if self.audit.write(AuditEvent::ToolOutcome, entry).await {
                self.follow(call, passed, outcome);
            }
        }
        let mut view = self.view(call_id, call);
        let took = clock::monotonic().saturating_sub(call.asked_at);
        view.millis = Some(took.as_secs_f64() * 1000.0);
        view.verdict = Some(refused.unwrap_or_else(|| ALLOWED.to_owned()));
        view
    }

    fn follow(&mut self, call: &OpenCall, passed: InFlight, outcome: &ToolOutcome) {
        let result = match outcome {
            ToolOutcome::Result(result) if outcome.refusal().is_none() => Some(result),
            ToolOutcome::Result(_) | ToolOutcome::Failed(_) => None,
        };
        let well = result.is_some_and(|result| result.get("success") != Some(&Value::Bool(false)));
        let role = self
            .policies
            .get(&call.tool)
            .map_or(Role::Ordinary, |policy| policy.role());
        match (role, passed.ticket) {
            (Role::Login, Some(ticket)) if well => {
                if let Some(policy) = self.policies.get(&call.tool) {
                    let accounts = policy.accounts(&passed.arguments);
                    lock(&self.counted.logins).succeeded(self.id.as_str(), &accounts);
                }
                // The agent says who it is; the id is for our limits and the trail, never an argument.
                // Somebody without a name shares no limit with others who have none.
                let named = passed.named;
                self.who = named.as_ref().map(|named| named.shown.clone());
                let id = named.and_then(|named| named.id);
                let id = id.unwrap_or_else(|| self.id.to_string());
                let _in = self.login.log_in(ticket, &id, clock::now());
                self.own.clear();
            }
            // Who fails to log in, or to log out, is nobody afterwards.
            (Role::Login | Role::Logout, _) => {
                self.login.log_out();
                self.own.clear();
            }
            (Role::Ordinary, _) => {}
        }
        if well {
            self.forget_used(call);
        }
        if call.tool == OWN_THINGS_TOOL
            && let Some(result) = result
            && let Some(kind) = call.arguments.get("kind").and_then(Value::as_str)
            && let Ok(things) = serde_json::from_value(result.clone())
        {
            self.own.insert(kind.to_owned(), things);
        }
    }

    /// A secret that did its work is forgotten: nothing can be called with it again.
    fn forget_used(&mut self, call: &OpenCall) {
        let Some(policy) = self.policies.get(&call.tool) else {
            return;
        };
        let mut used = Vec::new();
        policy.secrets_in(&call.arguments, |text| used.extend(Token::parse(text)));
        for token in used {
            self.capture.forget(token);
        }
    }

    /// A call as it may be shown: secrets are gone, and what still looks like one is masked.
    pub(super) fn view(&self, call_id: &CallId, call: &OpenCall) -> CallView {
        let mut arguments = Value::Object(self.shown(call));
        mask_json(&mut arguments);
        CallView {
            call_id: call_id.clone(),
            turn: call.turn,
            name: self.shown_tool(call),
            arguments,
            verdict: None,
            millis: None,
        }
    }

    fn shown(&self, call: &OpenCall) -> Map<String, Value> {
        match self.policies.get(&call.tool) {
            Some(_) if !fits(&call.arguments) => {
                Map::from_iter([("(all)".to_owned(), Value::from("[too large]"))])
            }
            Some(policy) => {
                let mut shown = policy.without_secrets(&call.arguments);
                let spec = self.spec(&call.tool);
                shown.retain(|name, _| spec.is_some_and(|spec| spec.argument(name).is_some()));
                shown
            }
            // What is not declared may be anything, a password among it.
            None => Map::new(),
        }
    }

    /// A tool's name as it may be shown: an engine can name a tool whatever it likes.
    fn shown_tool(&self, call: &OpenCall) -> String {
        match self.policies.contains_key(&call.tool) {
            true => call.tool.clone(),
            false => {
                let beginning: String = call.tool.chars().take(UNKNOWN_TOOL_CHARS).collect();
                mask(&beginning).into_owned()
            }
        }
    }

    fn entry(&mut self, call_id: &CallId, call: &OpenCall, refused: Option<String>) -> Entry {
        Entry {
            call_id: call_id.clone(),
            turn: call.turn,
            tool: self.shown_tool(call),
            arguments: self.shown(call),
            who: self.who(),
            refused,
        }
    }
}

impl Gate {
    /// Who is logged in, as it may be recorded.
    fn who(&mut self) -> Option<String> {
        self.login.whose(clock::now())?;
        let named = self.who.clone();
        Some(named.unwrap_or_else(|| self.id.to_string()))
    }
}

/// Questions, results that say nothing of the result, and the sentences of the codes.
fn declared(tools: &[ToolSpec]) -> String {
    let asked = tools
        .iter()
        .flat_map(ToolSpec::arguments)
        .filter_map(|argument| argument.ask());
    let said = tools
        .iter()
        .filter_map(ToolSpec::say)
        .filter(|say| !say.contains('{'));
    let codes = Code::ALL.iter().map(|code| code.sentence());
    asked
        .chain(said)
        .chain(codes)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What a tool does to the world; nothing where its declaration says something that is no effect.
fn judged(spec: &ToolSpec) -> Option<Effect> {
    effect::judge(spec).map(|judgement| judgement.effect).ok()
}
