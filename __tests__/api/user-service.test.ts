import { UserService } from "../../constructs/api/user-service";
import { container, environment } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(port?: number) {
  const stack = new TestStack();
  const service = new UserService(stack, "service", {
    image: stack.image("user-service"),
    network: stack.network,
    nodeEnv: "production",
    corsOrigin: "http://203.0.113.10:3030",
    port,
  });
  return { service, json: container(stack.synthesise(), "user-service") };
}

describe("the user-service", () => {
  test("answers on the port of the deployment document", () => {
    const { service, json } = made();

    expect(service.url).toBe("http://emaintenance-user-service:3001");
    expect(environment(json).PORT).toBe("3001");
  });

  test("may answer on another", () => {
    expect(made(8080).service.url).toBe("http://emaintenance-user-service:8080");
  });
});
