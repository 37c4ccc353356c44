import { VmPlacement } from "../../constructs/production/vm-placement";
import { declared } from "../support/declared";
import { TestStack } from "../support/test-stack";

describe("the system on a VM", () => {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const placement = new VmPlacement({ connection, layout, deployment: stack.deployment, after: [] });

  test("runs for production", () => {
    expect(placement.nodeEnv).toBe("production");
  });

  test.each(["postgres", "redis"] as const)("keeps the files of %s in a folder of the host", (service) => {
    expect(placement.dataFolder(service)).toBe(`/opt/emaintenance/data/${service}`);
  });

  test.each([
    ["user-service", "/app/logs"],
    ["nginx", "/var/log/nginx"],
  ] as const)("has the log of %s in a folder of the host", (service, containerPath) => {
    expect(placement.logs(declared(service))).toEqual({
      hostPath: `/opt/emaintenance/logs/${service}`,
      containerPath,
    });
  });

  test.each([
    ["work-order-service", "work-order-uploads"],
    ["asset-service", "asset-uploads"],
  ] as const)("has the uploads of %s in a folder of the host", (service, folder) => {
    expect(placement.uploads(declared(service))).toEqual({
      hostPath: `/opt/emaintenance/data/${folder}`,
      containerPath: "/app/uploads",
    });
  });
});
