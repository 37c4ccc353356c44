import { WorkOrderService } from "../../constructs/api/work-order-service";
import { container, environment } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(port?: number) {
  const stack = new TestStack();
  const service = new WorkOrderService(stack, "service", {
    image: stack.image("work-order-service"),
    network: stack.network,
    nodeEnv: "production",
    corsOrigin: "http://203.0.113.10:3030",
    port,
  });
  return { service, json: container(stack.synthesise(), "work-order-service") };
}

describe("the work-order-service", () => {
  test("answers on the port of the deployment document", () => {
    const { service, json } = made();

    expect(service.url).toBe("http://emaintenance-work-order-service:3002");
    expect(environment(json).PORT).toBe("3002");
  });

  test("may answer on another", () => {
    expect(made(8080).service.url).toBe("http://emaintenance-work-order-service:8080");
  });
});
