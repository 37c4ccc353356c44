import { renderTemplate, template } from "../constructs/templates";

describe("a template", () => {
  test("is text as it lies in the folder", () => {
    expect(template("switch/gate.sh")).toMatch(/^#!\/usr\/bin\/env bash\n/);
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
});
