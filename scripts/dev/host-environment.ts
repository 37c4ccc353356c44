import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import { run } from "../../lib/run";
import type { System } from "./system";

/** What is about the container, and would be wrong on the machine. */
const OF_THE_CONTAINER = /^(HOME|HOSTNAME|PATH|NODE_|NPM_|YARN_|EMAINTENANCE_|DEBIAN_FRONTEND)/;

/**
 * Writes for each service that runs on the machine a file with the environment that it would have in its container, with
 * addresses of the machine. For its owner only: it holds secrets.
 *
 * @returns the files, by service
 */
export async function writeHostEnvironments(directory: string, system: System): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [service, port] of system.onHost) {
    const [container] = [...system.services].find(([, name]) => name === service) ?? [];
    if (container === undefined) continue;
    const { stdout } = await run(["docker", "inspect", "--format", "{{json .Config.Env}}", container]);
    const folder = join(directory, LOCAL_FOLDER, service);
    const folders = { LOG_DIR: join(folder, "logs"), UPLOAD_DIR: join(folder, "uploads") };
    for (const made of Object.values(folders)) await mkdir(made, { recursive: true });
    const environment = {
      NODE_ENV: "development",
      ...hostEnvironment(JSON.parse(stdout) as string[], system),
      PORT: String(port),
      ...folders,
    };
    const file = join(directory, LOCAL_FOLDER, `${service}.env`);
    await writeFile(file, shellFile(environment), { mode: 0o600 });
    files.set(service, file);
  }
  return files;
}

/** A container's environment with the machine's addresses in it: `emaintenance-postgres:5432` is `127.0.0.1:5433`. */
export function hostEnvironment(lines: readonly string[], system: System): Record<string, string> {
  const entries = lines.map((line): [string, string] => {
    const end = line.indexOf("=");
    return [line.slice(0, end), atHost(line.slice(end + 1), system)];
  });
  return Object.fromEntries(entries.filter(([name]) => !OF_THE_CONTAINER.test(name)));
}

function atHost(value: string, system: System): string {
  return value.replace(/\bemaintenance-([a-z-]+):(\d+)/g, (_, service: string, port: string) => {
    const own = system.onHost.get(service) ?? system.published.get(service)?.get(Number(port));
    return `127.0.0.1:${own ?? port}`;
  });
}

function shellFile(environment: Readonly<Record<string, string>>): string {
  const quoted = (value: string) => `'${value.replace(/'/g, "'\\''")}'`;
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join("");
}
