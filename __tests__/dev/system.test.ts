import { hostPorts } from "../../scripts/dev/containers";
import { onThisMachine } from "../../scripts/dev/engine";
import { hostEnvironment } from "../../scripts/dev/host-environment";
import { describeSystem } from "../../scripts/dev/summary";
import { describe as describeStack } from "../../scripts/dev/system";
import { local } from "../support/stacks";

type Stack = Parameters<typeof describeStack>[0];
const systemOf = (props?: Parameters<typeof local>[0]) => describeStack(local(props) as unknown as Stack);

describe("what a synthesised stack says about the system", () => {
  const system = systemOf();

  test("who takes which port of the machine", () => {
    expect(system.ports.get(3030)).toBe("nginx");
    expect(system.ports.get(5433)).toBe("postgres");
    expect(system.ports.get(9232)).toBe("debugger of web");
    expect(system.ports.size).toBe(11);
  });

  test("which service is in which container", () => {
    expect(system.services.get("emaintenance-work-order-service")).toBe("work-order-service");
    expect(system.services.size).toBe(9);
  });

  test("where volumes are mounted in the source", () => {
    expect(system.mountPoints).toEqual(["node_modules", "apps/web/.next"]);
  });

  test("what is wrong with the source", () => {
    expect(system.problems).toEqual([]);
    expect(systemOf({ development: { source: "/${nowhere}" } }).problems).toEqual([
      expect.stringContaining("the source folder /${nowhere} does not exist") as string,
    ]);
  });
});

test("a service on the machine finds there what it would find in its container", () => {
  const system = systemOf({ machine: { onHost: ["user-service"], portOffset: 100 } });

  const environment = hostEnvironment(
    [
      "DATABASE_URL=postgresql://postgres:a=b@emaintenance-postgres:5432/emaintenance",
      "REDIS_URL=redis://default:secret@emaintenance-redis:6379",
      "ASSET_SERVICE_URL=http://emaintenance-asset-service:3003",
      "USER_SERVICE_URL=http://emaintenance-user-service:3001",
      "PORT=3001",
      "PATH=/usr/bin",
      "HOME=/tmp",
      "NODE_OPTIONS=--require=/emaintenance/inspector.cjs",
      "EMAINTENANCE_FORWARD_TO=host.docker.internal:3101",
    ],
    system,
  );

  expect(environment).toEqual({
    DATABASE_URL: "postgresql://postgres:a=b@127.0.0.1:5533/emaintenance",
    REDIS_URL: "redis://default:secret@127.0.0.1:6479",
    ASSET_SERVICE_URL: "http://127.0.0.1:3103",
    USER_SERVICE_URL: "http://127.0.0.1:3101",
    PORT: "3001",
  });
});

test("the summary says where everything answers, and how to stop it", () => {
  const text = describeSystem(systemOf({ machine: { onHost: ["web"] } }), {
    began: new Date(Date.now() - 12_000),
    options: { name: "trial" },
    environments: new Map([["web", "/somewhere/web.env"]]),
  });

  expect(text.split("\n").sort()).toEqual(
    [
      "ready after 12 s; http://localhost:3030 answers when your web does",
      "  postgres             127.0.0.1:5433",
      "  redis                127.0.0.1:6379",
      "  user-service         127.0.0.1:3001   debugger 127.0.0.1:9229",
      "  work-order-service   127.0.0.1:3002   debugger 127.0.0.1:9230",
      "  asset-service        127.0.0.1:3003   debugger 127.0.0.1:9231",
      "  nginx                127.0.0.1:3030",
      "web is yours: start it on this machine, listening on all addresses, with the environment in /somewhere/web.env:",
      "  set -a; . /somewhere/web.env; set +a; npm run dev",
      "stop: npm run dev:stop -- --name trial   empty the data: npm run dev:reset -- --name trial",
    ].sort(),
  );
});

test.each([
  ["127.0.0.1:3030->80/tcp", [3030]],
  ["0.0.0.0:8000-8002->8000-8002/tcp, :::9000->9000/tcp", [8000, 8001, 8002, 9000]],
  ["5432/tcp", []],
  ["", []],
])("docker ps lists %j as the ports %j", (text, ports) => {
  expect(hostPorts(text)).toEqual(ports);
});

test.each([
  ["", true],
  ["unix:///Users/me/.colima/default/docker.sock", true],
  ["npipe:////./pipe/docker_engine", true],
  ["tcp://127.0.0.1:2375", true],
  ["tcp://localhost:2376", true],
  ["tcp://192.0.2.7:2376", false],
  ["ssh://me@192.0.2.7", false],
])("an engine at %j sees this machine's files: %s", (address, expected) => {
  expect(onThisMachine(address)).toBe(expected);
});
