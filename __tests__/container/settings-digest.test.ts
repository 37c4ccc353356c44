import { settingsDigest } from "../../constructs/container/settings-digest";

describe("a digest of settings", () => {
  test("is short and always the same", () => {
    expect(settingsDigest({ init: true })).toBe(settingsDigest({ init: true }));
    expect(settingsDigest({ init: true })).toMatch(/^[0-9a-f]{12}$/);
  });

  test("does not mind in which order the settings come, at any depth", () => {
    expect(settingsDigest({ init: true, tmpfs: { "/tmp": "rw", "/run": "ro" } })).toBe(
      settingsDigest({ tmpfs: { "/run": "ro", "/tmp": "rw" }, init: true }),
    );
  });

  test("minds the order of a list, which is the order of a program's arguments", () => {
    expect(settingsDigest({ test: ["CMD", "a", "b"] })).not.toBe(settingsDigest({ test: ["CMD", "b", "a"] }));
  });

  test("takes a setting that is not set for one that is not there", () => {
    expect(settingsDigest({ init: true, healthcheck: undefined })).toBe(settingsDigest({ init: true }));
  });
});
