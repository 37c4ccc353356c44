import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { local, production } from "../support/stacks";

const STACKS = [
  ["prod", production()],
  ["local", local()],
] as const;

describe.each(STACKS)("the synthesised stack %s", (name, stack) => {
  const text = JSON.stringify(stack);

  test("holds no path of the machine that synthesised it", () => {
    const repository = dirname(dirname(__dirname));
    const folders = [repository, join(homedir(), "/"), join(tmpdir(), "emaintenance-test-")];

    expect(folders.filter((folder) => text.includes(folder))).toEqual([]);
  });

  test("holds no secret: each is a sensitive value that Terraform finds out", () => {
    if (name === "prod") {
      for (const secret of ["POSTGRES_PASSWORD", "JWT_SECRET", "REDIS_PASSWORD"]) {
        expect(stack.variable[secret]).toMatchObject({ sensitive: true, default: "" });
      }
    } else {
      for (const secret of ["POSTGRES_PASSWORD", "JWT_SECRET"]) {
        expect(stack.locals?.[secret]).toMatch(
          /^\$\{sensitive\(jsondecode\(file\("[^"]*secrets\.json"\)\)\./,
        );
      }
    }
    expect(text).not.toMatch(/PRIVATE KEY/);
  });

  test("shows no secret in its outputs", () => {
    const schedule = {
      description: "When backups are made and verified.",
      value: expect.stringContaining("backup of the database: at 02:00, every day (UTC)\n") as string,
    };
    expect(stack.output).toEqual({
      ...(name === "prod" && {
        backup_schedule: schedule,
        host_root: { description: "Folder of everything on the VM.", value: "/opt/emaintenance" },
      }),
      url: {
        description: "Where the system answers.",
        value: name === "prod" ? "${var.NEXT_PUBLIC_API_URL}" : "http://localhost:3030",
      },
    });
  });

  test("keeps its state next to cdktf.json, by a path that is the same on every machine", () => {
    expect(stack.terraform.backend).toEqual({ local: { path: `../../../terraform.${name}.tfstate` } });
  });

  test("runs with the Docker provider that does not crash on cpus", () => {
    expect(stack.terraform.required_providers.docker).toEqual({
      source: "kreuzwerker/docker",
      version: "3.9.0",
    });
  });

  test("is synthesised from nothing: the same text whatever is in the environment", () => {
    const environment = { ...process.env };
    Object.assign(process.env, {
      SERVER_IP: "198.51.100.9",
      POSTGRES_PASSWORD: "from the environment",
      TF_VAR_JWT_SECRET: "from the environment",
    });

    const again = name === "prod" ? production() : local();

    process.env = environment;
    expect(again).toEqual(stack);
  });
});
