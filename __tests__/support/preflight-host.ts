import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderTemplate } from "../../constructs/templates";
import type { RunResult } from "../../lib/run";
import { FakeHost } from "./fake-host";
import { temporaryFolder } from "./temporary-folder";

export interface Finding {
  readonly check: string;
  readonly severity: "ok" | "warning" | "error";
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
}

export interface Report {
  readonly host: string;
  readonly login: string;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly Finding[];
}

/** Programs of this machine that look at what is real here: disks, ports, the kernel, the clock. */
const REAL = ["date", "df", "getent", "grep", "nproc", "paste", "ss", "timeout", "uname"];

/** An engine that is good for everything. Each answer can be replaced by one of a test's own. */
const ENGINE = {
  "version *APIVersion*": "echo '26.1.5 1.45'",
  "version *Arch*": "echo amd64",
  "info *FirewallBackend*": "exit 1",
  "info *DockerRootDir*": "echo /",
  "info *Driver*": "echo overlay2",
  "info *NCPU*": "echo 4",
  "info *": "echo true",
  "image inspect *": "echo amd64",
  "ps *": "true",
};

/** A folder of /proc with these files. */
export function proc(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const all = { meminfo: "MemTotal:        8192000 kB\n", filesystems: "nodev\toverlay\n", ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A host that passes the preflight, until a test spoils something. */
export class PreflightHost extends FakeHost {
  private readonly engine = new Map(Object.entries(ENGINE));

  /** @param equipment without Docker, there is no program of that name */
  constructor(equipment: "with Docker" | "without Docker" = "with Docker") {
    super();
    for (const name of REAL) {
      this.program(
        name,
        `exec ${execFileSync("bash", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim()} "$@"`,
      );
    }
    this.program("sudo", '[ "$1" = -n ]; shift; "$@"');
    this.program("iptables", "true");
    this.program("timedatectl", "echo yes");
    this.program("systemctl", "echo enabled");
    this.program("getent", '[ "$1" = hosts ]');
    if (equipment === "with Docker") this.docker({});
  }

  /** How the engine answers, by the words that it is asked with: lines of bash. */
  docker(answers: Readonly<Record<string, string>>): this {
    const own = new Map(Object.entries(answers));
    const all = [...own, ...[...this.engine].filter(([words]) => !own.has(words))];
    // A star matches any words; the rest is taken as it is.
    const pattern = (words: string) => words.replace(/[^*]+/g, (text) => `'${text}'`);
    const cases = all.map(([words, body]) => `${pattern(words)}) ${body} ;;`);
    return this.program("docker", `case "$*" in\n${cases.join("\n")}\n*) exit 1 ;;\nesac`);
  }

  /** Runs the preflight checks of this host as a deployment does. */
  preflight(settings: Readonly<Record<string, string>> = {}, ...argv: string[]): Promise<RunResult> {
    return this.shell(["/bin/bash", "-s", "--", ...argv], renderTemplate("host/preflight.sh.eta", {}), {
      SYSTEM_PATH: "",
      FOLDER: temporaryFolder(),
      SERVICE_UID: "1001",
      SERVICE_ACCOUNT: "emaintenance-1001",
      LABEL: "emaintenance.service",
      IMAGES: "postgres:17 web:1",
      LEAST_DOCKER_API: "1.44",
      LARGEST_CPUS: "1.5",
      MEMORY_LIMITS_MIB: "64",
      LEAST_MEMORY_MIB: "32",
      LEAST_DISK_MIB: "1",
      LOW_DISK_MIB: "2",
      LEAST_INODES: "1",
      MAX_CLOCK_SECONDS: "60",
      ARCHITECTURES: "x86_64 aarch64",
      EXPECTED_TIME: new Date().toISOString(),
      ...settings,
    });
  }

  /** What the preflight checks say, for programs. */
  async report(settings: Readonly<Record<string, string>> = {}): Promise<Report> {
    const { stdout, stderr } = await this.preflight(settings, "--json");
    if (stderr !== "") throw new Error(`the preflight said on stderr: ${stderr}`);
    return JSON.parse(stdout) as Report;
  }

  /** All that is not as it should be. */
  async complaints(settings: Readonly<Record<string, string>> = {}): Promise<readonly Finding[]> {
    return (await this.report(settings)).findings.filter(({ severity }) => severity !== "ok");
  }
}

/** What the preflight checks find wrong on a Debian with memory enough, in sentences. */
export async function complaintsInWords(
  host: PreflightHost,
  settings: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const debian = join(temporaryFolder(), "os-release");
  writeFileSync(debian, "PRETTY_NAME=Debian\nID=debian\nVERSION_ID=13\n");
  const complaints = await host.complaints({ PROC: proc({}), OS_RELEASE: debian, ...settings });
  return complaints.map(
    ({ severity, check, found, expected, remedy }) =>
      `${severity} ${check}: ${found}. Expected ${expected}. ${remedy}.`,
  );
}
