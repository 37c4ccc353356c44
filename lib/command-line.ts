import { Argument, Command, CommanderError, type ErrorOptions, Option } from "commander";

/** Wrong words on the command line: what came, what was expected, and the remedy. */
export class UsageError extends Error {}

/** The text that --help asks for. */
export interface Help {
  readonly help: string;
}

/** The words of a command line that are in order. */
export interface Words {
  readonly verb: string;
  /** Those that belong to no option. */
  readonly words: readonly string[];
  flag(option: string): boolean;
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
}

/** What a value has to be. */
export interface Value {
  /** With an example, to be read after "expected". */
  readonly expected: string;
  /** @throws Error with a sentence of its own; false where the sentence with what was expected will do */
  readonly accepts?: (value: string) => boolean;
}

/** Exit codes that mean the same for every command. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * The words of one command, or of several that share a file: help, errors and exit codes are the same everywhere. A command
 * declares itself with `verb`, `word`, `flag` and `value`.
 */
export class CommandLine extends Command {
  private chosen?: CommandLine;
  private printed = "";
  private readonly missing = new Map<string, string>();

  /** @param script the name that npm knows it by */
  constructor(
    readonly script: string,
    name = script,
  ) {
    super(name);
    this.helpOption("-h, --help", "this text");
    this.allowExcessArguments(false);
  }

  /** All commands of a file. @param end what the help of each ends with, such as its exit codes */
  static of(script: string, about: string, end = ""): CommandLine {
    const line = new CommandLine(script);
    line.description(about).helpCommand(false).showSuggestionAfterError(false).exitOverride();
    line.configureOutput({
      writeOut: (text) => (line.printed += text),
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(process.stdout.columns || 120, 120),
      getOutHasColors: () => false,
    });
    line.configureHelp({
      showGlobalOptions: true,
      commandUsage: (command) => `npm run ${scriptOf(command)} -- ${command.usage()}`,
      subcommandTerm: (command) => `npm run ${scriptOf(command)}`,
      styleCommandDescription: (text) => text,
    });
    if (end !== "") line.addHelpText("afterAll", `\n${end.trimEnd()}`);
    return line;
  }

  /** One of several commands. @param script the name that npm knows it by. @default the verb */
  verb(verb: string, about: string, script = verb): CommandLine {
    const command = new CommandLine(script, verb);
    command.description(about).copyInheritedSettings(this);
    command.action(() => {
      this.chosen = command;
    });
    this.addCommand(command);
    return command;
  }

  /** A word that must be there. @param missing what is said where it is not */
  word(name: string, about: string, missing: string, value?: Value): this {
    this.missing.set(name, missing);
    return this.positional(`<${name}>`, about, value);
  }

  /** A word that may be there. */
  optionalWord(name: string, about: string, value?: Value): this {
    return this.positional(`[${name}]`, about, value);
  }

  flag(flags: string, about: string): this {
    return this.addOption(new Option(flags, about));
  }

  /** An option with a value, such as `--name <NAME>`. @param several whether it may be there more than once */
  value(flags: string, about: string, value: Value, several = false): this {
    const option = new Option(flags, about);
    this.missing.set(flags, `${option.long ?? flags} has no value: expected ${value.expected}`);
    return this.addOption(
      option.argParser<string | string[]>((text, before = []) => {
        if (text === "" || text.startsWith("-")) this.refuse(this.missing.get(flags) ?? flags);
        this.check(`${option.long ?? flags} is ${JSON.stringify(text)}`, text, value);
        return several ? [before, text].flat() : text;
      }),
    );
  }

  /** @throws UsageError */
  read(argv: readonly string[]): Words | Help {
    this.printed = "";
    try {
      this.parse([...argv], { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.code === "commander.helpDisplayed") return { help: this.printed };
      return this.noVerb("nothing");
    }
    const command = this.chosen ?? this;
    const options = command.optsWithGlobals<Record<string, string | string[] | boolean | undefined>>();
    return {
      verb: command.name(),
      words: command.args,
      flag: (name) => options[name] === true,
      text: (name) => (typeof options[name] === "string" ? options[name] : undefined),
      texts: (name) => (Array.isArray(options[name]) ? options[name] : []),
    };
  }

  /** Says what is wrong, and where help is. @throws UsageError */
  refuse(problem: string): never {
    throw new UsageError(`${problem}; see npm run ${this.script} -- --help`);
  }

  /** Every finding of commander's own comes here. */
  override error(message: string, { code = "" }: ErrorOptions = {}): never {
    const quoted = /'(.*)'/s.exec(message)?.[1] ?? "";
    switch (code) {
      case "commander.unknownOption":
        return this.refuseOption(quoted);
      case "commander.optionMissingArgument":
      case "commander.missingArgument":
        return this.refuse(this.missingText(quoted));
      case "commander.excessArguments":
        return this.refuse(
          `unexpected word ${JSON.stringify(this.args[this.registeredArguments.length])}: expected ${this.wordsInHelp()}`,
        );
      case "commander.unknownCommand":
        return this.noVerb(this.args[0] ?? "nothing");
      default:
        return this.refuse(message.replace(/^error: /, ""));
    }
  }

  private missingText(name: string): string {
    const text = this.missing.get(name) ?? (this.parent as CommandLine | null)?.missingText(name);
    return text ?? `${name} is missing`;
  }

  private refuseOption(flag: string): never {
    const known = [...this.options, ...(this.parent?.options ?? [])];
    const [name, ...value] = flag.split("=");
    if (known.some(({ long }) => long === name)) {
      return this.refuse(`${name} takes no value, got ${JSON.stringify(value.join("="))}: leave it out`);
    }
    const expected = [...known.map(({ long }) => long), "--help"].join(", ");
    return this.refuse(`unknown option ${flag} for ${this.script}: expected some of ${expected}`);
  }

  private noVerb(got: string): never {
    const verbs = this.commands.map((command) => command.name()).join(", ");
    return this.refuse(`expected one of ${verbs}, got ${got}`);
  }

  private wordsInHelp(): string {
    const words = this.registeredArguments.map((one) => (one.required ? one.name() : `[${one.name()}]`));
    return words.length === 0 ? "options only" : `no more than ${words.join(" ")}`;
  }

  private positional(name: string, about: string, value?: Value): this {
    const argument = new Argument(name, about);
    if (value) argument.argParser((text: string) => this.check(JSON.stringify(text), text, value));
    return this.addArgument(argument);
  }

  private check(what: string, text: string, { accepts = () => true, expected }: Value): string {
    let accepted;
    try {
      accepted = accepts(text);
    } catch (error) {
      return this.refuse(error instanceof Error ? error.message : String(error));
    }
    return accepted ? text : this.refuse(`${what}: expected ${expected}`);
  }
}

const scriptOf = (command: Command): string =>
  command instanceof CommandLine ? command.script : command.name();

/** The option that answers every question with yes. */
export const yes = (line: CommandLine): CommandLine =>
  line.flag("-y, --yes", "do not ask; needed where nobody sits at a terminal");

/**
 * Runs a program: help goes to standard output, an error to standard error.
 *
 * @param work returns the exit code
 * @param failure the exit code, and the text, of an error that is no wrong usage. @default 1, and its message
 */
export async function runProgram<Options extends object>(
  parse: (words: readonly string[]) => Options | Help,
  work: (options: Options) => Promise<number>,
  failure: (error: unknown) => { readonly code?: number; readonly text?: string } = () => ({}),
): Promise<number> {
  try {
    const options = parse(process.argv.slice(2));
    if (!("help" in options)) return await work(options);
    process.stdout.write(options.help);
    return EXIT.done;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { code = EXIT.failed, text = message } = error instanceof UsageError ? {} : failure(error);
    process.stderr.write(`${text}\n`);
    return error instanceof UsageError ? EXIT.usage : code;
  }
}
