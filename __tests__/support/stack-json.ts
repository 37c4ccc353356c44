import { Testing, type TerraformStack } from "cdktf";

/** The health check of a container. */
export interface HealthCheckJson {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period: string;
  readonly start_interval?: string;
  readonly [field: string]: unknown;
}

/** A `docker_container`, as far as tests look into it. Everything else is there too, by its Terraform name. */
export interface ContainerJson {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly healthcheck?: HealthCheckJson;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly networks_advanced: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  readonly ports: readonly { readonly internal: number; readonly external: number; readonly ip: string }[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly volumes: readonly {
    readonly container_path: string;
    readonly host_path?: string;
    readonly volume_name?: string;
    readonly read_only?: boolean;
  }[];
  readonly depends_on?: readonly string[];
  readonly [field: string]: unknown;
}

/** A `null_resource` that runs a script on the host. */
export interface ScriptJson {
  readonly triggers: Readonly<Record<string, string>>;
  readonly provisioner: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
  readonly connection?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[];
}

export interface VariableJson {
  readonly type: string;
  readonly description: string;
  readonly sensitive?: boolean;
  readonly default?: unknown;
  readonly validation?: readonly { readonly condition: string; readonly error_message: string }[];
}

/** A stack as Terraform reads it. */
export interface StackJson {
  readonly terraform: {
    readonly backend: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly required_providers: Readonly<
      Record<string, { readonly source: string; readonly version: string }>
    >;
  };
  readonly provider: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** The development stack has none. */
  readonly variable: Readonly<Record<string, VariableJson>>;
  readonly locals?: Readonly<Record<string, string>>;
  readonly output?: Readonly<Record<string, { readonly value: string }>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** Synthesises a stack, with the validations that a real synthesis runs. */
export function synthesise(stack: TerraformStack): StackJson {
  return JSON.parse(Testing.synth(stack, true)) as StackJson;
}

/** All containers that ever run, by their Terraform name. */
export function containers(stack: StackJson): Record<string, ContainerJson> {
  const all = Object.entries((stack.resource.docker_container ?? {}) as Record<string, ContainerJson>);
  return Object.fromEntries(all.filter(([, { start }]) => start !== false));
}

/** What makes the name of a container unique until it serves. */
export const OWN_NAME = "-${null_resource.deployment_begin.id}";

/** The name of a container once it serves. */
export const servingName = ({ name }: ContainerJson): string => name.replace(OWN_NAME, "");

/** The container of a service, by its short name, for example `user-service`. */
export function container(stack: StackJson, service: string): ContainerJson {
  return present(
    Object.values(containers(stack)).find((one) => servingName(one) === `emaintenance-${service}`),
    `container of ${service}`,
  );
}

/** A script that runs on the host, by its Terraform name. */
export function script(stack: StackJson, name: string): ScriptJson {
  return present(stack.resource.null_resource?.[name], `null_resource.${name}`) as unknown as ScriptJson;
}

/** The lines that a script runs on the host, once its files are there. */
export function scriptLines(json: ScriptJson): readonly string[] {
  const run = json.provisioner.filter((provisioner) => "remote-exec" in provisioner).at(-1);
  return present(run?.["remote-exec"]?.inline, "remote-exec") as readonly string[];
}

/** The environment of a container, by name. */
export function environment(json: ContainerJson): Record<string, string> {
  return Object.fromEntries(
    (json.env ?? []).map((line): [string, string] => {
      const end = line.indexOf("=");
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

/** The value of one of the system's labels, for example `tier`. */
export function label(json: ContainerJson, key: string): string | undefined {
  return json.labels.find((one) => one.label === `emaintenance.${key}`)?.value;
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Error(`the stack has no ${what}`);
  }
  return value;
}
