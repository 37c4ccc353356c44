import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureHostImage } from "../../../rehearsal/host/host";
import { renderTemplate } from "../../../constructs/templates";
import { run, type RunResult } from "../../../lib/run";
import { JobHost } from "../../support/job-host";
import { HostileWorkplace, plantFiles } from "./hostile-place";

// The first test on a machine builds the image of the host.
jest.setTimeout(900_000);

const JOB = "jobs/log-rotation";
const FOLDERS = ["user-service", "archive/user-service", "schedules"];

/**
 * Runs the job in a host's container, where logrotate is, as a timer does; before and behind it, a digest of what is root's.
 */
async function rotate(
  host: JobHost,
  place: HostileWorkplace,
  env: Record<string, string>,
): Promise<RunResult> {
  const image = await ensureHostImage("ready");
  const script = `
    digest() { find /etc /root /usr/local /opt -xdev -printf '%p %y %U %m %s %l %T@\\0' | sort -z | sha256sum; }
    before=$(digest) code=0
    timeout 200 ${host.scripts}/${JOB}/run.sh || code=$?
    [ "$(digest)" = "$before" ] || echo "something of root has changed"
    exit "$code"`;
  return run(
    [
      ...["docker", "run", "--rm", "--network", "none", "--entrypoint", "bash", "--workdir", place.folder],
      ...["--volume", `${host.root}:${host.root}`, "--volume", `${place.folder}:${place.folder}`],
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...[image, "-c", script],
    ],
    { allowFailure: true, timeoutSeconds: 300 },
  );
}

function rotationHost(): JobHost {
  const host = new JobHost();
  for (const name of ["run", "shorten", "reopen", "archive"]) {
    host.install(`logrotate/${name}.sh`, `${JOB}/${name}.sh`);
  }
  host.install("shared/untrusted.sh", `${JOB}/untrusted.sh`);
  for (const owner of ["root", "1001"]) {
    const folder = owner === "root" ? "schedules" : "user-service";
    host.write(
      `deploy/Server/scripts/${JOB}/logrotate-${owner}.conf`,
      renderTemplate("logrotate/logrotate.conf.eta", {
        owner,
        sizeBytes: 1_000_000,
        keep: 2,
        sets: [{ folder: host.path(`logs/${folder}`), archive: host.path(`logs/archive/${folder}`) }],
        scripts: join(host.scripts, JOB),
        archive: true,
      }),
    );
  }
  for (const folder of FOLDERS) mkdirSync(host.path(`logs/${folder}`), { recursive: true });
  return host;
}

test.each([
  ["a size that is a program", "x\n0 0*bound[$(id>executed)0]"],
  ["a path of root", "x\n0 99999999999999999 precious"],
])("log rotation takes no line of a name for %s", async (_what, name) => {
  const host = rotationHost();
  const place = new HostileWorkplace();
  for (const log of [name, "other"]) host.write(`logs/user-service/${log}`, "planted");

  const { code } = await place.run([join(host.scripts, JOB, "run.sh")], {
    LOGS: host.path("logs"),
    SIZE_BYTES: "1000000",
    FOLDER_BYTES: "8192",
    ARCHIVE_DAYS: "0",
    ARCHIVE_BYTES: "0",
    MEMORY: host.path("memory"),
  });
  expect(code).toBe(0);
  expect(place.damage).toEqual([]);
});

test("log rotation executes no name, removes nothing of root and does its work, whatever a service makes in its folders", async () => {
  const host = rotationHost();
  const place = new HostileWorkplace();
  try {
    // GIVEN hostile files in the folder of a service, and in the folder of its archive, which is its own too
    const planted =
      (await plantFiles(host.path("logs/user-service"))) +
      (await plantFiles(host.path("logs/archive/user-service")));
    expect(planted).toBeGreaterThan(400);
    host.write("logs/schedules/backup.log", "x".repeat(1_100_000));

    // WHEN all is rotated, cut to its bound and archived, twice: logrotate's own files are names too
    const env = {
      LOGS: host.path("logs"),
      SIZE_BYTES: "1000000",
      FOLDER_BYTES: "8192",
      ARCHIVE_DAYS: "1",
      ARCHIVE_BYTES: "8192",
      MEMORY: host.path("memory"),
    };
    const first = await rotate(host, place, env);
    const second = await rotate(host, place, env);

    // THEN nothing was executed, nothing of root is gone, and the work was done, or the output names what prevented it
    expect(place.damage).toEqual([]);
    for (const { stdout } of [first, second]) expect(stdout).not.toContain("something of root has changed");
    expect(first.stdout).toContain("hollow.log: it has holes");
    expect(first.stdout).toMatch(/removed .*the newer files next to it already have/);
    const left = await run([
      "find",
      host.path("logs/user-service"),
      "-maxdepth",
      "1",
      "-type",
      "f",
      "-printf",
      "%s %b\n",
    ]);
    const blocks = left.stdout
      .trim()
      .split("\n")
      .map((line) => Number(line.split(" ")[1]) * 512);
    expect(blocks.reduce((sum, one) => sum + one, 0)).toBeLessThan(5_000_000);
    const rotated = await run(["find", host.path("logs/schedules"), "-name", "backup.log.*"]);
    expect(rotated.stdout).not.toBe("");
  } finally {
    await run(["rm", "-rf", host.path("logs")]);
  }
});
