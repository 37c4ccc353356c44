import { z } from "zod";
import { canonicalAddress } from "./network-address";

/** Somewhere outside: an address or a network, and one port there or all of them. */
export interface Destination {
  /** In the spelling of iptables. */
  readonly network: string;
  /** Of TCP and UDP. @default all ports, and every other protocol */
  readonly port?: number;
}

const EXPECTED =
  'expected an address or a network, with or without a port, such as "203.0.113.10:443", "203.0.113.0/24", ' +
  '"0.0.0.0/0:443" or "[2001:db8::/32]:443"';

const NAME =
  `${EXPECTED}. Packets carry no names: list the addresses or the network that the name's operator publishes, or ` +
  "let the program go through a proxy, and list the proxy";

/** A destination as one writes it; IPv6 with a port is in brackets, as in a URL. */
export const destination = z.string().transform((text, context): Destination => {
  const found = parse(text);
  if (typeof found !== "string") return found;
  context.addIssue({ code: "custom", message: found });
  return z.NEVER;
});

/** @returns the destination, or what was expected */
function parse(text: string): Destination | string {
  const [, inBrackets, alone = text, digits] = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::(\d+))?$/.exec(text) ?? [];
  const where = inBrackets ?? alone;
  const network = canonicalAddress(where, true);
  if (network.startsWith("!")) {
    if (/[a-z]/i.test(where) && !where.includes(":")) return NAME;
    return network.startsWith("!expected an address") ? EXPECTED : network.slice(1);
  }
  if (digits === undefined) return { network };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { network, port } : "expected a port from 1 to 65535";
}
