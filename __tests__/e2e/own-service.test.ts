import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../rehearsal/client";
import { changed } from "./support/failing-releases";
import { deploy, diff, NO_CHANGES, onHost, rehearsal } from "./support/rehearsal";
import { endTrials, orphans, servingContainers, trialValues } from "./support/releases";
import { instead, rehearsalImages, trialImage } from "./support/trial-images";

const ownService = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/own-service.ts")}`;

/** A report service in a few lines: it calls the user service, and keeps a log. */
const PROGRAM = `
  require("node:fs").appendFileSync("/app/logs/report-service.log", "a line of the report service\\n");
  require("node:fs").writeFileSync("/app/uploads/report.txt", "a report\\n");
  require("node:http").createServer(async (request, response) => {
    const users = await fetch(process.env.USER_SERVICE_URL + "/health");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ path: request.url, users: users.status, secret: process.env.JWT_SECRET.length >= 32 }));
  }).listen(process.env.PORT);
  process.on("SIGTERM", () => process.exit(0));
`
  .replace(/\s*\n\s*/g, " ")
  .trim();

const answer = () => fetch(new URL("/api/reports/7", rehearsal().url));

async function status(): Promise<readonly { readonly service: string; readonly health?: string }[]> {
  // Alerts of other tests make it end with 1.
  const { stdout } = await onHost("emaintenance status --json", { allowFailure: true });
  return (JSON.parse(stdout) as { services: { service: string }[] }).services;
}

afterAll(endTrials);

describe("a service that a team adds by one declaration", () => {
  let before: Record<string, string>;

  test("is deployed with the others, of which only those that lead to it are replaced", async () => {
    // GIVEN
    before = await servingContainers();
    const image = await trialImage("asset-service", [instead(PROGRAM)]);
    const IMAGES = { ...rehearsalImages(), "report-service": image };
    writeFileSync(trialValues(), JSON.stringify({ IMAGES }));

    // WHEN
    const { stdout } = await deploy({ app: ownService, values: [trialValues()] });

    // THEN
    expect(stdout).toContain("Apply complete!");
    expect(changed(before, await servingContainers())).toEqual(["web", "nginx"]);
    expect((await diff({ app: ownService, values: [trialValues()] })).stdout).toContain(NO_CHANGES);
  });

  test("answers through the gateway at its route, with the secrets and the addresses that it needs", async () => {
    const response = await answer();

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ path: "/api/reports/7", users: 200, secret: true });
  });

  test("answers on the VM's own port", async () => {
    const { stdout } = await onHost("curl -fsS http://127.0.0.1:3004/health");

    expect(JSON.parse(stdout)).toMatchObject({ path: "/health" });
  });

  test("is known to the operator's command, and to the checks of the deploy", async () => {
    expect((await status()).map(({ service }) => service)).toContain("report-service");
    expect((await onHost("emaintenance health report-service")).stdout).toContain("report-service");
    expect((await onHost("emaintenance verify")).stdout).toContain("health of report-service");
  });

  test("keeps its log and its uploads in folders of the VM", async () => {
    const { stdout } = await onHost(
      "sudo cat /opt/emaintenance/logs/report-service/report-service.log /opt/emaintenance/data/report-uploads/report.txt",
    );

    expect(stdout).toBe("a line of the report service\na report\n");
  });

  test("is restarted by hand as the others are", async () => {
    await onHost("emaintenance restart report-service");

    expect((await answer()).status).toBe(200);
  });

  test("is taken away by the next deploy without it, and its files stay", async () => {
    await endTrials();

    expect(await orphans()).toEqual([]);
    expect((await status()).map(({ service }) => service)).not.toContain("report-service");
    expect((await answer()).status).toBe(404);
    expect((await diff()).stdout).toContain(NO_CHANGES);
    expect((await onHost("sudo ls /opt/emaintenance/data/report-uploads")).stdout.trim()).toBe("report.txt");
    const names = ["postgres", "redis", "user-service", "work-order-service", "asset-service"];
    const after = await servingContainers();
    expect(names.map((name) => after[name])).toEqual(names.map((name) => before[name]));
  });
});
