import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAMPLE_SOURCE } from "../../constructs/local/local-settings";
import { Source } from "../../constructs/local/source";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { temporaryFolder } from "../support/temporary-folder";

const APPLICATION = ServiceCatalogue.builtIn.application.map(({ name }) => name);

/** A source with a package.json for each service. */
function sourceWith(scripts: object, lock: object = {}): string {
  const folder = temporaryFolder();
  for (const service of APPLICATION) {
    mkdirSync(join(folder, "apps", service), { recursive: true });
    writeFileSync(join(folder, "apps", service, "package.json"), JSON.stringify({ scripts }));
  }
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  return folder;
}

describe("the application's source", () => {
  test("of the sample has all that it needs", () => {
    const source = new Source(SAMPLE_SOURCE, {});

    expect(source.problems).toEqual([]);
    expect(source.migration).toEqual({ folder: "apps/user-service", command: ["npm", "run", "migrate"] });
  });

  test("that is not there is one problem", () => {
    expect(new Source("/nowhere", {}).problems).toEqual([
      "the source folder /nowhere does not exist: clone the application there, or name another folder by " +
        "EMAINTENANCE_SOURCE or `npm run dev -- --source FOLDER`",
    ]);
  });

  test("without a dev command is one problem for each service", () => {
    const folder = sourceWith({ start: "node server.js" });

    const { problems } = new Source(folder, {});

    expect(problems).toHaveLength(4);
    expect(problems[0]).toBe(
      `user-service has no dev command: add a script "dev" to ${folder}/apps/user-service/package.json, ` +
        'or name its folder and command in main.ts (development.services["user-service"])',
    );
  });

  test("without the folder of a service says where it was looked for", () => {
    const folder = sourceWith({ dev: "tsx watch" });

    const { problems } = new Source(folder, { services: { web: { folder: "frontend" } } });

    expect(problems).toEqual([
      `web has no source: ${folder}/frontend/package.json does not exist; ` +
        'name its folder and command in main.ts (development.services["web"])',
    ]);
  });

  test("needs no dev command for what runs on the machine, or has a command of the team's", () => {
    const folder = sourceWith({});
    const command = ["node", "--watch", "server.js"];

    const { problems } = new Source(folder, {
      onHost: ["user-service", "work-order-service"],
      services: { "asset-service": { command }, web: { command } },
    });

    expect(problems).toEqual([]);
  });

  test("without a migration runs none", () => {
    expect(new Source(sourceWith({ dev: "tsx watch" }), {}).migration.command).toEqual(["true"]);
  });

  test("keeps packages of single workspaces apart, as the lock file has them", () => {
    const folder = sourceWith(
      { dev: "x" },
      {
        packages: {
          "": {},
          "apps/web": {},
          "node_modules/next": {},
          "node_modules/next/node_modules/postcss": {},
          "apps/web/node_modules/react": {},
          "packages/kit/node_modules/zod": {},
        },
      },
    );

    expect(new Source(folder, {}).moduleFolders).toEqual([
      "node_modules",
      "apps/web/node_modules",
      "packages/kit/node_modules",
    ]);
  });

  test("is refused if the settings name a service that does not exist", () => {
    const folder = sourceWith({ dev: "tsx watch" });
    const known = "expected some of user-service, work-order-service, asset-service, web";

    expect(new Source(folder, { onHost: ["api"], services: { reports: {} } }).problems).toEqual([
      `development.services in main.ts names the unknown service "reports": ${known}`,
      `--on-host, or development.onHost in main.ts, names the unknown service "api": ${known}`,
    ]);
  });

  test("without a lock file asks for one, or for another way to install", () => {
    const folder = temporaryFolder();
    const onHost = APPLICATION;

    expect(new Source(folder, { onHost }).problems).toEqual([
      `${folder} has no package-lock.json: run \`npm install\` there once, or say how its packages are installed ` +
        "(development.install in main.ts)",
    ]);
    expect(new Source(folder, { onHost, install: ["pnpm", "install"] }).problems).toEqual([]);
  });
});
