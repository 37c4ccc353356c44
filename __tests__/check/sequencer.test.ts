import { join } from "node:path";
import order from "../e2e/order.json";
import Sequencer from "../support/sequencer.cjs";

const ROOT = join(__dirname, "../..");

test("files run in the order that is written down, and files that it does not name come after them", () => {
  const [first = "", second = ""] = order;
  const tests = ["__tests__/other.test.ts", second, first].map((path) => ({ path: join(ROOT, path) }));
  const sorted = new Sequencer({} as never).sort(tests as never) as unknown as typeof tests;
  expect(sorted.map(({ path }) => path)).toEqual(
    [first, second, "__tests__/other.test.ts"].map((path) => join(ROOT, path)),
  );
});
