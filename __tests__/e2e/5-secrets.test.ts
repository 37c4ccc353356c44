import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../rehearsal/client";
import type { RunResult } from "../../rehearsal/run";
import { commandLinesDuring } from "./support/process-watch";
import { deploy, diff, onHost, rehearsal, variables } from "./support/rehearsal";

const SECRET_NAMES = ["POSTGRES_PASSWORD", "JWT_SECRET", "REDIS_PASSWORD"];
const OWN = ["user-service", "work-order-service", "asset-service", "web"];

/** The generated secrets, plain and as they stand in a URL. */
function secrets(): string[] {
  const values = variables();
  const plain = SECRET_NAMES.map((name) => values[name] ?? "").filter((secret) => secret !== "");
  expect(plain.length).toBeGreaterThanOrEqual(2);
  return [...new Set([...plain, ...plain.map(encodeURIComponent)])];
}

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

  test("are neither in what diff and deploy print nor in a command line on either machine", async () => {
    const outputs: RunResult[] = [];
    const release = join(rehearsal().directory, "watched.tfvars.json");
    writeFileSync(release, JSON.stringify({ RELEASE: "watched", IMAGES: await renamedImages() }));
    // WHEN a deploy replaces every container of the team's own
    const lines = await commandLinesDuring(async () => {
      outputs.push(await diff(["--var-file", release]), await deploy(["--var-file", release]));
    });
    rmSync(release);
    // AND another brings the old release back
    outputs.push(await deploy());
    expect(outputs[1]?.stdout).toMatch(/docker_container\.user_service.*Creation complete/);
    const text = outputs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    const all = [...lines].join("\n");
    expect(all).toContain("docker system dial-stdio");
    expect(all).toContain("postgres");
    for (const secret of secrets()) {
      expect(text.includes(secret)).toBe(false);
      expect(all.includes(secret)).toBe(false);
    }
  });

  test("are not readable through the folder where cdktf leaves its plan", () => {
    const folder = join(rehearsal().directory, "cdktf.out");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});
