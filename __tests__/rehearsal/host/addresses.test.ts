import {
  freePlans,
  networkPlan,
  parseRange,
  routesIPv4,
  routesIPv6,
} from "../../../rehearsal/host/addresses";

describe("networks of rehearsals", () => {
  test("are sixteen, each with a range and an address of both families", () => {
    const plans = freePlans([]);
    expect(plans).toHaveLength(16);
    expect(plans[0]).toEqual({
      subnet: "198.51.100.0/28",
      gateway: "198.51.100.1",
      address: "198.51.100.2",
      subnetIPv6: "2001:db8:1:0:1::/80",
      addressIPv6: "2001:db8:1:0:1::2",
    });
    expect(plans[15]).toMatchObject({ subnet: "198.51.100.240/28", subnetIPv6: "2001:db8:1:0:10::/80" });
  });

  test("do not overlap", () => {
    const plans = freePlans([]);
    for (const plan of plans) {
      const free = freePlans([parseRange(plan.subnet), parseRange(plan.subnetIPv6)]);
      expect(free).toEqual(plans.filter((other) => other !== plan).map((other) => ({ ...other })));
    }
  });

  test.each([
    ["a network inside", "198.51.100.4/30"],
    ["a single address", "198.51.100.9"],
    ["the same range of IPv6", "2001:db8:1:0:1::/80"],
    ["an IPv6 network inside", "2001:db8:1:0:1:2::/96"],
  ])("leave out what overlaps %s", (_, taken) => {
    expect(freePlans([parseRange(taken)])[0]).toEqual(networkPlan(1));
  });

  test.each([["198.51.100.0/24"], ["198.0.0.0/8"], ["2001:db8::/32"], ["::/0"]])(
    "are all taken if %s is",
    (taken) => {
      expect(freePlans([parseRange(taken)])).toEqual([]);
    },
  );

  test.each([["10.0.0.0/8"], ["192.0.2.0/24"], ["fd00::/8"], ["2001:db8:2::/64"]])("ignore %s", (other) => {
    expect(freePlans([parseRange(other)])).toHaveLength(16);
  });
});

describe("parseRange", () => {
  test("knows both families and short spellings", () => {
    expect(parseRange("198.51.100.17/28").map(String)).toEqual(["198.51.100.17", "28"]);
    expect(parseRange("::/0").map(String)).toEqual(["::", "0"]);
    expect(parseRange("2001:db8::1")).toEqual(parseRange("2001:0db8:0:0:0:0:0:1/128"));
  });

  test.each(["198.51.100/24", "198.51.100.256/24", "198.51.100.0/33", "2001:db8", "2001:::1", "x/8", ""])(
    "refuses %s",
    (text) => {
      expect(() => parseRange(text)).toThrow(new Error(`not an address range: ${text}`));
    },
  );
});

describe("the machine's routes", () => {
  test("of IPv4 are read from /proc/net/route, without the default route", () => {
    const text = [
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
      "br-1\t106433C6\t00000000\t0001\t0\t0\t0\tF0FFFFFF\t0\t0\t0",
      "",
    ].join("\n");
    expect(routesIPv4(text)).toEqual([parseRange("198.51.100.16/28")]);
  });

  test("of IPv6 are read from /proc/net/ipv6_route, without the default route", () => {
    const zeros = "0".repeat(32);
    const text = [
      `20010db8000100000001000000000000 50 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001 br-1`,
      `${zeros} 00 ${zeros} 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003 eth0`,
      "",
    ].join("\n");
    expect(routesIPv6(text)).toEqual([parseRange("2001:db8:1:0:1::/80")]);
  });
});
