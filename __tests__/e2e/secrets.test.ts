import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../rehearsal/client";
import type { RunResult } from "../../lib/run";
import { commandLinesDuring } from "./support/process-watch";
import {
  deploy,
  diff,
  NO_CHANGES,
  onHost,
  queryDatabase,
  rehearsal,
  smoke,
  variables,
} from "./support/rehearsal";

/** Everything that has a meaning somewhere between Terraform, a shell, a URL and a configuration file. */
const AWKWARD = `/#@:%$\{}'"\\ %{x}$\{y}&?+=;|<>*~\``;

const SECRET_NAMES = ["POSTGRES_PASSWORD", "JWT_SECRET", "REDIS_PASSWORD"];
const OWN = ["user-service", "work-order-service", "asset-service", "web"];

/** The generated secrets, plain and as they are written in a URL. */
function secrets(): string[] {
  const values = variables();
  const plain = SECRET_NAMES.map((name) => values[name] ?? "").filter((secret) => secret !== "");
  expect(plain.length).toBeGreaterThanOrEqual(2);
  return [...new Set(plain.flatMap(spellings))];
}

/** Plain, and as it is written in a URL. */
const spellings = (secret: string) => [secret, encodeURIComponent(secret)];

/** References of all images, those of the team's own services new ones: Terraform takes them for other images. */
async function renamedImages(): Promise<Record<string, string>> {
  const images = variables().IMAGES as unknown as Record<string, string>;
  const renamed = Object.fromEntries(OWN.map((service) => [service, `emaintenance-watched/${service}:1`]));
  await onHost(OWN.map((service) => `docker tag ${images[service]} ${renamed[service]}`).join(" && "));
  return { ...images, ...renamed };
}

/** Where a secret is meant to be: the state and the variables of the one who deploys. */
const KEEPS_SECRETS = /\.tfstate(\.backup)?$|\.tfvars(\.json)?$/;

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git") yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

describe("the generated secrets", () => {
  test("are in no file of the repository but the state and the variables, which only the owner can read", () => {
    const wanted = secrets().map((secret) => Buffer.from(secret));
    const found: string[] = [];
    for (const file of files(ROOT)) {
      const content = readFileSync(file);
      if (wanted.some((secret) => content.includes(secret))) found.push(file);
    }
    const elsewhere = found.filter((file) => !KEEPS_SECRETS.test(file)).map((file) => relative(ROOT, file));
    expect(elsewhere).toEqual([]);
    // AND the search finds them where they are
    expect(found.length).toBeGreaterThanOrEqual(2);
    for (const file of found) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
  });

  test("are not readable through the folder where cdktf leaves its plan", () => {
    const folder = join(rehearsal().directory, "cdktf.out");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});

describe("passwords with characters that mean something elsewhere", () => {
  const file = () => join(rehearsal().directory, "awkward.tfvars.json");
  const awkward = {
    POSTGRES_PASSWORD: `pg${AWKWARD}`,
    REDIS_PASSWORD: `rd${AWKWARD}`,
    JWT_SECRET: `jw${AWKWARD}${AWKWARD}`,
  };
  const outputs: RunResult[] = [];
  let lines: Set<string>;

  beforeAll(async () => {
    const values = { ...awkward, RELEASE: "watched", IMAGES: await renamedImages() };
    writeFileSync(file(), JSON.stringify(values), { mode: 0o600 });
    // WHEN a deploy replaces every container of the team's own, on a database that had another password
    lines = await commandLinesDuring(async () => {
      outputs.push(await diff({ values: [file()] }), await deploy({ values: [file()] }));
    });
  });
  afterAll(async () => {
    rmSync(file(), { force: true });
    await deploy();
  });

  test("work from the first login to the last upload", async () => {
    await smoke();

    // THEN the password is what the database asks for
    const { stdout } = await onHost(
      `docker exec emaintenance-postgres sh -c 'PGPASSWORD="$POSTGRES_PASSWORD" psql -XAtq -h "$(hostname)" -U "$DATABASE_OWNER" -d "$POSTGRES_DB" -c "SELECT current_user"'`,
    );
    expect(stdout.trim()).toBe("postgres");
    expect(
      await queryDatabase(
        "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres'",
      ),
    ).toBe("t");
    // AND the plan settles
    const after = await diff({ values: [file()] });
    outputs.push(after);
    expect(after.stdout).toContain(NO_CHANGES);
  });

  test("are, like the generated ones, neither in what diff and deploy print nor in a command line on either machine", () => {
    expect(outputs[1]?.stdout).toMatch(/docker_container\.user_service.*Creation complete/);
    const text = outputs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    const all = [...lines].join("\n");
    expect(all).toContain("docker system dial-stdio");
    expect(all).toContain("postgres");
    for (const secret of [...secrets(), ...Object.values(awkward).flatMap(spellings)]) {
      expect(text.includes(secret)).toBe(false);
      expect(all.includes(secret)).toBe(false);
    }
  });
});
