import { connect, createServer } from "node:net";
import { run, which } from "../../lib/run";
import type { ListedContainer } from "./containers";

const CONNECT_MS = 1000;

/**
 * Ports that the system needs and another program has, one sentence each.
 *
 * @param ports who needs which port
 * @param own names of the system's own containers, which may have them already
 */
export async function takenPorts(
  ports: ReadonlyMap<number, string>,
  containers: readonly ListedContainer[],
  own: ReadonlySet<string>,
): Promise<string[]> {
  const problems = await Promise.all(
    [...ports].map(async ([port, what]) => {
      const container = containers.find((one) => one.running && one.ports.includes(port));
      if (container !== undefined && own.has(container.name)) return [];
      const owner = container ? `the container ${container.name}` : await ownerOf(port);
      if (owner === undefined) return [];
      return [
        `port ${port} (${what}) is taken by ${owner}: end it, or move all ports with \`npm run dev -- --port-offset 1000\``,
      ];
    }),
  );
  return problems.flat();
}

/** Who listens on a port of this machine; undefined if no program does. */
async function ownerOf(port: number): Promise<string | undefined> {
  if (!(await answers(port)) && (await canListen(port))) return undefined;
  return (await processOnPort(port)) ?? "another program";
}

async function processOnPort(port: number): Promise<string | undefined> {
  if ((await which("lsof")) !== undefined) {
    const argv = ["lsof", "-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"];
    const { stdout } = await run(argv, { allowFailure: true });
    const [, pid, program] = /^p(\d+)\n(?:.*\n)*?c(.*)$/m.exec(stdout) ?? [];
    if (pid !== undefined) return `${program} (process ${pid})`;
  }
  if ((await which("ss")) !== undefined) {
    const { stdout } = await run(["ss", "-ltnpH", `sport = :${port}`], { allowFailure: true });
    const [, program, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(stdout) ?? [];
    if (pid !== undefined) return `${program} (process ${pid})`;
  }
  return undefined;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: CONNECT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(true));
    socket.on("error", () => end(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
