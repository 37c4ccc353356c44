import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OPERATOR } from "../smoke";

/** What the clients of one stretch of traffic saw. */
export interface TrafficResult {
  readonly requests: number;
  /** Work orders whose creation was confirmed. */
  readonly created: number;
  readonly seconds: number;
  /** Milliseconds from each request to the end of its answer. */
  readonly times: readonly number[];
  /** Every request without the answer that it should have had. */
  readonly failed: readonly { readonly at: string; readonly request: string; readonly why: string }[];
}

/**
 * Does something while 16 keep-alive clients use the system at `url`, from before its beginning to after its end. They
 * log in as the account of the smoke script, which must have run there.
 * @throws Error when the clients cannot begin
 */
export async function underTraffic<T>(
  url: string,
  what: () => Promise<T>,
): Promise<{ readonly value: T; readonly traffic: TrafficResult }> {
  const clients = spawn("node", [join(__dirname, "clients.mjs"), url], {
    env: { ...process.env, TRAFFIC_USER: OPERATOR.username, TRAFFIC_PASSWORD: OPERATOR.password },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(clients, "close");
  const lines = createInterface({ input: clients.stdout })[Symbol.asyncIterator]();
  try {
    if ((await lines.next()).value !== "ready") throw new Error(`the traffic at ${url} could not begin`);
    const value = await what();
    clients.stdin.end();
    const { value: result } = (await lines.next()) as { value: string };
    return { value, traffic: JSON.parse(result) as TrafficResult };
  } finally {
    clients.stdin.end();
    clients.kill();
    await closed;
  }
}
