import { createHash, randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { pipeline } from "node:stream/promises";
import { run } from "../../../lib/run";
import { ask, answering, echoOf } from "./client";
import { GatewaySystem, START_SECONDS } from "./gateway-system";

const MB = 1_000_000;

/** Far below the container's 512 MiB: bodies are passed on, not collected. */
const MEMORY_BOUND_MIB = 128;

let system: GatewaySystem;

beforeAll(async () => {
  system = await GatewaySystem.start();
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);

/** What a browser sends for a form with files. */
function form(files: readonly Buffer[]): { body: Buffer; headers: Record<string, string> } {
  const boundary = "----gateway-test";
  const parts = files.flatMap((file, index) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${index}.jpg"\r\n` +
        `Content-Type: image/jpeg\r\n\r\n`,
    ),
    file,
    Buffer.from("\r\n"),
  ]);
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex");

/** The most memory that the gateway's container ever had, in MiB, files in memory included. */
async function peakMemoryMiB(): Promise<number> {
  const files = "/sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes";
  const peak = await system.inGateway(["sh", "-c", `cat ${files} 2>/dev/null || true`]);
  return Number(peak.trim()) / 2 ** 20;
}

async function expectUnharmed(): Promise<void> {
  expect(await peakMemoryMiB()).toBeLessThan(MEMORY_BOUND_MIB);
  const state = await run(["docker", "inspect", "--format", "{{json .State}}", system.gatewayName]);
  expect(JSON.parse(state.stdout)).toMatchObject({ OOMKilled: false, Running: true });
  expect(await system.log("error.log")).not.toMatch(/exited on signal|No space left/);
}

test("one upload of 50 MB arrives whole", async () => {
  const body = randomBytes(50 * MB);
  const echo = await echoOf(system.port, "/api/work-orders/7/attachments", { method: "POST", body });
  expect(echo).toMatchObject({ received: body.length, sha256: sha256(body) });
}, 60_000);

test("four forms of five files of 10 MB at the same time arrive whole, in a gateway of 512 MiB", async () => {
  const forms = [1, 2, 3, 4].map(() => form([1, 2, 3, 4, 5].map(() => randomBytes(10 * MB))));

  const echoes = await Promise.all(
    forms.map((each, index) =>
      echoOf(system.port, index % 2 ? "/api/assets/7/attachments" : "/api/work-orders/7/attachments", {
        method: "POST",
        ...each,
      }),
    ),
  );

  expect(echoes.map((echo) => echo.sha256)).toEqual(forms.map(({ body }) => sha256(body)));
  await expectUnharmed();
}, 120_000);

test("a form sent to a page is no danger either", async () => {
  const { body, headers } = form([1, 2, 3, 4, 5].map(() => randomBytes(10 * MB)));
  const echoes = await Promise.all(
    ["/a", "/b", "/c", "/d"].map((path) => echoOf(system.port, path, { method: "POST", body, headers })),
  );
  expect(echoes.map(({ received }) => received)).toEqual(Array(4).fill(body.length));
  await expectUnharmed();
}, 120_000);

test("a service that refuses an upload before it has read it is heard", async () => {
  const refusal = answering("/api/work-orders/7/attachments", { status: 401, unread: true });
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => ask(system.port, refusal, { method: "POST", body: Buffer.alloc(50 * MB) })),
  );
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
}, 60_000);

test("downloads of 50 MB to clients that are slow to read stay out of the gateway's memory", async () => {
  const path = answering("/api/assets/7/report", {
    bytes: 50 * MB,
    headers: { "content-type": "application/pdf" },
  });

  const sizes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => readSlowly(path)));

  expect(sizes).toEqual(Array(8).fill(50 * MB));
  await expectUnharmed();
}, 120_000);

/** Reads nothing until the service could have sent everything, then the rest; returns the bytes read. */
async function readSlowly(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port: system.port, path, agent: false }, (response) => {
      let size = 0;
      setTimeout(() => {
        pipeline(response, async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) size += chunk.length;
        }).then(() => resolve(size), reject);
      }, 2000);
    });
    request.once("error", reject);
    request.end();
  });
}
