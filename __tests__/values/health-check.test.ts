import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
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
  test("disables the one that an image may bring along, and is written out as the provider reads it back", () => {
    const written = { ...HealthCheck.shell("true").toBlock(), test: ["NONE"], startInterval: undefined };

    expect(HealthCheck.none().toBlock()).toEqual(written);
  });
});

describe("a health check over HTTP by the image's own Node.js", () => {
  const programOf = (check: HealthCheck) => check.toBlock().test.at(-1) ?? "";

  test("is one program without a shell", () => {
    expect(HealthCheck.httpByNode(3001, "/health").toBlock().test.slice(0, 3)).toEqual(["CMD", "node", "-e"]);
  });

  /** Runs the check's program against a service, and returns what a container would show. */
  async function outcome(
    answer: RequestListener,
    path = "/health",
    timeoutSeconds = 10,
  ): Promise<{ readonly exitCode: number; readonly printed: string }> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    try {
      await once(server, "listening");
      return await checked((server.address() as AddressInfo).port, path, timeoutSeconds);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  function checked(port: number, path: string, timeoutSeconds = 10) {
    const program = programOf(HealthCheck.httpByNode(port, path, { timeoutSeconds }));
    return new Promise<{ readonly exitCode: number; readonly printed: string }>((resolve) => {
      execFile("node", ["-e", program], (error, stdout) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code), printed: stdout.trim() }),
      );
    });
  }

  test("is healthy when the service answers well, and shows the answer", async () => {
    const asked: string[] = [];

    const result = await outcome((request, response) => {
      asked.push(request.url ?? "");
      response.end('{"status":"ok"}');
    });

    expect(result).toEqual({ exitCode: 0, printed: '200 {"status":"ok"}' });
    expect(asked).toEqual(["/health"]);
  });

  test("is unhealthy when the service says so, and shows why", async () => {
    const result = await outcome((_, response) => response.writeHead(503).end('{"redis":"down"}'));

    expect(result).toEqual({ exitCode: 1, printed: '503 {"redis":"down"}' });
  });

  test("follows the service to another path, but not in a circle", async () => {
    const toSlash: RequestListener = ({ url }, response) =>
      url === "/api/health/"
        ? response.end("ok")
        : response.writeHead(308, { location: "/api/health/" }).end("moved");
    const circle: RequestListener = (_, response) => response.writeHead(302, { location: "/" }).end("again");

    expect(await outcome(toSlash, "/api/health")).toEqual({ exitCode: 0, printed: "200 ok" });
    expect(await outcome(circle)).toEqual({ exitCode: 1, printed: "302 again" });
  });

  test("is unhealthy when nothing answers, and shows why", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();

    const { exitCode, printed } = await checked(port, "/health");

    expect(exitCode).toBe(1);
    expect(printed).toContain("ECONNREFUSED");
  });

  test("is unhealthy when the answer has no end, and gives up before Docker does, so that the reason is shown", async () => {
    const result = await outcome(
      (_, response) => void response.writeHead(200).write("begun"),
      "/health",
      0.5,
    );

    expect(result).toEqual({ exitCode: 1, printed: expect.stringMatching(/timeout|aborted/i) as string });
  });

  test.each([
    [10, 9000],
    [5, 4000],
    [1, 500],
  ])("of %d s has a limit of %d ms", (timeoutSeconds, limitMs) => {
    const program = programOf(HealthCheck.httpByNode(3001, "/health", { timeoutSeconds }));

    expect(program).toContain(`AbortSignal.timeout(${limitMs})`);
  });

  test("is asked every second at the start: each starts a Node.js", () => {
    const timing = (startIntervalMs?: number | "none") =>
      HealthCheck.httpByNode(3001, "/health", { startIntervalMs }).toBlock().startInterval;

    expect([timing(), timing(250), timing("none")]).toEqual(["1s", "250ms", undefined]);
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
