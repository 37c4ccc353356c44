import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { template } from "../../constructs/templates";
import { run, type RunResult } from "../../lib/run";
import { temporaryFolder } from "./temporary-folder";

/** Small programs that every host has. */
const TOOLS = ["cat", "cut", "grep", "head", "rm", "sed", "sort", "tail", "tr"];

/**
 * Runs scripts of `templates/` as on a host with the name vm1 and the login deploy. They find the programs that a test
 * puts in place, and none of this machine's own but a few small ones.
 */
export class FakeHost {
  private readonly folder = temporaryFolder();
  private readonly log = join(this.folder, "calls.log");

  constructor() {
    for (const tool of TOOLS) {
      symlinkSync(pathOf(tool), join(this.folder, tool));
    }
    this.program("hostname", "echo vm1");
    this.program("id", 'if [ "$1" = -un ]; then echo deploy; else echo 1000; fi');
  }

  /** Puts a program in place: lines of bash, which find what it was called with in `$*`. */
  program(name: string, body: string): this {
    const file = join(this.folder, name);
    // What is there may be a link to this machine's own program, which must not be written to.
    rmSync(file, { force: true });
    writeFileSync(file, `#!/bin/bash\necho "${name} $*" >> '${this.log}'\n${body}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  /** Runs a script of `templates/`, or several as one, with nothing in its environment but this. */
  run(paths: string | readonly string[], environment: Readonly<Record<string, string>>): Promise<RunResult> {
    const script = [paths].flat().map(template).join("");
    return this.shell(["/bin/bash", "-s"], script, environment);
  }

  /** Runs any program in the same way; it reads `input`. */
  shell(
    argv: readonly string[],
    input: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<RunResult> {
    const foreign = Object.keys(process.env).map((name) => [name, undefined]);
    return run(argv, {
      input,
      env: { ...(Object.fromEntries(foreign) as object), PATH: this.folder, ...environment },
      allowFailure: true,
      timeoutSeconds: 30,
    });
  }

  /** What was called of the programs that were put in place, in order. */
  get calls(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, "utf8").trimEnd().split("\n") : [];
  }
}

function pathOf(program: string): string {
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program));
  const path = paths.find(existsSync);
  if (path === undefined) {
    throw new Error(`${program} is not on PATH`);
  }
  return path;
}
