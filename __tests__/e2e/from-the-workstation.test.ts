import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATOR } from "../../rehearsal/smoke";
import { onHost, rehearsal, smoke } from "./support/rehearsal";
import { releaseCommand } from "./support/releases";

const account = () => join(rehearsal().directory, "account.auto.tfvars.json");

interface Verified {
  readonly well: boolean;
  readonly checks: readonly { readonly name: string; readonly result: string }[];
}

beforeAll(async () => {
  await smoke();
  const login = { VERIFY_USERNAME: OPERATOR.username, VERIFY_PASSWORD: OPERATOR.password };
  writeFileSync(account(), JSON.stringify(login), { mode: 0o600 });
});
afterAll(async () => {
  await releaseCommand("maintenance", "prod", "off");
  rmSync(account(), { force: true });
});

describe("npm run verify", () => {
  test("checks the system from here, as a user: login, work order, upload", async () => {
    const { code, stdout } = await releaseCommand("verify", "prod", "--json");
    const { well, checks } = JSON.parse(stdout) as Verified;
    expect({ code, well }).toEqual({ code: 0, well: true });
    const passed = checks.filter(({ result }) => result === "passed").map(({ name }) => name);
    expect(passed).toEqual(expect.arrayContaining(["gateway", "web page", "login", "work order", "upload"]));
    expect(checks.filter(({ result }) => result === "failed")).toEqual([]);
  });

  test("fails with the name of the check where the system does not do its work", async () => {
    await onHost("docker pause emaintenance-work-order-service");
    const { code, stdout } = await releaseCommand("verify", "prod", "--json", "--only", "work order").finally(
      () => onHost("docker unpause emaintenance-work-order-service"),
    );
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Verified).checks).toMatchObject([{ name: "work order", result: "failed" }]);
  });
});

describe("npm run maintenance", () => {
  test("shows visitors a page, and takes it away", async () => {
    const on = await releaseCommand("maintenance", "prod", "on", "Back at 14:00.");
    expect(on.code).toBe(0);
    const page = await fetch(rehearsal().url);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain("Back at 14:00.");
    expect((await fetch(`${rehearsal().url}/api/work-orders`)).status).toBe(503);

    expect((await releaseCommand("maintenance", "prod", "off")).code).toBe(0);
    expect((await fetch(rehearsal().url)).status).toBe(200);
    await smoke();
  });
});
