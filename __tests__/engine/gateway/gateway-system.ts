import { randomBytes } from "node:crypto";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GATEWAY_SYSCTLS } from "../../../constructs/gateway/kernel-settings";
import { type NginxConfigProps, renderNginxConfig } from "../../../constructs/gateway/nginx-config";
import { Route, Upstream } from "../../../constructs/gateway/route";
import { ServiceCatalogue } from "../../../constructs/services/service-catalogue";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, waitFor } from "../../../lib/run";
import { ask } from "./client";

export type NginxSettings = Partial<NginxConfigProps>;

/** The first test on a machine builds the images. */
export const START_SECONDS = 900;

const SERVICES = ["web", "user-service", "work-order-service", "asset-service"] as const;
const CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"];

/** The routes of the deployment document, with everything else as the test wants it. */
export function standardConfig(settings: NginxSettings = {}): string {
  const { builtIn } = ServiceCatalogue;
  const routes = builtIn.api.flatMap(({ name, port, routes: prefixes }) =>
    prefixes.map((prefix) => Route.prefix(prefix, Upstream.of(name, port))),
  );
  return renderNginxConfig({ routes, web: Upstream.of("web", builtIn.get("web").port), ...settings });
}

/**
 * A gateway with the limits it has in production, on a Docker network of its own with services that echo. Everything in
 * it has a name and a label that no other test has.
 */
export class GatewaySystem {
  /** @param settings of the gateway. @default the routes of the deployment document and nothing else */
  static async start(settings: NginxSettings = {}): Promise<GatewaySystem> {
    const system = await GatewaySystem.prepare();
    try {
      await system.startEcho(SERVICES);
      await writeFile(system.configFile, standardConfig(settings));
      await system.startGateway();
      return system;
    } catch (error) {
      await system.remove();
      throw error;
    }
  }

  /** A network and an empty configuration folder; nothing runs yet. */
  static async prepare(): Promise<GatewaySystem> {
    const images = await ensureBaseImages();
    const id = `gateway-test-${randomBytes(4).toString("hex")}`;
    const folder = await mkdtemp(join(tmpdir(), `${id}-`));
    await mkdir(join(folder, "logs"));
    await mkdir(join(folder, "config"));
    const network = await run(["docker", "network", "create", "--label", `emaintenance.test=${id}`, id]);
    return new GatewaySystem(id, folder, images.nginx, images.node, network.stdout.trim());
  }

  private readonly containers = new Set<string>();
  private count = 0;
  private published = 0;

  private constructor(
    readonly id: string,
    readonly folder: string,
    readonly image: string,
    readonly nodeImage: string,
    readonly network: string,
  ) {}

  /** Port of 127.0.0.1 on which the gateway answers. */
  get port(): number {
    return this.published;
  }

  /** The folder that the gateway mounts read-only. */
  get configFolder(): string {
    return join(this.folder, "config");
  }

  get configFile(): string {
    return join(this.configFolder, "nginx.conf");
  }

  get gatewayName(): string {
    return `${this.id}-nginx`;
  }

  /** Starts the gateway, and returns once it answers. */
  async startGateway(): Promise<void> {
    await this.container(this.gatewayName, [
      ...["--read-only", "--tmpfs", "/run:size=1m", "--tmpfs", "/tmp:size=64m"],
      ...["--tmpfs", "/var/cache/nginx:size=64m", "--cap-drop", "ALL"],
      ...CAPABILITIES.flatMap((capability) => ["--cap-add", capability]),
      ...["--security-opt", "no-new-privileges", "--init"],
      ...Object.entries(GATEWAY_SYSCTLS).flatMap(([name, value]) => ["--sysctl", `${name}=${value}`]),
      ...["--memory", "512m", "--memory-swap", "512m", "--cpus", "1", "--publish", "127.0.0.1::80"],
      ...["--volume", `${this.configFolder}:/etc/nginx/emaintenance:ro`],
      ...["--volume", `${join(this.folder, "logs")}:/var/log/nginx`],
      this.image,
      ...["nginx", "-c", "/etc/nginx/emaintenance/nginx.conf", "-g", "daemon off;"],
    ]);
    const port = await run(["docker", "port", this.gatewayName, "80/tcp"]);
    this.published = Number(port.stdout.trim().split(":").pop());
    await waitFor(
      "an answer of the gateway",
      30,
      async () => (await ask(this.port, "/health").catch(() => ({ status: 0 }))).status === 200,
    );
  }

  /** Starts echo servers under the names of these services, and returns the container's id and address. */
  async startEcho(services: readonly string[]): Promise<{ id: string; address: string }> {
    const id = await this.container(`${this.id}-echo-${++this.count}`, [
      ...services.flatMap((service) => ["--network-alias", service]),
      ...["--init", "--volume", `${join(__dirname, "echo-server.mjs")}:/echo-server.mjs:ro`],
      this.nodeImage,
      ...["node", "/echo-server.mjs"],
    ]);
    const inspected = await run(["docker", "inspect", "--format", "{{json .NetworkSettings.Networks}}", id]);
    const networks = JSON.parse(inspected.stdout) as Record<string, { IPAddress: string }>;
    const address = Object.values(networks)[0]?.IPAddress ?? "";
    const listens = "fetch('http://127.0.0.1:3000/').then(() => process.exit(0), () => process.exit(1))";
    await waitFor("an echo server that listens", 30, async () => {
      const probe = await run(["docker", "exec", id, "node", "-e", listens], { allowFailure: true });
      return probe.code === 0;
    });
    return { id, address };
  }

  async stop(container: string): Promise<void> {
    await run(["docker", "rm", "--force", "--volumes", container]);
    this.containers.delete(container);
  }

  /** Runs a program inside the gateway's container. */
  async inGateway(argv: readonly string[]): Promise<string> {
    return (await run(["docker", "exec", this.gatewayName, ...argv])).stdout;
  }

  async log(name: "access.log" | "error.log"): Promise<string> {
    return readFile(join(this.folder, "logs", name), "utf8");
  }

  /** Access log entries that a condition holds for, once there is one: nginx writes them after the answer. */
  async logged(condition: (entry: LogEntry) => boolean): Promise<LogEntry[]> {
    return waitFor("an entry of the access log", 10, async () => {
      const lines = (await this.log("access.log")).split("\n").filter(Boolean);
      const entries = lines.map((line) => JSON.parse(line) as LogEntry).filter(condition);
      return entries.length > 0 && entries;
    });
  }

  /** Removes what this system made, by id, and nothing else. */
  async remove(): Promise<void> {
    for (const container of this.containers) {
      await run(["docker", "rm", "--force", "--volumes", container], { allowFailure: true });
    }
    await run(["docker", "network", "rm", this.network], { allowFailure: true });
    await rm(this.folder, { recursive: true, force: true });
  }

  private async container(name: string, options: readonly string[]): Promise<string> {
    const created = await run([
      ...["docker", "run", "--detach", "--name", name, "--label", `emaintenance.test=${this.id}`],
      ...["--network", this.id, ...options],
    ]);
    const id = created.stdout.trim();
    this.containers.add(id);
    return id;
  }
}

/** One line of the access log. */
export interface LogEntry {
  readonly time: string;
  readonly request_id: string;
  readonly remote_addr: string;
  readonly method: string;
  readonly uri: string;
  readonly protocol: string;
  readonly host: string;
  readonly status: number;
  readonly request_bytes: number;
  readonly bytes: number;
  readonly request_time: number;
  readonly upstream_addr: string;
  readonly upstream_status: string;
  readonly upstream_response_time: string;
  readonly user_agent: string;
}
