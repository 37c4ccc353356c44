import { HOSTILE, jq } from "../support/jq-program";

/** Programs that are part of a script that is sent: no file on the host. */

describe("jobs/jq/open-alerts.jq", () => {
  const alert = (source: string, severity: string): string =>
    JSON.stringify({ source, severity, message: HOSTILE });
  const open = (source: string, ...lines: string[]): unknown[] =>
    jq("jobs/jq/open-alerts.jq", { text: lines.join("\n"), options: ["-n", "-R"], values: { source } });

  test("names a source and its parts whose last alert is no all-clear", () => {
    expect(
      open(
        "watchdog",
        alert("watchdog/web", "error"),
        alert("watchdog/nginx", "error"),
        alert("watchdog/web", "info"),
        alert("watchdog", "warning"),
        alert("watchdog-of-another", "error"),
      ),
    ).toEqual(["watchdog/nginx", "watchdog"]);
  });

  test("passes over lines that are no alert, and takes no name for a pattern", () => {
    expect(open("watchdog", "{torn", alert(HOSTILE, "error"), "")).toEqual([]);
    expect(open(".*", alert("watchdog", "error"))).toEqual([]);
  });
});

describe("release/jq/images.jq", () => {
  const container = (service: string, image: string, created: string) => ({
    Image: image,
    Created: created,
    Config: { Labels: { "emaintenance.service": service } },
  });
  const images = (references: string): unknown =>
    jq("release/jq/images.jq", {
      input: [
        [
          container("web", "sha256:new", "2026-11-29T00:00:00Z"),
          container("web", "sha256:old", "2026-11-28T00:00:00Z"),
          container(HOSTILE, "sha256:odd", "2026-11-28T00:00:00Z"),
        ],
        [
          { Id: "sha256:new", RepoDigests: ["registry/web@sha256:1"] },
          { Id: "sha256:odd", RepoDigests: [] },
        ],
      ],
      options: ["-s"],
      values: { name: "emaintenance.service", references },
    })[0];

  test("takes the newest container of each service, with what it was deployed as", () => {
    expect(images("web=emaintenance/web:2026.11.1 nginx=nginx:1.27=odd")).toEqual({
      web: { reference: "emaintenance/web:2026.11.1", id: "sha256:new", digest: "registry/web@sha256:1" },
      [HOSTILE]: { reference: "sha256:odd", id: "sha256:odd", digest: null },
    });
  });

  test("without references names the image itself", () => {
    expect(images("")).toMatchObject({ web: { reference: "sha256:new" } });
  });
});

test("release/jq/checks.jq sorts the names of the checks by their result", () => {
  const checks = [
    { name: "login", result: "passed" },
    { name: HOSTILE, result: "failed" },
    { name: "upload", result: "skipped" },
  ];
  expect(jq("release/jq/checks.jq", { input: [{ well: false, checks, url: "x" }] })).toEqual([
    { well: false, passed: ["login"], failed: [HOSTILE], skipped: ["upload"] },
  ]);
});

test("release/jq/record.jq has a reason only where there is one", () => {
  const values = {
    ...{ release: "r", started: "s", ended: "e", who: HOSTILE, workstation: "w", result: "good", reason: "" },
    ...{ images: {}, migration: null, verify: null },
  };
  const record = (changes: object): unknown =>
    jq("release/jq/record.jq", { values: { ...values, ...changes } })[0];
  expect(record({})).not.toHaveProperty("reason");
  expect(record({ reason: HOSTILE, result: "failed" })).toMatchObject({
    ...{ format: 1, reason: HOSTILE, who: HOSTILE, result: "failed", verify: null },
  });
});

test("verify/jq/targets.jq makes URLs of the first address of each container", () => {
  const targets = (text: string): unknown =>
    jq("verify/jq/targets.jq", { text, options: ["-R", "-s"], values: { service: "web", port: "3000" } })[0];
  expect(targets("172.18.0.5 172.19.0.5 \n172.18.0.6 \n \n")).toEqual({
    web: ["http://172.18.0.5:3000", "http://172.18.0.6:3000"],
  });
  expect(targets("")).toEqual({ web: [] });
});
