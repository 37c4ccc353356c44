import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/run";
import { parseOptions } from "../../scripts/release/options";
import { pinsOf } from "../../scripts/release/pins";
import { chooseRelease, type ReleaseRecord } from "../../scripts/release/records";
import { releaseName } from "../../scripts/release/release-name";
import { PIN_FILE } from "../../lib/terraform/pin-file";
import { Workspace } from "../../lib/terraform/workspace";
import { temporaryFolder } from "../support/temporary-folder";

describe("the command line", () => {
  test("takes a stack and options", () => {
    expect(parseOptions(["release", "prod", "--yes", "--release", "2026.11.1"])).toEqual({
      verb: "release",
      stack: "prod",
      words: [],
      yes: true,
      json: false,
      release: "2026.11.1",
    });
    expect(parseOptions(["rollback", "prod", "2026.10.4"])).toMatchObject({
      words: ["2026.10.4"],
      yes: false,
    });
    expect(parseOptions(["release", "--help"])).toEqual({
      help: expect.stringMatching(
        /^Usage: npm run release -- \[options\] <STACK>.*130 interrupted/s,
      ) as string,
    });
  });

  test.each([
    [["deploy"], "expected one of release, rollback, verify, maintenance, got deploy"],
    [["release"], "which stack? npm run release -- prod"],
    [["release", "local"], 'there is no stack "local" to release: expected prod'],
    [
      ["release", "prod", "--force"],
      "unknown option --force for release: expected some of --yes, --release, --images",
    ],
    [["rollback", "prod", "--images", "x"], "unknown option --images for rollback: expected some of --yes"],
    [
      ["rollback", "prod", "a", "b"],
      'unexpected word "b": expected no more than STACK [RELEASE]; see npm run rollback -- --help',
    ],
    [["release", "prod", "--release", "a b"], '--release is "a b": expected up to 128 letters'],
    [["verify", "prod", "--url", "--json"], "--url has no value: expected an address"],
    [["maintenance", "prod"], "maintenance needs on, off or status, got nothing"],
    [["maintenance", "prod", "of"], 'maintenance needs on, off or status, got "of"'],
  ])("refuses %j", (argv, message) => {
    expect(() => parseOptions(argv)).toThrow(message);
  });
});

describe("the images of a rollback", () => {
  const image = (id: string, digest: string | null = null) => ({ reference: "a:1", id, digest });

  test("keep the name that the state has, if it means the same image", () => {
    const state = new Map([["user_service", { name: "other:2", id: "sha256:1" }]]);
    expect(pinsOf({ images: { "user-service": image("sha256:1") } }, state, () => undefined)).toEqual({
      "user-service": "other:2",
    });
  });

  test("have their recorded reference while it still means the same", () => {
    const state = new Map([["web", { name: "a:2", id: "sha256:2" }]]);
    expect(pinsOf({ images: { web: image("sha256:1") } }, state, () => "sha256:1")).toEqual({ web: "a:1" });
  });

  test.each([
    ["the digest", image("sha256:1", "a@sha256:9"), "a@sha256:9"],
    ["the id, for one that was built", image("sha256:1"), "sha256:1"],
  ])("have %s if the tag has moved on", (_what, recorded, reference) => {
    expect(pinsOf({ images: { web: recorded } }, new Map(), () => "sha256:7")).toEqual({ web: reference });
  });
});

describe("the release to roll back to", () => {
  const record = (name: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
    ...{
      name,
      release: name,
      folder: `/opt/emaintenance/releases/${name}`,
      ended: "2026-11-24T12:00:00Z",
      who: "anna",
    },
    ...{ current: false, serving: false, result: "good", images: {}, imagesHere: true },
    ...more,
  });
  const current = record("3", { current: true, serving: true });
  const before = record("2");

  test("is the one before the one in use", () => {
    expect(chooseRelease([current, before, record("1")])).toBe(before);
  });

  test("is the last good one if something else serves, or a deploy has not come to its end", () => {
    const passed = { ...current, serving: false };
    const failed = record("4", { result: "failed" });
    expect(chooseRelease([failed, passed, before])).toBe(passed);
    expect(chooseRelease([current, before], { incomplete: true })).toBe(current);
  });

  test("is the one that is named", () => {
    expect(chooseRelease([current, before, record("1")], { name: "1" }).name).toBe("1");
  });

  test.each<[string, ReleaseRecord[], string | undefined, string]>([
    [
      "no release was ever good",
      [record("1", { result: "failed" })],
      undefined,
      "there is no good release to roll back to",
    ],
    [
      "there is no release before it",
      [current],
      undefined,
      "there is no release before the one in use. There are:\n  3",
    ],
    [
      "the name is unknown",
      [current, before],
      "7",
      'there is no good release "7". There are:\n  3  2026-11-24T12:00:00Z  (in use)\n  2',
    ],
    [
      "its images are gone",
      [current, record("2", { imagesHere: false })],
      "2",
      "not all images of 2 are on the host",
    ],
  ])("is refused: %s", (_why, records, name, message) => {
    expect(() => chooseRelease(records, { name })).toThrow(message);
  });
});

describe("the folder of a deployment", () => {
  test("is the one that holds cdktf.json, from below too; values are read as cdktf reads them, without the pin", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "below"));
    for (const name of ["cdktf.json", "terraform.tfvars", "a.auto.tfvars.json", "b.auto.tfvars", PIN_FILE]) {
      writeFileSync(join(folder, name), "{}");
    }
    const workspace = Workspace.containing(join(folder, "below"), "prod");

    expect(workspace.directory).toBe(folder);
    expect(workspace.valueFiles).toEqual(
      ["terraform.tfvars", "b.auto.tfvars", "a.auto.tfvars.json"].map((name) => join(folder, name)),
    );
    await workspace.writePin({ RELEASE: "1" });
    expect(await workspace.pin()).toEqual({ RELEASE: "1" });
  });

  test("must have a cdktf.json", () => {
    expect(() => Workspace.containing("/", "prod")).toThrow("holds a cdktf.json");
  });
});

describe("the name of a release", () => {
  test("is the git commit, and says when files differ from it", async () => {
    const folder = temporaryFolder();
    const git = (...argv: string[]) =>
      run(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...argv], { cwd: folder });
    await git("init", "-q");
    await expect(releaseName(folder)).rejects.toThrow("name it with --release ID");
    writeFileSync(join(folder, "a"), "1");
    await git("add", "a");
    await git("commit", "-qm", "a");
    const { stdout } = await git("rev-parse", "HEAD");

    expect(await releaseName(folder)).toBe(stdout.slice(0, 12));
    writeFileSync(join(folder, "a"), "2");
    expect(await releaseName(folder)).toBe(`${stdout.slice(0, 12)}-dirty`);
  });
});
