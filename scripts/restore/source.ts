import { resolve } from "node:path";
import type { Deployment, Say } from "../release/deployment";
import { Copies } from "./copies";
import type { LaterBackup } from "./later";
import { type Manifest, readBackup } from "./manifest";
import { operate } from "./target";

/** Where a backup comes from. */
export interface Source {
  readonly manifest: Manifest;
  /** What was copied after it. */
  readonly later: readonly LaterBackup[];
  /** The folder of the backup on this machine. @default it is elsewhere */
  readonly folder?: string;
  /** In words, for the plan. */
  readonly place: string;
  /** In words: how it gets to the host. */
  readonly way: string;
  /** Brings the backup to the backups of the host; an existing one stays as it is. */
  bring(say: Say): Promise<void>;
}

const RECEIVE = "scripts/lib/backup/receive.sh";

/** Seconds that the transfer of the largest backup may take. */
const BRING_SECONDS = 12 * 3600;

/** A backup in a folder of this machine. */
export async function folderSource(
  folder: string,
  start: string,
  { host, layout }: Deployment,
): Promise<Source> {
  const path = resolve(start, folder);
  const manifest = await readBackup(path);
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

/** An offsite copy of a backup: the one that is named, or the newest full one. */
export async function copySource(name: string | undefined, deployment: Deployment): Promise<Source> {
  const copies = await Copies.open(deployment);
  const { manifest, later } = await copies.choose(name);
  return {
    manifest,
    later,
    place: copies.repository,
    way: "fetched by the host itself",
    bring: (say) => fetchCopy(manifest.set, deployment, say),
  };
}

/** Has the host fetch a copy itself. */
export const fetchCopy = (backup: string, deployment: Deployment, say: Say): Promise<void> =>
  operate(deployment, ["off-host", "fetch", backup], BRING_SECONDS, say);
