import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ensureLocalSettings,
  readMachineSettings,
  SAMPLE_SOURCE,
  writeMachineSettings,
} from "../../constructs/local/local-settings";
import { temporaryFolder } from "../support/temporary-folder";

const secretsOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, ".local/secrets.json"), "utf8")) as Record<string, string>;

describe("the settings of a development system", () => {
  const source = process.env.EMAINTENANCE_SOURCE;
  beforeEach(() => delete process.env.EMAINTENANCE_SOURCE);
  afterAll(() => {
    if (source !== undefined) process.env.EMAINTENANCE_SOURCE = source;
  });

  test("are made on first use, for their owner only, with secrets that are kept", () => {
    const folder = temporaryFolder();

    const settings = ensureLocalSettings(folder);
    const secrets = secretsOf(folder);
    ensureLocalSettings(folder);

    expect(settings).toMatchObject({ source: SAMPLE_SOURCE, onHost: [], portOffset: 0 });
    expect(settings.folder).toBe(join(folder, ".local"));
    expect(secrets.POSTGRES_PASSWORD).toMatch(/^[\w-]{32}$/);
    expect(secrets.JWT_SECRET).toMatch(/^[\w-]{64}$/);
    expect(secretsOf(folder)).toEqual(secrets);
    const mode = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8);
    expect([mode(".local"), mode(".local/secrets.json"), mode(".local/settings.json")]).toEqual([
      "700",
      "600",
      "600",
    ]);
  });

  test("keep the secrets of a version before, and get those that it did not have", () => {
    const folder = temporaryFolder();
    ensureLocalSettings(folder);
    const former = { POSTGRES_PASSWORD: "of the data that are there", JWT_SECRET: "of the sessions" };
    writeFileSync(join(folder, ".local/secrets.json"), JSON.stringify(former));

    ensureLocalSettings(folder);

    expect(secretsOf(folder)).toEqual({
      ...former,
      REDIS_PASSWORD: expect.stringMatching(/^[\w-]{32}$/) as string,
    });
  });

  test("name the source by option, else by environment, else for the team", () => {
    const folder = temporaryFolder();
    const team = { source: "rehearsal" };
    const found = () => ensureLocalSettings(folder, team).source;

    expect(found()).toBe(join(SAMPLE_SOURCE, ".."));
    process.env.EMAINTENANCE_SOURCE = "/from/the/environment";
    expect(found()).toBe("/from/the/environment");
    writeMachineSettings(folder, { sourceOption: "/from/the/option" });
    expect(found()).toBe("/from/the/option");
  });

  test("let programs in containers be the developer, and root where root is the developer", () => {
    const folder = temporaryFolder();

    expect(ensureLocalSettings(folder).user).toBe(
      process.getuid?.() === 0
        ? `${statSync(SAMPLE_SOURCE).uid}:${statSync(SAMPLE_SOURCE).gid}`
        : `${process.getuid?.()}:${process.getgid?.()}`,
    );
    writeMachineSettings(folder, { rootless: true });
    expect(ensureLocalSettings(folder).user).toBe("0:0");
  });

  test("know the engine of Docker's environment, which Terraform would not see in a context", () => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = "unix:///of/the/environment.sock";
    try {
      expect(ensureLocalSettings(temporaryFolder()).engine).toBe("unix:///of/the/environment.sock");
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
  });

  test.each(["", "{", '{"portOffset":"many"}'])("start with the defaults if the file says %j", (text) => {
    const folder = temporaryFolder();
    ensureLocalSettings(folder);
    writeFileSync(join(folder, ".local/settings.json"), text);

    expect(readMachineSettings(folder)).toMatchObject({ portOffset: 0, images: {} });
  });
});
