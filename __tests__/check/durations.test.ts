import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { merge, NO_DURATIONS, readDurations, slowest, writeDurations } from "../../scripts/check/durations";
import { temporaryFolder } from "../support/temporary-folder";

const some = { parts: { unit: 60 }, files: { "a.test.ts": 2 }, tests: { "a.test.ts › one": 1 } };

test("what was written is read again, in a folder that was not there", async () => {
  const path = join(temporaryFolder(), ".check", "durations.json");
  await writeDurations(path, some);
  expect(await readDurations(path)).toEqual(some);
});

test("a file that is not there or cannot be read counts as none", async () => {
  const path = join(temporaryFolder(), "durations.json");
  expect(await readDurations(path)).toEqual(NO_DURATIONS);
  writeFileSync(path, "{");
  expect(await readDurations(path)).toEqual(NO_DURATIONS);
});

test("newer durations win, and what did not run keeps its own", () => {
  expect(merge(some, { ...NO_DURATIONS, parts: { unit: 50, lint: 9 } })).toEqual({
    ...some,
    parts: { unit: 50, lint: 9 },
  });
});

test("the slowest come first, and no more than asked for", () => {
  expect(slowest({ a: 1, b: 30.04, c: 2 }, 2)).toEqual(["    30.0 s  b", "     2.0 s  c"]);
});
