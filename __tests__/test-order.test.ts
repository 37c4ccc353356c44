import { readdirSync } from "node:fs";
import { join } from "node:path";
import order from "./e2e/order.json";

const filesBelow = (folder: string): string[] =>
  readdirSync(join(__dirname, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(__dirname, "..").length + 1));

test("the order of the end-to-end tests names each of their files once", () => {
  expect([...order].sort()).toEqual(filesBelow("e2e").sort());
});
