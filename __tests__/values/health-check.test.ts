import { runInNewContext } from "node:vm";
import { HealthCheck } from "../../constructs/values/health-check";

describe("a health check", () => {
  test("asks as often as the deployment document says, and every half second while the container starts", () => {
    const block = HealthCheck.shell("true").toBlock();

    expect(block).toEqual({
      test: ["CMD-SHELL", "true"],
      interval: "30s",
      timeout: "10s",
      retries: 3,
      startPeriod: "1m0s",
      startInterval: "500ms",
    });
  });

  test("takes another timing, in the spelling in which the engine gives it back", () => {
    const block = HealthCheck.shell("true", {
      intervalSeconds: 90,
      timeoutSeconds: 5,
      retries: 10,
      startPeriodSeconds: 3600,
      startIntervalMs: 2500,
    }).toBlock();

    expect(block).toMatchObject({
      interval: "1m30s",
      timeout: "5s",
      retries: 10,
      startPeriod: "1h0m0s",
      startInterval: "2.5s",
    });
  });

  test.each([
    [0.5, "500ms"],
    [1.1, "1.1s"],
    [1.25, "1.25s"],
    [61.001, "1m1.001s"],
    [0.1 + 0.2, "300ms"],
  ])("takes parts of a second too: %d as %s", (intervalSeconds, interval) => {
    expect(HealthCheck.shell("true", { intervalSeconds }).toBlock().interval).toBe(interval);
  });

  test("leaves out what engines before 25 refuse", () => {
    const block = HealthCheck.shell("true", { intervalSeconds: 2, startIntervalMs: "none" }).toBlock();

    expect(block).toEqual({
      test: ["CMD-SHELL", "true"],
      interval: "2s",
      timeout: "10s",
      retries: 3,
      startPeriod: "1m0s",
    });
  });

  test("runs a program without a shell", () => {
    expect(HealthCheck.command(["curl", "-f", "http://127.0.0.1/health"]).toBlock().test).toEqual([
      "CMD",
      "curl",
      "-f",
      "http://127.0.0.1/health",
    ]);
  });
});

describe("no health check", () => {
  test("switches off the one that an image may bring along, and is written out as the provider reads it back", () => {
    const written = { ...HealthCheck.shell("true").toBlock(), test: ["NONE"], startInterval: undefined };

    expect(HealthCheck.none().toBlock()).toEqual(written);
  });
});

describe("a health check over HTTP by the image's own Node.js", () => {
  const programOf = (check: HealthCheck) => check.toBlock().test.at(-1) ?? "";

  test("is one program without a shell", () => {
    expect(HealthCheck.httpByNode(3001, "/health").toBlock().test.slice(0, 3)).toEqual(["CMD", "node", "-e"]);
  });

  /** Runs the check's program with a `fetch` that answers as told, and returns what a container would show. */
  async function outcome(program: string, fetch: (url: string) => Promise<unknown>) {
    const asked: string[] = [];
    const limits: number[] = [];
    const printed: string[] = [];
    const exitCode = await new Promise<number>((resolve) => {
      runInNewContext(program, {
        fetch: (url: string) => {
          asked.push(url);
          return fetch(url);
        },
        AbortSignal: { timeout: (limit: number) => limits.push(limit) },
        console: { log: (...words: unknown[]) => printed.push(words.join(" ")) },
        process: { exit: resolve },
        String,
      });
    });
    return { asked, limits, printed, exitCode };
  }

  test("is healthy when the service answers well, and shows the answer", async () => {
    const program = programOf(HealthCheck.httpByNode(3001, "/health"));

    const result = await outcome(program, () =>
      Promise.resolve({ ok: true, status: 200, text: () => Promise.resolve('{"status":"ok"}') }),
    );

    expect(result).toMatchObject({
      exitCode: 0,
      asked: ["http://127.0.0.1:3001/health"],
      printed: ['200 {"status":"ok"}'],
    });
  });

  test("is unhealthy when the service says so, and shows why", async () => {
    const program = programOf(HealthCheck.httpByNode(3001, "/health"));

    const result = await outcome(program, () =>
      Promise.resolve({ ok: false, status: 503, text: () => Promise.resolve('{"redis":"down"}') }),
    );

    expect(result).toMatchObject({ exitCode: 1, printed: ['503 {"redis":"down"}'] });
  });

  test("is unhealthy when nothing answers, and shows why", async () => {
    const program = programOf(HealthCheck.httpByNode(3001, "/health"));

    const result = await outcome(program, () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })),
    );

    expect(result).toMatchObject({ exitCode: 1, printed: ["Error: ECONNREFUSED"] });
  });

  test.each([
    [10, 9000],
    [5, 4000],
    [1, 500],
  ])("of %d s gives up before Docker does, so that the reason is shown", async (timeoutSeconds, limitMs) => {
    const program = programOf(HealthCheck.httpByNode(3001, "/health", { timeoutSeconds }));

    const { limits } = await outcome(program, () => Promise.reject(new Error("too late")));

    expect(limits).toEqual([limitMs]);
  });
});

describe("a timing that Docker would take for another is refused", () => {
  test.each([
    [
      { intervalSeconds: 0 },
      "health check: intervalSeconds is 0: expected a number above 0, such as the default 30",
    ],
    [
      { timeoutSeconds: -1 },
      "health check: timeoutSeconds is -1: expected a number above 0, such as the default 10",
    ],
    [
      { intervalSeconds: 0.0005 },
      "health check: intervalSeconds is 0.0005: expected whole milliseconds, such as 0.5 or 1.25 seconds",
    ],
    [
      { startPeriodSeconds: NaN },
      "health check: startPeriodSeconds is NaN: expected a number above 0, such as the default 60",
    ],
    [
      { startIntervalMs: 0 },
      "health check: startIntervalMs is 0: expected a whole number above 0, such as the default 500",
    ],
    [
      { retries: 1.5 },
      "health check: retries is 1.5: expected a whole number above 0, such as the default 3",
    ],
  ])("%j", (timing, message) => {
    expect(() => HealthCheck.shell("true", timing)).toThrow(new Error(message));
  });
});
