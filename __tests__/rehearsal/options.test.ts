import { UsageError } from "../../lib/command-line";
import { parseOptions } from "../../rehearsal/options";

describe("the command line of a rehearsal", () => {
  test("up deploys the default rehearsal", () => {
    expect(parseOptions(["up"])).toEqual({
      verb: "up",
      name: undefined,
      deploy: true,
      bare: false,
      keepImages: false,
      json: false,
    });
  });

  test("options may come before and after, with and without =", () => {
    expect(parseOptions(["--name=trial", "up", "--no-deploy"])).toMatchObject({
      name: "trial",
      deploy: false,
    });
    expect(parseOptions(["up", "--bare"])).toMatchObject({ bare: true, deploy: true });
    expect(parseOptions(["down", "--name", "trial", "--keep-images"])).toMatchObject({
      name: "trial",
      keepImages: true,
    });
    expect(parseOptions(["status", "--json"])).toMatchObject({ verb: "status", json: true });
  });

  test.each([["--help"], ["-h"], ["up", "--help"]])("help is help: %s %s", (...words) => {
    expect(parseOptions(words)).toEqual({
      help: expect.stringMatching(/^Usage: npm run rehearse -- .*--name <NAME>.*2 wrong usage\n$/s) as string,
    });
  });

  test.each<[string, string[], string]>([
    ["no verb", [], "expected one of up, down, status, got nothing; see npm run rehearse -- --help"],
    [
      "another verb",
      ["destroy"],
      "expected one of up, down, status, got destroy; see npm run rehearse -- --help",
    ],
    [
      "an unknown option",
      ["up", "--nmae", "x"],
      "unknown option --nmae for rehearse: expected some of --no-deploy, --bare, --name, --help; see npm run rehearse -- --help",
    ],
    [
      "an option of another verb",
      ["down", "--json"],
      "unknown option --json for rehearse:down: expected some of --keep-images, --name, --help; see npm run rehearse:down -- --help",
    ],
    [
      "a value that is none",
      ["up", "--no-deploy=yes"],
      '--no-deploy takes no value, got "yes": leave it out; see npm run rehearse -- --help',
    ],
    [
      "a word too much",
      ["up", "trial"],
      'unexpected word "trial": expected options only; see npm run rehearse -- --help',
    ],
    [
      "a name that is missing",
      ["status", "--name"],
      "--name has no value: expected the name of a rehearsal, such as trial; see npm run rehearse -- --help",
    ],
    [
      "an option for a name",
      ["status", "--name", "--json"],
      "--name has no value: expected the name of a rehearsal, such as trial; see npm run rehearse -- --help",
    ],
    [
      "a name that cannot be one",
      ["up", "--name", "My_Host"],
      '"My_Host" cannot name a rehearsal: use 1 to 31 lowercase letters, digits and hyphens, with no hyphen at either end; see npm run rehearse -- --help',
    ],
    [
      "a name with another use",
      ["up", "--name", "plugins"],
      '"plugins" cannot name a rehearsal: the folder .rehearsal/plugins has another use; see npm run rehearse -- --help',
    ],
  ])("refuses %s", (_, words, message) => {
    expect(() => parseOptions(words)).toThrow(new UsageError(message));
  });
});
