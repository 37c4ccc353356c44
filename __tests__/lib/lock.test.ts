import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../lib/lock";
import { privateFolder, stateFolder } from "../../lib/paths";

const pathOf = (name: string) => join(stateFolder, "locks", `${name}.lock`);
const unique = () => `test-${process.pid}-${Math.random().toString(36).slice(2)}`;

test("two runs under one lock do not overlap", async () => {
  const name = unique();
  const steps: string[] = [];
  const work = (who: string) =>
    withLock(name, async () => {
      steps.push(`${who} in`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      steps.push(`${who} out`);
    });
  await Promise.all([work("a"), work("b")]);
  expect(steps.filter((step) => step.endsWith("in"))).toHaveLength(2);
  expect(steps[1]).toBe(steps[0]?.replace("in", "out"));
  expect(existsSync(pathOf(name))).toBe(false);
});

test("a failing run leaves no lock", async () => {
  const name = unique();
  await expect(withLock(name, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(existsSync(pathOf(name))).toBe(false);
});

test.each([
  ["of a process that is gone", { pid: 2 ** 22 + 1, startedAt: "1" }],
  ["of an earlier process with the number of a running one", { pid: process.pid, startedAt: "1" }],
])("a lock %s is taken over", async (_, owner) => {
  const name = unique();
  await privateFolder("locks");
  writeFileSync(pathOf(name), JSON.stringify(owner));
  expect(await withLock(name, () => Promise.resolve("done"))).toBe("done");
});
