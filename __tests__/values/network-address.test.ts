import { ipVersion, networkAddress } from "../../constructs/values/network-address";

describe("an address or network", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7/32", "203.0.113.7"],
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["128.0.0.0/1", "128.0.0.0/1"],
    ["2001:DB8:0:0::/32", "2001:db8::/32"],
    ["2001:db8::7/128", "2001:db8::7"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["::192.0.2.1", "::c000:201"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["fd00:1:2:3:4:5:6:7", "fd00:1:2:3:4:5:6:7"],
  ])("%s is spelled %s, as ufw gives it back", (text, spelling) => {
    expect(networkAddress.parse(text)).toBe(spelling);
  });

  const EXPECTED =
    'expected an address such as "203.0.113.7" or "2001:db8::7", or a network such as "203.0.113.0/24" or "2001:db8::/32"';

  test.each([
    ["", EXPECTED],
    ["office", EXPECTED],
    ["203.0.113", EXPECTED],
    ["203.0.113/24", EXPECTED],
    ["010.0.0.1", EXPECTED],
    ["0x7f000001", EXPECTED],
    ["203.0.113.256", EXPECTED],
    ["203.0.113.0/24/8", EXPECTED],
    ["203.0.113.0/", EXPECTED],
    ["203.0.113.0/024", EXPECTED],
    ["fe80::1%eth0", EXPECTED],
    ["203.0.113.0/24; reboot", EXPECTED],
    ["203.0.113.0/33", "expected a prefix length from 1 to 32"],
    ["2001:db8::/129", "expected a prefix length from 1 to 128"],
    ["0.0.0.0/0", "expected a network smaller than everything: leave the list out to let everybody in"],
    ["203.0.113.7/24", "expected the network's first address: 203.0.113.0/24"],
    ["2001:db8::7/64", "expected the network's first address: 2001:db8::/64"],
  ])("%j is refused", (text, message) => {
    expect(networkAddress.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  test("is of IPv4 or of IPv6", () => {
    expect(["203.0.113.0/24", "2001:db8::/32"].map(ipVersion)).toEqual([4, 6]);
  });
});
