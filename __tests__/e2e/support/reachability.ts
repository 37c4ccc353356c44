import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { ROOT } from "../../../rehearsal/client";
import { hostExec } from "../../../rehearsal/host/host";
import { GATEWAY } from "./exposure";
import { inspectOnHost, onHost, rehearsal, variables } from "./rehearsal";

/** Where a cloud's metadata service is, as most have it, and a port of it. */
const METADATA = { 4: "169.254.169.254", 6: "fd00:ec2::254" } as const;
const METADATA_PORT = 80;
/** A port of the host on which a program answers everybody, as the operator wanted. */
export const OPEN_PORT = 9191;
/** A machine outside over IPv6: it is where the metadata service is, as no other one has a route to SIX. */
const OUTSIDE_6 = "2001:db8:e2e::7";
/** IPv6 of the gateway's network, which has none by itself. */
const SIX = "fd00:e2e::";
const JOB = "migration-of-the-test";

/** What each container is asked for, by the words of the table in docs/security.md. */
type Targets = Readonly<Record<string, readonly (readonly [address: string, port: number])[]>>;
/** Destinations by name: `yes` if it is reached at one of its addresses or more, `no`, or `self`. */
export type Row = Readonly<Record<string, string>>;

const PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  redis: 6379,
  "user-service": 3001,
  "work-order-service": 3002,
  "asset-service": 3003,
  web: 3000,
  nginx: 80,
};

interface Inspected {
  readonly State: { readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** The table under a heading of docs/security.md: a row for each container. */
export function documented(heading: string): Record<string, Row> {
  const text = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  const lines = text.slice(text.indexOf(`## ${heading}\n`)).split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  const cells = (line = "") =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...columns] = cells(lines[start]);
  return Object.fromEntries(
    lines.slice(start + 2, end).map((line) => {
      const [name = "", ...values] = cells(line);
      return [name, Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""]))];
    }),
  );
}

/** What an earlier run may have left, too. */
const removeMetadata = () =>
  hostExec(
    rehearsal().name,
    "systemctl stop reach-open reach-metadata; ip link delete metadata0; ip netns delete metadata",
    { allowFailure: true },
  );

/** A rehearsal host with something to be reached at every place that containers could want to reach. */
export class Surroundings {
  static async make(): Promise<Surroundings> {
    await removeMetadata();
    const outside = createServer((socket) => socket.end()).listen(0, "::");
    const surroundings = new Surroundings(outside);
    await surroundings.prepare();
    return surroundings;
  }

  private containers: Record<string, Inspected> = {};
  private bridges: Record<string, string> = {};
  private withIPv6: readonly string[] = [];

  private constructor(private readonly outside: Server) {}

  /** What every container reaches over IPv4. */
  async overIPv4(): Promise<Record<string, Row>> {
    const containers = Object.entries(PORTS).map(([name, port]) => [
      name,
      Object.values(this.containers[name]?.NetworkSettings.Networks ?? {}).map(
        ({ IPAddress }) => [IPAddress, port] as const,
      ),
    ]);
    const host = [...(await this.addressesOfHost(4)), ...(await this.bridgeAddresses())];
    const targets = { ...(Object.fromEntries(containers) as Targets), ...(await this.others(4, host)) };
    return this.reached(Object.keys(this.containers), targets);
  }

  /** What the containers on the gateway's network reach over IPv6 in addition to containers, once it has addresses. */
  async overIPv6(): Promise<Record<string, Row>> {
    const names = Object.keys(this.containers).filter((name) => this.frontAddress(name) !== undefined);
    await this.giveIPv6(names);
    const host = [...(await this.addressesOfHost(6)), `${SIX}1`];
    return this.reached(names, await this.others(6, host));
  }

  /** What containers reach over IPv6 as they are: how many addresses answered. */
  async withoutIPv6(): Promise<number> {
    const targets = await this.others(6, await this.addressesOfHost(6));
    const rows = await this.reached(Object.keys(this.containers), targets);
    return Object.values(rows)
      .flatMap((row) => Object.values(row))
      .filter((cell) => cell !== "no").length;
  }

  async remove(): Promise<void> {
    this.outside.close();
    await removeMetadata();
    await onHost(`docker rm --force ${JOB}; sudo ufw --force delete allow ${OPEN_PORT}/tcp`, {
      allowFailure: true,
    });
    await this.asRoot(
      [
        `ip -6 addr del ${SIX}1/64 dev ${this.bridges["emaintenance-network"]}`,
        ...(this.withIPv6.length > 0
          ? this.engineWithIPv6.map((rule) => `ip6tables -w -D FORWARD ${rule}`)
          : []),
        // Addresses and routes go with it.
        ...this.withIPv6.map((name) =>
          this.insideNetwork(name, "sysctl -qw net.ipv6.conf.$dev.disable_ipv6=1"),
        ),
      ].join("; "),
      true,
    );
  }

  private async prepare(): Promise<void> {
    const image = (variables().IMAGES as unknown as Record<string, string>)["user-service"] ?? "";
    const [job] = await inspectOnHost<Inspected>("emaintenance-migration");
    const networks = Object.keys(job?.NetworkSettings.Networks ?? {});
    const idle = 'node -e "setInterval(() => {}, 1e6)"';
    await onHost(
      [
        `docker run --detach --init --name ${JOB} --network ${networks[0]} ${image} ${idle}`,
        ...networks.slice(1).map((network) => `docker network connect ${network} ${JOB}`),
        `sudo ufw allow ${OPEN_PORT}/tcp`,
      ].join(" && "),
    );
    const listen = (address: string, port: number) =>
      `/usr/bin/python3 -c 'import socket; s = socket.create_server(("${address}", ${port}), family=socket.AF_INET6, dualstack_ipv6=True); [s.accept()[0].close() for _ in iter(int, 1)]'`;
    await this.asRoot(
      [
        "set -e",
        "ip netns add metadata",
        "ip link add metadata0 type veth peer name eth0 netns metadata",
        "ip addr add 192.0.2.1/24 dev metadata0",
        "sysctl -qw net.ipv6.conf.metadata0.disable_ipv6=0",
        "ip -6 addr add fd00:ec2::1/64 dev metadata0 nodad",
        "ip link set metadata0 up",
        `ip route add ${METADATA[4]}/32 dev metadata0`,
        "ip netns exec metadata sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0",
        "ip netns exec metadata ip link set eth0 up",
        `ip netns exec metadata ip addr add ${METADATA[4]}/32 dev eth0`,
        "ip netns exec metadata ip addr add 192.0.2.2/24 dev eth0",
        `ip netns exec metadata ip -6 addr add ${METADATA[6]}/64 dev eth0 nodad`,
        `ip netns exec metadata ip -6 addr add ${OUTSIDE_6}/128 dev eth0 nodad`,
        `ip -6 route add ${OUTSIDE_6}/128 via ${METADATA[6]} dev metadata0`,
        "ip netns exec metadata ip route add default via 192.0.2.1",
        "ip netns exec metadata ip -6 route add default via fd00:ec2::1",
        `systemd-run --quiet --collect --unit reach-open ${listen("::", OPEN_PORT)}`,
        `systemd-run --quiet --collect --unit reach-metadata ip netns exec metadata ${listen("::", METADATA_PORT)}`,
        // The host itself reaches it, so who does not is kept from it.
        ...[...Object.values(METADATA), OUTSIDE_6].map(
          (address) =>
            `timeout 20 bash -c 'until (: < /dev/tcp/${address}/${METADATA_PORT}) 2> /dev/null; do sleep 0.2; done'`,
        ),
      ].join("\n"),
    );
    const names = Object.keys(PORTS);
    const found = await inspectOnHost<Inspected>(...names.map((name) => `emaintenance-${name}`), JOB);
    this.containers = Object.fromEntries([...names, "migration"].map((name, i) => [name, found[i]!]));
    const networksInUse = [...new Set(found.flatMap((one) => Object.keys(one.NetworkSettings.Networks)))];
    for (const network of networksInUse) {
      const { stdout } = await onHost(`docker network inspect --format '{{slice .Id 0 12}}' ${network}`);
      this.bridges[network] = `br-${stdout.trim()}`;
    }
  }

  /** The places that are no container's. */
  private async others(version: 4 | 6, host: readonly string[]): Promise<Targets> {
    const outside = version === 4 ? await this.machineOutside() : ([OUTSIDE_6, METADATA_PORT] as const);
    return {
      [`host, ${GATEWAY}`]: host.map((address) => [address, GATEWAY] as const),
      "host, others": host.flatMap((address) => [[address, 22] as const, [address, OPEN_PORT] as const]),
      metadata: [[METADATA[version], METADATA_PORT]],
      outside: [outside],
    };
  }

  /** This machine, as the host knows it. */
  private async machineOutside(): Promise<readonly [address: string, port: number]> {
    const { stdout } = await onHost("ip -4 -o route show default | awk '{print $3}'");
    return [stdout.trim(), (this.outside.address() as { port: number }).port];
  }

  private async addressesOfHost(version: 4 | 6): Promise<string[]> {
    const { stdout } = await onHost(
      `ip -${version} -o addr show dev eth0 scope global | awk '{print $4}' | cut -d / -f 1`,
    );
    return stdout.trim().split("\n");
  }

  private async bridgeAddresses(): Promise<string[]> {
    const shown = Object.values(this.bridges).map((bridge) => `ip -4 -o addr show dev ${bridge}`);
    const { stdout } = await onHost(`{ ${shown.join("; ")}; } | awk '{print $4}' | cut -d / -f 1`);
    return stdout.trim().split("\n");
  }

  /** What an engine that manages ip6tables has in FORWARD; this one does not. */
  private get engineWithIPv6(): readonly string[] {
    const bridge = this.bridges["emaintenance-network"] ?? "";
    const answers = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";
    return ["-j DOCKER-USER", `-o ${bridge} ${answers}`, `-i ${bridge} -j ACCEPT`];
  }

  private frontAddress(name: string): string | undefined {
    return this.containers[name]?.NetworkSettings.Networks["emaintenance-network"]?.IPAddress;
  }

  /** As an operator would whose engine has IPv6: addresses, a route, and forwarding that asks DOCKER-USER first. */
  private async giveIPv6(names: readonly string[]): Promise<void> {
    const bridge = this.bridges["emaintenance-network"] ?? "";
    this.withIPv6 = names;
    const inside = names.map((name, index) =>
      this.insideNetwork(
        name,
        "sysctl -qw net.ipv6.conf.$dev.disable_ipv6=0",
        `ip -6 addr add ${SIX}${index + 2}/64 dev $dev nodad`,
        `ip -6 route add default via ${SIX}1 dev $dev`,
      ),
    );
    await this.asRoot(
      [
        "set -e",
        `sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.${bridge}.disable_ipv6=0`,
        `ip -6 addr add ${SIX}1/64 dev ${bridge} nodad`,
        ...inside,
        ...this.engineWithIPv6.map((rule, index) => `ip6tables -w -I FORWARD ${index + 1} ${rule}`),
      ].join("\n"),
    );
  }

  /** Commands in the network namespace of a container; `$dev` is its interface on the gateway's network. */
  private insideNetwork(name: string, ...commands: readonly string[]): string {
    const find = `ip -4 -o addr show | grep -F " ${this.frontAddress(name)}/" | cut -d " " -f 2`;
    const process = this.containers[name]?.State.Pid;
    return `nsenter --target ${process} --net sh -c 'dev=$(${find}) && ${commands.join(" && ")}'`;
  }

  private async reached(names: readonly string[], targets: Targets): Promise<Record<string, Row>> {
    const from = Object.fromEntries(names.map((name) => [name, this.containers[name]?.State.Pid]));
    const input = JSON.stringify({ from, targets: Object.values(targets).flat() });
    const script = readFileSync(join(__dirname, "reach.py"), "utf8");
    const { stdout } = await onHost(
      `sudo python3 -c "$(echo ${Buffer.from(script).toString("base64")} | base64 -d)"`,
      {
        input,
      },
    );
    const answered = JSON.parse(stdout) as Record<string, [string, number][]>;
    return Object.fromEntries(
      names.map((name) => {
        const open = new Set(answered[name]?.map((target) => target.join(" ")));
        const cell = (list: Targets[string]) => {
          return list.some((target) => open.has(target.join(" "))) ? "yes" : "no";
        };
        const row = Object.entries(targets).map(([to, list]) => [to, to === name ? "self" : cell(list)]);
        return [name, Object.fromEntries(row) as Row];
      }),
    );
  }

  private asRoot(script: string, allowFailure = false) {
    return hostExec(rehearsal().name, script, { allowFailure });
  }
}
