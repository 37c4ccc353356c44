import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import { sshCommand, type SshHost } from "./host";
import { sshFailure, sshNotStarted } from "./ssh-failure";

type SshProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const running = new Set<SshProcess>();
// No ssh may outlive the plugin.
process.on("exit", () => running.forEach((child) => child.kill()));

const KEPT_STDERR = 4096;
/** How long the last words of an ended ssh may take: a control master that stays holds its stderr open. */
const LAST_WORDS_MILLISECONDS = 200;

/** One connection to the engine on another host: the two ends of an ssh process, as one stream. */
export class SshStream extends Duplex {
  private readonly child: SshProcess;
  private words = "";
  private received = false;

  constructor(
    private readonly host: SshHost,
    options: readonly string[],
  ) {
    super();
    const [program = "ssh", ...rest] = sshCommand(host, options);
    this.child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
    running.add(this.child);
    this.child.stdin.on("error", () => undefined);
    this.child.stdout.on("data", (chunk: Buffer) => this.receive(chunk));
    this.child.stderr.on("data", (chunk: Buffer) => {
      this.words = (this.words + chunk.toString("utf8")).slice(-KEPT_STDERR);
    });
    this.child.once("error", (error) => this.destroy(sshNotStarted(host, error)));
    this.child.once("exit", (code) => this.ended(code));
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    // A broken pipe says nothing: the exit of ssh, which follows, says why.
    this.child.stdin.write(chunk, encoding, () => callback());
  }

  override _final(callback: () => void): void {
    this.child.stdin.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.child.kill();
    callback(error);
  }

  private receive(chunk: Buffer): void {
    this.received = true;
    if (!this.push(chunk)) this.child.stdout.pause();
  }

  private ended(code: number | null): void {
    running.delete(this.child);
    const close = () => {
      if (this.destroyed) return;
      if (code === 0 && this.received) this.push(null);
      else this.destroy(sshFailure(this.host, this.words, code));
    };
    const limit = setTimeout(close, LAST_WORDS_MILLISECONDS);
    this.child.stderr.once("end", () => {
      clearTimeout(limit);
      close();
    });
  }
}
