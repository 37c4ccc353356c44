import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Naming } from "../../constructs/naming";
import { stackFolder } from "../../lib/terraform/stack-folder";
import { synthesise } from "../../lib/terraform/synthesise";
import { STACK } from "./working-directory";

/** A development system as the constructs describe it. */
export interface System {
  /** Services and jobs by container name, in alphabetical order. */
  readonly services: ReadonlyMap<string, string>;
  /** Who takes which port of the machine. */
  readonly ports: ReadonlyMap<number, string>;
  /** Ports of the machine by service, and by the port in the container. */
  readonly published: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Ports of the machine on which services that run there are expected, by service. */
  readonly onHost: ReadonlyMap<string, number>;
  /** Every volume, by its name. */
  readonly volumes: readonly string[];
  /** Folders of the source on which volumes are mounted. */
  readonly mountPoints: readonly string[];
  /** What is wrong with the source, one sentence each. */
  readonly problems: readonly string[];
}

interface Container {
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly env?: readonly string[];
  readonly ports?: readonly { readonly internal: number; readonly external: number }[];
  readonly volumes?: readonly { readonly container_path: string; readonly volume_name?: string }[];
  readonly lifecycle?: { readonly precondition?: readonly { readonly error_message: string }[] };
}

interface Stack {
  readonly resource: {
    readonly docker_container: Readonly<Record<string, Container>>;
    readonly docker_volume: Readonly<Record<string, { readonly name: string }>>;
  };
}

const WORKSPACE = "/workspace/";
const INSPECTOR_PORT = 9229;

/** Synthesises the stack in a working directory, and reads what it says. */
export async function synthesisedSystem(directory: string): Promise<System> {
  await synthesise(directory);
  const text = await readFile(join(stackFolder(directory, STACK), "cdk.tf.json"), "utf8");
  return describe(JSON.parse(text) as Stack);
}

/** What a synthesised stack says. */
export function describe(stack: Stack): System {
  const containers = Object.values(stack.resource.docker_container);
  const serviceOf = ({ labels }: Container) =>
    labels.find(({ label }) => label === Naming.label("service"))?.value ?? "";
  const ports = (container: Container) => container.ports ?? [];
  const what = (container: Container, internal: number) =>
    internal === INSPECTOR_PORT ? `debugger of ${serviceOf(container)}` : serviceOf(container);
  return {
    services: new Map(containers.map((container) => [container.name, serviceOf(container)])),
    ports: new Map(
      containers.flatMap((container) =>
        ports(container).map(({ internal, external }) => [external, what(container, internal)] as const),
      ),
    ),
    published: new Map(
      containers.map((container) => [
        serviceOf(container),
        new Map(ports(container).map(({ internal, external }) => [internal, external])),
      ]),
    ),
    onHost: new Map(
      containers.flatMap((container) => {
        const [, port] = /^EMAINTENANCE_FORWARD_TO=.*:(\d+)$/m.exec((container.env ?? []).join("\n")) ?? [];
        return port === undefined ? [] : [[serviceOf(container), Number(port)] as const];
      }),
    ),
    volumes: Object.values(stack.resource.docker_volume).map(({ name }) => name),
    mountPoints: [
      ...new Set(
        containers.flatMap(({ volumes = [] }) =>
          volumes.flatMap(({ container_path: path, volume_name: name }) =>
            name !== undefined && path.startsWith(WORKSPACE) ? [path.slice(WORKSPACE.length)] : [],
          ),
        ),
      ),
    ],
    problems: containers.flatMap(({ lifecycle }) =>
      (lifecycle?.precondition ?? []).flatMap(({ error_message: message }) =>
        message.replace(/\$\$\{/g, "${").split("\n"),
      ),
    ),
  };
}
