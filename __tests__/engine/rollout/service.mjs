// Replaces a service in a container of a release: what it does wrong is in MODE.
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { hostname } from "node:os";

const { MODE = "well", PORT = "3001" } = process.env;
const ESCAPES = "\u001b]0;owned\u0007\u001b[31mred\u009b0m";

/** How many times the container was started. */
function starts() {
  appendFileSync("/tmp/starts", ".");
  return readFileSync("/tmp/starts", "utf8").length;
}

/** @param {import("node:http").IncomingMessage} request */
function health(request, response) {
  const fromInside = request.socket.remoteAddress?.endsWith("127.0.0.1");
  const bad = MODE === "error" || (MODE === "strangers-refused" && !fromInside);
  if (MODE === "redirects" && !fromInside) response.writeHead(307, { location: "/login" }).end();
  else response.writeHead(bad ? 500 : 200).end(bad ? `no disk ${ESCAPES}` : "well");
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://service");
  if (MODE === "silent" || MODE === "crashed-thrice") return;
  if (url.pathname.endsWith("/health")) return health(request, response);
  const delay = Number(url.searchParams.get("delay") ?? 0);
  setTimeout(() => response.end(JSON.stringify({ container: hostname() })), delay);
});

const crashes = { recovers: 2, "crashed-thrice": 3 }[MODE] ?? 0;
if (MODE === "crash" || (crashes > 0 && starts() <= crashes)) {
  console.error(`the moon is missing ${ESCAPES}`);
  process.exit(3);
} else if (MODE === "memory") {
  const kept = [];
  for (;;) kept.push(Buffer.alloc(8_000_000, 1));
} else if (MODE === "ends") {
  server.listen(Number(PORT), () => setTimeout(() => process.exit(4), 50));
} else {
  const address = { loopback: "127.0.0.1", "loopback-6": "::1", "ipv4-only": "0.0.0.0", late: "127.0.0.1" }[
    MODE
  ];
  server.listen(Number(PORT), address);
  if (MODE === "late") setTimeout(() => server.close().listen(Number(PORT)), 3000);
}
process.on("SIGTERM", () => process.exit(0));
