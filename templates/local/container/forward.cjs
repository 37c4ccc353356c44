// Takes the place of a service that runs on the developer's machine: whoever connects here, talks to it.
"use strict";
const { connect, createServer } = require("node:net");

const port = Number(process.env.PORT);
const [host, hostPort] = process.env.EMAINTENANCE_FORWARD_TO.split(":");
let missed = false;

const server = createServer((client) => {
  const service = connect(Number(hostPort), host);
  service.on("connect", () => (missed = false));
  service.on("error", (error) => {
    // Once, and not for every request, until it was there again.
    if (!missed)
      console.log(
        `nothing answers on ${host}:${hostPort} (${error.code}): start the service there, on all addresses`,
      );
    missed = true;
    client.destroy();
  });
  client.on("error", () => service.destroy());
  client.on("close", () => service.destroy());
  service.on("close", () => client.destroy());
  client.pipe(service).pipe(client);
});
server.listen(port, "0.0.0.0", () => console.log(`port ${port} leads to ${host}:${hostPort}`));
process.on("SIGTERM", () => process.exit(0));
