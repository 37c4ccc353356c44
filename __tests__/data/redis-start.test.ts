import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../constructs/templates";
import { FakeHost } from "../support/fake-host";
import { temporaryFolder } from "../support/temporary-folder";

/** Starts Redis as its container does, with a stand-in for the image's own start. */
async function started(password: string, pending = false) {
  const marker = join(temporaryFolder(), ".password-pending");
  if (pending) mkdirSync(marker);
  const secretFile = join(temporaryFolder(), "redis.conf");
  const container = new FakeHost().program("chown", "").program("docker-entrypoint.sh", "");
  const script = template("redis/start.sh")
    .replace("/run/emaintenance-redis.conf", secretFile)
    .replace("/data/.password-pending", marker);
  const { code, stderr } = await container.shell(["/bin/sh", "-s", "--", "--port", "6379"], script, {
    REDIS_PASSWORD: password,
  });
  const text = existsSync(secretFile) ? readFileSync(secretFile, "utf8") : undefined;
  return { code, stderr, secretFile, calls: container.calls, text };
}

/** What Redis makes of a quoted word of its configuration: a backslash takes the next character as it is. */
const asRedisReads = (text = "") =>
  /^requirepass "(.*)"\n$/s.exec(text)?.[1]?.replace(/\\(.)/gs, (_, character: string) => character);

describe("the start of Redis", () => {
  test.each([
    "correct horse battery",
    `/#@:%\${x}'"\\ \\n $(id) \`id\` &|;<>*?![]~^`,
    '\\\\""',
    "пароль-密码",
  ])("hands the password %j on as it is, in a file for Redis alone", async (password) => {
    const { code, stderr, secretFile, calls, text } = await started(password);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(asRedisReads(text)).toBe(password);
    expect(statSync(secretFile).mode & 0o777).toBe(0o600);
    expect(calls).toEqual([
      `chown redis ${secretFile}`,
      `docker-entrypoint.sh redis-server ${secretFile} --port 6379`,
    ]);
  });

  test("asks for no password while a deployment that gives Redis its first password has not replaced the services", async () => {
    expect((await started("correct horse battery", true)).text).toBe("");
  });

  test("refuses to start without a password", async () => {
    const { code, calls, stderr } = await started("");
    expect({ code: code === 0, calls }).toEqual({ code: false, calls: [] });
    expect(stderr).toContain("REDIS_PASSWORD: password of Redis");
  });
});
