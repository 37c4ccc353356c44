import { destination } from "../../constructs/values/destination";

describe("a destination", () => {
  test.each([
    ["203.0.113.10:443", { network: "203.0.113.10", port: 443 }],
    ["203.0.113.0/24", { network: "203.0.113.0/24" }],
    ["203.0.113.0/24:8443", { network: "203.0.113.0/24", port: 8443 }],
    ["0.0.0.0/0:443", { network: "0.0.0.0/0", port: 443 }],
    ["[2001:DB8::1]:443", { network: "2001:db8::1", port: 443 }],
    ["[2001:db8::/32]:443", { network: "2001:db8::/32", port: 443 }],
    ["[2001:db8::1]", { network: "2001:db8::1" }],
    ["2001:db8::/32", { network: "2001:db8::/32" }],
    ["::/0", { network: "::/0" }],
  ])("%s", (text, meaning) => {
    expect(destination.parse(text)).toEqual(meaning);
  });

  const EXPECTED =
    'expected an address or a network, with or without a port, such as "203.0.113.10:443", "203.0.113.0/24", ' +
    '"0.0.0.0/0:443" or "[2001:db8::/32]:443"';
  const NAME = expect.stringContaining(`${EXPECTED}. Packets carry no names`) as string;

  test.each([
    ["", EXPECTED],
    ["203.0.113.10:", EXPECTED],
    ["203.0.113.10:https", EXPECTED],
    [":443", EXPECTED],
    ["[2001:db8::1", EXPECTED],
    ["203.0.113.10:443 -j ACCEPT", EXPECTED],
    ["203.0.113.10:0", "expected a port from 1 to 65535"],
    ["203.0.113.10:65536", "expected a port from 1 to 65535"],
    ["203.0.113.7/24:443", "expected the network's first address: 203.0.113.0/24"],
    ["api.example.com", NAME],
    ["api.example.com:443", NAME],
  ])("%j is refused", (text, message) => {
    expect(destination.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
