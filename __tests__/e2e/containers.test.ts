import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { inspectOnHost, onHost } from "./support/rehearsal";

/** The parts of `docker inspect` that the rules speak of. */
interface Inspected {
  readonly Name: string;
  readonly Config: {
    readonly User: string;
    readonly Labels: Record<string, string>;
    readonly Healthcheck: Record<string, unknown>;
    readonly Hostname: string;
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Type: string; readonly Config: Record<string, string> };
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: string[];
    readonly CapAdd: string[] | null;
    readonly SecurityOpt: string[];
    readonly Init: boolean;
    readonly NanoCpus: number;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly PidsLimit: number | null;
    readonly Tmpfs: Record<string, string>;
    readonly Privileged: boolean;
    /** The real provider leaves it out for a container without ports. */
    readonly PortBindings: Record<
      string,
      { readonly HostIp: string; readonly HostPort: string }[] | null
    > | null;
  };
  readonly State: { readonly Health: { readonly Status: string } };
  readonly NetworkSettings: { readonly Networks: Record<string, unknown> };
}

const MEBIBYTE = 1024 * 1024;
const SECOND = 1_000_000_000;

/** Linux capabilities that each program needs; an application needs none. */
const CAPABILITIES: Partial<Record<string, string[]>> = {
  postgres: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
  redis: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
  nginx: ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"],
};
const TIERS: Record<string, string> = { postgres: "data", redis: "data", web: "web", nginx: "gateway" };

const NETWORKS: Record<string, string[]> = {
  data: ["emaintenance-data"],
  api: ["emaintenance-data", "emaintenance-network"],
  web: ["emaintenance-network"],
  gateway: ["emaintenance-network"],
};

describe.each([...ServiceCatalogue.builtIn.names])("container emaintenance-%s on the host", (service) => {
  let container: Inspected;
  beforeAll(async () => {
    [container] = (await inspectOnHost<Inspected>(`emaintenance-${service}`)) as [Inspected];
  });

  test("is healthy, and restarted by Docker", () => {
    expect(container.State.Health.Status).toBe("healthy");
    expect(container.HostConfig.RestartPolicy.Name).toBe("unless-stopped");
  });

  test("is asked for its health every 30 s, for 10 s, three times, and fast at the start", () => {
    expect(container.Config.Healthcheck).toMatchObject({
      Interval: 30 * SECOND,
      Timeout: 10 * SECOND,
      Retries: 3,
      // Those of the team's own services start a Node.js.
      StartInterval: ["postgres", "redis", "nginx"].includes(service) ? SECOND / 2 : SECOND,
    });
  });

  test("keeps three log files of 10 MB", () => {
    expect(container.HostConfig.LogConfig).toEqual({
      Type: "json-file",
      Config: { "max-size": "10m", "max-file": "3" },
    });
  });

  test("has one core, 512 MiB, no swap, and 512 processes", () => {
    expect(container.HostConfig.PidsLimit).toBe(512);
    expect(container.HostConfig.NanoCpus).toBe(1e9);
    expect(container.HostConfig.Memory).toBe(512 * MEBIBYTE);
    expect(container.HostConfig.MemorySwap).toBe(512 * MEBIBYTE);
  });

  test("is read-only, without privileges, with an init", () => {
    expect(container.HostConfig.ReadonlyRootfs).toBe(true);
    expect(container.HostConfig.Tmpfs).toHaveProperty("/tmp");
    expect(container.HostConfig.Privileged).toBe(false);
    expect(container.HostConfig.SecurityOpt).toEqual(["no-new-privileges:true"]);
    expect(container.HostConfig.Init).toBe(true);
    expect(container.HostConfig.CapDrop).toEqual(["ALL"]);
    expect((container.HostConfig.CapAdd ?? []).map((name) => name.replace(/^CAP_/, "")).sort()).toEqual(
      CAPABILITIES[service] ?? [],
    );
  });

  test("runs as 1001 when it is the team's own", () => {
    expect(container.Config.User).toBe(CAPABILITIES[service] ? "" : "1001:1001");
  });

  test("is labelled with tier and service", () => {
    expect(container.Config.Labels).toMatchObject({
      "emaintenance.tier": TIERS[service] ?? "api",
      "emaintenance.service": service,
    });
  });

  test("is on the networks of its tier, under its short and its long name", async () => {
    expect(Object.keys(container.NetworkSettings.Networks).sort()).toEqual(NETWORKS[TIERS[service] ?? "api"]);
    const names = [service, `emaintenance-${service}`];
    const asker = TIERS[service] === "data" ? "postgres" : "nginx";
    const { stdout } = await onHost(
      `docker exec emaintenance-${asker} sh -c 'for name in ${names.join(" ")}; do getent hosts "$name"; done'`,
    );
    expect(stdout).toMatch(/^([\d.]+\s.*\n){2}$/);
  });

  test("is published by the gateway alone, and on loopback only but for its own port", () => {
    const addresses = Object.values(container.HostConfig.PortBindings ?? {}).flatMap((bindings) =>
      (bindings ?? []).map(({ HostIp }) => HostIp),
    );
    const expected: Record<string, string[]> = {
      // It holds the ports of the services too: each leads to whichever container serves.
      nginx: ["0.0.0.0", "::", "127.0.0.1"],
    };
    expect(new Set(addresses)).toEqual(new Set(expected[service] ?? []));
  });
});
