import {
  numberOutOfRange,
  serviceFolderTaken,
  serviceNameInvalid,
  serviceNameReserved,
  serviceNeedUnknown,
  servicePortInvalid,
  servicePortTaken,
  serviceRouteTaken,
} from "../errors";
import type { OwnServiceDeclaration, OwnServices, ServiceDeclaration } from "./service-declaration";

/**
 * Letters, digits and single dashes: a name that DNS, Docker, Terraform, systemd, environment variables and file names all take.
 * No number at its end: `web-2` is the second container of `web`. Sources: RFC 1123, 2.1; systemd.unit(5).
 */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NUMBERED = /-[0-9]+$/;

/**
 * Linux takes 64 characters as a host name (hostname(7)). The project's name precedes it, and it is followed by the number of the
 * container and the id of a deployment: `emaintenance-NAME-2-1234567890123456789`.
 */
const LONGEST_NAME = 28;

/** Names of what is no service and has a container, a folder, a script, a variable or a word of the operator's command. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  "a container or job of the deployment": ["migration", "install", "deployed", "deploying", "wal-archive"],
  "a word of the operator's command": ["all", "data", "api", "gateway"],
  "the image with Node.js that others are made from": ["node"],
  "a folder of the VM": ["scripts", "infrastructure", "verify", "web-service", "archive", "schedules"],
  "a part of the stack": [
    "images",
    "network",
    "data-network",
    "postgres-data",
    "postgres-socket",
    "redis-data",
    "redis-password",
    "database-extensions",
    "safety-dump",
    "switch",
    "gateway-configuration",
  ],
  "the machine itself": ["localhost"],
  "an environment variable that services have already": ["database", "next-public-api"],
};

const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;

/** MiB that a Node.js service needs. Source: docs/measurements.md, "Memory at rest". */
const LEAST_MEMORY_MIB = 96;

/** From here on, debuggers find services that say no port of their own. */
const FIRST_DEBUG_PORT = 9233;

/**
 * Declarations of a team's own services, complete and checked.
 *
 * @param others the services that are there already
 * @throws ConfigurationError when one cannot be, or takes what another one has
 */
export function checkedOwnServices(
  own: OwnServices,
  others: readonly ServiceDeclaration[],
): ServiceDeclaration[] {
  Object.keys(own).forEach((name) => checkName(name, others));
  const known = [...others.filter(({ tier }) => tier === "api").map(({ name }) => name), ...Object.keys(own)];
  const taken = [...others];
  for (const [name, declaration] of Object.entries(own)) {
    const unknown = declaration.needs?.find((need) => !known.includes(need));
    if (unknown !== undefined) throw serviceNeedUnknown(name, unknown, known);
    const service = complete(name, declaration, taken, Object.values(own));
    checkTaken(service, taken);
    taken.push(service);
  }
  return taken.slice(others.length);
}

function checkName(name: string, others: readonly ServiceDeclaration[]): void {
  if (!NAME.test(name) || NUMBERED.test(name) || name.length > LONGEST_NAME) {
    throw serviceNameInvalid(name, LONGEST_NAME);
  }
  if (others.some((other) => other.name === name)) {
    throw serviceNameReserved(name, "a service of the deployment document");
  }
  const [what] = name.endsWith("-gate")
    ? ["a part of the stack"]
    : (Object.entries(RESERVED).find(([, names]) => names.includes(name)) ?? []);
  if (what !== undefined) throw serviceNameReserved(name, what);
}

function complete(
  name: string,
  declaration: OwnServiceDeclaration,
  others: readonly ServiceDeclaration[],
  own: readonly OwnServiceDeclaration[],
): ServiceDeclaration {
  const { usesPostgres = true, usesRedis = true, leastMemoryMiB = LEAST_MEMORY_MIB } = declaration;
  if (!Number.isInteger(leastMemoryMiB) || leastMemoryMiB < 1) {
    throw numberOutOfRange(
      `services.${name}.leastMemoryMiB`,
      leastMemoryMiB,
      "a whole number of MiB, such as 128",
    );
  }
  const port = checkedPort(name, "port", declaration.port);
  const localPort = checkedPort(name, "localPort", declaration.localPort ?? port);
  const claimed = own.flatMap(({ localPort = 0, port, debugPort = 0 }) => [localPort, port, debugPort]);
  const debugPort = checkedPort(name, "debugPort", declaration.debugPort ?? freeDebugPort(others, claimed));
  return {
    name,
    tier: "api",
    image: "api",
    port,
    routes: (declaration.routes ?? []).map(withoutSlashAtItsEnd),
    needs: [
      ...(usesPostgres ? ["postgres"] : []),
      ...(usesRedis ? ["redis"] : []),
      ...new Set(declaration.needs ?? []),
    ],
    healthAsksNobody: false,
    usesPostgres,
    usesRedis,
    uploadsFolder: declaration.uploads === true ? `${name.replace(/-service$/, "")}-uploads` : undefined,
    logs: declaration.logs ?? true,
    deployFolder: name,
    leastMemoryMiB,
    localPort,
    debugPort,
  };
}

function checkedPort(service: string, what: "port" | "localPort" | "debugPort", port: number): number {
  if (!Number.isInteger(port) || port < LOWEST_PORT || port > HIGHEST_PORT) {
    throw servicePortInvalid(service, what, port, [LOWEST_PORT, HIGHEST_PORT]);
  }
  return port;
}

function freeDebugPort(others: readonly ServiceDeclaration[], claimed: readonly number[]): number {
  const used = [...claimed, ...others.flatMap(({ localPort, debugPort = 0 }) => [localPort, debugPort])];
  let port = FIRST_DEBUG_PORT;
  while (used.includes(port)) port += 1;
  return port;
}

/** Ports of one machine, folders and routes lead to one service each. */
function checkTaken(service: ServiceDeclaration, others: readonly ServiceDeclaration[]): void {
  const { name, port, localPort, debugPort, routes, uploadsFolder } = service;
  const gateway = others.find(({ tier }) => tier === "gateway");
  // The port of the VM on which the system answers.
  if (gateway?.localPort === port) throw servicePortTaken(name, "port", port, gateway.name);
  for (const other of others) {
    if (other.port === port) throw servicePortTaken(name, "port", port, other.name);
    const local = [other.localPort, other.debugPort];
    if (local.includes(localPort)) throw servicePortTaken(name, "localPort", localPort, other.name);
    if (debugPort !== undefined && local.includes(debugPort)) {
      throw servicePortTaken(name, "debugPort", debugPort, other.name);
    }
    const route = routes.find((path) => other.routes.includes(path));
    if (route !== undefined) throw serviceRouteTaken(name, route, other.name);
    if (uploadsFolder !== undefined && other.uploadsFolder === uploadsFolder) {
      throw serviceFolderTaken(name, uploadsFolder, other.name);
    }
  }
  if (localPort === debugPort) throw servicePortTaken(name, "debugPort", localPort, name);
  const twice = routes.find((path, index) => routes.indexOf(path) !== index);
  if (twice !== undefined) throw serviceRouteTaken(name, twice, name);
}

const withoutSlashAtItsEnd = (path: string): string => (path === "/" ? path : path.replace(/\/$/, ""));
