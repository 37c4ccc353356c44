import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  cdktfIn,
  hostShell,
  rehearsalStatus,
  rehearse,
  type RehearsalStatus,
  ROOT,
} from "../../rehearsal/client";
import { choosePlugins, terraformEnvironment } from "../../rehearsal/deployment/provider-plugins";
import { writeVariables, gatewayUrl } from "../../rehearsal/deployment/variables";
import { VARIABLES_FILE } from "../../rehearsal/deployment/working-directory";
import { ensureHost, hostExec } from "../../rehearsal/host/host";
import { leaveImages } from "../../rehearsal/host/load";
import { run } from "../../rehearsal/run";
import { runSmoke } from "../../rehearsal/smoke";
import { temporaryFolder } from "../support/temporary-folder";
import { CopiesServer } from "./support/copies-server";
import { LIST_UPLOADS, NO_CHANGES } from "./support/rehearsal";

const name = `lost-${process.pid}`;
const KEY = "copies_key";

/** GiB of rows and of uploaded files beside the few of the smoke test, for a measurement. @default none */
const EXTRA_GIB = Number(process.env.EMAINTENANCE_E2E_GIB ?? 0);

let host: RehearsalStatus;
let server: CopiesServer | undefined;

const shell = async (line: string, input?: string) =>
  (await hostShell(host, line, { input, timeoutSeconds: 1800 })).stdout;

const values = () =>
  JSON.parse(readFileSync(join(host.directory, VARIABLES_FILE), "utf8")) as {
    IMAGES: Record<string, string>;
  };

/** Number of rows and sum of their digests, of every table. */
const TABLES = `SELECT format('SELECT %L, count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t', relname, nspname, relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = 'public' ORDER BY relname \\gexec`;

/** The rows of every table, and every uploaded file, by digest. */
async function data(): Promise<{ rows: string; uploads: string }> {
  const rows = await shell(
    `docker exec -i emaintenance-postgres sh -c 'psql -XAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
    TABLES,
  );
  return { rows, uploads: await shell(LIST_UPLOADS) };
}

async function addData(gib: number): Promise<void> {
  const rows = Math.round((gib * 2 ** 30) / 1000);
  await shell(
    `docker exec -i emaintenance-postgres sh -c 'psql -q -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
    `CREATE TABLE measured AS SELECT id, (SELECT string_agg(md5(random()::text || id || part), '') FROM generate_series(1, 30) part) AS text
     FROM generate_series(1, ${rows}) id;`,
  );
  const mib = Math.round(gib * 1024);
  await shell(
    `sudo sh -c 'head -c ${mib}M /dev/urandom > /opt/emaintenance/data/work-order-uploads/measured.bin && chown 1001:1001 /opt/emaintenance/data/work-order-uploads/measured.bin'`,
  );
}

beforeAll(async () => {
  await rehearse(["up", "--name", name, "--no-deploy"], { timeoutSeconds: 1800 });
  host = await rehearsalStatus(name);
  await hostExec(name, "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install restic", {
    timeoutSeconds: 600,
  });
  server = await CopiesServer.start(
    name,
    join(host.directory, KEY),
    host.address.replace(/\d+$/, (last) => `${Number(last) + 3}`),
  );
  const settings = JSON.parse(readFileSync(join(host.directory, "cdktf.json"), "utf8")) as { app: string };
  settings.app = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/off-host.ts")}`;
  writeFileSync(join(host.directory, "cdktf.json"), JSON.stringify(settings));
  writeFileSync(
    join(host.directory, "copies.auto.tfvars.json"),
    JSON.stringify(await server.variables(host.directory, KEY)),
    { mode: 0o600 },
  );
  // A first deployment: making a provider lock would ask the registry, even where a mirror has all.
  await cdktfIn(host.directory, ["deploy", "prod", "--auto-approve", "--no-color", "--skip-provider-lock"], {
    env: terraformEnvironment(await choosePlugins()),
  });
  await runSmoke(host.url);
  if (EXTRA_GIB > 0) await addData(EXTRA_GIB);
});

afterAll(async () => {
  await server?.remove();
  await rehearse(["down", "--name", name, "--keep-images"], { timeoutSeconds: 300 });
});

/** The host is gone, and another one, with nothing but Docker's images, has its address. */
async function loseHost(): Promise<void> {
  const { IMAGES } = values();
  await server?.whileAway(async () => {
    await run(["docker", "rm", "--force", "--volumes", host.container]);
    const fresh = await ensureHost(name, { equipment: "bare" });
    expect(fresh).toMatchObject({ created: true, address: host.address });
    await writeVariables(host.directory, fresh, IMAGES);
    expect(gatewayUrl(fresh)).toBe(host.url);
  });
  await leaveImages(name, Object.values(IMAGES));
  expect((await hostShell(host, "ls /opt/emaintenance", { allowFailure: true })).code).not.toBe(0);
}

/** `npm run restore -- prod --yes`: what it prints. */
async function restore(...words: readonly string[]): Promise<string> {
  const argv = ["node", join(ROOT, "scripts/restore.mjs"), "prod", "--yes", ...words];
  const { code, stdout, stderr } = await run(argv, {
    cwd: host.directory,
    env: { INIT_CWD: host.directory },
    allowFailure: true,
    timeoutSeconds: 3600,
  });
  expect({ code, stderr: code === 0 ? "" : stdout.slice(-4000) + stderr }).toEqual({ code: 0, stderr: "" });
  console.log(stdout.trim().split("\n").at(-1));
  return stdout;
}

test("a host that is lost comes back on a bare one from the copies, by one command: every row, every file", async () => {
  const [, set] = /(full_\d{8}_\d{6})/.exec(await shell("sudo emaintenance backup full")) ?? [];
  // What comes after the full set, and before the daily one of the database.
  await runSmoke(host.url);
  const before = await data();
  expect(before.uploads).not.toBe("");
  expect(before.rows).toMatch(/^work_orders\|[1-9]/m);
  const [, uploads] = /(uploads_\d{8}_\d{6})/.exec(await shell("sudo emaintenance backup uploads")) ?? [];
  const [, database] = /(db_\d{8}_\d{6})/.exec(await shell("sudo emaintenance backup database")) ?? [];
  // The schedule may be copying at this moment, or have done so.
  await shell("sudo systemctl stop 'emaintenance-off-host-*.timer'");
  expect(await shell("sudo emaintenance off-host copy")).toMatch(/copied \d+ sets|every set is copied/);

  await loseHost();

  expect(await restore()).toContain(
    `${set}, then ${uploads}, then ${database} is restored on ${host.address}, and verified at ${host.url}`,
  );
  expect(await data()).toEqual(before);
  await runSmoke(host.url);
  expect((await cdktfIn(host.directory, ["diff", "prod", "--no-color"])).stdout).toContain(NO_CHANGES);
});

test("it comes back from a set in a folder of the workstation as well", async () => {
  const before = await data();
  const [, set = ""] = /(full_\d{8}_\d{6})/.exec(await shell("sudo emaintenance backup full")) ?? [];
  // The sets are root's; the workstation takes one over SSH, as the page for the lost VM says.
  const folder = temporaryFolder();
  const login = `ssh -i ${host.keyFile} -p ${host.sshPort} -o UserKnownHostsFile=${host.knownHosts} ${host.user}@${host.address}`;
  const copy = `${login} sudo tar -C /opt/emaintenance/backups -c ${set} | tar -C ${folder} -x`;
  await run(["bash", "-o", "pipefail", "-c", copy], { timeoutSeconds: 1800 });

  await loseHost();

  expect(await restore("--from", join(folder, set))).toContain(`${set} is restored on ${host.address}`);
  expect(await data()).toEqual(before);
});
