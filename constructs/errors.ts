/**
 * Every complaint about a team's own settings, as named factories. Each says what came, what was expected and
 * the remedy. They are thrown while the constructs are made: long before Terraform runs.
 */

/** One finding about one property. */
export interface Finding {
  /** The property, as its path inside the props, for example `limits.memoryMiB`. */
  readonly property: string;
  /** What came. */
  readonly value: unknown;
  /** What was expected, with an example. */
  readonly expected: string;
}

export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** One or more props of a construct break its contract. All findings are reported at once. */
export function invalidProps(construct: string, findings: readonly Finding[]): ConfigurationError {
  const lines = findings.map(
    ({ property, value, expected }) => `  ${property} is ${JSON.stringify(value)}: ${expected}`,
  );
  return new ConfigurationError(`invalid settings for ${construct}:\n${lines.join("\n")}`);
}

/** A TCP port that is no integer from 1 to 65535. */
export function portOutOfRange(port: number): ConfigurationError {
  return new ConfigurationError(`port ${port} is out of range: expected an integer from 1 to 65535`);
}

/** What Docker would take for all addresses, IPv4 and IPv6, or refuse. */
export function publishedAddressInvalid(port: number, address: string): ConfigurationError {
  return new ConfigurationError(
    `port ${port} is published on ${JSON.stringify(address)}: expected an IP address of the host, such as "0.0.0.0", "::" ` +
      `or "192.0.2.7"`,
  );
}

/** One address cannot be bound twice. */
export function publishedAddressTwice(port: number, address: string): ConfigurationError {
  return new ConfigurationError(`port ${port} is published on ${address} twice: name each address once`);
}

/** A published port without an address would be none. */
export function publishedNowhere(port: number): ConfigurationError {
  return new ConfigurationError(
    `port ${port} is published on no address: name one, such as "0.0.0.0", or pass publish: []`,
  );
}

/** Two containers want the same port of the host. */
export function hostPortTaken(port: number, first: string, second: string): ConfigurationError {
  return new ConfigurationError(
    `host port ${port} is published twice, by ${first} and by ${second}: give one of them another port, ` +
      `or pass publish: [] to the one that needs none`,
  );
}

/** The web would be on the network of the database. */
export function networksWithOneName(name: string): ConfigurationError {
  return new ConfigurationError(
    `network.name and network.dataName are both ${JSON.stringify(name)}: expected two networks; give one of them another name`,
  );
}

/** Docker publishes nothing of a container that is on an internal network only. */
export function portOnInternalNetwork(service: string, port: number, network: string): ConfigurationError {
  return new ConfigurationError(
    `host port ${port} is published by ${service}, which is on ${network} only, and nothing of an internal network is ` +
      `published: pass publish: [], and reach it on the host, by docker exec or at its address (see docs/operator.md)`,
  );
}

/** A memory limit under which the program of this tier cannot work. */
export function memoryBelowNeed(service: string, memoryMiB: number, neededMiB: number): ConfigurationError {
  return new ConfigurationError(
    `memory limit of ${service} is ${memoryMiB} MiB: it needs at least ${neededMiB} MiB; raise limits.memoryMiB`,
  );
}

/** Linux gives a process no smaller share of a core. */
export function cpusBelowLeast(service: string, cpus: number): ConfigurationError {
  return new ConfigurationError(
    `limits.cpus of ${service} is ${cpus}: Linux gives at least a hundredth of a core; expected more, such as 0.011 or 0.1`,
  );
}

/**
 * The Docker provider reads the limit back as another number, and would replace the container with every deployment.
 *
 * @param instead numbers close to it that the provider reads back as they are
 */
export function cpusNotReadBack(
  service: string,
  cpus: number,
  readBack: string,
  instead: readonly string[],
): ConfigurationError {
  return new ConfigurationError(
    `limits.cpus of ${service} is ${cpus}: the Docker provider reads it back as ${readBack}, and would replace the ` +
      `container with every deployment; expected a number that it reads back as it is, such as ${instead.join(" or ")}`,
  );
}

/** A route that names a service which is not part of the system. */
export function unknownService(path: string, service: string, known: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `route ${path} names the unknown service "${service}": expected one of ${known.join(", ")}`,
  );
}

/** A container path that is not absolute, or the like. */
export function invalidPath(what: string, path: string): ConfigurationError {
  return new ConfigurationError(
    `${what} is "${path}": expected an absolute path without "..", such as /app/logs`,
  );
}

/**
 * A number that Docker would not take, or take for "not set".
 *
 * @param expected what would do, with an example
 */
export function numberOutOfRange(what: string, value: number, expected: string): ConfigurationError {
  return new ConfigurationError(`${what} is ${value}: expected ${expected}`);
}

/** A folder of the host that a script or a mount would take for something else. */
export function hostRootInvalid(root: string): ConfigurationError {
  return new ConfigurationError(
    `hostRoot is ${JSON.stringify(root)}: expected an absolute path of letters, digits, "-", ".", "_" and "/", ` +
      `without ".." and without "/" at the end, such as /opt/emaintenance`,
  );
}

/** Times of a crontab that nobody could mean, or that never come. */
export function scheduleInvalid(text: string, problem: string): ConfigurationError {
  return new ConfigurationError(
    `schedule "${text}": ${problem}; expected minute, hour, day of the month, month and day of the week, ` +
      `such as "0 2 * * *" for every day at 02:00`,
  );
}

/** Two jobs of the host want one name. */
export function jobTaken(job: string): ConfigurationError {
  return new ConfigurationError(`the job ${job} is scheduled twice: give one of them another name`);
}

/** The folder that an image is built from is not there. */
export function buildContextMissing(service: string, folder: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service}.context is ${folder}: there is no such folder; expected the root of the source, relative to ` +
      `the folder of cdktf.json, absolute, or below ~`,
  );
}

/** A file or folder that a build names is not in its context. */
export function buildPathMissing(service: string, path: string, context: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service} names ${path}: there is no such file or folder in ${context}; correct the path, or leave it out`,
  );
}

/** The folder of a service does not belong to the monorepo's workspaces. */
export function notAWorkspace(service: string, folder: string, root: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service}: ${folder} is no workspace of the monorepo ${root}; name the service's folder in ` +
      `images.${service}.workspace, such as apps/web`,
  );
}

/** Only the team's own services have a template of a Dockerfile. */
export function templateMissing(service: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service} is built without a Dockerfile: there is no template for ${service}; ` +
      `name a Dockerfile of your own in images.${service}.dockerfile`,
  );
}

/** Docker would not take it as a name of an image. */
export function imageReferenceInvalid(service: string, reference: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service} is ${JSON.stringify(reference)}: expected an image reference, name:tag or name@sha256:digest, ` +
      `in lower case and without a scheme, such as registry.example.com/emaintenance/${service}:1.4.2`,
  );
}

/** An image is named for a service that does not exist. */
export function unknownImage(service: string, known: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `images names the unknown service ${JSON.stringify(service)}: expected some of ${known.join(", ")}`,
  );
}

/** The template's Dockerfile installs what the lock file says, and there is no lock file. */
export function installScriptsUndecided(service: string, packages: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `packages of ${service} have install scripts: ${packages.join(", ")}. Whoever publishes one of them could run anything where ` +
      `the image is built, so only those run that are named: expected installScripts with the packages that do not work without, ` +
      `such as installScripts: [${JSON.stringify(packages[0])}], or installScripts: [] for none`,
  );
}

export function lockFileMissing(service: string, context: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service}: there is no package-lock.json in ${context}; expected one, which \`npm install\` writes, ` +
      `or a Dockerfile of your own in images.${service}.dockerfile (for pnpm and yarn)`,
  );
}

/** More would be sent to the host than is sensible; almost always something that belongs on the ignore list. */
export function buildContextTooLarge(
  service: string,
  mib: number,
  maxMiB: number,
  largest: readonly string[],
): ConfigurationError {
  return new ConfigurationError(
    `images.${service}: ${mib} MiB would be sent to the host, more than ${maxMiB} MiB; the largest files are\n` +
      `${largest.map((line) => `  ${line}`).join("\n")}\n` +
      `put what the build does not need into .dockerignore or images.${service}.ignore, or raise maxContextMiB`,
  );
}

/** Files that look like secrets would get into an image, where whoever has the image can read them. */
export function secretInBuildContext(service: string, findings: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `images.${service}: what looks like a secret would get into the image:\n` +
      `${findings.map((line) => `  ${line}`).join("\n")}\n` +
      `put the file into .dockerignore or images.${service}.ignore, and give the value to the service as a variable; ` +
      `if it is no secret, name it in images.${service}.notSecret`,
  );
}

/** Nothing at all would be sent. */
export function buildContextEmpty(service: string, context: string): ConfigurationError {
  return new ConfigurationError(
    `images.${service}: no file of ${context} would be sent to the host; correct the paths, or the patterns that leave ` +
      `everything out`,
  );
}

/** Schedules of backups start a program of the operator's command. */
export function backupNeedsCommand(): ConfigurationError {
  return new ConfigurationError(
    "backup needs the operator's command, which operatorCommand: false takes away: leave it, or set backup: false too",
  );
}

/** A text for the host refers to a value that only Terraform knows. */
export function textNotKnown(owner: string, name: string): ConfigurationError {
  return new ConfigurationError(
    `the text of ${name} for ${owner} holds a reference to a value of Terraform: expected a text that is known when the stack is ` +
      "synthesised. Pass the value as environment, and let the script put it in",
  );
}

/** A name that cannot be the name of a file next to the stack. */
export function fileNameUnusable(owner: string, name: string): ConfigurationError {
  return new ConfigurationError(
    `the file "${name}" for "${owner}" cannot lie next to the stack: expected names of letters, digits, ".", "_", "@" and "-". Rename it`,
  );
}

/** A name of a service that DNS, Docker, Terraform, systemd or a file system would not take. */
export function serviceNameInvalid(name: string, longest: number): ConfigurationError {
  return new ConfigurationError(
    `services names ${JSON.stringify(name)}: expected at most ${longest} lower-case letters, digits and single dashes, with a ` +
      `letter first and no number behind the last dash, such as "report-service"; rename it`,
  );
}

/** A name that something else has already. */
export function serviceNameReserved(name: string, what: string): ConfigurationError {
  return new ConfigurationError(
    `services names "${name}", which is the name of ${what}: expected a name of its own, such as "report-service"; ` +
      "rename it",
  );
}

/** A service that needs one which does not exist, or which starts after all others. */
export function serviceNeedUnknown(
  service: string,
  need: string,
  known: readonly string[],
): ConfigurationError {
  const others = known.filter((name) => name !== service);
  const data = need === "postgres" || need === "redis";
  return new ConfigurationError(
    `services.${service}.needs names ${JSON.stringify(need)}: expected some of ${others.join(", ")}; ` +
      (data
        ? "leave it out, as every service has PostgreSQL and Redis unless usesPostgres or usesRedis is false"
        : "correct the name, or leave it out"),
  );
}

/**
 * Services that wait for each other, so that none of them would ever start.
 *
 * @param path each needs the next one; the last is the first again
 */
export function serviceNeedsCircle(path: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `services need each other in a circle, ${path.join(" → ")}: expected one of them to start first; ` +
      `take one out of the needs of another, and call it only when it is asked something`,
  );
}

/** A port of a service that a program without privileges cannot have. */
export function servicePortInvalid(
  service: string,
  what: string,
  port: number,
  [lowest, highest]: readonly [number, number],
): ConfigurationError {
  return new ConfigurationError(
    `services.${service}.${what} is ${port}: expected a whole number from ${lowest} to ${highest} that no other service ` +
      `has, such as 3004`,
  );
}

/** Two services want one port. */
export function servicePortTaken(
  service: string,
  what: string,
  port: number,
  by: string,
): ConfigurationError {
  return new ConfigurationError(
    `services.${service}.${what} is ${port}, which ${by} has: expected a port of its own; choose another`,
  );
}

/** Two services want the requests of one path. */
export function serviceRouteTaken(service: string, route: string, by: string): ConfigurationError {
  return new ConfigurationError(
    `services.${service}.routes has ${JSON.stringify(route)}, which leads to ${by} already: expected a path prefix of its own, ` +
      `such as "/api/reports"; choose another, or take one of the two out`,
  );
}

/** Two services want one folder of uploads. */
export function serviceFolderTaken(service: string, folder: string, by: string): ConfigurationError {
  return new ConfigurationError(
    `services.${service}.uploads would be in the folder ${folder}, which ${by} has: expected a folder of its own; rename one of them`,
  );
}
