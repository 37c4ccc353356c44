import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
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
  const parsed = ipaddr.parse(version === 4 ? address : shortIPv6(address));
  const spelling = spell(parsed);
  if (prefix === bits) return spelling;
  const cidr = `${spelling}/${prefix}`;
  const first = (version === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(cidr);
  return spell(first) === spelling
    ? cidr
    : `!expected the network's first address: ${spell(first)}/${prefix}`;
}

function spell(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return "toRFC5952String" in address ? address.toRFC5952String() : address.toString();
}

/** In numbers only: ipaddr.js takes `::192.0.2.1` for another address, `::ffff:192.0.2.1`. */
function shortIPv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
