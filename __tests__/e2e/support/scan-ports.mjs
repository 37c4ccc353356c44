// Run by node in a container beside the host: prints, as JSON, which TCP ports of an address accept a connection. All of
// them, or those that are named behind the address.
import net from "node:net";

const [address, ...named] = process.argv.slice(2);
const LAST_PORT = 65_535;
/** A firewall does not answer, so that every one of its ports takes the whole limit. */
const AT_ONCE = 8_000;
const LIMIT_MS = 2_500;
/** A port that answers whatever the firewall is; a network that has just come up may lose the first packets. */
const SURE_PORT = 22;
const READY_MS = 30_000;

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(LIMIT_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

async function waitForNetwork() {
  const end = Date.now() + READY_MS;
  while (!(await answers(SURE_PORT))) {
    if (Date.now() > end) throw new Error(`${address} does not answer on port ${SURE_PORT}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function main() {
  const open = [];
  const ports =
    named.length > 0 ? named.map(Number) : Array.from({ length: LAST_PORT }, (_, index) => index + 1);
  await waitForNetwork();
  const worker = async () => {
    for (let port = ports.pop(); port !== undefined; port = ports.pop()) {
      if (await answers(port)) open.push(port);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(JSON.stringify(open.sort((a, b) => a - b)));
}

await main();
