import { join } from "node:path";
import { Migration } from "../../constructs/api/migration";
import { MigrationGate } from "../../constructs/rollout/migration-gate";
import { FakeHost } from "../support/fake-host";
import { script, scriptLines } from "../support/stack-json";
import { temporaryFolder } from "../support/temporary-folder";
import { TestStack } from "../support/test-stack";

describe("the gate behind the migration", () => {
  test("looks at the job's container, for every new one", () => {
    // GIVEN
    const stack = new TestStack();
    const migration = new Migration(stack, "migration", {
      image: stack.image("user-service"),
      network: stack.network,
      nodeEnv: "production",
    });

    // WHEN
    new MigrationGate(stack, "gate", { connection: stack.connection, migration });

    // THEN
    const json = script(stack.synthesise(), "migration_gate");
    expect(scriptLines(json)).toContain("export NAME='emaintenance-migration'");
    expect(scriptLines(json)).toContain("export DATABASE='emaintenance-postgres'");
    expect(scriptLines(json)).toContain("export PIDS='512'");
    expect(json.triggers.JOB).toBe("${docker_container.migration.id}");
  });
});

describe("the gate, on a host", () => {
  /** A job that was made and never ran, and ends with these codes whenever it is started; no job before it. */
  const jobThatEnds = (...codes: number[]) => jobThatSays("\\e[31mrelation exists\\e[0m\\a\\n", ...codes);
  const jobThatSays = (words: string, ...codes: number[]) =>
    new FakeHost().program("timeout", 'shift; "$@"').program(
      "docker",
      `codes=(0 ${codes.join(" ")})
       here="\${0%/*}"
       runs="$here/runs"
       count=$(cat "$runs" 2> /dev/null || echo 0)
       case "$*" in
         *ExitCode*) echo "\${codes[$count]}" ;;
         *PidsLimit*) cat "$here/pids" 2> /dev/null || echo '<nil>' ;;
         update*) echo "$3" > "$here/pids" ;;
         *State.Status*) if [ "$count" -eq 0 ]; then echo created; else echo exited; fi ;;
         *State.Running*) if [ -e "$here/running" ]; then echo true; else echo false; fi ;;
         wait*) rm "$here/running" ;;
         *slice*) echo emaintenance-migration-77 ;;
         *.Image*) echo sha256:77 ;;
         inspect*) exit 1 ;;
          start*) echo "$((count + 1))" > "$runs"; : > "$here/running" ;;
          logs*) printf '${words}' >&2 ;;
       esac`,
    );
  const pass = (host: FakeHost) =>
    host.run(["shared/untrusted.sh", "shared/process-limit.sh", "rollout/migration-gate.sh"], {
      JOB: "0123abcd",
      NAME: "emaintenance-migration",
      DATABASE: "emaintenance-postgres",
      PIDS: "300",
      LOCK: join(temporaryFolder(), "lock"),
    });

  test("is open when the job has ended well, and the job gets its name", async () => {
    const host = jobThatEnds(0);

    expect(await pass(host)).toEqual({ code: 0, stdout: "migration done\n", stderr: "" });
    const order = [
      "docker update --pids-limit 300 0123abcd",
      "docker start 0123abcd",
      "docker wait 0123abcd",
    ];
    expect(host.calls.filter((call) => order.includes(call))).toEqual(order);
    expect(host.calls).toContain("docker rename 0123abcd emaintenance-migration");
  });

  test("has the database remember the image, and goes on if it cannot", async () => {
    const host = jobThatEnds(0);
    const without = jobThatEnds(0).program(
      "docker",
      'case "$*" in *ExitCode*) echo 0 ;; *Pids*) echo 300 ;; *.Image*) echo sha256:77 ;; exec* | *.Id*) exit 1 ;; esac',
    );

    await pass(host);

    expect(host.calls).toContainEqual(
      expect.stringContaining("docker exec -i --env IMAGE=sha256:77 emaintenance-postgres"),
    );
    expect((await pass(without)).stdout).toContain(
      "the database could not be told which image has migrated it",
    );
  });

  test("lets a job that failed try once more, so that a passing failure needs no operator", async () => {
    const host = jobThatEnds(1, 0);

    expect(await pass(host)).toEqual({
      code: 0,
      stdout: "the migration ended with exit code 1; running it once more\nmigration done\n",
      stderr: "",
    });
    expect(host.calls.filter((call) => call === "docker start 0123abcd")).toHaveLength(2);
  });

  test("waits for a job that a killed deployment has left running, and starts no job that has ended", async () => {
    const host = jobThatEnds(0);
    await pass(host);
    const again = await pass(host);

    expect(again).toMatchObject({ code: 0, stdout: "migration done\n" });
    expect(host.calls.filter((call) => call === "docker start 0123abcd")).toHaveLength(1);
  });

  test("stays shut when the job fails again, and shows the job's last words as plain text, and the remedy", async () => {
    const { code, stderr } = await pass(jobThatEnds(1, 3));

    expect(code).toBe(1);
    expect(stderr).toBe(
      "migration failed with exit code 3; no service was started or changed. Its last lines:\n" +
        "  relation exists?\n" +
        "Expected exit code 0. Fix the cause (the full text: docker logs emaintenance-migration-77) and deploy again. To roll back: npm run rollback -- prod\n",
    );
  });

  test.each([
    [
      '{"error":"error: permission denied to create extension \\\\"pg_stat_statements\\\\""}',
      'It may not create the extension pg_stat_statements, which needs a superuser. Name it in main.ts, and the deploy creates it: postgres: { extensions: ["pg_stat_statements"] }\n',
    ],
    [
      "error: must be superuser to alter the system",
      "It lacks a right: it logs in as the owner of the database, who is no superuser (docs/security.md). An extension that needs one is created by the deploy: postgres.extensions in main.ts\n",
    ],
  ])("of a job that says %j, it says which right is missing, and the remedy", async (words, sentence) => {
    const { stderr } = await pass(jobThatSays(`${words}\\n`, 1, 1));
    expect(stderr).toContain(`\n${sentence}Expected exit code 0.`);
  });

  test("repeats only valid names of extensions", async () => {
    const words = 'permission denied to create extension "x$(id)"';
    const { stderr } = await pass(jobThatSays(`${words}\\n`, 1, 1));
    expect(stderr).not.toContain("extensions: [");
  });
});
