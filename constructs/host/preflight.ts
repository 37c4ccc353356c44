import { Container } from "@cdktf/provider-docker/lib/container";
import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Lazy, TerraformStack, type TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import { settingsDigest } from "../container/settings-digest";
import { Naming } from "../naming";
import type { Registries } from "../images/registries";
import { ServiceImage } from "../images/service-image";
import { renderTemplate } from "../templates";
import { DEFAULT_SERVICE_UID, serviceAccount } from "../values/service-uid";
import { validateProps } from "../values/validate";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";

/** Docker API that has the start interval of health checks. Source: Docker Engine API history, v1.44 (Engine 25). */
const LEAST_DOCKER_API = "1.44";

/** What the host is measured by. */
export interface PreflightLimits {
  /** Memory in MiB below which nothing is deployed. @default 1024 */
  readonly leastMemoryMiB?: number;
  /** Free disk space in MiB, on each file system of the system and of Docker, below which nothing is deployed. @default 2048 */
  readonly leastDiskMiB?: number;
  /** Free disk space in MiB below which a warning is due. @default 10240 */
  readonly lowDiskMiB?: number;
  /** Free inodes, on the same file systems, below which nothing is deployed. @default 20000 */
  readonly leastInodes?: number;
  /** Seconds by which the host's clock may differ from that of the machine that deploys. @default 60 */
  readonly maxClockSeconds?: number;
  /** Machine types for which the images are built, as `uname -m` prints them. @default x86_64 and aarch64 */
  readonly architectures?: readonly string[];
  /** Programs that the host components need, for example `jq`. @default none */
  readonly programs?: readonly string[];
}

export interface PreflightProps extends PreflightLimits {
  readonly connection: HostConnection;
  /** Folders whose file systems must have room. @default only Docker's own file system is looked at */
  readonly layout?: HostLayout;
  /** User and group id of the services, which no login may have. @default 1001 */
  readonly serviceUid?: number;
  /** Registries that the provider logs in to; the host cannot ask them. @default none */
  readonly registries?: Registries;
  /** Variables of which another value is a reason to look again, without being shown. @default none */
  readonly secrets?: readonly TerraformVariable[];
}

const atLeast = (least: number, example: string) =>
  z.int(`expected ${example}`).min(least, `expected ${example}`);
const words = (example: string) =>
  z.array(z.string().regex(/^[\w.+-]+$/, `expected a name such as ${example}`));

const limits = z.object({
  leastMemoryMiB: atLeast(0, "a whole number of MiB, such as 1024").default(1024),
  leastDiskMiB: atLeast(0, "a whole number of MiB, such as 2048").default(2048),
  lowDiskMiB: atLeast(0, "a whole number of MiB, such as 10240").default(10_240),
  leastInodes: atLeast(0, "a whole number, such as 20000").default(20_000),
  maxClockSeconds: atLeast(1, "a whole number of seconds, such as 60").default(60),
  architectures: words("x86_64").default(["x86_64", "aarch64"]),
  programs: words("jq").default([]),
});

/**
 * Looks whether the host can take the deployment, whenever that deployment is another than before. Whatever is made waits
 * for it. See docs/preflight.md.
 */
export class Preflight extends Construct {
  /** What others depend on: it exists once the host has been found good. */
  readonly resource: Resource;

  /** @throws ConfigurationError when a limit is invalid */
  constructor(scope: Construct, id: string, props: PreflightProps) {
    super(scope, id);
    const {
      connection,
      layout,
      registries,
      secrets = [],
      serviceUid = DEFAULT_SERVICE_UID,
      ...given
    } = props;
    const { architectures, programs, ...checked } = validateProps(this, limits, given);
    this.resource = new HostScript(this, "preflight", {
      connection,
      script: renderTemplate("host/preflight.sh.eta", {}),
      environment: {
        FOLDER: layout?.root ?? "",
        SERVICE_UID: String(serviceUid),
        SERVICE_ACCOUNT: serviceAccount(serviceUid),
        LABEL: Naming.label("service"),
        IMAGES: this.ofImages(
          (all) => `join(" ", distinct(compact([${all.map(({ needed }) => needed).join(", ")}])))`,
        ),
        REGISTRIES_WITH_LOGIN: registries?.addresses ?? "",
        LEAST_DOCKER_API,
        LEAST_MEMORY_MIB: String(checked.leastMemoryMiB),
        LEAST_DISK_MIB: String(checked.leastDiskMiB),
        LOW_DISK_MIB: String(checked.lowDiskMiB),
        LEAST_INODES: String(checked.leastInodes),
        MAX_CLOCK_SECONDS: String(checked.maxClockSeconds),
        ARCHITECTURES: architectures.join(" "),
        PROGRAMS: programs.join(" "),
        LARGEST_CPUS: this.ofContainers((all) =>
          String(Math.max(0, ...all.map(({ cpusInput }) => Number(cpusInput ?? 0)))),
        ),
        MEMORY_LIMITS_MIB: this.ofContainers((all) => String(memoryLimits(all))),
        PORTS: this.ofContainers((all) => publishedAddresses(all).join(" ")),
      },
      environmentAtRun: { EXPECTED_TIME: expression("timestamp()") },
      first: true,
      triggers: {
        engine: connection.dockerProvider.host ?? "",
        release: expression("var.RELEASE"),
        public_url: expression("var.NEXT_PUBLIC_API_URL"),
        // Four digits of a digest of all of them: enough to see a change, useless to guess any.
        secrets: expression(
          `substr(nonsensitive(sha256(join("\\n", [${secrets.map(({ fqn }) => fqn).join(", ")}]))), 0, 4)`,
        ),
        containers: Lazy.stringValue({
          produce: (context) => settingsDigest(context.resolve(this.containers().map(settings)) as object),
        }),
        builds: this.ofImages((all) => `join(" ", [${all.flatMap(({ built = [] }) => built).join(", ")}])`),
      },
    }).resource;
  }

  /** A text about all containers of the stack, also those that are made after this. */
  private ofContainers(text: (containers: readonly Container[]) => string): string {
    return Lazy.stringValue({ produce: () => text(this.containers()) });
  }

  private containers(): readonly Container[] {
    const all = TerraformStack.of(this).node.findAll();
    return all.filter((construct): construct is Container => construct instanceof Container);
  }

  /** A text about all images of the stack, in Terraform's language. */
  private ofImages(hcl: (images: readonly ServiceImage[]) => string): string {
    const images = () =>
      TerraformStack.of(this)
        .node.findAll()
        .filter((one) => one instanceof ServiceImage);
    return Lazy.stringValue({ produce: () => expression(hcl(images())) });
  }
}

/** In MiB. A job that runs to its end gives its memory back. */
function memoryLimits(containers: readonly Container[]): number {
  const running = containers.filter(({ restartInput }) => restartInput !== "no");
  return running.reduce((sum, { memoryInput }) => sum + (memoryInput ?? 0), 0);
}

/** As `127.0.0.1:3000` or `[::]:3030`. */
function publishedAddresses(containers: readonly Container[]): string[] {
  return containers.flatMap(({ portsInput }) =>
    (Array.isArray(portsInput) ? portsInput : []).map(({ ip = "0.0.0.0", external }) =>
      ip.includes(":") ? `[${ip}]:${external}` : `${ip}:${external}`,
    ),
  );
}

/** What Terraform would make of a container, without cdktf's own notes. */
function settings(container: Container): object {
  const { resource } = container.toTerraform() as { resource: Record<string, Record<string, object>> };
  return Object.values(resource)
    .flatMap((byName) => Object.values(byName))
    .map((block) => ({ ...block, "//": undefined }));
}
