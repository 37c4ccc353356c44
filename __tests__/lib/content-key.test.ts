import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentKey } from "../../lib/content-key";
import { temporaryFolder } from "../support/temporary-folder";

describe("contentKey", () => {
  const make = (change?: (folder: string) => void): string => {
    const folder = join(temporaryFolder(), "context");
    mkdirSync(join(folder, "sub"), { recursive: true });
    writeFileSync(join(folder, "a.txt"), "one", { mode: 0o644 });
    writeFileSync(join(folder, "sub", "b.sh"), "two", { mode: 0o644 });
    change?.(folder);
    return folder;
  };
  const key = (folder: string, ...extra: string[]) => contentKey({ paths: [folder], extra });

  test("is twelve hexadecimal digits, and the same wherever the folder lies", async () => {
    const first = await key(make());
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    expect(await key(make())).toBe(first);
  });

  test.each<[string, (folder: string) => void]>([
    ["a changed file", (folder) => writeFileSync(join(folder, "a.txt"), "other")],
    ["a new file", (folder) => writeFileSync(join(folder, "c.txt"), "")],
    ["a file that became executable", (folder) => chmodSync(join(folder, "sub", "b.sh"), 0o755)],
    ["a link", (folder) => symlinkSync("a.txt", join(folder, "link"))],
  ])("changes with %s", async (_, change) => {
    expect(await key(make(change))).not.toBe(await key(make()));
  });

  test.each<[string, (folder: string) => void]>([
    ["node_modules", (folder) => mkdirSync(join(folder, "node_modules", "x"), { recursive: true })],
    ["what a build left", (folder) => writeFileSync(join(folder, "tsconfig.tsbuildinfo"), "{}")],
    ["another umask", (folder) => chmodSync(join(folder, "a.txt"), 0o600)],
  ])("does not change with %s", async (_, change) => {
    expect(await key(make(change))).toBe(await key(make()));
  });

  test("tells extra texts apart by their borders", async () => {
    const folder = make();
    expect(await key(folder, "ab", "c")).not.toBe(await key(folder, "a", "bc"));
  });

  test("rejects a path that does not exist", async () => {
    await expect(contentKey({ paths: ["/nowhere"] })).rejects.toThrow("ENOENT");
  });
});
