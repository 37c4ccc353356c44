/** An address range in numbers; a range of IPv6 too, hence bigint. */
export interface Range {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

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

function overlap(a: Range, b: Range): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** @throws Error where the text is no range like `198.51.100.0/28` or `2001:db8::/32` */
export function parseRange(cidr: string): Range {
  const [address = "", length] = cidr.split("/");
  const version = address.includes(":") ? 6 : 4;
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  const value = version === 4 ? parseIPv4(address) : parseIPv6(address);
  if (value === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > bits) {
    throw new Error(`not an address range: ${cidr}`);
  }
  const size = 1n << BigInt(bits - prefix);
  const first = value - (value % size);
  return { version, first, last: first + size - 1n };
}

function parseIPv4(text: string): bigint | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseIPv6(text: string): bigint | undefined {
  const [left = "", right] = text.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const gap = 8 - head.length - tail.length;
  if (gap < 0 || (right === undefined && gap !== 0)) return undefined;
  const groups = [...head, ...Array<string>(gap).fill("0"), ...tail];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

/** The ranges that the machine has routes to, from /proc/net/route. The default route takes nothing. */
export function routesIPv4(text: string): Range[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (!destination || !mask || mask === "00000000") return [];
      const first = littleEndian(destination);
      return [{ version: 4 as const, first, last: first + (0xffffffffn - littleEndian(mask)) }];
    });
}

/** The same for IPv6, from /proc/net/ipv6_route. */
export function routesIPv6(text: string): Range[] {
  return text.split("\n").flatMap((line) => {
    const [destination, prefix] = line.trim().split(/\s+/);
    if (!destination || !prefix) return [];
    const length = parseInt(prefix, 16);
    if (length === 0) return [];
    const first = BigInt(`0x${destination}`);
    return [{ version: 6 as const, first, last: first + (1n << BigInt(128 - length)) - 1n }];
  });
}

function littleEndian(hex: string): bigint {
  return BigInt(`0x${hex.match(/../g)?.reverse().join("") ?? "0"}`);
}
