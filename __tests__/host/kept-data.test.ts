import { KeptData } from "../../constructs/host/kept-data";
import { script } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

describe("the word about kept data", () => {
  // GIVEN
  const stack = new TestStack();
  new KeptData(stack, "kept-data", { connection: stack.connection, layout: stack.layout });

  // WHEN
  const json = script(stack.synthesise(), "kept_data");

  test("is said when the system is destroyed, and changes nothing", () => {
    expect(json.provisioner).toEqual([
      {
        "local-exec": {
          when: "destroy",
          command: expect.stringMatching(/^echo "The data of E-Maintenance stays on /) as string,
        },
      },
    ]);
  });

  test("names the folders, and how one would delete them", () => {
    const { command } = json.provisioner[0]?.["local-exec"] ?? {};

    expect(json.triggers.folders).toBe(
      "/opt/emaintenance/data /opt/emaintenance/logs /opt/emaintenance/backups",
    );
    expect(command).toContain(
      "ssh ${self.triggers.user}@${self.triggers.host} sudo rm -r ${self.triggers.folders}",
    );
  });

  test("looks at nothing but itself, as Terraform wants it of a destruction", () => {
    const references = String(json.provisioner[0]?.["local-exec"]?.command).match(/\$\{[^}]*\}/g);

    expect(references?.every((reference) => reference.startsWith("${self.triggers."))).toBe(true);
  });
});
