import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { debianBuild, packageList } from "../../lib/images/debian";
import { IMAGE_LABEL, IMAGE_PREFIX, imageExists } from "../../lib/images/build";
import { withLock } from "../../lib/lock";
import { privateFolder, repository, type Say, saySilently, stateFolder } from "../../lib/paths";
import { run, type RunOptions, type RunResult, waitFor } from "../../lib/run";
import { checkName, FOLDER_LABEL, LABEL, labelOf, labelOptions, partsOf } from "./names";
import { createNetwork, findNetwork } from "./network";
import { copyPrepared } from "./prepared-images";

const USER = "deploy";
const SSH_PORT = 22;
const BOOT_SECONDS = 120;
const IMAGE_FOLDER = join(__dirname, "image");

/** A host that can be logged in to. */
export interface Host {
  /** The rehearsal's name. */
  readonly name: string;
  readonly container: string;
  readonly network: string;
  readonly address: string;
  readonly addressIPv6: string;
  readonly user: string;
  readonly sshPort: number;
  /** Path of the private key. */
  readonly keyFile: string;
  /** Path of the file with the host's keys, as ssh reads it. */
  readonly knownHosts: string;
}

export interface EnsuredHost extends Host {
  /** Whether it was made just now, so that nothing of an earlier host of this name is on it. */
  readonly created: boolean;
}

export interface HostOptions {
  /** `ready` has Docker Engine, ufw, cron and logrotate; `bare` has sshd and sudo only. @default "ready" */
  readonly equipment?: "ready" | "bare";
  readonly say?: Say;
}

/**
 * A running host of this rehearsal: the existing one, or a new one. One whose image is not current is replaced, with
 * everything on it.
 */
export async function ensureHost(
  name: string,
  { equipment = "ready", say = saySilently }: HostOptions = {},
): Promise<EnsuredHost> {
  checkName(name);
  const image = await withLock("host-image", () => ensureHostImage(equipment, say));
  return withLock(`host-${name}`, async () => {
    const { container } = partsOf(name);
    const existing = await inspectContainer(container);
    refuseForeign(name, existing?.folder);
    if (existing && existing.image !== image) {
      say(`replacing the host ${name}, whose image is not current, and all that is on it`);
      await removeParts(name);
    }
    const reused = existing?.image === image && (await findNetwork(partsOf(name).network)) !== undefined;
    if (!reused) {
      await removeParts(name);
      say("making a host");
      await createHost(name, image);
    } else if (!existing.running) {
      say("starting the host");
      await run(["docker", "start", container]);
    }
    await boot(name, equipment, say);
    return { ...(await describe(name)), created: !reused };
  });
}

/** Restarts the host as a reboot does, and waits until it is up again. */
export async function restartHost(name: string, options: HostOptions = {}): Promise<void> {
  await run(["docker", "restart", "--time", "60", partsOf(checkName(name)).container]);
  await boot(name, options.equipment ?? "ready", options.say ?? saySilently);
}

/** Removes the host, its network, its volume and its keys, and nothing else. @returns whether there was anything */
export async function removeHost(name: string): Promise<boolean> {
  checkName(name);
  refuseForeign(name, (await inspectContainer(partsOf(name).container))?.folder);
  const removed = await withLock(`host-${name}`, () => removeParts(name));
  const folder = join(stateFolder, name);
  const hadFolder = existsSync(folder);
  await rm(folder, { recursive: true, force: true });
  return removed || hadFolder;
}

/** The host of this rehearsal if it exists, whether it runs or not. */
export async function hostStatus(name: string): Promise<(Host & { readonly running: boolean }) | undefined> {
  const { container, network } = partsOf(checkName(name));
  const [existing, plan] = [await inspectContainer(container), await findNetwork(network)];
  return existing && plan ? { ...(await describe(name)), running: existing.running } : undefined;
}

/** The names of all rehearsals that have a host on this machine's engine, of other clones too. */
export async function hostNames(): Promise<string[]> {
  const format = `{{.Label "${LABEL}"}}`;
  const { stdout } = await run(["docker", "ps", "--all", "--filter", `label=${LABEL}`, "--format", format]);
  return [...new Set(stdout.split("\n").filter(Boolean))].sort();
}

/** Runs a shell script on the host as root, without SSH. */
export function hostExec(name: string, script: string, options: RunOptions = {}): Promise<RunResult> {
  const input = options.input === undefined ? [] : ["--interactive"];
  return run(["docker", "exec", ...input, partsOf(name).container, "bash", "-c", script], options);
}

/** `ssh` for programs, to log in to the host: it asks nothing, and takes only the host's own key. */
export function sshCommand(host: Host): string[] {
  return [
    ...["ssh", "-i", host.keyFile, "-o", "IdentitiesOnly=yes", "-o", `UserKnownHostsFile=${host.knownHosts}`],
    ...["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-p", String(host.sshPort)],
    `${host.user}@${host.address}`,
  ];
}

/** The line with which a person logs in. */
export function loginLine(host: Host): string {
  return `ssh -i ${host.keyFile} -o UserKnownHostsFile=${host.knownHosts} ${host.user}@${host.address}`;
}

/** The image of which hosts are made. @returns its reference */
export async function ensureHostImage(equipment: "ready" | "bare", say: Say = saySilently): Promise<string> {
  const bare = await packageList(join(IMAGE_FOLDER, "packages-bare.txt"));
  const more = equipment === "ready" ? await packageList(join(IMAGE_FOLDER, "packages-ready.txt")) : [];
  const { reference, build } = await debianBuild({
    repository: `${IMAGE_PREFIX}/host`,
    folder: IMAGE_FOLDER,
    packages: [...bare, ...more],
    changes: ['ENTRYPOINT ["/usr/local/sbin/first-process"]', `LABEL ${IMAGE_LABEL}=true`],
  });
  if (!(await imageExists(reference))) {
    say("building the host's image from Debian's packages");
    await build();
  }
  return reference;
}

async function createHost(name: string, image: string): Promise<void> {
  const { container, network, volume } = partsOf(name);
  const plan = await createNetwork(network, name);
  const label = labelOptions(name);
  await run(["docker", "volume", "create", ...label, volume]);
  await copyPrepared(volume, image);
  await run([
    ...["docker", "run", "--detach", "--name", container, "--hostname", container, ...label],
    ...["--network", network, "--ip", plan.address, "--ip6", plan.addressIPv6],
    // What a machine of its own may do. SYS_RESOURCE is missing on some machines, so nothing here relies on it.
    ...["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--device-cgroup-rule", "a *:* rwm"],
    ...["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"],
    ...["--security-opt", "systempaths=unconfined", "--cgroupns", "private"],
    ...["--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec"],
    ...[
      "--volume",
      `${volume}:/var/lib/docker`,
      "--stop-signal",
      "SIGRTMIN+3",
      "--stop-timeout",
      "60",
      image,
    ],
  ]);
}

async function removeParts(name: string): Promise<boolean> {
  const filter = ["--filter", `label=${labelOf(name)}`, "--quiet"];
  let removed = false;
  for (const [list, remove] of [
    [
      ["docker", "ps", "--all", ...filter],
      ["docker", "rm", "--force", "--volumes"],
    ],
    [
      ["docker", "network", "ls", ...filter],
      ["docker", "network", "rm"],
    ],
    [
      ["docker", "volume", "ls", ...filter],
      ["docker", "volume", "rm"],
    ],
  ] as const) {
    const ids = (await run(list)).stdout.split("\n").filter(Boolean);
    if (ids.length === 0) continue;
    await run([...remove, ...ids]);
    removed = true;
  }
  return removed;
}

/** Waits until the host is up, and makes sure that its login works and its keys are known. */
async function boot(name: string, equipment: "ready" | "bare", say: Say): Promise<void> {
  say("waiting for the host to boot");
  await waitFor(
    `the boot of the host ${name} (see \`docker logs ${partsOf(name).container}\`)`,
    BOOT_SECONDS,
    async () => {
      const existing = await inspectContainer(partsOf(name).container);
      if (!existing?.running)
        throw new Error(`the host ${name} ended while booting: ${await consoleTail(name)}`);
      return ["running", "degraded"].includes(await systemState(name));
    },
  );
  if ((await systemState(name)) === "degraded") {
    const failed = await hostExec(name, "systemctl list-units --failed --plain --no-legend", {
      allowFailure: true,
    });
    say(`the host is up, but these units failed: ${failed.stdout.trim().replace(/\s*\n/g, "; ")}`);
  }
  if (equipment === "ready") {
    await waitFor(`an answer of the Docker Engine on the host ${name}`, BOOT_SECONDS, async () => {
      const info = await hostExec(name, "docker info", { allowFailure: true });
      return info.code === 0;
    });
  }
  await ensureKey(name);
  const host = await describe(name);
  await writeKnownHosts(host);
  await waitFor(`a login as ${host.user}@${host.address}`, BOOT_SECONDS, async () => {
    if (!(await answers(host.address, host.sshPort))) return false;
    return (await run([...sshCommand(host), "true"], { allowFailure: true, timeoutSeconds: 20 })).code === 0;
  });
}

async function systemState(name: string): Promise<string> {
  const { stdout } = await hostExec(name, "systemctl is-system-running", { allowFailure: true });
  return stdout.trim();
}

async function consoleTail(name: string): Promise<string> {
  const { stdout, stderr } = await run(["docker", "logs", "--tail", "10", partsOf(name).container], {
    allowFailure: true,
  });
  return `${stdout}${stderr}`.trim() || "it printed nothing";
}

/** Makes the rehearsal's key if it is missing, and authorises it as the only one. */
async function ensureKey(name: string): Promise<void> {
  const keyFile = join(await privateFolder(name), "id_ed25519");
  if (!existsSync(keyFile)) {
    const comment = `rehearsal ${name} on ${hostname()}`;
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", keyFile]);
  }
  const script = [
    `install -d -m 0700 -o ${USER} -g ${USER} /home/${USER}/.ssh`,
    `install -m 0600 -o ${USER} -g ${USER} /dev/stdin /home/${USER}/.ssh/authorized_keys`,
  ].join(" && ");
  await hostExec(name, script, { input: await readFile(`${keyFile}.pub`, "utf8") });
}

/** Read out of the container, not asked over the network, where another machine could answer. */
async function writeKnownHosts(host: Host): Promise<void> {
  const { stdout } = await hostExec(host.name, "cat /etc/ssh/ssh_host_*_key.pub");
  const keys = stdout.split("\n").flatMap((line) => {
    const [type, key] = line.split(" ");
    return type && key ? [`${type} ${key}`] : [];
  });
  const lines = [host.address, host.addressIPv6].flatMap((address) =>
    keys.map((key) => `${address} ${key}\n`),
  );
  await writeFile(host.knownHosts, lines.join(""), { mode: 0o600 });
}

async function describe(name: string): Promise<Host> {
  const { container, network } = partsOf(name);
  const plan = await findNetwork(network);
  if (!plan)
    throw new Error(
      `the network ${network} of the rehearsal ${name} is gone: run \`npm run rehearse\` again`,
    );
  const folder = join(stateFolder, name);
  return {
    name,
    container,
    network,
    address: plan.address,
    addressIPv6: plan.addressIPv6,
    user: USER,
    sshPort: SSH_PORT,
    keyFile: join(folder, "id_ed25519"),
    knownHosts: join(folder, "known_hosts"),
  };
}

/** Refuses to use or remove another clone's host of the same name, unless that clone is gone. */
function refuseForeign(name: string, folder: string | undefined): void {
  if (folder === undefined || folder === repository || !existsSync(folder)) return;
  throw new Error(
    `the rehearsal ${name} on this engine belongs to ${folder}: choose another name (\`-- --name NAME\`), or run \`npm run rehearse:down\` there`,
  );
}

interface ExistingHost {
  readonly image: string;
  readonly running: boolean;
  /** The clone that it belongs to. */
  readonly folder: string;
}

async function inspectContainer(container: string): Promise<ExistingHost | undefined> {
  const format = `{{.Config.Image}} {{.State.Running}} {{index .Config.Labels "${FOLDER_LABEL}"}}`;
  const { code, stdout } = await run(["docker", "container", "inspect", "--format", format, container], {
    allowFailure: true,
  });
  const [image, running, ...folder] = stdout.trim().split(" ");
  return code === 0 && image ? { image, running: running === "true", folder: folder.join(" ") } : undefined;
}

/** Whether something listens there. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}
