import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { run } from "../../../lib/run";
import { FakeHost } from "../../support/fake-host";
import { temporaryFolder } from "../../support/temporary-folder";

const bash = (script: string, env: Readonly<Record<string, string>> = {}) =>
  run(["bash", "-s"], { input: script, env, allowFailure: true, timeoutSeconds: 60 });

test("the access to the offsite copies does not stay in the staging folder if its installation fails", async () => {
  const staging = temporaryFolder();
  mkdirSync(join(staging, "secret"));
  writeFileSync(join(staging, "secret/access.json"), '{"password":"not for everybody"}');

  const host = new FakeHost();
  const { code, stderr } = await host.run("backup/install-off-host.sh", {
    STAGING: staging,
    ACCESS: staging,
  });
  expect(code).toBe(1);
  expect(stderr).toContain("restic is not installed on vm1");
  expect(existsSync(join(staging, "secret"))).toBe(false);
});

test.each(["current", "../../etc", ".partial.x", "-rf", "a b", "$(id)"])(
  "a release called %j is not written down",
  async (release) => {
    const releases = temporaryFolder();
    const { code, stderr } = await bash(template("release/record.sh"), {
      RELEASES: releases,
      RELEASE: release,
      RESULT: "failed",
      LABEL: "none.at.all",
      MIGRATION: "none",
      KEEP: "5",
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Expected a name like 2026.11.1, and not "current"');
    expect((await run(["ls", "-A", releases])).stdout).toBe("");
  },
);

describe("printable", () => {
  const library = template("shared/untrusted.sh");
  test("passes text on, and nothing that a terminal obeys", async () => {
    const words =
      "$'\\e[32mgreen\\e[0m\\e]0;title\\a \\xc2\\x9b2J \\xe2\\x80\\xae Pr\\u00fcfung \\u2013 \\u65e5\\tx\\r\\nnext'";
    const { stdout } = await bash(`${library}\nprintf '%s\\n' ${words} | printable`, { LC_ALL: "C.UTF-8" });
    expect(stdout).toBe("green?]0;title? ?2J ? Prüfung – 日\tx\nnext\n");
  });
});

describe("numbers", () => {
  const library = template("shared/untrusted.sh");
  test.each(["", "-1", "1 ", "08", "0x10", "1e3", "a[$(id)]", "9".repeat(19), "1\n2"])(
    "refuses %j",
    async (value) => {
      const { code, stderr } = await bash(`${library}\nnumbers VALUE\necho reached`, { VALUE: value });
      expect(code).toBe(1);
      expect(stderr).toContain("Expected a whole number");
    },
  );

  test.each(["0", "7", "999999999999999999"])("takes %s", async (value) => {
    expect(await bash(`${library}\nnumbers VALUE`, { VALUE: value })).toMatchObject({ code: 0, stderr: "" });
  });
});
