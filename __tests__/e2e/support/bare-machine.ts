import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFile } from "../../../constructs/state-path";
import { template } from "../../../constructs/templates";
import {
  cdktfIn,
  hostShell,
  rehearsalStatus,
  rehearse,
  type RehearsalStatus,
  ROOT,
} from "../../../rehearsal/client";
import { choosePlugins, terraformEnvironment } from "../../../lib/terraform/provider-plugins";
import { gatewayUrl, writeVariables } from "../../../rehearsal/deployment/variables";
import { STACK, VARIABLES_FILE } from "../../../rehearsal/deployment/working-directory";
import { bringImages } from "../../../rehearsal/host/bring-images";
import { ensureHost, hostExec } from "../../../rehearsal/host/host";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { CopiesServer } from "./copies-server";
import { OTHER_ROOT } from "./other-root";
import { listUploads } from "./rehearsal";
import { apply } from "./stack";

const KEY = "copies_key";

/** The default settings of the bootstrap's script. */
const SETTINGS: Readonly<Record<string, string>> = {
  DOCKER_SOURCE: "distribution",
  DOCKER_REPOSITORY: "http://127.0.0.1:9",
  LEAST_DOCKER: "25",
  SECURITY_UPDATES: "yes",
};

/** Number of rows and sum of their digests, of every table. */
const TABLES = `SELECT format('SELECT %L, count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t', relname, nspname, relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname \\gexec`;

/** A machine with sshd and sudo only, another one that keeps its copies, and the folder from which they are deployed. */
export class BareMachine {
  static async make(name: string): Promise<BareMachine> {
    await rehearse(["up", "--name", name, "--bare", "--no-deploy"], { timeoutSeconds: 1800 });
    const host = await rehearsalStatus(name);
    const address = host.address.replace(/\d+$/, (last) => `${Number(last) + 3}`);
    const server = await CopiesServer.start(name, join(host.directory, KEY), address);
    const machine = new BareMachine(host, server);
    await machine.configure();
    return machine;
  }

  private constructor(
    readonly host: RehearsalStatus,
    private readonly server: CopiesServer,
  ) {}

  async remove(): Promise<void> {
    await this.server.remove();
    await rehearse(["down", "--name", this.host.name, "--keep-images"], { timeoutSeconds: 300 });
  }

  /** Runs a line of shell as the login that deploys. */
  async shell(line: string, input?: string): Promise<string> {
    return (await hostShell(this.host, line, { input, timeoutSeconds: 1800 })).stdout;
  }

  /** Runs a line of shell as root, without a login. */
  asRoot(line: string) {
    return hostExec(this.host.name, line);
  }

  /** `npx cdktf deploy` of a stack for the first time. */
  async firstDeploy(stack: string): Promise<void> {
    // Making a provider lock would ask the registry, even where a mirror has all.
    const words = ["deploy", stack, "--auto-approve", "--no-color", "--skip-provider-lock"];
    await cdktfIn(this.host.directory, words, { env: terraformEnvironment(await choosePlugins()) });
  }

  /** `terraform apply` of the production stack from an empty state, with these values on top of the folder's own. */
  firstApply(values: object) {
    this.forgetState();
    return this.apply(values);
  }

  /** `terraform apply` of the production stack, with these values on top of the folder's own. */
  async apply(values: object) {
    const file = join(temporaryFolder(), "values.tfvars.json");
    writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
    const { code, stdout, stderr } = await apply(this.host.directory, { values: [file], allowFailure: true });
    return { code, said: `${stdout}\n${stderr}` };
  }

  forgetState(): void {
    rmSync(join(this.host.directory, stateFile(STACK)), { force: true });
  }

  /**
   * Runs the bootstrap's script by hand. What `replaced` names replaces the host's own files, for this one run: a path and its
   * text.
   */
  async bootstrap(
    settings: Readonly<Record<string, string>> = {},
    replaced: Readonly<Record<string, string>> = {},
  ) {
    const environment = Object.entries({ ...SETTINGS, ...settings }).map(([key, value]) => `${key}=${value}`);
    const mounts = Object.entries(replaced).map(([path, text], index) => {
      const file = `/root/stand-in-${index}`;
      return `printf '%s\\n' '${text}' > ${file}; chmod +x ${file}; mount --bind ${file} ${path};`;
    });
    const line = `sudo unshare --mount sh -c "${mounts.join(" ").replace(/["$]/g, "\\$&")} exec env ${environment.join(" ")} bash -s"`;
    const result = await hostShell(this.host, line, {
      input: template("bootstrap/bootstrap.sh"),
      allowFailure: true,
    });
    const said = (text: string) => text.trim().replaceAll(this.host.container, "HOST");
    return { code: result.code, stdout: said(result.stdout), stderr: said(result.stderr) };
  }

  /**
   * All that a deployment could make or change on the host, with owners, modes, sizes and times; without the folder in which its
   * scripts lie while they run.
   */
  async listing(): Promise<string> {
    const lines = [
      "find /etc /opt /srv /usr/local /var/lib/emaintenance /home /root /run/lock -name .emaintenance -prune -o -printf '%p %y %u %g %m %s %T@\\n' 2> /dev/null | sort",
      "systemctl list-unit-files --no-legend --plain; systemctl list-timers --all --no-legend --plain | awk '{print $NF}' | sort",
      "docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'; docker volume ls --quiet; docker network ls --no-trunc --quiet",
      "docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort",
      "ufw status verbose; iptables -S; iptables -t nat -S; ip6tables -S",
      "getent passwd; getent group",
    ];
    return (await this.asRoot(lines.join("; "))).stdout;
  }

  /** The rows of every table, and every uploaded file, by digest. */
  async data(): Promise<{ rows: string; uploads: string }> {
    const rows = await this.shell(
      `docker exec -i emaintenance-postgres sh -c 'psql -XAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
      TABLES,
    );
    return { rows, uploads: await this.shell(listUploads(OTHER_ROOT)) };
  }

  /** Adds so many GiB of rows, and as many of files. */
  async addData(gib: number): Promise<void> {
    const rows = Math.round((gib * 2 ** 30) / 1000);
    await this.shell(
      `docker exec -i emaintenance-postgres sh -c 'psql -q -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
      `CREATE TABLE measured AS SELECT id, (SELECT string_agg(md5(random()::text || id || part), '') FROM generate_series(1, 30) part) AS text
     FROM generate_series(1, ${rows}) id;`,
    );
    const mib = Math.round(gib * 1024);
    await this.shell(
      `sudo sh -c 'head -c ${mib}M /dev/urandom > ${OTHER_ROOT}/data/work-order-uploads/measured.bin && chown 1001:1001 ${OTHER_ROOT}/data/work-order-uploads/measured.bin'`,
    );
  }

  /** The host is gone, and another one, with Docker's images only, has its address. */
  async lose(): Promise<void> {
    const { container, directory, address, url, name } = this.host;
    const { IMAGES } = JSON.parse(readFileSync(join(directory, VARIABLES_FILE), "utf8")) as {
      IMAGES: Record<string, string>;
    };
    await this.server.whileAway(async () => {
      await run(["docker", "rm", "--force", "--volumes", container]);
      const fresh = await ensureHost(name, { equipment: "bare" });
      expect(fresh).toMatchObject({ created: true, address });
      await writeVariables(directory, fresh, IMAGES);
      expect(gatewayUrl(fresh)).toBe(url);
      await bringImages(fresh, Object.values(IMAGES));
    });
    expect((await hostShell(this.host, `ls ${OTHER_ROOT}`, { allowFailure: true })).code).not.toBe(0);
  }

  /** `npm run restore -- prod --yes`: what it prints. */
  async restore(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryRestore(...words);
    expect({ code, stderr: code === 0 ? "" : stdout.slice(-4000) + stderr }).toEqual({ code: 0, stderr: "" });
    console.log(stdout.trim().split("\n").at(-1));
    return stdout;
  }

  /** The same, however it ends. */
  tryRestore(...words: readonly string[]) {
    const argv = ["node", join(ROOT, "scripts/restore.mjs"), "prod", "--yes", ...words];
    return run(argv, {
      cwd: this.host.directory,
      env: { INIT_CWD: this.host.directory },
      allowFailure: true,
      timeoutSeconds: 3600,
    });
  }

  /** The app that keeps offsite copies, and where they go. */
  private async configure(): Promise<void> {
    const { directory } = this.host;
    const file = join(directory, "cdktf.json");
    const settings = JSON.parse(readFileSync(file, "utf8")) as object;
    const app = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/off-host.ts")}`;
    writeFileSync(file, JSON.stringify({ ...settings, app }));
    const copies = JSON.stringify(await this.server.variables(directory, KEY));
    writeFileSync(join(directory, "copies.auto.tfvars.json"), copies, { mode: 0o600 });
  }
}
