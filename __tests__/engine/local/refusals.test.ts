import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, which } from "../../../lib/run";
import { copiedSource, dev, portOffset } from "./developed-system";

const LIMIT_MS = 3 * 60 * 1000;
jest.setTimeout(LIMIT_MS);

const NAME = `refused-${process.pid}`;
const OFFSET = portOffset();
const WORDS = ["up", "--name", NAME, "--port-offset", String(OFFSET), "--no-follow"];

/** What it said, and nothing was started. */
async function refusal(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { code, stdout, stderr } = await dev([...WORDS, ...words], { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  return stderr.trim().split("\n");
}

afterAll(() => rmSync(join(__dirname, "../../../.local", NAME), { recursive: true, force: true }));

afterEach(async () => {
  const { stdout } = await run(["docker", "ps", "--all", "--format", "{{.Names}}"]);
  expect(stdout.split("\n").filter((name) => name.includes(NAME))).toEqual([]);
});

describe("before anything starts, a sentence says that", () => {
  test("there is no Docker at all", async () => {
    // GIVEN a machine with Node and Terraform
    const folder = mkdtempSync(join(tmpdir(), "emaintenance-path-"));
    for (const program of ["node", "terraform"]) {
      symlinkSync((await which(program)) ?? "", join(folder, program));
    }

    // WHEN
    const sentences = await refusal([], { PATH: folder });

    // THEN
    rmSync(folder, { recursive: true, force: true });
    expect(sentences).toEqual([
      "docker is not on the PATH: install Docker Desktop, Colima or the Docker Engine " +
        "(on Debian and Ubuntu: `sudo apt-get install docker.io`), then run this again",
    ]);
  });

  test("no Docker Engine answers", async () => {
    const [sentence] = await refusal([], { DOCKER_HOST: "unix:///nowhere/docker.sock" });

    expect(sentence).toMatch(
      /^no Docker Engine answers at unix:\/\/\/nowhere\/docker\.sock: start Docker Desktop, Colima or/,
    );
  });

  test("the engine is on another machine", async () => {
    const sentences = await refusal([], { DOCKER_HOST: "ssh://me@192.0.2.7" });

    expect(sentences).toEqual([
      "the Docker Engine at ssh://me@192.0.2.7 is on another machine, which cannot see your source: choose one here " +
        "(`docker context use NAME`, or unset DOCKER_HOST)",
    ]);
  });

  test("the source folder does not exist", async () => {
    expect(await refusal(["--source", "/nowhere"])).toEqual([
      "the source folder /nowhere does not exist: clone the application there, or name another folder by " +
        "EMAINTENANCE_SOURCE or `npm run dev -- --source FOLDER`",
    ]);
  });

  test("a service of the source has no dev command", async () => {
    const source = copiedSource();
    writeFileSync(
      join(source, "apps/web/package.json"),
      JSON.stringify({ scripts: { build: "next build" } }),
    );

    const sentences = await refusal([], { EMAINTENANCE_SOURCE: source });

    rmSync(source, { recursive: true, force: true });
    expect(sentences).toEqual([
      `web has no dev command: add a script "dev" to ${source}/apps/web/package.json, ` +
        'or name its folder and command in main.ts (development.services["web"])',
    ]);
  });

  test("a port is in use, and by whom", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(3030 + OFFSET, "127.0.0.1", resolve));

    const sentences = await refusal([]);

    await new Promise((resolve) => server.close(resolve));
    expect(sentences).toEqual([
      expect.stringMatching(
        new RegExp(
          `^port ${3030 + OFFSET} \\(nginx\\) is taken by (node|MainThread) \\(process ${process.pid}\\): end it, or move all ports`,
        ),
      ) as string,
    ]);
  });
});
