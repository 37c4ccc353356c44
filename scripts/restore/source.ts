import { resolve } from "node:path";
import type { Deployment, Say } from "../release/deployment";
import { Copies } from "./copies";
import type { LaterSet } from "./later";
import { type Manifest, readSet } from "./manifest";
import { operate } from "./target";

/** Where a set comes from. */
export interface Source {
  readonly manifest: Manifest;
  /** What was copied after it. */
  readonly later: readonly LaterSet[];
  /** The folder of the set on this machine. @default it is elsewhere */
  readonly folder?: string;
  /** In words, for the plan. */
  readonly place: string;
  /** In words: how it gets to the host. */
  readonly way: string;
  /** Brings the set among the sets of the host; one that is there already stays. */
  bring(say: Say): Promise<void>;
}

const RECEIVE = "scripts/lib/backup/receive.sh";

/** What the largest set may take on its way. */
const BRING_SECONDS = 12 * 3600;

/** A set in a folder of this machine. */
export async function folderSource(
  folder: string,
  start: string,
  { host, layout }: Deployment,
): Promise<Source> {
  const path = resolve(start, folder);
  const manifest = await readSet(path);
  const names = ["manifest.json", ...Object.keys(manifest.files)];
  return {
    manifest,
    later: [],
    folder: path,
    place: `the folder ${path}`,
    way: "copied there from this machine",
    bring: async () => {
      const pack = ["tar", "--create", "--file=-", `--directory=${path}`, "--", ...names];
      await host.send(pack, host.asRoot([layout.deploy(RECEIVE), manifest.set]), BRING_SECONDS);
    },
  };
}

/** A set among the copies off the host: the one that is named, or the newest full one. */
export async function copySource(set: string | undefined, deployment: Deployment): Promise<Source> {
  const copies = await Copies.open(deployment);
  const { manifest, later } = await copies.choose(set);
  return {
    manifest,
    later,
    place: copies.repository,
    way: "fetched by the host itself",
    bring: (say) => fetchCopy(manifest.set, deployment, say),
  };
}

/** Has the host fetch a copy itself. */
export const fetchCopy = (set: string, deployment: Deployment, say: Say): Promise<void> =>
  operate(deployment, ["off-host", "fetch", set], BRING_SECONDS, say);
