import { restartHost } from "../../../rehearsal/host/host";
import { waitFor } from "../../../lib/run";
import { onHost, rehearsal, variables } from "./rehearsal";
import { openPorts } from "./second-host";

export const GATEWAY = 3030;
/** Published on every address of the host by a container that is not of this system. */
export const STRAY_PORT = 8099;
const STRAY = "stray-of-the-test";

/** Ports on which something listens on the host, or would if Docker published it: what a firewall has to do with. */
export const TELLING_PORTS = [22, 80, 3000, 3001, 3002, 3003, GATEWAY, 5432, 6379, STRAY_PORT];

/** What another machine may reach, over IPv4 and over IPv6. */
export const ONLY_SSH_AND_GATEWAY = [
  [22, GATEWAY],
  [22, GATEWAY],
];

/** Addresses of the host that other machines know. */
export async function addresses(): Promise<string[]> {
  const { stdout } = await onHost("ip -o addr show dev eth0 scope global | awk '{print $4}' | cut -d / -f 1");
  return stdout.trim().split("\n");
}

/**
 * The open ones of these ports, over IPv4 and over IPv6, as another machine sees them.
 * @param ports @default all 65535
 */
export async function scan(ports?: readonly number[]): Promise<number[][]> {
  return Promise.all((await addresses()).map((address) => openPorts(address, ports)));
}

async function gatewayAnswers(): Promise<void> {
  await waitFor("an answer of the gateway", 240, async () => {
    const answer = await fetch(rehearsal().url, { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
    return answer !== undefined && answer.status < 500;
  });
}

/** What happens to a host, after which the firewall must be as it was. */
export const EVENTS: readonly { readonly what: string; readonly happen: () => Promise<unknown> }[] = [
  {
    what: "a restart of dockerd",
    happen: async () => {
      await onHost("sudo systemctl restart docker");
      await gatewayAnswers();
    },
  },
  { what: "ufw reload", happen: () => onHost("sudo ufw reload") },
  {
    what: "a reboot",
    happen: async () => {
      await restartHost(rehearsal().name);
      await gatewayAnswers();
    },
  },
];

/** A container of another project, published on every address of the host. */
export async function startStray(): Promise<void> {
  const image = (variables().IMAGES as unknown as Record<string, string>)["user-service"];
  const server = 'require("net").createServer((socket) => socket.end("stray")).listen(3000, "::")';
  const publish = [
    `-p 0.0.0.0:${STRAY_PORT}:3000 -p [::]:${STRAY_PORT}:3000`,
    // 127.0.0.1:3000 is the web's: all the other addresses of the host, then.
    ...(await addresses()).map(
      (address) => `-p ${address.includes(":") ? `[${address}]` : address}:3000:3000`,
    ),
  ];
  await onHost(
    `docker run -d --name ${STRAY} --restart always ${publish.join(" ")} ${image} node -e '${server}'`,
  );
  await waitFor("the stray container's answer on the host itself", 30, async () => {
    return (
      (await onHost(`timeout 3 bash -c '</dev/tcp/127.0.0.1/${STRAY_PORT}'`, { allowFailure: true })).code ===
      0
    );
  });
}

export const removeStray = () => onHost(`docker rm -f ${STRAY}`, { allowFailure: true });
