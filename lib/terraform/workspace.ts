import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HOST_ROOT_OUTPUT } from "../../constructs/naming";
import { identify, isAlive, type ProcessIdentity } from "../process";
import { stackFolder } from "./stack-folder";
import { PIN_FILE } from "./pin-file";

/** Values for Terraform's variables. */
export type Values = Readonly<Record<string, unknown>>;

/** A stack as it was deployed: the text that Terraform reads, and those of the files next to it by path. */
export interface RecordedStack {
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The folder with cdktf.json, values and state, and what lies in it. */
export class Workspace {
  /** @throws Error if no folder from here upwards holds a cdktf.json */
  static containing(start: string, stack: string): Workspace {
    for (let folder = start; ; folder = dirname(folder)) {
      if (existsSync(join(folder, "cdktf.json"))) return new Workspace(folder, stack);
      if (dirname(folder) === folder) {
        throw new Error(
          `neither ${start} nor a folder above it holds a cdktf.json: go to the folder of the deployment`,
        );
      }
    }
  }

  private constructor(
    readonly directory: string,
    readonly stack: string,
  ) {}

  /** Where Terraform runs. */
  get stackFolder(): string {
    return stackFolder(this.directory, this.stack);
  }

  /** The stack as Terraform reads it. */
  get stackFile(): string {
    return join(this.stackFolder, "cdk.tf.json");
  }

  /**
   * Folder of the VM that holds everything, as the synthesised stack says it.
   * @throws Error if the stack says none
   */
  async hostRoot(): Promise<string> {
    const { output } = JSON.parse(await readFile(this.stackFile, "utf8")) as {
      output?: Record<string, { readonly value?: unknown } | undefined>;
    };
    const root = output?.[HOST_ROOT_OUTPUT]?.value;
    if (typeof root === "string") return root;
    throw new Error(
      `${this.stackFile} has no output ${HOST_ROOT_OUTPUT}: expected the folder of everything on the VM. ` +
        "Synthesise the stack with the version of the project that these commands come from",
    );
  }

  /** Puts a stack in place of the one that is there. The files of that one stay: none has the name of another. */
  async writeStack({ text, files }: RecordedStack): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.stackFolder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    await writeFile(this.stackFile, text);
  }

  /** For this run only; for its owner only, because a plan holds secrets. */
  get scratch(): string {
    return join(this.directory, ".release");
  }

  /**
   * An empty scratch folder, whatever a run that was killed has left in it.
   * @throws Error while another command has plan and stack of this folder in its hands
   */
  async clearScratch(): Promise<void> {
    const owner = await this.scratchOwner();
    if (owner && owner.pid !== process.pid) {
      throw new Error(
        `another command works in ${this.directory} (process ${owner.pid}), with its own plan: expected one at a time. ` +
          "Wait for its end; on the host, emaintenance maintenance and emaintenance verify work meanwhile",
      );
    }
    await rm(this.scratch, { recursive: true, force: true });
    await mkdir(this.scratch, { mode: 0o700 });
    await writeFile(this.ownerFile, JSON.stringify(await identify(process.pid)));
  }

  /** Removes it, unless it is another command's. */
  async removeScratch(): Promise<void> {
    const owner = await this.scratchOwner();
    if (!owner || owner.pid === process.pid) await rm(this.scratch, { recursive: true, force: true });
  }

  private get ownerFile(): string {
    return join(this.scratch, "owner.json");
  }

  /** The process that works here now. */
  private async scratchOwner(): Promise<ProcessIdentity | undefined> {
    const text = await readFile(this.ownerFile, "utf8").catch(() => "");
    if (text === "") return undefined;
    const owner = JSON.parse(text) as ProcessIdentity;
    return (await isAlive(owner)) ? owner : undefined;
  }

  /** Writes values for this run, and returns the path of the file. */
  async writeValues(values: Values): Promise<string> {
    const path = join(this.scratch, "values.tfvars.json");
    await writeFile(path, `${JSON.stringify(values, undefined, 2)}\n`, { mode: 0o600 });
    return path;
  }

  /** The files with values that belong to the deployment, in the order in which cdktf reads them; without the pin. */
  get valueFiles(): string[] {
    const names = readdirSync(this.directory).sort();
    return [
      ...names.filter((name) => name === "terraform.tfvars"),
      ...names.filter((name) => name === "terraform.tfvars.json"),
      ...names.filter((name) => name.endsWith(".auto.tfvars")),
      ...names.filter((name) => name.endsWith(".auto.tfvars.json") && name !== PIN_FILE),
    ].map((name) => join(this.directory, name));
  }

  /** What is in use, as the last release or return has left it. */
  async pin(): Promise<Values | undefined> {
    const text = await readFile(join(this.directory, PIN_FILE), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as Values);
  }

  async writePin(values: Values): Promise<void> {
    await writeFile(join(this.directory, PIN_FILE), `${JSON.stringify(values, undefined, 2)}\n`, {
      mode: 0o600,
    });
  }
}
