import { randomBytes } from "node:crypto";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { type DatabaseStart, OWNER } from "../../support/database-start";

/** Password that the containers are started with, and that services log in with. */
export const PASSWORD = "of the services: /'\"#";

/** One cluster in a volume, and its container, which is started in one way and then in another. */
export class DatabaseContainer {
  private readonly name = `roles-test-${randomBytes(4).toString("hex")}`;

  /** Starts it, in the place of the one before. */
  async start({ options, words }: DatabaseStart): Promise<void> {
    const { postgres } = await ensureBaseImages();
    await this.stop();
    await run([
      ...["docker", "run", "--detach", "--init", "--name", this.name, "--stop-signal", "SIGINT"],
      ...[
        "--volume",
        `${this.name}:/var/lib/postgresql/data`,
        "--env",
        "PGDATA=/var/lib/postgresql/data/pgdata",
      ],
      ...["--env", "POSTGRES_DB=emaintenance", "--env", `POSTGRES_PASSWORD=${PASSWORD}`],
      ...[...options, postgres, ...words],
    ]);
  }

  /** The same, until it takes connections over the network. */
  async serve(start: DatabaseStart): Promise<void> {
    await this.start(start);
    const ready = ["docker", "exec", this.name, "pg_isready", "-q", "-h", "127.0.0.1", "-U", OWNER];
    await waitFor("a database", 60, async () => (await run(ready, { allowFailure: true })).code === 0);
  }

  /** Until the container has ended. */
  async ended(): Promise<void> {
    await run(["docker", "wait", this.name], { timeoutSeconds: 60 });
  }

  async stop(): Promise<void> {
    await run(["docker", "stop", "--time", "60", this.name], { allowFailure: true });
    await run(["docker", "rm", "--force", this.name], { allowFailure: true });
  }

  /** By the socket, without a password; the answer. */
  async asRole(role: string, text: string, database = "emaintenance"): Promise<string> {
    const psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", role, "-d", database];
    const { stdout } = await run(["docker", "exec", "-i", this.name, ...psql], { input: text });
    return stdout.trim();
  }

  /** Over the network, as services do: from an address that is not the loopback one. */
  overNetwork(role: string, password: string, text: string): Promise<RunResult> {
    const line = 'exec psql -XAtq -v ON_ERROR_STOP=1 -h "$(hostname -i)" -U "$0" -d emaintenance';
    const words = ["docker", "exec", "-i", "--env", "PGPASSWORD", this.name, "sh", "-c", line, role];
    return run(words, { input: text, env: { PGPASSWORD: password }, allowFailure: true });
  }

  /** Runs bash on this machine with the name of the container in CONTAINER, as a script of a deploy. */
  script(text: string, environment: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    return run(["bash", "-s"], {
      input: text,
      env: { CONTAINER: this.name, ...environment },
      allowFailure: true,
    });
  }

  async inside(...words: readonly string[]): Promise<RunResult> {
    return run(["docker", "exec", this.name, ...words], { allowFailure: true });
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await run(["docker", "logs", this.name]);
    return stdout + stderr;
  }

  async remove(): Promise<void> {
    await this.stop();
    await run(["docker", "volume", "rm", "--force", this.name], { allowFailure: true });
  }
}
