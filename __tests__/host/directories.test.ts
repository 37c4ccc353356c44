import { execFileSync } from "node:child_process";
import { Directories } from "../../constructs/host/directories";
import { script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

describe("the folders of the host", () => {
  // GIVEN
  const stack = new TestStack();
  new Directories(stack, "directories", { connection: stack.connection, layout: stack.layout });

  // WHEN
  const lines = scriptLines(script(stack.synthesise(), "directories"));
  const text = lines.join("\n").replaceAll("$${", "${");
  const folders = new Map(
    Array.from(text.matchAll(/^folder(?:_of_services)? (\S+) (\S+) (\S+)$/gm), ([, path, owner, mode]) => [
      path,
      `${owner} ${mode}`,
    ]),
  );

  test("are those of the deployment document", () => {
    const root = "/opt/emaintenance";
    for (const folder of [
      "deploy/Server/infrastructure",
      "deploy/Server/user-service",
      "deploy/Server/work-order-service",
      "deploy/Server/asset-service",
      "deploy/Server/web-service",
      "deploy/Server/nginx",
      "data/postgres-backup",
      "data/redis-backup",
      "data/work-order-uploads",
      "logs/user-service",
      "logs/work-order-service",
      "logs/asset-service",
      "logs/nginx",
      "backups",
    ]) {
      expect([...folders.keys()]).toContain(`${root}/${folder}`);
    }
  });

  test.each(["data/work-order-uploads", "data/asset-uploads", "logs/user-service", "logs/asset-service"])(
    "let the services write to %s, and nobody else look into it",
    (folder) => {
      expect(folders.get(`/opt/emaintenance/${folder}`)).toBe("1001 0750");
    },
  );

  test.each(["data/postgres", "data/redis", "logs/nginx"])(
    "leave %s to the image that takes it over",
    (folder) => {
      expect(folders.get(`/opt/emaintenance/${folder}`)).toBe("root 0755");
    },
  );

  test.each(["backups", "data/postgres-backup", "data/redis-backup"])("hide %s from everybody", (folder) => {
    expect(folders.get(`/opt/emaintenance/${folder}`)).toBe("root 0700");
  });

  test("belong to the login that deploys if it lays something down", () => {
    expect(folders.get("/opt/emaintenance")).toBe("operator 0755");
    expect(folders.get("/opt/emaintenance/deploy/Server/nginx")).toBe("operator 0755");
  });

  test("are made from the outside in", () => {
    const paths = [...folders.keys()];

    paths.forEach((path, at) => {
      const parent = path?.replace(/\/[^/]+$/, "");
      expect(parent === "/opt" || paths.indexOf(parent) < at).toBe(true);
    });
  });

  test("are made by a script that bash understands", () => {
    expect(() => execFileSync("bash", ["-n"], { input: text })).not.toThrow();
  });
});
