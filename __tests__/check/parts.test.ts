import { CHECK, choose, FAULTS, partsOf } from "../../scripts/check/parts";

const names = (stages: Parameters<typeof partsOf>[0]) => partsOf(stages).map(({ name }) => name);

test("without a word everything is chosen", () => {
  expect(choose(CHECK, [])).toEqual(CHECK);
});

test("a word chooses the parts that hold it, and leaves no empty lane or stage", () => {
  expect(choose(CHECK, ["e2e"])).toEqual([[[expect.objectContaining({ name: "e2e" })]]]);
  expect(names(choose(CHECK, ["lint", "unit"]))).toEqual(["lint", "unit"]);
  expect(choose(CHECK, ["nothing"])).toEqual([]);
});

test("no two parts of one command bear the same name", () => {
  for (const stages of [CHECK, FAULTS]) expect(new Set(names(stages)).size).toBe(names(stages).length);
});

test("what shares an engine runs one after the other", () => {
  const jests = partsOf(CHECK).filter(({ jest, name }) => jest && name !== "unit");
  expect(jests.map(({ argv }) => argv.includes("--runInBand"))).toEqual([true, true]);
});
