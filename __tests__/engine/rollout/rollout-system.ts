import type { ContainerHealthcheck } from "@cdktf/provider-docker/lib/container";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { template } from "../../../constructs/templates";
import { run, type RunResult, which } from "../../../lib/run";
import { GatewaySystem } from "../gateway/gateway-system";

/** As cutover.sh has it: the engine of this machine. */
const SOCKET = "/var/run/docker.sock";
const NANOSECONDS = 1e9;

/** Programs at whose calls a script can be interrupted: all that change anything, and those that wait. */
const INTERRUPTIBLE = [
  "docker",
  "curl",
  "ln",
  "mv",
  "mkdir",
  "rmdir",
  "rm",
  "touch",
  "flock",
  "jq",
  "stat",
  "mktemp",
  "chmod",
];

/** What a container's program does wrong: see service.mjs. */
export type Mode =
  | "well"
  | "crash"
  | "recovers"
  | "crashed-thrice"
  | "ends"
  | "error"
  | "silent"
  | "memory"
  | "loopback"
  | "loopback-6"
  | "ipv4-only"
  | "late"
  | "strangers-refused"
  | "redirects";

export interface ContainerOptions {
  /** @default user-service */
  readonly service?: string;
  /** Number of this container among the replicas of its service. @default 1 */
  readonly instance?: number;
  /** Id of the deployment that makes it. @default another one each time */
  readonly deployment?: string;
  /** @default the name of the service and the deployment */
  readonly name?: string;
  /** @default the name */
  readonly hostname?: string;
  readonly mode?: Mode;
  /** Port that it listens on. @default 3001 */
  readonly port?: number;
  /** Address and port that its health check asks. @default 127.0.0.1:3001 */
  readonly checked?: { readonly address: string; readonly port: number };
  /** @default a light program, which waits until the port takes connections */
  readonly healthCheck?: ContainerHealthcheck;
  /** Whether Docker never asks it for its health: one more program on a busy machine. @default false */
  readonly asleep?: boolean;
  /** Whether it is started. @default true */
  readonly start?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A container as a deployment makes it. */
export interface Made {
  readonly id: string;
  /** The name that it is made with. */
  readonly name: string;
  /** Its name in the network. */
  readonly alias: string;
}

export interface Interruption {
  /** Which call of a program it comes before, from 1. */
  readonly at: number;
  readonly signal: "KILL" | "TERM" | "HUP" | "PIPE";
}

/** A network, a gateway's folder and a lock, which no other test has, and the scripts of a deployment that act on them. */
export class RolloutSystem {
  static async prepare(): Promise<RolloutSystem> {
    const gateway = await GatewaySystem.prepare();
    const system = new RolloutSystem(gateway);
    await mkdir(system.programs);
    await writeFile(join(gateway.folder, "service.mjs"), readFileSync(join(__dirname, "service.mjs")));
    return system;
  }

  private readonly made = new Set<string>();
  private runs = 0;

  private constructor(readonly gateway: GatewaySystem) {}

  get lock(): string {
    return join(this.gateway.folder, "lock");
  }

  /** Name of a service's container that serves. */
  nameOf(service = "user-service", instance = 1): string {
    return `${this.gateway.id}-${service}${instance === 1 ? "" : `-${instance}`}`;
  }

  /** Makes a container of a service, as a deployment does: under a name of its own. */
  async container(options: ContainerOptions = {}): Promise<Made> {
    const { service = "user-service", instance = 1, mode = "well", port = 3001 } = options;
    const deployment = options.deployment ?? `${randomInt(1e14, 2e14)}`;
    const name = options.name ?? `${this.nameOf(service, instance)}-${deployment}`;
    const alias = `${service}-${deployment}`;
    const { network, folder, id: own } = this.gateway;
    const checked = options.checked ?? { address: "127.0.0.1", port: 3001 };
    const health = options.healthCheck?.test ?? ["CMD", ...lightCheck(checked.address, checked.port)];
    const { Id: id } = (await this.engine("POST", `/containers/create?name=${name}`, {
      Image: this.gateway.nodeImage,
      Cmd: ["node", "/service.mjs"],
      Hostname: options.hostname ?? name,
      Env: [`MODE=${mode}`, `PORT=${port}`],
      Labels: { "emaintenance.test": own, ...options.labels },
      Healthcheck: {
        Test: health,
        // Docker waits for one interval before it asks for the first time.
        Interval: (options.asleep ? 3600 : 0.3) * NANOSECONDS,
        Timeout: 60 * NANOSECONDS,
        // The light program fails for nothing but a bad answer; or because its container ends, which is not what is tested then.
        Retries: mode === "error" ? 1 : 100,
      },
      HostConfig: {
        NetworkMode: network,
        Init: true,
        // Without IPv6 in its network, a container has no ::1 either.
        Sysctls: { "net.ipv6.conf.lo.disable_ipv6": "0" },
        RestartPolicy: { Name: "unless-stopped" },
        Memory: 128 * 1024 ** 2,
        MemorySwap: 128 * 1024 ** 2,
        Binds: [`${folder}/service.mjs:/service.mjs:ro`],
      },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [alias] } } },
    })) as { Id: string };
    this.made.add(id);
    if (options.start ?? true) await run(["docker", "start", id]);
    return { id, name, alias };
  }

  /** Makes a container that runs a program of Node.js to its end; it is not started. */
  async job(program: string): Promise<Made> {
    const name = `${this.nameOf("migration")}-${randomInt(1e14, 2e14)}`;
    const { stdout } = await run([
      ...["docker", "create", "--name", name, "--label", `emaintenance.test=${this.gateway.id}`],
      ...["--network", "none", this.gateway.nodeImage, "node", "-e", program],
    ]);
    this.made.add(stdout.trim());
    return { id: stdout.trim(), name, alias: "" };
  }

  /** Makes it, gives it the name of its service, and returns once it answers. */
  async serving(options: ContainerOptions = {}): Promise<Made> {
    const made = await this.container({ asleep: true, ...options });
    await run(["docker", "rename", made.id, this.nameOf(options.service, options.instance)]);
    await this.answers(made, options.port);
    return made;
  }

  /** Waits until its program answers inside it. */
  async answers({ id }: Made, port = 3001, address = "127.0.0.1"): Promise<void> {
    await run(["docker", "exec", id, ...lightCheck(address, port)], {
      allowFailure: true,
      timeoutSeconds: 120,
    });
  }

  async inspect(container: string, format: string): Promise<string> {
    return (await run(["docker", "inspect", "--format", format, container])).stdout.trim();
  }

  /** Id of the container with a name, or nothing. */
  async holderOf(name: string): Promise<string> {
    const found = await run(["docker", "inspect", "--format", "{{.Id}}", name], { allowFailure: true });
    return found.code === 0 ? found.stdout.trim() : "";
  }

  /** Names of the containers of this system. */
  async names(): Promise<string[]> {
    const filter = `label=emaintenance.test=${this.gateway.id}`;
    const { stdout } = await run(["docker", "ps", "--all", "--format", "{{.Names}}", "--filter", filter]);
    return stdout.split("\n").filter(Boolean).sort();
  }

  /** Removes a container by its id. */
  async discard(...containers: readonly Made[]): Promise<void> {
    for (const { id } of containers) {
      await run(["docker", "rm", "--force", "--volumes", id], { allowFailure: true });
      this.made.delete(id);
    }
  }

  /** Runs a script of `templates/rollout` on this machine, as it runs on a host. */
  async script(
    name: string,
    environment: Readonly<Record<string, string>>,
    interruption?: Interruption,
    change: (script: string) => string = (script) => script,
  ): Promise<RunResult> {
    const { folder } = this.gateway;
    const count = ++this.runs;
    const file = join(folder, `script-${count}.sh`);
    await writeFile(
      file,
      change(["shared/untrusted.sh", "shared/process-limit.sh", `rollout/${name}`].map(template).join("")),
    );
    if (interruption) await this.interruptAt(interruption);
    // Without --norc, a bash that takes its input for a remote shell's reads ~/.bashrc, which may put other programs first.
    return run(["bash", "--norc", "-c", 'echo $$ > "$MAIN_PROCESS"; exec bash "$0"', file], {
      env: {
        LOCK: this.lock,
        NETWORK: this.gateway.id,
        MAIN_PROCESS: join(folder, `main-process-${count}`),
        ...(interruption && { PATH: `${this.programs}:${process.env.PATH}` }),
        ...environment,
      },
      allowFailure: true,
      timeoutSeconds: 120,
    });
  }

  /** Removes what this system made, by id, one after the other, and nothing else. */
  async remove(): Promise<void> {
    for (const id of this.made) {
      await run(["docker", "rm", "--force", "--volumes", id], { allowFailure: true });
    }
    await this.gateway.remove();
  }

  private get programs(): string {
    return join(this.gateway.folder, "programs");
  }

  /** Puts programs on the script's PATH that count their calls, and send the script a signal before one of them. */
  private async interruptAt({ at, signal }: Interruption): Promise<void> {
    const counter = join(this.gateway.folder, "calls");
    await writeFile(counter, "0");
    for (const program of INTERRUPTIBLE) {
      const real = (await which(program)) ?? program;
      const file = join(this.programs, program);
      await writeFile(
        file,
        `#!/bin/bash
exec 8>> '${counter}.lock'
${await which("flock")} 8
count=$(($(< '${counter}') + 1))
echo "$count" > '${counter}'
exec 8>&-
if [ "$count" -eq ${at} ]; then
  kill -${signal} "$(< "$MAIN_PROCESS")"
  ${signal === "KILL" ? "exit 137" : ""}
fi
exec ${real} "$@"
`,
      );
      await chmod(file, 0o755);
    }
  }

  private async engine(method: string, path: string, body: object): Promise<unknown> {
    const json = JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: SOCKET, method, path, headers }, (answer) => {
        text(answer).then((words) => {
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(words));
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${words}`));
        }, reject);
      });
      asked.once("error", reject);
      asked.end(json);
    });
  }
}

/** A program that waits until a port takes connections, asks for its health, and says status and body as services' own check does. */
function lightCheck(address: string, port: number): string[] {
  const socket = `/dev/tcp/${address}/${port}`;
  const asked = "GET /health HTTP/1.0\\r\\n\\r\\n";
  return [
    "bash",
    "-c",
    `until (: < ${socket}) 2> /dev/null; do sleep 0.1; done
     exec 3<> ${socket}; printf '${asked}' >&3; read -r _ status _ <&3
     echo "$status $(sed '1,/^.\\{0,1\\}$/d' <&3)"; [ "$status" = 200 ]`,
  ];
}

/**
 * Runs a script again and again, killed before its first call of a program, its second, and so on, until it comes to its end.
 *
 * @param attempt runs the script once, and whatever must hold after it
 * @returns how many times it was killed
 */
export async function killedAtEveryStep(
  attempt: (interruption: Interruption) => Promise<RunResult>,
): Promise<number> {
  for (let at = 1; at < 200; at++) {
    const { code, stderr } = await attempt({ at, signal: "KILL" });
    if (code === 0) return at - 1;
    if (code !== 137) throw new Error(`before call ${at}: exit code ${code}: ${stderr}`);
  }
  throw new Error("it never came to its end");
}
