import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { because, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import { buildContext } from "./build-context";
import type { Engine, EngineRequest } from "./engine";

/**
 * Builds an image on the engine from a folder of this machine, with the engine's own (classic) builder, as the real
 * plugin does with BuildKit if no `builder` is named.
 * @throws PluginError without the build's output, as the real plugin
 */
export async function buildImage(engine: Engine, name: string, build: Fields): Promise<void> {
  const dockerfile = build.text("dockerfile") ?? "Dockerfile";
  const headers = { "Content-Type": "application/x-tar" };
  const query = buildQuery(name, dockerfile, build);
  await because("Error running legacy build", async () => {
    const body = await buildContext(build.requiredText("context"), dockerfile);
    await followBuild(await engine.open("POST", "/build", { query, body, headers }));
  });
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
    // The classic builder leaves containers behind, which BuildKit, the real provider's builder, never makes.
    rm: true,
    forcerm: true,
  };
}

/** The engine answers 200 before it builds; success or failure is in the stream of output. */
async function followBuild(output: Readable): Promise<void> {
  for await (const message of createInterface({ input: output })) {
    if (message.trim() === "") continue;
    const { error } = JSON.parse(message) as { error?: string };
    if (error !== undefined) throw new PluginError(error);
  }
}
