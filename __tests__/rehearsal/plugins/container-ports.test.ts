import { portBlocks, portsInOrder, samePorts } from "../../../rehearsal/plugins/docker/container-ports";
import { Unknown } from "../../../rehearsal/plugins/protocol/values";

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

test("each planned port finds the port of the host that the engine chose for it", () => {
  const planned = [
    { internal: 8080, external: Unknown.value, ip: "0.0.0.0", protocol: "tcp" },
    { internal: 80, external: 3000, ip: "127.0.0.1", protocol: "tcp" },
    { internal: 80, external: 3030, ip: "0.0.0.0", protocol: "tcp" },
  ];
  expect(portsInOrder(planned, portBlocks(inspected))).toMatchObject([
    { internal: 8080, external: 32769 },
    { internal: 80, external: 3000 },
    { internal: 80, external: 3030 },
  ]);
});

test("the order of ports means nothing, everything else does", () => {
  const blocks = portBlocks(inspected);
  expect(samePorts(blocks, [...blocks].reverse())).toBe(true);
  expect(samePorts(blocks, blocks.slice(1))).toBe(false);
  expect(
    samePorts(
      blocks,
      blocks.map((block) => ({ ...block, ip: "0.0.0.0" })),
    ),
  ).toBe(false);
});
