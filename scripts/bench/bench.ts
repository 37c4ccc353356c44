import { join } from "node:path";
import {
  cdktfIn,
  hostShell,
  rehearsalStatus,
  rehearse,
  type RehearsalStatus,
  ROOT,
} from "../../rehearsal/client";
import { composeFile, type InspectedContainer } from "./compose-file";
import { print } from "./print";
import { median, repeated, seconds } from "./timing";
import { terraformEnvironment } from "../../lib/terraform/provider-plugins";
import { STACK, VARIABLES_FILE } from "../../rehearsal/deployment/working-directory";
import { stackFolder } from "../../lib/terraform/stack-folder";
import { run } from "../../lib/run";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";

/** Runs of each measurement; the table shows medians. */
const ROUNDS = 3;
const CONTAINERS = ServiceCatalogue.builtIn.names.map((service) => `emaintenance-${service}`);

/** `docker compose up --wait` of the same seven containers, in the place of the stack's. */
async function compose(host: RehearsalStatus, file: string): Promise<number[]> {
  const path = "/tmp/compose-comparison.json";
  await hostShell(host, `umask 077; cat > ${path}`, { input: file });
  const up = `docker-compose -f ${path} up -d --wait`;
  const down = `docker-compose -f ${path} down -v`;
  const times = await repeated(
    ROUNDS,
    () => hostShell(host, up),
    () => hostShell(host, down),
  );
  await hostShell(host, `${down}; rm -f ${path}`);
  return times;
}

/** @throws Error if the plan changes anything */
async function planIn(directory: string): Promise<void> {
  const argv = ["terraform", "plan", "-input=false", "-no-color", "-detailed-exitcode"];
  await run([...argv, `-var-file=${join(directory, VARIABLES_FILE)}`], {
    cwd: stackFolder(directory, STACK),
    env: terraformEnvironment(),
  });
}

async function bench(name: string): Promise<void> {
  const call = (...args: string[]) =>
    rehearse([...args, "--name", name], { timeoutSeconds: 1800, onLine: (line) => console.error(line) });
  const firstRehearsal = await seconds(() => call("up"));
  const againRehearsal = await seconds(() => call("up"));
  try {
    const host = await rehearsalStatus(name);
    const cdktf = (...args: string[]) => cdktfIn(host.directory, args);

    const synth = await repeated(ROUNDS, () => run(["node", "--import", "tsx", "main.ts"]));
    // In the state in which the deploy has left the folder: initialised, with the stack that was deployed.
    const plan = await repeated(ROUNDS, () => planIn(host.directory));
    const diff = await repeated(ROUNDS, () => cdktf("diff", "prod"));
    const noChange = await repeated(ROUNDS, () => cdktf("deploy", "prod", "--auto-approve"));

    const withoutParts = [
      "--app",
      `node --import tsx ${join(ROOT, "scripts/bench/without-host-components.ts")}`,
    ];
    await cdktf("deploy", "prod", "--auto-approve", ...withoutParts);
    const noChangeWithout = await repeated(ROUNDS, () =>
      cdktf("deploy", "prod", "--auto-approve", ...withoutParts),
    );
    await cdktf("deploy", "prod", "--auto-approve");

    const { stdout } = await hostShell(host, `docker inspect ${CONTAINERS.join(" ")}`);
    const file = composeFile(JSON.parse(stdout) as InspectedContainer[]);
    const destroy = () => cdktf("destroy", "prod", "--auto-approve");
    const deploy = await repeated(ROUNDS, () => cdktf("deploy", "prod", "--auto-approve"), destroy);
    await destroy();
    const composed = await compose(host, file);

    print([
      { what: "synth (both stacks)", times: synth },
      { what: "terraform plan, nothing to change", times: plan },
      { what: "cdktf diff prod, nothing to change", times: diff },
      { what: "the same without the host's parts", times: noChangeWithout },
      {
        what: "cdktf deploy prod, nothing to change",
        times: noChange,
        comparedWith: { name: "without them", seconds: median(noChangeWithout) },
      },
      { what: "docker compose up --wait, same containers", times: composed },
      {
        what: "cdktf deploy prod, first (images present)",
        times: deploy,
        comparedWith: { name: "compose", seconds: median(composed) },
      },
      { what: "rehearse, first of this name", times: [firstRehearsal] },
      { what: "rehearse, again", times: [againRehearsal] },
    ]);
  } finally {
    await call("down", "--keep-images");
  }
}

bench(`bench-${process.pid}`).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
