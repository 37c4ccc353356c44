import { Testing, type TerraformStack } from "cdktf";
import { gzipSync } from "node:zlib";
import { StackFiles } from "../../constructs/stack-files";

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
  readonly networks_advanced: readonly { readonly name: string; readonly aliases?: readonly string[] }[];
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
  /** Texts of the files next to the stack, by path. */
  readonly hostFiles: Readonly<Record<string, string>>;
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
  /** What is no part of the document: texts of the files next to it, by path. */
  readonly hostFiles: Readonly<Record<string, string>>;
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
  const document = JSON.parse(Testing.synth(stack, true)) as Omit<StackJson, "hostFiles">;
  return { ...document, hostFiles: Object.fromEntries(StackFiles.of(stack).texts) };
}

/** All containers that ever run, by their Terraform name. */
export function containers(stack: StackJson): Record<string, ContainerJson> {
  const all = Object.entries((stack.resource.docker_container ?? {}) as Record<string, ContainerJson>);
  // The completion marker never runs, and has no labels.
  return Object.fromEntries(all.filter(([, { labels }]) => labels !== undefined));
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
  const { hostFiles } = stack;
  const found = present(stack.resource.null_resource?.[name], `null_resource.${name}`);
  return { ...found, hostFiles } as unknown as ScriptJson;
}

/** The lines that bash runs on the host: files next to the stack are put in, other expressions stay as they are. */
export function scriptLines({ provisioner, hostFiles }: ScriptJson): readonly string[] {
  const run = provisioner.filter((one) => "remote-exec" in one && !one["remote-exec"]?.connection).at(-1);
  const lines = present(run?.["remote-exec"]?.inline, "remote-exec") as readonly string[];
  return lines.map((line) => withFiles(line, hostFiles));
}

/** The text that runs over a connection of its own, once the script has ended well. */
export function confirmation({ provisioner, hostFiles }: ScriptJson): string {
  const confirm = provisioner.find((one) => one["remote-exec"]?.connection)?.["remote-exec"];
  const lines = present(confirm?.inline, "confirmation") as readonly string[];
  return lines.map((line) => withFiles(line, hostFiles)).join("\n");
}

/** The files that a script lays on the host before it runs, by absolute path; expressions that are no file stay as they are. */
export function laidFiles({ provisioner, hostFiles }: ScriptJson): Readonly<Record<string, string>> {
  const lines = provisioner.flatMap((one) => (one["remote-exec"]?.inline ?? []) as readonly string[]);
  return Object.fromEntries(
    lines.flatMap((line, index): [string, string][] => {
      const path = /^base64 --decode << 'END' \| gunzip \| install -m 0644 \/dev\/stdin '(.*)'$/.exec(
        line,
      )?.[1];
      const content = /^\$\{base64gzip\((.*)\)\}$/.exec(lines[index + 1] ?? "")?.[1];
      return path === undefined || content === undefined
        ? []
        : [[path, withFiles(`\${${content}}`, hostFiles)]];
    }),
  );
}

/** One of them, by its name without the folder. */
export function laidFile(json: ScriptJson, name: string): string {
  const [, text] = Object.entries(laidFiles(json)).find(([path]) => path.endsWith(`/${name}`)) ?? [];
  return present(text, `file ${name} on the host`);
}

/** As Terraform evaluates it, as far as it reads files next to the stack. */
function withFiles(line: string, files: Readonly<Record<string, string>>): string {
  const [, compressed, path] =
    /^\$\{(base64gzip\()?file\("\$\{path\.module\}\/(host-files\/[^"]*)"\)\)?\}$/.exec(line) ?? [];
  if (path === undefined) return line;
  const text = present(files[path], `file ${path}`);
  return compressed === undefined ? text : gzipSync(text).toString("base64");
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
