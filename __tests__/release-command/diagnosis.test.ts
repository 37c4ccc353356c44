import { type ContainerFacts, diagnose, type Facts, inWords } from "../../scripts/release/diagnosis";
import type { TerraformError } from "../../lib/terraform/apply-events";
import { printable } from "../../scripts/release/printable";

/** A container of a service that is well, with what a test says otherwise. */
function container(service: string, facts: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    id: `id-of-${service}-${facts.created ?? "1"}`,
    name: `emaintenance-${service}`,
    service,
    created: "1",
    image: `emaintenance/${service}:2`,
    state: "running",
    exitCode: 0,
    outOfMemory: false,
    error: "",
    restarts: 0,
    memoryBytes: 512 * 1024 ** 2,
    health: "healthy",
    healthOutput: "",
    ...facts,
  };
}

const crashed = { state: "restarting", exitCode: 1, restarts: 4, health: "starting" } as const;
const unhealthy = (checks: object) => ({
  health: "unhealthy" as const,
  healthOutput: JSON.stringify({ status: "unavailable", checks }),
});
const down = { status: "down", error: "connect ECONNREFUSED" };

const error = (address: string | undefined, detail = ""): TerraformError => ({
  address,
  summary: "it failed",
  detail,
});
const ofUserService = error("docker_container.user_service");

function facts(containers: readonly ContainerFacts[], log = ""): Facts {
  return { containers, logs: Object.fromEntries(containers.map(({ id }) => [id, log])) };
}

describe("the likely cause", () => {
  test.each<[string, TerraformError, Facts, string, RegExp]>([
    [
      "of an image that is nowhere",
      error("docker_image.user_service", 'unable to find or pull image "emaintenance/user-service:2"'),
      facts([]),
      "image",
      /the image of user_service cannot be found or pulled/,
    ],
    [
      "of an image that cannot be built",
      error("docker_image.web", "failed to build: process /bin/sh -c npm ci ended with 1"),
      facts([]),
      "build",
      /the image of web cannot be built/,
    ],
    [
      "of another operator's deploy",
      error("null_resource.deployment_begin", "anna@desk deploys release 7 here since 2026-11-24T12:00:00Z"),
      facts([]),
      "lock",
      /another operator is deploying/,
    ],
    [
      "of a host that cannot take it",
      error("null_resource.preflight", "the host vm1 is not ready: 1 error(s), 0 warning(s)"),
      facts([container("web", crashed)]),
      "host",
      /the preflight found that the host cannot take this release/,
    ],
    [
      "of a migration",
      error("null_resource.migration_gate", "migration failed with exit code 3"),
      facts([container("migration", { state: "exited", exitCode: 3, health: "none" })], "relation exists"),
      "migration",
      /the migration ended with exit code 3/,
    ],
    [
      "of a port that is taken",
      error(
        "docker_container.nginx",
        "driver failed: Bind for 0.0.0.0:3030 failed: port is already allocated",
      ),
      facts([container("nginx", { state: "created", health: "none", error: "port is already allocated" })]),
      "port",
      /emaintenance-nginx wants a port that is taken/,
    ],
    [
      "of too little memory",
      ofUserService,
      facts([container("user-service", { ...crashed, exitCode: 137, outOfMemory: true })]),
      "memory",
      /needs more memory than its limit of 512 MiB/,
    ],
    [
      "of too little memory, where only the gate has seen it",
      error(
        "null_resource.user_service_gate",
        "the new container emaintenance-user-service of user-service runs out of memory: its limit is 512 MiB.",
      ),
      facts([container("user-service", crashed)]),
      "memory",
      /needs more memory than its limit of 512 MiB/,
    ],
    [
      "of a setting that is missing",
      ofUserService,
      facts([container("user-service", crashed)], "Error: environment variable JWT_SECRET is missing"),
      "environment",
      /its log speaks of a setting/,
    ],
    [
      "of a crash",
      ofUserService,
      facts([container("user-service", crashed)], "TypeError: x is not a function"),
      "start",
      /ends at its start: exit code 1, 4 times/,
    ],
    [
      "of no way to the database",
      ofUserService,
      facts([container("user-service", unhealthy({ database: down, redis: { status: "up" } }))]),
      "database",
      /does not reach the database/,
    ],
    [
      "of no way to the database, by a log alone",
      ofUserService,
      facts(
        [container("user-service", { health: "unhealthy" })],
        "connect ECONNREFUSED 172.18.0.2:5432 (postgres)",
      ),
      "database",
      /does not reach the database/,
    ],
    [
      "of no way to Redis",
      ofUserService,
      facts([container("user-service", unhealthy({ redis: down }))]),
      "cache",
      /does not reach Redis/,
    ],
    [
      "of another service that is away",
      error("docker_container.web"),
      facts([container("web", unhealthy({ "user-service": down }))]),
      "dependency",
      /it misses user-service/,
    ],
    [
      "of a health path that answers 500",
      ofUserService,
      facts([container("user-service", { health: "unhealthy", healthOutput: "answered 500" })]),
      "health",
      /is unhealthy: answered 500/,
    ],
    [
      "of a container that is not healthy in time",
      ofUserService,
      facts([container("user-service", { health: "starting" })]),
      "health",
      /is not healthy in time: its health check got no answer/,
    ],
    [
      "of a container that listens on 127.0.0.1 only, in which Docker finds nothing wrong",
      error(
        "null_resource.user_service_gate",
        "the new container emaintenance-user-service of user-service is healthy, and users would not reach it over the network: " +
          "http://172.18.0.9:3001/health does not answer: curl: (7) Failed to connect; its own health check, which asks 127.0.0.1 inside the container, passes.\n" +
          "It listens on 127.0.0.1 only. Let it listen on 0.0.0.0",
      ),
      facts([container("user-service")]),
      "network",
      /^emaintenance-user-service answers its own health check, but no other request: http:\/\/172\.18\.0\.9:3001\/health does not answer/,
    ],
    [
      "of a service that ran out of memory, and was started again by Docker before it was looked at",
      error(
        "null_resource.asset_service_gate",
        "the new container emaintenance-asset-service of asset-service runs out of memory: its limit is 512 MiB.",
      ),
      facts([container("asset-service", { state: "running", restarts: 3, exitCode: 0, health: "starting" })]),
      "memory",
      /emaintenance-asset-service needs more memory than its limit of 512 MiB/,
    ],
    [
      "of a program that answers its health check with 500, with its words",
      error(
        "null_resource.user_service_gate",
        "the new container emaintenance-user-service of user-service is unhealthy after all tries of its health check.",
      ),
      facts([container("user-service", { health: "unhealthy", healthOutput: "starting\n500 no disk\n" })]),
      "health",
      /is unhealthy: 500 no disk$/,
    ],
    [
      "of a program that ends at its start, when its gate has seen it",
      error(
        "null_resource.asset_service_gate",
        "the new container emaintenance-asset-service of asset-service ends again and again, with exit code 3.",
      ),
      facts([
        container("asset-service", { state: "restarting", exitCode: 3, restarts: 3, health: "unhealthy" }),
      ]),
      "start",
      /emaintenance-asset-service ends at its start: exit code 3, 3 times/,
    ],
    [
      "of a gateway that refuses its configuration",
      error("null_resource.gateway_configuration", "gateway: nginx refuses the new configuration"),
      facts([container("nginx")]),
      "gateway",
      /nginx does not take the new configuration/,
    ],
    [
      "of a release that is healthy and does not work",
      error("null_resource.verify", "verification failed: login, upload. Release 2 is up"),
      facts([container("web")]),
      "verification",
      /these checks failed: login, upload$/,
    ],
    [
      "of anything else",
      error(undefined, "the disk is full"),
      facts([container("web")]),
      "unknown",
      /Terraform's own words/,
    ],
  ])("%s", (_of, failure, found, cause, what) => {
    const diagnosis = diagnose([failure], found);
    expect(diagnosis.cause).toBe(cause);
    expect(diagnosis.what).toMatch(what);
  });
});

test("the new container is looked at, not the retired one of the same service", () => {
  const old = container("user-service", { created: "1", health: "unhealthy", healthOutput: "old" });
  const young = container("user-service", { created: "2", health: "unhealthy", healthOutput: "new" });
  expect(diagnose([ofUserService], facts([young, old])).container).toBe(young);
});

test("it is reported with the evidence and the remedy", () => {
  const found = facts(
    [container("user-service", { ...crashed, healthOutput: "no answer" })],
    "line 1\nline 2\n",
  );
  expect(inWords(diagnose([ofUserService], found))).toBe(
    [
      "likely cause: emaintenance-user-service ends at its start: exit code 1, 4 times",
      "  last health output of emaintenance-user-service:",
      "    no answer",
      "  end of the log of emaintenance-user-service:",
      "    line 1",
      "    line 2",
      "  remedy: its log says why; to try it alone: docker run --rm -it emaintenance/user-service:2",
    ].join("\n"),
  );
});

test("the remedy for a container that listens on 127.0.0.1 names the setting; for any other, the words of the gate", () => {
  const words =
    "the new container a of web is healthy, and users would not reach it over the network: no answer.\n";
  const remedy = (more: string) =>
    diagnose([error("null_resource.web_gate", words + more)], facts([])).remedy;
  expect(remedy("It listens on 127.0.0.1 only.")).toContain("HOSTNAME=0.0.0.0");
  expect(remedy("It listens on port 3000.")).not.toContain("0.0.0.0");
});

test("what a container says is printed as plain text", () => {
  const found = facts(
    [container("user-service", { health: "unhealthy", healthOutput: "500 \u001b[31mno\u0007 disk\u009b" })],
    "a\tlog\u001b]0;title\u0007\nof two lines\r",
  );
  expect(inWords(diagnose([ofUserService], found))).toBe(
    [
      "likely cause: emaintenance-user-service is unhealthy: 500 no? disk?",
      "  last health output of emaintenance-user-service:",
      "    500 no? disk?",
      "  end of the log of emaintenance-user-service:",
      "    a\tlog?]0;title?",
      "    of two lines",
      "  remedy: look at the health path of user-service and its log; is the port right?",
    ].join("\n"),
  );
});

test("what a container wrote reaches a terminal as text, without what the terminal obeys", () => {
  const log = "\u001b[31mred\u001b[0m\u001b]0;title\u0007 \u009b2J\u202e Prüfung\tof a pump\r\nsecond line";
  const ill = container("web", { ...crashed });
  const words = inWords(diagnose([], { containers: [ill], logs: { [ill.id]: log } }));
  expect(printable(words)).toContain("red?]0;title? ?2J? Prüfung\tof a pump");
  // eslint-disable-next-line no-control-regex -- what a terminal obeys
  expect(printable(words)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});
