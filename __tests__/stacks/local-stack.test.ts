import { PublishedPort } from "../../constructs/values/published-port";
import { container, containers, environment } from "../support/stack-json";
import { local } from "../support/stacks";

describe("the development stack", () => {
  const stack = local();

  test("uses this machine's own Docker Engine, and no other machine", () => {
    expect(stack.provider).toEqual({ docker: [{}] });
    expect(Object.keys(stack.resource)).not.toContain("null_resource");
    expect(stack.variable).not.toHaveProperty("SERVER_IP");
    expect(JSON.stringify(stack)).not.toContain("ssh");
  });

  test("puts nothing under /opt", () => {
    expect(JSON.stringify(stack)).not.toContain("/opt/");
  });

  test("lets Docker keep the files", () => {
    for (const volume of Object.values(stack.resource.docker_volume ?? {})) {
      expect(volume).not.toHaveProperty("driver_opts");
    }
  });

  test.each(["user-service", "work-order-service", "asset-service", "web"])(
    "runs %s for development, with all that it can say in the log",
    (service) => {
      expect(environment(container(stack, service))).toMatchObject({
        NODE_ENV: "development",
        LOG_LEVEL: "debug",
      });
    },
  );

  test("reads the gateway's configuration from beside the synthesised stack, wherever that is", () => {
    const [configuration] = container(stack, "nginx").volumes;

    expect(configuration).toMatchObject({
      container_path: "/etc/nginx/emaintenance",
      host_path: expect.stringMatching(/^\$\{abspath\("assets\//) as string,
      read_only: true,
    });
  });

  test("takes a team's own settings", () => {
    const own = local({
      postgres: { publish: [PublishedPort.loopback(15_432)] },
      web: { logLevel: "warn" },
      gateway: { publish: [PublishedPort.loopback(8080)] },
    });

    expect(container(own, "postgres").ports[0]?.external).toBe(15_432);
    expect(environment(container(own, "web")).LOG_LEVEL).toBe("warn");
    expect(container(own, "nginx").ports[0]?.external).toBe(8080);
    expect(Object.keys(containers(own))).toEqual(Object.keys(containers(stack)));
  });
});
