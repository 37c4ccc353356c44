import { Listr, PRESET_TIMER } from "listr2";
import { down } from "./down";
import { runProgram } from "../lib/command-line";
import { withLock } from "../lib/lock";
import { type Options, parseOptions } from "./options";
import { DEFAULT_NAME } from "./host/names";
import { allStatuses, describeStatus, statusOf, type Status } from "./status";
import { describePlugins } from "../lib/terraform/provider-plugins";
import { describeOrigin, type UpContext, upTasks } from "./up";

async function work(options: Options): Promise<number> {
  switch (options.verb) {
    case "up":
      return up(options);
    case "down":
      return bringDown(options);
    case "status":
      return status(options);
  }
}

async function up({ name = DEFAULT_NAME, deploy, bare }: Options): Promise<number> {
  const renderer = process.stdout.isTTY ? "default" : "simple";
  const context: UpContext = {};
  const tasks = new Listr<UpContext, "default" | "simple">(upTasks({ name, deploy, bare }), {
    renderer,
    rendererOptions: { timer: PRESET_TIMER },
  });
  try {
    await withLock(`up-${name}`, () => tasks.run(context));
  } catch (error) {
    throw context.failure ?? error;
  }
  const found = await statusOf(name);
  if (!found) throw new Error(`the rehearsal ${name} is gone: it was removed meanwhile`);
  const used = [
    `  ${"images".padEnd(8)} ${context.origin ? describeOrigin(context.origin) : ""}`,
    `  ${"plugins".padEnd(8)} ${context.plugins ? describePlugins(context.plugins) : ""}`,
  ];
  const suffix = name === DEFAULT_NAME ? "" : ` -- --name ${name}`;
  const next = [
    `  ${`cd ${found.directory} && npx cdktf diff prod`}`,
    `  npx cdktf destroy prod             (there too)`,
    `  npm run rehearse:down${suffix}`,
  ];
  process.stdout.write(`\n${await describeStatus(found)}\n\n${used.join("\n")}\n\n${next.join("\n")}\n`);
  return 0;
}

async function bringDown({ name = DEFAULT_NAME, keepImages }: Options): Promise<number> {
  const result = await down(name, keepImages);
  const sentences = [
    result.removed ? `removed the rehearsal ${name}` : `there is no rehearsal ${name}`,
    ...(result.images > 0 ? [`removed ${result.images} images`] : []),
    ...(result.engineStopped ? ["stopped the Docker Engine that a rehearsal had started"] : []),
  ];
  process.stdout.write(`${sentences.join("\n")}\n`);
  return 0;
}

async function status({ name, json }: Options): Promise<number> {
  const one = name === undefined ? undefined : await statusOf(name);
  const statuses: Status[] = name === undefined ? await allStatuses() : one ? [one] : [];
  if (json) {
    const answer = statuses.length > 1 ? statuses : (statuses[0] ?? null);
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    return statuses.length === 0 ? 1 : 0;
  }
  const none = `there is no rehearsal${name === undefined ? "" : ` ${name}`}: npm run rehearse creates one`;
  const texts = statuses.length === 0 ? [none] : await Promise.all(statuses.map(describeStatus));
  process.stdout.write(`${texts.join("\n\n")}\n`);
  return 0;
}

void runProgram(parseOptions, work).then((code) => {
  process.exitCode = code;
});
