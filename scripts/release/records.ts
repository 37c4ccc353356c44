import { isStackFile } from "../../constructs/stack-files";
import type { RecordedStack } from "../../lib/terraform/workspace";
import type { Host } from "./host";

/** What is written down of a release, as far as it is read here. */
export interface ReleaseRecord {
  /** Its folder; the release itself, unless the name was used again for other images. */
  readonly name: string;
  /** Where it lies on the host. */
  readonly folder: string;
  /** The last one that was deployed well. */
  readonly current: boolean;
  /** Whether exactly its images run now. */
  readonly serving: boolean;
  readonly release: string;
  readonly ended: string;
  readonly who: string;
  readonly result: "good" | "failed";
  readonly images: Readonly<
    Record<string, { readonly reference: string; readonly id: string; readonly digest: string | null }>
  >;
  /** Whether all its images are still on the host. */
  readonly imagesHere: boolean;
}

/** Every release that was deployed, newest first; none on a host that never saw one. */
export async function readRecords(host: Host): Promise<ReleaseRecord[]> {
  const { stdout, code, stderr } = await host.emaintenance("releases", "--json");
  if (stdout.trim() === "") {
    // 127: the command is not there yet; 2: it is older than its word.
    if (code === 127 || code === 2) return [];
    throw new Error(`the releases on the host cannot be read: ${stderr.trim()}`);
  }
  return JSON.parse(stdout) as ReleaseRecord[];
}

/**
 * The stack of a release as it was deployed. One that was recorded before stacks had files next to them has no files.
 * @throws Error if a file would lie elsewhere than next to a stack
 */
export async function readStack(host: Host, record: Pick<ReleaseRecord, "folder">): Promise<RecordedStack> {
  const [stack, files] = await Promise.all([
    host.run(["cat", `${record.folder}/stack.json`]),
    host.run(["cat", `${record.folder}/stack-files.json`], undefined, true),
  ]);
  return recordedStack(stack.stdout, files.code === 0 ? files.stdout : "{}");
}

/** @throws Error if a file would lie elsewhere than next to a stack */
export function recordedStack(text: string, filesJson: string): RecordedStack {
  const files = JSON.parse(filesJson) as Record<string, string>;
  const foreign = Object.keys(files).find((path) => !isStackFile(path));
  if (foreign !== undefined) {
    throw new Error(
      `the record of the release holds the file ${JSON.stringify(foreign)}, which does not lie next to a stack. Expected paths such as ` +
        "host-files/firewall/0123456789ab-ufw.rules. The record was changed on the host: deploy that commit again instead",
    );
  }
  return { text, files };
}

/**
 * The release to roll back to: the one that is named; or else the last good one if a deploy is incomplete or another release
 * serves; or else the good one before it.
 * @throws Error that lists what there is
 */
export function chooseRelease(
  records: readonly ReleaseRecord[],
  { name, incomplete = false }: { readonly name?: string; readonly incomplete?: boolean } = {},
): ReleaseRecord {
  const good = records.filter(({ result }) => result === "good");
  const list = good
    .map(({ name: folder, ended, current }) => `  ${folder}  ${ended}${current ? "  (in use)" : ""}`)
    .join("\n");
  if (good.length === 0) throw new Error("there is no good release to roll back to: none was ever deployed");
  if (name !== undefined) {
    const named = good.find((record) => record.name === name);
    if (!named) throw new Error(`there is no good release "${name}". There are:\n${list}`);
    return checked(named);
  }
  const last = good.find(({ current }) => current);
  if (last && (incomplete || !last.serving)) return checked(last);
  const before = good.find(({ current }) => !current);
  if (!before) throw new Error(`there is no release before the one in use. There are:\n${list}`);
  return checked(before);
}

function checked(record: ReleaseRecord): ReleaseRecord {
  if (!record.imagesHere) {
    throw new Error(
      `not all images of ${record.name} are on the host any more: expected the release of one that is listed with its images ` +
        "by `emaintenance releases`, or deploy that commit again",
    );
  }
  return record;
}
