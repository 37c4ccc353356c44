import { PublishedPort, tcpPort } from "../../constructs/values/published-port";

describe("a published port", () => {
  test("on the loopback address cannot be reached from another host", () => {
    const port = PublishedPort.loopback(3001);

    expect(port).toMatchObject({ port: 3001, addresses: ["127.0.0.1"], isPublic: false });
  });

  test("everywhere answers on all addresses, IPv4 and IPv6", () => {
    const port = PublishedPort.everywhere(3030);

    expect(port).toMatchObject({ port: 3030, addresses: ["0.0.0.0", "::"], isPublic: true });
  });

  test.each([
    [["127.0.0.1"], false],
    [["127.0.0.1", "::1"], false],
    [["192.0.2.7"], true],
    [["127.0.0.1", "2001:db8::7"], true],
  ])("bound to %j is public: %s", (addresses, isPublic) => {
    expect(PublishedPort.everywhere(3030, addresses).isPublic).toBe(isPublic);
  });
});

describe("addresses that a port cannot be published on are refused", () => {
  test.each([
    [
      [""],
      'port 3030 is published on "": expected an IP address of the host, such as "0.0.0.0", "::" or "192.0.2.7"',
    ],
    [
      ["*"],
      'port 3030 is published on "*": expected an IP address of the host, such as "0.0.0.0", "::" or "192.0.2.7"',
    ],
    [["0.0.0.0", "0.0.0.0"], "port 3030 is published on 0.0.0.0 twice: name each address once"],
    [[], 'port 3030 is published on no address: name one, such as "0.0.0.0", or pass publish: []'],
  ])("%j", (addresses, message) => {
    expect(() => PublishedPort.everywhere(3030, addresses)).toThrow(new Error(message));
  });
});

describe("a port that no program can listen on is refused", () => {
  test.each([
    [0, "port 0 is out of range: expected an integer from 1 to 65535"],
    [-1, "port -1 is out of range: expected an integer from 1 to 65535"],
    [65_536, "port 65536 is out of range: expected an integer from 1 to 65535"],
    [80.5, "port 80.5 is out of range: expected an integer from 1 to 65535"],
    [NaN, "port NaN is out of range: expected an integer from 1 to 65535"],
  ])("%d", (port, message) => {
    expect(() => tcpPort(port)).toThrow(new Error(message));
    expect(() => PublishedPort.loopback(port)).toThrow(new Error(message));
    expect(() => PublishedPort.everywhere(port)).toThrow(new Error(message));
  });

  test.each([1, 65_535])("but %d is a port", (port) => {
    expect(tcpPort(port)).toBe(port);
  });
});
