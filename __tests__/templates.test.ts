import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { renderTemplate, template, templateNames } from "../constructs/templates";

const FOLDER = join(__dirname, "../templates");
const scripts = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".sh"),
);
const raw = (path: string): string => readFileSync(join(FOLDER, path), "utf8");

describe("a template", () => {
  test("is text as it lies in the folder", () => {
    expect(template("rollout/gate.sh")).toMatch(/^#!\/usr\/bin\/env bash\n/);
  });

  test("with values is the same text for the same values", () => {
    const values = { folders: [{ path: "/opt/x", owner: "root", mode: "0700" }] };

    expect(renderTemplate("host/directories.sh.eta", values)).toContain("folder /opt/x root 0700\n");
    expect(renderTemplate("host/directories.sh.eta", values)).toBe(
      renderTemplate("host/directories.sh.eta", values),
    );
  });

  test("that does not exist says where it was looked for", () => {
    expect(() => template("host/nothing.sh")).toThrow(/ENOENT.*templates\/host\/nothing\.sh/);
  });

  test("names what is in a folder", () => {
    expect(templateNames("jobs/jq")).toEqual(["open-alerts.jq"]);
  });
});

describe("what scripts share", () => {
  test("is put where a script names it", () => {
    const assembled = template("firewall/confirm.sh");
    expect(assembled).toContain(raw("shared/as-root.sh"));
    expect(assembled).not.toContain("<%");
  });

  test("may be a program of jq, as it lies in its file", () => {
    expect(template("jobs/records.sh")).toContain(`cat << 'JQ'\n${raw("jobs/jq/open-alerts.jq")}\nJQ\n`);
  });

  test.each(scripts)("%s has none of it as a copy, and can be put together", (path) => {
    if (path.startsWith("shared/")) return;
    expect(raw(path)).not.toMatch(/^as_root\(\)|^is_number\(\)|^limit_all\(\)/m);
    expect(raw(path)).not.toContain(raw("shared/failed-deploy.sh").split("\n").slice(-2)[0]);
    expect(template(path)).not.toMatch(/<%|%>/);
  });
});
