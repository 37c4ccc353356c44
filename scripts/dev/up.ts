import { join } from "node:path";
import {
  ensureLocalSettings,
  readMachineSettings,
  writeMachineSettings,
} from "../../constructs/local/local-settings";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import { deploy, waitForAnswer } from "../../lib/terraform/deploy";
import { choosePlugins, describePlugins, placePlugins } from "../../lib/terraform/provider-plugins";
import { stackFolder } from "../../lib/terraform/stack-folder";
import { listContainers, removeContainers } from "./containers";
import { findEngine } from "./engine";
import { Interrupt, Interrupted } from "./interrupt";
import { writeHostEnvironments } from "./host-environment";
import { chooseImages } from "./images";
import { LogFollower } from "./log-follower";
import { formatLine, isHealthCheck, type LineStyle } from "./log-line";
import type { Options } from "./options";
import { findProblems, makeMountPoints } from "./preflight";
import { seedOnce } from "./seed";
import { describeSystem } from "./summary";
import { synthesisedSystem, type System } from "./system";
import { STACK, workingDirectory } from "./working-directory";

/** Seconds: the first request has the web compile its page, and on a busy machine that takes a minute and more. */
const FIRST_ANSWER = { allSeconds: 300, requestSeconds: 120 };

/** Before the lines of the deploy itself. */
const DEPLOY = "deploy";
/** Jobs that run whenever the system is started: what they read may have changed. */
const RUN_AGAIN = ["migration"];

/**
 * Starts what does not run, and follows the logs until Ctrl-C.
 * @throws Error with one sentence for each thing that keeps it from starting
 */
export async function up(options: Options): Promise<void> {
  const began = new Date();
  const engine = await findEngine();
  const directory = await workingDirectory(options.name);
  const { images } = readMachineSettings(directory);
  const settings = {
    sourceOption: options.source,
    only: options.only,
    onHost: [...options.onHost],
    instance: options.name,
    portOffset: options.portOffset,
    polling: options.poll,
    engine: engine.address,
    startInterval: engine.startInterval,
    rootless: engine.rootless,
  };
  writeMachineSettings(directory, { ...settings, images });
  const expected = await synthesisedSystem(directory);
  const problems = await findProblems(directory, expected);
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const style: LineStyle = {
    colours: process.stdout.isTTY && process.env.NO_COLOR === undefined,
    raw: options.raw,
    width: Math.max(...[...expected.services.values(), DEPLOY].map(({ length }) => length)),
  };
  const names = [DEPLOY, ...expected.services.values()];
  const print = (service: string, line: string) =>
    process.stdout.write(`${formatLine(service, names.indexOf(service), line, style)}\n`);
  const say = (sentence: string) => print(DEPLOY, sentence);

  writeMachineSettings(directory, { ...settings, images: await chooseImages(images, say) });
  const { source } = ensureLocalSettings(directory);
  say(`source ${source}, Docker Engine ${engine.version}`);
  makeMountPoints(source, expected.mountPoints);
  await removeJobs(expected);
  const plugins = await choosePlugins();
  await placePlugins(plugins, stackFolder(directory, STACK));
  say(`provider plugins: ${describePlugins(plugins)}`);

  const follower = new LogFollower(expected.services, began, (service, line) => {
    if (options.raw || !isHealthCheck(line)) print(service, line);
  });
  const interrupt = new Interrupt();
  void interrupt.happened.then(() => {
    if (!deployed) say("interrupted: what is being made is finished first");
  });
  let deployed = false;
  follower.start();
  try {
    const log = join(directory, LOCAL_FOLDER, "deploy.log");
    await deploy(directory, [STACK], plugins, log, say, interrupt.happened).catch((error: unknown) => {
      throw interrupt.seen ? new Interrupted(`interrupted: ${goesOn(options.name)}`) : error;
    });
    deployed = true;
    const url = gatewayUrl(expected);
    // The page may be the developer's own, and the data too.
    const answers = url !== undefined && !expected.onHost.has("web");
    if (answers) await Promise.race([waitForAnswer(url, FIRST_ANSWER), interrupt.happened]);
    if (answers && !interrupt.seen && expected.onHost.size === 0)
      await seedOnce(directory, source, url, options.seed, say);
    const environments = await writeHostEnvironments(directory, expected);
    process.stdout.write(`\n${describeSystem(expected, { began, options, environments })}\n\n`);
    if (options.follow) await interrupt.happened;
  } finally {
    follower.stop();
  }
  if (options.follow) {
    process.stdout.write(
      `\nthe containers keep running; npm run dev:stop${suffix(options.name)} stops them\n`,
    );
  }
}

/** The words after a command that lead to a system with a name. */
function suffix(name: string | undefined): string {
  return name === undefined ? "" : ` -- --name ${name}`;
}

function goesOn(name: string | undefined): string {
  return `what was started keeps running; npm run dev goes on with the rest, npm run dev:stop${suffix(name)} stops it`;
}

/** Where the system answers; undefined if only its infrastructure runs. */
function gatewayUrl(system: System): string | undefined {
  const [port] = system.published.get("nginx")?.values() ?? [];
  return port === undefined ? undefined : `http://localhost:${port}`;
}

/** So that the deploy creates them again. */
async function removeJobs(system: System): Promise<void> {
  const again = (name: string) => RUN_AGAIN.includes(system.services.get(name) ?? "");
  await removeContainers((await listContainers()).filter(({ name, running }) => again(name) && !running));
}
