import { Gateway, type GatewayProps } from "../../constructs/gateway/gateway";
import { PublishedPort } from "../../constructs/values/published-port";
import { container, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(props: Partial<GatewayProps> = {}, stack = new TestStack()) {
  new Gateway(stack, "gateway", {
    image: stack.image("nginx"),
    network: stack.network,
    files: { folder: "/opt/emaintenance/deploy/Server/nginx", ready: [] },
    publish: [PublishedPort.everywhere(3030)],
    ...props,
  });
  return container(stack.synthesise(), "nginx");
}

describe("the gateway", () => {
  const json = made();

  test("answers on every address of the host, IPv4 and IPv6", () => {
    expect(json.ports).toEqual([
      { internal: 80, external: 3030, ip: "0.0.0.0" },
      { internal: 80, external: 3030, ip: "::" },
    ]);
  });

  test("reads its configuration from a folder that it cannot change", () => {
    expect(json.volumes).toContainEqual({
      host_path: "/opt/emaintenance/deploy/Server/nginx",
      container_path: "/etc/nginx/emaintenance",
      read_only: true,
    });
    expect(json.command).toEqual(["nginx", "-c", "/etc/nginx/emaintenance/nginx.conf", "-g", "daemon off;"]);
  });

  test("is healthy when it answers itself, whatever the services do", () => {
    expect(json.healthcheck?.test).toEqual([
      "CMD",
      "curl",
      "-fsS",
      "-o",
      "/dev/null",
      "http://127.0.0.1:80/health",
    ]);
  });

  test("finishes the requests under way when it stops", () => {
    expect(json).toMatchObject({ stop_signal: "SIGQUIT", stop_timeout: 30, destroy_grace_seconds: 30 });
  });

  test("may bind port 80 and become the user of its configuration, and nothing else", () => {
    expect(json.capabilities).toEqual({
      add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID"],
      drop: ["ALL"],
    });
  });

  test("writes to memory only, its logs too, unless another place is given", () => {
    expect(json.read_only).toBe(true);
    expect(Object.keys(json.tmpfs)).toEqual(["/run", "/tmp", "/var/cache/nginx", "/var/log/nginx"]);
  });

  test("writes its logs to the folder that is given", () => {
    const logs = { hostPath: "/opt/emaintenance/logs/nginx", containerPath: "/var/log/nginx" };

    const { tmpfs, volumes } = made({ logs });

    expect(volumes).toContainEqual({
      host_path: "/opt/emaintenance/logs/nginx",
      container_path: "/var/log/nginx",
    });
    expect(tmpfs).not.toHaveProperty(["/var/log/nginx"]);
  });

  test("starts after its configuration is in place", () => {
    const stack = new TestStack();
    const ready = [stack.variables.release];

    expect(made({ files: { folder: "/x", ready } }, stack).depends_on).toEqual(["var.RELEASE"]);
  });

  test("belongs to the gateway tier", () => {
    expect(label(json, "tier")).toBe("gateway");
  });

  test("takes limits and a health check timing of a team's own", () => {
    expect(made({ limits: { memoryMiB: 128 }, healthCheck: { retries: 5 } })).toMatchObject({
      memory: 128,
      memory_swap: 128,
      healthcheck: { retries: 5 },
    });
  });

  test("refuses memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 16 } })).toThrow(
      new Error("memory limit of nginx is 16 MiB: it needs at least 48 MiB; raise limits.memoryMiB"),
    );
  });
});
