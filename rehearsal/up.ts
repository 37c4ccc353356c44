import { join } from "node:path";
import type { ListrTask } from "listr2";
import { deploy, waitForAnswer } from "../lib/terraform/deploy";
import {
  choosePlugins,
  describePlugins,
  placePlugins,
  type PluginChoice,
  pluginIdentity,
} from "../lib/terraform/provider-plugins";
import { gatewayUrl, writeVariables } from "./deployment/variables";
import {
  BOOTSTRAP_STACK,
  chooseDirectory,
  forgetDeployment,
  STACK,
  STACKS,
} from "./deployment/working-directory";
import { stackFolder } from "../lib/terraform/stack-folder";
import { ensureEngine } from "../lib/engine";
import { ensureHost, type EnsuredHost } from "./host/host";
import { bringImages } from "./host/bring-images";
import { ensureBaseImages, type ImageOrigin, imageOrigin } from "../lib/images/images";
import { ensureAppImages } from "./images/app-images";
import { privateFolder, type Say } from "../lib/paths";
import { readRecord, writeRecord } from "./record";

/** What the steps of a rehearsal find out, each for those after it. */
export interface UpContext {
  host?: EnsuredHost;
  /** References by service, as the variable IMAGES takes them. */
  images?: Readonly<Record<string, string>>;
  origin?: ImageOrigin;
  plugins?: PluginChoice;
  directory?: string;
  /** What went wrong, in full; the list of steps shows its first line. */
  failure?: Error;
}

export interface UpOptions {
  readonly name: string;
  readonly deploy: boolean;
  /** Whether the host has sshd and sudo only; the bootstrap stack is deployed first then. */
  readonly bare: boolean;
}

/** The steps from nothing to the deployed system. */
export function upTasks({ name, deploy: withDeployment, bare }: UpOptions): ListrTask<UpContext>[] {
  const stacks = bare ? [BOOTSTRAP_STACK, STACK] : [STACK];
  const tasks: ListrTask<UpContext>[] = [
    {
      title: "Docker Engine",
      task: async (_, task) => {
        const { version, startedHere } = await ensureEngine(outputOf(task));
        task.title = `Docker Engine ${version}${startedHere ? ", started by a rehearsal" : ""}`;
      },
    },
    {
      title: "Host and images",
      task: (_, task) =>
        task.newListr<UpContext>([hostTask(name, bare), imagesTask()].map(failingInOneLine), {
          concurrent: true,
          exitOnError: true,
        }),
    },
    {
      title: "Images to the host",
      task: async (context, task) => {
        task.title = await bringImages(given(context.host), Object.values(given(context.images)));
      },
    },
    {
      title: "Provider plugins",
      task: async (context, task) => {
        context.plugins = await choosePlugins();
        task.title = `Provider plugins: ${describePlugins(context.plugins)}`;
      },
    },
    {
      title: "Deploy-time values",
      task: async (context, task) => {
        context.directory = await prepareDirectory(name, context);
        task.title = `Deploy-time values and state in ${context.directory}`;
      },
    },
    {
      title: `Deploy of ${stacks.join(" and ")}`,
      enabled: withDeployment,
      task: async (context, task) => {
        const log = join(await privateFolder(name), "deploy.log");
        await deploy(given(context.directory), stacks, given(context.plugins), log, outputOf(task));
      },
    },
    {
      title: "Answer of the gateway",
      enabled: withDeployment,
      task: async (context, task) => {
        const url = gatewayUrl(given(context.host));
        await waitForAnswer(url);
        task.title = `${url} answers`;
      },
    },
  ];
  return tasks.map(failingInOneLine);
}

function hostTask(name: string, bare: boolean): ListrTask<UpContext> {
  return {
    title: "Host",
    task: async (context, task) => {
      context.host = await ensureHost(name, { equipment: bare ? "bare" : "ready", say: outputOf(task) });
      task.title = `Host ${context.host.container} ${context.host.created ? "made" : "reused"}`;
    },
  };
}

function imagesTask(): ListrTask<UpContext> {
  return {
    title: "Images",
    task: async (context, task) => {
      const say = outputOf(task);
      const { postgres, redis, nginx } = await ensureBaseImages(say);
      context.images = { postgres, redis, nginx, ...(await ensureAppImages(say)) };
      context.origin = await imageOrigin();
      task.title = `Images: ${describeOrigin(context.origin)}`;
    },
  };
}

/** For a person. */
export function describeOrigin(origin: ImageOrigin): string {
  return origin === "official"
    ? "official PostgreSQL, Redis and Nginx, the sample application"
    : "PostgreSQL, Redis, Nginx and Node from Debian's packages (Docker Hub cannot be reached), the sample application";
}

async function prepareDirectory(name: string, context: UpContext): Promise<string> {
  const [host, plugins] = [given(context.host), given(context.plugins)];
  const directory = (await readRecord(name))?.directory ?? (await chooseDirectory(name));
  if (host.created) await forgetDeployment(directory);
  await writeRecord({ name, directory, plugins: pluginIdentity(plugins) });
  await writeVariables(directory, host, given(context.images));
  for (const stack of STACKS) await placePlugins(plugins, stackFolder(directory, stack));
  return directory;
}

/** The list of steps has room for a line; the whole message comes after it. */
function failingInOneLine(step: ListrTask<UpContext>): ListrTask<UpContext> {
  return {
    ...step,
    task: async (context, task) => {
      try {
        return (await step.task(context, task)) as unknown;
      } catch (error) {
        context.failure ??= error instanceof Error ? error : new Error(String(error));
        throw new Error(context.failure.message.split("\n")[0]);
      }
    },
  };
}

function outputOf(task: { output: string }): Say {
  return (sentence) => {
    task.output = sentence;
  };
}

/** What an earlier step must have found out. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step was left out that this one builds on");
  return value;
}
