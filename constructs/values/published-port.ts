import { isIP } from "node:net";
import { portOutOfRange, publishedAddressInvalid, publishedAddressTwice, publishedNowhere } from "../errors";

/** The lowest and the highest TCP port. Source: RFC 793, 16-bit port field; 0 is reserved. */
const LOWEST = 1;
const HIGHEST = 65_535;

/** Returns the port, or throws when it is no integer from 1 to 65535. */
export function tcpPort(port: number): number {
  if (!Number.isInteger(port) || port < LOWEST || port > HIGHEST) {
    throw portOutOfRange(port);
  }
  return port;
}

/** A port of the host on which a container's port answers. */
export class PublishedPort {
  /** Answers on this machine only: other hosts cannot reach it, whatever the firewall says. */
  static loopback(port: number): PublishedPort {
    return new PublishedPort(tcpPort(port), ["127.0.0.1"]);
  }

  /**
   * Answers on every address of the host.
   *
   * @param addresses the addresses to bind, in any order. @default all IPv4 and all IPv6 addresses
   * @throws ConfigurationError when there is no address, or one is invalid or there twice
   */
  static everywhere(port: number, addresses: readonly string[] = ["0.0.0.0", "::"]): PublishedPort {
    const invalid = addresses.find((address) => isIP(address) === 0);
    if (invalid !== undefined) throw publishedAddressInvalid(port, invalid);
    const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
    if (twice !== undefined) throw publishedAddressTwice(port, twice);
    if (addresses.length === 0) throw publishedNowhere(port);
    return new PublishedPort(tcpPort(port), addresses);
  }

  private constructor(
    readonly port: number,
    readonly addresses: readonly string[],
  ) {}

  /** True where another host could reach it. */
  get isPublic(): boolean {
    return this.addresses.some((address) => address !== "127.0.0.1" && address !== "::1");
  }
}
