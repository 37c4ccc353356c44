import type { RequestHandler } from "express";
import { describeError } from "./logger";
import { within } from "./within";

/** Something that a service needs. It rejects when that does not answer. */
export type Check = () => Promise<unknown>;

interface Outcome {
  readonly status: "up" | "down";
  readonly milliseconds: number;
  readonly error?: string;
}

/** What `/health` reports. */
export interface HealthProps {
  readonly service: string;
  readonly release: string | undefined;
  readonly checks: Readonly<Record<string, Check>>;
  /** True as soon as the service was asked to stop. */
  readonly stopping: () => boolean;
}

/** Well below the 10 s after which Docker counts a health check as failed. */
const CHECK_TIMEOUT_MS = 5000;

/** `GET /health`: 200 when all that the service needs answers, else 503, with the outcome of each check. */
export function healthRoute(props: HealthProps): RequestHandler {
  return async (_req, res) => {
    const names = Object.keys(props.checks);
    const outcomes = await Promise.all(Object.values(props.checks).map(outcomeOf));
    const healthy = outcomes.every((outcome) => outcome.status === "up");
    const status = props.stopping() ? "stopping" : healthy ? "ok" : "unavailable";
    res.status(status === "ok" ? 200 : 503).json({
      status,
      service: props.service,
      ...(props.release !== undefined && { release: props.release }),
      uptimeSeconds: Math.round(process.uptime()),
      checks: Object.fromEntries(names.map((name, index) => [name, outcomes[index]])),
    });
  };
}

async function outcomeOf(check: Check): Promise<Outcome> {
  const start = performance.now();
  const milliseconds = (): number => Math.round(performance.now() - start);
  try {
    await within(CHECK_TIMEOUT_MS, check());
    return { status: "up", milliseconds: milliseconds() };
  } catch (error) {
    return { status: "down", milliseconds: milliseconds(), error: rootMessage(error) };
  }
}

/** The operator needs the cause ("connect ECONNREFUSED ..."), not the sentence for clients that wraps it. */
function rootMessage(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? rootMessage(error.cause)
    : describeError(error).message;
}

/** A check that another service's own `/health` says 200. */
export function peerCheck(baseUrl: string): Check {
  return async () => {
    const answer = await fetch(new URL("/health", baseUrl), {
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`/health answered ${answer.status}`);
  };
}
