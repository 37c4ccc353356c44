import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cdktfIn, hostShell, type RehearsalStatus, ROOT } from "../../rehearsal/client";
import { VARIABLES_FILE } from "../../rehearsal/deployment/working-directory";
import { run } from "../../lib/run";
import { buildTrialImage } from "../../rehearsal/traffic/trial-image";
import { type TrafficResult, underTraffic } from "../../rehearsal/traffic/traffic";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { composeFile, type InspectedContainer } from "./compose-file";
import { onRehearsal } from "./on-rehearsal";
import { print } from "./print";
import { printTraffic } from "./print-traffic";
import { seconds } from "./timing";

/** Releases in a row, each with another image of one service. */
const RELEASES = 10;
const QUIET_MS = 30_000;
const SERVICE = "asset-service";
const COMPOSE_FILE = "/tmp/compose-comparison.json";

/** Does something for each of the images, one after the other, under traffic. */
async function each(
  host: RehearsalStatus,
  images: readonly string[],
  what: (image: string, round: number) => Promise<unknown>,
): Promise<{ times: number[]; traffic: TrafficResult }> {
  const { value: times, traffic } = await underTraffic(host.url, async () => {
    const all: number[] = [];
    for (const [round, image] of images.entries()) all.push(await seconds(() => what(image, round)));
    return all;
  });
  return { times, traffic };
}

async function release(host: RehearsalStatus, image: string, round: number): Promise<void> {
  const file = join(host.directory, "bench-images.json");
  writeFileSync(file, JSON.stringify({ [SERVICE]: image }));
  const words = ["release", "prod", "--yes", "--release", `bench-${round}`, "--images", file];
  await run(["node", join(ROOT, "scripts/release.mjs"), ...words], {
    cwd: host.directory,
    env: { INIT_CWD: host.directory },
    timeoutSeconds: 900,
  });
  rmSync(file);
}

/** `docker compose up -d` of the same seven containers, in the place of the stack's. */
class Compose {
  private readonly definition: { services: Record<string, { image: string }> };

  constructor(
    private readonly host: RehearsalStatus,
    file: string,
    images: Readonly<Record<string, string>>,
  ) {
    this.definition = JSON.parse(file) as Compose["definition"];
    // By reference: of an image that is named by its id, compose creates the container again each time.
    for (const [name, service] of Object.entries(this.definition.services)) {
      service.image = images[name] ?? service.image;
    }
  }

  async up(image?: string): Promise<void> {
    const service = this.definition.services[SERVICE];
    if (service && image !== undefined) service.image = image;
    await hostShell(this.host, `umask 077; cat > ${COMPOSE_FILE}`, {
      input: JSON.stringify(this.definition),
    });
    await hostShell(this.host, `docker-compose -f ${COMPOSE_FILE} up -d --wait`);
  }

  /** The gateway sends requests to the names that compose gives; otherwise it would look for containers of the stack. */
  async leadGateway(): Promise<void> {
    const folder = "/opt/emaintenance/deploy/Server/nginx";
    const lead = `for link in upstreams/*; do
      address=emaintenance-$(basename "$link")
      mkdir -p "addresses/$address" && ln -sfn "../addresses/$address" "$link"
    done`;
    await hostShell(this.host, "sudo bash -s", { input: `cd ${folder} && ${lead}` });
  }

  async down(): Promise<void> {
    await hostShell(this.host, `docker-compose -f ${COMPOSE_FILE} down -v; rm -f ${COMPOSE_FILE}`);
  }
}

async function measure(host: RehearsalStatus): Promise<void> {
  const { IMAGES } = JSON.parse(readFileSync(join(host.directory, VARIABLES_FILE), "utf8")) as {
    IMAGES: Record<string, string>;
  };
  const images: string[] = [];
  for (let round = 0; round < RELEASES; round += 1) {
    images.push(await buildTrialImage(host, SERVICE, IMAGES[SERVICE] ?? "", [`LABEL bench=${round}`]));
  }

  const quiet = await underTraffic(host.url, () => pause(QUIET_MS));
  const released = await each(host, images, (image, round) => release(host, image, round));

  const quietly = { what: "16 clients, nothing else", traffic: quiet.traffic };
  print([{ what: "npm run release, one service changed", times: released.times }]);
  printTraffic([quietly, { what: `during ${RELEASES} releases`, traffic: released.traffic }]);

  const containers = ServiceCatalogue.builtIn.names.map((service) => `emaintenance-${service}`).join(" ");
  const { stdout } = await hostShell(host, `docker inspect ${containers}`);
  const compose = new Compose(host, composeFile(JSON.parse(stdout) as InspectedContainer[]), IMAGES);
  await cdktfIn(host.directory, ["destroy", "prod", "--auto-approve"]);
  await compose.leadGateway();
  await compose.up();
  const composed = await each(host, images, (image) => compose.up(image));
  await compose.down();

  print([{ what: "compose up -d --wait, the same change", times: composed.times }]);
  printTraffic([quietly, { what: `during ${RELEASES} times compose up`, traffic: composed.traffic }]);
}

void onRehearsal(measure);
