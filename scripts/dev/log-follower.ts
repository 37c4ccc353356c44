import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { listContainers } from "./containers";

/** Milliseconds between two looks for containers that were started. */
const LOOK_MS = 1000;

/** Receives a line of a service's log. */
export type OnLine = (service: string, line: string) => void;

/** Follows the logs of containers, also of those that come later, and of those that are started again. */
export class LogFollower {
  private readonly followed = new Map<string, ChildProcess>();
  /** Time of the last line by container, so that no line is shown twice. */
  private readonly last = new Map<string, string>();
  private readonly ended = new Set<string>();
  private timer?: NodeJS.Timeout;
  private stopped = false;

  /**
   * @param services names by container name
   * @param since lines from before are not shown
   */
  constructor(
    private readonly services: ReadonlyMap<string, string>,
    private readonly since: Date,
    private readonly onLine: OnLine,
  ) {}

  start(): void {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const child of this.followed.values()) child.kill();
  }

  private async look(): Promise<void> {
    // An engine that temporarily does not answer is asked again.
    const containers = await listContainers().catch(() => []);
    for (const { id, name, running } of containers) {
      const service = this.services.get(name);
      if (service === undefined || this.stopped || this.followed.has(id)) continue;
      if (running) this.ended.delete(id);
      // A job that ended between two looks has something to say too, once.
      if (running || !this.ended.has(id)) this.follow(id, service);
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), LOOK_MS);
  }

  private follow(id: string, service: string): void {
    const since = this.last.get(id) ?? this.since.toISOString();
    const child = spawn("docker", ["logs", "--follow", "--timestamps", "--since", since, id], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.followed.set(id, child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.take(id, service, line, since));
    }
    child.on("error", () => this.followed.delete(id));
    child.on("close", () => {
      this.followed.delete(id);
      this.ended.add(id);
    });
  }

  private take(id: string, service: string, line: string, since: string): void {
    const end = line.indexOf(" ");
    const time = end === -1 ? line : line.slice(0, end);
    if (!/^\d{4}-\d\d-\d\dT/.test(time)) return;
    // Docker's own comparison includes the time itself.
    if (this.last.has(id) && time <= since) return;
    this.last.set(id, time);
    this.onLine(service, end === -1 ? "" : line.slice(end + 1));
  }
}
