/* global URLSearchParams */
// Replaces web and the three services: says what reached it, and answers as the query parameter `answer` asks it to.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { networkInterfaces } from "node:os";

const SERVICE_OF_PORT = {
  3000: "web",
  3001: "user-service",
  3002: "work-order-service",
  3003: "asset-service",
};
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find(({ internal }) => !internal)?.address;

/** @param {import("node:http").IncomingMessage} request */
async function answer(request, response) {
  const asked = new URLSearchParams(request.url.split("?")[1]).get("answer");
  const { status = 200, headers = {}, bytes, delayMs = 0, unread = false } = JSON.parse(asked ?? "{}");
  const digest = createHash("sha256");
  let received = 0;
  if (!unread) {
    for await (const chunk of request) {
      digest.update(chunk);
      received += chunk.length;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  response.writeHead(status, {
    "content-type": "application/json",
    ...(bytes === undefined ? {} : { "content-length": bytes }),
    ...headers,
  });
  if (bytes !== undefined) {
    response.end(Buffer.alloc(bytes, "E-Maintenance "));
    return;
  }
  response.end(
    JSON.stringify({
      service: SERVICE_OF_PORT[request.socket.localPort],
      address: ADDRESS,
      method: request.method,
      url: request.url,
      headers: request.headers,
      received,
      sha256: digest.digest("hex"),
    }),
  );
}

for (const port of Object.keys(SERVICE_OF_PORT)) {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => socket.destroy());
    if (request.headers.upgrade !== "websocket") {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    socket.pipe(socket);
  });
  server.listen(Number(port));
}
process.on("SIGTERM", () => process.exit(0));
