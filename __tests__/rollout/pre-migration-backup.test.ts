import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeHost } from "../support/fake-host";
import { script, scriptLines } from "../support/stack-json";
import { production } from "../support/stacks";
import { temporaryFolder } from "../support/temporary-folder";

const IMAGE = "sha256:new";

/** A host whose database says so many tables, and which image has migrated it; `answer` may be a failure instead. */
function hostWith({ answer = "echo '12 sha256:old'", backup = "true", words = "backup" } = {}) {
  return new FakeHost()
    .program(
      "docker",
      `sql=$(cat); case $sql in *count*) ${answer} ;; *) echo "sql: $sql" >> "\${0%/*}/calls.log" ;; esac`,
    )
    .program("grep", '[ "$(cat)" = backup ]')
    .program("sudo", `[ "$1" = -n ] && shift; "$@"`)
    .program("emaintenance", `if [ "$1" = --words ]; then echo "${words}"; else ${backup}; fi`);
}

async function dump(host: FakeHost) {
  const lock = join(temporaryFolder(), "lock");
  writeFileSync(lock, "");
  const result = await host.run("rollout/pre-migration-backup.sh", {
    CONTAINER: "emaintenance-postgres",
    IMAGE,
    LOCK: lock,
  });
  return { ...result, locked: existsSync(lock) };
}

const DUMPED = "emaintenance backup database --reason before-migration";

describe("the pre-migration backup", () => {
  test("is made again for another image, and whenever something on the host is unknown", () => {
    const json = script(production(), "safety_dump");

    expect(json.triggers).toMatchObject({
      IMAGE: "${docker_image.user_service.image_id}",
      generation: "${docker_container.deployed.id}",
    });
    expect(scriptLines(json)).toContain("export CONTAINER='emaintenance-postgres'");
  });

  test("is made if another image has migrated the database last, which the database forgets then", async () => {
    const host = hostWith();

    expect(await dump(host)).toMatchObject({ code: 0, locked: true });
    expect(host.calls).toContain(DUMPED);
    expect(host.calls.join("\n")).toContain("RESET emaintenance.migrated_by");
  });

  test("is made if the database remembers no image", async () => {
    const host = hostWith({ answer: "echo '12 '" });

    expect(await dump(host)).toMatchObject({ code: 0 });
    expect(host.calls).toContain(DUMPED);
    expect(host.calls.join("\n")).not.toContain("RESET");
  });

  test.each([
    ["the database has no tables yet", "echo '0 '", "the database has no tables yet"],
    [
      "this image has migrated it before",
      `echo '12 ${IMAGE}'`,
      "the migration of this image has ended well before",
    ],
  ])("is not made if %s", async (_where, answer, words) => {
    const host = hostWith({ answer });

    const { code, stdout } = await dump(host);

    expect({ code, dumped: host.calls.includes(DUMPED) }).toEqual({ code: 0, dumped: false });
    expect(stdout).toContain(words);
    expect(host.calls.join("\n")).not.toContain("RESET");
  });

  test.each([
    ["the database cannot be asked", { answer: "exit 3" }],
    ["it fails", { backup: "exit 5" }],
  ])("stops the deployment if %s", async (_where, settings) => {
    const { code, locked } = await dump(hostWith(settings));

    expect(code).not.toBe(0);
    expect(locked).toBe(false);
  });
});
