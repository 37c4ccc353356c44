import { pipe, run, RunError, waitFor, which } from "../../lib/run";

const shell = (script: string) => ["sh", "-c", script];

describe("run", () => {
  test("gives what a program printed, and its lines as they come", async () => {
    const lines: string[] = [];
    const result = await run(shell("echo one; echo two >&2; printf three"), {
      onLine: (line, from) => lines.push(`${from}: ${line}`),
    });
    expect(result).toEqual({ code: 0, stdout: "one\nthree", stderr: "two\n" });
    expect(lines.sort()).toEqual(["stderr: two", "stdout: one", "stdout: three"]);
  });

  test("hands on input, environment and folder", async () => {
    const { stdout } = await run(shell('cat; printf "%s %s %s" "$A" "${HOME-none}" "$PWD"'), {
      input: "in ",
      env: { A: "a", HOME: undefined },
      cwd: "/",
    });
    expect(stdout).toBe("in a none /");
  });

  test("a program that does not read its input is no failure", async () => {
    expect((await run(["true"], { input: "x".repeat(1_000_000) })).code).toBe(0);
  });

  test.each<[string, string[], string]>([
    [
      "fails",
      shell("echo before; echo wrong >&2; exit 3"),
      'sh -c "echo before; echo wrong >&2; exit 3": exit code 3\nwrong',
    ],
    ["fails without a word", ["false"], "false: exit code 1"],
    ["is not there", ["no-such-program", "a b"], 'no-such-program "a b": no such program on PATH'],
  ])("rejects a program that %s", async (_, argv, message) => {
    await expect(run(argv)).rejects.toThrow(new RunError(message));
  });

  test("returns the exit code if failure is allowed", async () => {
    expect(await run(shell("exit 3"), { allowFailure: true })).toEqual({ code: 3, stdout: "", stderr: "" });
  });

  test("ends a program that takes too long", async () => {
    await expect(run(["sleep", "30"], { timeoutSeconds: 0.1 })).rejects.toThrow(
      new RunError("sleep 30: not finished after 0.1 s, ended"),
    );
  });
});

describe("pipe", () => {
  test("connects two programs", async () => {
    expect((await pipe(["seq", "1000"], ["wc", "-l"])).stdout.trim()).toBe("1000");
  });

  test.each<[string, string[], string[], string]>([
    [
      "the sender",
      shell("echo lost >&2; exit 4"),
      ["cat"],
      'sh -c "echo lost >&2; exit 4": exit code 4\nlost',
    ],
    [
      "the receiver",
      ["seq", "1000000"],
      shell("echo full >&2; exit 5"),
      'sh -c "echo full >&2; exit 5": exit code 5\nfull',
    ],
  ])("rejects when %s fails", async (_, from, to, message) => {
    await expect(pipe(from, to)).rejects.toThrow(new RunError(message));
  });
});

describe("waitFor", () => {
  test("gives the first answer", async () => {
    let looks = 0;
    expect(await waitFor("a look", 5, () => Promise.resolve(++looks === 3 && "seen"), 1)).toBe("seen");
  });

  test("gives up with what it waited for", async () => {
    await expect(waitFor("the end", 0.01, () => Promise.resolve(false), 1)).rejects.toThrow(
      new Error("the end did not happen within 0.01 s"),
    );
  });
});

test("which finds programs on PATH only", async () => {
  expect(await which("sh")).toMatch(/\/sh$/);
  expect(await which("no-such-program")).toBeUndefined();
});
