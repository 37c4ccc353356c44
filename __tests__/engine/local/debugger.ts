import {
  generatedPositionFor,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
import CDP from "chrome-remote-interface";
import { waitFor } from "../../../lib/run";

/** Where a program stopped, in the source as it was written. */
export interface Stop {
  readonly file: string;
  readonly line: number;
}

const STOP_SECONDS = 120;

/**
 * Attaches to a program over the inspector protocol, sets a breakpoint in a source file by the source map that the program
 * carries, as an editor does, and waits until `work` makes it stop there.
 *
 * @param line counted from 1
 */
export async function stopAt(
  port: number,
  file: string,
  line: number,
  work: () => Promise<unknown>,
): Promise<Stop> {
  const client = await waitFor(`an inspector on port ${port}`, STOP_SECONDS, () =>
    CDP({ host: "127.0.0.1", port }).catch(() => undefined),
  );
  try {
    const { Debugger } = client;
    const maps = new Map<string, MappedScript>();
    Debugger.on("scriptParsed", ({ scriptId, url, sourceMapURL = "" }) => {
      const [, content] = /^data:application\/json[^,]*;base64,(.*)$/.exec(sourceMapURL) ?? [];
      if (content === undefined || !url.endsWith(file)) return;
      maps.set(scriptId, { url, map: new TraceMap(Buffer.from(content, "base64").toString("utf8")) });
    });
    await Debugger.enable({});
    const script = await waitFor(`the script ${file}`, STOP_SECONDS, () => Promise.resolve([...maps][0]));
    const [scriptId, { map }] = script;
    const [source = ""] = map.sources.filter((name) => name !== null);
    const generated = generatedPositionFor(map, { source, line, column: 0, bias: LEAST_UPPER_BOUND });
    if (generated.line === null) throw new Error(`line ${line} of ${file} has no code`);
    await Debugger.setBreakpoint({
      location: { scriptId, lineNumber: generated.line - 1, columnNumber: generated.column },
    });
    const stopped = Debugger.paused();
    const working = work();
    const { callFrames } = await stopped;
    await Debugger.resume({});
    await working;
    return whereInSource(callFrames[0]?.location, maps);
  } finally {
    await client.close();
  }
}

interface MappedScript {
  readonly url: string;
  readonly map: TraceMap;
}

/** Where a program is paused, by the inspector's own words, in the source as it was written. */
function whereInSource(
  location: { scriptId: string; lineNumber: number; columnNumber?: number } | undefined,
  scripts: ReadonlyMap<string, MappedScript>,
): Stop {
  const script = scripts.get(location?.scriptId ?? "");
  if (location === undefined || script === undefined) throw new Error("it stopped in a script without a map");
  const generated = { line: location.lineNumber + 1, column: location.columnNumber ?? 0 };
  return { file: script.url, line: originalPositionFor(script.map, generated).line ?? 0 };
}
