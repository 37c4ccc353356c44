import { resolve } from "node:path";
import { UsageError } from "../../lib/command-line";
import { parseOptions } from "../../scripts/dev/options";

describe("the words after npm run dev", () => {
  test("may be left out", () => {
    expect(parseOptions(["up"])).toEqual({
      verb: "up",
      source: undefined,
      only: undefined,
      onHost: [],
      name: undefined,
      portOffset: 0,
      poll: false,
      seed: false,
      follow: true,
      raw: false,
      yes: false,
    });
  });

  test("say what runs, and where", () => {
    const words =
      "--source ../app --on-host web --on-host user-service --name trial --port-offset 1000 --poll";

    expect(parseOptions(["up", ...words.split(" "), "--no-follow", "--seed"])).toMatchObject({
      source: resolve("../app"),
      onHost: ["web", "user-service"],
      name: "trial",
      portOffset: 1000,
      poll: true,
      seed: true,
      follow: false,
    });
    expect(parseOptions(["up", "--only", "infrastructure"])).toMatchObject({ only: "infrastructure" });
    expect(parseOptions(["destroy", "--yes"])).toMatchObject({ verb: "destroy", yes: true });
  });

  test("ask for help", () => {
    expect(parseOptions(["up", "--help"])).toEqual({
      help: expect.stringMatching(
        /^Usage: npm run dev -- \[options\]\n[^]*--name <NAME>[^]*130 interrupted\n$/,
      ) as string,
    });
  });

  test.each([
    [["down"], "expected one of up, stop, reset, destroy, got down; see npm run dev -- --help"],
    [["up", "trial"], 'unexpected word "trial": expected options only; see npm run dev -- --help'],
    [
      ["stop", "--source", "x"],
      "unknown option --source for dev:stop: expected some of --name, --help; see npm run dev:stop -- --help",
    ],
    [
      ["up", "--fast"],
      "unknown option --fast for dev: expected some of --source, --only, --on-host, --port-offset, --poll, --seed, --no-follow, " +
        "--raw, --name, --help; see npm run dev -- --help",
    ],
    [
      ["up", "--source"],
      "--source has no value: expected a folder, such as ../Emaintenance; see npm run dev -- --help",
    ],
    [["up", "--only", "web"], '--only is "web": expected infrastructure; see npm run dev -- --help'],
    [
      ["up", "--on-host", "redis"],
      '--on-host is "redis": expected one of user-service, work-order-service, asset-service, web, or a service that main.ts adds; ' +
        "see npm run dev -- --help",
    ],
    [
      ["up", "--name", "My Trial"],
      '--name is "My Trial": expected up to 30 lower-case letters, digits and dashes, such as trial; see npm run dev -- --help',
    ],
    [
      ["up", "--port-offset"],
      "--port-offset has no value: expected a whole number from 0 to 56000, such as 1000; see npm run dev -- --help",
    ],
    [
      ["up", "--port-offset", "60000"],
      '--port-offset is "60000": expected a whole number from 0 to 56000, such as 1000; see npm run dev -- --help',
    ],
  ])("%j are refused with a sentence", (words, sentence) => {
    expect(() => parseOptions(words)).toThrow(new UsageError(sentence));
  });
});
