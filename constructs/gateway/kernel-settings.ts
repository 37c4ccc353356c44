/**
 * Kernel settings of the gateway's container, for its own network only (Docker's `sysctls`).
 *
 * Every request to a service is a connection of its own: to find a moved container, names are resolved while requests
 * run, and nginx before 1.27.3 cannot keep connections to such names. A closed one holds its port for a minute, so that
 * the 28,000 ports of a container are used up by some 500 to 1,100 requests a second to one service, and nginx answers
 * 502 ("Cannot assign requested address"). With `tcp_tw_reuse` a port can be used again after a second.
 */
export const GATEWAY_SYSCTLS = { "net.ipv4.tcp_tw_reuse": "1" } as const;
