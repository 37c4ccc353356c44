import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspectOnHost, onHost } from "./support/rehearsal";

const ROOT = join(__dirname, "../..");

/** The parts of `docker inspect` that the benchmark speaks of. */
interface Inspected {
  readonly Name: string;
  readonly AppArmorProfile: string;
  readonly State: { readonly Health?: { readonly Status: string } };
  readonly Mounts: readonly { readonly Source: string; readonly Propagation: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
  readonly HostConfig: {
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly CgroupParent: string;
    readonly CpuShares: number;
    readonly Devices: readonly unknown[] | null;
    readonly IpcMode: string;
    readonly Memory: number;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly PidsLimit: number | null;
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null;
    readonly Privileged: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly SecurityOpt: readonly string[] | null;
    readonly UTSMode: string;
    readonly Ulimits: readonly unknown[] | null;
    readonly UsernsMode: string;
  };
}

interface Engine {
  readonly Swarm: { readonly LocalNodeState: string };
  readonly SecurityOptions: readonly string[];
}

/** Capabilities that programs of the official images need: docs/containers.md. */
const NEEDED = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

const bindings = ({ HostConfig }: Inspected) =>
  Object.values(HostConfig.PortBindings ?? {}).flatMap((all) => all ?? []);
const options = ({ HostConfig }: Inspected) => HostConfig.SecurityOpt ?? [];
const loopback = ({ HostIp }: { readonly HostIp: string }) => HostIp === "127.0.0.1" || HostIp === "::1";

/** What every container has to be, by the number of the recommendation. */
const OF_CONTAINERS: Readonly<Record<string, (one: Inspected, engine: Engine) => boolean>> = {
  "5.2": (one, { SecurityOptions }) =>
    !options(one).some((option) => option.startsWith("apparmor")) &&
    (!SecurityOptions.some((option) => option.includes("apparmor")) ||
      one.AppArmorProfile === "docker-default"),
  "5.3": (one) => !options(one).some((option) => /^label[=:]disable/.test(option)),
  "5.4": ({ HostConfig }) =>
    (HostConfig.CapDrop ?? []).includes("ALL") &&
    (HostConfig.CapAdd ?? []).every((name) => NEEDED.includes(name.replace(/^CAP_/, ""))),
  "5.5": ({ HostConfig }) => !HostConfig.Privileged,
  "5.6": ({ Mounts }) =>
    Mounts.every(({ Source }) => /^\/(opt\/emaintenance|var\/lib\/docker\/volumes)\//.test(Source)),
  "5.8": (one) => bindings(one).every(({ HostPort }) => Number(HostPort) >= 1024),
  "5.9": (one) => one.Name === "/emaintenance-nginx" || bindings(one).every(loopback),
  "5.10": ({ HostConfig }) => HostConfig.NetworkMode !== "host",
  "5.11": ({ HostConfig }) => HostConfig.Memory > 0,
  "5.12": ({ HostConfig }) => HostConfig.CpuShares > 0,
  "5.13": ({ HostConfig }) => HostConfig.ReadonlyRootfs,
  "5.14": (one) => bindings(one).every(({ HostIp }) => !["", "0.0.0.0", "::"].includes(HostIp)),
  "5.15": ({ HostConfig: { RestartPolicy } }) =>
    RestartPolicy.Name === "no" ||
    (RestartPolicy.Name === "on-failure" && RestartPolicy.MaximumRetryCount <= 5),
  "5.16": ({ HostConfig }) => HostConfig.PidMode !== "host",
  "5.17": ({ HostConfig }) => HostConfig.IpcMode !== "host",
  "5.18": ({ HostConfig }) => (HostConfig.Devices ?? []).length === 0,
  "5.19": ({ HostConfig }) => (HostConfig.Ulimits ?? []).length === 0,
  "5.20": ({ Mounts }) => Mounts.every(({ Propagation }) => Propagation !== "shared"),
  "5.21": ({ HostConfig }) => HostConfig.UTSMode !== "host",
  "5.22": (one) => !options(one).some((option) => /^seccomp[=:]unconfined/.test(option)),
  "5.25": ({ HostConfig }) => HostConfig.CgroupParent === "",
  "5.26": (one) => options(one).some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
  "5.27": ({ State }) => State.Health?.Status === "healthy",
  "5.29": ({ HostConfig }) => (HostConfig.PidsLimit ?? 0) > 0,
  "5.30": ({ NetworkSettings }) => !Object.keys(NetworkSettings.Networks).includes("bridge"),
  "5.31": ({ HostConfig }) => HostConfig.UsernsMode !== "host",
  "5.32": ({ Mounts }) => Mounts.every(({ Source }) => !Source.endsWith("docker.sock")),
};

/** Every call of `docker exec` in what runs on a host. */
function execCalls(): string[] {
  const files = readdirSync(join(ROOT, "templates"), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .flatMap((file) => readFileSync(join(file.parentPath, file.name), "utf8").split("\n"))
    .flatMap((line): string[] => line.match(/docker exec\b.*/g) ?? []);
}

/** The results of the document, by number. */
function documented(): Record<string, string> {
  const text = readFileSync(join(ROOT, "docs/cis-docker-benchmark.md"), "utf8");
  const rows = Array.from(text.matchAll(/^\| (5\.\d+) +\|[^|]*\| ([a-z ]+?) +\| *([^|]*?) *\|$/gm));
  return Object.fromEntries(
    rows.map(([, no = "", result = "", why]): [string, string] => [
      no,
      result !== "passes" && why === "" ? "without a reason" : result,
    ]),
  );
}

/** On which recommendations all containers pass: the numbers, and who does not. */
async function found(): Promise<{ results: Record<string, string>; failing: Record<string, string[]> }> {
  const { stdout: names } = await onHost(
    "docker ps --filter label=emaintenance.service --format '{{.Names}}'",
  );
  const containers = await inspectOnHost<Inspected>(...names.trim().split("\n"));
  const engine = JSON.parse((await onHost("docker info --format '{{json .}}'")).stdout) as Engine;
  const { stdout: programs } = await onHost(
    `for name in ${names.trim().split("\n").join(" ")}; do docker top "$name" -eo args | tail -n +2; done`,
  );
  const failing: Record<string, string[]> = {
    ...Object.fromEntries(
      Object.entries(OF_CONTAINERS).map(([no, passes]) => [
        no,
        containers.filter((one) => !passes(one, engine)).map(({ Name }) => Name.slice(1)),
      ]),
    ),
    "5.1": engine.Swarm.LocalNodeState === "inactive" ? [] : ["the engine"],
    "5.7": programs.split("\n").filter((program) => /\bsshd\b/.test(program)),
    "5.23": execCalls().filter((call) => call.includes("--privileged")),
    "5.24": execCalls().filter((call) => /(--user|-u)[= ]?(root|0)\b/.test(call)),
  };
  expect(containers.length).toBeGreaterThanOrEqual(7);
  return {
    results: Object.fromEntries(
      Object.entries(failing).map(([no, who]) => [no, who.length === 0 ? "passes" : "waived"]),
    ),
    failing,
  };
}

test("section 5 of the CIS Docker Benchmark is met as the document says, by every container that runs", async () => {
  const { results, failing } = await found();
  const { "5.28": newest, ...rest } = documented();

  expect(Object.keys(rest)).toHaveLength(31);
  expect(newest).toBe("by hand");
  // The message names what does not pass.
  const unexpected = Object.entries(failing).filter(([no, who]) => who.length > 0 && rest[no] === "passes");
  expect(unexpected).toEqual([]);
  expect(results).toEqual(rest);
});
