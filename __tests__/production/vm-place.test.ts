import { VmPlace } from "../../constructs/production/vm-place";
import { declared } from "../support/declared";
import { TestStack } from "../support/test-stack";

describe("the system on a VM", () => {
  const place = new VmPlace({ layout: new TestStack().layout, after: [] });

  test("runs for production", () => {
    expect(place.nodeEnv).toBe("production");
  });

  test.each(["postgres", "redis"] as const)("keeps the files of %s in a folder of the host", (service) => {
    expect(place.dataFolder(service)).toBe(`/opt/emaintenance/data/${service}`);
  });

  test.each([
    ["user-service", "/app/logs"],
    ["nginx", "/var/log/nginx"],
  ] as const)("has the log of %s in a folder of the host", (service, containerPath) => {
    expect(place.logs(declared(service))).toEqual({
      hostPath: `/opt/emaintenance/logs/${service}`,
      containerPath,
    });
  });

  test.each([
    ["work-order-service", "work-order-uploads"],
    ["asset-service", "asset-uploads"],
  ] as const)("has the uploads of %s in a folder of the host", (service, folder) => {
    expect(place.uploads(declared(service))).toEqual({
      hostPath: `/opt/emaintenance/data/${folder}`,
      containerPath: "/app/uploads",
    });
  });
});
