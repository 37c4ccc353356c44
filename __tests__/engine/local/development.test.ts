import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DevelopedSystem } from "./developed-system";

// One system for all of it, for its first start takes the longest.

const LIMIT_MS = 15 * 60 * 1000;
jest.setTimeout(LIMIT_MS);

const AUTH_ROUTES = "apps/user-service/src/auth-routes.ts";
const REFUSAL = "user name or password is wrong";

/** A state of production, in which there is something. */
const PRODUCTION = JSON.stringify({
  version: 4,
  serial: 7,
  lineage: "production",
  outputs: {},
  resources: [],
});
const PRODUCTION_STATE = () => join(system.directory, "terraform.prod.tfstate");

const system = new DevelopedSystem("test");

beforeAll(async () => {
  const { code, stdout, stderr } = await system.up();
  if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
});

afterAll(() => system.close());

test("the page answers through the gateway, with sample data in the system", async () => {
  const page = await fetch(system.url);
  const login = await fetch(`${system.url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "dev", password: "development" }),
  });

  expect(page.status).toBe(200);
  expect(await page.text()).toContain("E-Maintenance");
  expect(login.status).toBe(200);
});

test("a second plan has no changes, also with production's values and state next to it", async () => {
  // GIVEN what Terraform reads for every stack, and the state of another one
  const values = { POSTGRES_PASSWORD: "of production, not of development", IMAGES: { redis: "other:1" } };
  writeFileSync(join(system.directory, "production.auto.tfvars.json"), JSON.stringify(values));
  writeFileSync(PRODUCTION_STATE(), PRODUCTION);

  // WHEN
  const { code, stdout } = await system.diff();

  // THEN
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("No changes.") as string });
});

test("a saved file is live, through the gateway", async () => {
  const text = system.read(AUTH_ROUTES);

  for (const words of ["no, said the first save", "no, said the second save"]) {
    system.save(AUTH_ROUTES, text.replace(REFUSAL, words));
    await system.waitForRefusal(words);
  }
  system.save(AUTH_ROUTES, text);
  await system.waitForRefusal(REFUSAL);
});

test("everything in the source belongs to the developer", () => {
  expect(system.foreignFiles()).toEqual([]);
});

describe("in the end", () => {
  test("it asks before it removes anything, and takes no answer for no", async () => {
    const before = await system.remains();

    const { code, stdout } = await system.also("destroy");

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("nothing was changed") as string,
    });
    expect(stdout).toContain(`emaintenance-${system.name}-postgres-data`);
    expect((await system.remains()).sort()).toEqual(before.sort());
  });

  test("production's state is as it was", () => {
    expect(readFileSync(PRODUCTION_STATE(), "utf8")).toBe(PRODUCTION);
  });

  test("it leaves no container, no network and no volume", async () => {
    const { code } = await system.also("destroy", ["--yes"]);

    expect(code).toBe(0);
    expect(await system.remains()).toEqual([]);
  });
});
