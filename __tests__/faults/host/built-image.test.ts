import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../rehearsal/client";
import { VARIABLES_FILE } from "../../../rehearsal/deployment/working-directory";
import { loadImages } from "../../../rehearsal/host/load";
import { ensureBaseImages } from "../../../lib/images/images";
import type { Deployed } from "../../e2e/support/stack";
import { temporaryFolder } from "../../support/temporary-folder";
import {
  deploy,
  diff,
  inspectOnHost,
  NO_CHANGES,
  onHost,
  rehearsal,
  smoke,
} from "../../e2e/support/rehearsal";

const SERVICES = ["user-service", "work-order-service", "asset-service", "web", "nginx", "postgres", "redis"];
const server = "apps/asset-service/src/server.ts";

let source: string;
let built: Deployed;

/** The containers' ids by service. */
async function ids(): Promise<Record<string, string>> {
  const names = SERVICES.map((service) => `emaintenance-${service}`);
  const containers = await inspectOnHost<{ Id: string }>(...names);
  return Object.fromEntries(SERVICES.map((service, i) => [service, containers[i]?.Id ?? ""]));
}

async function assetContainer() {
  const [container] = await inspectOnHost<{ Config: { Image: string }; State: { StartedAt: string } }>(
    "emaintenance-asset-service",
  );
  const { stdout } = await onHost(
    `docker image inspect --format '{{index .RepoTags 0}}' ${container?.Config.Image}`,
  );
  return { ...container, image: stdout.trim() };
}

const changed = (before: Record<string, string>, after: Record<string, string>) =>
  SERVICES.filter((service) => before[service] !== after[service]);

describe("a service that is built on the host", () => {
  beforeAll(async () => {
    source = join(temporaryFolder(), "app");
    cpSync(join(ROOT, "rehearsal/app"), source, {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist|\.next)$/.test(path),
    });
    const { node } = await ensureBaseImages();
    await loadImages(rehearsal().name, [node]);
    // Values as of the rehearsal, but for the one image that is built now.
    const { IMAGES } = JSON.parse(readFileSync(join(rehearsal().directory, VARIABLES_FILE), "utf8")) as {
      IMAGES: Record<string, string>;
    };
    const file = join(temporaryFolder(), "images.tfvars.json");
    const others = Object.fromEntries(
      Object.entries(IMAGES).filter(([service]) => service !== "asset-service"),
    );
    writeFileSync(file, JSON.stringify({ IMAGES: others }));
    const app = join(ROOT, "__tests__/e2e/apps/built-service.ts");
    built = { app: `node --import tsx ${app} ${source} ${node}`, values: [file] };
  });
  // As the rehearsal was: its own images.
  afterAll(() => deploy());

  test("is built from its source folder and runs; the other services are left alone", async () => {
    const before = await ids();
    await deploy(built);

    expect(changed(before, await ids())).toEqual(["asset-service"]);
    expect((await assetContainer()).image).toMatch(/^emaintenance\/asset-service:[0-9a-f]{12}$/);
    await smoke();
    expect((await diff(built)).stdout).toContain(NO_CHANGES);
  });

  test("is built and replaced if its source changed, and nothing else is", async () => {
    const [before, { image }] = [await ids(), await assetContainer()];
    writeFileSync(
      join(source, server),
      `${readFileSync(join(source, server), "utf8")}\nconsole.log("changed");\n`,
    );
    writeFileSync(join(source, "apps/user-service/src/unused.ts"), "export {};\n");
    await deploy(built);

    expect(changed(before, await ids())).toEqual(["asset-service"]);
    expect((await assetContainer()).image).not.toBe(image);
    // The earlier image stays for the rollback.
    expect((await onHost(`docker image inspect --format ok ${image}`)).stdout.trim()).toBe("ok");
  });

  test("keeps serving if the next one cannot be built, and the message says why", async () => {
    const before = await ids();
    const good = readFileSync(join(source, server), "utf8");
    writeFileSync(join(source, server), `${good}\nconst broken = ;\n`);
    const { code, stderr } = await deploy({ ...built, allowFailure: true });
    writeFileSync(join(source, server), good);

    expect(code).toBe(1);
    const words = stderr.replace(/[│╷╵]/g, "").replace(/\s+/g, " ");
    expect(words).toContain("Error running legacy build: ");
    expect(words).toContain("with docker_image.asset_service");
    expect(await ids()).toEqual(before);
    expect((await diff(built)).stdout).toContain(NO_CHANGES);
  });
});
