import { containers, type StackJson } from "../support/stack-json";
import { local, production } from "../support/stacks";

/** What is published, as `address:port -> container:port`. */
const published = (stack: StackJson) =>
  Object.values(containers(stack)).flatMap(({ name, ports }) =>
    ports.map(({ ip, external, internal }) => `${ip}:${external} -> ${name}:${internal}`),
  );

const onHostOnly = (port: string) => port.startsWith("127.0.0.1:");

test("in production, other hosts reach the gateway and nothing else", () => {
  const reachable = published(production()).filter((port) => !onHostOnly(port));

  expect(reachable).toEqual(["0.0.0.0:3030 -> emaintenance-nginx:80", ":::3030 -> emaintenance-nginx:80"]);
});

test("in production, the services answer on the host itself, and PostgreSQL and Redis on no port of it", () => {
  const onHost = published(production()).filter(onHostOnly);

  expect(onHost.sort()).toEqual([
    "127.0.0.1:3000 -> emaintenance-nginx:3000",
    "127.0.0.1:3001 -> emaintenance-nginx:3001",
    "127.0.0.1:3002 -> emaintenance-nginx:3002",
    "127.0.0.1:3003 -> emaintenance-nginx:3003",
  ]);
});

test("in development, everything answers on this machine only, debuggers too, and PostgreSQL leaves 5432 alone", () => {
  expect(published(local()).sort()).toEqual([
    "127.0.0.1:3000 -> emaintenance-web:3000",
    "127.0.0.1:3001 -> emaintenance-user-service:3001",
    "127.0.0.1:3002 -> emaintenance-work-order-service:3002",
    "127.0.0.1:3003 -> emaintenance-asset-service:3003",
    "127.0.0.1:3030 -> emaintenance-nginx:80",
    "127.0.0.1:5433 -> emaintenance-postgres:5432",
    "127.0.0.1:6379 -> emaintenance-redis:6379",
    "127.0.0.1:9229 -> emaintenance-user-service:9229",
    "127.0.0.1:9230 -> emaintenance-work-order-service:9229",
    "127.0.0.1:9231 -> emaintenance-asset-service:9229",
    "127.0.0.1:9232 -> emaintenance-web:9229",
  ]);
});
