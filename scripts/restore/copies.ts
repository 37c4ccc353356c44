import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Naming } from "../../constructs/naming";
import { run, type RunResult, which } from "../../lib/run";
import type { Deployment } from "../release/deployment";
import { quoted } from "../release/host";
import { type LaterBackup, laterThan } from "./later";
import { type Manifest, parseManifest } from "./manifest";

/** What opens the copies; see constructs/backup/off-host-variables.ts. */
interface Access {
  readonly repository: string;
  readonly password: string;
  readonly keyId: string;
  readonly keySecret: string;
  readonly keyFile: string;
  readonly hostKeys: string;
}

const ACCESS =
  "{ repository = var.OFF_HOST_REPOSITORY, password = var.OFF_HOST_PASSWORD, keyId = var.OFF_HOST_KEY_ID, " +
  "keySecret = var.OFF_HOST_KEY_SECRET, hostKeys = var.OFF_HOST_SSH_HOST_KEYS, " +
  'keyFile = var.OFF_HOST_SSH_KEY_FILE == "" ? "" : pathexpand(var.OFF_HOST_SSH_KEY_FILE) }';

/** A snapshot, as restic lists it. */
interface Snapshot {
  readonly short_id: string;
  readonly time: string;
  readonly paths: readonly [string];
}

/** A program that restic calls, and the file with what it says: restic may end before it has passed the last line on. */
interface Ssh {
  readonly program: string;
  readonly words: string;
}

const LOOK_SECONDS = 300;
const TRIES = 3;

/** The offsite copies, read from this machine: nothing is changed there, not even a lock is made. */
export class Copies {
  /** @throws Error if the deployment has no offsite copies, or they cannot be opened */
  static async open(deployment: Deployment): Promise<Copies> {
    const { workspace, terraform } = deployment;
    const stack = JSON.parse(await readFile(workspace.stackFile, "utf8")) as {
      variable?: Record<string, unknown>;
    };
    if (stack.variable?.OFF_HOST_REPOSITORY === undefined) {
      throw new Error(
        `the stack ${workspace.stack} has no offsite copies. Expected host.backup.offHost in main.ts (docs/offsite.md), ` +
          "or the folder of a backup on this machine: --from FOLDER.",
      );
    }
    if ((await which("restic")) === undefined) {
      throw new Error(
        "restic is not installed on this machine. Expected it, to look into the copies. " +
          "Install it (apt-get install restic, brew install restic), or copy a backup here and use --from FOLDER.",
      );
    }
    const access = await terraform.evaluate<Access>(ACCESS, workspace.valueFiles);
    return new Copies(deployment, access, await sshOf(deployment, access));
  }

  private constructor(
    private readonly deployment: Deployment,
    private readonly access: Access,
    /** What speaks to the place; undefined where restic needs nothing. */
    private readonly ssh: Ssh | undefined,
  ) {}

  get repository(): string {
    return this.access.repository;
  }

  /**
   * The manifest of a copied backup: the one that is named, or the newest full one; and the newer backups that were copied.
   * @throws Error if there is no such copy, or the copies cannot be opened
   */
  async choose(
    backup: string | undefined,
  ): Promise<{ readonly manifest: Manifest; readonly later: readonly LaterBackup[] }> {
    const { stdout } = await this.restic("snapshots", "--json", "--host", Naming.project);
    const copied = (JSON.parse(stdout) as Snapshot[]).map((snapshot) => ({
      ...snapshot,
      backup: snapshot.paths[0].split("/").at(-1) ?? "",
    }));
    const found = copied
      .filter((snapshot) =>
        backup === undefined ? snapshot.backup.startsWith("full_") : snapshot.backup === backup,
      )
      .sort((a, b) => a.time.localeCompare(b.time))
      .at(-1);
    if (!found) {
      throw new Error(
        `there is no copy of ${backup ?? "a full backup"} in ${this.repository}. Expected one, of which a system can be made. ` +
          `See which there are: restic -r ${this.repository} snapshots; for a backup on this machine: --from FOLDER.`,
      );
    }
    const manifest = async ({ short_id, paths }: Snapshot): Promise<string> =>
      (await this.restic("dump", short_id, `${paths[0]}/manifest.json`)).stdout;
    const byName = new Map(copied.map((one) => [one.backup, one]));
    return {
      manifest: parseManifest(await manifest(found), `the manifest of ${found.backup} in ${this.repository}`),
      later: await laterThan(found.backup, [...byName.keys()], async (name) => {
        const { reason } = JSON.parse(await manifest(byName.get(name) ?? found)) as {
          readonly reason?: string;
        };
        return reason ?? "";
      }),
    };
  }

  /** Tries again if no reason is given: a connection may break off. */
  private async restic(...words: readonly string[]): Promise<RunResult> {
    const { repository } = this.access;
    for (let tries = 1; ; tries += 1) {
      const result = await this.tryRestic(words);
      if (result.code === 0) return result;
      const ssh = lastLine(this.ssh && (await readFile(this.ssh.words, "utf8").catch(() => "")));
      const reason = ssh ?? lastLine(result.stderr) ?? "no reason given";
      if (tries < TRIES && ssh === undefined && !reason.includes("password")) continue;
      throw new Error(
        `the copies in ${repository} cannot be opened: ${reason}. Expected the place and the password that they ` +
          "were made with. Correct OFF_HOST_REPOSITORY, OFF_HOST_PASSWORD and what opens the place.",
      );
    }
  }

  private tryRestic(words: readonly string[]): Promise<RunResult> {
    const { repository, password, keyId, keySecret } = this.access;
    const options = this.ssh === undefined ? [] : ["-o", `sftp.command=${this.ssh.program}`];
    return run(["restic", ...options, "--no-lock", "--no-cache", ...words], {
      cwd: this.deployment.host.cwd,
      env: {
        RESTIC_REPOSITORY: isFolder(repository) ? `sftp:root@host:${repository}` : repository,
        RESTIC_PASSWORD: password,
        ...(keyId && { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: keySecret }),
      },
      allowFailure: true,
      timeoutSeconds: LOOK_SECONDS,
    });
  }
}

const isFolder = (repository: string): boolean => repository.startsWith("/");

/** The last line that says something: restic's own reason, if it gives one, and not the question behind it. */
function lastLine(said = ""): string | undefined {
  const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.filter((line) => line.startsWith("Fatal: ")).at(-1) ?? lines.at(-1);
}

/** The way to the place, as a program without arguments: restic splits its command in its own way. */
async function sshOf({ host, workspace }: Deployment, access: Access): Promise<Ssh | undefined> {
  const argv = isFolder(access.repository)
    ? // A folder of the host, which root reads there.
      host.command(host.asRoot(["/usr/lib/openssh/sftp-server"]))
    : await sftpCommand(access, join(workspace.scratch, "off-host-known-hosts"));
  if (argv === undefined) return undefined;
  const program = join(workspace.scratch, "off-host-ssh");
  const words = `${program}.log`;
  await writeFile(program, `#!/bin/sh\nexec ${argv.map(quoted).join(" ")} 2> ${quoted(words)}\n`, {
    mode: 0o700,
  });
  return { program, words };
}

async function sftpCommand(access: Access, knownHosts: string): Promise<string[] | undefined> {
  const [, login, place, port = "22"] =
    /^sftp:\/\/([^@/]+)@([^:/]+)(?::(\d+))?\//.exec(access.repository) ??
    /^sftp:([^@:/]+)@([^:/]+):/.exec(access.repository) ??
    [];
  if (login === undefined || place === undefined) return undefined;
  await writeFile(knownHosts, access.hostKeys, { mode: 0o600 });
  const options = [
    ...["IdentitiesOnly=yes", `UserKnownHostsFile=${knownHosts}`, "GlobalKnownHostsFile=/dev/null"],
    ...["StrictHostKeyChecking=yes", "BatchMode=yes", "ConnectTimeout=20", "LogLevel=ERROR"],
  ].flatMap((option) => ["-o", option]);
  return [
    "ssh",
    "-F",
    "none",
    "-i",
    access.keyFile,
    ...options,
    "-p",
    port,
    `${login}@${place}`,
    "-s",
    "sftp",
  ];
}
