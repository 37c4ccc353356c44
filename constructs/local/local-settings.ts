import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { DevelopmentSettings } from "./development-settings";
import { engineAddress } from "./docker-context";
import { LOCAL_FOLDER, SECRETS_FILE, SETTINGS_FILE } from "./local-files";

const REPOSITORY = resolve(__dirname, "../..");

/** The sample application, so that a first try needs no other repository. */
export const SAMPLE_SOURCE = join(REPOSITORY, "rehearsal", "app");

/** Read and write for the owner, nothing for anybody else. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The names of the secrets, with the bytes of randomness in each. */
const SECRETS = { POSTGRES_PASSWORD: 24, JWT_SECRET: 48, REDIS_PASSWORD: 24 } as const;

const schema = z.object({
  /** Folder of the application, as `npm run dev -- --source` named it. */
  sourceOption: z.string().optional(),
  only: z.literal("infrastructure").optional(),
  /** Services by name; the stack knows which there are. */
  onHost: z.array(z.string()).default([]),
  instance: z.string().optional(),
  portOffset: z.number().int().default(0),
  polling: z.boolean().default(false),
  /** Address of the Docker Engine. Empty: the usual one. */
  engine: z.string().default(""),
  startInterval: z.boolean().default(false),
  /** Whether root in the engine's containers is the developer on the machine. */
  rootless: z.boolean().default(false),
  /** Images by service, where the usual ones cannot be had; `node` is that of all services of the team. */
  images: z.record(z.string(), z.string()).default({}),
});

/** What `npm run dev` was told and has found out. */
export type MachineSettings = z.infer<typeof schema>;

/** One machine's development system; what is for the whole team are props. */
export interface LocalSettings extends MachineSettings {
  /** The system's own folder, absolute. */
  readonly folder: string;
  /** Folder of the application, absolute. */
  readonly source: string;
  /** `uid:gid` with which programs in containers make files that are the developer's. */
  readonly user: string;
}

/**
 * The settings of the last `npm run dev`, or the default ones. Secrets and settings are made where they are missing, for their
 * owner only, so that `cdktf deploy local` works by itself.
 *
 * @param folder where cdktf.json lies
 * @param team what is said for the whole team
 */
export function ensureLocalSettings(
  folder: string,
  team: Pick<DevelopmentSettings, "source"> = {},
): LocalSettings {
  ensureSecrets(folder);
  const machine = readMachineSettings(folder);
  const source = sourceFolder(machine, team);
  const settings = {
    ...machine,
    engine: machine.engine || engineAddress(),
    folder: resolve(folder, LOCAL_FOLDER),
    source,
    user: ownerFor(source, machine.rootless),
  };
  writePrivate(pathOf(folder, SETTINGS_FILE), settings);
  return settings;
}

/** @returns the default ones if no settings exist, or none that this version can use */
export function readMachineSettings(folder: string): MachineSettings {
  try {
    return schema.parse(JSON.parse(readFileSync(pathOf(folder, SETTINGS_FILE), "utf8")));
  } catch {
    return schema.parse({});
  }
}

/** @param settings what is not named gets its default */
export function writeMachineSettings(folder: string, settings: Partial<MachineSettings>): void {
  writePrivate(pathOf(folder, SETTINGS_FILE), schema.parse(settings));
}

function sourceFolder(machine: MachineSettings, team: Pick<DevelopmentSettings, "source">): string {
  const named = machine.sourceOption ?? process.env.EMAINTENANCE_SOURCE;
  if (named) return resolve(named);
  if (team.source !== undefined) return resolve(REPOSITORY, team.source);
  // In the deployment document's layout, the application lies next to this repository.
  const sibling = resolve(REPOSITORY, "..", "Emaintenance");
  return existsSync(join(sibling, "package.json")) ? sibling : SAMPLE_SOURCE;
}

function ownerFor(source: string, rootless: boolean): string {
  // Root in a rootless engine's containers is the developer; anybody else there is nobody's on the machine.
  if (rootless) return "0:0";
  const folder = statSync(source, { throwIfNoEntry: false });
  const [uid = 1000, gid = 1000] = [process.getuid?.(), process.getgid?.()];
  // Root works on files of another user.
  return uid === 0 && folder ? `${folder.uid}:${folder.gid}` : `${uid}:${gid}`;
}

/** Makes the secrets that are missing; one that is there is the password of data that are there. */
function ensureSecrets(folder: string): void {
  const path = pathOf(folder, SECRETS_FILE);
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, string>) : {};
  const missing = Object.entries(SECRETS).filter(([name]) => kept[name] === undefined);
  if (missing.length === 0) return;
  const made = missing.map(([name, bytes]) => [name, randomBytes(bytes).toString("base64url")]);
  writePrivate(path, { ...kept, ...(Object.fromEntries(made) as object) });
}

function pathOf(folder: string, file: string): string {
  return join(folder, LOCAL_FOLDER, file);
}

function writePrivate(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  chmodSync(dirname(path), PRIVATE_FOLDER);
  writeFileSync(`${path}.new`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: PRIVATE_FILE });
  renameSync(`${path}.new`, path);
}
