import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(__dirname, "../recordings");

export type Attributes = Readonly<Record<string, unknown>>;

/** What a plan says of one resource. */
export type Planned =
  | "no-op"
  | {
      readonly actions: readonly string[];
      readonly replace_paths: readonly (readonly (string | number)[])[] | null;
      /** [before, after] of each field that differs and is known. */
      readonly differs: Readonly<Record<string, readonly [unknown, unknown]>>;
    };

/** One resource: what was written, and what came of it. See the README next to the recordings. */
export interface Case {
  readonly written: Attributes;
  readonly state: Attributes;
  readonly settled: Planned;
  readonly change?: {
    readonly written: Attributes;
    readonly planned: Planned;
    /** Null if the resource was gone after an apply that failed. */
    readonly state: Attributes | null;
    readonly settled?: Planned;
  };
}

export type Cases = Readonly<Record<string, Case>>;

/** What every recorded container has, in addition to what its case writes. */
const CONTAINER = {
  entrypoint: ["sleep", "100000"],
  must_run: true,
  restart: "no",
  destroy_grace_seconds: 1,
};
const RECORDED_IMAGE = /emaintenance-rehearsal\/redis:[0-9a-f]{12}/g;

/** What both files make: the second one gets names and addresses of its own, so that both fit on one engine. */
const APART: readonly (readonly [RegExp, string])[] = [
  [/\b(docker_(?:network|volume|image))\.(\w)/g, "$1.more-$2"],
  [/\brec-/g, "more-"],
  [/\brecnet6\b/g, "morenet6"],
  [/\bfd00:9::/g, "fd00:19::"],
  [/\b172\.31\.(9|10)\./g, "172.31.1$1."],
];

/** The recorded cases of containers, networks, volumes and an image that is there, by address, for one configuration. */
export function recordedCases(image: string): Cases {
  const first = readText("containers-networks-volumes.json");
  const second = APART.reduce(
    (text, [from, to]) => text.replace(from, to),
    readText("networks-and-more.json"),
  );
  return { ...casesIn(first, image), ...casesIn(second, image) };
}

/** The recorded builds. @param contexts the folder with one folder for each context */
export function recordedBuilds(image: string, contexts: string): Cases {
  return casesIn(readText("images.json").replace(/\bDIR\//g, `${contexts}/`), image);
}

/** The recorded errors of images, by the name of the image. */
export function recordedImageErrors(): Readonly<Record<string, string>> {
  return (JSON.parse(readText("images.json")) as { errors: Record<string, string> }).errors;
}

/** The whole configuration of a resource. @param written of the case, or of its changed form */
export function configured(address: string, { state }: Case, written: Attributes, image: string): Attributes {
  return address.startsWith("docker_container.")
    ? { ...CONTAINER, image, name: state.name, ...written }
    : written;
}

function readText(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}

function casesIn(text: string, image: string): Cases {
  return (JSON.parse(text.replace(RECORDED_IMAGE, image)) as { cases: Cases }).cases;
}
