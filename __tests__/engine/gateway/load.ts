import { waitFor } from "../../../lib/run";
import { ask } from "./client";

/** Outcomes (a status, or an error's words) and how often each was seen. */
export type Outcomes = Readonly<Record<string, number>>;

/** Requests without a pause, each on a connection of its own, counted by the phase in which they were sent. */
export class Load {
  static start(port: number, path: string, clients: number, method: "GET" | "POST" = "POST"): Load {
    const load = new Load(port, path, method);
    load.done = Promise.all(Array.from({ length: clients }, () => load.client()));
    return load;
  }

  private readonly phases = new Map<string, Record<string, number>>();
  private phase: Record<string, number> = {};
  private running = true;
  private done: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly port: number,
    private readonly path: string,
    private readonly method: "GET" | "POST",
  ) {
    this.mark("start");
  }

  /** Requests that are sent from now on count for this phase; those under way count for the one before. */
  mark(phase: string): void {
    this.phase = {};
    this.phases.set(phase, this.phase);
  }

  /** Waits for so many answers in this phase. */
  async answered(requests: number): Promise<void> {
    const phase = this.phase;
    await waitFor(`${requests} answers`, 60, async () =>
      Promise.resolve(Object.values(phase).reduce((sum, count) => sum + count, 0) >= requests),
    );
  }

  /** Outcomes by phase. */
  async stop(): Promise<ReadonlyMap<string, Outcomes>> {
    this.running = false;
    await this.done;
    return this.phases;
  }

  private async client(): Promise<void> {
    while (this.running) {
      const { phase } = this;
      const how = { method: this.method, ...(this.method === "POST" && { body: "{}" }) };
      const outcome = await ask(this.port, this.path, how).then(
        ({ status }) => `${status}`,
        (error: Error) => error.message,
      );
      phase[outcome] = (phase[outcome] ?? 0) + 1;
    }
  }
}
