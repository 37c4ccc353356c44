import type { ContainerHealthcheck } from "@cdktf/provider-docker/lib/container";
import { numberOutOfRange } from "../errors";
import { goDuration } from "./go-duration";

/** When Docker asks a container for its health. Defaults: deployment document, 8.1 (30 s, 10 s, 3). */
export interface HealthCheckTiming {
  /** Seconds between two checks. @default 30 */
  readonly intervalSeconds?: number;
  /** Seconds after which one check has failed. @default 10 */
  readonly timeoutSeconds?: number;
  /** Failures in a row that make a container unhealthy. @default 3 */
  readonly retries?: number;
  /** Seconds after the start in which failures do not count. @default 60 */
  readonly startPeriodSeconds?: number;
  /**
   * Milliseconds between two checks during the start period, so that each step of the start order takes a second and
   * not a whole interval. Needs Docker Engine 25 (API 1.44): an older one refuses it, so "none" leaves it out.
   * @default 500; 1000 for a check that starts a Node.js
   */
  readonly startIntervalMs?: number | "none";
}

type CheckedTiming = Required<HealthCheckTiming>;

const DEFAULT_TIMING = {
  intervalSeconds: 30,
  timeoutSeconds: 10,
  retries: 3,
  startPeriodSeconds: 60,
  startIntervalMs: 500,
} as const satisfies CheckedTiming;

/**
 * Starting a Node.js takes a tenth of a second of a processor: twice a second, in each container that starts, it would take from
 * the services the time that they need to start.
 */
const NODE_START_INTERVAL_MS = 1000;

/** Milliseconds that a check inside a container leaves between its own limit and Docker's; at most half of it. */
const MARGIN_MS = 1000;

/** A container's health check: what is asked, and when. */
export class HealthCheck {
  /**
   * Runs a program inside the container, without a shell; exit code 0 is healthy.
   *
   * @throws ConfigurationError, as the other factories do, when a number of the timing is not above 0
   */
  static command(test: readonly string[], timing: HealthCheckTiming = {}): HealthCheck {
    return new HealthCheck(["CMD", ...test], timing);
  }

  /** Runs a line of shell inside the container; exit code 0 is healthy. */
  static shell(line: string, timing: HealthCheckTiming = {}): HealthCheck {
    return new HealthCheck(["CMD-SHELL", line], timing);
  }

  /**
   * Asks a Node.js service over HTTP with the node that is in every one of their images (curl often is not).
   * The answer's status and body become the check's output, which `docker inspect` keeps.
   */
  static httpByNode(port: number, path: string, timing: HealthCheckTiming = {}): HealthCheck {
    const timeoutMs = (timing.timeoutSeconds ?? DEFAULT_TIMING.timeoutSeconds) * 1000;
    const limitMs = Math.max(timeoutMs - MARGIN_MS, timeoutMs / 2);
    // A Node that loads fetch costs twice the processor time of one with http; redirects are followed as fetch does.
    const program =
      `const end=(code,...words)=>{console.log(...words);process.exit(code)},signal=AbortSignal.timeout(${limitMs}),` +
      `ask=(url,left)=>require('http').get(url,{signal},r=>{let text='';const{statusCode:s,headers:{location:to}}=r;` +
      `if(to&&s>=300&&s<400&&left)return ask(new URL(to,url),left-1);` +
      `r.setEncoding('utf8').on('data',t=>text+=t).on('error',e=>end(1,String(e.cause??e)))` +
      `.on('end',()=>end(s>=200&&s<300?0:1,s,text))}).on('error',e=>end(1,String(e.cause??e)));` +
      `ask('http://127.0.0.1:${port}${path}',5)`;
    const startIntervalMs = timing.startIntervalMs ?? NODE_START_INTERVAL_MS;
    return new HealthCheck(["CMD", "node", "-e", program], { ...timing, startIntervalMs });
  }

  /**
   * Disables the check that an image may bring along: for jobs, which end. Left out, the image's own would be read
   * back, and show as a difference for ever; for the same reason the timing is written out, but for the one part of it
   * that older engines refuse.
   */
  static none(): HealthCheck {
    return new HealthCheck(["NONE"], { startIntervalMs: "none" });
  }

  private readonly timing: CheckedTiming;

  private constructor(
    private readonly test: readonly string[],
    timing: HealthCheckTiming,
  ) {
    this.timing = checkedTiming(timing);
  }

  /** The provider's block. */
  toBlock(): ContainerHealthcheck {
    const { intervalSeconds, timeoutSeconds, retries, startPeriodSeconds, startIntervalMs } = this.timing;
    return {
      test: [...this.test],
      interval: goDuration(milliseconds(intervalSeconds)),
      timeout: goDuration(milliseconds(timeoutSeconds)),
      retries,
      startPeriod: goDuration(milliseconds(startPeriodSeconds)),
      ...(startIntervalMs !== "none" && { startInterval: goDuration(startIntervalMs) }),
    };
  }
}

/** By how much a number of milliseconds may differ from a whole one: 1.1 s are 1100.0000000000002 ms to JavaScript. */
const ROUNDING = 1e-6;

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Fills in the defaults. To Docker a 0 is no number but "as the image says, or the engine". */
function checkedTiming(timing: HealthCheckTiming): CheckedTiming {
  const names = Object.keys(DEFAULT_TIMING) as (keyof HealthCheckTiming)[];
  const entries = names.map((name): [string, number | "none"] => {
    const value = timing[name] ?? DEFAULT_TIMING[name];
    if (value === "none") return [name, value];
    const whole = name === "retries" || name === "startIntervalMs";
    if (!(value > 0) || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
      throw numberOutOfRange(
        `health check: ${name}`,
        value,
        `a ${whole ? "whole number" : "number"} above 0, such as the default ${DEFAULT_TIMING[name]}`,
      );
    }
    if (!whole && Math.abs(value * 1000 - milliseconds(value)) > ROUNDING) {
      throw numberOutOfRange(
        `health check: ${name}`,
        value,
        "whole milliseconds, such as 0.5 or 1.25 seconds",
      );
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as unknown as CheckedTiming;
}
