import { writeFile } from "node:fs/promises";
import { run, waitFor } from "../../../lib/run";
import { answering, ask, echoOf } from "./client";
import { GatewaySystem, standardConfig, START_SECONDS } from "./gateway-system";
import { Load } from "./load";

/** How long a name is remembered, in these tests as by default. */
const RESOLVER_VALID_SECONDS = 5;

let system: GatewaySystem;

beforeAll(async () => {
  // GIVEN a gateway that starts while no service exists
  system = await GatewaySystem.prepare();
  await writeFile(system.configFile, standardConfig());
  await system.startGateway();
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);

test("a service that is away answers 502, and is found as soon as it is there", async () => {
  const away = await ask(system.port, "/api/users", { method: "POST", body: "{}" });
  expect(away).toMatchObject({ status: 502, headers: { "retry-after": "5" } });
  expect(JSON.parse(away.text)).toMatchObject({ error: { code: "SERVICE_UNREACHABLE" } });
  expect((await ask(system.port, "/")).text).toContain("<h1>One moment, please</h1>");

  const { id, address } = await system.startEcho(["user-service", "web"]);

  expect(await echoOf(system.port, "/api/users")).toMatchObject({ address });
  await system.stop(id);
}, 60_000);

test("a service that came back with another address is found once the name has expired", async () => {
  // GIVEN a service whose address the gateway knows
  const before = await system.startEcho(["asset-service"]);
  expect(await echoOf(system.port, "/api/assets")).toMatchObject({ address: before.address });

  // WHEN it is gone and another container has its address, where nothing listens on its port
  await system.stop(before.id);
  const stranger = await system.startEcho(["stranger"]);
  const after = await system.startEcho(["asset-service"]);
  const back = Date.now();
  expect(after.address).not.toBe(before.address);

  // THEN requests reach the new one
  await waitFor("an answer of the new container", 30, async () => {
    const answer = await ask(system.port, "/api/assets");
    return answer.status === 200 && answer.text.includes(after.address);
  });
  expect((Date.now() - back) / 1000).toBeLessThan(RESOLVER_VALID_SECONDS + 3);
  await system.stop(stranger.id);
  await system.stop(after.id);
}, 90_000);

test("of two containers behind one name, one may die: no request is lost, and a POST is carried out once", async () => {
  // GIVEN two containers that the gateway uses in turn
  const one = await system.startEcho(["work-order-service"]);
  const two = await system.startEcho(["work-order-service"]);
  await waitFor("answers of both", 30, async () => {
    const asked = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => ask(system.port, "/api/work-orders")));
    const text = asked.map((answer) => answer.text).join();
    return text.includes(one.address) && text.includes(two.address);
  });

  // WHEN one is killed
  await system.stop(one.id);

  // THEN the other answers everything
  for (let count = 0; count < 40; count++) {
    const echo = await echoOf(system.port, "/api/work-orders", { method: "POST", body: "{}" });
    expect(echo.address).toBe(two.address);
  }
  await system.stop(two.id);
}, 90_000);

test("under load, the death of one of two costs no GET, and no more POSTs than it was just answering", async () => {
  // GIVEN two containers, and clients who read and clients who write; each answer takes a while
  const clients = 8;
  const path = answering("/api/work-orders", { delayMs: 20 });
  const one = await system.startEcho(["work-order-service"]);
  const two = await system.startEcho(["work-order-service"]);
  await waitFor("answers of both", 30, async () => {
    const asked = await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(system.port, "/api/work-orders")));
    return [one, two].every(({ address }) => asked.some(({ text }) => text.includes(address)));
  });
  const reads = Load.start(system.port, path, clients, "GET");
  const writes = Load.start(system.port, path, clients, "POST");
  await Promise.all([reads.answered(200), writes.answered(200)]);

  // WHEN one is killed
  reads.mark("killed");
  writes.mark("killed");
  await run(["docker", "kill", one.id]);
  await Promise.all([reads.answered(500), writes.answered(500)]);

  // THEN
  const seen = [await reads.stop(), await writes.stop()].map((load) => load.get("killed") ?? {});
  console.log(
    `after the death of one of two: GET ${JSON.stringify(seen[0])}, POST ${JSON.stringify(seen[1])}`,
  );
  expect(Object.keys(seen[0] ?? {})).toEqual(["200"]);
  const { "200": answered = 0, "502": broken = 0, ...other } = seen[1] ?? {};
  expect(answered).toBeGreaterThanOrEqual(500 - clients);
  expect(broken).toBeLessThanOrEqual(clients);
  expect(other).toEqual({});
  await system.stop(one.id);
  await system.stop(two.id);
}, 120_000);
