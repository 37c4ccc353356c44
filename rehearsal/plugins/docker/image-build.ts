import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import { buildContext } from "./build-context";
import type { Engine, EngineRequest } from "./engine";

/** The last lines of the build's output that an error shows. */
const SHOWN_LINES = 20;

/**
 * Builds an image on the engine from a folder of this machine, with the engine's own (classic) builder, as the real
 * plugin does where no `builder` is named.
 * @throws PluginError with the last lines of the output
 */
export async function buildImage(engine: Engine, name: string, build: Fields): Promise<void> {
  const dockerfile = build.text("dockerfile") ?? "Dockerfile";
  const context = await buildContext(build.requiredText("context"), dockerfile);
  const headers = { "Content-Type": "application/x-tar" };
  const query = buildQuery(name, dockerfile, build);
  try {
    await followBuild(await engine.open("POST", "/build", { query, body: context, headers }));
  } catch (error) {
    throw new PluginError(
      `Unable to build image "${name}": ${messageOf(error)}`,
      error instanceof PluginError ? error.detail : "",
    );
  }
}

function buildQuery(name: string, dockerfile: string, build: Fields): EngineRequest["query"] {
  return {
    t: [name, ...build.texts("tag")],
    dockerfile,
    target: build.text("target"),
    platform: build.text("platform"),
    networkmode: build.text("network_mode"),
    extrahosts: build.texts("extra_hosts").join(","),
    shmsize: build.number("shm_size"),
    buildargs: JSON.stringify(build.map("build_args")),
    labels: JSON.stringify({ ...build.map("labels"), ...build.map("label") }),
    cachefrom: JSON.stringify(build.texts("cache_from")),
    nocache: build.flag("no_cache"),
    pull: build.flag("pull_parent"),
    rm: build.has("remove") ? build.flag("remove") : true,
    forcerm: build.flag("force_remove"),
  };
}

/** The engine answers 200 before it builds; success or failure is in the stream of output. */
async function followBuild(output: Readable): Promise<void> {
  const lines: string[] = [];
  for await (const message of createInterface({ input: output })) {
    if (message.trim() === "") continue;
    const { stream = "", error } = JSON.parse(message) as { stream?: string; error?: string };
    lines.push(...stream.split("\n").filter((line) => line.trim() !== ""));
    if (error !== undefined) throw new PluginError(error, lines.slice(-SHOWN_LINES).join("\n"));
  }
}
