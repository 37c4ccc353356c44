import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Safety, system } from "./support";

describe("emaintenance safety-check", () => {
  const found = (safety: Safety, check: string) =>
    safety.findings.filter((finding) => finding.check === check);

  test("finds nothing but notices if all is in order", async () => {
    const { code, stdout } = await system.emaintenance(["safety-check"]);
    expect(stdout).not.toMatch(/^error/m);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^notice +backups +there is no backup/m);
    expect(stdout).toMatch(/^notice +containers +the finished job/m);
  });

  test("finds anonymous volumes with data: of this project, and of no container; empty ones do not matter", async () => {
    const full = (await system.docker("volume", "create")).stdout.trim();
    const empty = (await system.docker("volume", "create")).stdout.trim();
    const mountpoint = (
      await system.docker("volume", "inspect", "--format", "{{.Mountpoint}}", full)
    ).stdout.trim();
    writeFileSync(join(mountpoint, "orders"), "precious");
    const orphan = found(await system.json<Safety>("safety-check"), "volumes");
    await system.docker(
      ...[
        "run",
        "--detach",
        "--name",
        system.container("stray"),
        "--label",
        `${system.prefix}.service=stray`,
      ],
      ...[
        "--volume",
        `${full}:/data`,
        "--entrypoint",
        "sleep",
        await system.inspect("web", "{{.Image}}"),
        "60",
      ],
    );
    const owned = await system.json<Safety>("safety-check");
    await system.docker("rm", "--force", system.container("stray"));
    await system.docker("volume", "rm", full, empty);

    const warnings = orphan.filter(({ what }) => what.includes(full.slice(0, 12)));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ severity: "warning" });
    expect(warnings[0]?.remedy).toContain(`docker volume rm ${full}`);
    expect(orphan.filter(({ what }) => what.includes(empty.slice(0, 12)))).toEqual([]);
    expect(found(owned, "volumes")).toContainEqual(
      expect.objectContaining({
        severity: "error",
        what: expect.stringMatching(/the data of .*-stray is in an anonymous volume/) as string,
      }),
    );
    expect(owned.safe).toBe(false);
  });

  test("finds what a prune would take: a stopped container, and the volume of one that is gone", async () => {
    await system.docker("stop", system.container("postgres"));
    const stopped = found(await system.json<Safety>("safety-check"), "containers");
    await system.docker("rm", system.container("postgres"));
    const gone = await system.emaintenance(["safety-check"]);
    await system.startService("postgres");
    await system.healthy("postgres");

    expect(stopped[0]).toMatchObject({ severity: "error", remedy: "emaintenance restart postgres" });
    expect(gone.stdout).toMatch(
      /^error +volumes +no container uses the volume .*-data: docker volume prune --all would delete its data\n +expected a container that uses it; do not prune; deploy again$/m,
    );
    expect(gone.code).toBe(1);
  });

  test("finds a stranger on a port of this project", async () => {
    const port = system.description.services.at(-1)?.publish[0]?.port ?? 0;
    const stranger = system.container("stranger");
    await system.docker(
      ...["run", "--detach", "--name", stranger, "--publish", `127.0.0.2:${port}:80`],
      ...["--entrypoint", "sleep", await system.inspect("web", "{{.Image}}"), "60"],
    );
    const running = found(await system.json<Safety>("safety-check"), "ports");
    await system.docker("kill", stranger);
    const stopped = found(await system.json<Safety>("safety-check"), "ports");
    await system.docker("rm", "--force", stranger);

    expect(running).toEqual([
      expect.objectContaining({
        severity: "error",
        remedy: expect.stringContaining(`docker stop ${stranger}`) as string,
      }),
    ]);
    expect(stopped).toEqual([expect.objectContaining({ severity: "warning" })]);
  });

  test("finds missing folders, folders with another owner or mode, a full disk, and backups that stopped coming", async () => {
    const uploads = join(system.root, "data", "uploads");
    system.write("data/uploads/.keep", "");
    const ended = `${new Date(Date.now() - 30 * 3_600_000).toISOString().slice(0, 19)}Z`;
    const files = { "database.dump": { bytes: 1, sha256: "x" } };
    system.write(
      "backups/db_20260101_020000/manifest.json",
      JSON.stringify({ kind: "db", number: 1, ended, files }),
    );
    await system.install({
      folders: [
        { path: uploads, owner: 1001, mode: "0750" },
        { path: join(system.root, "backups"), owner: 0, mode: "0700" },
        { path: join(system.root, "nowhere"), owner: 1001, mode: "0750" },
      ],
      diskPercent: { warning: 0, error: 101 },
    });
    const safety = await system.json<Safety>("safety-check");
    const strict = await system.emaintenance(["safety-check", "--strict", "--json"]);
    await system.install();

    expect(found(safety, "folders")).toEqual([
      expect.objectContaining({
        severity: "error",
        what: `${uploads} belongs to the user id 0`,
        remedy: `sudo chown 1001:1001 ${uploads}`,
      }),
      expect.objectContaining({ severity: "error", what: `${join(system.root, "nowhere")} is missing` }),
      expect.objectContaining({ severity: "warning", what: `${join(system.root, "backups")} has mode 0755` }),
    ]);
    expect(found(safety, "disks")[0]).toMatchObject({
      severity: "warning",
      what: expect.stringMatching(/^the disk of \/ is \d+ % full$/) as string,
    });
    expect(found(safety, "backups")).toEqual([
      expect.objectContaining({ severity: "error", what: expect.stringContaining("30 hours old") as string }),
    ]);
    expect(strict.code).toBe(1);
  });
});
