import { resolve } from "node:path";
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
    expect(parseOptions(["up", "--help"])).toBe("help");
  });

  test.each([
    [["down"], "expected one of up, stop, reset, destroy, got down: see --help"],
    [["up", "trial"], 'unexpected word "trial": see --help'],
    [["stop", "--source", "x"], "unknown option --source for dev:stop: see --help"],
    [["up", "--fast"], "unknown option --fast for dev: see --help"],
    [["up", "--source"], "--source needs a folder, such as --source ../Emaintenance"],
    [["up", "--only", "web"], '--only knows the word infrastructure, got "web"'],
    [
      ["up", "--on-host", "redis"],
      '--on-host needs one of user-service, work-order-service, asset-service, web, or a service that main.ts adds, got "redis"',
    ],
    [
      ["up", "--name", "My Trial"],
      '--name takes up to 30 lower-case letters, digits and dashes, got "My Trial"',
    ],
    [["up", "--port-offset"], "--port-offset needs a number, such as 1000"],
    [["up", "--port-offset", "60000"], '--port-offset takes a whole number from 0 to 56000, got "60000"'],
  ])("%j are refused with a sentence", (words, sentence) => {
    expect(() => parseOptions(words)).toThrow(new Error(sentence));
  });
});
