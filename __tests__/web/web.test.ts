import { ApiService } from "../../constructs/api/api-service";
import { Web, type WebProps } from "../../constructs/web/web";
import { declared } from "../support/declared";
import { container, environment, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function web(stack: TestStack, props: Partial<WebProps> = {}) {
  return new Web(stack, "web", {
    image: stack.image("web"),
    network: stack.network,
    nodeEnv: "production",
    publicUrl: "http://203.0.113.10:3030",
    ...props,
  });
}

function made(props: Partial<WebProps> = {}) {
  const stack = new TestStack();
  web(stack, props);
  return container(stack.synthesise(), "web");
}

describe("the web application", () => {
  const json = made();

  test("listens on all addresses of its container, on the port of the deployment document", () => {
    expect(environment(json)).toMatchObject({ HOSTNAME: "0.0.0.0", PORT: "3000" });
  });

  test("knows under which origin people reach the system", () => {
    expect(environment(json).NEXT_PUBLIC_API_URL).toBe("http://203.0.113.10:3030");
  });

  test("is asked at /api/health, because /health is the gateway's", () => {
    expect(json.healthcheck?.test.at(-1)).toContain("127.0.0.1:3000/api/health'");
  });

  test("keeps its cache in memory, where only itself can write", () => {
    expect(json.tmpfs["/app/.next/cache"]).toBe(
      "rw,noexec,nosuid,nodev,size=128m,mode=0700,uid=1001,gid=1001",
    );
    expect(json.read_only).toBe(true);
  });

  test("runs as the user of the deployment document, without any capability", () => {
    expect(json.user).toBe("1001:1001");
    expect(json.capabilities).toEqual({ add: [], drop: ["ALL"] });
  });

  test("sends no telemetry", () => {
    expect(environment(json).NEXT_TELEMETRY_DISABLED).toBe("1");
  });

  test("belongs to the web tier", () => {
    expect(label(json, "tier")).toBe("web");
  });
});

describe("the web application with settings of a team's own", () => {
  test("has another port, path, time zone, log level and more memory", () => {
    const json = made({
      port: 8080,
      healthPath: "/ready",
      timeZone: "Europe/Berlin",
      logLevel: "warn",
      limits: { memoryMiB: 1024 },
    });

    expect(json.healthcheck?.test.at(-1)).toContain("127.0.0.1:8080/ready'");
    expect(environment(json)).toMatchObject({ PORT: "8080", TZ: "Europe/Berlin", LOG_LEVEL: "warn" });
    expect(json.memory).toBe(1024);
  });

  test("has an environment that wins over everything else", () => {
    // GIVEN
    const stack = new TestStack();
    const own = web(stack, { environment: { HOSTNAME: "::", USER_SERVICE_URL: "http://stub:1" } });
    const users = new ApiService(stack, "users", {
      declaration: declared("user-service"),
      image: stack.image("user-service"),
      network: stack.network,
      nodeEnv: "production",
      corsOrigin: "",
    });

    // WHEN
    own.connectTo(users);

    // THEN
    expect(environment(container(stack.synthesise(), "web"))).toMatchObject({
      HOSTNAME: "::",
      USER_SERVICE_URL: "http://stub:1",
    });
  });
});

describe("the web application that is connected to a service", () => {
  test("knows its address, and starts after it is healthy", () => {
    // GIVEN
    const stack = new TestStack();
    const users = new ApiService(stack, "users", {
      declaration: declared("user-service"),
      image: stack.image("user-service"),
      network: stack.network,
      nodeEnv: "production",
      corsOrigin: "",
    });

    // WHEN
    web(stack).connectTo(users);

    // THEN
    const json = container(stack.synthesise(), "web");
    expect(environment(json).USER_SERVICE_URL).toBe("http://emaintenance-user-service:3001");
    expect(json.depends_on).toEqual(["docker_container.user_service"]);
  });
});

describe("the web application refuses", () => {
  test("invalid settings, all at once", () => {
    expect(() => made({ healthPath: "ready", environment: { "": "x" } })).toThrow(
      new Error(
        "invalid settings for test/web:\n" +
          '  healthPath is "ready": expected a path such as "/health"\n' +
          '  a name in environment is "": expected a variable name: letters, digits and _',
      ),
    );
  });

  test("a port out of range", () => {
    expect(() => made({ port: -1 })).toThrow(
      new Error("port -1 is out of range: expected an integer from 1 to 65535"),
    );
  });

  test("memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 128 } })).toThrow(
      new Error("memory limit of web is 128 MiB: it needs at least 192 MiB; raise limits.memoryMiB"),
    );
  });
});
