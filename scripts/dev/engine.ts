import { engineAddress } from "../../constructs/local/docker-context";
import { run, which } from "../../lib/run";

/** The developer's own Docker Engine. */
export interface LocalEngine {
  /** Address, for whoever does not know Docker's contexts. Empty: the usual one. */
  readonly address: string;
  readonly version: string;
  /** Whether it can ask for health more often while a container starts: API 1.44, Engine 25. */
  readonly startInterval: boolean;
  /** Whether root in its containers is the developer on the machine. */
  readonly rootless: boolean;
}

const ANSWER_SECONDS = 30;
const START_INTERVAL_API = [1, 44] as const;

/**
 * The engine that `docker` talks to: by DOCKER_HOST, or by Docker's current context (Docker Desktop, Colima, rootless).
 * @throws Error with one sentence if there is no engine, or none that can see this machine's files
 */
export async function findEngine(): Promise<LocalEngine> {
  if ((await which("docker")) === undefined) {
    throw new Error(
      "docker is not on the PATH: install Docker Desktop, Colima or the Docker Engine (on Debian and Ubuntu: `sudo apt-get install docker.io`), then run this again",
    );
  }
  const address = engineAddress();
  if (!onThisMachine(address)) {
    throw new Error(
      `the Docker Engine at ${address} is on another machine, which cannot see your source: choose one here (\`docker context use NAME\`, or unset DOCKER_HOST)`,
    );
  }
  // From here on for every program that is started.
  if (address !== "") process.env.DOCKER_HOST = address;
  const info = await run(["docker", "info", "--format", "{{.ServerVersion}} {{json .SecurityOptions}}"], {
    allowFailure: true,
    timeoutSeconds: ANSWER_SECONDS,
  });
  const [, version, options = ""] = /^(\d\S*) (.*)/.exec(info.stdout.trim()) ?? [];
  if (info.code !== 0 || version === undefined) throw new Error(refusal(address, info.stderr));
  const api = await run(["docker", "version", "--format", "{{.Server.APIVersion}}"]);
  return {
    address,
    version,
    startInterval: atLeast(api.stdout.trim(), START_INTERVAL_API),
    rootless: options.includes("name=rootless"),
  };
}

/** Whether an engine can mount folders of this machine. */
export function onThisMachine(address: string): boolean {
  if (address === "" || /^(unix|npipe|fd):/.test(address)) return true;
  return /^(tcp|https?):\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/.test(address);
}

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = version.split(".").map(Number);
  return first > major || (first === major && second >= minor);
}

function refusal(address: string, words: string): string {
  const where = address === "" ? "" : ` at ${address}`;
  if (/permission denied/i.test(words)) {
    return `the Docker Engine${where} refuses this user: add it to the group docker (\`sudo usermod -aG docker $USER\`) and log in again`;
  }
  return `no Docker Engine answers${where}: start Docker Desktop, Colima or the engine (on Linux: \`sudo systemctl start docker\`), then run this again (${
    words.trim().split("\n").pop() ?? ""
  })`;
}
