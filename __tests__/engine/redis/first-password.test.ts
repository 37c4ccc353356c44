import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

const PASSWORD = `/#@:%$\{x}'"\\ $(id) \`id\``;
const PORT = "6379";

/** Starts a container. @param words the image, and what follows it */
const start = (name: string, options: readonly string[], words: readonly string[]): Promise<unknown> =>
  run(["docker", "run", "--detach", "--init", "--name", name, ...options, ...words]);

/** Redis on a folder of this machine, replaced in place as a deploy does. */
class RedisContainer {
  readonly name = `redis-test-${randomBytes(4).toString("hex")}`;
  readonly folder = temporaryFolder();

  /** As versions up to November 2026 have started it without a password. */
  async serveFormer(): Promise<void> {
    await this.serve(["--env", "REDIS_PASSWORD="], ["redis-server", "--appendonly", "yes", "--dir", "/data"]);
  }

  /** As the construct Redis starts it. */
  async servePresent(): Promise<void> {
    const words = ["-c", template("redis/start.sh"), "redis-start", "--appendonly", "yes", "--dir", "/data"];
    await this.serve(["--env", `REDIS_PASSWORD=${PASSWORD}`, "--entrypoint", "sh"], words);
  }

  private async serve(options: readonly string[], words: readonly string[]): Promise<void> {
    const { redis } = await ensureBaseImages();
    await this.stop();
    await start(this.name, ["--volume", `${this.folder}:/data`, ...options], [redis, ...words]);
    await this.answers();
  }

  async restart(): Promise<void> {
    await run(["docker", "restart", this.name]);
    await this.answers();
  }

  private answers(): Promise<unknown> {
    return waitFor("Redis", 60, async () => /PONG|NOAUTH/.test((await this.without("PING")).stdout));
  }

  /** As a service that knows no password. */
  without(...command: readonly string[]): Promise<RunResult> {
    return run(["docker", "exec", this.name, "redis-cli", ...command], { allowFailure: true });
  }

  /** As a service with the current REDIS_URL. */
  async with(...command: readonly string[]): Promise<string> {
    const words = ["docker", "exec", "--env", "REDISCLI_AUTH", this.name, "redis-cli", "--user", "default"];
    const { stdout, stderr } = await run([...words, ...command], { env: { REDISCLI_AUTH: PASSWORD } });
    return (stdout + stderr).trim();
  }

  /** A service with the REDIS_URL of a deployment. */
  async startService(url: string): Promise<void> {
    const { redis } = await ensureBaseImages();
    const options = ["--label", `${this.name}.service=user-service`, "--env", `REDIS_URL=${url}`];
    await start(`${this.name}-service`, [...options, "--entrypoint", "sleep"], [redis, "1000"]);
  }

  async removeService(): Promise<void> {
    await run(["docker", "rm", "--force", `${this.name}-service`], { allowFailure: true });
  }

  allowFormer(): Promise<RunResult> {
    return this.script("redis/allow-former.sh", { FOLDER: this.folder, LABEL: `${this.name}.service` });
  }

  requirePassword(): Promise<RunResult> {
    return this.script("redis/require-password.sh", { REDIS_PORT: PORT });
  }

  private script(name: string, environment: Readonly<Record<string, string>>): Promise<RunResult> {
    const env = { CONTAINER: this.name, ...environment };
    return run(["bash", "-s"], { input: template(name), env, allowFailure: true });
  }

  get pending(): string {
    return join(this.folder, ".password-pending");
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.removeService();
  }

  async stop(): Promise<void> {
    await run(["docker", "stop", this.name], { allowFailure: true });
    await run(["docker", "rm", "--force", this.name], { allowFailure: true });
  }
}

let redis: RedisContainer;
beforeEach(() => {
  redis = new RedisContainer();
});
afterEach(() => redis.remove());

const NOTHING = { code: 0, stdout: "", stderr: "" };

test("a Redis without a password gets one while services that know none work on, and keeps its sessions", async () => {
  await redis.serveFormer();
  await redis.without("SET", "session", "mine");
  await redis.startService("redis://emaintenance-redis:6379");

  // WHEN Redis is replaced, which Terraform has removed before: both kinds of services are let in
  await redis.stop();
  expect(await redis.allowFormer()).toMatchObject({ code: 0, stderr: "" });
  await redis.servePresent();
  expect((await redis.without("GET", "session")).stdout.trim()).toBe("mine");
  expect(await redis.with("GET", "session")).toBe("mine");
  // AND so it stays where the deploy ends here, also after a restart
  await redis.restart();
  expect((await redis.without("GET", "session")).stdout.trim()).toBe("mine");

  // WHEN the services are replaced
  const asked = await redis.requirePassword();
  expect(asked).toEqual({ code: 0, stdout: "Redis asks for its password\n", stderr: "" });
  for (const time of ["at once", "after a restart"]) {
    expect([time, (await redis.without("GET", "session")).stdout]).toEqual([
      time,
      expect.stringContaining("NOAUTH"),
    ]);
    expect(await redis.with("GET", "session")).toBe("mine");
    await redis.restart();
  }
  // AND again, nothing happens
  await redis.removeService();
  expect(await redis.requirePassword()).toMatchObject(NOTHING);
  expect(await redis.allowFormer()).toMatchObject(NOTHING);
  expect(existsSync(redis.pending)).toBe(false);
});

test("one that has a password, or a new one, asks for it from its start on", async () => {
  expect(await redis.allowFormer()).toMatchObject(NOTHING);
  await redis.servePresent();
  await redis.startService("redis://:of-a-version-before@emaintenance-redis:6379");
  expect(await redis.allowFormer()).toMatchObject(NOTHING);
  await redis.servePresent();

  expect((await redis.without("PING")).stdout).toContain("NOAUTH");
  expect(await redis.with("PING")).toBe("PONG");
});

test("killed when Redis asks for its password already, the last step is finished by its next run", async () => {
  await redis.servePresent();
  mkdirSync(redis.pending);

  expect(await redis.requirePassword()).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(redis.pending)).toBe(false);
});
