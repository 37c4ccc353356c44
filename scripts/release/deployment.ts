import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { KEPT_RELEASES } from "../../constructs/release/release-record";
import { HostLayout } from "../../constructs/ssh/host-layout";
import { Naming } from "../../constructs/naming";
import { diagnose, type Diagnosis, type Facts } from "./diagnosis";
import { template } from "../../constructs/templates";
import { Host, readSettings, type Settings } from "./host";
import type { ReleaseRecord } from "./records";
import { synthesise } from "../../lib/terraform/synthesise";
import { Terraform, type TerraformFailure } from "../../lib/terraform/terraform";
import { Workspace, type Values } from "../../lib/terraform/workspace";

export type Say = (line: string) => void;

/** One deployment as the commands here see it: its folder, its Terraform, its host. */
export class Deployment {
  /** Synthesises the stack and reads how its host is reached. */
  static async open(start: string, stack: string, say: Say): Promise<Deployment> {
    const workspace = Workspace.containing(start, stack);
    await workspace.clearScratch();
    await synthesise(workspace.directory);
    const terraform = new Terraform(workspace, say);
    await terraform.init();
    const settings = await readSettings(terraform, workspace.valueFiles);
    const layout = new HostLayout(await workspace.hostRoot());
    return new Deployment(workspace, terraform, settings, new Host(settings, workspace), layout);
  }

  private constructor(
    readonly workspace: Workspace,
    readonly terraform: Terraform,
    readonly settings: Settings,
    readonly host: Host,
    /** Folders of the host, as the stack has them. */
    readonly layout: HostLayout,
  ) {}

  /** Values of the deployment's own files, and these on top of them. */
  async values(own: Values): Promise<string[]> {
    return [
      ...this.workspace.valueFiles,
      await this.workspace.writeValues({ ...own, DEPLOYED_BY: deployedBy() }),
    ];
  }

  /** What is most likely wrong, by what Terraform said and what the host shows. */
  async diagnosis(failure: TerraformFailure): Promise<Diagnosis> {
    const facts = await this.facts().catch((): Facts => ({ containers: [], logs: {} }));
    return diagnose(failure.errors, facts);
  }

  /** Writes a release down as failed, as far as the host can be reached. */
  async recordFailure(release: string, reason: string): Promise<void> {
    await this.host.script(template("release/record.sh"), {
      RESULT: "failed",
      RELEASES: this.layout.releases,
      RELEASE: release,
      REASON: reason,
      DEPLOYED_BY: deployedBy(),
      LABEL: Naming.label("service"),
      MIGRATION: Naming.container("migration"),
      KEEP: String(KEPT_RELEASES),
    });
  }

  /** The images that references resolve to on the host. */
  async imageIds(records: Pick<ReleaseRecord, "images">): Promise<ReadonlyMap<string, string>> {
    const references = [...new Set(Object.values(records.images).map(({ reference }) => reference))];
    const found = new Map<string, string>();
    for (const reference of references) {
      const { code, stdout } = await this.host.run(
        ["docker", "image", "inspect", "--format", "{{.Id}}", reference],
        undefined,
        true,
      );
      if (code === 0) found.set(reference, stdout.trim());
    }
    return found;
  }

  private async facts(): Promise<Facts> {
    const { stdout } = await this.host.script(readFileSync(join(__dirname, "facts.sh"), "utf8"), {
      LABEL: Naming.label("service"),
    });
    return JSON.parse(stdout) as Facts;
  }
}

/** Who, at which machine. */
function deployedBy(): string {
  return `${userInfo().username}@${hostname()}`.replace(/[^\w.@-]/g, "");
}
