import { goodValues } from "../../support/good-values";
import { script } from "../../support/stack-json";
import { production } from "../../support/stacks";
import { Terraform } from "../../support/terraform";

/** The real Terraform: what the way to the host is, for the values of an operator. */
let terraform: Terraform;
const good = goodValues();

beforeAll(async () => {
  const stack = production();
  terraform = await Terraform.on(stack, {
    dockerHost: "${local.engine}",
    images: script(stack, "preflight").triggers.IMAGES,
  });
});

describe("the engine of the host", () => {
  test.each([
    [{ SERVER_IP: "203.0.113.10" }, "ssh://deploy@203.0.113.10:22"],
    [{ SERVER_IP: "2001:db8::10", SSH_PORT: 2222 }, "ssh://deploy@[2001:db8::10]:2222"],
    [{ SERVER_IP: "vm.example.com", SSH_USER: "root" }, "ssh://root@vm.example.com:22"],
  ])("is reached, with %j, at %s", async (values, url) => {
    const { dockerHost } = await terraform.evaluate({ ...good, ...values });

    expect(dockerHost).toBe(url);
  });
});

/** An official image, by its tag and whatever digest it has now. */
const official = (tag: string): unknown => expect.stringMatching(new RegExp(`^${tag}@sha256:[0-9a-f]{64}$`));

describe("the images that the host must have", () => {
  test("are those of the release", async () => {
    const { images } = await terraform.evaluate({ ...good, RELEASE: "2026.11.1" });

    expect(String(images).split(" ")).toEqual([
      official("postgres:17-alpine"),
      official("redis:8-alpine"),
      "emaintenance/user-service:2026.11.1",
      "emaintenance/work-order-service:2026.11.1",
      "emaintenance/asset-service:2026.11.1",
      "emaintenance/web:2026.11.1",
      official("nginx:1.28-alpine"),
    ]);
  });

  test("are an operator's own if IMAGES says so, each asked for once", async () => {
    const { images } = await terraform.evaluate({
      ...good,
      IMAGES: { postgres: "base:1", redis: "base:1", web: "shop/web:7" },
    });

    expect(String(images).split(" ")).toEqual([
      "base:1",
      "emaintenance/user-service:latest",
      "emaintenance/work-order-service:latest",
      "emaintenance/asset-service:latest",
      "shop/web:7",
      official("nginx:1.28-alpine"),
    ]);
  });
});
