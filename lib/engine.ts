import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { privateFolder, type Say, saySilently, stateFolder } from "./paths";
import { identify, isAlive, type ProcessIdentity } from "./process";
import { run, RunError, waitFor, which } from "./run";

/** What a rehearsal runs on this machine, and the Debian package that has it. */
const PROGRAMS = {
  docker: "docker-cli",
  mmdebstrap: "mmdebstrap",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
} as const;

/** The engine itself, needed only if no engine answers. */
const ENGINE_PROGRAMS = { dockerd: "docker.io", iptables: "iptables" } as const;

const START_SECONDS = 60;
const STOP_SECONDS = 30;
const INSTALL_SECONDS = 600;

export interface Engine {
  /** Version of the server. */
  readonly version: string;
  /** Whether a rehearsal of this clone started it by hand, so that the last one may stop it. */
  readonly startedHere: boolean;
}

/**
 * A Docker Engine that answers, and the programs that a rehearsal needs: found, or on Debian as root installed and started.
 * @param further more programs that must be there, each with the Debian package that has it
 * @throws Error with one sentence that says what is missing and the remedy
 */
export async function ensureEngine(
  say: Say = saySilently,
  further: Readonly<Record<string, string>> = {},
): Promise<Engine> {
  const answers = (await which("docker")) !== undefined && (await serverVersion()) !== undefined;
  await install(await missing({ ...PROGRAMS, ...(answers ? {} : ENGINE_PROGRAMS), ...further }), say);
  if (!answers) await startEngine(say);
  const version = await serverVersion();
  if (version === undefined) throw new Error(await refusal());
  return { version, startedHere: (await ownEngine()) !== undefined };
}

/**
 * Stops the engine if a rehearsal of this clone started it and no container is left on it.
 * @returns whether it was stopped
 */
export async function stopUnusedEngine(): Promise<boolean> {
  const engine = await ownEngine();
  if (!engine) return false;
  const containers = await run(["docker", "ps", "-aq"], { allowFailure: true });
  if (containers.code === 0 && containers.stdout.trim() !== "") return false;
  process.kill(engine.pid, "SIGTERM");
  await waitFor("the end of dockerd", STOP_SECONDS, async () => !(await isAlive(engine)));
  await rm(join(stateFolder, "engine"), { recursive: true, force: true });
  return true;
}

async function serverVersion(): Promise<string | undefined> {
  const info = await run(["docker", "info", "--format", "{{.ServerVersion}}"], {
    allowFailure: true,
    timeoutSeconds: 30,
  });
  const version = info.stdout.trim();
  return info.code === 0 && version !== "" ? version : undefined;
}

/** Why the engine does not answer, as a sentence with the remedy. */
async function refusal(): Promise<string> {
  const { stderr } = await run(["docker", "info", "--format", "{{.ServerVersion}}"], { allowFailure: true });
  if (/permission denied/i.test(stderr)) {
    return "the Docker Engine refuses this user: add it to the group docker (`sudo usermod -aG docker $USER`), log in again, or run this as root";
  }
  return `the Docker Engine does not answer: ${stderr.trim().split("\n").pop() ?? "no reason given"}`;
}

async function missing(programs: Readonly<Record<string, string>>): Promise<string[]> {
  const packages = new Set<string>();
  for (const [program, name] of Object.entries(programs)) {
    if ((await which(program)) === undefined && !existsSync(`/usr/sbin/${program}`)) packages.add(name);
  }
  return [...packages];
}

async function install(packages: string[], say: Say): Promise<void> {
  if (packages.length === 0) return;
  const list = packages.join(", ");
  if (process.env.DOCKER_HOST && packages.includes("docker.io")) {
    throw new Error(
      `the Docker Engine at DOCKER_HOST=${process.env.DOCKER_HOST} does not answer: start it, or unset DOCKER_HOST`,
    );
  }
  if ((await which("apt-get")) === undefined || process.getuid?.() !== 0) {
    throw new Error(
      `a rehearsal needs what Debian's packages ${list} hold, and this is no Debian as root: install them (\`sudo apt-get install ${packages.join(" ")}\` on Debian and Ubuntu), start the Docker Engine, and run this again`,
    );
  }
  const env = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
  say("apt-get update");
  await run(["apt-get", "update", "-q"], { env, timeoutSeconds: INSTALL_SECONDS });
  const known = await available(packages);
  say(`installing ${known.join(", ")}`);
  const options = ["-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0"];
  await run(["apt-get", "install", "-qy", "--no-install-recommends", ...options, ...known], {
    env,
    timeoutSeconds: INSTALL_SECONDS,
    onLine: (line) => {
      const [, name] = /^Setting up ([^ :]+)/.exec(line) ?? [];
      if (name !== undefined && known.includes(name)) say(`setting up ${name}`);
    },
  });
}

/** Debian before 13 has the client in docker.io. */
async function available(packages: string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const name of packages) {
    const candidates = name === "docker-cli" ? ["docker-cli", "docker.io"] : [name];
    const first = await firstKnown(candidates);
    if (!first) {
      throw new Error(`apt finds no package ${name}: check the sources in /etc/apt, then run this again`);
    }
    found.add(first);
  }
  return [...found];
}

async function firstKnown(candidates: string[]): Promise<string | undefined> {
  for (const name of candidates) {
    const { stdout } = await run(["apt-cache", "policy", name]);
    if (/^\s*Candidate: (?!\(none\))/m.test(stdout)) return name;
  }
  return undefined;
}

async function startEngine(say: Say): Promise<void> {
  const booted = existsSync("/run/systemd/system");
  say(
    booted ? "starting the Docker Engine (systemctl start docker)" : "starting the Docker Engine (dockerd)",
  );
  if (booted) await run(["systemctl", "start", "docker"], { timeoutSeconds: START_SECONDS });
  else await startByHand();
}

async function startByHand(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error("the Docker Engine does not run, and only root can start dockerd");
  const folder = await privateFolder("engine");
  const logPath = join(folder, "dockerd.log");
  const log = await open(logPath, "a", 0o600);
  // A pid file of a dockerd that was killed would keep the next one from starting; dockerd itself checks whether it is stale,
  // but not against another program that has the number now.
  await removeStalePidFile("/var/run/docker.pid");
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const child = spawn("dockerd", ["--host", "unix:///var/run/docker.sock"], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: { ...process.env, PATH: path },
  });
  child.unref();
  await log.close();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`dockerd cannot start: ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`dockerd ended with code ${code}: see ${logPath}`)));
  });
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  if (identity) await writeFile(recordPath(), JSON.stringify(identity), { mode: 0o600 });
  await Promise.race([
    waitFor(`an answer of dockerd (its log: ${logPath})`, START_SECONDS, serverVersion),
    failed,
  ]);
  child.removeAllListeners();
}

async function removeStalePidFile(path: string): Promise<void> {
  const pid = Number(await readFile(path, "utf8").catch(() => ""));
  if (!pid) return;
  const program = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  if (program.trim() === "dockerd") throw new RunError(`dockerd runs as process ${pid}, but does not answer`);
  await rm(path, { force: true });
}

function recordPath(): string {
  return join(stateFolder, "engine", "dockerd.json");
}

/** The engine that a rehearsal of this clone started, if it still runs. */
async function ownEngine(): Promise<ProcessIdentity | undefined> {
  const text = await readFile(recordPath(), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const identity = JSON.parse(text) as ProcessIdentity;
  return (await isAlive(identity)) ? identity : undefined;
}
