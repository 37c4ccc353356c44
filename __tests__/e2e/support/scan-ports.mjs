// Run by node in a container beside the host: prints, as JSON, which TCP ports of an address accept a connection.
import net from "node:net";

const address = process.argv[2];
const LAST_PORT = 65_535;
const AT_ONCE = 400;
const LIMIT_MS = 2_000;

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

async function main() {
  const open = [];
  let next = 1;
  const worker = async () => {
    while (next <= LAST_PORT) {
      const port = next++;
      if (await answers(port)) open.push(port);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  console.log(JSON.stringify(open.sort((a, b) => a - b)));
}

await main();
