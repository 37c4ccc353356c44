import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, Lazy, TerraformStack } from "cdktf";
import { isStackFile, StackFiles } from "../constructs/stack-files";
import { recordedStack } from "../scripts/release/records";
import { production } from "./support/stacks";
import { temporaryFolder } from "./support/temporary-folder";

/** A stack in a folder, as one synthesis after the other finds it. */
function filesIn(outdir: string) {
  const stack = new TerraformStack(new App({ outdir }), "test");
  return { files: StackFiles.of(stack), folder: join(outdir, "stacks/test") };
}

/** The path in an expression of Terraform. */
const pathIn = (expression: string) => /^file\("\$\{path\.module\}\/(.*)"\)$/.exec(expression)?.[1] ?? "";

describe("files next to the stack", () => {
  test("have the digest of their text in their name, and lie where Terraform looks for them", () => {
    const { files, folder } = filesIn(temporaryFolder());

    const path = pathIn(files.add("firewall", "ufw.rules", "allow 22"));

    expect(path).toMatch(/^host-files\/firewall\/[0-9a-f]{12}-ufw\.rules$/);
    expect(readFileSync(join(folder, path), "utf8")).toBe("allow 22");
    expect(files.texts).toEqual(new Map([[path, "allow 22"]]));
  });

  test("of another synthesis stay: a plan that was made before still reads them", () => {
    const outdir = temporaryFolder();
    const before = pathIn(filesIn(outdir).files.add("firewall", "ufw.rules", "allow 22"));

    const after = filesIn(outdir);
    const now = pathIn(after.files.add("firewall", "ufw.rules", "allow 2222"));

    expect(now).not.toBe(before);
    expect(readFileSync(join(after.folder, before), "utf8")).toBe("allow 22");
    expect(after.files.texts.has(before)).toBe(false);
  });

  test("go a day after their last use, and not earlier", () => {
    const outdir = temporaryFolder();
    const first = filesIn(outdir);
    const used = pathIn(first.files.add("firewall", "used", "1"));
    const unused = pathIn(first.files.add("firewall", "unused", "2"));
    const twoDaysAgo = new Date(Date.now() - 48 * 60 * 60 * 1000);
    for (const path of [used, unused]) utimesSync(join(first.folder, path), twoDaysAgo, twoDaysAgo);

    filesIn(outdir).files.add("firewall", "used", "1");
    filesIn(outdir);

    expect(existsSync(join(first.folder, unused))).toBe(false);
    expect(Date.now() - statSync(join(first.folder, used)).mtimeMs).toBeLessThan(60_000);
    expect(readdirSync(join(first.folder, "host-files/firewall"))).toHaveLength(1);
  });

  test("are written once, and whole", () => {
    const outdir = temporaryFolder();
    const { files, folder } = filesIn(outdir);
    const path = join(folder, pathIn(files.add("firewall", "ufw.rules", "allow 22")));
    writeFileSync(path, "read meanwhile");

    filesIn(outdir).files.add("firewall", "ufw.rules", "allow 22");

    expect(readFileSync(path, "utf8")).toBe("read meanwhile");
  });

  test("hold no value that only Terraform knows: it would be an unresolved reference there", () => {
    const { files } = filesIn(temporaryFolder());
    const port = Lazy.stringValue({ produce: () => "22" });

    expect(() => files.add("firewall", "ufw.rules", `allow ${port}`)).toThrow(
      "the text of ufw.rules for firewall holds a reference to a value of Terraform",
    );
    expect(() => files.add("firewall", "two words", "x")).toThrow(
      'the file "two words" for "firewall" cannot',
    );
    expect(() => files.add("..", "x", "x")).toThrow("cannot lie next to the stack");
  });
});

describe("the stack of a release", () => {
  test("takes the files along that it names, and no other", () => {
    const { hostFiles, resource } = production();
    const named = new Set(JSON.stringify(resource).match(/host-files\/[^"\\]+/g));
    named.forEach((path) => !isStackFile(path) && named.delete(path));

    expect(Object.keys(hostFiles).length).toBeGreaterThan(50);
    expect([...named].sort()).toEqual(Object.keys(hostFiles).sort());
  });

  test("is read with them, or without, as those of before", () => {
    const files = { "host-files/firewall/0123456789ab-ufw.rules": "allow 22" };

    expect(recordedStack("{}", JSON.stringify(files))).toEqual({ text: "{}", files });
    expect(recordedStack("{}", "{}")).toEqual({ text: "{}", files: {} });
  });

  test.each([
    "../cdk.tf.json",
    "host-files/../../x",
    "host-files/a/b",
    "/etc/passwd",
    "host-files/../0123456789ab-x",
  ])("that would write %s is refused", (path) => {
    expect(() => recordedStack("{}", JSON.stringify({ [path]: "x" }))).toThrow(
      "does not lie next to a stack",
    );
  });
});
