import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { run, waitFor } from "../../../lib/run";
import { JobHost } from "../../support/job-host";
import { temporaryFolder } from "../../support/temporary-folder";

jest.setTimeout(120_000);

const FOLDER = "jobs/log-rotation";
const MIB = 1024 * 1024;

function rotationHost(): JobHost {
  const host = new JobHost();
  for (const name of ["run", "shorten", "reopen", "archive"]) {
    host.install(`logrotate/${name}.sh`, `${FOLDER}/${name}.sh`);
  }
  host.install("shared/untrusted.sh", `${FOLDER}/untrusted.sh`);
  host.write(`deploy/Server/scripts/${FOLDER}/logrotate-root.conf`, "# the logs of root\n");
  return host.program("install", 'exec mkdir -p "${@: -1}"');
}

/** Whether a file's beginning can be cut off where the tests keep their files. */
async function canCut(): Promise<boolean> {
  const file = join(temporaryFolder(), "file");
  appendFileSync(file, Buffer.alloc(65_536 * 2));
  return (await run(["fallocate", "-c", "-o", "0", "-l", "65536", file], { allowFailure: true })).code === 0;
}

/** Appends numbered lines as fast as it can, as a logger does: opened for appending, a write for each line. */
function writer(file: string, lines: number): ChildProcess {
  const program = `
    const fs = require("node:fs");
    const log = fs.openSync(process.argv[1], "a");
    for (let n = 0; n < ${lines}; n++) fs.writeSync(log, JSON.stringify({ n, text: "x".repeat(n % 300) }) + "\\n");`;
  return spawn(process.execPath, ["-e", program, file], { stdio: "inherit" });
}

const numbers = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => (JSON.parse(line) as { n: number }).n);

describe("a log that its program keeps open", () => {
  test("is cut off at its beginning again and again while it is written at speed, and no line is lost", async () => {
    const host = rotationHost();
    host.write("logs/app/app.log", "");
    const log = host.path("logs/app/app.log");
    const copy = `${log}.1`;
    const lines = 200_000;

    let parts = 0;
    let said = "";
    const child = writer(log, lines);
    const ended = once(child, "exit");
    let writing = true;
    void ended.then(() => (writing = false));
    while (writing) {
      await run(["cp", log, copy]);
      if (statSync(copy).size > 0) {
        said += (await host.run(`${FOLDER}/shorten.sh`, [log, copy])).stderr;
        renameSync(copy, `${log}.part-${String((parts += 1)).padStart(5, "0")}`);
      }
    }

    if (await canCut()) {
      const names = readdirSync(host.path("logs/app")).filter((name) => name.includes(".part-"));
      const files = [...names.sort(), "app.log"].map((name) =>
        readFileSync(host.path(`logs/app/${name}`), "utf8"),
      );
      // THEN every line is there once, in order, and every file begins and ends with whole lines
      expect(files.flatMap(numbers)).toEqual(Array.from({ length: lines }, (_, n) => n));
      expect(parts).toBeGreaterThan(3);
      expect(said).toBe("");
    } else {
      expect(said).toContain("lines may be lost");
    }
  });

  test.each([
    ["nothing", ""],
    ["one line", "{}\n"],
    ["exactly one block", `${"x".repeat(4095)}\n`],
    ["exactly two blocks", `${"x".repeat(8191)}\n`],
    ["a little more than a block", `${"x".repeat(4999)}\n`],
  ])("that holds %s is empty afterwards, but for blanks", async (_what, text) => {
    const host = rotationHost();
    host.write("logs/app/app.log", text);
    host.write("logs/app/app.log.1", text);
    const [log, copy] = [host.path("logs/app/app.log"), host.path("logs/app/app.log.1")];

    expect((await host.run(`${FOLDER}/shorten.sh`, [log, copy])).code).toBe(0);
    expect(readFileSync(log, "utf8").trim()).toBe("");
    expect(statSync(log).size).toBeLessThanOrEqual(4096);
    expect(readFileSync(copy, "utf8")).toBe(text);
  });

  test("keeps a line that was half written when it was copied", async () => {
    const host = rotationHost();
    const whole = `${"x".repeat(5000)}\n`;
    host.write("logs/app/app.log", `${whole}{"half":true}\n`);
    host.write("logs/app/app.log.1", `${whole}{"ha`);
    const [log, copy] = [host.path("logs/app/app.log"), host.path("logs/app/app.log.1")];

    await host.run(`${FOLDER}/shorten.sh`, [log, copy]);
    expect(readFileSync(copy, "utf8")).toBe(whole);
    expect(readFileSync(log, "utf8").trim()).toBe('{"half":true}');
  });

  test("on a file system that cannot cut is emptied, and that lines may be lost is said", async () => {
    const host = rotationHost().program("fallocate", "exit 1");
    host.write("logs/app/app.log", `${"x".repeat(5000)}\nlate\n`);
    host.write("logs/app/app.log.1", `${"x".repeat(5000)}\n`);
    const [log, copy] = [host.path("logs/app/app.log"), host.path("logs/app/app.log.1")];

    const { code, stderr } = await host.run(`${FOLDER}/shorten.sh`, [log, copy]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `${log} is on a file system that cannot cut a file's beginning: lines may be lost`,
    );
    expect(readFileSync(log, "utf8")).toBe("");
    expect(readFileSync(copy, "utf8")).toBe(`${"x".repeat(5000)}\nlate\n`);
  });
});

describe("a log that its program reopens", () => {
  test("is let go of once the program has been told, and not before", async () => {
    const host = rotationHost();
    host.write("logs/nginx/access.log.1", "a line\n");
    const renamed = host.path("logs/nginx/access.log.1");
    const ready = host.path("ready");
    const program = spawn("bash", [
      "-c",
      `exec 3>> '${renamed}'; trap 'sleep 1; exec 3>&-; exit' USR1; touch '${ready}'; while :; do sleep 0.1; done`,
    ]);
    host.program("docker", `echo ${program.pid}`);
    await waitFor("the program", 20, () => Promise.resolve(existsSync(ready)));

    const began = Date.now();
    const { code } = await host.run(`${FOLDER}/reopen.sh`, ["USR1", "emaintenance-nginx", renamed]);
    expect(code).toBe(0);
    expect(Date.now() - began).toBeGreaterThan(900);
  });

  test("whose program does not run needs no telling", async () => {
    const host = rotationHost().program("docker", "echo 'no such container' >&2; exit 1");
    host.write("logs/nginx/access.log.1", "a line\n");
    const { code } = await host.run(`${FOLDER}/reopen.sh`, [
      "USR1",
      "x",
      host.path("logs/nginx/access.log.1"),
    ]);
    expect(code).toBe(0);
  });

  test("that its program keeps open is reported, and stays as it is", async () => {
    const host = rotationHost().program("docker", "echo 0");
    host.write("logs/nginx/access.log.1", "a line\n");
    const renamed = host.path("logs/nginx/access.log.1");
    const holder = openSync(renamed, "a");
    try {
      const { code, stderr } = await host.run(`${FOLDER}/reopen.sh`, ["USR1", "emaintenance-nginx", renamed]);
      expect(code).toBe(1);
      expect(stderr).toBe(
        `emaintenance-nginx still writes to ${renamed}, 10 s after it was sent USR1: it stays uncompressed\n`,
      );
    } finally {
      closeSync(holder);
    }
  });
});

describe("the archive", () => {
  test("names a file after the time of its last line, and never overwrites one", async () => {
    const host = rotationHost();
    host.write("logs/archive/app/.keep", "");
    for (const text of ["first", "second"]) {
      host.write("logs/app/app.log.3.gz", text);
      const time = Date.parse("2026-11-24T02:00:00Z") / 1000;
      utimesSync(host.path("logs/app/app.log.3.gz"), time, time);
      const args = [host.path("logs/app/app.log.3.gz"), host.path("logs/archive/app")];
      expect((await host.run(`${FOLDER}/archive.sh`, args)).code).toBe(0);
    }
    expect(host.lines("logs/archive/app/app-20261124T020000Z.log.gz")).toEqual(["first"]);
    expect(host.lines("logs/archive/app/app-20261124T020000Z-2.log.gz")).toEqual(["second"]);
    expect(existsSync(host.path("logs/app/app.log.3.gz"))).toBe(false);
  });
});

describe("one run of the log rotation", () => {
  const rotate = (host: JobHost, env: Record<string, string> = {}) =>
    host.run(`${FOLDER}/run.sh`, [], {
      LOGS: host.path("logs"),
      SIZE_BYTES: String(MIB),
      FOLDER_BYTES: String(3 * MIB),
      ARCHIVE_DAYS: "0",
      ARCHIVE_BYTES: "0",
      MEMORY: host.path("memory"),
      ...env,
    });

  /** A file of so many bytes whose last line is so many minutes old. */
  function file(host: JobHost, name: string, bytes: number, minutes: number): void {
    host.write(name, Buffer.alloc(bytes, "x"));
    const time = Date.now() / 1000 - minutes * 60;
    utimesSync(host.path(name), time, time);
  }
  const left = (host: JobHost, folder: string) => readdirSync(host.path(folder)).sort();

  test("does nothing if no log has grown", async () => {
    const host = rotationHost().program("logrotate", "echo called; exit 1");
    file(host, "logs/app/app.log", MIB, 0);
    expect(await rotate(host)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("calls logrotate if a log has grown, with a state of its own, and says which", async () => {
    const host = rotationHost().program("logrotate", 'echo "$*"');
    file(host, "logs/app/app.log", MIB + 1, 0);
    const { stdout } = await rotate(host);
    expect(stdout).toBe(
      `--state ${host.path("memory/root/state")} ${host.scripts}/jobs/log-rotation/logrotate-root.conf\n` +
        `rotated ${host.path("logs/app/app.log")}\n`,
    );
  });

  test("fails if logrotate does, and keeps the bound all the same", async () => {
    const host = rotationHost().program("logrotate", "echo 'no room' >&2; exit 1");
    file(host, "logs/app/app.log", MIB + 1, 0);
    file(host, "logs/app/app.log.2.gz", 4 * MIB, 30);
    const { code, stdout, stderr } = await rotate(host);
    expect([code, stderr]).toEqual([1, "no room\n"]);
    expect(stdout).toContain("logrotate failed, for the reason above");
    expect(left(host, "logs/app")).toEqual(["app.log"]);
  });

  test("keeps the newest rotated files of a folder, up to the bound", async () => {
    const host = rotationHost();
    file(host, "logs/app/app.log", MIB, 0);
    file(host, "logs/app/app.log.1.gz", 2 * MIB, 10);
    file(host, "logs/app/app.log.2.gz", MIB, 20);
    file(host, "logs/app/app.log.3.gz", MIB, 30);
    file(host, "logs/other/other.log.1.gz", 2 * MIB, 40);

    const { stdout } = await rotate(host);
    expect(stdout).toBe(
      `removed ${host.path("logs/app/app.log.3.gz")}: the newer files next to it already have 3 MiB\n`,
    );
    expect(left(host, "logs/app")).toEqual(["app.log", "app.log.1.gz", "app.log.2.gz"]);
    expect(left(host, "logs/other")).toEqual(["other.log.1.gz"]);
  });

  test("takes logs of earlier days, which have names of their own, for rotated ones", async () => {
    const host = rotationHost();
    for (let day = 1; day <= 6; day += 1)
      file(host, `logs/app/app-2026-11-0${day}.log`, MIB - 1, (7 - day) * 1440);
    await rotate(host);
    expect(left(host, "logs/app")).toEqual([
      "app-2026-11-04.log",
      "app-2026-11-05.log",
      "app-2026-11-06.log",
    ]);
  });

  test("keeps the archive within its days and its size, and does nothing if there is no archive", async () => {
    const host = rotationHost();
    file(host, "logs/archive/app/app-1.log.gz", MIB, 3 * 1440);
    file(host, "logs/archive/app/app-2.log.gz", MIB, 60);
    file(host, "logs/archive/web/web-1.log.gz", MIB, 30);
    await rotate(host);
    expect(left(host, "logs/archive/app")).toHaveLength(2);

    await rotate(host, { ARCHIVE_DAYS: "2", ARCHIVE_BYTES: String(MIB) });
    expect(left(host, "logs/archive/app")).toEqual([]);
    expect(left(host, "logs/archive/web")).toEqual(["web-1.log.gz"]);
  });
});
