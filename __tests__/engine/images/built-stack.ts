import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { ApplicationVariables } from "../../../constructs/configuration/application-variables";
import { pinProviders } from "../../../constructs/provider-versions";
import { ImageCatalog, type ImageCatalogProps } from "../../../constructs/images/image-catalog";
import { buildMirror } from "../../../lib/plugins/build";
import { run } from "../../../lib/run";
import { goodValues } from "../../support/good-values";
import { temporaryFolder } from "../../support/temporary-folder";

const MIRRORS = join(__dirname, "../../../.rehearsal/plugins");
const TIMEOUT_SECONDS = 500;

/** Images that the tests do not build, and that are there. */
export type Others = Readonly<Record<string, string>>;

/** A stack that has images only, on this machine's engine, with the real Terraform and the offline plugins. */
export class BuiltStack {
  private readonly outdir = temporaryFolder();
  private readonly values = goodValues();

  /** @param others images of all services that are not built */
  constructor(private readonly others: Others) {}

  /** The synthesis and `terraform init`. */
  async init(sources: ImageCatalogProps["sources"]): Promise<void> {
    const { directory } = await buildMirror(MIRRORS);
    writeFileSync(
      this.cliConfig,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(directory)}\n  }\n}\n`,
    );
    this.synthesise(sources);
    await this.terraform("init", "-input=false");
  }

  /** As `cdktf` does before each of its commands. */
  synthesise(sources: ImageCatalogProps["sources"]): void {
    const app = new App({ outdir: this.outdir });
    const stack = new TerraformStack(app, "test");
    new LocalBackend(stack, { path: "terraform.tfstate" });
    pinProviders(stack);
    new DockerProvider(stack, "docker");
    const variables = new ApplicationVariables(stack, "application");
    new ImageCatalog(stack, "images", { sources, publicUrl: variables.publicUrl.stringValue });
    app.synth();
  }

  /** What would be done, by service. Empty: nothing. */
  async plan(images: Others = {}): Promise<Record<string, string>> {
    this.writeValues(images);
    const { stdout } = await this.terraform("plan", "-json", "-input=false", "-var-file=values.json");
    const changes = stdout
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as { type: string; change?: { resource: { addr: string }; action: string } },
      )
      .flatMap(({ type, change }) => (type === "planned_change" && change ? [change] : []));
    return Object.fromEntries(
      changes.map(({ resource, action }) => [resource.addr.replace("docker_image.", ""), action]),
    );
  }

  async apply(images: Others = {}): Promise<void> {
    this.writeValues(images);
    await this.terraform("apply", "-auto-approve", "-input=false", "-var-file=values.json");
  }

  /** The words of an apply that has to fail. */
  async failure(): Promise<string> {
    this.writeValues({});
    const argv = ["apply", "-auto-approve", "-input=false", "-var-file=values.json"];
    const { code, stderr } = await run(["terraform", ...argv, "-no-color"], {
      ...this.runOptions(),
      allowFailure: true,
    });
    if (code === 0) throw new Error("the apply did not fail");
    return stderr.replace(/^[│╷╵] ?/gm, "");
  }

  /** An image by Terraform's name. */
  async image(service: string): Promise<{ readonly name: string; readonly image_id: string }> {
    const { stdout } = await this.terraform("show", "-json");
    const { values } = JSON.parse(stdout) as {
      values: { root_module: { resources: { name: string; values: { name: string; image_id: string } }[] } };
    };
    const found = values.root_module.resources.find(({ name }) => name === service);
    if (!found) throw new Error(`no image of ${service}`);
    return found.values;
  }

  /** Removes all images that were built, whatever became of the tests. */
  async close(): Promise<void> {
    rmSync(join(this.folder, "terraform.tfstate"), { force: true });
    await run(["docker", "image", "rm", "--force", ...this.built], { allowFailure: true });
  }

  /** Names of images that close() removes. */
  readonly built = new Set<string>();

  get folder(): string {
    return join(this.outdir, "stacks/test");
  }

  private get cliConfig(): string {
    return join(this.outdir, "cli.tfrc");
  }

  private writeValues(images: Others): void {
    const values = { ...this.values, IMAGES: { ...this.others, ...images } };
    writeFileSync(join(this.folder, "values.json"), JSON.stringify(values));
  }

  private async terraform(...argv: string[]) {
    return run(["terraform", ...argv, "-no-color"], this.runOptions());
  }

  private runOptions() {
    const foreign = Object.keys(process.env).filter((name) => name.startsWith("TF_"));
    return {
      cwd: this.folder,
      env: {
        ...Object.fromEntries(foreign.map((name) => [name, undefined])),
        CHECKPOINT_DISABLE: "1",
        TF_CLI_CONFIG_FILE: this.cliConfig,
      },
      timeoutSeconds: TIMEOUT_SECONDS,
    };
  }
}
