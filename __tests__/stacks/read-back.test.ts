import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalStackProps } from "../../constructs/local/local-stack";
import type { ProductionStackProps } from "../../constructs/production/production-stack";
import { PublishedPort } from "../../constructs/values/published-port";
import { driftOf, READ_BACK, type Written } from "../support/read-back-rules";
import type { StackJson } from "../support/stack-json";
import { local, production } from "../support/stacks";

// What a stack writes must be what the real Docker provider reads back: else each plan, for ever, wants to change it.

interface Case {
  readonly written: Written;
  readonly settled:
    "no-op" | { readonly differs: Readonly<Record<string, readonly [before: unknown, after: unknown]>> };
}

const recorded = ["containers-networks-volumes.json", "networks-and-more.json"].flatMap((file) => {
  const text = readFileSync(join(__dirname, "../e2e/plugins/recordings", file), "utf8");
  return Object.entries((JSON.parse(text) as { cases: Record<string, Case> }).cases);
});

describe("the rules say of every recorded case what the real provider did", () => {
  const known = recorded.flatMap(([address, one]): [string, Case][] => {
    const rules = READ_BACK[address.replace(/\..*/, "")] ?? {};
    return Object.keys(one.written).every((field) => field in rules) ? [[address, one]] : [];
  });

  test.each(known)("%s", (address, { written, settled }) => {
    const fields = ["memory_swap", ...Object.keys(written)];
    const differs = settled === "no-op" ? {} : settled.differs;

    const drift = driftOf(address.replace(/\..*/, ""), written);

    expect(drift.map(({ field }) => field).sort()).toEqual(
      Object.keys(differs)
        // What is not written is another matter: null in the configuration, empty in the state.
        .filter((field) => fields.includes(field) && differs[field]?.[0] !== 0)
        .sort(),
    );
    for (const { field, readBack } of drift) {
      const before = (differs[field] ?? [])[0];
      expect(plain(readBack)).toEqual(plain(before));
    }
  });

  test("and these are the recorded values of all fields that the stacks write", () => {
    const fields = new Set(known.flatMap(([, { written }]) => Object.keys(written)));

    expect([...fields].sort()).toEqual(
      expect.arrayContaining([
        "capabilities",
        "cpus",
        "healthcheck",
        "memory",
        "ports",
        "sysctls",
        "tmpfs",
        "volumes",
      ]),
    );
    expect(known.length).toBeGreaterThan(60);
  });
});

/** What the provider adds to a block that does not say it. */
const DEFAULTS = ["protocol", "start_interval", "start_period"];

/** Without those, and with ports in one order: the engine's is not always the same. */
function plain(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const texts = value.map((block: Written) =>
    Object.entries(block)
      .filter(([name]) => !DEFAULTS.includes(name))
      .map((entry) => JSON.stringify(entry))
      .sort()
      .join(),
  );
  return texts.sort();
}

/** All that drifts in a stack, in words; a field that Terraform is told to ignore does not. */
function drifting(stack: StackJson): string[] {
  return Object.keys(READ_BACK).flatMap((type) =>
    Object.entries(stack.resource[type] ?? {}).flatMap(([name, resource]) => {
      const { ignore_changes = [] } = (resource.lifecycle ?? {}) as {
        ignore_changes?: readonly string[] | "all";
      };
      return driftOf(type, resource)
        .filter(({ field }) => ignore_changes !== "all" && !ignore_changes.includes(field))
        .map(
          ({ field, written, readBack }) =>
            `${type}.${name}: ${field} is written ${JSON.stringify(written)}, read back ${JSON.stringify(readBack)}`,
        );
    }),
  );
}

const cores = [0.1, 0.25, 0.333, 1, 1.5, 2, 10];
const [v4, v6] = ["0.0.0.0", "::"];
const orders = [
  [PublishedPort.everywhere(3030, [v4, v6]), PublishedPort.everywhere(8443, [v4, v6])],
  [PublishedPort.everywhere(3030, [v6, v4]), PublishedPort.everywhere(8443, [v6, v4])],
  [PublishedPort.everywhere(8443, [v4, v6]), PublishedPort.everywhere(3030, [v6, v4])],
  [PublishedPort.everywhere(8443, [v6, v4]), PublishedPort.everywhere(3030, [v4, v6])],
];

describe("production is read back as it is written", () => {
  test.each<[string, ProductionStackProps]>([
    ["as it comes", {}],
    ...cores.map((cpus): [string, ProductionStackProps] => [
      `with ${cpus} cores for each container`,
      {
        ...{ postgres: { limits: { cpus } }, redis: { limits: { cpus } }, migration: { limits: { cpus } } },
        ...{ userService: { limits: { cpus } }, web: { limits: { cpus } }, gateway: { limits: { cpus } } },
      },
    ]),
    ...orders.map((publish, index): [string, ProductionStackProps] => [
      `with published ports in order ${index + 1}`,
      { gateway: { publish } },
    ]),
    ["on IPv4 only", { gateway: { publish: [PublishedPort.everywhere(3030, [v4])] } }],
    ["on IPv6 only", { gateway: { publish: [PublishedPort.everywhere(3030, [v6])] } }],
    [
      "without any published port",
      { postgres: { publish: [] }, redis: { publish: [] }, web: { publish: [] } },
    ],
    ...[0.5, 59.5, 60, 90, 1.1, 3600, 5400].map((seconds): [string, ProductionStackProps] => [
      `with health checks of ${seconds} s`,
      {
        web: {
          healthCheck: { intervalSeconds: seconds, timeoutSeconds: seconds, startPeriodSeconds: seconds },
        },
        postgres: { healthCheck: { intervalSeconds: seconds, startIntervalMs: seconds * 1000 } },
        gateway: { healthCheck: { startIntervalMs: "none" } },
      },
    ]),
    [
      "with other memory",
      { postgres: { limits: { memoryMiB: 2048 } }, web: { limits: { memoryMiB: 1024 } } },
    ],
    [
      "with replicas, commands and variables",
      { userService: { replicas: 3, command: ["node", "x.js"], environment: { A: "" } } },
    ],
    ["with recovery to a point in time", { host: { backup: { pointInTime: {} } } }],
    ["without host components", { host: { backup: false, firewall: false } }],
    [
      "in another folder, on other networks",
      { hostRoot: "/srv/em", network: { name: "maintenance-2", dataName: "maintenance-3" } },
    ],
  ])("%s", (_what, settings) => {
    expect(drifting(production(settings))).toEqual([]);
  });
});

describe("development is read back as it is written", () => {
  test.each<[string, LocalStackProps]>([
    ["as it comes", {}],
    ["as an instance with other ports", { machine: { instance: "trial", portOffset: 1000, polling: true } }],
    ["with a service on the machine itself", { machine: { onHost: ["web", "user-service"] } }],
    ["with only the infrastructure", { machine: { only: "infrastructure" } }],
    ["on an engine that checks often at the start", { machine: { startInterval: true } }],
  ])("%s", (_what, settings) => {
    expect(drifting(local(settings))).toEqual([]);
  });
});
