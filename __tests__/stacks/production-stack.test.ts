import { container, environment, script } from "../support/stack-json";
import { production } from "../support/stacks";

describe("the production stack", () => {
  const stack = production();

  test("reaches Docker on the host over SSH, by the variables of the host", () => {
    expect(stack.provider.docker).toHaveLength(1);
    expect(stack.provider.docker?.[0]?.host).toContain("local.engine");
    expect(stack.locals?.engine).toContain("ssh://${var.SSH_USER}@");
  });

  test("has the variables of the host and those of the application", () => {
    expect(Object.keys(stack.variable)).toEqual([
      "DEPLOYED_BY",
      "IMAGES",
      "JWT_SECRET",
      "NEXT_PUBLIC_API_URL",
      "POSTGRES_PASSWORD",
      "REDIS_PASSWORD",
      "REGISTRIES",
      "RELEASE",
      "SERVER_IP",
      "SSH_HOST_KEYS",
      "SSH_JUMP_HOST",
      "SSH_JUMP_HOST_KEYS",
      "SSH_JUMP_PORT",
      "SSH_JUMP_USER",
      "SSH_PORT",
      "SSH_PRIVATE_KEY_FILE",
      "SSH_USER",
      "VERIFY_PASSWORD",
      "VERIFY_USERNAME",
    ]);
  });

  test.each(["user-service", "work-order-service", "asset-service", "web", "migration"])(
    "runs %s for production",
    (service) => {
      expect(environment(container(stack, service)).NODE_ENV).toBe("production");
    },
  );

  test.each(["postgres", "redis"])("keeps the files of %s when the system is destroyed", (service) => {
    expect(stack.resource.docker_volume?.[`${service}_data`]).toMatchObject({
      driver_opts: { type: "none", o: "bind", device: `/opt/emaintenance/data/${service}` },
    });
    expect(script(stack, "kept_data").provisioner[0]?.["local-exec"]?.when).toBe("destroy");
  });

  test.each([
    ["user-service", ["/opt/emaintenance/logs/user-service:/app/logs"]],
    [
      "work-order-service",
      [
        "/opt/emaintenance/logs/work-order-service:/app/logs",
        "/opt/emaintenance/data/work-order-uploads:/app/uploads",
      ],
    ],
    [
      "asset-service",
      ["/opt/emaintenance/logs/asset-service:/app/logs", "/opt/emaintenance/data/asset-uploads:/app/uploads"],
    ],
    ["web", []],
    [
      "nginx",
      [
        "/opt/emaintenance/deploy/Server/nginx:/etc/nginx/emaintenance:ro",
        "/opt/emaintenance/logs/nginx:/var/log/nginx",
      ],
    ],
  ])("mounts what %s keeps", (service, mounts) => {
    const { volumes } = container(stack, service);

    expect(
      volumes.map(
        ({ host_path, container_path, read_only }) =>
          `${host_path}:${container_path}${read_only ? ":ro" : ""}`,
      ),
    ).toEqual(mounts);
  });

  test("mounts only folders of the host that are made before", () => {
    const made = JSON.stringify(script(stack, "directories"));
    const mounted = ["user-service", "work-order-service", "asset-service", "nginx"].flatMap((service) =>
      container(stack, service).volumes.map(({ host_path }) => host_path),
    );

    for (const folder of [...mounted, "/opt/emaintenance/data/postgres", "/opt/emaintenance/data/redis"]) {
      expect(made).toMatch(new RegExp(`folder(_of_services)? ${folder} `));
    }
  });
});
