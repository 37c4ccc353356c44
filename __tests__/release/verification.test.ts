import type { VerifyCheck } from "../../constructs/release/verify-check";
import { laidFile, script, type ScriptJson } from "../support/stack-json";
import { production } from "../support/stacks";

interface Document {
  readonly url: string;
  readonly services: readonly { readonly service: string; readonly port: number }[];
  readonly checks: readonly VerifyCheck[];
}

const checksOf = (json: ScriptJson) => JSON.parse(laidFile(json, "checks.json")) as Document;

describe("the verification", () => {
  test("follows the gateway, and runs again for every new container", () => {
    const json = script(production(), "verify");

    expect(json.depends_on).toContain("docker_container.nginx");
    for (const name of ["postgres", "user_service", "web", "nginx"]) {
      expect(json.triggers.LIMITS).toContain(`\${docker_container.${name}.id}=512`);
      expect(json.triggers.containers).toContain(`docker_container.${name}.id`);
    }
  });

  test("asks every service, and what the deployment document names", () => {
    const { url, services, checks } = checksOf(script(production(), "verify"));

    expect(url).toBe("http://127.0.0.1:3030");
    expect(services).toEqual([
      { service: "user-service", port: 3001 },
      { service: "work-order-service", port: 3002 },
      { service: "asset-service", port: 3003 },
      { service: "web", port: 3000 },
    ]);
    expect(checks.map(({ name }) => name)).toEqual([
      ...["user-service", "work-order-service", "asset-service", "web"].map((name) => `health of ${name}`),
      ...["gateway", "web page", "strangers are refused", "login", "work order", "upload"],
      ...["response time of the page", "response time of the API"],
    ]);
  });

  test("asks what a team wants instead", () => {
    const verify: VerifyCheck[] = [
      { name: "assets", steps: [{ request: "GET /api/assets", expect: { status: 401 } }] },
    ];
    expect(checksOf(script(production({ verify }), "verify")).checks).toEqual(verify);
  });

  test.each<[string, unknown, RegExp]>([
    [
      "a request without a method",
      [{ name: "a", steps: [{ request: "/x" }] }],
      /0\.steps\.0\.request is "\/x": expected a method and a path/,
    ],
    ["a check without steps", [{ name: "a", steps: [] }], /0\.steps is \[\]: expected at least one step/],
    ["a word that it does not know", [{ name: "a", steps: [{ request: "GET /x", expects: {} }] }], /expects/],
    [
      "a service that there is not",
      [{ name: "a", at: "user", steps: [{ request: "GET /x" }] }],
      /0\.at is "user": expected one of postgres/,
    ],
    [
      "a name twice",
      [1, 2].map(() => ({ name: "a", steps: [{ request: "GET /x" }] })),
      /expected a name of its own for each check/,
    ],
  ])("refuses %s", (_what, verify, message) => {
    expect(() => production({ verify: verify as VerifyCheck[] })).toThrow(message);
  });

  test("has a login that is no argument, no environment and no trigger", () => {
    const stack = production();
    const json = script(stack, "verify_login");

    expect(stack.variable.VERIFY_PASSWORD).toMatchObject({ sensitive: true, default: "" });
    expect(JSON.stringify(script(stack, "verify")).includes("var.VERIFY_PASSWORD")).toBe(false);
    const [prepare, file, run] = json.provisioner;
    expect((prepare?.["remote-exec"]?.inline as string[]).slice(3)).toEqual([
      "mkdir -p '/opt/emaintenance/deploy/Server/verify'",
      "install -d -m 0700 '/opt/emaintenance/deploy/Server/verify/.login'",
    ]);
    expect(file?.file?.content).toContain("var.VERIFY_PASSWORD");
    expect(JSON.stringify(run)).not.toContain("VERIFY_PASSWORD");
    expect(json.triggers.login).toMatch(/^\$\{substr\(nonsensitive\(sha256\(.*, 0, 4\)\}$/);
  });
});

describe("the record of a release", () => {
  test("comes after the verification, again for every other stack, with the stack as Terraform has it", () => {
    const json = script(production(), "release_record");

    expect(json.triggers).toMatchObject({
      verified: "${null_resource.verify.id}",
      stack: '${filesha256("${path.module}/cdk.tf.json")}',
    });
    expect(laidFile(json, "stack.json")).toBe('${file("${path.module}/cdk.tf.json")}');
    expect(json.provisioner).toHaveLength(1);
  });

  test("can be of any stack: none holds a secret", () => {
    const stack = production();
    const secrets = Object.entries(stack.variable).filter(([, { sensitive }]) => sensitive);

    expect(secrets.map(([name]) => name).sort()).toEqual(
      ["JWT_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "REGISTRIES", "VERIFY_PASSWORD"].sort(),
    );
    // A secret is a variable whose value is in no file: all that a stack knows of it is its name.
    for (const [, { default: value }] of secrets)
      expect(["", "{}"]).toContain(typeof value === "string" ? value : JSON.stringify(value));
  });

  test("is what the deploy ends with", () => {
    expect(script(production(), "deployment_end").depends_on).toContain("null_resource.release_record");
  });
});
