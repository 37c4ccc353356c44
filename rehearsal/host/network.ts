import { readFile } from "node:fs/promises";
import { run } from "../../lib/run";
import { freePlans, type NetworkPlan, parseRange, type Range, routesIPv4, routesIPv6 } from "./addresses";
import { labelOptions } from "./names";

interface NetworkInspection {
  readonly Name: string;
  readonly IPAM: {
    readonly Config: readonly { readonly Subnet: string; readonly Gateway?: string }[] | null;
  };
}

/**
 * Makes a network that neither another one nor a route of this machine overlaps.
 * @throws Error when all sixteen are taken
 */
export async function createNetwork(network: string, rehearsal: string): Promise<NetworkPlan> {
  for (const plan of freePlans(await takenRanges())) {
    const { code, stderr } = await run(
      [
        ...["docker", "network", "create", ...labelOptions(rehearsal)],
        ...["--subnet", plan.subnet, "--gateway", plan.gateway],
        ...["--ipv6", "--subnet", plan.subnetIPv6, network],
      ],
      { allowFailure: true },
    );
    if (code === 0) return plan;
    // Another run took it meanwhile.
    if (!/overlap/i.test(stderr)) throw new Error(`the network ${network} cannot be made: ${stderr.trim()}`);
  }
  throw new Error(
    "all sixteen rehearsal networks in 198.51.100.0/24 are taken: remove a rehearsal (`npm run rehearse:down -- --name NAME`), or see `docker network ls` and `ip route`",
  );
}

/** The addresses of an existing network, or undefined. */
export async function findNetwork(network: string): Promise<NetworkPlan | undefined> {
  const subnets = (await inspect([network]))[0]?.IPAM.Config?.map(({ Subnet }) => Subnet) ?? [];
  return freePlans([]).find((plan) => subnets.includes(plan.subnet) && subnets.includes(plan.subnetIPv6));
}

async function takenRanges(): Promise<Range[]> {
  const { stdout } = await run(["docker", "network", "ls", "--quiet"]);
  const networks = await inspect(stdout.split("\n").filter(Boolean));
  const subnets = networks.flatMap(({ IPAM }) => IPAM.Config?.map(({ Subnet }) => Subnet) ?? []);
  const [routes, routes6] = await Promise.all(
    ["/proc/net/route", "/proc/net/ipv6_route"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return [...subnets.map(parseRange), ...routesIPv4(routes ?? ""), ...routesIPv6(routes6 ?? "")];
}

async function inspect(networks: readonly string[]): Promise<NetworkInspection[]> {
  if (networks.length === 0) return [];
  // A network that another run removed meanwhile is left out of the answer, and makes the exit code 1.
  const { stdout } = await run(["docker", "network", "inspect", ...networks], { allowFailure: true });
  return JSON.parse(stdout.trim() || "[]") as NetworkInspection[];
}
