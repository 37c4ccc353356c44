import { portBlocks, portsAsWritten, samePorts } from "../../../lib/plugins/docker/container-ports";
import { Fields } from "../../../lib/plugins/protocol/fields";

const inspected = {
  "8080/tcp": [{ HostIp: "0.0.0.0", HostPort: "32769" }],
  "80/tcp": [
    { HostIp: "0.0.0.0", HostPort: "3030" },
    { HostIp: "127.0.0.1", HostPort: "3000" },
  ],
  "9000/udp": null,
};

test("published ports are read in the order of the container's ports", () => {
  expect(portBlocks(inspected)).toEqual([
    { internal: 80, external: 3030, ip: "0.0.0.0", protocol: "tcp" },
    { internal: 80, external: 3000, ip: "127.0.0.1", protocol: "tcp" },
    { internal: 8080, external: 32769, ip: "0.0.0.0", protocol: "tcp" },
  ]);
});

test("a stopped container has none", () => {
  expect(portBlocks({})).toEqual([]);
});

const port = (ip: string, internal: number, external: number, protocol = "tcp") => ({
  internal,
  external,
  ip,
  protocol,
});
const one = [port("127.0.0.1", 80, 3030), port("127.0.0.1", 3000, 3000), port("127.0.0.1", 53, 53, "udp")];

test("published ports in another order are the same", () => {
  expect(samePorts(one, [...one].reverse())).toBe(true);
});

test("two addresses of one port in another order are not: the real plugin replaces the container", () => {
  const two = [port("0.0.0.0", 80, 3030), port("::", 80, 3030)];
  expect(samePorts(two, [...two].reverse())).toBe(false);
});

test("one port over two protocols is two ports", () => {
  const two = [port("127.0.0.1", 53, 53, "tcp"), port("127.0.0.1", 53, 53, "udp")];
  expect(samePorts(two, [...two].reverse())).toBe(true);
});

test.each([
  ["one port less", one.slice(1)],
  ["another address", [port("0.0.0.0", 80, 3030), ...one.slice(1)]],
  ["another port of the host", [port("127.0.0.1", 80, 3031), ...one.slice(1)]],
  ["another protocol", [port("127.0.0.1", 80, 3030, "udp"), ...one.slice(1)]],
  ["another port of the container", [port("127.0.0.1", 81, 3030), ...one.slice(1)]],
])("%s is a difference", (_what, other) => {
  expect(samePorts(one, other)).toBe(false);
});

test("an empty address, planned as 0.0.0.0, is sent empty", () => {
  const planned = new Fields({ ports: [port("0.0.0.0", 80, 3030), port("0.0.0.0", 81, 3031)] });
  const config = new Fields({
    ports: [
      { internal: 80, ip: "" },
      { internal: 81, ip: null },
    ],
  });
  expect(portsAsWritten(planned, config).value.ports).toMatchObject([{ ip: "" }, { ip: "0.0.0.0" }]);
});
