import { AssetService } from "../../constructs/api/asset-service";
import { container, environment } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(port?: number) {
  const stack = new TestStack();
  const service = new AssetService(stack, "service", {
    image: stack.image("asset-service"),
    network: stack.network,
    nodeEnv: "production",
    corsOrigin: "http://203.0.113.10:3030",
    port,
  });
  return { service, json: container(stack.synthesise(), "asset-service") };
}

describe("the asset-service", () => {
  test("answers on the port of the deployment document", () => {
    const { service, json } = made();

    expect(service.url).toBe("http://emaintenance-asset-service:3003");
    expect(environment(json).PORT).toBe("3003");
  });

  test("may answer on another", () => {
    expect(made(8080).service.url).toBe("http://emaintenance-asset-service:8080");
  });
});
