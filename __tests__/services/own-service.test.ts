import { ImageCatalog } from "../../constructs/images/image-catalog";
import {
  type ContainerJson,
  container,
  environment,
  laidFile,
  laidFiles,
  script,
  scriptLines,
} from "../support/stack-json";
import { startOrder } from "../support/start-order";
import { local, production } from "../support/stacks";

/** All that a team writes for a service of its own. */
const services = {
  "report-service": {
    port: 3004,
    routes: ["/api/reports"],
    needs: ["user-service"],
    uploads: true,
  },
};

const prod = production({ services });
const dev = local({ services });

/** All that is laid down for a job of the VM. */
const job = (name: string) => Object.values(laidFiles(script(prod, name))).join("\n");
const verify = JSON.parse(laidFile(script(prod, "verify"), "checks.json")) as {
  readonly services: readonly { readonly service: string; readonly port: number }[];
  readonly checks: readonly { readonly name: string; readonly at?: string }[];
};
const operator = JSON.parse(laidFile(script(prod, "operator_command"), "files.json")) as {
  readonly path: string;
  readonly text?: string;
}[];
const system = JSON.parse(operator.find(({ path }) => path.endsWith("/system.json"))?.text ?? "") as {
  readonly services: readonly { readonly service: string; readonly needs: readonly string[] }[];
  readonly folders: readonly { readonly path: string }[];
};

describe("a service that a team declares, in production", () => {
  const json = container(prod, "report-service");
  const order = startOrder(prod);

  test("has a container like the other services", () => {
    const alike = ({
      user,
      memory,
      cpus,
      read_only,
      capabilities,
      restart,
      healthcheck,
      log_opts,
    }: ContainerJson) => ({
      ...{ user, memory, cpus, read_only, capabilities, restart, log_opts },
      interval: healthcheck?.interval,
    });

    expect(json.name).toBe("emaintenance-report-service-${null_resource.deployment_begin.id}");
    expect(alike(json)).toEqual(alike(container(prod, "asset-service")));
  });

  test("is asked for its health at its own port", () => {
    expect(json.healthcheck?.test.at(-1)).toContain("http://127.0.0.1:3004/health");
  });

  test("gets the secrets, the public origin and the address of what it needs, as the others do", () => {
    const own = environment(json);
    const other = environment(container(prod, "work-order-service"));

    expect(own).toEqual({ ...other, PORT: "3004" });
    expect(own).toMatchObject({
      JWT_SECRET: "${var.JWT_SECRET}",
      CORS_ORIGIN: "${var.NEXT_PUBLIC_API_URL}",
      USER_SERVICE_URL: "http://emaintenance-user-service:3001",
    });
  });

  test("starts after the migration and what it needs, and before the web", () => {
    const before = order.get("docker_container.report_service");

    expect(before).toContain("null_resource.migration_gate");
    expect(before).toContain("null_resource.user_service_gate");
    expect(before).not.toContain("docker_container.asset_service");
    expect(order.get("docker_container.web")).toContain("null_resource.report_service_gate");
    expect(environment(container(prod, "web")).REPORT_SERVICE_URL).toBe(
      "http://emaintenance-report-service:3004",
    );
  });

  test("is waited for before the gateway sends anything to it", () => {
    expect(order.get("null_resource.switch")).toContain("null_resource.report_service_gate");
    expect(script(prod, "switch").triggers.CONTAINERS).toContain(
      "report-service:3004=emaintenance-report-service=${docker_container.report_service.id}",
    );
  });

  test("has an image that the release names, or the variable IMAGES", () => {
    const { name } = prod.resource.docker_image?.report_service ?? {};
    const [names] = prod.variable.IMAGES?.validation ?? [];

    expect(name).toBe(
      '${lookup(var.IMAGES, "report-service", "emaintenance/report-service:${var.RELEASE}")}',
    );
    expect(ImageCatalog.defaultReference("report-service")).toBe(
      "emaintenance/report-service:${var.RELEASE}",
    );
    expect(names?.condition).toContain('"asset-service", "report-service", "web"');
    expect(names?.error_message).toContain("asset-service, report-service, web, nginx");
  });

  test("is in the record of the release", () => {
    expect(scriptLines(script(prod, "release_record")).join("\n")).toContain('"report-service=${');
  });

  test("answers at its route, and on the port of the VM that is its own", () => {
    const conf = laidFile(script(prod, "gateway_configuration"), "nginx.conf.new");

    expect(conf).toContain("/api/reports");
    expect(conf).toContain("report-service:3004");
    expect(conf).toMatch(/listen .*3004/);
    expect(container(prod, "nginx").ports).toContainEqual(
      expect.objectContaining({ internal: 3004, external: 3004, ip: "127.0.0.1" }),
    );
  });

  test("has folders of its own for logs, uploads and what is deployed", () => {
    const mounts = json.volumes.map(({ host_path, container_path }) => [host_path, container_path]);
    const text = scriptLines(script(prod, "directories")).join("\n") + JSON.stringify(prod.hostFiles);

    expect(mounts).toEqual([
      ["/opt/emaintenance/logs/report-service", "/app/logs"],
      ["/opt/emaintenance/data/report-uploads", "/app/uploads"],
    ]);
    for (const folder of ["logs/report-service", "data/report-uploads", "deploy/Server/report-service"]) {
      expect(text).toContain(`/opt/emaintenance/${folder}`);
    }
    expect(system.folders.map(({ path }) => path)).toContain("/opt/emaintenance/data/report-uploads");
    expect(script(prod, "deployment_end").triggers.SERVICE_FOLDERS).toContain("logs/report-service");
    expect(job("room")).toMatch(/UPLOADS=.*\/opt\/emaintenance\/data\/report-uploads"/);
  });

  test("has its logs rotated", () => {
    const text = laidFile(script(prod, "log_rotation"), "logrotate-1001.conf");

    expect(text).toContain("/opt/emaintenance/logs/report-service/");
  });

  test("is watched, after what it needs", () => {
    expect(job("watchdog")).toContain(
      [
        'Environment="DEPENDENCIES=postgres:',
        "redis:",
        "user-service:postgres,redis",
        "work-order-service:postgres,redis,user-service",
        "asset-service:postgres,redis,user-service",
        "report-service:postgres,redis,user-service",
        "web:user-service,work-order-service,asset-service,report-service",
        'nginx:"',
      ].join(" "),
    );
  });

  test("is known to the operator's command, with a health check of its own", () => {
    expect(system.services.map(({ service }) => service)).toEqual([
      ...["postgres", "redis", "user-service", "work-order-service", "asset-service", "report-service"],
      ...["web", "nginx"],
    ]);
    expect(operator.map(({ path }) => path)).toContain(
      "/opt/emaintenance/deploy/Server/report-service/health-check.sh",
    );
  });

  test("is asked after each deploy, and may be asked by checks of the team", () => {
    const checks = [{ name: "reports", at: "report-service", steps: [{ request: "GET /api/reports" }] }];

    expect(verify.services).toContainEqual({ service: "report-service", port: 3004 });
    expect(verify.checks).toContainEqual(expect.objectContaining({ at: "report-service" }));
    expect(() => production({ services, verify: checks })).not.toThrow();
    expect(() => production({ verify: checks })).toThrow("expected one of postgres, redis");
  });

  test("has its processes limited, as every container", () => {
    const limits = script(prod, "verify").triggers.LIMITS;

    expect(limits).toContain("${docker_container.report_service.id}=512");
    expect(script(prod, "report_service_gate").triggers.PIDS).toBe("512");
  });

  test("leaves the others as they are", () => {
    const without = production();
    for (const name of ["postgres", "redis", "user-service", "work-order-service", "asset-service"]) {
      expect(container(prod, name)).toEqual(container(without, name));
    }
  });
});

describe("a service that a team declares, in development", () => {
  const json = container(dev, "report-service");

  test("runs from its source, with ports for its callers and for a debugger", () => {
    expect(json).toMatchObject({
      working_dir: "/workspace/apps/report-service",
      command: ["npm", "run", "dev"],
    });
    expect(json.ports.map(({ internal, external }) => [internal, external])).toEqual([
      [3004, 3004],
      [9229, 9233],
    ]);
  });

  test("has the limits and the log level of the others", () => {
    expect(json.memory).toBe(1024);
    expect(environment(json).LOG_LEVEL).toBe("debug");
  });

  test("has volumes for logs and uploads", () => {
    expect(dev.resource.docker_volume).toHaveProperty("emaintenance_report_service_logs");
    expect(dev.resource.docker_volume).toHaveProperty("emaintenance_report_service_uploads");
  });

  test("may run on the machine itself", () => {
    const onHost = container(
      local({ services, development: { onHost: ["report-service"] } }),
      "report-service",
    );

    expect(environment(onHost).EMAINTENANCE_FORWARD_TO).toBe("host.docker.internal:3004");
  });

  test("is left out if only the infrastructure is wanted", () => {
    const infrastructure = local({ services, development: { only: "infrastructure" } });

    expect(Object.keys(infrastructure.resource.docker_container ?? {})).toEqual(["postgres", "redis"]);
    expect(Object.keys(infrastructure.resource.docker_image ?? {})).toEqual(["postgres", "redis"]);
  });

  test("has the machine's image with Node.js, as the others", () => {
    const machine = { images: { node: "node:24-trial", "no-more": "x:1" } };
    const { name } = local({ services, machine }).resource.docker_image?.report_service ?? {};

    expect(name).toBe('${"node:24-trial"}');
  });
});

describe("the settings that every service may have", () => {
  test("are those of an own service too", () => {
    const stack = production({
      services: {
        "report-service": {
          ...services["report-service"],
          replicas: 2,
          limits: { memoryMiB: 256 },
          environment: { FONT: "serif" },
          healthPath: "/ready",
          logLevel: "warn",
        },
      },
    });
    const json = container(stack, "report-service");

    expect(json.memory).toBe(256);
    expect(json.healthcheck?.test.at(-1)).toContain("127.0.0.1:3004/ready'");
    expect(environment(json)).toMatchObject({ FONT: "serif", LOG_LEVEL: "warn" });
    expect(stack.resource.docker_container).toHaveProperty("report_service_2");
  });

  test("are refused if they are invalid", () => {
    const limited = { "report-service": { port: 3004, limits: { memoryMiB: 64 } } };

    expect(() => production({ services: limited })).toThrow(
      "memory limit of report-service is 64 MiB: it needs at least 96 MiB; raise limits.memoryMiB",
    );
  });
});

test("a service without a database and a cache is not on their network, and gets neither address", () => {
  const stack = production({
    services: { mailer: { port: 3025, usesPostgres: false, usesRedis: false, logs: false } },
  });
  const json = container(stack, "mailer");

  expect(json.networks_advanced.map(({ name }) => name)).toEqual(["${docker_network.network.name}"]);
  expect(environment(json)).not.toHaveProperty("DATABASE_URL");
  expect(environment(json)).not.toHaveProperty("REDIS_URL");
  expect(json.volumes ?? []).toEqual([]);
});

describe("a table of routes that a team writes itself", () => {
  const conf = (routes: Record<string, string>) =>
    laidFile(script(production({ services, routes }), "gateway_configuration"), "nginx.conf.new");

  test("replaces the deployment document's, but not the routes that services declare", () => {
    const text = conf({ "/api/things": "asset-service" });

    expect(text).toContain("/api/things");
    expect(text).toContain("/api/reports");
    expect(text).not.toContain("/api/notifications");
  });

  test("may not lead elsewhere", () => {
    expect(() => conf({ "/api/reports": "asset-service" })).toThrow(
      'services.report-service.routes has "/api/reports", which leads to asset-service already',
    );
  });
});
