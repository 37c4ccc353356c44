import {
  container,
  containers,
  label,
  OWN_NAME,
  servingName,
  type ContainerJson,
} from "../support/stack-json";
import { local, production, SEVEN } from "../support/stacks";

const TIERS: Record<string, string> = {
  postgres: "data",
  redis: "data",
  "user-service": "api",
  "work-order-service": "api",
  "asset-service": "api",
  web: "web",
  nginx: "gateway",
};

/** The services that a team builds itself; the images of the others start as root and become another user. */
const OWN = ["user-service", "work-order-service", "asset-service", "web"];

/** What a development machine does otherwise. */
const PRODUCTION = {
  jobs: ["migration"],
  user: "1001:1001",
  health: (service: string) => ({
    ...{ interval: "30s", timeout: "10s", retries: 3 },
    start_interval: OWN.includes(service) ? "1s" : "500ms",
  }),
  limits: () => ({ cpus: "1.0", memory: 512, memory_swap: 512 }),
  // Their short names lead to the gateway, which knows the container that serves.
  gatewayAnswersFor: OWN,
};
const DEVELOPMENT = {
  jobs: ["migration", "install"],
  user: "${local.user}",
  health: () => ({ interval: "4s", timeout: "30s", retries: 3, start_interval: undefined }),
  limits: (service: string) => {
    const memory = service === "web" ? 3072 : OWN.includes(service) ? 1024 : 512;
    return { cpus: OWN.includes(service) ? "2.0" : "1.0", memory, memory_swap: memory };
  },
  gatewayAnswersFor: [],
};

describe.each([
  ["in production", production(), PRODUCTION],
  ["in development", local(), DEVELOPMENT],
] as const)("%s", (_where, stack, { jobs, user, health, limits, gatewayAnswersFor }) => {
  test("there are the seven containers of the deployment document, and the jobs before them", () => {
    const names = Object.values(containers(stack)).map(servingName);

    expect(names.sort()).toEqual([...SEVEN, ...jobs].map((service) => `emaintenance-${service}`).sort());
  });

  describe.each(SEVEN)("%s", (service) => {
    const json: ContainerJson = container(stack, service);

    test("starts again by itself", () => {
      expect(json.restart).toBe("unless-stopped");
    });

    test("keeps three log files of 10 MB", () => {
      expect(json).toMatchObject({
        log_driver: "json-file",
        log_opts: { "max-size": "10m", "max-file": "3" },
      });
    });

    test("is asked for its health by its clock, and others wait for it", () => {
      const { interval, timeout, retries, start_interval } = json.healthcheck ?? {};

      expect({ interval, timeout, retries, start_interval }).toEqual(health(service));
      // A script waits for those that are deployed blue-green.
      expect(json.wait).toBe(!json.name.includes(OWN_NAME));
    });

    test("has a read-only root, with a /tmp in memory", () => {
      expect(json.read_only).toBe(true);
      expect(json.tmpfs).toHaveProperty(["/tmp"]);
    });

    test("has lost all capabilities but the needed ones, and gets no new privileges", () => {
      expect(json.capabilities.drop).toEqual(["ALL"]);
      expect(json.security_opts).toEqual(["no-new-privileges:true"]);
      expect(json.privileged).toBeUndefined();
    });

    test("does not run as root and has no capability, if it is a team's own", () => {
      if (OWN.includes(service)) {
        expect(json.user).toBe(user);
        expect(json.capabilities.add).toEqual([]);
      } else {
        expect(json.user).toBeUndefined();
      }
    });

    test("has an init", () => {
      expect(json.init).toBe(true);
    });

    test("has limits, and no swap", () => {
      expect(json).toMatchObject(limits(service));
    });

    test("says where it belongs", () => {
      expect(label(json, "tier")).toBe(TIERS[service]);
      expect(label(json, "service")).toBe(service);
    });

    test("is found on its network under the names of its service, but not before it serves", () => {
      const aliases = json.name.includes(OWN_NAME)
        ? [`${service}${OWN_NAME}`]
        : [service, `emaintenance-${service}`];
      if (service === "nginx") aliases.push(...gatewayAnswersFor);

      const [front, data] = ["${docker_network.network.name}", "${docker_network.data_network.name}"];
      const ofTheData = TIERS[service] === "data";
      expect(json.networks_advanced).toEqual([
        { name: ofTheData ? data : front, aliases },
        ...(TIERS[service] === "api" ? [{ name: data }] : []),
      ]);
      // Docker's name server answers for host names as well.
      expect(json.hostname).toBe(json.name);
    });
  });
});
