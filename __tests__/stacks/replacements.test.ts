import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalStackProps } from "../../constructs/local/local-stack";
import type { ProductionStackProps } from "../../constructs/production/production-stack";
import { PublishedPort } from "../../constructs/values/published-port";
import type { StackJson } from "../support/stack-json";
import { local, production } from "../support/stacks";

// The Docker provider cannot replace a network or a volume that containers use: it waits, fails, and the containers that were
// to follow are gone. So no setting may plan that.

interface Field {
  readonly force_new?: boolean;
}
interface ResourceSchema {
  readonly attributes: Readonly<Record<string, Field>>;
  readonly blocks?: Readonly<Record<string, Field>>;
}
interface Lifecycle {
  readonly ignore_changes?: readonly string[] | "all";
  readonly postcondition?: readonly { readonly condition: string }[];
}

/** Every field of the real provider, as the offline plugin has them too. */
const { resources: schemas } = JSON.parse(
  readFileSync(join(__dirname, "../../lib/plugins/docker/schema.json"), "utf8"),
) as { resources: Record<string, ResourceSchema> };

/** Resources that containers use for as long as they run. */
const IN_USE = ["docker_network", "docker_volume"];

const replacing = (type: string) => {
  const { attributes = {}, blocks = {} } = schemas[type] ?? {};
  return Object.entries({ ...attributes, ...blocks }).flatMap(([name, { force_new }]) =>
    force_new ? [name] : [],
  );
};

/** What happens to networks and volumes when one deployment follows another. */
function between(before: StackJson, after: StackJson) {
  const replaced: string[] = [];
  const refused: string[] = [];
  for (const type of IN_USE) {
    for (const [name, resource] of Object.entries(after.resource[type] ?? {})) {
      const old = before.resource[type]?.[name];
      if (old === undefined) continue;
      const { ignore_changes = [], postcondition = [] } = (resource.lifecycle ?? {}) as Lifecycle;
      const changed = replacing(type).filter(
        (field) => JSON.stringify(old[field]) !== JSON.stringify(resource[field]),
      );
      const ignored = (field: string) => ignore_changes === "all" || ignore_changes.includes(field);
      replaced.push(
        ...changed.filter((field) => !ignored(field)).map((field) => `${type}.${name}: ${field}`),
      );
      const conditions = postcondition.map(({ condition }) => condition);
      const saysSo = changed.every((field) =>
        conditions.some((condition) => condition.includes(`self.${field}`) && condition !== conditionOf(old)),
      );
      if (changed.length > 0) refused.push(`${type}.${name}${saysSo ? "" : ": without a word"}`);
    }
  }
  return { replaced, refused };
}

const conditionOf = (resource: Readonly<Record<string, unknown>>) =>
  ((resource.lifecycle ?? {}) as Lifecycle).postcondition?.[0]?.condition;

test("the provider replaces a network and a volume for these fields", () => {
  expect(replacing("docker_network")).toEqual(
    expect.arrayContaining(["driver", "ipv6", "labels", "name", "options"]),
  );
  expect(replacing("docker_volume")).toEqual(
    expect.arrayContaining(["driver", "driver_opts", "labels", "name"]),
  );
});

const DATA = ["docker_volume.postgres_data", "docker_volume.redis_data"];

describe("in production no setting replaces a network or a volume", () => {
  test.each<[string, ProductionStackProps, string[]]>([
    [
      "the network's name, which is refused",
      { network: { name: "maintenance-2" } },
      ["docker_network.network"],
    ],
    [
      "the name of the data tier's network, which is refused",
      { network: { dataName: "maintenance-3" } },
      ["docker_network.data_network"],
    ],
    ["the folder of the host, which is refused", { hostRoot: "/srv/em" }, DATA],
    ["the time zone", { timeZone: "Europe/Berlin" }, []],
    [
      "limits",
      { postgres: { limits: { memoryMiB: 1024, cpus: 2 } }, redis: { limits: { memoryMiB: 256 } } },
      [],
    ],
    ["database, user and port", { postgres: { database: "other", user: "other", port: 5433 } }, []],
    [
      "published ports",
      { gateway: { publish: [PublishedPort.everywhere(8443)] }, redis: { publish: [] } },
      [],
    ],
    ["replicas", { web: { replicas: 3 } }, []],
    ["images", { images: { postgres: "postgres:18-alpine", nginx: "nginx:1.29-alpine" } }, []],
    ["recovery to a point in time", { host: { backup: { pointInTime: {} } } }, []],
    ["host components", { host: { backup: false, firewall: false, watchdog: false } }, []],
  ])("%s", (_what, settings, refused) => {
    expect(between(production(), production(settings))).toEqual({ replaced: [], refused });
    expect(between(production(settings), production())).toEqual({ replaced: [], refused });
  });
});

describe("in development no setting replaces a network or a volume", () => {
  const all = Object.entries(local().resource).flatMap(([type, named]) =>
    IN_USE.includes(type) ? Object.keys(named).map((name) => `${type}.${name}`) : [],
  );

  test.each<[string, LocalStackProps, string[]]>([
    ["the instance, which is refused", { machine: { instance: "trial" } }, all],
    ["other ports", { machine: { portOffset: 1000 } }, []],
    ["a service on the machine itself", { machine: { onHost: ["web"] } }, []],
    ["an engine that checks often at the start", { machine: { startInterval: true } }, []],
    ["limits", { postgres: { limits: { memoryMiB: 1024 } } }, []],
  ])("%s", (_what, settings, refused) => {
    const { replaced, refused: told } = between(local(), local(settings));

    expect(replaced).toEqual([]);
    expect(told.sort()).toEqual(refused.sort());
  });
});
