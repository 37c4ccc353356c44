import { hostExec } from "../../../rehearsal/host/host";
import { waitFor } from "../../../lib/run";
import { rebootHost } from "../../e2e/support/interruptions";
import { onHost, queryDatabase, rehearsal, smoke } from "../../e2e/support/rehearsal";

const backups = async () =>
  JSON.parse((await onHost("sudo emaintenance backups --json")).stdout) as {
    readonly set: string;
    readonly broken: string | null;
  }[];

const inBackups = async () =>
  (await onHost("sudo ls -A /opt/emaintenance/backups")).stdout.split("\n").filter(Boolean);

describe("a host that loses its power while a backup is made", () => {
  test("has the backups from before, only whole ones, and makes the next one", async () => {
    await smoke();
    await onHost("sudo emaintenance backup database");
    const before = await backups();

    // WHEN pg_dump is stopped in the middle
    const backup = onHost("sudo emaintenance backup database", { allowFailure: true });
    await hostExec(rehearsal().name, "until pkill -STOP -x pg_dump; do :; done", { timeoutSeconds: 120 });
    expect((await inBackups()).length).toBeGreaterThan(before.length);
    await rebootHost(0);
    expect((await backup).code).not.toBe(0);

    // THEN
    expect(await backups()).toEqual(before);
    await waitFor("the database", 180, async () => {
      return (await queryDatabase("SELECT 1").catch(() => "")) === "1";
    });
    await onHost("sudo emaintenance backup database");
    const after = await backups();
    expect(after.slice(1)).toEqual(before);
    expect(after.filter(({ broken }) => broken !== null)).toEqual([]);
    expect((await inBackups()).sort()).toEqual(after.map(({ set }) => set).sort());
  });
});
