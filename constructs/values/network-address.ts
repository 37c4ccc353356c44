import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

const EXPECTED =
  'expected an address such as "203.0.113.7" or "2001:db8::7", or a network such as "203.0.113.0/24" or "2001:db8::/32"';

/**
 * An address or a network of IPv4 or IPv6, in the one spelling that ufw and iptables give back: a network by its first
 * address, a single address without prefix length, IPv6 in lower case and short.
 */
export const networkAddress = z.string().transform((text, context) => {
  const network = canonicalAddress(text);
  if (network.startsWith("!")) {
    context.addIssue({ code: "custom", message: network.slice(1) });
    return z.NEVER;
  }
  return network;
});

/** Which of the two an address or network is. */
export function ipVersion(network: string): 4 | 6 {
  return network.includes(":") ? 6 : 4;
}

/**
 * The one spelling of an address or a network.
 *
 * @param everything whether a network of length 0, which is everything, will do. @default false
 * @returns the spelling, or "!" and what was expected
 */
export function canonicalAddress(text: string, everything = false): string {
  const [address = "", length, ...more] = text.split("/");
  const version = isIPv4(address) ? 4 : isIPv6(address) && !address.includes("%") ? 6 : undefined;
  if (version === undefined || more.length > 0) return `!${EXPECTED}`;
  const bits = version === 4 ? 32 : 128;
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return `!${EXPECTED}`;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return `!expected a prefix length from 1 to ${bits}`;
  if (prefix === 0 && !everything)
    return "!expected a network smaller than everything: leave the list out to let everybody in";
  const value = version === 4 ? numberOfIPv4(address) : numberOfIPv6(address);
  const size = 1n << BigInt(bits - prefix);
  const first = value - (value % size);
  const spelling = version === 4 ? spellIPv4(first) : spellIPv6(first);
  const network = prefix === bits ? spelling : `${spelling}/${prefix}`;
  return first === value ? network : `!expected the network's first address: ${network}`;
}

function numberOfIPv4(address: string): bigint {
  return address.split(".").reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function spellIPv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
}

function numberOfIPv6(address: string): bigint {
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [head = "", tail] = shortIPv6(address).split("::");
  const left = groups(head);
  const right = groups(tail ?? "");
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

function spellIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return shortIPv6(groups.join(":"));
}

/** RFC 5952, as every URL is spelled. */
function shortIPv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
