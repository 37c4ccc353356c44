import { existsSync } from "node:fs";
import { join } from "node:path";
import { operatorConfiguration } from "../../../lib/terraform/provider-plugins";
import { Workspace, type PlannedChange, type Resources } from "../../engine/plugins/support/workspace";
import { onHost, rehearsal } from "../support/rehearsal";
import { rehearsalImages } from "../support/trial-images";
import { temporaryFolder } from "../../support/temporary-folder";
import { byForm } from "./support/by-form";
import { writeContexts } from "./support/contexts";
import {
  configured,
  recordedBuilds,
  recordedCases,
  recordedImageErrors,
  type Attributes,
  type Case,
  type Planned,
} from "./support/recordings";

/** The recordings were made on Docker Engine 26, hence a rehearsal host's engine: one before 25 knows no start_interval. */
const APPLY_SECONDS = 600;
jest.setTimeout(3 * APPLY_SECONDS * 1000);

/**
 * The engine decides in which order it reports two addresses of one port, and decides again at each start. So a plan that
 * follows either has nothing to change or replaces the container, whichever order was written.
 */
const ORDER_IS_THE_ENGINES: Readonly<Record<string, string>> = {
  "docker_container.ports-v4-v6": "two addresses of one port",
  "docker_container.ports-v6-v4": "two addresses of one port",
  "docker_container.ports-two-addresses": "two addresses of one port",
  "docker_container.ports-empty-ip": "an empty address is two addresses",
};

/** The real provider builds with BuildKit, the offline plugin with the engine's classic builder. */
const NEEDS_BUILDKIT = new Set(["docker_image.mount"]);

/** The image that all recorded containers run; its working directory is in their states. */
const image = rehearsalImages().redis ?? "";
const contexts = temporaryFolder();
const isOffline = operatorConfiguration(process.env, existsSync) === undefined;
const cases = { ...recordedCases(image), ...recordedBuilds(image, contexts) };
const entries = Object.entries(cases).filter(([address]) => !(isOffline && NEEDS_BUILDKIT.has(address)));
const changed = entries.flatMap(([address, { change }]) => (change ? [[address, change] as const] : []));

interface Run {
  readonly states: Record<string, Attributes | undefined>;
  readonly settled: Record<string, PlannedChange>;
  readonly planned: Record<string, PlannedChange>;
  readonly secondApply: string;
  readonly statesAfterChange: Record<string, Attributes | undefined>;
  readonly settledAfterChange: Record<string, PlannedChange>;
}

const workspace = new Workspace({
  provider: provider(),
  env: operatorPlugins(),
  timeoutSeconds: APPLY_SECONDS,
});
let found: Run;

beforeAll(async () => {
  writeContexts(contexts, image);
  await workspace.init(resources(({ written }) => written));
  await workspace.apply();
  const states = statesNow();
  const settled = await workspace.planInDetail("settled.plan");
  const planned = await workspace.planInDetail(
    "changed.plan",
    resources((one) => one.change?.written ?? one.written),
  );
  const { stderr } = await workspace.tryTerraform("apply", "-input=false", "changed.plan");
  found = {
    states,
    settled,
    planned,
    secondApply: stderr,
    statesAfterChange: statesNow(),
    settledAfterChange: await workspace.planInDetail("settled-again.plan"),
  };
});
afterAll(() => workspace.close());

test.each(entries)("%s is written to the state as by the real provider", (address, { written, state }) => {
  expect(comparable(address, found.states[address], written)).toEqual(comparable(address, state, written));
});

test.each(entries)("%s is planned right after as by the real provider", (address, one) => {
  const expected = address in ORDER_IS_THE_ENGINES ? expectedOfOrder(address, one) : one.settled;
  expect(summary(found.settled[address])).toEqual(sortedPaths(expected));
});

test.each(changed)("%s is changed as by the real provider", (address, { planned }) => {
  expect(summary(found.planned[address])).toEqual(sortedPaths(planned));
});

test.each(changed)("%s has the real provider's state after the change", (address, { written, state }) => {
  expect(comparable(address, found.statesAfterChange[address], written)).toEqual(
    comparable(address, state, written),
  );
});

test.each(changed)("%s settles after the change as with the real provider", (address, { settled }) => {
  expect(summary(found.settledAfterChange[address])).toEqual(sortedPaths(settled ?? "no-op"));
});

test("a network that a container still uses cannot be replaced", () => {
  expect(found.secondApply).toContain("timeout while waiting for state to become 'removed'");
});

describe("an image that cannot be had", () => {
  const failures = new Workspace({ provider: provider(), env: operatorPlugins() });
  const recorded = recordedImageErrors();
  const build = (context: string, dockerfile?: string) => ({ context: join(contexts, context), dockerfile });
  const containers = () => onHost("docker ps --all --quiet").then(({ stdout }) => stdout);
  let earlier = "";
  let words = "";

  beforeAll(async () => {
    earlier = await containers();
    const docker_image = {
      fails: { name: "rec/fails:1", build: build("fails") },
      absent: { name: "rec/absent-image:1" },
      no_dockerfile: { name: "rec/no-dockerfile:1", build: build("plain", "Nope") },
      no_context: { name: "rec/no-context:1", build: build("no-such-folder") },
      ...(isOffline && { mount: cases["docker_image.mount"]?.written ?? {} }),
    };
    await failures.init({ docker_image });
    words = await failures.failure({ docker_image });
  });
  afterAll(() => failures.close());

  test.each(["no_dockerfile", "no_context"])("is named as by the real provider: %s", (name) => {
    expect(words).toContain(recorded[name]);
  });

  test("because no registry has it, is named as by the real provider, before the engine's own words", () => {
    expect(words).toContain(before(recorded.absent, "Get "));
  });

  test("because its build failed, is named as by the real provider, without a line of the build's output", () => {
    // The rest is the builder's: BuildKit and the classic builder have words of their own for it.
    expect(recorded.fails).toMatch(/^Error: Error running legacy build: .*: 3$/);
    expect(words).toMatch(/Error: Error running legacy build: [^│]*?exit 3[^│]*?: 3\b/);
    expect(words.split("a line of output")).toHaveLength(
      (recorded.fails ?? "").split("a line of output").length,
    );
  });

  test("leaves no container of its build behind", async () => {
    expect(await containers()).toBe(earlier);
  });

  (isOffline ? test : test.skip)("because it needs BuildKit, is the offline plugin's difference", () => {
    expect(words).toContain("Error running legacy build: the --mount option requires BuildKit.");
  });
});

function before(text: string | undefined, part: string): string {
  return text?.split(part)[0] ?? "";
}

function resources(written: (one: Case) => Attributes): Resources {
  const result: Record<string, Record<string, object>> = {};
  for (const [address, one] of entries) {
    const [type = "", name = ""] = address.split(".");
    (result[type] ??= {})[name] = configured(address, one, written(one), image);
  }
  return result;
}

function statesNow(): Run["states"] {
  return Object.fromEntries(entries.map(([address]) => [address, workspace.state(address)]));
}

/** Without what differs from run to run; two addresses of one port in the order of the addresses. */
function comparable(address: string, state: Attributes | null | undefined, written: Attributes): unknown {
  if (!state) return "not in the state";
  const formed = byForm(state, written);
  if (!(address in ORDER_IS_THE_ENGINES)) return formed;
  return { ...formed, ports: [...(formed.ports as { ip: string }[])].sort((a, b) => (a.ip < b.ip ? -1 : 1)) };
}

/** What the recorded plan is if the engine reports the addresses in this run's order. */
function expectedOfOrder(address: string, { written, settled }: Case): Planned {
  const ports = (found.settled[address]?.before?.ports ?? []) as { ip: string }[];
  const addresses = (written.ports as { ip: string }[]).map(({ ip }) => ip);
  const isAsWritten = ports.every(({ ip }, index) => ip === addresses[index]);
  if (isAsWritten || settled === "no-op") return "no-op";
  const [, after] = settled.differs.ports ?? [];
  return { ...settled, differs: { ...settled.differs, ports: [ports, after] } };
}

/** In the form of the recordings. */
function summary(change: PlannedChange | undefined): unknown {
  if (!change) throw new Error("the plan does not name the resource");
  const { actions, before, after, after_unknown: unknown, replace_paths } = change;
  if (actions.join() === "no-op") return "no-op";
  const names = Object.keys({ ...before, ...after }).filter((name) => !hasTrue(unknown[name]));
  const differs = names
    .map((name) => [name, [before?.[name] ?? null, after?.[name] ?? null]] as const)
    .filter(([, [one, other]]) => JSON.stringify(one) !== JSON.stringify(other));
  return sortedPaths({
    actions,
    replace_paths: replace_paths ?? null,
    differs: Object.fromEntries(differs),
  });
}

function sortedPaths(planned: Planned): unknown {
  if (planned === "no-op") return planned;
  const paths = planned.replace_paths?.map((path) => path.join(".")).sort() ?? null;
  return { ...planned, replace_paths: paths };
}

function hasTrue(unknown: unknown): boolean {
  if (typeof unknown === "object" && unknown !== null) return Object.values(unknown).some(hasTrue);
  return unknown === true;
}

function provider(): object {
  const { address, user, sshPort, keyFile, knownHosts } = rehearsal();
  const options = ["BatchMode=yes", "IdentitiesOnly=yes", `UserKnownHostsFile=${knownHosts}`];
  return {
    host: `ssh://${user}@${address}:${sshPort}`,
    ssh_opts: ["-i", keyFile, ...options.flatMap((option) => ["-o", option])],
  };
}

/** With plugins of the operator's own, these are what is held against the recordings. */
function operatorPlugins(): Record<string, string> {
  const file = operatorConfiguration(process.env, existsSync);
  return file === undefined ? {} : { TF_CLI_CONFIG_FILE: file };
}
