import { Naming } from "../../constructs/naming";
import type { TerraformError } from "../../lib/terraform/apply-events";
import { printable } from "./printable";

/** What Docker knows of one container. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly created: string;
  readonly image: string;
  readonly state: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Why Docker could not start it. */
  readonly error: string;
  readonly restarts: number;
  readonly memoryBytes: number;
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly healthOutput: string;
}

export interface Facts {
  readonly containers: readonly ContainerFacts[];
  /** End of the log, by container, of those that are not well. */
  readonly logs: Readonly<Record<string, string>>;
}

/** Branches of the deployment document's tree (10.2), in its order. */
export type Cause =
  | "lock"
  | "host"
  | "image"
  | "build"
  | "migration"
  | "port"
  | "memory"
  | "environment"
  | "start"
  | "database"
  | "cache"
  | "dependency"
  | "health"
  | "network"
  | "gateway"
  | "verification"
  | "unknown";

/** What is most likely wrong, and what shows it. */
export interface Diagnosis {
  readonly cause: Cause;
  /** One sentence about what happened. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly container?: ContainerFacts;
  /** End of the container's log. */
  readonly log?: string;
}

/** Words by which programs say that a setting is missing or wrong. */
const SETTING =
  /environment variable|env(ironment)? var|is (not set|missing|required|undefined)|must be set|missing required/i;
const PORT_TAKEN = /port is already allocated|address already in use|EADDRINUSE/i;
const DATABASE = /postgres|database|ECONNREFUSED[^\n]*5432|password authentication failed|prisma|SASL/i;
const CACHE = /redis|ECONNREFUSED[^\n]*6379|NOAUTH|WRONGPASS/i;

/**
 * Goes down the tree of the deployment document (10.2): did the container not start (image, environment, port, limits), or not get
 * healthy (database, cache, another service), or does the API not answer (gateway, the application itself)? Pure: the same facts
 * give the same answer.
 */
export function diagnose(errors: readonly TerraformError[], facts: Facts): Diagnosis {
  const words = errors.map(({ summary, detail }) => `${summary}\n${detail}`).join("\n");
  const before = beforeAnyContainer(errors, words);
  if (before) return before;
  const unreachable = notReachable(words, facts);
  if (unreachable) return unreachable;

  const container = suspect(errors, facts);
  if (container) {
    const log = facts.logs[container.id] ?? "";
    return { ...ofContainer(container, log, words), container, ...(log !== "" && { log }) };
  }
  if (words.includes("verification failed")) {
    const [, checks] = /verification failed: ([^\n]*?)\. Release/.exec(words) ?? [];
    return {
      cause: "verification",
      what: `all containers are healthy, but ${checks ? `these checks failed: ${checks}` : "the checks after the deploy failed"}`,
      remedy:
        "look into the application: the check's message above says what it answered; emaintenance verify runs it again",
    };
  }
  if (/nginx refuses|gateway:/.test(words)) {
    return {
      cause: "gateway",
      what: "nginx does not take the new configuration",
      remedy: "correct the routes or settings of the gateway: nginx's own words are above",
    };
  }
  return {
    cause: "unknown",
    what: "no container of the system is unwell; Terraform's own words are all there is",
    remedy: "read them above; emaintenance status and emaintenance safety-check on the host may show more",
  };
}

/** Faults that come before any container is made. */
function beforeAnyContainer(errors: readonly TerraformError[], words: string): Diagnosis | undefined {
  if (/a restore (is under way|was killed before its end) on /.test(words)) {
    return {
      cause: "lock",
      what: "a restore on the host has not come to its end",
      remedy: "wait for it, or undo it if it was killed; the message above says which",
    };
  }
  if (/deploys release .* here since|another deployment has just taken the lock/.test(words)) {
    return {
      cause: "lock",
      what: "another operator is deploying now",
      remedy: "wait for its end; the message above says who, and what to do if it has died",
    };
  }
  if (/the host \S+ is not ready/.test(words)) {
    return {
      cause: "host",
      what: "the preflight found that the host cannot take this release; nothing of it was started",
      remedy: "its findings are above, each with what to do",
    };
  }
  const image = errors.find(({ address }) => address?.startsWith("docker_image."));
  if (image || /unable to (find or )?pull image|pull access denied|manifest unknown/i.test(words)) {
    const of = image ? ` of ${serviceOf(image.address)}` : "";
    return /build|dockerfile/i.test(`${image?.summary} ${image?.detail}`)
      ? {
          cause: "build",
          what: `the image${of} cannot be built`,
          remedy: "build it by hand to see its output, as docs/images.md says, correct it and release again",
        }
      : {
          cause: "image",
          what: `the image${of} cannot be found or pulled`,
          remedy: "check its name and tag, whether it was pushed, and the registry's login",
        };
  }
  return undefined;
}

/** Docker finds nothing wrong with a container that only itself can reach; the gate has asked it over the network. */
function notReachable(words: string, { containers, logs }: Facts): Diagnosis | undefined {
  const [, name, service, found] =
    /the new container (\S+) of (\S+) is healthy, and users would not reach it over the network: (.*)/.exec(
      words,
    ) ?? [];
  if (name === undefined || found === undefined) return undefined;
  const container = containers.find((one) => one.name === name);
  const log = container ? logs[container.id] : undefined;
  return {
    cause: "network",
    what: `${name} answers its own health check, but no other request: ${found}`,
    remedy: words.includes("It listens on 127.0.0.1 only")
      ? `let ${service} listen on 0.0.0.0 instead of 127.0.0.1, in its code or by its setting (HOST=0.0.0.0; of Next.js: HOSTNAME=0.0.0.0)`
      : `look at the port and the address on which ${service} listens; the message above says what was found`,
    container,
    ...(log && { log }),
  };
}

/** The container that the error is about, or else the newest one that is unwell. */
function suspect(errors: readonly TerraformError[], { containers }: Facts): ContainerFacts | undefined {
  const newest = [...containers].sort((a, b) => b.created.localeCompare(a.created));
  const named = new Set(errors.flatMap(({ address }) => (address ? [serviceOf(address)] : [])));
  const migrationFailed = errors.some(({ summary, detail }) =>
    `${summary}${detail}`.includes("migration failed"),
  );
  if (migrationFailed) named.add("migration");
  return (
    newest.find((one) => named.has(Naming.terraformId(one.service)) && isUnwell(one)) ?? newest.find(isUnwell)
  );
}

function isUnwell({ service, state, exitCode, health }: ContainerFacts): boolean {
  if (service === "migration") return state === "exited" && exitCode !== 0;
  return state !== "running" || health === "unhealthy" || health === "starting";
}

/** `docker_container.user_service` and `null_resource.gate_user_service` are about `user_service`. */
function serviceOf(address = ""): string {
  return (/\.(?:gate_)?([a-z_]+?)(?:_gate|_\d+)?(?:\[.*\])?$/.exec(address)?.[1] ?? address).replace(
    /^migration.*/,
    "migration",
  );
}

function ofContainer(
  container: ContainerFacts,
  log: string,
  words: string,
): Pick<Diagnosis, "cause" | "what" | "remedy"> {
  const { name, service, state, exitCode, error, memoryBytes, healthOutput } = container;
  if (service === "migration") {
    return {
      cause: "migration",
      what: `the migration ended with exit code ${exitCode}; no service of the new release was started`,
      remedy: "fix the migration by its log; what it has done to the database stays",
    };
  }
  if (PORT_TAKEN.test(`${error}\n${words}`)) {
    return {
      cause: "port",
      what: `${name} wants a port that is taken: ${error}`,
      remedy: "free it: emaintenance safety-check says who has it",
    };
  }
  // Of one that was started again Docker has forgotten it; the gate has seen it.
  if (
    container.outOfMemory ||
    (exitCode === 137 && state !== "running") ||
    words.includes(`${name} of ${service} runs out of memory`)
  ) {
    return {
      cause: "memory",
      what: `${name} needs more memory than its limit of ${Math.round(memoryBytes / 1024 ** 2)} MiB`,
      remedy: `raise limits.memoryMiB of ${service}, or find what takes the memory`,
    };
  }
  if (state === "running" && container.restarts === 0) return notHealthy(container, log);
  if (SETTING.test(log)) {
    return {
      cause: "environment",
      what: `${name} ends at its start (exit code ${exitCode}), and its log speaks of a setting`,
      remedy: `set it: environment of ${service}, or a variable of the deployment (docs/variables.md)`,
    };
  }
  return {
    cause: "start",
    what: `${name} ends at its start: ${error || `exit code ${exitCode}`}${container.restarts ? `, ${container.restarts} times` : ""}`,
    remedy: `its log says why; to try it alone: docker run --rm -it ${container.image}${healthOutput ? "" : " with its environment"}`,
  };
}

/** It runs, and does not get healthy: what it needs, or it itself? */
function notHealthy(
  { name, service, health, healthOutput }: ContainerFacts,
  log: string,
): Pick<Diagnosis, "cause" | "what" | "remedy"> {
  const said = `${healthOutput}\n${log}`;
  const down = [...healthOutput.matchAll(/"([\w-]+)":\s*\{"status":\s*"down"/g)].map(
    ([, check]) => check ?? "",
  );
  const is = `${name} is ${health === "starting" ? "not healthy in time" : "unhealthy"}`;
  if (
    down.includes("database") ||
    (down.length === 0 && DATABASE.test(said) && /ECONNREFUSED|authentication|refused|ENOTFOUND/.test(said))
  ) {
    return {
      cause: "database",
      what: `${is}: it does not reach the database`,
      remedy: "emaintenance health postgres; check POSTGRES_PASSWORD",
    };
  }
  if (
    down.includes("redis") ||
    (down.length === 0 && CACHE.test(said) && /ECONNREFUSED|NOAUTH|WRONGPASS|ENOTFOUND/.test(said))
  ) {
    return {
      cause: "cache",
      what: `${is}: it does not reach Redis`,
      remedy: "emaintenance health redis; check REDIS_PASSWORD",
    };
  }
  if (down.length > 0) {
    return {
      cause: "dependency",
      what: `${is}: it misses ${down.join(", ")}`,
      remedy: `emaintenance health; emaintenance logs ${down[0]}`,
    };
  }
  return {
    cause: "health",
    what: `${is}: ${lastLine(healthOutput)}`,
    remedy: `look at the health path of ${service} and its log; is the port right?`,
  };
}

function lastLine(output: string): string {
  const line = output.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
  return line === "" ? "its health check got no answer" : line;
}

/** The diagnosis for a person: what, the evidence, what to do. */
export function inWords({ what, remedy, container, log }: Diagnosis): string {
  const indented = (text: string) =>
    printable(text)
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n");
  return [
    `likely cause: ${printable(what)}`,
    ...(container && container.healthOutput.trim() !== ""
      ? [`  last health output of ${container.name}:`, indented(container.healthOutput)]
      : []),
    ...(log ? [`  end of the log of ${container?.name}:`, indented(log)] : []),
    `  remedy: ${remedy}`,
  ].join("\n");
}
