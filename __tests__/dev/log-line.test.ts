import { formatLine, isHealthCheck } from "../../scripts/dev/log-line";

const PLAIN = { colours: false, raw: false, width: 12 };

describe("a line of a service's log", () => {
  test("has the service before it", () => {
    expect(formatLine("web", 0, " ✓ Ready in 2s", PLAIN)).toBe("web          |  ✓ Ready in 2s");
  });

  test("that is JSON reads like a sentence", () => {
    const line = JSON.stringify({
      level: "info",
      message: "listening on port 3001",
      service: "user-service",
      timestamp: "2026-11-24T10:00:00.000Z",
      startMilliseconds: 71,
      host: "a",
    });

    expect(formatLine("user-service", 0, line, PLAIN)).toBe(
      "user-service | info listening on port 3001 startMilliseconds=71 host=a",
    );
  });

  test.each(["{ not JSON", '{"status":200}', '"text"'])("that is %s stays as it is", (line) => {
    expect(formatLine("web", 0, line, PLAIN)).toBe(`web          | ${line}`);
  });

  test("stays as it is if that was asked for", () => {
    const line = '{"level":"info","message":"hello"}';

    expect(formatLine("web", 0, line, { ...PLAIN, raw: true })).toBe(`web          | ${line}`);
  });

  test("has a colour for each service, and for what is wrong", () => {
    const line = formatLine("web", 1, '{"level":"error","message":"broken","at":1}', {
      ...PLAIN,
      colours: true,
    });

    expect(line).toBe(
      "\u001b[33mweb          |\u001b[0m \u001b[31merror\u001b[0m broken \u001b[2mat=1\u001b[0m",
    );
  });
});

test.each([
  ['{"level":"debug","message":"GET /health","status":200}', true],
  ['{"level":"debug","message":"GET /health","status":503}', false],
  ['{"level":"debug","message":"GET /api/users","status":200}', false],
  ["GET /health", false],
])("%s only says that a service is well: %s", (line, expected) => {
  expect(isHealthCheck(line)).toBe(expected);
});
