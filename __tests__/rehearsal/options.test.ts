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
    expect(parseOptions(words)).toBe("help");
  });

  test.each<[string, string[], string]>([
    ["no verb", [], "expected one of up, down, status, got nothing: see --help"],
    ["another verb", ["destroy"], "expected one of up, down, status, got destroy: see --help"],
    ["an unknown option", ["up", "--nmae", "x"], "unknown option --nmae for up: see --help"],
    ["an option of another verb", ["down", "--json"], "unknown option --json for down: see --help"],
    ["a value that is none", ["up", "--no-deploy=yes"], '--no-deploy takes no value, got "yes": see --help'],
    ["a word too much", ["up", "trial"], 'unexpected word "trial": see --help'],
    [
      "a name that is missing",
      ["status", "--name"],
      "--name needs the name of a rehearsal, such as --name trial",
    ],
    [
      "an option for a name",
      ["status", "--name", "--json"],
      "--name needs the name of a rehearsal, such as --name trial",
    ],
    [
      "a name that cannot be one",
      ["up", "--name", "My_Host"],
      '"My_Host" cannot name a rehearsal: use 1 to 31 lowercase letters, digits and hyphens, with no hyphen at either end',
    ],
    [
      "a name with another use",
      ["up", "--name", "plugins"],
      '"plugins" cannot name a rehearsal: the folder .rehearsal/plugins has another use',
    ],
  ])("refuses %s", (_, words, message) => {
    expect(() => parseOptions(words)).toThrow(new Error(message));
  });
});
