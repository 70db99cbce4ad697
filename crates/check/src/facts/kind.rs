//! The kinds of facts that the tables hold, and what a row's pattern of each kind is compared with. Decides nothing.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

/// A kind of fact. Each says with what a row's pattern is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fact {
    /// The last name of a call that runs or prepares a statement.
    SqlCall,
    /// The last name of a call that takes a piece of a condition.
    SqlCondition,
    /// The path, in lower case, of a call that runs its argument as code.
    CodeRunner,
    /// The path, in lower case, of a call that gives its argument to a shell.
    ShellRunner,
    /// The name of a shell as a program.
    Shell,
    /// The last name of a call that starts a program.
    Spawner,
    /// A word of the name of an HTTP client.
    HttpClient,
    /// The method by which an HTTP client opens its argument.
    HttpVerb,
    /// The path, in lower case, of a call that opens its argument.
    HttpPath,
    /// The last name of a call that opens its argument, whatever it is called on.
    HttpCall,
    /// A switch that verifies certificates while it is true.
    TlsVerify,
    /// A switch that leaves certificates unchecked while it is true.
    TlsSkip,
    /// What a log method is called on, in lower case, when `log` is no part of its name.
    Logger,
    /// The method by which a logger writes.
    LogMethod,
    /// A word of the name of what keeps rows or files.
    Keeper,
    /// The method by which a keeper stores its arguments.
    KeeperMethod,
    /// The last name of a call that stores its arguments, whatever it is called on.
    StoreCall,
    /// The type of a parameter that the framework fills.
    ContextType,
    /// The name of a parameter that the framework fills.
    ContextName,
    /// The end of the path, in lower case, of a call that makes a broken cipher.
    BrokenCipher,
    /// A word that makes a name speak about the thing that it names.
    NameAbout,
    /// A name, in snake case, of a whole message with all that the caller said.
    NamePayload,
    /// The verb under which a framework registers what serves a path.
    RouteVerb,
    /// The last name of a call that answers a request.
    AnswerCall,
    /// The path, in lower case, of a call that answers a request.
    AnswerPath,
    /// The last name, in lower case, of a call that hashes fast.
    Hasher,
    /// What fast hashes are methods of, in lower case.
    HasherModule,
    /// The method, in lower case, by which a module of hashes hashes.
    HasherMethod,
    /// The last name of a call that gives a stack trace.
    TraceCall,
    /// The last name of a call that declares a column.
    ColumnMaker,
    /// The last name of a call that declares an option of the command line.
    OptionCall,
    /// A word of the name of an address that is called.
    PlaceWord,
    /// A word of the name of an address that is not called.
    DescribedWord,
    /// The last name of a call that accepts any certificate when it is given true.
    TlsAccept,
    /// A part of an attribute that declares the range or choice of a parameter.
    BoundAttribute,
    /// The name of a file whose lines are commands, in a language of its own.
    RecipeFile,
    /// A setting, in snake case, that verifies certificates while it is on.
    VerifySetting,
    /// A setting, in snake case, that leaves certificates unchecked while it is on.
    SkipVerifySetting,
    /// A word of the name of a setting whose address is called.
    PlaceSetting,
    /// A word of the path of a file that configures a program.
    ConfigWord,
    /// A mark of a configuration that has a place for certificates.
    TlsMark,
    /// A key of JSON under which commands stand.
    JsonCommand,
    /// A key of YAML under which commands stand.
    YamlCommand,
    /// A name in the text of a file whose functions answer requests, in Rust.
    WebFramework,
    /// A mark of a file that has to do with connections.
    ConnectionMark,
    /// The last name of a call that hands an error to the function it is given.
    ErrorTaker,
    /// The last name of a call that hands an event to the function it is given.
    EventTaker,
    /// The last name of a call that joins texts.
    Joiner,
    /// A word of the name of a call that masks its argument in place.
    InPlaceMask,
    /// The last name of a call that adds text to its receiver.
    TextAdder,
    /// The last name of a call that adds its argument to its receiver.
    Adder,
    /// A word of the name of a call that writes random or received bytes into a buffer.
    Filler,
    /// The name under which a method has its own object.
    Receiver,
    /// The path of the arguments of the command line.
    ArgvPath,
    /// A member that tells nothing of what is in the value.
    PlainMember,
    /// The last name of a call whose text is worth following out of a function.
    TextBuilder,
    /// A type that shows its content when it is printed.
    PlainType,
    /// A generic type that shows what is in it.
    WrapperType,
    /// A name of a length or a type.
    MeasureName,
    /// A word of the name of a call that says whether a value is one of those that are wanted.
    ChoiceWord,
    /// The last name of a call that looks at the beginning or the end of a text.
    EdgeCall,
    /// A type of errors.
    ErrorType,
    /// A mark of a type that keeps its content to itself.
    SealedType,
    /// A type of Rust that holds a number.
    RustNumberType,
    /// The last name of a call that makes bytes.
    BytesMaker,
    /// A word for a customer before the word id.
    CustomerWord,
    /// The path of the keys with which a framework signs its cookies.
    CookieKeys,
    /// The last word of the name of a nonce or an initialisation vector.
    NonceWord,
    /// The last name of a decorator under which a function serves requests.
    HandlerDecorator,
    /// The name of a function that a cloud calls with an event.
    LambdaName,
    /// A type by which a function of Rust serves requests.
    RequestType,
    /// The word function, before call.
    FunctionWord,
    /// The word call, behind function.
    CallWord,
    /// A word of the name of a function that hands tool calls on.
    DispatchWord,
    /// A word for a tool.
    ToolWord,
    /// A name under which a tool's arguments travel together.
    ArgumentsName,
    /// The last name of the default of a parameter that the framework provides.
    ProvidedDefault,
    /// A type of Rust that is filled from the request.
    FilledType,
    /// The type of a parameter that is not filled from the request.
    ProvidedType,
    /// A name of a request.
    RequestName,
    /// The name of what answers are sent with.
    ResponseHolder,
    /// The method by which an answer is sent.
    ResponseMethod,
    /// The last name of a callback that takes a function's result.
    ResultCallback,
    /// The method by which an answer is built in Rust.
    BuilderMethod,
    /// The path of what the other side gets.
    AnswerBody,
    /// The last name of a decorator under which a function handles errors.
    ErrorHandler,
    /// The last name of a call that reads a whole message from a socket.
    SocketReader,
    /// The name of a socket whose messages come one by one.
    SocketName,
    /// The path of a function that runs a shell, when it is passed on.
    ShellFunction,
    /// The path, in lower case, of a call that makes a piece of SQL that is no text.
    SqlWrapper,
    /// A word of the name of a call that encrypts its argument.
    SealingWord,
    /// A word of the name of a call that masks or hashes its argument.
    MaskingWord,
    /// The last name of a call that gives a part of its receiver.
    PartCall,
    /// A word of the name of a call whose result carries the error that it is given.
    ErrorCarrier,
    /// The last name of a call that makes an address of its argument.
    AddressCall,
    /// The first word of the name of a call that gives what it is called.
    NamingWord,
    /// The last name of a call that ends a hash.
    HashEnd,
    /// The last name of a call that gives a number or a truth value.
    NumberCall,
    /// The last name of a call whose result is still what went in.
    KeepingCall,
    /// The last name of a call that turns a value into text.
    TextMaker,
    /// The last name of a call whose text is no longer the literal that went in.
    ChangingCall,
    /// The name of a method that sets the attributes of an object.
    SetupMethod,
    /// The name of a parameter that holds the body of a request.
    BodyParam,
    /// The last word of the name of a token.
    TokenWord,
    /// A word of the name of a call that takes a nonce.
    NonceTaker,
    /// The last name of a call that takes a cipher by its name, and a nonce.
    CipherWithIv,
    /// A part of the name of a broken cipher or mode.
    WeakAlgorithm,
    /// The name of a mode that takes a nonce.
    CipherMode,
    /// A part of a name that has to do with ciphers or keys.
    CipherHint,
    /// A word of the name of a function that encrypts.
    CipherWord,
    /// A word of the name of a parameter that is a key.
    KeyParam,
    /// The last name of a call that gives the number of a character.
    CharToCode,
    /// The last name of a call that gives the character of a number.
    CodeToChar,
    /// A word of the name of a function that compares two texts.
    ComparingWord,
    /// The path, in lower case, of a call that writes to the output.
    StreamLog,
    /// The name of a macro of Rust that logs.
    LogMacro,
    /// The path, in lower case, of a call that prints.
    PrintCall,
    /// The name of what holds a token of the program.
    TokenHolder,
    /// The name of a header that carries a key, in lower case.
    KeyHeader,
    /// A word of the name of a class that is sent on or kept.
    SentOnWord,
    /// A type of Rust that holds text as it is.
    TextField,
    /// A part of an attribute that keeps a field out of the answer.
    KeptBackMark,
    /// The last name of a call that writes to a file.
    FileWriter,
    /// A word of the name of a file.
    FileWord,
    /// The last name of a call that runs the statement that it is given.
    StatementCall,
    /// The last name of a call that runs a statement that was prepared before.
    StatementRun,
    /// The last name of a call that keeps the object that it is given.
    RowAdder,
    /// The last name of a failure whose text stays inside.
    PlainFailure,
    /// A word of the name of a call that sends something to the caller.
    SendingWord,
    /// A word of the name of a call that sends something to the staff.
    InternalWord,
    /// The last name of a call of Rust that maps an error.
    ErrorClosure,
    /// A derive that makes options of the command line of the fields.
    OptionsDerive,
    /// The last name of a call that falls back to its argument.
    FallbackCall,
    /// The last name of a call that starts a program with the arguments that it is given.
    ProgramStart,
    /// The last name of a call of Rust that adds an argument to a program.
    ProgramArgument,
    /// The last name of a call that sets a parameter of a query.
    QuerySetter,
    /// The last name of a call that takes SQL, and much else.
    GeneralCall,
    /// A part of a text in small letters that shows that it is SQL.
    SqlMark,
    /// A call in the text of a file that limits all its routes.
    RouteLimiter,
    /// A word for a thing that belongs to somebody.
    OwnedThing,
    /// The last word of the name of an id.
    IdWord,
    /// A word of the name of an argument that is found or not found.
    LookedUpWord,
    /// A word of the name of an argument that has a range.
    AmountWord,
    /// A word of the name of an argument that is free text.
    TextWord,
    /// A word of the name of an argument that has a form or is one of a set.
    FormWord,
    /// A word of the name of an argument that has a form, whatever its type.
    FormedWord,
    /// A mark of a file that has to do with tools.
    ToolMark,
    /// The last name of a decorator or a call that declares a tool.
    ToolMaker,
    /// The key under which an object that is a tool has its function.
    ToolBody,
    /// A word of the name of a table of schemas, which has no functions.
    SchemaWord,
    /// The last word of the name of a table of functions.
    HandlerTable,
    /// A part of a path under which tools are served.
    ToolPath,
    /// A word of a name that has to do with who is calling.
    CallerWord,
    /// A word of a decorator that requires a user.
    RequiredWord,
    /// A word of a decorator that limits calls.
    LimitDecorator,
    /// A word of a decorator that asks for a yes.
    ConfirmDecorator,
    /// A word of a decorator that validates arguments.
    ValidateDecorator,
    /// The type of a parameter that is the caller.
    CallerType,
    /// A word of the name of a parameter that is the yes.
    ConfirmParam,
    /// A refusal that says that the tool looks at who is calling.
    CallerRefusal,
    /// A word before a person that makes the person the one who is calling.
    SessionWord,
    /// A word for a person.
    PersonWord,
    /// A word of the name of what limits calls.
    LimiterWord,
    /// A word before a limit that makes a name look at it.
    LimitCheckWord,
    /// A word for a limit.
    LimitWord,
    /// A word of a name that has to do with a yes.
    ConfirmWord,
    /// A word beside balance that makes it no sum of money.
    LoadWord,
    /// A word of the name of the conversation's state.
    StateWord,
    /// A word of a key of the state that tells who is calling.
    CallerKey,
    /// The last name of a call that moves money.
    MoneyCall,
    /// The last name of a call that reads personal data.
    PersonalCall,
    /// A part of a schema, in small letters, that declares a range or a choice.
    RangeMark,
    /// A part of a schema, in small letters, that declares a length or a form.
    FormMark,
    /// A part of a type that has a range or is one of a set.
    NarrowType,
    /// The last name of a call that gives a set of choices.
    ChoiceCall,
    /// A word of the name of a call that validates its argument.
    ValidatorWord,
    /// The last name of a call that gives a number, a date or an id, or fails.
    Converter,
    /// The last name of a call that holds its argument against a form or a set.
    Matcher,
    /// The method of a text that holds it against a form.
    FormMethod,
    /// The last name of a call that looks its argument up in a table.
    TableLookup,
    /// The method of a text that gives a part of it.
    CutMethod,
    /// A word of the name of a call that cuts its argument.
    CutWord,
    /// The last name of a call that holds a number in a range.
    Clamp,
    /// The last name of a call that looks at its argument without bounding it.
    Look,
    /// A word of a decorator that checks whose thing it is.
    OwnerDecorator,
    /// A word of the name of a call that checks whose thing it is.
    OwnerCall,
    /// A word of the path of an owner.
    OwnerWord,
    /// A word for an owner before the word id.
    OwnerBeforeId,
    /// A word of a path that belongs to the caller.
    CallersWord,
    /// The last name of a call that gives a length.
    LengthCall,
    /// A member that is a length.
    LengthMember,
    /// A word of the name of a set of the program's own.
    ConstantWord,
    /// How a switch is written that is off.
    FalseWord,
    /// How a switch is written that is on.
    TrueWord,
    /// The last name of a constant that stands for no verification.
    UncheckedTls,
    /// The last name of a call that connects to its argument.
    ConnectCall,
    /// The last word of the name of a class that connects later.
    ClientWord,
    /// The path, in lower case, of a call that opens a socket.
    SocketPath,
    /// The last name of a call that opens a socket.
    SocketCall,
    /// The last name of a call that takes a switch for certificates.
    TlsCall,
    /// A part that no issued secret has and that examples are full of.
    PlaceholderMark,
    /// A whole word of which placeholders are made.
    PlaceholderWord,
    /// A word before a checksum.
    DigestWord,
    /// The host of a namespace, which is never opened; one that ends with a dot begins many.
    NamespaceHost,
    /// The name of a query parameter that carries a key, in snake case.
    KeyParameter,
    /// A part of the name of a file that is an example of another.
    ExampleFile,
    /// The name of a folder with tests.
    TestFolder,
    /// The name, in lower case, of a file of prose.
    ProseFile,
    /// The name of a file of settings, one a line.
    IniFile,
    /// The name, in lower case, of a file of commands.
    ShellFile,
    /// The name of a folder with other people's code or with what tools made.
    VendoredFolder,
    /// The name of a file that tools write and nobody reads.
    MadeFile,
    /// The extension of a file that is no text.
    BinaryExtension,
    /// The end of the path, in lower case, of a call that reads an environment variable.
    ReadsEnvironment,
    /// The whole path, in lower case, of a call that reads an environment variable.
    EnvironmentCall,
    /// A part of the text of a file that belongs to a voice agent.
    AgentMark,
    /// A part of an error that is its text.
    ErrorText,
    /// A part of an error that is its stack.
    ErrorTrace,
    /// A part of a request that is its whole body.
    WholePart,
    /// A part of a request that the other side has written.
    InputPart,
    /// An option of a declaration that limits calls.
    LimitFlag,
    /// An option of a declaration that asks for a yes.
    ConfirmFlag,
    /// An option of a declaration that validates the arguments.
    ValidateFlag,
    /// A part of a type that says nothing of what is in it.
    TypeWrapper,
    /// A type of Rust that is free text.
    RustTextType,
    /// A type of Rust that has no range.
    RustOpenType,
    /// A type of Python or TypeScript that is free text.
    TextType,
    /// A type of Python or TypeScript that has no range.
    OpenType,
    /// A type of Python or TypeScript that is a truth value.
    FlagType,
    /// A part of the path, in lower case, of a call that reads base64.
    Base64Call,
    /// The end of the path, in lower case, of a call that reads hexadecimal digits.
    HexCall,
    /// The scheme of an address that may carry a password.
    DatabaseScheme,
    /// The last name of a call that gives the member that its argument names.
    MemberCall,
    /// The last name of a call whose value is worth the text that it is made of.
    TextHolder,
    /// The last name of a call that holds the values that a statement is given.
    BindingCall,
    /// The end of the path, in lower case, of a call that gives the arguments of the command line.
    ArgvCall,
    /// The last name of a call that quotes its argument.
    QuotingCall,
    /// A part of the path, in lower case, of what quotes for SQL or for a shell.
    QuotingModule,
    /// The end of the path, in lower case, of a call whose result is still what went in.
    KeepingPath,
    /// An option of a declaration that asks for a caller.
    CallerFlag,
    /// An option of a declaration that lets anybody have the tool run.
    PublicFlag,
    /// An option of a declaration that asks for no yes.
    NoConfirmFlag,
    /// How an option is written that is off.
    OffWord,
    /// A part of a refusal that says that the tool limits calls.
    LimitRefusal,
    /// A refusal that says that the tool asks for a yes.
    ConfirmRefusal,
    /// A word of the name of what is somebody's own.
    PersonalMember,
    /// A word of a key of the state that holds the yes.
    ConfirmKey,
    /// A key that an object has only when it is a tool.
    ToolObject,
    /// A type that can hold a sum of money.
    SumType,
    /// A word of the name of a tool that says who is calling, or ends that.
    LoginWord,
    /// A word of the name of a tool that speaks to the staff.
    StaffWord,
    /// The first word of the name of a tool that opens something new.
    OpensWord,
    /// A part of a type that names one of a known set.
    KnownThingType,
    /// The name of the first parameter of a function that serves requests.
    HandlerFirst,
    /// The name of the second parameter of a function that serves requests.
    HandlerSecond,
    /// The name of the parameter that holds an event.
    EventName,
    /// The name of the parameter that holds an error.
    ErrorName,
    /// The extension of a file of Python.
    PythonExtension,
    /// The extension of a file of JavaScript.
    JavascriptExtension,
    /// The extension of a file of TypeScript.
    TypescriptExtension,
    /// The extension of a file of YAML.
    YamlExtension,
    /// The extension of a file of JSON.
    JsonExtension,
    /// The extension of a file of settings, one a line.
    IniExtension,
    /// The extension of a file of commands.
    ShellExtension,
    /// The extension of a file of prose.
    ProseExtension,
    /// A policy key and its value, in small letters, that make a default of the platform looser.
    LooseningKey,
    /// A word of a tool's declaration, with its value, in small letters, that makes a default of the platform looser.
    LooseningWord,
    /// A part of the text of a file that keeps the published SDK from logging what callers say.
    LogFilter,
    /// The beginning of a line that imports an SDK that logs all arguments.
    LoggingSdk,
    /// A part of the path, in lower case, of what keeps rows.
    KeeperPath,
    /// The word, in small letters, with which a statement begins that writes.
    WritingVerb,
    /// A part of a name with log in it that is no logger.
    OtherLog,
    /// A part of the text of a file that compares a scheme with that of sealed sockets.
    SecureScheme,
    /// A part of the text of a file that looks at the scheme of an address.
    SchemeCheck,
    /// The beginning of the path, in lower case, of a call that starts a program.
    SpawnerPath,
    /// What may stand where a rule can say something, for the prefilter.
    Mark,
    /// The same, as a word of its own or of an identifier.
    MarkWord,
    /// The same, where a tool is declared and not merely spoken of.
    MarkTool,
    /// The same, shortly behind a call that logs.
    MarkLogged,
    /// A call that logs, for the prefilter.
    MarkLogs,
    /// The first words of a query, for the prefilter.
    MarkQuery,
}

impl Fact {
    /// The fact with this name in a table.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<Error>::new(name)).ok()
    }
}
