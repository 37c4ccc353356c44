import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address of the range, and the length of its prefix. */
export type Range = readonly [Address, number];

/** The two ranges of one rehearsal network, and the addresses that are fixed in it. */
export interface NetworkPlan {
  readonly subnet: string;
  readonly gateway: string;
  readonly address: string;
  readonly subnetIPv6: string;
  readonly addressIPv6: string;
}

/** Documentation ranges: no real host has them. Sixteen networks of /28 fit, each with a /80 of the same number. */
const PLANS = 16;

/** The plans that touch nothing of `taken`, in order. */
export function freePlans(taken: readonly Range[]): NetworkPlan[] {
  return Array.from({ length: PLANS }, (_, index) => networkPlan(index)).filter((plan) =>
    [plan.subnet, plan.subnetIPv6].every((cidr) => !taken.some((range) => overlap(range, parseRange(cidr)))),
  );
}

/** @param index 0 to 15 */
export function networkPlan(index: number): NetworkPlan {
  const start = index * 16;
  // One more than the index: a group of zeros has two spellings.
  const prefix = `2001:db8:1:0:${(index + 1).toString(16)}`;
  return {
    subnet: `198.51.100.${start}/28`,
    gateway: `198.51.100.${start + 1}`,
    address: `198.51.100.${start + 2}`,
    subnetIPv6: `${prefix}::/80`,
    addressIPv6: `${prefix}::2`,
  };
}

function overlap([a, lengthOfA]: Range, [b, lengthOfB]: Range): boolean {
  return a.kind() === b.kind() && (a as ipaddr.IPv6).match(b, Math.min(lengthOfA, lengthOfB));
}

/** @throws Error where the text is no range like `198.51.100.0/28` or `2001:db8::/32` */
export function parseRange(cidr: string): Range {
  const [address = "", length] = cidr.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  const range = `${address}/${length ?? bits}`;
  // ipaddr.js alone takes 198.51.100 for 198.51.0.100.
  if (isIP(address) === 0 || !ipaddr.isValidCIDR(range)) throw new Error(`not an address range: ${cidr}`);
  return ipaddr.parseCIDR(range);
}

/** The ranges that the machine has routes to, from /proc/net/route. The default route takes nothing. */
export function routesIPv4(text: string): Range[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line): Range[] => {
      const [, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (!destination || !mask || mask === "00000000") return [];
      const littleEndian = (hex: string) => new ipaddr.IPv4([...Buffer.from(hex, "hex").reverse()]);
      return [[littleEndian(destination), littleEndian(mask).prefixLengthFromSubnetMask() ?? 32]];
    });
}

/** The same for IPv6, from /proc/net/ipv6_route. */
export function routesIPv6(text: string): Range[] {
  return text.split("\n").flatMap((line): Range[] => {
    const [destination, prefix] = line.trim().split(/\s+/);
    if (!destination || !prefix) return [];
    const length = parseInt(prefix, 16);
    return length === 0 ? [] : [[new ipaddr.IPv6([...Buffer.from(destination, "hex")]), length]];
  });
}
