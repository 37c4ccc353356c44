import { DataVolume } from "../../constructs/data/data-volume";
import { TestStack } from "../support/test-stack";

describe("a volume for data", () => {
  test("with a folder of the host keeps its files there when the volume is removed", () => {
    const stack = new TestStack();

    new DataVolume(stack, "postgres-data", {
      name: "postgres-data",
      hostPath: "/opt/emaintenance/data/postgres",
    });

    expect(stack.synthesise().resource.docker_volume?.postgres_data).toMatchObject({
      name: "postgres-data",
      driver: "local",
      driver_opts: { type: "none", o: "bind", device: "/opt/emaintenance/data/postgres" },
    });
  });

  test("without one leaves the files to Docker", () => {
    const stack = new TestStack();

    new DataVolume(stack, "redis-data", { name: "redis-data" });

    expect(stack.synthesise().resource.docker_volume?.redis_data).not.toHaveProperty("driver_opts");
  });

  test("is never replaced: another name or folder than it has is refused by the plan, with the remedy", () => {
    const stack = new TestStack();
    new DataVolume(stack, "kept", { name: "kept", hostPath: "/srv/kept" });

    const device = 'try(self.driver_opts["device"], "")';
    expect(stack.synthesise().resource.docker_volume?.kept?.lifecycle).toEqual({
      ignore_changes: "all",
      postcondition: [
        {
          condition: `\${self.name == "kept" && ${device} == "/srv/kept"}`,
          error_message:
            `The volume \${self.name} keeps its files in \${${device} != "" ? ${device} : "a folder of Docker's own"}, and the ` +
            "settings name the volume kept with its files in /srv/kept. A volume that containers use cannot be replaced. " +
            "Take the setting back, or remove the system first (npx cdktf destroy test), move the files, and deploy it again.",
        },
      ],
    });
  });

  test("is mounted by reference, so that its container starts after it", () => {
    const stack = new TestStack();

    expect(stack.resolved(stack.volume.mountedAt("/data"))).toEqual({
      volumeName: "${docker_volume.test_data.name}",
      containerPath: "/data",
    });
  });

  test("is made after what must be there first", () => {
    const stack = new TestStack();

    new DataVolume(stack, "later", { name: "later", after: [stack.variables.release] });

    expect(stack.synthesise().resource.docker_volume?.later).toMatchObject({ depends_on: ["var.RELEASE"] });
  });
});
