import { CommandLine, runProgram, UsageError } from "../../lib/command-line";

const declared = () => {
  const line = CommandLine.of("paint", "Paints the house.", "exit codes: 0 done");
  return line
    .word("COLOUR", "of the walls", "which colour? npm run paint -- white")
    .value("--coats <N>", "how many", { expected: "1 or 2", accepts: (text) => /^[12]$/.test(text) })
    .value("--door <NAME>", "leave it out", { expected: "a door" }, true)
    .flag("-w, --wet", "do not wait");
};

test("words and options come in any order", () => {
  const said = declared().read(["--door", "front", "white", "-w", "--door=back", "--coats", "2"]);
  if ("help" in said) throw new Error(said.help);
  expect([said.verb, said.words, said.flag("wet"), said.text("coats"), said.texts("door")]).toEqual([
    ...["paint", ["white"], true, "2", ["front", "back"]],
  ]);
  expect([said.text("wet"), said.flag("door"), said.texts("coats")]).toEqual([undefined, false, []]);
});

test.each([
  [[], "which colour? npm run paint -- white"],
  [["white", "red"], 'unexpected word "red": expected no more than COLOUR'],
  [["white", "--coat"], "unknown option --coat for paint: expected some of --coats, --door, --wet, --help"],
  [["white", "--coats", "3"], '--coats is "3": expected 1 or 2'],
  [["white", "--coats"], "--coats has no value: expected 1 or 2"],
  [["white", "--coats", "--wet"], "--coats has no value: expected 1 or 2"],
  [["white", "--coats="], "--coats has no value: expected 1 or 2"],
  [["white", "--wet=no"], '--wet takes no value, got "no": leave it out'],
])("%j says what came, what was expected, and where help is", (words, problem) => {
  expect(() => declared().read(words)).toThrow(new UsageError(`${problem}; see npm run paint -- --help`));
});

describe("a program", () => {
  const write = (stream: NodeJS.WriteStream) => jest.spyOn(stream, "write").mockReturnValue(true);
  const { argv } = process;
  afterEach(() => {
    process.argv = argv;
    jest.restoreAllMocks();
  });

  const parse = (words: readonly string[]) => {
    const said = declared().read(words);
    return "help" in said ? said : { colour: said.words[0] };
  };
  const fall = () => Promise.reject(new Error("the ladder fell"));

  test.each<[string[], () => Promise<number>, number, string, string]>([
    [["white"], () => Promise.resolve(3), 3, "", ""],
    [["--help"], fall, 0, "Usage: npm run paint -- [options] <COLOUR>\n\nPaints the house.\n", ""],
    [["--wet"], fall, 2, "", "which colour? npm run paint -- white; see npm run paint -- --help\n"],
    [["white"], fall, 1, "", "the ladder fell\n"],
  ])("called with %j ends with a code that says how", async (words, work, code, help, error) => {
    process.argv = ["node", "paint.ts", ...words];
    const [stdout, stderr] = [write(process.stdout), write(process.stderr)];
    expect(await runProgram(parse, work)).toBe(code);
    expect(stdout.mock.calls.join("")).toContain(help);
    expect(stdout.mock.calls).toHaveLength(help === "" ? 0 : 1);
    expect(stderr.mock.calls.join("")).toBe(error);
  });
});
