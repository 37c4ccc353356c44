import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SUPERUSER } from "../../support/database-start";

/**
 * A client that inserts one row after the other, each in a transaction of its own, and counts those that the server has
 * confirmed. When its session ends, so does it.
 */
export class WriteLoad {
  /** @param container a PostgreSQL server with a table `written (n bigint primary key)` */
  static start(container: string, from = 1): WriteLoad {
    return new WriteLoad(container, from);
  }

  /** The highest number that was confirmed. */
  confirmed: number;
  private readonly session: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<unknown>;
  private stopping = false;

  private constructor(container: string, from: number) {
    this.confirmed = from - 1;
    const psql = ["psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-d", "emaintenance"];
    this.session = spawn("docker", ["exec", "-i", container, ...psql]);
    this.session.stdin.on("error", () => undefined);
    this.ended = once(this.session, "exit");
    createInterface({ input: this.session.stdout }).on("line", (line) => {
      if (line !== "INSERT 0 1") return;
      this.confirmed += 1;
      this.next();
    });
    this.next();
  }

  private next(): void {
    if (this.stopping) this.session.stdin.end();
    else this.session.stdin.write(`INSERT INTO written VALUES (${this.confirmed + 1});\n`);
  }

  /** Ends after the row that is under way. @returns the highest number that was confirmed */
  async stop(): Promise<number> {
    this.stopping = true;
    await this.ended;
    return this.confirmed;
  }
}
